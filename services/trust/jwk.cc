#include "services/trust/jwk.h"

#include <deque>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/trust/base64.h"
#include "services/trust/openssl_ptr.h"

namespace dci::trust {
namespace {

using SharedPkey = std::shared_ptr<EVP_PKEY>;

// Bytes of a coordinate on Curve25519 and on P-256.
constexpr size_t kCoordinate = 32;

// Private members of RSA as a JWK and as OpenSSL name them; all that the CRT
// needs are given together or not at all (RFC 7518, 6.3.2).
constexpr struct {
  const char* jwk;
  const char* openssl;
} kRsaPrivate[] = {
    {"d", OSSL_PKEY_PARAM_RSA_D},
    {"p", OSSL_PKEY_PARAM_RSA_FACTOR1},
    {"q", OSSL_PKEY_PARAM_RSA_FACTOR2},
    {"dp", OSSL_PKEY_PARAM_RSA_EXPONENT1},
    {"dq", OSSL_PKEY_PARAM_RSA_EXPONENT2},
    {"qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1},
};

absl::Status Malformed(absl::string_view member) {
  return absl::InvalidArgumentError(
      absl::StrCat("member \"", member, "\" is missing or malformed"));
}

absl::StatusOr<std::string> Member(const JsonObject& jwk,
                                   absl::string_view name) {
  std::string bytes;
  if (!DecodeBase64Url(jwk.StringOr(name), &bytes) || bytes.empty()) {
    return Malformed(name);
  }
  return bytes;
}

absl::StatusOr<std::string> Coordinate(const JsonObject& jwk,
                                       absl::string_view name) {
  ASSIGN_OR_RETURN(std::string bytes, Member(jwk, name));
  if (bytes.size() != kCoordinate) return Malformed(name);
  return bytes;
}

absl::StatusOr<SharedPkey> Owned(EVP_PKEY* pkey) {
  if (pkey == nullptr) return absl::InvalidArgumentError("not a usable key");
  return SharedPkey(pkey, EVP_PKEY_free);
}

absl::StatusOr<SharedPkey> FromOkp(const JsonObject& jwk) {
  const std::string crv = jwk.StringOr("crv");
  const int id = crv == "Ed25519"  ? EVP_PKEY_ED25519
                 : crv == "X25519" ? EVP_PKEY_X25519
                                   : EVP_PKEY_NONE;
  if (id == EVP_PKEY_NONE) return Malformed("crv");
  ASSIGN_OR_RETURN(const std::string x, Coordinate(jwk, "x"));
  ASSIGN_OR_RETURN(SharedPkey pkey, Owned(EVP_PKEY_new_raw_public_key(
                                        id, nullptr, Bytes(x), x.size())));
  if (!jwk.Has("d")) return pkey;
  ASSIGN_OR_RETURN(const std::string d, Coordinate(jwk, "d"));
  ASSIGN_OR_RETURN(SharedPkey pair, Owned(EVP_PKEY_new_raw_private_key(
                                        id, nullptr, Bytes(d), d.size())));
  if (EVP_PKEY_eq(pkey.get(), pair.get()) != 1) return Malformed("d");
  return pair;
}

// Collects parameters; the builder copies nothing before it builds, so what
// it is given lives here.
class Params {
 public:
  Params() : builder_(OSSL_PARAM_BLD_new()) {}

  void Number(const char* name, absl::string_view bytes) {
    numbers_.emplace_back(
        BN_bin2bn(Bytes(bytes), static_cast<int>(bytes.size()), nullptr));
    ok_ &= numbers_.back() != nullptr &&
           OSSL_PARAM_BLD_push_BN(builder_.get(), name,
                                  numbers_.back().get()) == 1;
  }
  void Text(const char* name, const char* text) {
    ok_ &= OSSL_PARAM_BLD_push_utf8_string(builder_.get(), name, text, 0) == 1;
  }
  void Octets(const char* name, std::string bytes) {
    octets_.push_back(std::move(bytes));
    ok_ &= OSSL_PARAM_BLD_push_octet_string(builder_.get(), name,
                                            octets_.back().data(),
                                            octets_.back().size()) == 1;
  }

  absl::StatusOr<SharedPkey> Build(const char* type, int selection) {
    const ParamPtr params(OSSL_PARAM_BLD_to_param(builder_.get()));
    const PkeyCtxPtr ctx(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY* pkey = nullptr;
    if (!ok_ || params == nullptr || EVP_PKEY_fromdata_init(ctx.get()) != 1 ||
        EVP_PKEY_fromdata(ctx.get(), &pkey, selection, params.get()) != 1) {
      return absl::InvalidArgumentError("not a usable key");
    }
    return Owned(pkey);
  }

 private:
  const ParamBldPtr builder_;
  std::vector<BignumPtr> numbers_;
  std::deque<std::string> octets_;
  bool ok_ = true;
};

int Selection(const JsonObject& jwk) {
  return jwk.Has("d") ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
}

absl::StatusOr<SharedPkey> FromEc(const JsonObject& jwk) {
  if (jwk.StringOr("crv") != "P-256") return Malformed("crv");
  ASSIGN_OR_RETURN(const std::string x, Coordinate(jwk, "x"));
  ASSIGN_OR_RETURN(const std::string y, Coordinate(jwk, "y"));
  Params params;
  params.Text(OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1");
  params.Octets(OSSL_PKEY_PARAM_PUB_KEY, absl::StrCat("\x04", x, y));
  if (jwk.Has("d")) {
    ASSIGN_OR_RETURN(const std::string d, Coordinate(jwk, "d"));
    params.Number(OSSL_PKEY_PARAM_PRIV_KEY, d);
  }
  return params.Build("EC", Selection(jwk));
}

absl::StatusOr<SharedPkey> FromRsa(const JsonObject& jwk) {
  ASSIGN_OR_RETURN(const std::string n, Member(jwk, "n"));
  ASSIGN_OR_RETURN(const std::string e, Member(jwk, "e"));
  // A small odd exponent; a great one would make every verification dear.
  if (e.size() > 8 || (e.back() & 1) == 0 || e == "\x01") {
    return Malformed("e");
  }
  Params params;
  params.Number(OSSL_PKEY_PARAM_RSA_N, n);
  params.Number(OSSL_PKEY_PARAM_RSA_E, e);
  if (jwk.Has("d")) {
    for (const auto& name : kRsaPrivate) {
      ASSIGN_OR_RETURN(const std::string value, Member(jwk, name.jwk));
      params.Number(name.openssl, value);
    }
  }
  return params.Build("RSA", Selection(jwk));
}

absl::StatusOr<std::string> NumberOf(EVP_PKEY* pkey, const char* name,
                                     size_t width) {
  BIGNUM* raw = nullptr;
  if (EVP_PKEY_get_bn_param(pkey, name, &raw) != 1) {
    return absl::InvalidArgumentError("a member cannot be read");
  }
  const BignumPtr number(raw);
  std::string bytes(width != 0 ? width : BN_num_bytes(number.get()), '\0');
  if (BN_bn2binpad(number.get(), Bytes(&bytes),
                   static_cast<int>(bytes.size())) < 0) {
    return absl::InvalidArgumentError("a member is too great");
  }
  return EncodeBase64Url(bytes);
}

std::string OkpMember(EVP_PKEY* pkey,
                      int get(const EVP_PKEY*, unsigned char*, size_t*)) {
  std::string raw(kCoordinate, '\0');
  size_t size = raw.size();
  get(pkey, Bytes(&raw), &size);
  return EncodeBase64Url(raw);
}

}  // namespace

absl::StatusOr<SharedPkey> PkeyFromJwk(const JsonObject& jwk) {
  const std::string kty = jwk.StringOr("kty");
  if (kty == "OKP") return FromOkp(jwk);
  if (kty == "EC") return FromEc(jwk);
  if (kty == "RSA") return FromRsa(jwk);
  return Malformed("kty");
}

absl::StatusOr<std::string> PublicMembers(EVP_PKEY* pkey, KeyType type) {
  switch (type) {
    case KeyType::kEd25519:
    case KeyType::kX25519:
      return absl::StrCat(R"("crv":")",
                          type == KeyType::kEd25519 ? "Ed25519" : "X25519",
                          R"(","kty":"OKP","x":")",
                          OkpMember(pkey, EVP_PKEY_get_raw_public_key), "\"");
    case KeyType::kP256: {
      ASSIGN_OR_RETURN(const std::string x,
                       NumberOf(pkey, OSSL_PKEY_PARAM_EC_PUB_X, kCoordinate));
      ASSIGN_OR_RETURN(const std::string y,
                       NumberOf(pkey, OSSL_PKEY_PARAM_EC_PUB_Y, kCoordinate));
      return absl::StrCat(R"("crv":"P-256","kty":"EC","x":")", x, R"(","y":")",
                          y, "\"");
    }
    case KeyType::kRsa: {
      ASSIGN_OR_RETURN(const std::string n,
                       NumberOf(pkey, OSSL_PKEY_PARAM_RSA_N, 0));
      ASSIGN_OR_RETURN(const std::string e,
                       NumberOf(pkey, OSSL_PKEY_PARAM_RSA_E, 0));
      return absl::StrCat(R"("e":")", e, R"(","kty":"RSA","n":")", n, "\"");
    }
  }
  return absl::InternalError("unknown type of key");
}

absl::StatusOr<std::string> PrivateMembers(EVP_PKEY* pkey, KeyType type) {
  switch (type) {
    case KeyType::kEd25519:
    case KeyType::kX25519:
      return absl::StrCat(R"("d":")",
                          OkpMember(pkey, EVP_PKEY_get_raw_private_key), "\"");
    case KeyType::kP256: {
      ASSIGN_OR_RETURN(const std::string d,
                       NumberOf(pkey, OSSL_PKEY_PARAM_PRIV_KEY, kCoordinate));
      return absl::StrCat(R"("d":")", d, "\"");
    }
    case KeyType::kRsa: {
      std::string members;
      for (const auto& name : kRsaPrivate) {
        ASSIGN_OR_RETURN(const std::string value,
                         NumberOf(pkey, name.openssl, 0));
        absl::StrAppend(&members, members.empty() ? "" : ",", "\"", name.jwk,
                        "\":\"", value, "\"");
      }
      return members;
    }
  }
  return absl::InternalError("unknown type of key");
}

}  // namespace dci::trust
