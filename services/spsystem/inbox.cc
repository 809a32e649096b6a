#include "services/spsystem/inbox.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/bytes.h"
#include "services/base/clock.h"
#include "services/base/status_macros.h"
#include "services/spsystem/received.pb.h"
#include "services/wire/json_text.h"
#include "services/wire/message.h"
#include "services/wire/wire_fields.h"

namespace dci::spsystem {
namespace {

std::string RowKey(uint64_t number) {
  std::string key;
  AppendOrderedU64(&key, number);
  return key;
}

std::string Quoted(absl::string_view text) {
  std::string out;
  wire::AppendQuoted(text, &out);
  return out;
}

std::string CorrelationIdOf(const schema::Message& body_type,
                            absl::string_view body) {
  const schema::Field* field = body_type.FindName("correlation_id");
  return field == nullptr ? std::string()
                          : std::string(wire::FindBytes(body, field->number));
}

}  // namespace

absl::StatusOr<Inbox> Inbox::Create(storage::Store* store,
                                    const wire::Codec* codec) {
  ASSIGN_OR_RETURN(const storage::Space space, store->FindSpace(kInboxSpace));
  return Inbox(store, space, codec);
}

void Inbox::Keys(const exchange::ItemContext& context, absl::string_view body,
                 std::vector<storage::Key>* keys) const {}

absl::StatusOr<exchange::CallbackOutcome> Inbox::Apply(
    const exchange::ItemContext& context, absl::string_view body,
    storage::CommitView& view) const {
  const exchange::RequestContext& request = *context.request;
  Received row;
  row.set_method(request.method->full_name);
  row.set_received_at(FormatTimestamp(context.now));
  row.set_sender_id(request.sender_id);
  *row.mutable_header() = request.header;
  row.set_body(std::string(body));
  row.set_correlation_id(CorrelationIdOf(*request.method->request_body, body));
  view.Put(space_, RowKey(view.NextSequence()), row.SerializeAsString());
  return exchange::CallbackOutcome();
}

absl::StatusOr<std::string> Inbox::Render(uint64_t number,
                                          const Received& row) const {
  const schema::Method* method = codec_->model().FindMethod(row.method());
  if (method == nullptr)
    return absl::InternalError(absl::StrCat("no method ", row.method()));
  ASSIGN_OR_RETURN(
      const wire::OutgoingParts parts,
      wire::RenderParts(*codec_, *method->request,
                        row.header().SerializeAsString(), row.body(), {}));
  return absl::StrCat("{\"number\":", number,
                      ",\"received_at\":", Quoted(row.received_at()),
                      ",\"method\":", Quoted(row.method()),
                      ",\"sender_id\":", Quoted(row.sender_id()),
                      ",\"header\":", parts.header_json,
                      ",\"message\":", parts.message_json, "}");
}

absl::StatusOr<std::string> Inbox::List(const InboxQuery& query) const {
  const std::unique_ptr<storage::Snapshot> snapshot = store_->GetSnapshot();
  const auto cursor =
      snapshot->Scan({space_, RowKey(query.after + 1), /*end=*/""});
  std::string json = "{\"messages\":[";
  const size_t limit = std::min(query.limit, kMaxListed);
  for (size_t listed = 0; cursor->Valid() && listed < limit; cursor->Next()) {
    absl::string_view key = cursor->key();
    uint64_t number = 0;
    Received row;
    if (!ConsumeOrderedU64(&key, &number) ||
        !row.ParseFromArray(cursor->value().data(),
                            static_cast<int>(cursor->value().size())))
      return absl::InternalError("unreadable row of the inbox");
    if (!query.correlation_id.empty() &&
        row.correlation_id() != query.correlation_id)
      continue;
    ASSIGN_OR_RETURN(const std::string message, Render(number, row));
    absl::StrAppend(&json, listed++ == 0 ? "" : ",", message);
  }
  RETURN_IF_ERROR(cursor->status());
  return absl::StrCat(json, "]}");
}

}  // namespace dci::spsystem
