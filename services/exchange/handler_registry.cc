#include "services/exchange/handler_registry.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"

namespace dci::exchange {
namespace {

int Number(const schema::Message* message, absl::string_view name) {
  const schema::Field* field =
      message == nullptr ? nullptr : message->FindName(name);
  return field == nullptr ? 0 : field->number;
}

MethodPlan::Numbers NumbersOf(const schema::Message* body,
                              const schema::Field* list) {
  const schema::Message* item = list == nullptr ? body : list->message;
  MethodPlan::Numbers numbers;
  numbers.transaction_id = Number(body, "transaction_id");
  numbers.correlation_id = Number(body, "correlation_id");
  numbers.list = list == nullptr ? 0 : list->number;
  numbers.reference_id = Number(item, "reference_id");
  numbers.timestamp = Number(item, "timestamp");
  numbers.locale = Number(item, "locale");
  numbers.status = Number(item, "status");
  numbers.reason_code = Number(item, "status_reason_code");
  numbers.reason_message = Number(item, "status_reason_message");
  return numbers;
}

absl::Status Misfit(const schema::Method& method, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(method.full_name, ": ", what));
}

}  // namespace

absl::Status HandlerRegistry::Add(const schema::Method& method,
                                  MethodPlan plan) {
  if (method.request_body == nullptr) {
    return Misfit(method, "has no envelope");
  }
  plan.method = &method;
  plan.operation =
      absl::StrCat(method.service == nullptr ? "" : method.service->full_name,
                   ":", method.actions.empty() ? "" : method.actions.front());
  plan.request = NumbersOf(method.request_body, method.items);
  plan.answer = NumbersOf(method.response_body, method.answer_items);
  auto [it, is_new] = plans_.try_emplace(
      method.full_name, std::make_unique<const MethodPlan>(std::move(plan)));
  if (!is_new) {
    return absl::AlreadyExistsError(
        absl::StrCat(method.full_name, ": is served already"));
  }
  return absl::OkStatus();
}

absl::Status HandlerRegistry::AddPair(const schema::Method& method,
                                      const MethodPlan& plan) {
  if (method.mode != schema::Mode::kAsync &&
      method.mode != schema::Mode::kSync) {
    return Misfit(method, "is neither synchronous nor asynchronous");
  }
  RETURN_IF_ERROR(Add(method, plan));
  return method.sync == nullptr ? absl::OkStatus() : Add(*method.sync, plan);
}

absl::Status HandlerRegistry::Register(
    const schema::Method& method, std::shared_ptr<const ItemHandler> handler) {
  if (method.read_only) return Misfit(method, "changes nothing");
  MethodPlan plan;
  plan.handler = plan.items = handler.get();
  handlers_.push_back(std::move(handler));
  return AddPair(method, plan);
}

absl::Status HandlerRegistry::Register(
    const schema::Method& method,
    std::shared_ptr<const SearchHandler> handler) {
  if (!method.read_only) return Misfit(method, "is not read-only");
  MethodPlan plan;
  plan.handler = plan.search = handler.get();
  handlers_.push_back(std::move(handler));
  return AddPair(method, plan);
}

absl::Status HandlerRegistry::Register(
    const schema::Method& method,
    std::shared_ptr<const CallbackHandler> handler) {
  if (method.mode != schema::Mode::kCallback) {
    return Misfit(method, "is no callback");
  }
  MethodPlan plan;
  plan.handler = plan.callback = handler.get();
  handlers_.push_back(std::move(handler));
  return Add(method, plan);
}

absl::Status HandlerRegistry::RegisterAnswer(
    const schema::Method& method,
    std::shared_ptr<const CallbackHandler> handler) {
  if (method.mode != schema::Mode::kSync || method.request_body == nullptr) {
    return Misfit(method, "has no answer that could be taken");
  }
  if (!answers_.emplace(method.full_name, std::move(handler)).second) {
    return absl::AlreadyExistsError(
        absl::StrCat(method.full_name, ": its answers are taken already"));
  }
  return absl::OkStatus();
}

const CallbackHandler* HandlerRegistry::FindAnswer(
    absl::string_view full_name) const {
  const auto it = answers_.find(full_name);
  return it == answers_.end() ? nullptr : it->second.get();
}

const MethodPlan* HandlerRegistry::Find(absl::string_view full_name) const {
  const auto it = plans_.find(full_name);
  return it == plans_.end() ? nullptr : it->second.get();
}

std::vector<const MethodPlan*> HandlerRegistry::plans() const {
  std::vector<const MethodPlan*> plans;
  for (const auto& [name, plan] : plans_) plans.push_back(plan.get());
  std::sort(plans.begin(), plans.end(), [](const auto* a, const auto* b) {
    return a->method->full_name < b->method->full_name;
  });
  return plans;
}

}  // namespace dci::exchange
