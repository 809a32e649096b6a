#include "services/registry/subscription_operator.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "services/base/bytes.h"
#include "services/base/clock.h"
#include "services/base/status_macros.h"

namespace dci::registry {
namespace {

namespace admin = ::dci::admin::v1;

constexpr int kDefaultLimit = 100;
constexpr int kMaxLimit = 1000;

admin::SubscriptionState StateOf(const state::Subscription& row) {
  switch (row.state()) {
    case state::Subscription::PENDING:
      return admin::SUBSCRIPTION_STATE_PENDING;
    case state::Subscription::ACTIVE:
      return admin::SUBSCRIPTION_STATE_ACTIVE;
    case state::Subscription::SUSPENDED:
      return admin::SUBSCRIPTION_STATE_SUSPENDED;
    case state::Subscription::UNSUBSCRIBED:
      return admin::SUBSCRIPTION_STATE_UNSUBSCRIBED;
    case state::Subscription::EXPIRED:
      return admin::SUBSCRIPTION_STATE_EXPIRED;
    default:
      return admin::SUBSCRIPTION_STATE_REFUSED;
  }
}

std::string TimeText(int64_t us) {
  return us == 0 ? "" : FormatTimestamp(absl::FromUnixMicros(us));
}

// Attributes and operators of the filter, never values.
std::string FilterText(const Subscriptions& one,
                       const v1::SubscribeCriteria& criteria) {
  const Registry& registry = one.registry();
  const auto catalog = registry.catalog();
  const absl::StatusOr<CompiledCriteria> compiled =
      CompileCriteria(*catalog, registry.named(), one.events(), criteria);
  if (!compiled.ok()) return "cannot be read any more";
  return absl::StrJoin(
      compiled->queries, "; ", [&](std::string* out, const TypedQuery& typed) {
        const RecordType* type = catalog->FindById(typed.type_id);
        absl::StrAppend(out, type == nullptr ? "" : type->name(), ": ",
                        ToText(typed.query));
      });
}

admin::Subscription Describe(const Subscriptions& one,
                             const state::Subscription& row) {
  v1::SubscribeCriteria criteria;
  criteria.ParseFromString(row.criteria());
  admin::Subscription out;
  out.set_code(row.code());
  out.set_service(one.registry().service().full_name);
  out.set_sender_id(row.sender_id());
  out.set_state(StateOf(row));
  out.set_note(row.note());
  out.set_event_type(criteria.reg_event_type());
  out.set_record_type(criteria.notify_record_type());
  out.set_filter(FilterText(one, criteria));
  if (row.has_next_send_us()) {
    out.set_schedule(criteria.frequency().frequency());
    out.set_next_send(TimeText(row.next_send_us()));
  }
  out.set_start_time(TimeText(row.start_us()));
  out.set_end_time(TimeText(row.end_us()));
  out.set_created(TimeText(row.created_us()));
  out.set_address(row.address());
  return out;
}

absl::Status WrongState(const state::Subscription& row) {
  return absl::InvalidArgumentError(absl::StrCat(
      "the subscription is ", state::Subscription::State_Name(row.state())));
}

bool Wanted(const admin::ListSubscriptionsRequest& request,
            const state::Subscription& row) {
  if (!request.sender_id().empty() && request.sender_id() != row.sender_id())
    return false;
  return request.state() == admin::SUBSCRIPTION_STATE_UNSPECIFIED ||
         request.state() == StateOf(row);
}

}  // namespace

absl::StatusOr<admin::ListSubscriptionsResponse> SubscriptionOperator::List(
    const admin::ListSubscriptionsRequest& request) const {
  const int limit = request.limit() <= 0 ? kDefaultLimit
                                         : std::min(request.limit(), kMaxLimit);
  admin::ListSubscriptionsResponse response;
  bool held = request.service().empty();
  // `position` is the service and the code of the next one.
  const std::vector<std::string> at =
      absl::StrSplit(request.position(), absl::MaxSplits(' ', 1));
  bool reached = request.position().empty();
  for (const Subscriptions* one : all_) {
    const std::string& service = one->registry().service().full_name;
    held |= service == request.service();
    if (!request.service().empty() && service != request.service()) continue;
    const bool resumed = !reached && at.size() == 2 && at[0] == service;
    if (!reached && !resumed) continue;
    reached = true;
    const SubscriptionRows& rows = one->rows();
    const auto snapshot = one->registry().store().GetSnapshot();
    const auto cursor =
        snapshot->Scan({rows.space(), rows.Key(resumed ? at[1] : ""),
                        PrefixEnd(rows.Prefix('S'))});
    for (; cursor->Valid(); cursor->Next()) {
      state::Subscription row;
      row.ParseFromString(std::string(cursor->value()));
      if (!Wanted(request, row)) continue;
      if (response.subscriptions_size() == limit) {
        response.set_next(absl::StrCat(service, " ", row.code()));
        return response;
      }
      *response.add_subscriptions() = Describe(*one, row);
    }
    RETURN_IF_ERROR(cursor->status());
  }
  if (!held)
    return absl::NotFoundError(
        absl::StrCat("no registry ", request.service(), " is held here"));
  return response;
}

absl::StatusOr<admin::Subscription> SubscriptionOperator::ChangeOne(
    const std::string& code, const Change& change) {
  for (const Subscriptions* one : all_) {
    const SubscriptionRows& rows = one->rows();
    storage::Store& store = one->registry().store();
    bool found = false;
    RETURN_IF_ERROR(storage::CommitAndWait(
        store, {{rows.space(), rows.Key(code)}},
        [&](storage::CommitView& view) -> absl::Status {
          ASSIGN_OR_RETURN(const std::optional<state::Subscription> row,
                           rows.Find(view, code));
          found = row.has_value();
          return found ? change(*one, *row, view) : absl::OkStatus();
        }));
    if (!found) continue;
    if (changed_) changed_();
    ASSIGN_OR_RETURN(const std::optional<state::Subscription> row,
                     rows.Find(*store.GetSnapshot(), code));
    return row.has_value() ? Describe(*one, *row) : admin::Subscription();
  }
  return absl::NotFoundError("no subscription has this code");
}

absl::StatusOr<admin::ApproveSubscriptionResponse>
SubscriptionOperator::Approve(const admin::ApproveSubscriptionRequest& request,
                              absl::Time now) {
  admin::ApproveSubscriptionResponse response;
  ASSIGN_OR_RETURN(
      *response.mutable_subscription(),
      ChangeOne(request.code(),
                [&](const Subscriptions& one, const state::Subscription& old,
                    storage::CommitView& view) -> absl::Status {
                  if (old.state() != state::Subscription::PENDING)
                    return WrongState(old);
                  state::Subscription row = old;
                  if (!request.refuse().empty()) {
                    row.set_state(state::Subscription::REFUSED);
                    row.set_note(request.refuse());
                    row.set_closed(true);
                    RETURN_IF_ERROR(CompleteRefused(one.parts().complete, row,
                                                    request.refuse(), now,
                                                    view));
                    return one.rows().Put(view, &old, row);
                  }
                  return Activate(one.parts(), old, now, view);
                }));
  return response;
}

absl::StatusOr<admin::SuspendSubscriptionResponse>
SubscriptionOperator::Suspend(const admin::SuspendSubscriptionRequest& request,
                              absl::Time now) {
  admin::SuspendSubscriptionResponse response;
  ASSIGN_OR_RETURN(
      *response.mutable_subscription(),
      ChangeOne(request.code(),
                [&](const Subscriptions& one, const state::Subscription& old,
                    storage::CommitView& view) -> absl::Status {
                  ASSIGN_OR_RETURN(
                      const bool done,
                      registry::Suspend(one.rows(), old.code(),
                                        request.reason(), now, view));
                  return done ? absl::OkStatus() : WrongState(old);
                }));
  return response;
}

absl::StatusOr<admin::ResumeSubscriptionResponse> SubscriptionOperator::Resume(
    const admin::ResumeSubscriptionRequest& request, absl::Time now) {
  admin::ResumeSubscriptionResponse response;
  ASSIGN_OR_RETURN(
      *response.mutable_subscription(),
      ChangeOne(request.code(),
                [&](const Subscriptions& one, const state::Subscription& old,
                    storage::CommitView& view) -> absl::Status {
                  ASSIGN_OR_RETURN(
                      const bool done,
                      registry::Resume(one.rows(), *one.parts().outbox, old,
                                       now, view));
                  return done ? absl::OkStatus() : WrongState(old);
                }));
  return response;
}

absl::StatusOr<admin::DeleteSubscriptionResponse> SubscriptionOperator::Delete(
    const admin::DeleteSubscriptionRequest& request, absl::Time now) {
  const absl::StatusOr<admin::Subscription> gone = ChangeOne(
      request.code(),
      [&](const Subscriptions& one, const state::Subscription& old,
          storage::CommitView& view) -> absl::Status {
        if (old.state() == state::Subscription::PENDING)
          RETURN_IF_ERROR(CompleteRefused(one.parts().complete, old,
                                          "was removed by the operator", now,
                                          view));
        // Nobody hands anything on to it meanwhile; what is parked for it is
        // dropped when its turn comes.
        one.rows().BumpVersion(view);
        RETURN_IF_ERROR(one.rows().Remove(view, old));
        return one.parts()
            .outbox
            ->Replay(view,
                     exchange::Outbox::LaneOf(old.sender_id(), old.code()), now)
            .status();
      });
  admin::DeleteSubscriptionResponse response;
  response.set_deleted(gone.ok());
  if (!gone.ok() && !absl::IsNotFound(gone.status())) return gone.status();
  return response;
}

}  // namespace dci::registry
