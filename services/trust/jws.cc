#include "services/trust/jws.h"

#include <openssl/rsa.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/base/status_macros.h"
#include "services/trust/algorithm.h"
#include "services/trust/base64.h"
#include "services/trust/json_object.h"
#include "services/trust/openssl_ptr.h"
#include "services/wire/json_text.h"

namespace dci::trust {
namespace {

// Bytes of each of the two numbers of an ES256 signature.
constexpr int kHalf = 32;
constexpr size_t kWhole = 64;

absl::Status Bad(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("JWS: ", what));
}

// A context for the algorithm; `init` is one of EVP's two Init functions.
template <typename Init>
MdCtxPtr Context(absl::string_view algorithm, const Key& key, Init init) {
  MdCtxPtr ctx(EVP_MD_CTX_new());
  EVP_PKEY_CTX* pkey_ctx = nullptr;
  const EVP_MD* digest = algorithm == kEdDsa ? nullptr : EVP_sha256();
  if (init(ctx.get(), &pkey_ctx, digest, nullptr, key.pkey()) != 1) {
    return nullptr;
  }
  // The salt is as long as the digest (RFC 7518, 3.5).
  if (algorithm == kPs256 &&
      (EVP_PKEY_CTX_set_rsa_padding(pkey_ctx, RSA_PKCS1_PSS_PADDING) != 1 ||
       EVP_PKEY_CTX_set_rsa_pss_saltlen(pkey_ctx, RSA_PSS_SALTLEN_DIGEST) !=
           1)) {
    return nullptr;
  }
  return ctx;
}

// JOSE writes an ECDSA signature as two numbers of fixed length, OpenSSL
// reads and writes DER.
bool DerFromRaw(absl::string_view raw, std::string* der) {
  if (raw.size() != kWhole) return false;
  const EcdsaSigPtr sig(ECDSA_SIG_new());
  ECDSA_SIG_set0(sig.get(), BN_bin2bn(Bytes(raw), kHalf, nullptr),
                 BN_bin2bn(Bytes(raw) + kHalf, kHalf, nullptr));
  der->resize(i2d_ECDSA_SIG(sig.get(), nullptr));
  unsigned char* out = Bytes(der);
  return i2d_ECDSA_SIG(sig.get(), &out) > 0;
}

bool RawFromDer(absl::string_view der, std::string* raw) {
  const unsigned char* in = Bytes(der);
  const EcdsaSigPtr sig(
      d2i_ECDSA_SIG(nullptr, &in, static_cast<long>(der.size())));
  if (sig == nullptr) return false;
  raw->resize(kWhole);
  return BN_bn2binpad(ECDSA_SIG_get0_r(sig.get()), Bytes(raw), kHalf) ==
             kHalf &&
         BN_bn2binpad(ECDSA_SIG_get0_s(sig.get()), Bytes(raw) + kHalf, kHalf) ==
             kHalf;
}

// Judges "crit" and "b64" (RFC 7515 4.1.11, RFC 7797).
absl::Status ReadCritical(const JsonObject& header, Jws* jws) {
  if (!header.Has("crit")) {
    return header.Has("b64") ? Bad("\"b64\" without \"crit\"")
                             : absl::OkStatus();
  }
  const auto critical = header.Array("crit");
  const std::vector<std::string> understood = {"\"b64\""};
  if (critical != understood || !header.Bool("b64").has_value()) {
    return Bad("\"crit\" names what is not understood");
  }
  jws->encoded = *header.Bool("b64");
  if (!jws->encoded && !jws->detached()) {
    return Bad("an unencoded payload must be detached");
  }
  return absl::OkStatus();
}

absl::Status ReadHeader(Jws* jws) {
  std::string json;
  if (!DecodeBase64Url(jws->header, &json)) return Bad("header not base64url");
  ASSIGN_OR_RETURN(const JsonObject header, JsonObject::Parse(json));
  for (const absl::string_view own_key : {"jwk", "jku", "x5c", "x5u"}) {
    if (header.Has(own_key)) return Bad("the header brings its own key");
  }
  jws->algorithm = CanonicalAlgorithm(header.StringOr("alg"));
  if (!IsSignature(jws->algorithm)) return Bad("algorithm not allowed");
  jws->kid = header.StringOr("kid");
  jws->type = header.StringOr("typ");
  return ReadCritical(header, jws);
}

}  // namespace

bool LooksLikeJws(absl::string_view text) {
  return std::count(text.begin(), text.end(), '.') == 2 && text[0] != '.' &&
         text.back() != '.' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
         });
}

absl::StatusOr<Jws> ParseJws(absl::string_view token) {
  const std::vector<absl::string_view> parts = absl::StrSplit(token, '.');
  if (parts.size() != 3) return Bad("not three parts");
  Jws jws;
  jws.header = std::string(parts[0]);
  jws.payload = std::string(parts[1]);
  if (!DecodeBase64Url(parts[2], &jws.signature) || jws.signature.empty()) {
    return Bad("signature not base64url");
  }
  RETURN_IF_ERROR(ReadHeader(&jws));
  return jws;
}

absl::StatusOr<std::string> PayloadOf(const Jws& jws) {
  std::string payload;
  if (!DecodeBase64Url(jws.payload, &payload)) {
    return Bad("payload not base64url");
  }
  return payload;
}

bool VerifyJws(const Jws& jws, absl::string_view detached_payload,
               const Key& key) {
  if (!key.Serves(jws.algorithm)) return false;
  std::string signature = jws.signature;
  if (jws.algorithm == kEs256 && !DerFromRaw(jws.signature, &signature)) {
    return false;
  }
  std::string signed_text = absl::StrCat(jws.header, ".", jws.payload);
  if (jws.detached()) {
    if (jws.encoded) {
      absl::StrAppend(&signed_text, EncodeBase64Url(detached_payload));
    } else {
      absl::StrAppend(&signed_text, detached_payload);
    }
  }
  const MdCtxPtr ctx = Context(jws.algorithm, key, EVP_DigestVerifyInit);
  return ctx != nullptr &&
         EVP_DigestVerify(ctx.get(), Bytes(&signature), signature.size(),
                          Bytes(&signed_text), signed_text.size()) == 1;
}

absl::StatusOr<std::string> SignJws(const Key& key, absl::string_view algorithm,
                                    absl::string_view payload, JwsPayload place,
                                    absl::string_view type) {
  if (!key.is_private() || !IsSignature(algorithm) || !key.Serves(algorithm)) {
    return absl::FailedPreconditionError("the key cannot sign so");
  }
  std::string header = absl::StrCat("{\"alg\":\"", algorithm, "\",\"kid\":");
  wire::AppendQuoted(key.kid(), &header);
  if (!type.empty()) {
    absl::StrAppend(&header, ",\"typ\":");
    wire::AppendQuoted(type, &header);
  }
  header = EncodeBase64Url(absl::StrCat(header, "}"));
  const std::string body = EncodeBase64Url(payload);
  const std::string text = absl::StrCat(header, ".", body);

  const MdCtxPtr ctx = Context(algorithm, key, EVP_DigestSignInit);
  std::string signature(EVP_PKEY_get_size(key.pkey()), '\0');
  size_t size = signature.size();
  if (ctx == nullptr || EVP_DigestSign(ctx.get(), Bytes(&signature), &size,
                                       Bytes(text), text.size()) != 1) {
    return absl::InternalError("signing failed");
  }
  signature.resize(size);
  if (std::string raw; algorithm == kEs256) {
    if (!RawFromDer(signature, &raw)) {
      return absl::InternalError("signing failed");
    }
    signature = std::move(raw);
  }
  return absl::StrCat(header, ".", place == JwsPayload::kInside ? body : "",
                      ".", EncodeBase64Url(signature));
}

}  // namespace dci::trust
