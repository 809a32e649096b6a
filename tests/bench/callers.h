// Callers in a closed loop: each sends its next request when it has its
// answer.
#ifndef CONVERGENCE_TESTS_BENCH_CALLERS_H_
#define CONVERGENCE_TESTS_BENCH_CALLERS_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace dci::bench {

// Of both wires, so that neither is asked harder than the other.
inline constexpr int kCallers = 32;

// What is asked. Called by several threads at once.
struct Load {
  // The bytes of the request of that number. An empty one ends the load.
  std::function<std::string(uint64_t number)> request;
  // Whether the answer to that request is right, by its length.
  std::function<bool(uint64_t number, size_t bytes)> right;
};

// How many answers there were a second.
struct Rate {
  double wall = 0;
  // Of the time that this process had a core: what counts where others use
  // the machine as well.
  double cpu = 0;
};

// Measures from its making on.
class Stopwatch {
 public:
  Stopwatch();
  Rate Of(double answers) const;

 private:
  const absl::Time start_;
  const double cpu_;
};

// Asks for about `length`. A wrong or failed answer ends
// the program: a figure made of errors would look good.
Rate MeasureGrpc(const std::string& target, const std::string& method,
                 const Load& load, absl::Duration length);
// Requests are whole HTTP requests; of answers the bytes of the head count.
Rate MeasureHttp(uint16_t port, const Load& load, absl::Duration length);

// One call, and the whole answer.
std::string CallGrpc(const std::string& target, const std::string& method,
                     const std::string& request);
std::string CallHttp(uint16_t port, const std::string& request);

// A POST of JSON over a connection that stays open.
std::string HttpPost(absl::string_view path, absl::string_view json);

// Ends the program with a message unless `ok`.
void Check(bool ok, absl::string_view what);

}  // namespace dci::bench

#endif  // CONVERGENCE_TESTS_BENCH_CALLERS_H_
