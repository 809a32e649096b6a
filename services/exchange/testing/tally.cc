#include "services/exchange/testing/tally.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/exchange/testing/tally.pb.h"
#include "services/schema/reason.h"

namespace dci::exchange {
namespace {

using schema::Refusal;
using testing::AddItem;
using testing::AddResponse;
using testing::AddResult;
using testing::ListItem;
using testing::ListResult;
using testing::Settled;

template <typename Message>
Message Parse(absl::string_view bytes) {
  Message message;
  message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  return message;
}

// Where the handle of a pending item stands.
std::string PendingName(absl::string_view name) {
  return absl::StrCat("~pending/", name);
}

ItemOutcome WithValue(int value) {
  AddResult result;
  result.set_value(value);
  ItemOutcome outcome;
  outcome.result = result.SerializeAsString();
  return outcome;
}

}  // namespace

absl::Status AddHandler::Validate(const ItemContext& context,
                                  absl::string_view item) const {
  if (Parse<AddItem>(item).name() == "bad") {
    return Refusal(dci::common::v1::REASON_PERSON_ID_INVALID, "bad name");
  }
  return absl::OkStatus();
}

void AddHandler::Keys(const ItemContext& context, absl::string_view item,
                      std::vector<storage::Key>* keys) const {
  keys->push_back({space_, Parse<AddItem>(item).name()});
}

absl::StatusOr<ItemOutcome> AddHandler::Apply(const ItemContext& context,
                                              absl::string_view bytes,
                                              storage::CommitView& view) const {
  const AddItem item = Parse<AddItem>(bytes);
  if (item.how() == "fault" && faults.fetch_sub(1) > 0) {
    return absl::InternalError("a fault of the handler");
  }
  const int value = TallyOf(view, space_, item.name());
  if (item.how() == "claim" && value > 0) {
    return Refusal(dci::common::v1::REASON_EVENT_ALREADY_SUBSCRIBED, "taken");
  }
  if (item.how() == "later") {
    view.Put(space_, PendingName(item.name()), context.handle);
    ItemOutcome outcome;
    outcome.status = dci::common::v1::REQUEST_STATUS_PDNG;
    Outgoing request;
    request.method = model_->FindMethod("dci.exchange.testing.Tally.List");
    request.receiver_id = "bank";
    testing::ListRequest body;
    body.add_list_request()->set_prefix(item.name());
    request.body = body.SerializeAsString();
    outcome.messages.push_back(std::move(request));
    return outcome;
  }
  view.Put(space_, item.name(), absl::StrCat(value + 1));
  return WithValue(value + 1);
}

absl::StatusOr<ItemOutcome> ListHandler::Search(
    const ItemContext& context, absl::string_view bytes,
    const storage::Snapshot& snapshot, absl::string_view continuation) const {
  const ListItem item = Parse<ListItem>(bytes);
  if (item.prefix() == "fault") return absl::InternalError("a fault");
  if (item.prefix() == "secret") {
    return Refusal(dci::common::v1::REASON_SEARCH_CRITERIA_INVALID, "secret");
  }
  const int page_size =
      item.pagination().has_page_size() ? item.pagination().page_size() : 100;
  ListResult result;
  ItemOutcome outcome;
  auto cursor =
      snapshot.Scan(storage::ScanOptions::Prefix(space_, item.prefix()));
  if (!continuation.empty()) cursor->Seek(continuation);
  for (; cursor->Valid(); cursor->Next()) {
    if (result.names_size() == page_size) {
      outcome.continuation = std::string(cursor->key());
      break;
    }
    result.add_names(std::string(cursor->key()));
  }
  RETURN_IF_ERROR(cursor->status());
  outcome.result = result.SerializeAsString();
  if (item.prefix() == "logged") {
    outcome.record = [space = space_](storage::CommitView& view) {
      view.Put(space, "read-log", "1");
      return absl::OkStatus();
    };
  }
  return outcome;
}

void SettledHandler::Keys(const ItemContext& context, absl::string_view body,
                          std::vector<storage::Key>* keys) const {
  const Settled settled = Parse<Settled>(body);
  for (const std::string& name : settled.names()) {
    keys->push_back({space_, PendingName(name)});
  }
}

absl::StatusOr<CallbackOutcome> SettledHandler::Apply(
    const ItemContext& context, absl::string_view body,
    storage::CommitView& view) const {
  CallbackOutcome outcome;
  const Settled settled = Parse<Settled>(body);
  for (const std::string& name : settled.names()) {
    if (name == "no") {
      return Refusal(dci::common::v1::REASON_REQUEST_BAD, "not settled here");
    }
    ASSIGN_OR_RETURN(const auto handle, view.Get(space_, PendingName(name)));
    if (!handle.has_value()) continue;
    view.Delete(space_, PendingName(name));
    const int value = TallyOf(view, space_, name) + 1;
    view.Put(space_, name, absl::StrCat(value));
    outcome.completions.push_back({*handle, WithValue(value)});
  }
  return outcome;
}

absl::StatusOr<CallbackOutcome> AnsweredHandler::Apply(
    const ItemContext& context, absl::string_view body,
    storage::CommitView& view) const {
  const AddResponse response = Parse<AddResponse>(body);
  const int value =
      response.add_response_size() > 0 ? response.add_response(0).value() : 1;
  // Written before it is refused: none of it may stay.
  view.Put(space_, context.handle,
           absl::StrCat(TallyOf(view, space_, context.handle) + value));
  if (context.handle == "no") {
    return Refusal(dci::common::v1::REASON_REQUEST_BAD, "not asked for");
  }
  CallbackOutcome outcome;
  outcome.messages.emplace_back();
  outcome.messages[0].method =
      model_->FindMethod("dci.exchange.testing.Tally.List");
  outcome.messages[0].receiver_id = "bank";
  return outcome;
}

std::unique_ptr<const schema::Model> TallyModel() {
  auto model = schema::Model::Build({AddItem::descriptor()->file()});
  if (!model.ok()) {
    fprintf(stderr, "%s\n", model.status().ToString().c_str());
    std::abort();
  }
  return *std::move(model);
}

int TallyOf(const storage::View& view, storage::Space space,
            absl::string_view name) {
  int value = 0;
  const auto text = view.Get(space, name);
  if (!text.ok() || !text->has_value()) return 0;
  return absl::SimpleAtoi(**text, &value) ? value : 0;
}

}  // namespace dci::exchange
