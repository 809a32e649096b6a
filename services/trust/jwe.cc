#include "services/trust/jwe.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/trust/algorithm.h"
#include "services/trust/base64.h"
#include "services/trust/content_cipher.h"
#include "services/trust/json_object.h"
#include "services/trust/key_wrap.h"
#include "services/trust/keyed_hash.h"
#include "services/wire/json_text.h"

namespace dci::trust {
namespace {

using dci::common::v1::EncryptedHeader;
using dci::common::v1::EncryptedMessage;
using dci::common::v1::Extra;

absl::Status Bad(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("JWE: ", what));
}

template <typename Message>
std::string ExtraOf(const Message& message, absl::string_view path) {
  for (const Extra& extra : message.extras()) {
    if (extra.path() == path) return extra.json();
  }
  return "";
}

// The members of an EncryptedHeader as the object that they were.
std::string JsonOf(const EncryptedHeader& header) {
  std::vector<std::pair<std::string, std::string>> members;
  const auto add = [&members](bool has, const char* name,
                              const std::string& text) {
    if (!has) return;
    members.emplace_back(name, "");
    wire::AppendQuoted(text, &members.back().second);
  };
  add(header.has_alg(), "alg", header.alg());
  add(header.has_enc(), "enc", header.enc());
  add(header.has_kid(), "kid", header.kid());
  for (const Extra& e : header.extras()) {
    members.emplace_back(e.path(), e.json());
  }
  std::string json = "{";
  for (const auto& [name, value] : members) {
    if (json.size() > 1) json += ',';
    wire::AppendQuoted(name, &json);
    absl::StrAppend(&json, ":", value);
  }
  return json + "}";
}

// The three places of header parameters, read as one.
class Headers {
 public:
  absl::Status Read(const EncryptedMessage& message) {
    std::string json;
    if (!DecodeBase64Url(message.protected_(), &json)) {
      return Bad("protected header not base64url");
    }
    RETURN_IF_ERROR(Add(json));
    RETURN_IF_ERROR(Add(ExtraOf(message, "unprotected")));
    return Add(JsonOf(message.header()));
  }

  bool Has(absl::string_view name) const {
    return std::any_of(parts_.begin(), parts_.end(),
                       [name](const JsonObject& o) { return o.Has(name); });
  }

  // A string; an error where two places differ.
  absl::StatusOr<std::string> Text(absl::string_view name) const {
    std::string found;
    for (const JsonObject& part : parts_) {
      const std::string text = part.StringOr(name);
      if (!found.empty() && !text.empty() && text != found) {
        return Bad("a parameter is given twice");
      }
      if (!text.empty()) found = text;
    }
    return found;
  }

  absl::StatusOr<std::string> Decoded(absl::string_view name) const {
    ASSIGN_OR_RETURN(const std::string text, Text(name));
    std::string bytes;
    if (!DecodeBase64Url(text, &bytes)) return Bad("apu or apv malformed");
    return bytes;
  }

  // An object as JSON; from the first place that has it.
  std::string Object(absl::string_view name) const {
    for (const JsonObject& part : parts_) {
      if (const auto text = part.Json(name)) return *text;
    }
    return "";
  }

 private:
  absl::Status Add(const std::string& json) {
    if (json.empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(JsonObject object, JsonObject::Parse(json));
    parts_.push_back(std::move(object));
    return absl::OkStatus();
  }

  std::vector<JsonObject> parts_;
};

// What the tag covers besides the text (RFC 7516, 5.1 step 14).
std::string AuthenticatedData(const EncryptedMessage& message) {
  if (message.aad().empty()) return message.protected_();
  return absl::StrCat(message.protected_(), ".", message.aad());
}

absl::StatusOr<std::string> UnwrapContentKey(absl::string_view wrapped,
                                             const JweHeader& header,
                                             const Key& key) {
  if (!IsAgreement(header.algorithm)) {
    return UnwrapRsa(key, header.algorithm, wrapped);
  }
  ASSIGN_OR_RETURN(const Key epk, Key::FromJwk(header.epk));
  const Agreement agreement{key, epk, header.party_u, header.party_v};
  if (header.algorithm != kEcdhEs) {
    return UnwrapEcdh(agreement, header.algorithm, wrapped);
  }
  if (!wrapped.empty()) return Bad("an encrypted key where none belongs");
  return AgreedKey(agreement, header.encryption,
                   ContentKeyBytes(header.encryption));
}

// The content key, and what tells it to the receiver.
struct ContentKey {
  std::string key;
  std::string encrypted;  // empty where it is agreed on
  std::string epk;        // JSON; empty for RSA
};

absl::StatusOr<ContentKey> MakeContentKey(const Key& key,
                                          absl::string_view algorithm,
                                          absl::string_view encryption) {
  ContentKey result;
  const size_t bytes = ContentKeyBytes(encryption);
  if (!IsAgreement(algorithm)) {
    result.key = RandomBytes(bytes);
    ASSIGN_OR_RETURN(result.encrypted, WrapRsa(key, algorithm, result.key));
    return result;
  }
  ASSIGN_OR_RETURN(const Key ephemeral, EphemeralFor(key));
  result.epk = ephemeral.BareJwk();
  const Agreement agreement{ephemeral, key, "", ""};
  if (algorithm == kEcdhEs) {
    ASSIGN_OR_RETURN(result.key, AgreedKey(agreement, encryption, bytes));
    return result;
  }
  result.key = RandomBytes(bytes);
  ASSIGN_OR_RETURN(result.encrypted,
                   WrapEcdh(agreement, algorithm, result.key));
  return result;
}

void WriteHeader(const Key& key, const JweOptions& options,
                 const std::string& epk, EncryptedMessage* message) {
  EncryptedHeader header;
  header.set_alg(options.key_algorithm);
  header.set_enc(options.content_algorithm);
  if (!epk.empty()) {
    Extra* extra = header.add_extras();
    extra->set_path("epk");
    extra->set_json(epk);
  }
  if (options.protect) {
    message->set_protected_(EncodeBase64Url(JsonOf(header)));
    header.Clear();
  }
  header.set_kid(key.kid());
  *message->mutable_header() = std::move(header);
}

}  // namespace

absl::StatusOr<JweHeader> ReadJweHeader(const EncryptedMessage& message) {
  Headers headers;
  RETURN_IF_ERROR(headers.Read(message));
  if (headers.Has("zip") || headers.Has("crit")) {
    return Bad("\"zip\" and \"crit\" are not understood");
  }
  JweHeader header;
  ASSIGN_OR_RETURN(header.algorithm, headers.Text("alg"));
  ASSIGN_OR_RETURN(header.encryption, headers.Text("enc"));
  if (!IsKeyManagement(header.algorithm) ||
      !IsContentEncryption(header.encryption)) {
    return Bad("algorithm not allowed");
  }
  ASSIGN_OR_RETURN(header.kid, headers.Text("kid"));
  ASSIGN_OR_RETURN(header.party_u, headers.Decoded("apu"));
  ASSIGN_OR_RETURN(header.party_v, headers.Decoded("apv"));
  header.epk = headers.Object("epk");
  return header;
}

absl::StatusOr<std::string> DecryptJwe(const EncryptedMessage& message,
                                       const JweHeader& header,
                                       const Key& key) {
  std::string wrapped;
  SealedContent sealed;
  if (!DecodeBase64Url(message.encrypted_key(), &wrapped) ||
      !DecodeBase64Url(message.iv(), &sealed.iv) ||
      !DecodeBase64Url(message.ciphertext(), &sealed.ciphertext) ||
      !DecodeBase64Url(message.tag(), &sealed.tag)) {
    return Bad("a member is not base64url");
  }
  absl::StatusOr<std::string> unwrapped =
      UnwrapContentKey(wrapped, header, key);
  std::string content_key = unwrapped.ok() ? *unwrapped : "";
  const size_t bytes = ContentKeyBytes(header.encryption);
  if (content_key.size() != bytes) content_key = RandomBytes(bytes);
  std::string clear;
  const bool ok = OpenContent(header.encryption, content_key,
                              AuthenticatedData(message), sealed, &clear);
  OPENSSL_cleanse(content_key.data(), content_key.size());
  if (!ok) return Bad("does not decrypt");
  return clear;
}

absl::StatusOr<EncryptedMessage> EncryptJwe(absl::string_view clear,
                                            const Key& key,
                                            const JweOptions& options) {
  JweOptions how = options;
  if (how.key_algorithm.empty()) how.key_algorithm = key.EncryptionAlgorithm();
  if (how.content_algorithm.empty()) {
    how.content_algorithm = std::string(kA256Gcm);
  }
  if (!IsKeyManagement(how.key_algorithm) || !key.Serves(how.key_algorithm)) {
    return absl::FailedPreconditionError("the key is not for such encryption");
  }
  ASSIGN_OR_RETURN(ContentKey content, MakeContentKey(key, how.key_algorithm,
                                                      how.content_algorithm));
  EncryptedMessage message;
  WriteHeader(key, how, content.epk, &message);
  SealedContent sealed;
  const bool ok = SealContent(how.content_algorithm, content.key,
                              AuthenticatedData(message), clear, &sealed);
  OPENSSL_cleanse(content.key.data(), content.key.size());
  if (!ok) return absl::InternalError("encryption failed");
  // Absent where the key is agreed upon and not sent: RFC 7516, 7.2.1. Other
  // libraries refuse an empty one, which the published schema would want.
  if (!content.encrypted.empty())
    message.set_encrypted_key(EncodeBase64Url(content.encrypted));
  message.set_iv(EncodeBase64Url(sealed.iv));
  message.set_ciphertext(EncodeBase64Url(sealed.ciphertext));
  message.set_tag(EncodeBase64Url(sealed.tag));
  return message;
}

}  // namespace dci::trust
