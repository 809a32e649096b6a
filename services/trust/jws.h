// JSON Web Signatures in compact form (RFC 7515, 7.1), with the payload
// inside or detached (appendix F).
//
// The key and the algorithm are chosen by the caller; what the token says of
// itself only has to agree.
#ifndef CONVERGENCE_SERVICES_TRUST_JWS_H_
#define CONVERGENCE_SERVICES_TRUST_JWS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/trust/key.h"

namespace dci::trust {

// A token taken apart; nothing about it has been verified.
struct Jws {
  std::string algorithm;  // canonical, of the allowed ones
  std::string kid;        // may be empty
  std::string type;       // "typ"; may be empty
  std::string header;     // first part, as it came
  std::string payload;    // second part, as it came; empty: detached
  std::string signature;  // bytes
  bool encoded = true;    // false: "b64" is false (RFC 7797)

  bool detached() const { return payload.empty(); }
};

// Whether the text looks like a JWS: three parts of the base64url alphabet,
// the second of which may be empty.
bool LooksLikeJws(absl::string_view text);

// INVALID_ARGUMENT for a malformed token; an algorithm that is not allowed,
// such as "none" or HS256; a header that brings its own key (jwk, jku, x5c,
// x5u), because a key from the token proves nothing; and "crit", but for
// b64 = false on a detached payload.
absl::StatusOr<Jws> ParseJws(absl::string_view token);

// The payload of a token that is not detached. INVALID_ARGUMENT: no base64url.
absl::StatusOr<std::string> PayloadOf(const Jws& jws);

// Whether the key made the signature. False as well where the key does not
// serve the algorithm. `detached_payload` is used only for a detached token.
bool VerifyJws(const Jws& jws, absl::string_view detached_payload,
               const Key& key);

enum class JwsPayload { kInside, kDetached };

// Signs; the header names alg, kid and, if given, typ. FAILED_PRECONDITION
// where the key is public or does not serve the algorithm.
absl::StatusOr<std::string> SignJws(const Key& key, absl::string_view algorithm,
                                    absl::string_view payload, JwsPayload place,
                                    absl::string_view type = "");

}  // namespace dci::trust

#endif  // CONVERGENCE_SERVICES_TRUST_JWS_H_
