#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/wire/decode.h"
#include "services/wire/wire_bytes.h"

namespace dci::wire {
namespace {

// The fields of an envelope, as they came.
struct EnvelopeFields {
  std::string signature;
  std::string header;
  std::string body;
  bool has_header = false;
  bool has_body = false;
  bool encrypted = false;
  bool has_original = false;
  absl::string_view original;
};

absl::StatusOr<EnvelopeFields> TakeEnvelope(const schema::Message& envelope,
                                            absl::string_view bytes) {
  EnvelopeFields fields;
  WireReader reader(bytes);
  while (!reader.done()) {
    if (!reader.Next()) {
      return absl::InvalidArgumentError("malformed protobuf bytes");
    }
    const schema::Field* field = envelope.FindNumber(reader.number());
    if (field == nullptr || reader.type() != kLength) continue;
    const absl::string_view value = reader.bytes();
    if (field == envelope.signature) {
      fields.signature = std::string(value);
    } else if (field == envelope.header) {
      // Pieces of a message are merged.
      absl::StrAppend(&fields.header, value);
      fields.has_header = true;
    } else if (field == envelope.original) {
      fields.original = value;
      fields.has_original = true;
    } else if (field == envelope.body || field == envelope.encrypted) {
      const bool encrypted = field == envelope.encrypted;
      if (fields.has_body && fields.encrypted != encrypted) {
        fields.body.clear();  // The last member of a oneof counts.
      }
      fields.encrypted = encrypted;
      absl::StrAppend(&fields.body, value);
      fields.has_body = true;
    }
  }
  return fields;
}

absl::StatusOr<DecodedMessage> DecodeOriginal(const Codec& codec,
                                              const schema::Method& method,
                                              const EnvelopeFields& fields,
                                              const Limits& limits, Side side) {
  if (fields.has_header || fields.has_body) {
    return absl::InvalidArgumentError("original beside a header or a message");
  }
  ASSIGN_OR_RETURN(DecodedMessage message,
                   DecodeText(codec, method, fields.original, limits, side));
  if (message.signature.empty()) {
    message.signature = fields.signature;
  } else if (!fields.signature.empty() &&
             fields.signature != message.signature) {
    return absl::InvalidArgumentError(
        "another signature than that of the original");
  }
  return message;
}

}  // namespace

absl::StatusOr<DecodedMessage> DecodeGrpcMessage(const Codec& codec,
                                                 const schema::Method& method,
                                                 absl::string_view bytes,
                                                 const Limits& limits,
                                                 Side side) {
  const schema::Message* envelope = EnvelopeOf(method, side);
  if (envelope == nullptr) return NoEnvelope(method);
  if (bytes.size() > limits.max_bytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("message of ", bytes.size(),
                     " bytes, more than the limit of ", limits.max_bytes));
  }
  ASSIGN_OR_RETURN(EnvelopeFields fields, TakeEnvelope(*envelope, bytes));
  if (fields.has_original) {
    return DecodeOriginal(codec, method, fields, limits, side);
  }
  if (!fields.has_header) {
    return absl::InvalidArgumentError("no header: at /header (offset 0)");
  }
  // The normal form is written and read again: what the two wires let in is
  // then the same, findings included.
  RenderOptions options;
  options.normal_form = true;
  options.encrypted = fields.encrypted;
  ASSIGN_OR_RETURN(
      const OutgoingParts parts,
      RenderParts(codec, *envelope, fields.header, fields.body, options));
  const std::string json =
      fields.has_body ? AssembleDocument(parts, "")
                      : absl::StrCat("{\"header\":", parts.header_json, "}");
  ASSIGN_OR_RETURN(DecodedMessage message,
                   DecodeScanned(codec, method, json, side, {}));
  message.signature = std::move(fields.signature);
  return message;
}

}  // namespace dci::wire
