#include "services/trust/jwe.h"

#include <openssl/rand.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/trust/algorithm.h"
#include "services/trust/base64.h"
#include "services/trust/json_object.h"
#include "services/trust/key_wrap.h"
#include "services/trust/openssl_ptr.h"
#include "services/wire/json_text.h"

namespace dci::trust {
namespace {

using dci::common::v1::EncryptedHeader;
using dci::common::v1::EncryptedMessage;
using dci::common::v1::Extra;

constexpr size_t kContentKeyBytes = 32;
constexpr size_t kIvBytes = 12;
constexpr size_t kTagBytes = 16;

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
  if (header.algorithm != kEcdhEsA256Kw) {
    return UnwrapRsa(key, header.algorithm, wrapped);
  }
  ASSIGN_OR_RETURN(const Key epk, Key::FromJwk(header.epk));
  return UnwrapEcdh({key, epk, header.party_u, header.party_v}, wrapped);
}

std::string Random(size_t size) {
  std::string bytes(size, '\0');
  // Without randomness nothing here may go on; OpenSSL blocks rather than
  // fails, so this is a broken machine.
  if (RAND_bytes(Bytes(&bytes), static_cast<int>(size)) != 1) std::abort();
  return bytes;
}

struct Sealed {
  std::string iv, ciphertext, tag;
};

bool Open(const Sealed& sealed, absl::string_view key, absl::string_view aad,
          std::string* clear) {
  if (sealed.iv.size() != kIvBytes || sealed.tag.size() != kTagBytes) {
    return false;
  }
  const CipherCtxPtr ctx(EVP_CIPHER_CTX_new());
  clear->assign(sealed.ciphertext.size(), '\0');
  std::string tag = sealed.tag;
  int size = 0;
  return EVP_DecryptInit_ex(ctx.get(), EVP_aes_256_gcm(), nullptr, Bytes(key),
                            Bytes(sealed.iv)) == 1 &&
         EVP_DecryptUpdate(ctx.get(), nullptr, &size, Bytes(aad),
                           static_cast<int>(aad.size())) == 1 &&
         EVP_DecryptUpdate(ctx.get(), Bytes(clear), &size,
                           Bytes(sealed.ciphertext),
                           static_cast<int>(sealed.ciphertext.size())) == 1 &&
         EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_AEAD_SET_TAG, kTagBytes,
                             tag.data()) == 1 &&
         EVP_DecryptFinal_ex(ctx.get(), nullptr, &size) == 1;
}

bool Seal(absl::string_view clear, absl::string_view key, absl::string_view aad,
          Sealed* sealed) {
  const CipherCtxPtr ctx(EVP_CIPHER_CTX_new());
  sealed->iv = Random(kIvBytes);
  sealed->ciphertext.assign(clear.size(), '\0');
  sealed->tag.assign(kTagBytes, '\0');
  int size = 0;
  return EVP_EncryptInit_ex(ctx.get(), EVP_aes_256_gcm(), nullptr, Bytes(key),
                            Bytes(absl::string_view(sealed->iv))) == 1 &&
         EVP_EncryptUpdate(ctx.get(), nullptr, &size, Bytes(aad),
                           static_cast<int>(aad.size())) == 1 &&
         EVP_EncryptUpdate(ctx.get(), Bytes(&sealed->ciphertext), &size,
                           Bytes(clear), static_cast<int>(clear.size())) == 1 &&
         EVP_EncryptFinal_ex(ctx.get(), nullptr, &size) == 1 &&
         EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_AEAD_GET_TAG, kTagBytes,
                             sealed->tag.data()) == 1;
}

struct Wrapped {
  std::string encrypted_key;
  std::string epk;  // JSON; empty for RSA
};

absl::StatusOr<Wrapped> WrapContentKey(const Key& key,
                                       absl::string_view algorithm,
                                       absl::string_view content_key) {
  Wrapped result;
  if (algorithm != kEcdhEsA256Kw) {
    ASSIGN_OR_RETURN(result.encrypted_key,
                     WrapRsa(key, algorithm, content_key));
    return result;
  }
  ASSIGN_OR_RETURN(const Key ephemeral, EphemeralFor(key));
  result.epk = ephemeral.BareJwk();
  ASSIGN_OR_RETURN(result.encrypted_key,
                   WrapEcdh({ephemeral, key, "", ""}, content_key));
  return result;
}

void WriteHeader(const Key& key, absl::string_view algorithm,
                 const std::string& epk, bool protect,
                 EncryptedMessage* message) {
  EncryptedHeader header;
  header.set_alg(std::string(algorithm));
  header.set_enc(std::string(kA256Gcm));
  if (!epk.empty()) {
    Extra* extra = header.add_extras();
    extra->set_path("epk");
    extra->set_json(epk);
  }
  if (protect) {
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
      std::find(std::begin(kContentAlgorithms), std::end(kContentAlgorithms),
                header.encryption) == std::end(kContentAlgorithms)) {
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
  Sealed sealed;
  if (!DecodeBase64Url(message.encrypted_key(), &wrapped) ||
      !DecodeBase64Url(message.iv(), &sealed.iv) ||
      !DecodeBase64Url(message.ciphertext(), &sealed.ciphertext) ||
      !DecodeBase64Url(message.tag(), &sealed.tag)) {
    return Bad("a member is not base64url");
  }
  absl::StatusOr<std::string> unwrapped =
      UnwrapContentKey(wrapped, header, key);
  std::string content_key = unwrapped.ok() ? *unwrapped : "";
  if (content_key.size() != kContentKeyBytes) {
    content_key = Random(kContentKeyBytes);
  }
  std::string clear;
  const bool ok = Open(sealed, content_key, AuthenticatedData(message), &clear);
  OPENSSL_cleanse(content_key.data(), content_key.size());
  if (!ok) return Bad("does not decrypt");
  return clear;
}

absl::StatusOr<EncryptedMessage> EncryptJwe(absl::string_view clear,
                                            const Key& key, bool protect) {
  const std::string algorithm = key.EncryptionAlgorithm();
  if (algorithm.empty()) {
    return absl::FailedPreconditionError("the key is not for encryption");
  }
  std::string content_key = Random(kContentKeyBytes);
  ASSIGN_OR_RETURN(const Wrapped wrapped,
                   WrapContentKey(key, algorithm, content_key));
  EncryptedMessage message;
  WriteHeader(key, algorithm, wrapped.epk, protect, &message);
  Sealed sealed;
  const bool ok = Seal(clear, content_key, AuthenticatedData(message), &sealed);
  OPENSSL_cleanse(content_key.data(), content_key.size());
  if (!ok) return absl::InternalError("encryption failed");
  message.set_encrypted_key(EncodeBase64Url(wrapped.encrypted_key));
  message.set_iv(EncodeBase64Url(sealed.iv));
  message.set_ciphertext(EncodeBase64Url(sealed.ciphertext));
  message.set_tag(EncodeBase64Url(sealed.tag));
  return message;
}

}  // namespace dci::trust
