#include "services/wire/decode.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/base/status_macros.h"
#include "services/wire/cursor.h"
#include "services/wire/json_text.h"
#include "services/wire/scan.h"

namespace dci::wire {
namespace {

constexpr absl::string_view kByteOrderMark = "\xef\xbb\xbf";

// The members of a document, as they stand there; empty where absent.
struct Members {
  absl::string_view header;
  absl::string_view message;
  absl::string_view signature;
  std::vector<std::string> others;
};

Members MembersOf(absl::string_view json) {
  Members members;
  Cursor cursor(json);
  if (!cursor.EnterObject()) return members;
  std::string buffer;
  do {
    const absl::string_view key = cursor.Key().Text(&buffer);
    absl::string_view* member = key == "header"      ? &members.header
                                : key == "message"   ? &members.message
                                : key == "signature" ? &members.signature
                                                     : nullptr;
    if (member == nullptr) members.others.push_back(std::string(key));
    const absl::string_view raw = cursor.Skip();
    if (member != nullptr) *member = raw;
  } while (cursor.NextMember());
  return members;
}

bool IsObject(absl::string_view raw) { return !raw.empty() && raw[0] == '{'; }

// The text of a signature; a value that is none counts as absent.
std::string SignatureText(absl::string_view raw, std::vector<Finding>* found) {
  if (raw.empty()) return "";
  if (raw[0] == '"') {
    std::string buffer;
    return std::string(Cursor(raw).String().Text(&buffer));
  }
  if (raw == "null") {
    found->push_back(
        {"/signature", std::string(rules::kEmptyAsAbsent), "null"});
  } else {
    found->push_back({"/signature", std::string(rules::kUnreadableValue), "",
                      schema::kAllDialects, true});
  }
  return "";
}

// header.action is one of the method's words. An answer is asked for, so its
// action is checked against what is due.
void CheckAction(const std::string& action, DecodedMessage* message) {
  if (action.empty()) return;  // Missing, and found so.
  const schema::Method& method = *message->method;
  bool known = false;
  bool canonical = false;
  if (message->side == Side::kAnswer) {
    canonical = action == method.answer_action;
    known = canonical;
    for (const std::string& a : method.actions) known = known || action == a;
  } else {
    for (const std::string& a : method.actions) known = known || action == a;
    canonical = !method.actions.empty() && action == method.actions.front();
  }
  if (canonical) return;
  message->findings.push_back({"/header/action", std::string(rules::kAction),
                               action.substr(0, 80), schema::kAllDialects,
                               !known});
}

// A body is encrypted where the header says so or it looks so, unless it
// looks like nothing of the kind.
bool IsEncrypted(const schema::Message& encrypted, bool flag,
                 absl::string_view raw, std::vector<Finding>* found) {
  bool looks = IsObject(raw);
  Cursor cursor(raw);
  size_t members = 0;
  if (looks && cursor.EnterObject()) {
    std::string buffer;
    do {
      const absl::string_view key = cursor.Key().Text(&buffer);
      members += key == "ciphertext" || key == "iv" || key == "tag";
      cursor.Skip();
    } while (cursor.NextMember());
  }
  looks = members == 3;
  if (looks != flag) {
    found->push_back({"/message", std::string(rules::kDiscriminatorShape),
                      flag ? "true" : "false"});
  }
  return looks || flag;
}

absl::Status DecodeBody(const Codec& codec, const schema::Message& envelope,
                        absl::string_view raw, const ReadOptions& base,
                        DecodedMessage* message) {
  message->encrypted =
      envelope.encrypted != nullptr &&
      IsEncrypted(*envelope.encrypted->message,
                  message->header.is_msg_encrypted(), raw, &message->findings);
  const schema::Field* field =
      message->encrypted ? envelope.encrypted : envelope.body;
  ReadOptions options = base;
  options.at = "/message";
  if (!message->encrypted) options.inner = "message";
  ASSIGN_OR_RETURN(
      message->body,
      codec.JsonToWire(*field->message, raw, &message->findings, options));
  return absl::OkStatus();
}

}  // namespace

absl::Status NoEnvelope(const schema::Method& method) {
  return absl::InvalidArgumentError(
      absl::StrCat(method.full_name, " exchanges no envelope on that side"));
}

absl::StatusOr<DecodedMessage> DecodeScanned(const Codec& codec,
                                             const schema::Method& method,
                                             absl::string_view json, Side side,
                                             std::vector<Finding> findings) {
  const schema::Message& envelope = *EnvelopeOf(method, side);
  const Members members = MembersOf(json);
  if (!IsObject(members.header)) {
    return ErrorAt(
        absl::StatusCode::kInvalidArgument,
        members.header.empty() ? "no header" : "expected an object", "/header",
        members.header.empty() ? json.size()
                               : members.header.data() - json.data());
  }
  DecodedMessage message;
  message.method = &method;
  message.side = side;
  message.findings = std::move(findings);
  message.signature = SignatureText(members.signature, &message.findings);
  for (const std::string& other : members.others) {
    message.findings.push_back({absl::StrCat("/", PointerStep(other)),
                                std::string(rules::kUnknownKey), "", 0});
  }
  ReadOptions options;
  options.scanned = true;
  options.service = method.service;
  options.at = "/header";
  ASSIGN_OR_RETURN(const std::string header,
                   codec.JsonToWire(*envelope.header->message, members.header,
                                    &message.findings, options));
  if (!message.header.ParseFromString(header)) {
    return absl::InternalError("header that protobuf does not read");
  }
  CheckAction(message.header.action(), &message);
  if (members.message.empty() || members.message == "null") {
    message.findings.push_back(
        {"/message", std::string(rules::kMissingRequired)});
  } else {
    if (!IsObject(members.message)) {
      return ErrorAt(absl::StatusCode::kInvalidArgument, "expected an object",
                     "/message", members.message.data() - json.data());
    }
    RETURN_IF_ERROR(
        DecodeBody(codec, envelope, members.message, options, &message));
  }
  message.document = absl::StrCat(
      "{\"header\":", members.header, ",\"message\":",
      members.message.empty() ? absl::string_view("null") : members.message,
      "}");
  return message;
}

absl::StatusOr<DecodedMessage> DecodeText(const Codec& codec,
                                          const schema::Method& method,
                                          absl::string_view json,
                                          const Limits& limits, Side side) {
  std::vector<Finding> findings;
  if (absl::ConsumePrefix(&json, kByteOrderMark)) {
    findings.push_back({"/", std::string(rules::kByteOrderMark)});
  }
  std::vector<std::string> repeated;
  RETURN_IF_ERROR(Scan(json, limits, &repeated));
  if (Cursor(json).Peek() != '{') {
    return ErrorAt(absl::StatusCode::kInvalidArgument, "expected an object", "",
                   0);
  }
  for (std::string& path : repeated) {
    findings.push_back({std::move(path), std::string(rules::kDuplicateKey)});
  }
  return DecodeScanned(codec, method, json, side, std::move(findings));
}

absl::StatusOr<DecodedMessage> DecodeJsonMessage(const Codec& codec,
                                                 const schema::Method& method,
                                                 std::string json,
                                                 const Limits& limits,
                                                 Side side) {
  if (EnvelopeOf(method, side) == nullptr) return NoEnvelope(method);
  return DecodeText(codec, method, json, limits, side);
}

absl::Status DecodeClearBody(const Codec& codec, absl::string_view json,
                             const Limits& limits, DecodedMessage* message) {
  const schema::Message* body = BodyOf(*message->method, message->side);
  if (body == nullptr) return NoEnvelope(*message->method);
  ReadOptions options;
  options.limits = limits;
  options.at = "/message";
  options.service = message->method->service;
  options.inner = "message";
  ASSIGN_OR_RETURN(message->body,
                   codec.JsonToWire(*body, json, &message->findings, options));
  message->encrypted = false;
  return absl::OkStatus();
}

}  // namespace dci::wire
