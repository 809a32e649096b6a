#include "services/server/http_key_fetcher.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"

namespace dci::server {
namespace {

// A message waits for it.
constexpr absl::Duration kTimeout = absl::Seconds(5);

}  // namespace

absl::StatusOr<std::unique_ptr<HttpKeyFetcher>> HttpKeyFetcher::Create(
    bool allow_private, const net::TlsClientOptions& tls) {
  net::HttpClientOptions options;
  options.addresses.allow_loopback = allow_private;
  options.addresses.allow_private = allow_private;
  options.tls = tls;
  options.max_response_bytes = kMaxJwksBytes;
  ASSIGN_OR_RETURN(std::unique_ptr<net::HttpClient> client,
                   net::HttpClient::Create(options));
  return std::unique_ptr<HttpKeyFetcher>(new HttpKeyFetcher(std::move(client)));
}

void HttpKeyFetcher::Fetch(
    const std::string& jwks_uri,
    std::function<void(absl::StatusOr<std::string>)> done) {
  net::HttpClientRequest request;
  request.method = "GET";
  request.url = jwks_uri;
  request.headers.Add("Accept", "application/json");
  request.timeout = kTimeout;
  client_->Send(
      std::move(request),
      [done = std::move(done)](absl::StatusOr<net::HttpResponse> response) {
        if (!response.ok()) return done(response.status());
        if (response->status != 200)
          return done(absl::UnavailableError(
              absl::StrCat("HTTP status ", response->status)));
        done(std::move(response->body));
      });
}

}  // namespace dci::server
