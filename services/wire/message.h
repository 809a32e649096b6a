// One message of either wire, taken apart, and put together to be sent.
#ifndef CONVERGENCE_SERVICES_WIRE_MESSAGE_H_
#define CONVERGENCE_SERVICES_WIRE_MESSAGE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dci/common/v1/envelope.pb.h"
#include "services/schema/model.h"
#include "services/wire/codec.h"
#include "services/wire/finding.h"
#include "services/wire/limits.h"

namespace dci::wire {

// Which of a method's two messages is meant.
enum class Side {
  kRequest,  // what the method takes: requests, callbacks, notifications
  kAnswer,   // what a synchronous method gives
};

// A message as it came: read, and trusted by nobody.
struct DecodedMessage {
  const schema::Method* method = nullptr;
  Side side = Side::kRequest;
  // Empty where there is none.
  std::string signature;
  // Either header reads as this one.
  dci::common::v1::MsgCallbackHeader header;
  bool encrypted = false;
  // Wire bytes of the clear body, or of an EncryptedMessage. Empty where the
  // message had no body.
  std::string body;
  // {"header":…,"message":…}, what a signature covers: both values byte for
  // byte as they came over HTTP or in `original`; over gRPC otherwise the
  // normal form (WriteOptions::normal_form).
  std::string document;
  std::vector<Finding> findings;
};

// The envelope and the clear body of that side; null where it has none (an
// asynchronous method is answered by an acknowledgement).
const schema::Message* EnvelopeOf(const schema::Method& method, Side side);
const schema::Message* BodyOf(const schema::Method& method, Side side);

// Takes a JSON document apart. INVALID_ARGUMENT "what: at /path (offset N)"
// where it is no JSON, no object, has no header, or as Codec::JsonToWire;
// RESOURCE_EXHAUSTED beyond the limits.
absl::StatusOr<DecodedMessage> DecodeJsonMessage(const Codec& codec,
                                                 const schema::Method& method,
                                                 std::string json,
                                                 const Limits& limits,
                                                 Side side = Side::kRequest);

// Takes the bytes of an envelope apart. INVALID_ARGUMENT where they are none,
// where `original` stands beside a header or body, where its signature is
// another than the envelope's, and as above.
absl::StatusOr<DecodedMessage> DecodeGrpcMessage(const Codec& codec,
                                                 const schema::Method& method,
                                                 absl::string_view bytes,
                                                 const Limits& limits,
                                                 Side side = Side::kRequest);

// Reads a clear body that was encrypted, JSON text, with what DecodedMessage
// says of it: findings are added to the message's own.
absl::Status DecodeClearBody(const Codec& codec, absl::string_view json,
                             const Limits& limits, DecodedMessage* message);

// The two members that a signature covers, as text.
struct OutgoingParts {
  std::string header_json;
  std::string message_json;
};

struct RenderOptions {
  schema::Dialect dialect = schema::Dialect::kC25;
  // The normal form instead (WriteOptions): what is signed over gRPC.
  bool normal_form = false;
  // Every header member that the standard has is written, null where absent.
  bool all_header_fields = false;
  // `body` is an EncryptedMessage.
  bool encrypted = false;
  CodeTexts code_texts = CodeTexts::kDialects;
};

// Writes header and body (wire bytes) of an envelope. INVALID_ARGUMENT as
// Codec::WireToJson.
absl::StatusOr<OutgoingParts> RenderParts(const Codec& codec,
                                          const schema::Message& envelope,
                                          absl::string_view header,
                                          absl::string_view body,
                                          const RenderOptions& options);

// The whole document, `signature` as its last member and left out where it is
// empty.
std::string AssembleDocument(OutgoingParts parts, absl::string_view signature);

// The same for gRPC: bytes of the envelope. The signature must cover the
// normal form of header and body.
std::string AssembleGrpcEnvelope(const schema::Message& envelope,
                                 absl::string_view signature,
                                 absl::string_view header,
                                 absl::string_view body, bool encrypted);

// For a relay: the document as it came, which is not in normal form.
// INVALID_ARGUMENT where the envelope has no place for it.
absl::StatusOr<std::string> AssembleRelayedEnvelope(
    const schema::Message& envelope, absl::string_view document);

}  // namespace dci::wire

#endif  // CONVERGENCE_SERVICES_WIRE_MESSAGE_H_
