// Fetches the keys that peers publish, over HTTP.
#ifndef CONVERGENCE_SERVICES_SERVER_HTTP_KEY_FETCHER_H_
#define CONVERGENCE_SERVICES_SERVER_HTTP_KEY_FETCHER_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "services/net/http_client.h"
#include "services/trust/jwks_cache.h"

namespace dci::server {

// A key set of a hundred keys is some 40 KB.
inline constexpr size_t kMaxJwksBytes = 256 << 10;

// Thread-safe.
class HttpKeyFetcher : public trust::KeyFetcher {
 public:
  // `allow_private`: also from loopback and private addresses. Errors as
  // net::HttpClient::Create.
  static absl::StatusOr<std::unique_ptr<HttpKeyFetcher>> Create(
      bool allow_private, const net::TlsClientOptions& tls);

  // Any answer but 200 is UNAVAILABLE.
  void Fetch(const std::string& jwks_uri,
             std::function<void(absl::StatusOr<std::string>)> done) override;

 private:
  explicit HttpKeyFetcher(std::unique_ptr<net::HttpClient> client)
      : client_(std::move(client)) {}

  const std::unique_ptr<net::HttpClient> client_;
};

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_HTTP_KEY_FETCHER_H_
