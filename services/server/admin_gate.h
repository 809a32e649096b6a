// Lets nobody but the operator to the admin endpoint.
#ifndef CONVERGENCE_SERVICES_SERVER_ADMIN_GATE_H_
#define CONVERGENCE_SERVICES_SERVER_ADMIN_GATE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "services/base/clock.h"
#include "services/transport/http_endpoint.h"
#include "services/transport/plain.h"
#include "services/trust/tokens.h"

namespace dci::server {

// Scope of an access token that opens the whole admin endpoint; that of a
// method ("admin.registry") opens the method.
inline constexpr char kAdminScope[] = "admin";

// Thread-safe.
class AdminGate {
 public:
  // SHA-256, in lower-case hex, of operators' tokens. Both pointers outlive
  // this.
  AdminGate(std::vector<std::string> token_sha256,
            const trust::TokenChecker* tokens, const Clock* clock);

  // OK for one of the configured tokens, and for an access token of this
  // institution with the admin scope or `scope`. REASON_REQUEST_UNAUTHORIZED
  // without a valid token, REASON_REQUEST_FORBIDDEN without the scope.
  absl::Status Check(const trust::Credentials& credentials,
                     absl::string_view scope) const;

  // The same handlers, behind the gate, which must outlive them.
  transport::PlainHandlers Guard(transport::PlainHandlers handlers) const;
  transport::HttpPage Guard(transport::HttpPage page) const;

 private:
  const std::vector<std::string> token_sha256_;
  const trust::TokenChecker* const tokens_;
  const Clock* const clock_;
};

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_ADMIN_GATE_H_
