#include "services/registry/watch.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/registry/change_log.h"
#include "services/registry/json_value.h"
#include "services/registry/notification_source.h"
#include "services/registry/subscription_permit.h"
#include "services/schema/reason.h"
#include "services/wire/codec.h"

namespace dci::registry {
namespace {

using common::v1::REASON_REQUEST_BAD;
using common::v1::REASON_REQUEST_NOT_FOUND;

constexpr int kDefaultEvents = 100;
constexpr int kMaxWatchEvents = 1000;
// Changes that one answer looks at, and bytes of its records.
constexpr size_t kMaxLooked = 2000;
constexpr size_t kMaxBytes = 4 << 20;

absl::Status Bad(absl::string_view text) {
  return schema::Refusal(REASON_REQUEST_BAD, text);
}

// A filter that came as a text in a query parameter, read as the document it
// is.
absl::StatusOr<v1::SubscribeCriteria> ReadFilterText(
    const wire::Codec& codec, const ext::v1::WatchRequest& request) {
  const schema::Message* type =
      codec.model().FindMessage("dci.registry.v1.SubscribeCriteria");
  ASSIGN_OR_RETURN(const JsonValue text,
                   ParseJsonValue(request.other().text()));
  if (type == nullptr || text.type != JsonValue::Type::kString)
    return Bad("the filter has the shape of no query type");
  std::string kind;
  for (const char c : request.filter_type())
    if (c != '"' && c != '\\') kind.push_back(c);
  const absl::StatusOr<std::string> bytes =
      codec.JsonToWire(*type,
                       absl::StrCat("{\"filter_type\":\"", kind,
                                    "\",\"filter\":", text.text, "}"),
                       nullptr);
  v1::SubscribeCriteria criteria;
  if (!bytes.ok() || !criteria.ParseFromString(*bytes))
    return Bad("the filter is no JSON text");
  return criteria;
}

const char* ChangeName(const state::Change& change) {
  if (!change.has_before()) return "created";
  return change.has_after() ? "updated" : "deleted";
}

const Query* QueryFor(const CompiledCriteria& criteria, uint32_t type_id) {
  for (const TypedQuery& typed : criteria.queries)
    if (typed.type_id == type_id) return &typed.query;
  return nullptr;
}

}  // namespace

absl::StatusOr<v1::SubscribeCriteria> WatchReader::CriteriaOf(
    const ext::v1::WatchRequest& request, absl::string_view sender_id,
    const storage::Snapshot& snapshot) const {
  v1::SubscribeCriteria criteria;
  if (!request.subscription_code().empty()) {
    ASSIGN_OR_RETURN(const std::optional<state::Subscription> row,
                     one_->rows().Find(snapshot, request.subscription_code()));
    if (!row.has_value() || row->sender_id() != sender_id)
      return schema::Refusal(REASON_REQUEST_NOT_FOUND,
                             "no such subscription of this sender");
    criteria.ParseFromString(row->criteria());
    criteria.clear_frequency();
    return criteria;
  }
  switch (request.filter_case()) {
    case ext::v1::WatchRequest::kIdtypeValue:
      *criteria.mutable_idtype_value() = request.idtype_value();
      break;
    case ext::v1::WatchRequest::kPredicate:
      *criteria.mutable_predicate() = request.predicate();
      break;
    case ext::v1::WatchRequest::kExpression:
      *criteria.mutable_expression() = request.expression();
      break;
    case ext::v1::WatchRequest::kNamedQuery:
      *criteria.mutable_named_query() = request.named_query();
      break;
    case ext::v1::WatchRequest::kOther: {
      ASSIGN_OR_RETURN(criteria,
                       ReadFilterText(one_->registry().codec(), request));
      break;
    }
    case ext::v1::WatchRequest::FILTER_NOT_SET:
      criteria.mutable_idtype_value()->set_type("*");
      criteria.mutable_idtype_value()->set_value("*");
      break;
  }
  if (criteria.filter_type().empty())
    criteria.set_filter_type(request.filter_type());
  criteria.set_reg_event_type(request.reg_event_type());
  criteria.set_notify_record_type(request.notify_record_type());
  return criteria;
}

std::string WatchReader::CursorAt(uint64_t position) const {
  state::WatchCursor cursor;
  cursor.set_registry(one_->registry().catalog()->types.front().id);
  cursor.set_sequence(position);
  return absl::WebSafeBase64Escape(cursor.SerializeAsString());
}

absl::Status WatchReader::CheckPlace(uint64_t place,
                                     const storage::Snapshot& snapshot) const {
  ASSIGN_OR_RETURN(const state::LogStart start,
                   one_->rows().ReadLogStart(snapshot));
  if (place >= start.trimmed()) return absl::OkStatus();
  return schema::Refusal(
      REASON_REQUEST_NOT_FOUND,
      "the cursor is older than the change log: search anew, then watch from "
      "now on");
}

absl::StatusOr<uint64_t> WatchReader::PlaceOf(
    const std::string& cursor, const storage::Snapshot& snapshot) const {
  ASSIGN_OR_RETURN(const state::LogStart start,
                   one_->rows().ReadLogStart(snapshot));
  if (cursor == "earliest") return start.trimmed();
  ASSIGN_OR_RETURN(uint64_t last,
                   LastChange(snapshot, one_->registry().spaces()));
  last = std::max<uint64_t>(last, start.trimmed());
  if (cursor.empty()) return last;
  std::string bytes;
  state::WatchCursor place;
  if (!absl::WebSafeBase64Unescape(cursor, &bytes) ||
      !place.ParseFromString(bytes))
    return Bad("cursor is none");
  if (place.registry() != one_->registry().catalog()->types.front().id ||
      place.sequence() > last)
    return Bad("cursor is of another registry");
  RETURN_IF_ERROR(CheckPlace(place.sequence(), snapshot));
  return place.sequence();
}

absl::StatusOr<WatchQuery> WatchReader::Read(
    const ext::v1::WatchRequest& request, absl::string_view sender_id,
    const storage::Snapshot& snapshot) const {
  ASSIGN_OR_RETURN(const v1::SubscribeCriteria criteria,
                   CriteriaOf(request, sender_id, snapshot));
  const Registry& registry = one_->registry();
  WatchQuery query;
  absl::StatusOr<CompiledCriteria> compiled = CompileCriteria(
      *registry.catalog(), registry.named(), one_->events(), criteria);
  if (!compiled.ok()) {
    // Reasons of an item have no place here.
    if (absl::IsInvalidArgument(compiled.status()))
      return Bad(compiled.status().message());
    return compiled.status();
  }
  query.criteria = *std::move(compiled);
  if (query.criteria.events != kAllEvents)
    query.event_type = criteria.reg_event_type();
  ASSIGN_OR_RETURN(query.position, PlaceOf(request.cursor(), snapshot));
  query.sender_id = std::string(sender_id);
  query.authorize = criteria.authorize().text();
  query.max_events = static_cast<size_t>(std::clamp(
      request.has_max_events() ? request.max_events() : kDefaultEvents, 1,
      kMaxWatchEvents));
  return query;
}

absl::StatusOr<WatchAnswer> WatchReader::Collect(
    const storage::Snapshot& snapshot, WatchQuery* query,
    absl::Time now) const {
  RETURN_IF_ERROR(CheckPlace(query->position, snapshot));
  const Registry& registry = one_->registry();
  const auto catalog = registry.catalog();
  // At each answer: a stream may outlast what permits it.
  ASSIGN_OR_RETURN(
      const Permit permit,
      JudgeStanding(registry, query->sender_id, query->authorize, now));
  RETURN_IF_ERROR(CheckFilter(permit, *catalog, query->criteria));
  WatchAnswer answer;
  ext::v1::WatchResponse& response = answer.response;
  size_t looked = 0, bytes = 0;
  ChangeReader reader(snapshot, registry.spaces(), *catalog, query->position);
  for (; reader.Valid(); reader.Next()) {
    answer.more = looked >= kMaxLooked || bytes >= kMaxBytes ||
                  response.events_size() >= static_cast<int>(query->max_events);
    if (answer.more) break;
    ++looked;
    query->position = reader.sequence();
    const ChangeView view = reader.view();
    const Query* filter = QueryFor(query->criteria, view.type_id);
    if (filter == nullptr ||
        (one_->events().Of(view) & query->criteria.events) == 0 ||
        !Matches(*filter, view.record()))
      continue;
    ASSIGN_OR_RETURN(
        std::optional<v1::NotifyEvent> told,
        MakeEvent(registry, permit, one_->events(), reader.change(),
                  reader.sequence(), query->event_type, ""));
    if (!told.has_value()) continue;
    ext::v1::WatchEvent* event = response.add_events();
    *event->mutable_event() = *std::move(told);
    event->set_cursor(CursorAt(reader.sequence()));
    event->set_change(ChangeName(reader.change()));
    bytes += view.record().size();
    ASSIGN_OR_RETURN(
        DisclosureLog::Write write,
        WriteDownChange(
            registry, {query->sender_id, "dci.ext.v1.ChangeWatch", "", permit},
            reader.change(), reader.sequence(), now, snapshot));
    if (write) answer.write_down.push_back(std::move(write));
  }
  RETURN_IF_ERROR(reader.status());
  if (!answer.more)
    query->position = std::max(query->position, reader.passed());
  response.set_cursor(CursorAt(query->position));
  return answer;
}

}  // namespace dci::registry
