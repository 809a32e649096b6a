// Time and randomness that a test holds.
#ifndef CONVERGENCE_CLIENTS_CPP_RUNTIME_TESTING_FAKE_TIME_H_
#define CONVERGENCE_CLIENTS_CPP_RUNTIME_TESTING_FAKE_TIME_H_

#include <atomic>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "clients/cpp/runtime/options.h"

namespace dci::client {

// Waiting moves the clock on and takes no time.
class FakeTime : public Clock {
 public:
  absl::Time Now() const override { return now; }

  void Install(ClientOptions* options) {
    options->clock = this;
    options->wait = [this](absl::Duration duration) {
      waits.push_back(duration);
      now += duration;
    };
    options->random = [] { return 0.0; };
  }

  absl::Time now = absl::FromUnixSeconds(1'795'500'000);
  std::vector<absl::Duration> waits;
};

// "id-1", "id-2", …
class CountingIds : public IdSource {
 public:
  std::string NewId() override { return absl::StrCat("id-", ++count_); }

 private:
  std::atomic<int> count_{0};
};

}  // namespace dci::client

#endif  // CONVERGENCE_CLIENTS_CPP_RUNTIME_TESTING_FAKE_TIME_H_
