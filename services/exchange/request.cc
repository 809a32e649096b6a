#include "services/exchange/request.h"

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "services/base/status_macros.h"
#include "services/exchange/fingerprint.h"
#include "services/exchange/layout.h"
#include "services/schema/reason.h"
#include "services/wire/wire_bytes.h"
#include "services/wire/wire_fields.h"

namespace dci::exchange {
namespace {

std::string TextOf(absl::string_view message, int number) {
  if (number == 0) return std::string();
  return std::string(
      absl::StripAsciiWhitespace(wire::FindBytes(message, number)));
}

}  // namespace

ItemContext Request::ItemContextOf(size_t index, absl::Time now) const {
  ItemContext item;
  item.request = &context;
  item.index = index;
  item.reference_id = items[index].reference_id;
  item.handle = ItemHandle{context.correlation_id, index}.ToText();
  item.now = now;
  return item;
}

const std::string& Request::ReferenceOf(const BatchItem& item) const {
  return plan->request.reference_id == 0 ? context.header.message_id()
                                         : item.reference_id;
}

absl::Status SplitBody(Request* request) {
  const MethodPlan::Numbers& numbers = request->plan->request;
  const absl::string_view body = request->body;
  request->context.transaction_id = TextOf(body, numbers.transaction_id);
  request->items.clear();
  wire::WireReader field(body);
  while (field.Next()) {
    const int number = static_cast<int>(field.number());
    if (numbers.list == 0 || number != numbers.list) continue;
    request->items.push_back(
        {field.bytes(), TextOf(field.bytes(), numbers.reference_id), {}, {}});
  }
  if (!field.ok()) return absl::InvalidArgumentError("malformed body");
  if (numbers.list == 0) {
    request->items.push_back(
        {body, TextOf(body, numbers.reference_id), {}, {}});
  }
  return absl::OkStatus();
}

void RefuseRepeatedReferences(Request* request) {
  absl::flat_hash_set<absl::string_view> seen;
  for (BatchItem& item : request->items) {
    if (item.reference_id.empty()) continue;
    if (!seen.insert(item.reference_id).second && item.refusal.ok()) {
      item.refusal =
          schema::Refusal(dci::common::v1::REASON_REFERENCE_ID_DUPLICATE,
                          "reference_id stands twice in the message");
    }
  }
}

absl::Status ValidateItems(const wire::Codec& codec, absl::Time now,
                           Request* request) {
  for (size_t i = 0; i < request->items.size(); ++i) {
    BatchItem& item = request->items[i];
    if (!item.refusal.ok()) continue;
    item.refusal = request->plan->handler->Validate(
        request->ItemContextOf(i, now), item.bytes);
    if (!item.refusal.ok() || request->plan->items == nullptr) continue;
    if (!HasKey(*request, item)) continue;
    ASSIGN_OR_RETURN(item.fingerprint,
                     ItemFingerprint(codec, *request->plan, item.bytes));
  }
  return absl::OkStatus();
}

absl::StatusOr<ItemOutcome> SearchItem(const Request& request, size_t index,
                                       const storage::Snapshot& snapshot,
                                       absl::string_view continuation,
                                       absl::Time now) {
  const BatchItem& item = request.items[index];
  RETURN_IF_ERROR(item.refusal);
  return request.plan->search->Search(request.ItemContextOf(index, now),
                                      item.bytes, snapshot, continuation);
}

bool HasKey(const Request& request, const BatchItem& item) {
  return !request.context.transaction_id.empty() && !item.reference_id.empty();
}

}  // namespace dci::exchange
