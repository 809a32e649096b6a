#include "services/exchange/envelopes.h"

#include <utility>

#include "services/base/clock.h"
#include "services/base/status_macros.h"
#include "services/exchange/answer_body.h"
#include "services/schema/reason.h"
#include "services/wire/message.h"

namespace dci::exchange {
namespace {

using dci::common::v1::AckEnvelope;
using dci::common::v1::EncryptedMessage;

constexpr absl::string_view kAckType = "dci.common.v1.AckEnvelope";

wire::CodeTexts CodeTextsFor(const trust::Participant& receiver) {
  switch (receiver.config().code_texts()) {
    case dci::config::v1::CODE_TEXTS_CODE:
      return wire::CodeTexts::kCodes;
    case dci::config::v1::CODE_TEXTS_LABEL:
      return wire::CodeTexts::kLabels;
    default:
      return wire::CodeTexts::kDialects;
  }
}

}  // namespace

void Envelopes::Seal(Draft draft, absl::Time now,
                     std::function<void(absl::StatusOr<Sealed>)> done) const {
  if (!draft.encrypt) return done(Finish(std::move(draft), now));
  std::string clear;
  wire::WriteOptions options;
  options.dialect = draft.receiver->dialect();
  options.code_texts = CodeTextsFor(*draft.receiver);
  if (absl::Status written =
          codec_->WireToJson(*draft.body_type, draft.body, options, &clear);
      !written.ok()) {
    return done(written);
  }
  std::shared_ptr<const trust::Participant> to = draft.receiver;
  encrypter_->Encrypt(
      to, std::move(clear), now,
      [this, draft = std::move(draft), now,
       done = std::move(done)](absl::StatusOr<EncryptedMessage> jwe) mutable {
        if (!jwe.ok()) return done(jwe.status());
        draft.header.set_is_msg_encrypted(true);
        draft.body = jwe->SerializeAsString();
        done(Finish(std::move(draft), now));
      });
}

absl::StatusOr<Sealed> Envelopes::Finish(Draft draft, absl::Time now) const {
  const auto& profile = draft.receiver->config().sign();
  wire::RenderOptions options;
  options.encrypted = draft.encrypt;
  // Over gRPC the signature covers the normal form.
  options.normal_form = draft.wire == Wire::kGrpc;
  if (draft.wire == Wire::kHttp) {
    options.dialect = draft.receiver->dialect();
    options.all_header_fields = profile.emit_all_header_fields();
    options.code_texts = CodeTextsFor(*draft.receiver);
  }
  const std::string header = draft.header.SerializeAsString();
  if (draft.wire == Wire::kGrpc &&
      profile.form() == dci::config::v1::SIGNATURE_FORM_UNSPECIFIED) {
    // The JSON is made for the signature alone: over gRPC nobody sends it.
    Sealed sealed;
    sealed.bytes = wire::AssembleGrpcEnvelope(*draft.envelope, "", header,
                                              draft.body, draft.encrypt);
    return sealed;
  }
  ASSIGN_OR_RETURN(
      wire::OutgoingParts parts,
      wire::RenderParts(*codec_, *draft.envelope, header, draft.body, options));
  // Over HTTP nobody needs the body any more, and it may be long.
  if (draft.wire == Wire::kHttp) draft.body = std::string();
  ASSIGN_OR_RETURN(
      const trust::Signed signature,
      signer_->Sign(parts.header_json, parts.message_json, profile, now));
  Sealed sealed;
  sealed.http_signature = signature.http_signature_header;
  sealed.bytes =
      draft.wire == Wire::kHttp
          ? wire::AssembleDocument(std::move(parts), signature.signature_member)
          : wire::AssembleGrpcEnvelope(*draft.envelope,
                                       signature.signature_member, header,
                                       draft.body, draft.encrypt);
  return sealed;
}

std::string Envelopes::AckBytes(Wire wire, const AckEnvelope& ack) const {
  std::string bytes = ack.SerializeAsString();
  if (wire == Wire::kGrpc) return bytes;
  std::string json;
  const schema::Message* type = codec_->model().FindMessage(kAckType);
  if (type == nullptr ||
      !codec_->WireToJson(*type, bytes, schema::Dialect::kC25, &json).ok()) {
    // The schema has no acknowledgements, or its text was not UTF-8; the
    // status code says the rest.
    return "{\"message\":{\"ack_status\":\"ERR\"}}";
  }
  return json;
}

Answer Envelopes::Acknowledge(Wire wire, absl::string_view correlation_id,
                              absl::Time now, int http_status) const {
  AckEnvelope ack;
  ack.mutable_message()->set_ack_status(dci::common::v1::ACK_STATUS_ACK);
  ack.mutable_message()->set_timestamp(FormatTimestamp(now));
  ack.mutable_message()->set_correlation_id(std::string(correlation_id));
  Answer answer;
  answer.http_status = http_status;
  answer.bytes = AckBytes(wire, ack);
  return answer;
}

Answer Envelopes::Refuse(Wire wire, const absl::Status& why,
                         absl::string_view correlation_id,
                         absl::Time now) const {
  const schema::Reason reason = schema::ReasonOf(why);
  dci::common::v1::Error error;
  error.set_code(schema::ReasonText(reason, schema::Place::kAck));
  error.set_message(IsFault(why)
                        ? "not now; try again later"
                        : RefusedHeader(why, 0).status_reason_message());
  AckEnvelope ack;
  ack.mutable_message()->set_ack_status(dci::common::v1::ACK_STATUS_ERR);
  ack.mutable_message()->set_timestamp(FormatTimestamp(now));
  ack.mutable_message()->set_correlation_id(std::string(correlation_id));
  *ack.mutable_message()->mutable_error() = error;
  *ack.add_errors() = error;
  Answer answer;
  answer.status = schema::Refusal(reason, error.message());
  answer.http_status = schema::Info(reason).http_status;
  answer.bytes = AckBytes(wire, ack);
  return answer;
}

}  // namespace dci::exchange
