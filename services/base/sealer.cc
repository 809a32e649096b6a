#include "services/base/sealer.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <cstdlib>
#include <memory>
#include <utility>

namespace dci {
namespace {

constexpr size_t kNonceBytes = 12;
constexpr size_t kTagBytes = 16;

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

Context NewContext() { return {EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free}; }

const unsigned char* Bytes(absl::string_view s) {
  return reinterpret_cast<const unsigned char*>(s.data());
}
unsigned char* Bytes(std::string* s) {
  return reinterpret_cast<unsigned char*>(s->data());
}

std::string Random(size_t size) {
  std::string bytes(size, '\0');
  // Without randomness nothing can be hidden: there is nothing to go on with.
  if (RAND_bytes(Bytes(&bytes), static_cast<int>(size)) != 1) std::abort();
  return bytes;
}

}  // namespace

Sealer::Sealer(std::string key) : key_(std::move(key)) {
  if (key_.size() != kKeyBytes) std::abort();
}

std::string Sealer::NewKey() { return Random(kKeyBytes); }

std::string Sealer::Seal(absl::string_view text) const {
  const std::string nonce = Random(kNonceBytes);
  std::string cipher(text.size(), '\0');
  std::string tag(kTagBytes, '\0');
  int size = 0;
  const Context ctx = NewContext();
  const bool ok =
      EVP_EncryptInit_ex(ctx.get(), EVP_aes_256_gcm(), nullptr, Bytes(key_),
                         Bytes(nonce)) == 1 &&
      EVP_EncryptUpdate(ctx.get(), Bytes(&cipher), &size, Bytes(text),
                        static_cast<int>(text.size())) == 1 &&
      EVP_EncryptFinal_ex(ctx.get(), nullptr, &size) == 1 &&
      EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_AEAD_GET_TAG, kTagBytes,
                          tag.data()) == 1;
  // Only a broken library fails here, and then nothing may leave.
  if (!ok) std::abort();
  return nonce + cipher + tag;
}

std::optional<std::string> Sealer::Open(absl::string_view sealed) const {
  if (sealed.size() < kNonceBytes + kTagBytes) return std::nullopt;
  const absl::string_view nonce = sealed.substr(0, kNonceBytes);
  const absl::string_view cipher =
      sealed.substr(kNonceBytes, sealed.size() - kNonceBytes - kTagBytes);
  std::string tag(sealed.substr(sealed.size() - kTagBytes));
  std::string text(cipher.size(), '\0');
  int size = 0;
  const Context ctx = NewContext();
  const bool ok =
      EVP_DecryptInit_ex(ctx.get(), EVP_aes_256_gcm(), nullptr, Bytes(key_),
                         Bytes(nonce)) == 1 &&
      EVP_DecryptUpdate(ctx.get(), Bytes(&text), &size, Bytes(cipher),
                        static_cast<int>(cipher.size())) == 1 &&
      EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_AEAD_SET_TAG, kTagBytes,
                          tag.data()) == 1 &&
      EVP_DecryptFinal_ex(ctx.get(), nullptr, &size) == 1;
  if (!ok) return std::nullopt;
  return text;
}

}  // namespace dci
