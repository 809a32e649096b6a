#include "services/exchange/outbox.h"

#include "absl/strings/str_cat.h"
#include "services/base/bytes.h"
#include "services/base/status_macros.h"
#include "services/exchange/stored_rows.h"
#include "services/schema/service.h"

namespace dci::exchange {
namespace {

using stored::DestinationRow;
using stored::LaneRow;
using stored::OutboxRow;

// Rows of the space: messages by lane and number, lanes, the heads that are
// due by destination and time, those parked likewise, counts by destination.
constexpr char kMessage = 'M', kLane = 'L', kDue = 'D', kParked = 'K',
               kDestination = 'N';

std::string Tagged(char tag, absl::string_view text) {
  std::string key(1, tag);
  AppendOrderedText(&key, text);
  return key;
}

std::string MessageRowKey(absl::string_view lane, uint64_t number) {
  std::string key = Tagged(kMessage, lane);
  AppendOrderedU64(&key, number);
  return key;
}

std::string TimedKey(char tag, absl::string_view destination, int64_t us,
                     absl::string_view lane) {
  std::string key = Tagged(tag, destination);
  AppendOrderedU64(&key, static_cast<uint64_t>(us));
  AppendOrderedText(&key, lane);
  return key;
}

struct TimedPlace {
  std::string destination;
  int64_t us = 0;
  std::string lane;
};

absl::StatusOr<TimedPlace> ParseTimed(absl::string_view key) {
  TimedPlace place;
  uint64_t us = 0;
  key.remove_prefix(1);
  if (!ConsumeOrderedText(&key, &place.destination) ||
      !ConsumeOrderedU64(&key, &us) || !ConsumeOrderedText(&key, &place.lane)) {
    return absl::InternalError("malformed key in the outbox");
  }
  place.us = static_cast<int64_t>(us);
  return place;
}

}  // namespace

std::string Outbox::LaneOf(absl::string_view receiver_id,
                           absl::string_view lane) {
  return absl::StrCat(receiver_id, "|", lane);
}

absl::StatusOr<LaneRow> Outbox::ReadLane(const storage::View& view,
                                         absl::string_view lane) const {
  return ReadRow<LaneRow>(view, space_, Tagged(kLane, lane));
}

absl::StatusOr<std::optional<LaneRow>> Outbox::ReadHead(
    const storage::View& view, absl::string_view lane, uint64_t number) const {
  ASSIGN_OR_RETURN(LaneRow row, ReadLane(view, lane));
  if (row.tail() == 0 || row.head() != number) return std::nullopt;
  return row;
}

absl::Status Outbox::Count(storage::CommitView& view,
                           absl::string_view destination, int queued,
                           int parked) const {
  const std::string key = Tagged(kDestination, destination);
  ASSIGN_OR_RETURN(DestinationRow row,
                   ReadRow<DestinationRow>(view, space_, key));
  row.set_queued(row.queued() + queued);
  row.set_parked(row.parked() + parked);
  if (row.queued() == 0) {
    view.Delete(space_, key);
  } else {
    view.Put(space_, key, row.SerializeAsString());
  }
  return absl::OkStatus();
}

void Outbox::Schedule(storage::CommitView& view, absl::string_view lane,
                      LaneRow* row, absl::Time due) const {
  row->set_due_us(absl::ToUnixMicros(due));
  view.Put(space_, TimedKey(kDue, row->destination(), row->due_us(), lane), "");
  view.Put(space_, Tagged(kLane, lane), row->SerializeAsString());
}

void Outbox::Unschedule(storage::CommitView& view, absl::string_view lane,
                        const LaneRow& row) const {
  view.Delete(space_,
              row.parked()
                  ? TimedKey(kParked, row.destination(), row.since_us(), lane)
                  : TimedKey(kDue, row.destination(), row.due_us(), lane));
}

void Outbox::AddKeys(absl::string_view receiver_id, absl::string_view lane,
                     std::vector<storage::Key>* keys) const {
  keys->push_back({space_, Tagged(kLane, LaneOf(receiver_id, lane))});
  keys->push_back({space_, Tagged(kDestination, receiver_id)});
}

absl::Status Outbox::Enqueue(storage::CommitView& view, const Outgoing& message,
                             absl::Time now) const {
  if (message.method == nullptr || message.receiver_id.empty()) {
    return absl::InvalidArgumentError("outgoing message without a receiver");
  }
  dci::common::v1::MsgCallbackHeader header = message.header;
  if (header.message_id().empty()) header.set_message_id(ids_->NewId());
  const std::string lane =
      LaneOf(message.receiver_id,
             message.lane.empty() ? header.message_id() : message.lane);

  OutboxRow row;
  row.set_method(message.method->full_name);
  row.set_receiver_id(message.receiver_id);
  row.set_address(message.address);
  row.set_address_is_complete(message.address_is_complete);
  row.set_header(header.SerializeAsString());
  row.set_body(message.body);
  row.set_encrypt(message.encrypt);
  row.set_source(message.source);
  row.set_created_us(absl::ToUnixMicros(now));
  row.set_handle(message.handle);

  ASSIGN_OR_RETURN(LaneRow place, ReadLane(view, lane));
  const bool is_head = place.tail() == place.head();
  const uint64_t number = place.tail();
  place.set_tail(number + 1);
  view.Put(space_, MessageRowKey(lane, number), row.SerializeAsString());
  RETURN_IF_ERROR(Count(view, message.receiver_id, 1, 0));
  if (!is_head) {
    view.Put(space_, Tagged(kLane, lane), place.SerializeAsString());
    return absl::OkStatus();
  }
  place.set_destination(message.receiver_id);
  place.set_since_us(row.created_us());
  Schedule(view, lane, &place, now);
  return absl::OkStatus();
}

absl::Status Outbox::Advance(storage::CommitView& view, absl::string_view lane,
                             LaneRow row, absl::Time now) const {
  Unschedule(view, lane, row);
  view.Delete(space_, MessageRowKey(lane, row.head()));
  RETURN_IF_ERROR(Count(view, row.destination(), -1, row.parked() ? -1 : 0));
  row.set_head(row.head() + 1);
  row.set_attempts(0);
  row.clear_last_error();
  row.set_parked(false);
  row.set_since_us(absl::ToUnixMicros(now));
  if (row.head() == row.tail()) {
    view.Delete(space_, Tagged(kLane, lane));
  } else {
    Schedule(view, lane, &row, now);
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> Outbox::IsHead(const storage::View& view,
                                    absl::string_view lane,
                                    uint64_t number) const {
  ASSIGN_OR_RETURN(const std::optional<LaneRow> row,
                   ReadHead(view, lane, number));
  return row.has_value();
}

absl::Status Outbox::Delivered(storage::CommitView& view,
                               absl::string_view lane, uint64_t number,
                               absl::Time now) const {
  ASSIGN_OR_RETURN(std::optional<LaneRow> row, ReadHead(view, lane, number));
  if (!row.has_value()) return absl::OkStatus();
  return Advance(view, lane, *std::move(row), now);
}

absl::Status Outbox::Retry(storage::CommitView& view, absl::string_view lane,
                           uint64_t number, absl::Time due,
                           absl::string_view error) const {
  ASSIGN_OR_RETURN(std::optional<LaneRow> row, ReadHead(view, lane, number));
  if (!row.has_value() || row->parked()) return absl::OkStatus();
  Unschedule(view, lane, *row);
  row->set_attempts(row->attempts() + 1);
  row->set_last_error(std::string(error));
  Schedule(view, lane, &*row, due);
  return absl::OkStatus();
}

absl::Status Outbox::Park(storage::CommitView& view, absl::string_view lane,
                          uint64_t number, absl::string_view error) const {
  ASSIGN_OR_RETURN(std::optional<LaneRow> row, ReadHead(view, lane, number));
  if (!row.has_value() || row->parked()) return absl::OkStatus();
  Unschedule(view, lane, *row);
  row->set_attempts(row->attempts() + 1);
  row->set_last_error(std::string(error));
  row->set_parked(true);
  view.Put(space_, TimedKey(kParked, row->destination(), row->since_us(), lane),
           "");
  view.Put(space_, Tagged(kLane, lane), row->SerializeAsString());
  return Count(view, row->destination(), 0, 1);
}

absl::StatusOr<bool> Outbox::Replay(storage::CommitView& view,
                                    absl::string_view lane,
                                    absl::Time due) const {
  ASSIGN_OR_RETURN(LaneRow row, ReadLane(view, lane));
  if (!row.parked()) return false;
  Unschedule(view, lane, row);
  row.set_parked(false);
  row.set_attempts(0);
  Schedule(view, lane, &row, due);
  RETURN_IF_ERROR(Count(view, row.destination(), 0, -1));
  return true;
}

absl::StatusOr<std::optional<OutboxRow>> Outbox::Head(
    const storage::View& view, absl::string_view lane) const {
  ASSIGN_OR_RETURN(const LaneRow row, ReadLane(view, lane));
  if (row.tail() == row.head()) return std::nullopt;
  ASSIGN_OR_RETURN(OutboxRow head, Read(view, lane, row.head()));
  return head;
}

absl::StatusOr<std::string> Outbox::ParkedHead(const storage::View& view,
                                               absl::string_view lane) const {
  ASSIGN_OR_RETURN(const LaneRow row, ReadLane(view, lane));
  if (!row.parked()) {
    return absl::NotFoundError(absl::StrCat("lane ", lane, " is not parked"));
  }
  ASSIGN_OR_RETURN(const OutboxRow head, Read(view, lane, row.head()));
  dci::common::v1::MsgCallbackHeader header;
  header.ParseFromString(head.header());
  return header.message_id();
}

absl::StatusOr<bool> Outbox::Discard(storage::CommitView& view,
                                     absl::string_view lane,
                                     absl::Time now) const {
  ASSIGN_OR_RETURN(LaneRow row, ReadLane(view, lane));
  if (!row.parked()) return false;
  RETURN_IF_ERROR(Advance(view, lane, std::move(row), now));
  return true;
}

absl::StatusOr<std::vector<OutboxCounts>> Outbox::Counts(
    const storage::Snapshot& snapshot) const {
  std::vector<OutboxCounts> counts;
  auto cursor = snapshot.Scan(
      storage::ScanOptions::Prefix(space_, std::string(1, kDestination)));
  for (; cursor->Valid(); cursor->Next()) {
    absl::string_view key = cursor->key().substr(1);
    OutboxCounts count;
    ASSIGN_OR_RETURN(auto row, ParseRow<DestinationRow>(cursor->value()));
    if (!ConsumeOrderedText(&key, &count.destination)) {
      return absl::InternalError("malformed key in the outbox");
    }
    count.queued = row.queued();
    count.parked_lanes = row.parked();
    counts.push_back(std::move(count));
  }
  RETURN_IF_ERROR(cursor->status());
  return counts;
}

absl::Status Outbox::VisitDue(const storage::Snapshot& snapshot,
                              absl::string_view destination, absl::Time now,
                              const std::function<bool(DueLane)>& visit) const {
  const int64_t now_us = absl::ToUnixMicros(now);
  auto cursor = snapshot.Scan(
      storage::ScanOptions::Prefix(space_, Tagged(kDue, destination)));
  for (; cursor->Valid(); cursor->Next()) {
    ASSIGN_OR_RETURN(const TimedPlace place, ParseTimed(cursor->key()));
    if (place.us > now_us) break;
    ASSIGN_OR_RETURN(LaneRow row, ReadLane(snapshot, place.lane));
    if (!visit({place.lane, std::move(row)})) break;
  }
  return cursor->status();
}

absl::StatusOr<OutboxRow> Outbox::Read(const storage::View& snapshot,
                                       absl::string_view lane,
                                       uint64_t number) const {
  ASSIGN_OR_RETURN(std::optional<std::string> bytes,
                   snapshot.Get(space_, MessageRowKey(lane, number)));
  if (!bytes.has_value()) return absl::NotFoundError("no such message");
  return ParseRow<OutboxRow>(*bytes);
}

absl::StatusOr<std::vector<ParkedLane>> Outbox::ListParked(
    const storage::Snapshot& snapshot, absl::string_view destination,
    size_t limit, std::string* cursor) const {
  std::vector<ParkedLane> lanes;
  auto scan = snapshot.Scan(storage::ScanOptions::Prefix(
      space_, destination.empty() ? std::string(1, kParked)
                                  : Tagged(kParked, destination)));
  if (!cursor->empty()) scan->Seek(*cursor);
  cursor->clear();
  for (; scan->Valid(); scan->Next()) {
    if (lanes.size() == limit) {
      *cursor = std::string(scan->key());
      break;
    }
    ASSIGN_OR_RETURN(const TimedPlace place, ParseTimed(scan->key()));
    ASSIGN_OR_RETURN(const LaneRow row, ReadLane(snapshot, place.lane));
    ASSIGN_OR_RETURN(const OutboxRow head,
                     Read(snapshot, place.lane, row.head()));
    dci::common::v1::MsgCallbackHeader header;
    header.ParseFromString(head.header());
    lanes.push_back({place.lane, place.destination, head.method(),
                     header.message_id(), row.last_error(), row.attempts(),
                     absl::FromUnixMicros(row.since_us()),
                     row.tail() - row.head()});
  }
  RETURN_IF_ERROR(scan->status());
  return lanes;
}

}  // namespace dci::exchange
