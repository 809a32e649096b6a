#include "services/trust/key.h"

#include <openssl/pem.h>

#include <cctype>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/base/hash.h"
#include "services/base/status_macros.h"
#include "services/trust/algorithm.h"
#include "services/trust/base64.h"
#include "services/trust/jwk.h"
#include "services/trust/openssl_ptr.h"
#include "services/wire/json_text.h"

namespace dci::trust {
namespace {

// Below it a modulus is within reach, above it one verification costs more
// than a peer should be able to ask for.
constexpr int kMinRsaBits = 2048;
constexpr int kMaxRsaBits = 8192;

absl::StatusOr<KeyType> TypeOf(const EVP_PKEY* pkey) {
  switch (EVP_PKEY_get_base_id(pkey)) {
    case EVP_PKEY_ED25519:
      return KeyType::kEd25519;
    case EVP_PKEY_X25519:
      return KeyType::kX25519;
    case EVP_PKEY_RSA:
      if (EVP_PKEY_get_bits(pkey) < kMinRsaBits ||
          EVP_PKEY_get_bits(pkey) > kMaxRsaBits) {
        return absl::InvalidArgumentError(absl::StrCat(
            "RSA keys must have ", kMinRsaBits, " to ", kMaxRsaBits, " bits"));
      }
      return KeyType::kRsa;
    case EVP_PKEY_EC: {
      char group[32] = "";
      EVP_PKEY_get_group_name(pkey, group, sizeof(group), nullptr);
      if (absl::string_view(group) == "prime256v1") return KeyType::kP256;
      return absl::InvalidArgumentError("EC keys must be on P-256");
    }
    default:
      return absl::InvalidArgumentError("this kind of key is not used here");
  }
}

absl::Status Validate(EVP_PKEY* pkey, KeyType type, bool is_private) {
  const PkeyCtxPtr ctx(EVP_PKEY_CTX_new(pkey, nullptr));
  // OpenSSL's check of a public RSA key looks for primes, which takes longer
  // than all that a bad one could cost: its size is checked, and that is all.
  const bool ok = is_private ? EVP_PKEY_pairwise_check(ctx.get()) == 1
                             : type == KeyType::kRsa ||
                                   EVP_PKEY_public_check(ctx.get()) == 1;
  return ok ? absl::OkStatus()
            : absl::InvalidArgumentError("the key is not consistent");
}

}  // namespace

absl::StatusOr<Key> Key::FromPkey(std::shared_ptr<evp_pkey_st> pkey,
                                  bool is_private) {
  Key key;
  ASSIGN_OR_RETURN(key.type_, TypeOf(pkey.get()));
  RETURN_IF_ERROR(Validate(pkey.get(), key.type_, is_private));
  ASSIGN_OR_RETURN(key.members_, PublicMembers(pkey.get(), key.type_));
  key.thumbprint_ =
      EncodeBase64Url(Sha256(absl::StrCat("{", key.members_, "}")));
  key.kid_ = key.thumbprint_;
  key.private_ = is_private;
  key.pkey_ = std::move(pkey);
  return key;
}

absl::StatusOr<Key> Key::FromJwk(absl::string_view json) {
  ASSIGN_OR_RETURN(const JsonObject jwk, JsonObject::Parse(json));
  ASSIGN_OR_RETURN(std::shared_ptr<EVP_PKEY> pkey, PkeyFromJwk(jwk));
  ASSIGN_OR_RETURN(Key key, FromPkey(std::move(pkey), jwk.Has("d")));
  if (const std::string kid = jwk.StringOr("kid"); !kid.empty()) {
    key.kid_ = kid;
  }
  key.use_ = jwk.StringOr("use");
  key.algorithm_ = CanonicalAlgorithm(jwk.StringOr("alg"));
  if (!key.use_.empty() && key.use_ != "sig" && key.use_ != "enc") {
    return absl::InvalidArgumentError("\"use\" must be sig or enc");
  }
  if (!key.algorithm_.empty() && !key.Serves(key.algorithm_)) {
    return absl::InvalidArgumentError("\"alg\" does not fit the key");
  }
  return key;
}

absl::StatusOr<Key> Key::FromPem(absl::string_view pem) {
  const auto read = [pem](auto reader) {
    const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    // A callback that gives no pass phrase: nobody is asked on the terminal.
    return reader(
        bio.get(), nullptr, [](char*, int, int, void*) { return -1; }, nullptr);
  };
  EVP_PKEY* pkey = read(PEM_read_bio_PrivateKey);
  const bool is_private = pkey != nullptr;
  if (pkey == nullptr) pkey = read(PEM_read_bio_PUBKEY);
  if (pkey == nullptr) {
    return absl::InvalidArgumentError("no readable PEM key");
  }
  return FromPkey(std::shared_ptr<EVP_PKEY>(pkey, EVP_PKEY_free), is_private);
}

absl::StatusOr<Key> Key::Generate(absl::string_view algorithm) {
  const std::string canonical = CanonicalAlgorithm(algorithm);
  EVP_PKEY* pkey = nullptr;
  if (canonical == kEdDsa) {
    pkey = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  } else if (canonical == kEs256) {
    pkey = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
  } else if (IsAgreement(canonical)) {
    pkey = EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519");
  } else if (IsAllowed(canonical)) {
    pkey = EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA",
                             static_cast<size_t>(kMinRsaBits));
  }
  if (pkey == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("no key can be made for \"", algorithm, "\""));
  }
  ASSIGN_OR_RETURN(
      Key key, FromPkey(std::shared_ptr<EVP_PKEY>(pkey, EVP_PKEY_free), true));
  key.algorithm_ = canonical;
  key.use_ = IsSignature(canonical) ? "sig" : "enc";
  return key;
}

Key Key::WithKid(absl::string_view kid) const {
  Key key = *this;
  key.kid_ = std::string(kid);
  return key;
}

Key Key::WithUse(absl::string_view use) const {
  Key key = *this;
  key.use_ = std::string(use);
  return key;
}

bool Key::Serves(absl::string_view algorithm) const {
  const std::string canonical = CanonicalAlgorithm(algorithm);
  if (!FitsType(canonical, type_)) return false;
  if (!algorithm_.empty() && algorithm_ != canonical) return false;
  return use_.empty() || (use_ == "sig") == IsSignature(canonical);
}

std::string Key::SigningAlgorithm() const {
  for (const absl::string_view a : kSignatureAlgorithms) {
    if (Serves(a)) return std::string(a);
  }
  return "";
}

std::string Key::EncryptionAlgorithm() const {
  for (const absl::string_view a : kKeyManagementAlgorithms) {
    if (Serves(a)) return std::string(a);
  }
  return "";
}

std::string Key::PublicJwk() const {
  std::string use = use_;
  std::string alg = algorithm_;
  // A published key names its use and its algorithm (DCI JWKS 1.0.0).
  if (alg.empty()) alg = SigningAlgorithm();
  if (alg.empty()) alg = EncryptionAlgorithm();
  if (use.empty()) use = IsSignature(alg) ? "sig" : "enc";
  std::string json = absl::StrCat("{", members_, ",\"kid\":");
  wire::AppendQuoted(kid_, &json);
  absl::StrAppend(&json, ",\"use\":\"", use, "\",\"alg\":\"", alg, "\"}");
  return json;
}

absl::StatusOr<std::string> Key::PrivateJwk() const {
  if (!private_) return absl::FailedPreconditionError("the key is public");
  ASSIGN_OR_RETURN(const std::string members,
                   PrivateMembers(pkey_.get(), type_));
  std::string json = PublicJwk();
  json.pop_back();
  return absl::StrCat(json, ",", members, "}");
}

}  // namespace dci::trust
