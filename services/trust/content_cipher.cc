#include "services/trust/content_cipher.h"

#include <openssl/crypto.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "services/trust/algorithm.h"
#include "services/trust/keyed_hash.h"
#include "services/trust/openssl_ptr.h"

namespace dci::trust {
namespace {

struct Cipher {
  absl::string_view name;
  const EVP_CIPHER* (*cipher)();
  // Of the tag; null for GCM, which makes its own.
  const EVP_MD* (*digest)();
  size_t key_bytes;
  size_t iv_bytes;
  size_t tag_bytes;
};

constexpr Cipher kCiphers[] = {
    {kA256Gcm, EVP_aes_256_gcm, nullptr, 32, 12, 16},
    {kA192Gcm, EVP_aes_192_gcm, nullptr, 24, 12, 16},
    {kA128Gcm, EVP_aes_128_gcm, nullptr, 16, 12, 16},
    {kA256CbcHs512, EVP_aes_256_cbc, EVP_sha512, 64, 16, 32},
    {kA128CbcHs256, EVP_aes_128_cbc, EVP_sha256, 32, 16, 16},
};

const Cipher* Find(absl::string_view algorithm) {
  const auto* const it =
      std::find_if(std::begin(kCiphers), std::end(kCiphers),
                   [&](const Cipher& c) { return c.name == algorithm; });
  return it == std::end(kCiphers) ? nullptr : it;
}

int Size(absl::string_view s) { return static_cast<int>(s.size()); }

bool SealGcm(const Cipher& how, absl::string_view key, absl::string_view aad,
             absl::string_view clear, SealedContent* sealed) {
  const CipherCtxPtr ctx(EVP_CIPHER_CTX_new());
  sealed->ciphertext.assign(clear.size(), '\0');
  sealed->tag.assign(how.tag_bytes, '\0');
  int size = 0;
  return EVP_EncryptInit_ex(ctx.get(), how.cipher(), nullptr, Bytes(key),
                            Bytes(absl::string_view(sealed->iv))) == 1 &&
         EVP_EncryptUpdate(ctx.get(), nullptr, &size, Bytes(aad), Size(aad)) ==
             1 &&
         EVP_EncryptUpdate(ctx.get(), Bytes(&sealed->ciphertext), &size,
                           Bytes(clear), Size(clear)) == 1 &&
         EVP_EncryptFinal_ex(ctx.get(), nullptr, &size) == 1 &&
         EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_AEAD_GET_TAG,
                             static_cast<int>(how.tag_bytes),
                             sealed->tag.data()) == 1;
}

bool OpenGcm(const Cipher& how, absl::string_view key, absl::string_view aad,
             const SealedContent& sealed, std::string* clear) {
  const CipherCtxPtr ctx(EVP_CIPHER_CTX_new());
  clear->assign(sealed.ciphertext.size(), '\0');
  std::string tag = sealed.tag;
  int size = 0;
  return EVP_DecryptInit_ex(ctx.get(), how.cipher(), nullptr, Bytes(key),
                            Bytes(sealed.iv)) == 1 &&
         EVP_DecryptUpdate(ctx.get(), nullptr, &size, Bytes(aad), Size(aad)) ==
             1 &&
         EVP_DecryptUpdate(ctx.get(), Bytes(clear), &size,
                           Bytes(sealed.ciphertext),
                           Size(sealed.ciphertext)) == 1 &&
         EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_AEAD_SET_TAG, Size(tag),
                             tag.data()) == 1 &&
         EVP_DecryptFinal_ex(ctx.get(), nullptr, &size) == 1;
}

// The first half of the key, over aad, iv, text, and the bits of the aad in
// eight bytes (RFC 7518, 5.2.2.1).
std::string CbcTag(const Cipher& how, absl::string_view key,
                   absl::string_view aad, absl::string_view iv,
                   absl::string_view ciphertext) {
  std::string data = absl::StrCat(aad, iv, ciphertext);
  const uint64_t bits = uint64_t{aad.size()} * 8;
  for (int shift = 56; shift >= 0; shift -= 8) {
    data.push_back(static_cast<char>(bits >> shift));
  }
  std::string tag(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  if (HMAC(how.digest(), key.data(), static_cast<int>(key.size() / 2),
           Bytes(data), data.size(), Bytes(&tag), &size) == nullptr) {
    return "";
  }
  tag.resize(std::min<size_t>(size, how.tag_bytes));
  return tag;
}

// Either way, with the second half of the key.
bool RunCbc(const Cipher& how, absl::string_view key, absl::string_view iv,
            absl::string_view in, bool seal, std::string* out) {
  const CipherCtxPtr ctx(EVP_CIPHER_CTX_new());
  out->assign(in.size() + how.iv_bytes, '\0');
  int size = 0, rest = 0;
  const absl::string_view half = key.substr(key.size() / 2);
  if (EVP_CipherInit_ex(ctx.get(), how.cipher(), nullptr, Bytes(half),
                        Bytes(iv), seal ? 1 : 0) != 1 ||
      EVP_CipherUpdate(ctx.get(), Bytes(out), &size, Bytes(in), Size(in)) !=
          1 ||
      EVP_CipherFinal_ex(ctx.get(), Bytes(out) + size, &rest) != 1) {
    return false;
  }
  out->resize(static_cast<size_t>(size) + static_cast<size_t>(rest));
  return true;
}

}  // namespace

size_t ContentKeyBytes(absl::string_view algorithm) {
  const Cipher* how = Find(algorithm);
  return how == nullptr ? 0 : how->key_bytes;
}

bool SealContent(absl::string_view algorithm, absl::string_view key,
                 absl::string_view aad, absl::string_view clear,
                 SealedContent* sealed) {
  const Cipher* how = Find(algorithm);
  if (how == nullptr || key.size() != how->key_bytes) return false;
  sealed->iv = RandomBytes(how->iv_bytes);
  if (how->digest == nullptr) return SealGcm(*how, key, aad, clear, sealed);
  if (!RunCbc(*how, key, sealed->iv, clear, true, &sealed->ciphertext)) {
    return false;
  }
  sealed->tag = CbcTag(*how, key, aad, sealed->iv, sealed->ciphertext);
  return sealed->tag.size() == how->tag_bytes;
}

bool OpenContent(absl::string_view algorithm, absl::string_view key,
                 absl::string_view aad, const SealedContent& sealed,
                 std::string* clear) {
  const Cipher* how = Find(algorithm);
  if (how == nullptr || key.size() != how->key_bytes ||
      sealed.iv.size() != how->iv_bytes ||
      sealed.tag.size() != how->tag_bytes) {
    return false;
  }
  if (how->digest == nullptr) return OpenGcm(*how, key, aad, sealed, clear);
  const std::string tag = CbcTag(*how, key, aad, sealed.iv, sealed.ciphertext);
  return tag.size() == sealed.tag.size() &&
         CRYPTO_memcmp(tag.data(), sealed.tag.data(), tag.size()) == 0 &&
         RunCbc(*how, key, sealed.iv, sealed.ciphertext, false, clear);
}

}  // namespace dci::trust
