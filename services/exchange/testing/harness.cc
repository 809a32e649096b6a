#include "services/exchange/testing/harness.h"

#include <future>
#include <utility>

#include "absl/strings/str_join.h"

namespace dci::exchange {
namespace {

// A test cannot go on without what it asks for here.
int Must(const absl::StatusOr<int>& value) {
  if (value.ok()) return *value;
  fprintf(stderr, "%s\n", value.status().ToString().c_str());
  std::abort();
}

constexpr char kSp[] = R"pb(
  sender_id: "sp"
  signature: POLICY_OFF
  authorization: POLICY_OFF
  encryption: POLICY_OPTIONAL
  callback_bases: "https://sp.example/cb"
)pb";
constexpr char kKit[] = R"pb(
  sender_id: "kit"
  signature: POLICY_OFF
  authorization: POLICY_OFF
  encryption: POLICY_OPTIONAL
  tolerance: TOLERANCE_LENIENT
  duplicates: DUPLICATES_REPORT
  callback_bases: "https://kit.example"
  append_callback_path: true
)pb";
constexpr char kBank[] = R"pb(
  sender_id: "bank"
  signature: POLICY_OFF
  authorization: POLICY_OFF
  encryption: POLICY_OPTIONAL
  callback_bases: "https://bank.example"
  append_callback_path: true
)pb";

}  // namespace

Harness::Harness(HarnessOptions options)
    : options_(std::move(options)),
      store_(storage::NewMemoryStore(SiteSpaces())) {
  options_.participants.push_back(ParticipantOf(kSp));
  options_.participants.push_back(ParticipantOf(kKit));
  options_.participants.push_back(ParticipantOf(kBank));
  options_.pipeline.id = "registry";
  options_.pipeline.accepted_receiver_ids.push_back("registry");
  options_.pipeline.public_url = "https://registry.example";
  options_.pipeline.run_in_background = false;
  sender.RespondWith([](const Delivery&) { return Reply{}; });
  Start();
}

void Harness::Start() {
  SiteOptions site;
  site.participants = options_.participants;
  site.keys = options_.keys;
  site.pipeline = options_.pipeline;
  site.store = store_.get();
  site.sender = &sender;
  site.clock = &clock;
  site.ids = &ids;
  site.log = &log;
  site_ = std::make_unique<Site>(std::move(site));
}

void Harness::Restart() {
  site_.reset();
  Start();
}

void Harness::RunInBackground() {
  options_.pipeline.run_in_background = true;
  Restart();
}

void Harness::WaitForSent(size_t count) { sender.WaitForSent(count); }

Answer Harness::Hand(Wire wire, absl::string_view method, std::string bytes) {
  std::promise<Answer> answer;
  RawMessage raw;
  raw.wire = wire;
  raw.method = site_->Method(method);
  raw.bytes = std::move(bytes);
  raw.received = clock.Now();
  pipeline().Handle(std::move(raw),
                    [&](Answer a) { answer.set_value(std::move(a)); });
  return answer.get_future().get();
}

Answer Harness::Post(absl::string_view method, std::string json) {
  return Hand(Wire::kHttp, method, std::move(json));
}

Answer Harness::PostGrpc(absl::string_view method, std::string envelope) {
  return Hand(Wire::kGrpc, method, std::move(envelope));
}

void Harness::DecideAll() {
  while (Must(pipeline().DecidePass(clock.Now())) > 0) {
  }
}

void Harness::DispatchAll() {
  while (Must(pipeline().DispatchPass(clock.Now())) > 0) {
    pipeline().WaitIdle();
  }
}

std::vector<std::string> Harness::Sent() {
  std::vector<std::string> texts;
  const std::vector<Delivery> all = sender.sent();
  for (; taken_ < all.size(); ++taken_) {
    texts.push_back(absl::StrCat(all[taken_].target, " ", all[taken_].bytes));
  }
  return texts;
}

int Harness::Count(absl::string_view name) const {
  return TallyOf(*store_->GetSnapshot(), *store_->FindSpace(kTallySpace), name);
}

std::string Message::ToJson() const {
  const char* list = action == "list" ? "list_request" : "add_request";
  return absl::StrCat(
      R"({"header":{"message_id":")", message_id,
      R"(","message_ts":"2026-11-24T06:40:00Z","action":")", action,
      R"(","sender_id":")", sender, R"(","total_count":)",
      total_count < 0 ? static_cast<int>(items.size()) : total_count, header,
      R"(},"message":{"transaction_id":")", transaction_id, R"(",")", list,
      R"(":[)", absl::StrJoin(items, ","), "]}}");
}

std::string AddJson(const std::string& reference, const std::string& name,
                    const std::string& how) {
  return absl::StrCat(
      R"({"reference_id":")", reference,
      R"(","timestamp":"2026-11-24T06:40:00Z","name":")", name, R"(")",
      how.empty() ? "" : absl::StrCat(R"(,"how":")", how, R"(")"), "}");
}

}  // namespace dci::exchange
