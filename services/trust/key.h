// A key of an asymmetric algorithm, ours or somebody else's.
#ifndef CONVERGENCE_SERVICES_TRUST_KEY_H_
#define CONVERGENCE_SERVICES_TRUST_KEY_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace dci::trust {

// Kinds of keys that are read; each serves a few algorithms and no other.
enum class KeyType {
  kEd25519,  // EdDSA, and the ed25519 of the DCI string
  kX25519,   // ECDH-ES+A256KW
  kP256,     // ES256, ECDH-ES+A256KW
  kRsa,      // PS256, RS256, RSA-OAEP-256, RSA-OAEP; 2,048 to 8,192 bits
};

// Parsed once, checked when parsed, immutable and cheap to copy. Thread-safe.
class Key {
 public:
  // Reads a JWK (RFC 7517), private where it has "d". INVALID_ARGUMENT, never
  // with key material in the text, for anything else: a symmetric key, an
  // RSA key of the wrong size, a point that is not on its curve, an "alg"
  // that the key cannot serve. `x5c` and `x5u` are not looked at.
  static absl::StatusOr<Key> FromJwk(absl::string_view json);
  // Reads PEM: PKCS#8, or the traditional form of RSA and EC, or a public
  // key. Neither encrypted keys nor certificates.
  static absl::StatusOr<Key> FromPem(absl::string_view pem);
  // Makes a private key for a JOSE algorithm: "EdDSA", "ES256", "PS256",
  // "RS256", "RSA-OAEP-256", "RSA-OAEP", "ECDH-ES+A256KW", "ECDH-ES+A128KW",
  // "ECDH-ES" (on X25519).
  static absl::StatusOr<Key> Generate(absl::string_view algorithm);

  // The same key under another name, and for another use.
  Key WithKid(absl::string_view kid) const;
  Key WithUse(absl::string_view use) const;

  KeyType type() const { return type_; }
  bool is_private() const { return private_; }
  // "kid" of the JWK; without one, the thumbprint.
  const std::string& kid() const { return kid_; }
  // RFC 7638, SHA-256, base64url.
  const std::string& thumbprint() const { return thumbprint_; }
  // "alg" of the JWK: the one algorithm the key may be used with; may be
  // empty.
  const std::string& algorithm() const { return algorithm_; }
  // "sig", "enc" or empty.
  const std::string& use() const { return use_; }

  // Whether this key may be used with this JOSE algorithm, by its type, its
  // `use` and its `alg`.
  bool Serves(absl::string_view algorithm) const;
  // What the key signs with where nobody asks for another: its "alg", or the
  // first of its type in the list above. Empty where it cannot sign.
  std::string SigningAlgorithm() const;
  // The same for the management of content keys.
  std::string EncryptionAlgorithm() const;

  // JWK as JSON text, with kid, use and alg; the second has the private
  // members too.
  std::string PublicJwk() const;
  // The required public members alone: an ephemeral key has no name.
  std::string BareJwk() const { return "{" + members_ + "}"; }
  absl::StatusOr<std::string> PrivateJwk() const;

  evp_pkey_st* pkey() const { return pkey_.get(); }

 private:
  Key() = default;
  static absl::StatusOr<Key> FromPkey(std::shared_ptr<evp_pkey_st> pkey,
                                      bool is_private);

  std::shared_ptr<evp_pkey_st> pkey_;
  KeyType type_ = KeyType::kEd25519;
  bool private_ = false;
  std::string kid_, thumbprint_, algorithm_, use_;
  std::string members_;  // the thumbprint's members, JSON without braces
};

}  // namespace dci::trust

#endif  // CONVERGENCE_SERVICES_TRUST_KEY_H_
