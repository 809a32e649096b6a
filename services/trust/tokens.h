// Access tokens: given for client credentials (RFC 6749, 4.4), checked
// without a store. A token is a JWT (RFC 9068) signed by this institution.
#ifndef CONVERGENCE_SERVICES_TRUST_TOKENS_H_
#define CONVERGENCE_SERVICES_TRUST_TOKENS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/base/ids.h"
#include "services/trust/credentials.h"
#include "services/trust/keys.h"
#include "services/trust/participants.h"

namespace dci::trust {

struct TokenOptions {
  // "iss" and "aud" of the tokens: this institution's id.
  std::string issuer;
  absl::Duration lifetime = absl::Hours(1);
  // DCI authorization 1.0.0 publishes expires_in as a text, "36000"; RFC 6749
  // as a number, which is what OAuth2 clients can read.
  bool expires_in_as_text = false;
};

struct ClientCredentials {
  std::string id;
  std::string secret;
};

// What a client sent to /oauth2/client/token.
struct TokenRequest {
  // Fields of the form, decoded, in the order sent.
  std::vector<std::pair<std::string, std::string>> fields;
  // HTTP Basic, if any: as sent, and once more form-decoded (RFC 6749, 2.3.1)
  // where that makes a difference, because clients do either.
  std::vector<ClientCredentials> basic;
  // The Authorization field was there and could not be read.
  bool malformed_authorization = false;
};

// What it is answered.
struct TokenResponse {
  int http_status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;  // JSON
};

// Gives tokens. Thread-safe.
class TokenIssuer {
 public:
  // All outlive this.
  TokenIssuer(TokenOptions options, const KeyRing* ring,
              const ParticipantDirectory* directory,
              IdSource* ids = IdSource::Random());

  // Answers a client, also where it is refused: the bodies are those of
  // RFC 6749, 5.1 and 5.2, never to be cached. Id and secret are compared in
  // a time that does not depend on which is wrong. Where no key of ours can
  // sign, 503 with the code temporarily_unavailable.
  TokenResponse HandleTokenRequest(const TokenRequest& request,
                                   absl::Time now) const;

 private:
  TokenResponse Issue(const std::string& sender_id,
                      const std::string& client_id,
                      const std::vector<std::string>& scopes,
                      absl::Time now) const;

  const TokenOptions options_;
  const KeyRing* const ring_;
  const ParticipantDirectory* const directory_;
  IdSource* const ids_;
};

// A token that was found right.
struct AccessToken {
  std::string sender_id;  // "sub"
  std::string client_id;
  std::vector<std::string> scopes;  // canonical
  absl::Time expires;
};

// Checks tokens. Thread-safe.
class TokenChecker {
 public:
  TokenChecker(TokenOptions options, const KeyRing* ring);

  // Reads the token from `Authorization: Bearer …`, else from `x-api-token`.
  // Refusals, all REASON_REQUEST_UNAUTHORIZED: none there (NoToken tells that
  // apart), not ours, altered, expired.
  absl::StatusOr<AccessToken> Check(const Credentials& credentials,
                                    absl::Time now) const;

  // Whether there is no token at all in the credentials.
  static bool NoToken(const Credentials& credentials);

 private:
  const TokenOptions options_;
  const KeyRing* const ring_;
};

}  // namespace dci::trust

#endif  // CONVERGENCE_SERVICES_TRUST_TOKENS_H_
