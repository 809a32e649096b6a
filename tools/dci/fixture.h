// Runs the program in a test, with files, a clock and peers of its own.
#ifndef CONVERGENCE_TOOLS_DCI_FIXTURE_H_
#define CONVERGENCE_TOOLS_DCI_FIXTURE_H_

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "services/base/clock.h"
#include "services/net/http_server.h"
#include "tools/dci/exit_code.h"
#include "tools/dci/io.h"

namespace dci::cli {

// A server on a free port that keeps what it was sent.
class FakePeer : private net::HttpHandler {
 public:
  using Answer = std::function<net::HttpResponse(const net::HttpRequest&)>;

  explicit FakePeer(Answer answer);

  std::string url() const;
  std::vector<net::HttpRequest> requests() const;
  net::HttpRequest last() const;

 private:
  void Handle(net::HttpRequest request, net::Responder respond) override;

  const Answer answer_;
  mutable std::mutex mutex_;
  std::vector<net::HttpRequest> requests_;
  // Last, so that it stops before what it uses is gone.
  std::unique_ptr<net::HttpServer> server_;
};

// Answers JSON.
net::HttpResponse JsonAnswer(std::string body, int status = 200);

class ProgramTest : public ::testing::Test {
 protected:
  struct Result {
    ExitCode code;
    std::string out;
    std::string err;
  };

  ProgramTest();
  ~ProgramTest() override;

  Result Run(const std::vector<std::string>& arguments,
             const std::string& in = "");
  // A path in this test's folder.
  std::string Path(const std::string& name) const;
  std::string Write(const std::string& name, const std::string& text) const;
  static std::string Read(const std::string& path);

  struct FixedClock : Clock {
    absl::Time Now() const override { return now; }
    absl::Time now = absl::FromUnixSeconds(1790000000);
  };
  // "id-1", "id-2", …
  struct CountedIds : IdSource {
    std::string NewId() override;
    int count = 0;
  };

  FixedClock clock_;
  CountedIds ids_;
  std::map<std::string, std::string> env_;

 private:
  std::string folder_;
};

}  // namespace dci::cli

#endif  // CONVERGENCE_TOOLS_DCI_FIXTURE_H_
