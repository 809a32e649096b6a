// Access tokens: fetched when needed, kept while they are good.
#ifndef CONVERGENCE_CLIENTS_CPP_RUNTIME_TOKEN_SOURCE_H_
#define CONVERGENCE_CLIENTS_CPP_RUNTIME_TOKEN_SOURCE_H_

#include <mutex>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "clients/cpp/runtime/options.h"
#include "services/net/http_client.h"

namespace dci::client {

// Thread-safe; concurrent callers share one fetch.
class TokenSource {
 public:
  // `http` and `clock` outlive this.
  TokenSource(TokenOptions options, net::HttpClient* http, Clock* clock);

  // The token. UNAUTHENTICATED with the server's error where it gives none
  // (RFC 6749, 5.2); as HttpClient where it cannot be reached; INTERNAL where
  // its answer is no token.
  absl::StatusOr<std::string> Get(absl::Duration timeout);
  // The server refused this token: the next Get fetches another.
  void Drop(const std::string& token);

 private:
  absl::Status Fetch(absl::Duration timeout);  // under mu_
  absl::Status Read(const net::HttpResponse& response, absl::Time asked);

  const TokenOptions options_;
  net::HttpClient* const http_;
  Clock* const clock_;
  std::mutex mu_;
  std::string token_;
  absl::Time expires_ = absl::InfinitePast();
};

}  // namespace dci::client

#endif  // CONVERGENCE_CLIENTS_CPP_RUNTIME_TOKEN_SOURCE_H_
