// Between the members of a JWK and OpenSSL's keys; used by Key alone.
#ifndef CONVERGENCE_SERVICES_TRUST_JWK_H_
#define CONVERGENCE_SERVICES_TRUST_JWK_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "services/trust/json_object.h"
#include "services/trust/key.h"

namespace dci::trust {

// Key with the members of the JWK, private where it has "d".
// INVALID_ARGUMENT for members that are missing or malformed; whether they
// make a good key is for the caller to check.
absl::StatusOr<std::shared_ptr<evp_pkey_st>> PkeyFromJwk(const JsonObject& jwk);

// The required public members in the order of RFC 7638, without braces:
// what the thumbprint hashes.
absl::StatusOr<std::string> PublicMembers(evp_pkey_st* pkey, KeyType type);
// "d", and for RSA what follows from it.
absl::StatusOr<std::string> PrivateMembers(evp_pkey_st* pkey, KeyType type);

}  // namespace dci::trust

#endif  // CONVERGENCE_SERVICES_TRUST_JWK_H_
