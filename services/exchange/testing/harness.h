// A pipeline over the Tally domain, a memory store, and fakes; its passes are
// driven by the test.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_TESTING_HARNESS_H_
#define CONVERGENCE_SERVICES_EXCHANGE_TESTING_HARNESS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "services/exchange/testing/fakes.h"
#include "services/exchange/testing/site.h"
#include "services/storage/memory/memory_store.h"

namespace dci::exchange {

struct HarnessOptions {
  // Beside "sp" (strict) and "kit" (lenient, conflicting ids pass), both
  // unsigned.
  std::vector<dci::config::v1::Participant> participants;
  std::vector<trust::TimedKey> keys;
  PipelineOptions pipeline;
};

class Harness {
 public:
  explicit Harness(HarnessOptions options = {});

  // Another process on the same store: what was in memory is gone.
  void Restart();

  // The passes run by themselves from now on.
  void RunInBackground();

  // Hands a message in and gives its answer.
  Answer Post(absl::string_view method, std::string json);
  Answer PostGrpc(absl::string_view method, std::string envelope);
  // Passes until there is nothing more to decide, and to send.
  void DecideAll();
  void DispatchAll();
  // Waits until the fakes have been given so many messages in all.
  void WaitForSent(size_t count);
  // What was sent since the last call: target and document.
  std::vector<std::string> Sent();

  int Count(absl::string_view name) const;
  storage::Store& store() { return *store_; }
  Pipeline& pipeline() { return site_->pipeline(); }
  ParticipantStore& participants() { return site_->participants(); }
  const schema::Model& model() { return site_->model(); }
  const wire::Codec& codec() { return site_->codec(); }
  AddHandler& add() { return site_->add(); }

  FakeClock clock;
  FakeIds ids;
  FakeSender sender;
  FakeLog log;

 private:
  Answer Hand(Wire wire, absl::string_view method, std::string bytes);
  void Start();

  HarnessOptions options_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<Site> site_;
  size_t taken_ = 0;
};

// A document of the sender "sp" (or another) at the time of the fakes.
struct Message {
  std::string action = "add";
  std::string sender = "sp";
  std::string message_id = "m-1";
  std::string transaction_id = "t-1";
  // The JSON text of each item.
  std::vector<std::string> items;
  // Further members of the header, each after a comma: ,"version":"1.0.0".
  std::string header = {};
  int total_count = -1;  // -1: the number of items

  std::string ToJson() const;
};
// An item of an "add": {"reference_id":…,"timestamp":…,"name":…,"how":…}.
std::string AddJson(const std::string& reference, const std::string& name,
                    const std::string& how = "");

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_TESTING_HARNESS_H_
