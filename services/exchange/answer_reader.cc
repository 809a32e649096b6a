#include "services/exchange/answer_reader.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/wire/message.h"
#include "services/wire/wire_fields.h"

namespace dci::exchange {
namespace {

absl::Status Unbelievable(const absl::Status& why) {
  // While a key cannot be fetched, asking again may help.
  if (absl::IsUnavailable(why) || absl::IsDeadlineExceeded(why)) return why;
  return absl::InvalidArgumentError(absl::StrCat("answer: ", why.message()));
}

std::string TransactionIdOf(const schema::Method& method,
                            absl::string_view body) {
  const schema::Field* field =
      method.response_body == nullptr
          ? nullptr
          : method.response_body->FindName("transaction_id");
  return field == nullptr ? std::string()
                          : std::string(wire::FindBytes(body, field->number));
}

}  // namespace

Effect AnswerReader::EffectOf(const CallbackHandler* handler,
                              RequestContext context, std::string handle,
                              std::string body) const {
  auto request = std::make_shared<const RequestContext>(std::move(context));
  return [this, handler, request, handle = std::move(handle),
          body = std::move(body)](storage::CommitView& view,
                                  absl::Time now) -> absl::Status {
    ItemContext item;
    item.request = request.get();
    item.handle = handle;
    item.now = now;
    ASSIGN_OR_RETURN(const CallbackOutcome outcome,
                     handler->Apply(item, body, view));
    RETURN_IF_ERROR(transactions_->Complete(view, outcome.completions, now));
    for (const Outgoing& message : outcome.messages) {
      RETURN_IF_ERROR(outbox_->Enqueue(view, message, now));
    }
    return absl::OkStatus();
  };
}

void AnswerReader::Read(
    const stored::OutboxRow& message, const Delivery& delivery,
    const Reply& reply, absl::Time now,
    std::function<void(absl::StatusOr<Effect>)> done) const {
  const CallbackHandler* handler = handlers_->FindAnswer(message.method());
  if (handler == nullptr) return done(Effect());
  RequestContext context;
  context.method = delivery.method;
  context.sender_id = message.receiver_id();
  context.received = now;
  if (reply.bytes.empty()) {
    return done(EffectOf(handler, std::move(context), message.handle(), ""));
  }
  absl::StatusOr<wire::DecodedMessage> decoded =
      delivery.wire == Wire::kHttp
          ? wire::DecodeJsonMessage(*codec_, *delivery.method, reply.bytes,
                                    limits_, wire::Side::kAnswer)
          : wire::DecodeGrpcMessage(*codec_, *delivery.method, reply.bytes,
                                    limits_, wire::Side::kAnswer);
  if (!decoded.ok()) return done(Unbelievable(decoded.status()));
  // An answer need not name its sender: it comes from whoever was asked.
  if (decoded->header.sender_id().empty()) {
    decoded->header.set_sender_id(message.receiver_id());
  }
  trust::Credentials credentials;
  credentials.http_signature = reply.http_signature;
  if (!reply.http_signature.empty()) credentials.raw_body = reply.bytes;
  verifier_->Verify(
      *std::move(decoded), credentials, now,
      [this, handler, context, handle = message.handle(),
       done = std::move(done)](
          absl::StatusOr<trust::VerifiedMessage> verified) mutable {
        if (!verified.ok()) return done(Unbelievable(verified.status()));
        if (verified->sender_id() != context.sender_id) {
          return done(
              absl::InvalidArgumentError("answer: it is another sender's"));
        }
        context.sender = verified->shared_participant();
        context.header = verified->header();
        context.transaction_id =
            TransactionIdOf(*context.method, verified->body());
        done(EffectOf(handler, std::move(context), std::move(handle),
                      verified->body()));
      });
}

}  // namespace dci::exchange
