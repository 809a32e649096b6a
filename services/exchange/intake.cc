#include "services/exchange/intake.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/exchange/callback_address.h"
#include "services/exchange/fingerprint.h"
#include "services/exchange/header_checks.h"
#include "services/exchange/layout.h"
#include "services/exchange/tolerance.h"
#include "services/schema/reason.h"
#include "services/wire/message.h"

namespace dci::exchange {

using schema::Refusal;

void Intake::Take(std::shared_ptr<Call> call, RawMessage raw,
                  std::function<void(absl::Status)> done) {
  if (handlers_->Find(raw.method->full_name) == nullptr) {
    return done(Refusal(dci::common::v1::REASON_ACTION_NOT_SUPPORTED,
                        "the operation is not offered here"));
  }
  absl::StatusOr<wire::DecodedMessage> decoded =
      raw.wire == Wire::kHttp
          ? wire::DecodeJsonMessage(*codec_, *raw.method, std::move(raw.bytes),
                                    options_.limits)
          : wire::DecodeGrpcMessage(*codec_, *raw.method, raw.bytes,
                                    options_.limits);
  if (!decoded.ok()) {
    // A message beyond the limits is bad; it is not one too many.
    return done(Refusal(dci::common::v1::REASON_REQUEST_BAD,
                        decoded.status().message()));
  }
  call->header = decoded->header;
  call->sender_id = decoded->header.sender_id();
  verifier_->Verify(
      *std::move(decoded), raw.credentials, clock_->Now(),
      [this, call,
       done = std::move(done)](absl::StatusOr<trust::VerifiedMessage> message) {
        done(message.ok() ? Check(call.get(), *message) : message.status());
      });
}

absl::Status Intake::Check(Call* call, const trust::VerifiedMessage& message) {
  const trust::Participant& sender = message.participant();
  call->sender_id = message.sender_id();
  call->duplicates_pass =
      sender.config().duplicates() == dci::config::v1::DUPLICATES_REPORT;
  // Senders that are not registered have one limit together: their ids cost
  // nothing.
  call->retry_after = limiter_.Take(
      sender.sender_id(), sender.config().rate_limit(), call->received);
  if (call->retry_after > absl::ZeroDuration()) {
    return Refusal(dci::common::v1::REASON_REQUEST_TOO_MANY_REQUESTS,
                   "too many messages");
  }
  auto request = std::make_shared<Request>();
  request->plan = handlers_->Find(call->method->full_name);
  request->encrypted = message.was_encrypted();
  request->body = message.body();
  RequestContext& context = request->context;
  context.method = call->method;
  context.sender = message.shared_participant();
  context.sender_id = call->sender_id;
  context.header = message.header();
  context.correlation_id = ids_->NewId();
  context.scopes = message.scopes();
  context.received = call->received;
  call->remember_until =
      std::max(call->received + options_.replay_window, message.valid_until());
  RETURN_IF_ERROR(SplitBody(request.get()));
  call->request = request;
  RETURN_IF_ERROR(CheckItems(call, request.get(), message));
  RETURN_IF_ERROR(CheckAddress(call, sender));
  ASSIGN_OR_RETURN(call->fingerprint,
                   MessageFingerprint(*codec_, *request->plan, request->body));
  const absl::string_view id =
      absl::StripAsciiWhitespace(message.header().message_id());
  if (!id.empty()) call->message_key = MessageKey(call->sender_id, id);
  return absl::OkStatus();
}

absl::Status Intake::CheckItems(Call* call, Request* request,
                                const trust::VerifiedMessage& message) {
  const trust::Participant& sender = message.participant();
  const size_t count = request->items.size();
  const int own = sender.config().max_items();
  const size_t most = static_cast<size_t>(
      own > 0 ? std::min(own, options_.max_items) : options_.max_items);
  ToleranceVerdict verdict =
      JudgeFindings(*request->plan, message.findings(), sender);
  call->findings = verdict.tolerated;
  call->well_formed = verdict.well_formed;
  RETURN_IF_ERROR(verdict.message);
  if (count > most) {
    return Refusal(dci::common::v1::REASON_TOTAL_COUNT_LIMIT_EXCEEDED,
                   absl::StrCat("at most ", most, " items"));
  }
  RETURN_IF_ERROR(CheckHeader(message.header(), *call->method, count,
                              options_.accepted_receiver_ids, sender));
  if (count == 0) {
    return Refusal(dci::common::v1::REASON_REQUEST_BAD, "no items");
  }
  for (auto& [index, refusal] : verdict.items) {
    if (index < count) request->items[index].refusal = refusal;
  }
  RefuseRepeatedReferences(request);
  RETURN_IF_ERROR(ValidateItems(*codec_, call->received, request));
  const auto fine =
      std::find_if(request->items.begin(), request->items.end(),
                   [](const BatchItem& item) { return item.refusal.ok(); });
  return fine == request->items.end() ? request->items.front().refusal
                                      : absl::OkStatus();
}

absl::Status Intake::CheckAddress(Call* call,
                                  const trust::Participant& sender) {
  if (call->method->mode != schema::Mode::kAsync ||
      !sender.config().grpc_target().empty()) {
    return absl::OkStatus();
  }
  call->address = call->header.sender_uri();
  return CallbackAddress(sender.config(), call->address).status();
}

}  // namespace dci::exchange
