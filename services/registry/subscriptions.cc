#include "services/registry/subscriptions.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"

namespace dci::registry {
namespace {

constexpr int kDefaultMaxFailures = 10;

bool TakesItems(const schema::Method& method, absl::string_view item) {
  const schema::Message* type =
      method.request_body == nullptr ? nullptr : method.item();
  return type != nullptr && type->full_name == item &&
         (method.mode == schema::Mode::kAsync ||
          method.mode == schema::Mode::kSync);
}

const schema::Method* FindNotify(const schema::Service& service) {
  if (service.callback_service == nullptr) return nullptr;
  for (const schema::Method& method : service.callback_service->methods)
    if (method.mode == schema::Mode::kCallback &&
        method.request_body != nullptr &&
        method.request_body->full_name == "dci.registry.v1.NotifyEventRequest")
      return &method;
  return nullptr;
}

}  // namespace

Subscriptions::Subscriptions(Registry* registry, EventTypes events)
    : registry_(registry),
      events_(std::move(events)),
      rows_(registry->spaces().subscriptions, registry->service().full_name),
      notify_(FindNotify(registry->service())),
      source_name_(
          absl::StrCat("subscriptions of ", registry->service().full_name)) {}

absl::StatusOr<std::unique_ptr<Subscriptions>> Subscriptions::Open(
    Registry* registry, const exchange::Outbox* outbox,
    SubscriptionsOptions options) {
  const config::v1::SubscriptionConfig& config = options.config;
  ASSIGN_OR_RETURN(EventTypes events,
                   EventTypes::Build(*registry->catalog(), config.events()));
  absl::TimeZone zone = absl::UTCTimeZone();
  if (!config.time_zone().empty() &&
      !absl::LoadTimeZone(config.time_zone(), &zone))
    return absl::InvalidArgumentError(
        absl::StrCat("no time zone ", config.time_zone()));
  std::unique_ptr<Subscriptions> made(
      new Subscriptions(registry, std::move(events)));
  made->parts_ = {registry, &made->rows_, &made->events_,  outbox,
                  config,   zone,         options.complete};
  made->source_ = std::make_unique<NotificationSource>(
      registry, &made->rows_, &made->events_,
      config.max_failures() > 0 ? config.max_failures() : kDefaultMaxFailures);
  FanOutOptions fan_out = options.fan_out;
  fan_out.zone = zone;
  fan_out.complete = options.complete;
  if (config.max_events_per_message() > 0)
    fan_out.max_events_per_message =
        static_cast<size_t>(config.max_events_per_message());
  made->fan_out_ = std::make_unique<FanOut>(
      registry, &made->rows_, &made->events_, outbox, made->notify_,
      made->source_name_, std::move(fan_out));
  registry->SetChangeListener(
      [fan_out = made->fan_out_.get(), wake = std::move(options.wake)] {
        fan_out->NoteChange();
        if (wake) wake();
      });
  registry->SetBulkGuard([self = made.get()] { return self->GuardBulk(); });
  registry->SetBulkListener([self = made.get()] { self->NoteBulk(); });
  return made;
}

Subscriptions::~Subscriptions() {
  registry_->SetChangeListener(nullptr);
  registry_->SetBulkGuard(nullptr);
  registry_->SetBulkListener(nullptr);
}

absl::Status Subscriptions::Serve(exchange::HandlerRegistry* handlers) const {
  if (!offered()) return absl::OkStatus();
  const auto subscribe = std::make_shared<SubscribeHandler>(parts_);
  const auto unsubscribe = std::make_shared<UnsubscribeHandler>(parts_);
  for (const schema::Method& method : registry_->service().methods) {
    // The synchronous form of a method that came before.
    if (handlers->Find(method.full_name) != nullptr) continue;
    std::shared_ptr<const exchange::ItemHandler> handler;
    if (TakesItems(method, "dci.registry.v1.SubscribeRequestItem"))
      handler = subscribe;
    if (TakesItems(method, "dci.registry.v1.UnsubscribeRequest"))
      handler = unsubscribe;
    if (handler == nullptr) continue;
    RETURN_IF_ERROR(handlers->Register(method, std::move(handler)));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::string>> Subscriptions::HandleOf(
    const storage::Snapshot& snapshot, absl::string_view sender_id,
    absl::string_view code, bool ended) const {
  ASSIGN_OR_RETURN(const std::optional<state::Subscription> row,
                   rows_.Find(snapshot, code));
  if (!row.has_value() || row->sender_id() != sender_id) return std::nullopt;
  const std::string& handle = ended ? row->ended_by() : row->made_by();
  if (handle.empty()) return std::nullopt;
  return handle;
}

absl::Status Subscriptions::GuardBulk() const {
  const auto snapshot = registry_->store().GetSnapshot();
  const auto cursor = snapshot->Scan(
      storage::ScanOptions::Prefix(rows_.space(), rows_.Prefix('C')));
  RETURN_IF_ERROR(cursor->status());
  if (!cursor->Valid()) return absl::OkStatus();
  return absl::FailedPreconditionError("the registry has subscribers");
}

// Who was watching must begin anew: the log does not say what was loaded.
void Subscriptions::NoteBulk() const {
  const absl::Status written = storage::CommitAndWait(
      registry_->store(), {}, [this](storage::CommitView& view) {
        state::LogStart start;
        start.set_trimmed(view.NextSequence());
        rows_.PutLogStart(view, start);
        return absl::OkStatus();
      });
  // A store that takes nothing says so to everybody; the load itself has
  // failed with it.
  (void)written;
}

}  // namespace dci::registry
