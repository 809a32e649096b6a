// Pages that no schema describes: access tokens, public keys, health.
#ifndef CONVERGENCE_SERVICES_SERVER_PAGES_H_
#define CONVERGENCE_SERVICES_SERVER_PAGES_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "services/base/clock.h"
#include "services/server/metrics_page.h"
#include "services/transport/http_endpoint.h"
#include "services/trust/keys.h"
#include "services/trust/tokens.h"

namespace dci::server {

// POST /oauth2/client/token (DCI authorization 1.0.0; RFC 6749, 4.4): form
// fields or HTTP Basic. Everything must outlive the page.
transport::HttpPage TokenPage(const trust::TokenIssuer* issuer,
                              const Clock* clock);

// GET /.well-known/jwks.json (DCI jwks 1.0.0; RFC 7517).
transport::HttpPage JwksPage(const trust::KeyRing* ring, const Clock* clock);

// GET /health: 200 while the process answers at all.
transport::HttpPage HealthPage();

// GET /ready: 200, or 503 with the reason for which no message is taken now.
transport::HttpPage ReadyPage(std::function<absl::Status()> ready);

// GET /metrics, for Prometheus.
transport::HttpPage MetricsPageOf(std::function<std::vector<Sample>()> samples);

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_PAGES_H_
