#include "services/trust/dci_string.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "services/base/hash.h"
#include "services/base/status_macros.h"
#include "services/trust/algorithm.h"
#include "services/trust/base64.h"
#include "services/trust/openssl_ptr.h"

namespace dci::trust {
namespace {

using dci::config::v1::SignatureProfile;
using Parameters = absl::flat_hash_map<std::string, std::string>;

constexpr absl::string_view kHeaders = "(created) (expires) digest";
constexpr size_t kEd25519Bytes = 64;
constexpr int kDefaultValiditySeconds = 300;
// Seconds of the year 9999: beyond it nobody means what he writes.
constexpr int64_t kMaxSeconds = 253402300799;

absl::Status Bad(absl::string_view what, absl::string_view name = "") {
  return absl::InvalidArgumentError(absl::StrCat("DCI string: ", what, name));
}

// Takes a value from the front: quoted, or up to the next comma. The last
// one may lack its closing quote, as in the published example.
std::string ConsumeValue(absl::string_view* text) {
  *text = absl::StripLeadingAsciiWhitespace(*text);
  char stop = ',';
  if (!text->empty() && (text->front() == '"' || text->front() == '\'')) {
    stop = text->front();
    text->remove_prefix(1);
  }
  const size_t end = std::min(text->find(stop), text->size());
  const absl::string_view value = text->substr(0, end);
  text->remove_prefix(end);
  if (stop != ',') absl::ConsumePrefix(text, absl::string_view(&stop, 1));
  return std::string(absl::StripAsciiWhitespace(value));
}

void StripIntroduction(absl::string_view* text) {
  *text = absl::StripAsciiWhitespace(*text);
  constexpr absl::string_view kWord = "Signature";
  // "signature=" is a parameter, "Signature:" and "Signature " are not.
  if (absl::StartsWithIgnoreCase(*text, kWord) && text->size() > kWord.size() &&
      ((*text)[kWord.size()] == ':' || (*text)[kWord.size()] == ' ')) {
    text->remove_prefix(kWord.size() + 1);
  }
}

absl::StatusOr<Parameters> ReadParameters(absl::string_view text) {
  StripIntroduction(&text);
  Parameters parameters;
  while (!(text = absl::StripAsciiWhitespace(text)).empty()) {
    const size_t equals = text.find('=');
    if (equals == absl::string_view::npos) return Bad("a name without value");
    std::string name = absl::AsciiStrToLower(
        absl::StripAsciiWhitespace(text.substr(0, equals)));
    text.remove_prefix(equals + 1);
    if (name == "keyid") name = "kidid";
    if (!parameters.emplace(name, ConsumeValue(&text)).second) {
      return Bad("given twice: ", name);
    }
    text = absl::StripLeadingAsciiWhitespace(text);
    if (!text.empty() && !absl::ConsumePrefix(&text, ",")) {
      return Bad("no comma after ", name);
    }
  }
  return parameters;
}

bool IsEd25519(absl::string_view algorithm) {
  return absl::EqualsIgnoreCase(algorithm, "ed25519") ||
         absl::EqualsIgnoreCase(algorithm, kEdDsa);
}

// "{sender}|{key}|{algorithm}"; the parts are counted from the end, because
// only a sender may be so odd as to have a bar in its id.
absl::Status ReadKeyId(absl::string_view text, DciSignature* out) {
  std::vector<absl::string_view> parts = absl::StrSplit(text, '|');
  if (parts.size() >= 3) {
    if (!IsEd25519(parts.back())) return Bad("algorithm not allowed");
    parts.pop_back();
  }
  if (parts.size() < 2) return Bad("malformed kidId");
  out->key_id = std::string(parts.back());
  parts.pop_back();
  out->sender_id = absl::StrJoin(parts, "|");
  if (out->key_id.empty() || out->sender_id.empty()) {
    return Bad("malformed kidId");
  }
  return absl::OkStatus();
}

bool ReadSeconds(const Parameters& parameters, absl::string_view name,
                 int64_t* seconds) {
  const auto it = parameters.find(name);
  return it != parameters.end() && absl::SimpleAtoi(it->second, seconds) &&
         *seconds >= 0 && *seconds <= kMaxSeconds;
}

std::string SigningText(int64_t created, int64_t expires,
                        absl::string_view canonical,
                        const SignatureProfile& profile) {
  const std::string digest =
      profile.digest() == dci::config::v1::DIGEST_BLAKE2B_512
          ? Blake2b512(canonical)
          : Sha256(canonical);
  return absl::StrCat("(created): ", created, "\n(expires): ", expires,
                      "\ndigest: ", profile.digest_prefix(),
                      EncodeBase64(digest));
}

absl::StatusOr<std::string> SignEd25519(const Key& key,
                                        absl::string_view text) {
  const MdCtxPtr ctx(EVP_MD_CTX_new());
  std::string signature(kEd25519Bytes, '\0');
  size_t size = signature.size();
  if (EVP_DigestSignInit(ctx.get(), nullptr, nullptr, nullptr, key.pkey()) !=
          1 ||
      EVP_DigestSign(ctx.get(), Bytes(&signature), &size, Bytes(text),
                     text.size()) != 1) {
    return absl::InternalError("signing failed");
  }
  return signature;
}

}  // namespace

bool LooksLikeDciString(absl::string_view text) {
  const std::string lower = absl::AsciiStrToLower(text.substr(0, 1024));
  return absl::StrContains(lower, "kidid") || absl::StrContains(lower, "keyid");
}

absl::StatusOr<DciSignature> ParseDciString(absl::string_view text) {
  ASSIGN_OR_RETURN(Parameters parameters, ReadParameters(text));
  DciSignature result;
  RETURN_IF_ERROR(ReadKeyId(parameters["kidid"], &result));
  // Left out, it is the algorithm of kidId or of the form.
  if (parameters.contains("algorithm") && !IsEd25519(parameters["algorithm"])) {
    return Bad("algorithm not allowed");
  }
  if (!ReadSeconds(parameters, "created", &result.created) ||
      !ReadSeconds(parameters, "expires", &result.expires)) {
    return Bad("created and expires must be seconds since 1970");
  }
  if (parameters.contains("headers") && parameters["headers"] != kHeaders) {
    return Bad("headers must be ", kHeaders);
  }
  if (!DecodeBase64(parameters["signature"], &result.signature) ||
      result.signature.size() != kEd25519Bytes) {
    return Bad("signature is not 64 bytes of base64");
  }
  return result;
}

bool WithinWindow(const DciSignature& signature, absl::Time now,
                  absl::Duration skew) {
  return signature.created < signature.expires &&
         absl::FromUnixSeconds(signature.created) <= now + skew &&
         absl::FromUnixSeconds(signature.expires) >= now - skew;
}

bool VerifyDciString(const DciSignature& signature, absl::string_view canonical,
                     const SignatureProfile& profile, const Key& key) {
  if (!key.Serves(kEdDsa)) return false;
  const std::string text =
      SigningText(signature.created, signature.expires, canonical, profile);
  const MdCtxPtr ctx(EVP_MD_CTX_new());
  return EVP_DigestVerifyInit(ctx.get(), nullptr, nullptr, nullptr,
                              key.pkey()) == 1 &&
         EVP_DigestVerify(ctx.get(), Bytes(signature.signature),
                          signature.signature.size(), Bytes(text),
                          text.size()) == 1;
}

absl::StatusOr<std::string> SignDciString(const Key& key,
                                          absl::string_view sender_id,
                                          absl::string_view canonical,
                                          const SignatureProfile& profile,
                                          absl::Time now) {
  if (!key.is_private() || !key.Serves(kEdDsa)) {
    return absl::FailedPreconditionError("the key cannot sign so");
  }
  const int64_t created = absl::ToUnixSeconds(now);
  const int64_t expires =
      created + (profile.validity_seconds() > 0 ? profile.validity_seconds()
                                                : kDefaultValiditySeconds);
  ASSIGN_OR_RETURN(
      const std::string signature,
      SignEd25519(key, SigningText(created, expires, canonical, profile)));
  const auto or_default = [](const std::string& text, const char* otherwise) {
    return text.empty() ? std::string(otherwise) : text;
  };
  return absl::StrCat(
      "Signature: namespace=\"", or_default(profile.namespace_(), "dci"),
      "\", ", or_default(profile.key_id_parameter(), "kidId"), "=\"", sender_id,
      "|", key.kid(), "|ed25519\", algorithm=\"ed25519\", created=\"", created,
      "\", expires=\"", expires, "\", headers=\"", kHeaders, "\", signature=\"",
      EncodeBase64(signature), "\"");
}

}  // namespace dci::trust
