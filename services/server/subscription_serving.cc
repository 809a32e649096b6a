#include "services/server/subscription_serving.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/ids.h"
#include "services/base/status_macros.h"
#include "services/exchange/layout.h"
#include "services/registry/layout.h"
#include "services/registry/subscription_operator.h"
#include "services/server/typed_plain.h"

namespace dci::server {
namespace {

namespace admin = ::dci::admin::v1;

// Changes that are not handed on yet; a guess beyond a hundred.
double Behind(registry::Subscriptions& one) {
  const auto snapshot = one.registry().store().GetSnapshot();
  const auto count = snapshot->EstimateRange(
      one.registry().spaces().changes,
      registry::ChangeKey(one.fan_out().position() + 1), "");
  return count.ok() ? static_cast<double>(*count) : 0;
}

}  // namespace

absl::StatusOr<registry::Subscriptions*> SubscriptionServing::Add(
    registry::Registry* registry,
    const dci::config::v1::SubscriptionConfig& config, const DomainParts& parts,
    Served* served) {
  if (!outbox_.has_value()) {
    ASSIGN_OR_RETURN(const exchange::Spaces spaces,
                     exchange::Spaces::Find(*parts.store));
    outbox_.emplace(spaces.outbox, IdSource::Random());
  }
  registry::SubscriptionsOptions options;
  options.config = config;
  options.complete = parts.complete;
  options.wake = parts.wake_passes;
  ASSIGN_OR_RETURN(
      std::unique_ptr<registry::Subscriptions> opened,
      registry::Subscriptions::Open(registry, &*outbox_, std::move(options)));
  registry::Subscriptions* one = opened.get();
  all_.push_back(std::move(opened));
  RETURN_IF_ERROR(one->Serve(parts.handlers));
  served->sources[one->source_name()] = &one->source();
  served->passes.push_back({one->source_name(),
                            [one, wake = parts.wake_exchange](
                                absl::Time now) -> absl::StatusOr<bool> {
                              ASSIGN_OR_RETURN(
                                  const registry::FanOutStats stats,
                                  one->fan_out().Execute(now));
                              if (stats.notifications > 0 && wake) wake();
                              return stats.more;
                            },
                            /*when_woken=*/true});
  return one;
}

// Looks at every subscription: now and then is enough for what is days old.
absl::StatusOr<bool> SubscriptionServing::Trim(absl::Time now) {
  if (now < next_trim_) return false;
  ASSIGN_OR_RETURN(const bool more, trimmer_->ExecutePass(now));
  if (!more) next_trim_ = now + absl::Minutes(10);
  return more;
}

void SubscriptionServing::ServeAll(const DomainParts& parts, Served* served) {
  std::vector<registry::Subscriptions*> all;
  for (const auto& one : all_) all.push_back(one.get());
  watch_.Serve(all, parts, served);
  trimmer_.emplace(all);
  served->passes.push_back(
      {"change log", [this](absl::Time now) { return Trim(now); }});
  auto op =
      std::make_shared<registry::SubscriptionOperator>(std::move(all), [parts] {
        if (parts.wake_passes) parts.wake_passes();
        if (parts.wake_exchange) parts.wake_exchange();
      });
  const schema::Service* service =
      parts.codec->model().FindService("dci.admin.v1.SubscriptionAdmin");
  Worker* worker = parts.worker;
  const Clock* clock = parts.clock;
  auto& handlers = served->admin;
  handlers[service->FindMethod("ListSubscriptions")] =
      OnWorker<admin::ListSubscriptionsRequest,
               admin::ListSubscriptionsResponse>(
          worker, [op](const auto& request) { return op->List(request); });
  handlers[service->FindMethod("ApproveSubscription")] =
      OnWorker<admin::ApproveSubscriptionRequest,
               admin::ApproveSubscriptionResponse>(
          worker, [op, clock](const auto& request) {
            return op->Approve(request, clock->Now());
          });
  handlers[service->FindMethod("SuspendSubscription")] =
      OnWorker<admin::SuspendSubscriptionRequest,
               admin::SuspendSubscriptionResponse>(
          worker, [op, clock](const auto& request) {
            return op->Suspend(request, clock->Now());
          });
  handlers[service->FindMethod("ResumeSubscription")] =
      OnWorker<admin::ResumeSubscriptionRequest,
               admin::ResumeSubscriptionResponse>(
          worker, [op, clock](const auto& request) {
            return op->Resume(request, clock->Now());
          });
  handlers[service->FindMethod("DeleteSubscription")] =
      OnWorker<admin::DeleteSubscriptionRequest,
               admin::DeleteSubscriptionResponse>(
          worker, [op, clock](const auto& request) {
            return op->Delete(request, clock->Now());
          });
  served->admin_services.push_back(service);
}

void SubscriptionServing::AddCapabilities(
    dci::ext::v1::Capabilities* capabilities) const {
  for (const auto& one : all_)
    for (dci::ext::v1::RegistryCapability& registry :
         *capabilities->mutable_registries())
      if (registry.service() == one->registry().service().full_name)
        for (const std::string& name : one->events().names())
          registry.add_event_types(name);
}

void SubscriptionServing::AddMetrics(std::vector<Sample>* samples) const {
  watch_.AddMetrics(samples);
  // Samples of one name stand together.
  const auto add = [&](const char* name, const char* help, bool counter,
                       const auto& values_of) {
    for (const auto& one : all_)
      for (auto& [state, value] : values_of(*one)) {
        Sample sample{name, help, counter, {}, value};
        sample.labels.push_back(
            {"registry", one->registry().service().full_name});
        if (state[0] != '\0') sample.labels.push_back({"state", state});
        samples->push_back(std::move(sample));
      }
  };
  using Values = std::vector<std::pair<const char*, double>>;
  add("dci_subscriptions", "Subscriptions that take part.", false,
      [](registry::Subscriptions& one) {
        const registry::SubscriptionCounts counts = one.fan_out().Counts();
        return Values{{"active", counts.active},
                      {"pending", counts.pending},
                      {"suspended", counts.suspended}};
      });
  add("dci_subscriptions_behind", "Active ones that catch up.", false,
      [](registry::Subscriptions& one) {
        return Values{{"", one.fan_out().Counts().behind}};
      });
  add("dci_subscriptions_lag", "Changes that are not handed on yet.", false,
      [](registry::Subscriptions& one) {
        return Values{{"", Behind(one)}};
      });
  add("dci_notifications_delivered_total", "Notifications acknowledged.", true,
      [](registry::Subscriptions& one) {
        return Values{{"", one.source().delivered()}};
      });
  add("dci_subscriptions_suspended_total",
      "Subscriptions suspended for failed deliveries.", true,
      [](registry::Subscriptions& one) {
        return Values{{"", one.source().suspended()}};
      });
}

}  // namespace dci::server
