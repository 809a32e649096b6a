// The JOSE algorithms that are used here, and no others: whatever is not in
// these lists ("none", HMAC, RSA1_5, "dir") is refused before a key is looked
// at.
#ifndef CONVERGENCE_SERVICES_TRUST_ALGORITHM_H_
#define CONVERGENCE_SERVICES_TRUST_ALGORITHM_H_

#include <string>

#include "absl/strings/string_view.h"
#include "services/trust/key.h"

namespace dci::trust {

// Signatures (RFC 7518 3, RFC 8037 3.1).
inline constexpr absl::string_view kEdDsa = "EdDSA";
inline constexpr absl::string_view kEs256 = "ES256";
inline constexpr absl::string_view kPs256 = "PS256";
inline constexpr absl::string_view kRs256 = "RS256";
inline constexpr absl::string_view kSignatureAlgorithms[] = {kEdDsa, kEs256,
                                                             kRs256, kPs256};

// Management of content keys (RFC 7518 4).
inline constexpr absl::string_view kRsaOaep256 = "RSA-OAEP-256";
inline constexpr absl::string_view kRsaOaep = "RSA-OAEP";
inline constexpr absl::string_view kEcdhEsA256Kw = "ECDH-ES+A256KW";
inline constexpr absl::string_view kEcdhEsA128Kw = "ECDH-ES+A128KW";
inline constexpr absl::string_view kEcdhEs = "ECDH-ES";
// The first that a key serves is what it is used with.
inline constexpr absl::string_view kKeyManagementAlgorithms[] = {
    kRsaOaep256, kEcdhEsA256Kw, kRsaOaep, kEcdhEsA128Kw, kEcdhEs};

// Encryption of content (RFC 7518 5).
inline constexpr absl::string_view kA256Gcm = "A256GCM";
inline constexpr absl::string_view kA192Gcm = "A192GCM";
inline constexpr absl::string_view kA128Gcm = "A128GCM";
inline constexpr absl::string_view kA256CbcHs512 = "A256CBC-HS512";
inline constexpr absl::string_view kA128CbcHs256 = "A128CBC-HS256";
inline constexpr absl::string_view kContentAlgorithms[] = {
    kA256Gcm, kA192Gcm, kA128Gcm, kA256CbcHs512, kA128CbcHs256};

// "Ed25519" (RFC 9864), and "ed25519" as the DCI string has it, is EdDSA with
// the one curve that is used here; any other text is given back.
std::string CanonicalAlgorithm(absl::string_view algorithm);
// Of a canonical name.
bool IsSignature(absl::string_view algorithm);
bool IsKeyManagement(absl::string_view algorithm);
bool IsContentEncryption(absl::string_view algorithm);
// Of a key agreement: ECDH-ES, alone or with a key wrap.
bool IsAgreement(absl::string_view algorithm);
inline bool IsAllowed(absl::string_view algorithm) {
  return IsSignature(algorithm) || IsKeyManagement(algorithm);
}
// Whether keys of the type serve the algorithm.
bool FitsType(absl::string_view algorithm, KeyType type);

}  // namespace dci::trust

#endif  // CONVERGENCE_SERVICES_TRUST_ALGORITHM_H_
