#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/base/clock.h"
#include "services/base/status_macros.h"
#include "services/exchange/callback_address.h"
#include "services/exchange/envelopes.h"
#include "services/schema/reason.h"
#include "services/wire/message.h"

namespace dci::exchange {
namespace {

using dci::common::v1::AckEnvelope;

// Reads an acknowledgement; nothing where the receiver sent something else.
std::optional<AckEnvelope> ReadAck(const wire::Codec& codec,
                                   const Delivery& delivery,
                                   const Reply& reply) {
  AckEnvelope ack;
  std::string bytes = reply.bytes;
  if (delivery.wire == Wire::kHttp) {
    const schema::Message* type =
        codec.model().FindMessage("dci.common.v1.AckEnvelope");
    if (type == nullptr) return std::nullopt;
    auto read = codec.JsonToWire(*type, reply.bytes, nullptr);
    if (!read.ok()) return std::nullopt;
    bytes = *std::move(read);
  }
  if (!ack.ParseFromString(bytes)) return std::nullopt;
  return ack;
}

// An ERR parks the message, unless its code says that it may succeed later.
absl::Status JudgeError(const dci::common::v1::Error& error) {
  const auto reason = schema::ReasonFromText(error.code());
  const std::string text = absl::StrCat("ERR ", error.code());
  if (reason.has_value() && schema::Info(*reason).retry) {
    return absl::UnavailableError(text);
  }
  return absl::InvalidArgumentError(text);
}

}  // namespace

absl::StatusOr<Draft> OutboxRenderer::MakeDraft(
    const stored::OutboxRow& message, absl::Time now) const {
  const wire::Codec& codec = envelopes_->codec();
  const schema::Method* method = codec.model().FindMethod(message.method());
  if (method == nullptr || method->request_body == nullptr) {
    return absl::NotFoundError("no such method any more");
  }
  Draft draft;
  draft.receiver = participants_->Find(message.receiver_id());
  if (draft.receiver == nullptr) {
    return absl::NotFoundError("the receiver is not registered");
  }
  draft.wire = draft.receiver->config().grpc_target().empty() ? Wire::kHttp
                                                              : Wire::kGrpc;
  draft.envelope = method->request;
  draft.body_type = method->request_body;
  draft.encrypt = message.encrypt();
  auto& header = draft.header;
  header.ParseFromString(message.header());
  if (header.version().empty()) header.set_version("1.0.0");
  // Of this try: a JWS is judged by it.
  header.set_message_ts(FormatTimestamp(now));
  if (header.action().empty() && !method->actions.empty()) {
    header.set_action(method->actions.front());
  }
  if (header.sender_id().empty()) header.set_sender_id(id_);
  if (header.receiver_id().empty())
    header.set_receiver_id(message.receiver_id());
  if (method->mode == schema::Mode::kAsync && header.sender_uri().empty()) {
    header.set_sender_uri(public_url_);
  }
  header.set_is_msg_encrypted(draft.encrypt);
  return draft;
}

absl::StatusOr<std::string> OutboxRenderer::BodyOf(
    const stored::OutboxRow& message, const Draft& draft) const {
  if (message.source().empty()) return message.body();
  const MessageSource* source = FindSource(sources_, message.source());
  if (source == nullptr) {
    return absl::NotFoundError("nobody makes such messages any more");
  }
  ASSIGN_OR_RETURN(std::optional<std::string> body,
                   source->MakeBody(message.body(), draft.header));
  if (!body.has_value()) return absl::CancelledError("nothing to send");
  return *std::move(body);
}

absl::StatusOr<Delivery> OutboxRenderer::MakeDelivery(
    const stored::OutboxRow& message, const Draft& draft) const {
  const dci::config::v1::Participant& config = draft.receiver->config();
  Delivery delivery;
  delivery.wire = draft.wire;
  delivery.method = envelopes_->codec().model().FindMethod(message.method());
  delivery.timeout = timeout_;
  delivery.allow_private_addresses = config.allow_private_addresses();
  if (draft.wire == Wire::kGrpc) {
    delivery.target = config.grpc_target();
    delivery.grpc_tls = config.grpc_tls();
    return delivery;
  }
  // Judged again: the bases may have changed since the message was taken.
  ASSIGN_OR_RETURN(const std::string address,
                   CallbackAddress(config, message.address()));
  delivery.target = message.address_is_complete()
                        ? address
                        : CallbackUrl(config, message.address(), address,
                                      delivery.method->path);
  return delivery;
}

std::string OutboxRenderer::AddressOf(const stored::OutboxRow& message) {
  const std::shared_ptr<const trust::Participant> receiver =
      participants_->Find(message.receiver_id());
  if (receiver == nullptr) return "";
  if (!receiver->config().grpc_target().empty()) {
    return absl::AsciiStrToLower(receiver->config().grpc_target());
  }
  const absl::StatusOr<std::string> address =
      CallbackAddress(receiver->config(), message.address());
  return address.ok() ? HostAndPort(*address) : "";
}

void OutboxRenderer::Render(
    const stored::OutboxRow& message, absl::Time now,
    std::function<void(absl::StatusOr<Delivery>)> done) {
  absl::StatusOr<Draft> draft = MakeDraft(message, now);
  if (!draft.ok()) return done(draft.status());
  absl::StatusOr<Delivery> delivery = MakeDelivery(message, *draft);
  if (!delivery.ok()) return done(delivery.status());
  absl::StatusOr<std::string> body = BodyOf(message, *draft);
  if (!body.ok()) return done(body.status());
  draft->body = *std::move(body);
  envelopes_->Seal(*std::move(draft), now,
                   [delivery = *std::move(delivery), done = std::move(done)](
                       absl::StatusOr<Sealed> sealed) mutable {
                     if (!sealed.ok()) return done(sealed.status());
                     delivery.bytes = std::move(sealed->bytes);
                     delivery.http_signature =
                         std::move(sealed->http_signature);
                     done(std::move(delivery));
                   });
}

absl::Status OutboxRenderer::Judge(const Delivery& delivery,
                                   const Reply& reply) {
  const std::optional<AckEnvelope> ack =
      ReadAck(envelopes_->codec(), delivery, reply);
  if (ack.has_value() &&
      ack->message().ack_status() == dci::common::v1::ACK_STATUS_ERR) {
    return JudgeError(ack->message().error());
  }
  if (reply.http_status >= 200 && reply.http_status < 300) {
    return absl::OkStatus();
  }
  return absl::UnavailableError(absl::StrCat("HTTP ", reply.http_status));
}

void OutboxRenderer::ReadAnswer(
    const stored::OutboxRow& message, const Delivery& delivery,
    const Reply& reply, absl::Time now,
    std::function<void(absl::StatusOr<Effect>)> done) {
  if (delivery.method->mode != schema::Mode::kSync) return done(Effect());
  const std::optional<AckEnvelope> ack =
      ReadAck(envelopes_->codec(), delivery, reply);
  const bool only_acknowledged =
      ack.has_value() &&
      ack->message().ack_status() != dci::common::v1::ACK_STATUS_UNSPECIFIED;
  answers_->Read(message, delivery, only_acknowledged ? Reply() : reply, now,
                 std::move(done));
}

}  // namespace dci::exchange
