#include "services/trust/algorithm.h"

#include <algorithm>
#include <iterator>

namespace dci::trust {
namespace {

template <size_t N>
bool In(const absl::string_view (&list)[N], absl::string_view text) {
  return std::find(std::begin(list), std::end(list), text) != std::end(list);
}

}  // namespace

std::string CanonicalAlgorithm(absl::string_view algorithm) {
  if (algorithm == "Ed25519" || algorithm == "ed25519") {
    return std::string(kEdDsa);
  }
  return std::string(algorithm);
}

bool IsSignature(absl::string_view algorithm) {
  return In(kSignatureAlgorithms, algorithm);
}

bool IsKeyManagement(absl::string_view algorithm) {
  return In(kKeyManagementAlgorithms, algorithm);
}

bool IsContentEncryption(absl::string_view algorithm) {
  return In(kContentAlgorithms, algorithm);
}

bool IsAgreement(absl::string_view algorithm) {
  return algorithm == kEcdhEsA256Kw || algorithm == kEcdhEsA128Kw ||
         algorithm == kEcdhEs;
}

bool FitsType(absl::string_view algorithm, KeyType type) {
  switch (type) {
    case KeyType::kEd25519:
      return algorithm == kEdDsa;
    case KeyType::kX25519:
      return IsAgreement(algorithm);
    case KeyType::kP256:
      return algorithm == kEs256 || IsAgreement(algorithm);
    case KeyType::kRsa:
      return algorithm == kRs256 || algorithm == kPs256 ||
             algorithm == kRsaOaep256 || algorithm == kRsaOaep;
  }
  return false;
}

}  // namespace dci::trust
