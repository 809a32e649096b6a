#include "services/wire/message.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/wire/json_text.h"
#include "services/wire/wire_bytes.h"

namespace dci::wire {

const schema::Message* EnvelopeOf(const schema::Method& method, Side side) {
  const schema::Message* message =
      side == Side::kRequest ? method.request : method.response;
  return message != nullptr && message->is_envelope ? message : nullptr;
}

const schema::Message* BodyOf(const schema::Method& method, Side side) {
  const schema::Message* envelope = EnvelopeOf(method, side);
  return envelope == nullptr || envelope->body == nullptr
             ? nullptr
             : envelope->body->message;
}

absl::StatusOr<OutgoingParts> RenderParts(const Codec& codec,
                                          const schema::Message& envelope,
                                          absl::string_view header,
                                          absl::string_view body,
                                          const RenderOptions& options) {
  const schema::Field* field =
      options.encrypted ? envelope.encrypted : envelope.body;
  if (envelope.header == nullptr || field == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(envelope.full_name, " is no envelope"));
  }
  WriteOptions write;
  write.dialect = options.dialect;
  write.normal_form = options.normal_form;
  write.nulls = options.all_header_fields;
  write.code_texts = options.code_texts;
  OutgoingParts parts;
  RETURN_IF_ERROR(codec.WireToJson(*envelope.header->message, header, write,
                                   &parts.header_json));
  write.nulls = false;
  RETURN_IF_ERROR(
      codec.WireToJson(*field->message, body, write, &parts.message_json));
  return parts;
}

std::string AssembleDocument(OutgoingParts parts, absl::string_view signature) {
  // The message may be long: it is taken over where the caller lets go of it.
  std::string document = std::move(parts.message_json);
  document.insert(
      0, absl::StrCat("{\"header\":", parts.header_json, ",\"message\":"));
  if (!signature.empty()) {
    document.append(",\"signature\":");
    AppendQuoted(signature, &document);
  }
  document.push_back('}');
  return document;
}

std::string AssembleGrpcEnvelope(const schema::Message& envelope,
                                 absl::string_view signature,
                                 absl::string_view header,
                                 absl::string_view body, bool encrypted) {
  std::string bytes;
  bytes.reserve(signature.size() + header.size() + body.size() + 32);
  if (!signature.empty() && envelope.signature != nullptr) {
    AppendField(envelope.signature->number, signature, &bytes);
  }
  AppendField(envelope.header->number, header, &bytes);
  const schema::Field* field = encrypted ? envelope.encrypted : envelope.body;
  AppendField(field->number, body, &bytes);
  return bytes;
}

absl::StatusOr<std::string> AssembleRelayedEnvelope(
    const schema::Message& envelope, absl::string_view document) {
  if (envelope.original == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(envelope.full_name, " has no place for a relayed text"));
  }
  std::string bytes;
  AppendField(envelope.original->number, document, &bytes);
  return bytes;
}

}  // namespace dci::wire
