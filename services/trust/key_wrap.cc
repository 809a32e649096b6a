#include "services/trust/key_wrap.h"

#include <openssl/rsa.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/trust/algorithm.h"
#include "services/trust/openssl_ptr.h"

namespace dci::trust {
namespace {

constexpr size_t kWrapOverhead = 8;  // RFC 3394

absl::Status Failed() { return absl::InvalidArgumentError("key wrap failed"); }

bool UseOaep(EVP_PKEY_CTX* ctx, absl::string_view algorithm) {
  const EVP_MD* digest = algorithm == kRsaOaep256 ? EVP_sha256() : EVP_sha1();
  return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_oaep_md(ctx, digest) == 1 &&
         EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, digest) == 1;
}

// EVP_PKEY_encrypt or EVP_PKEY_decrypt.
template <typename Init, typename Run>
absl::StatusOr<std::string> Oaep(const Key& key, absl::string_view algorithm,
                                 absl::string_view in, Init init, Run run) {
  const PkeyCtxPtr ctx(EVP_PKEY_CTX_new(key.pkey(), nullptr));
  std::string out(EVP_PKEY_get_size(key.pkey()), '\0');
  size_t size = out.size();
  if (init(ctx.get()) != 1 || !UseOaep(ctx.get(), algorithm) ||
      run(ctx.get(), Bytes(&out), &size, Bytes(in), in.size()) != 1) {
    return Failed();
  }
  out.resize(size);
  return out;
}

size_t KekBytes(absl::string_view algorithm) {
  return algorithm == kEcdhEsA256Kw ? 32 : 16;
}

std::string BigEndian32(size_t n) {
  const auto v = static_cast<uint32_t>(n);
  return {static_cast<char>(v >> 24), static_cast<char>(v >> 16),
          static_cast<char>(v >> 8), static_cast<char>(v)};
}

std::string Counted(absl::string_view bytes) {
  return absl::StrCat(BigEndian32(bytes.size()), bytes);
}

absl::StatusOr<std::string> SharedSecret(const Key& own, const Key& peer) {
  if (own.type() != peer.type()) return Failed();
  const PkeyCtxPtr ctx(EVP_PKEY_CTX_new(own.pkey(), nullptr));
  size_t size = 0;
  if (EVP_PKEY_derive_init(ctx.get()) != 1 ||
      EVP_PKEY_derive_set_peer(ctx.get(), peer.pkey()) != 1 ||
      EVP_PKEY_derive(ctx.get(), nullptr, &size) != 1) {
    return Failed();
  }
  std::string secret(size, '\0');
  if (EVP_PKEY_derive(ctx.get(), Bytes(&secret), &size) != 1) return Failed();
  secret.resize(size);
  return secret;
}

// AES key wrap (RFC 3394), either way.
absl::StatusOr<std::string> Aes(std::string kek, absl::string_view in,
                                bool wrap) {
  const EVP_CIPHER* cipher =
      kek.size() == 32 ? EVP_aes_256_wrap() : EVP_aes_128_wrap();
  const CipherCtxPtr ctx(EVP_CIPHER_CTX_new());
  EVP_CIPHER_CTX_set_flags(ctx.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  std::string out(in.size() + kWrapOverhead, '\0');
  int size = 0;
  const bool ok = EVP_CipherInit_ex(ctx.get(), cipher, nullptr, Bytes(kek),
                                    nullptr, wrap ? 1 : 0) == 1 &&
                  EVP_CipherUpdate(ctx.get(), Bytes(&out), &size, Bytes(in),
                                   static_cast<int>(in.size())) == 1 &&
                  size > 0;
  OPENSSL_cleanse(kek.data(), kek.size());
  if (!ok) return Failed();
  out.resize(size);
  return out;
}

}  // namespace

// Concat KDF (RFC 7518, 4.6.2), which is OpenSSL's SSKDF with a hash.
absl::StatusOr<std::string> AgreedKey(const Agreement& agreement,
                                      absl::string_view purpose, size_t bytes) {
  ASSIGN_OR_RETURN(std::string secret,
                   SharedSecret(agreement.own, agreement.peer));
  std::string info =
      absl::StrCat(Counted(purpose), Counted(agreement.party_u),
                   Counted(agreement.party_v), BigEndian32(bytes * 8));
  const KdfPtr kdf(EVP_KDF_fetch(nullptr, "SSKDF", nullptr));
  const KdfCtxPtr ctx(EVP_KDF_CTX_new(kdf.get()));
  char digest[] = "SHA256";
  const OSSL_PARAM params[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, secret.data(),
                                        secret.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info.data(),
                                        info.size()),
      OSSL_PARAM_construct_end()};
  std::string kek(bytes, '\0');
  const bool ok =
      EVP_KDF_derive(ctx.get(), Bytes(&kek), kek.size(), params) == 1;
  OPENSSL_cleanse(secret.data(), secret.size());
  if (!ok) return Failed();
  return kek;
}

absl::StatusOr<std::string> WrapRsa(const Key& key, absl::string_view algorithm,
                                    absl::string_view content_key) {
  return Oaep(key, algorithm, content_key, EVP_PKEY_encrypt_init,
              EVP_PKEY_encrypt);
}

absl::StatusOr<std::string> UnwrapRsa(const Key& key,
                                      absl::string_view algorithm,
                                      absl::string_view wrapped) {
  return Oaep(key, algorithm, wrapped, EVP_PKEY_decrypt_init, EVP_PKEY_decrypt);
}

absl::StatusOr<std::string> WrapEcdh(const Agreement& agreement,
                                     absl::string_view algorithm,
                                     absl::string_view content_key) {
  ASSIGN_OR_RETURN(std::string kek,
                   AgreedKey(agreement, algorithm, KekBytes(algorithm)));
  return Aes(std::move(kek), content_key, true);
}

absl::StatusOr<std::string> UnwrapEcdh(const Agreement& agreement,
                                       absl::string_view algorithm,
                                       absl::string_view wrapped) {
  ASSIGN_OR_RETURN(std::string kek,
                   AgreedKey(agreement, algorithm, KekBytes(algorithm)));
  return Aes(std::move(kek), wrapped, false);
}

absl::StatusOr<Key> EphemeralFor(const Key& key) {
  // A P-256 key is made the same way for either use.
  const bool p256 = key.type() == KeyType::kP256;
  ASSIGN_OR_RETURN(const Key made,
                   Key::Generate(p256 ? kEs256 : kEcdhEsA256Kw));
  return made;
}

}  // namespace dci::trust
