#include "services/trust/keyed_hash.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <cstdlib>

namespace dci::trust {
namespace {

constexpr size_t kHashBytes = 32;

struct FreeMac {
  void operator()(EVP_MAC* mac) const { EVP_MAC_free(mac); }
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MAC_CTX, FreeMac>;

const unsigned char* Bytes(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

struct KeyedHash::State {
  std::unique_ptr<EVP_MAC, FreeMac> mac{
      EVP_MAC_fetch(nullptr, "HMAC", nullptr)};
  // Has taken the key; copied for each hash, which is cheaper than taking it
  // anew.
  Context keyed;
};

KeyedHash::KeyedHash(absl::string_view key)
    : state_([key] {
        auto state = std::make_unique<State>();
        // Fails only for want of memory or of the algorithm: nothing to go on
        // with, here and below.
        if (state->mac == nullptr) std::abort();
        state->keyed.reset(EVP_MAC_CTX_new(state->mac.get()));
        char digest[] = "SHA256";
        const OSSL_PARAM parameters[] = {
            OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
            OSSL_PARAM_construct_end()};
        if (EVP_MAC_init(state->keyed.get(), Bytes(key), key.size(),
                         parameters) != 1)
          std::abort();
        return state;
      }()) {}

KeyedHash::~KeyedHash() = default;

std::string KeyedHash::Of(absl::string_view data) const {
  const Context context(EVP_MAC_CTX_dup(state_->keyed.get()));
  std::string hash(kHashBytes, '\0');
  size_t size = 0;
  if (context == nullptr ||
      EVP_MAC_update(context.get(), Bytes(data), data.size()) != 1 ||
      EVP_MAC_final(context.get(), reinterpret_cast<unsigned char*>(&hash[0]),
                    &size, hash.size()) != 1)
    std::abort();
  return hash;
}

std::string RandomBytes(size_t size) {
  std::string bytes(size, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(&bytes[0]),
                 static_cast<int>(size)) != 1)
    std::abort();
  return bytes;
}

}  // namespace dci::trust
