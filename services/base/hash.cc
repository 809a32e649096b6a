#include "services/base/hash.h"

#include <openssl/evp.h>

#include <cstdlib>

namespace dci {
namespace {

std::string Digest(absl::string_view data, const EVP_MD* algorithm) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  // Fails only for want of memory or of the algorithm: nothing to go on with.
  if (algorithm == nullptr ||
      EVP_Digest(data.data(), data.size(), out, &size, algorithm, nullptr) != 1)
    std::abort();
  return std::string(reinterpret_cast<char*>(out), size);
}

}  // namespace

// Found once: what EVP_sha256() gives is looked up anew for every digest, which
// takes as long as hashing a message.
std::string Sha256(absl::string_view data) {
  static const EVP_MD* const kAlgorithm =
      EVP_MD_fetch(nullptr, "SHA2-256", nullptr);
  return Digest(data, kAlgorithm);
}

std::string Blake2b512(absl::string_view data) {
  static const EVP_MD* const kAlgorithm =
      EVP_MD_fetch(nullptr, "BLAKE2B-512", nullptr);
  return Digest(data, kAlgorithm);
}

}  // namespace dci
