#include "services/registry/notification_source.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/clock.h"
#include "services/base/status_macros.h"
#include "services/registry/change_log.h"
#include "services/registry/standing_read.h"

namespace dci::registry {

using state::Subscription;

absl::StatusOr<std::optional<v1::NotifyEvent>> MakeEvent(
    const Registry& registry, const Permit& permit, const EventTypes& events,
    const state::Change& change, uint64_t sequence,
    absl::string_view event_type, absl::string_view locale) {
  const std::shared_ptr<const Catalog> catalog = registry.catalog();
  const RecordType* type = catalog->FindById(change.type_id());
  if (type == nullptr)
    return absl::NotFoundError("a record of a type that is held no more");
  const ChangeView view = ViewOf(change);
  std::optional<std::string> told = permit.Tell(*type, view.record());
  if (!told.has_value()) return std::nullopt;
  v1::NotifyEvent event;
  event.set_reference_id(absl::StrCat(sequence));
  event.set_timestamp(FormatTimestamp(absl::FromUnixMicros(change.time_us())));
  if (!locale.empty()) event.set_locale(std::string(locale));
  v1::NotifyData* data = event.mutable_data();
  data->set_version("1.0.0");
  if (!catalog->service->reg_type.empty())
    data->set_reg_type(catalog->service->reg_type);
  data->set_reg_event_type(event_type.empty() ? events.NameOf(events.Of(view))
                                              : std::string(event_type));
  data->set_reg_record_type(type->name());
  google::protobuf::Any* record = data->add_reg_records();
  record->set_type_url(
      absl::StrCat("type.googleapis.com/", type->message->full_name));
  record->set_value(*std::move(told));
  return event;
}

absl::StatusOr<std::optional<std::string>> NotificationSource::MakeBody(
    absl::string_view reference,
    const common::v1::MsgCallbackHeader& header) const {
  state::Notification notification;
  if (!notification.ParseFromArray(reference.data(),
                                   static_cast<int>(reference.size())))
    return absl::InvalidArgumentError("unreadable reference");
  const std::unique_ptr<storage::Snapshot> snapshot =
      registry_->store().GetSnapshot();
  ASSIGN_OR_RETURN(const std::optional<Subscription> row,
                   rows_->Find(*snapshot, notification.code()));
  if (!row.has_value()) return std::nullopt;
  v1::SubscribeCriteria criteria;
  criteria.ParseFromString(row->criteria());
  // Who asked for every event is told which one it is.
  const std::string event_type =
      events_->Find(criteria.reg_event_type()) == kAllEvents
          ? ""
          : criteria.reg_event_type();
  // Without a time nothing that ends holds any more.
  const absl::StatusOr<Permit> permit = JudgeStanding(
      *registry_, row->sender_id(), criteria.authorize().text(),
      ParseTimestamp(header.message_ts()).value_or(absl::InfiniteFuture()));
  if (absl::IsUnavailable(permit.status())) return permit.status();
  if (!permit.ok()) return std::nullopt;
  v1::NotifyEventRequest body;
  // The notification is a transaction of its own: its message id names it.
  body.set_transaction_id(header.message_id());
  for (const uint64_t sequence : notification.sequences()) {
    ASSIGN_OR_RETURN(const std::optional<state::Change> change,
                     ReadChange(*snapshot, registry_->spaces(), sequence));
    if (!change.has_value())
      return absl::InternalError("a change is missing in the log");
    ASSIGN_OR_RETURN(std::optional<v1::NotifyEvent> event,
                     MakeEvent(*registry_, *permit, *events_, *change, sequence,
                               event_type, row->locale()));
    if (event.has_value()) *body.add_notify_event() = *std::move(event);
  }
  if (body.notify_event().empty()) return std::nullopt;
  return body.SerializeAsString();
}

absl::StatusOr<bool> Suspend(const SubscriptionRows& rows,
                             absl::string_view code, absl::string_view note,
                             absl::Time now, storage::CommitView& view) {
  ASSIGN_OR_RETURN(const std::optional<Subscription> old,
                   rows.Find(view, code));
  if (!old.has_value() || old->state() != Subscription::ACTIVE) return false;
  ASSIGN_OR_RETURN(const state::FanOut place, rows.ReadFanOut(view));
  Subscription row = *old;
  row.set_state(Subscription::SUSPENDED);
  row.set_note(std::string(note.substr(0, 500)));
  row.set_suspended_us(absl::ToUnixMicros(now));
  if (!row.has_position()) row.set_position(ToldUpTo(place, row));
  rows.BumpVersion(view);
  RETURN_IF_ERROR(rows.Put(view, &*old, row));
  return true;
}

absl::StatusOr<bool> NotificationSource::TakeFailure(
    absl::string_view reference, const exchange::FailedTry& failed,
    absl::Time now, storage::CommitView& view) const {
  if (!failed.parked && failed.attempts < max_failures_) return false;
  state::Notification notification;
  if (!notification.ParseFromArray(reference.data(),
                                   static_cast<int>(reference.size())))
    return true;
  ASSIGN_OR_RETURN(
      const bool suspended,
      Suspend(*rows_, notification.code(),
              absl::StrCat(failed.attempts,
                           " failed tries to deliver: ", failed.error),
              now, view));
  if (suspended) ++suspended_;
  return true;
}

void NotificationSource::CountDelivered(absl::string_view) const {
  ++delivered_;
}

}  // namespace dci::registry
