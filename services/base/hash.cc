#include "services/base/hash.h"

#include <openssl/evp.h>

#include <cstdlib>

namespace dci {
namespace {

std::string Digest(absl::string_view data, const EVP_MD* algorithm) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  // Fails only for want of memory or of the algorithm: nothing to go on with.
  if (EVP_Digest(data.data(), data.size(), out, &size, algorithm, nullptr) != 1)
    std::abort();
  return std::string(reinterpret_cast<char*>(out), size);
}

}  // namespace

std::string Sha256(absl::string_view data) {
  return Digest(data, EVP_sha256());
}

std::string Blake2b512(absl::string_view data) {
  return Digest(data, EVP_blake2b512());
}

}  // namespace dci
