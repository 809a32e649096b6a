#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "clients/cpp/runtime/connection.h"
#include "services/net/http_client.h"

namespace dci::client {
namespace {

absl::StatusCode CodeOf(int http_status) {
  switch (http_status) {
    case 401:
      return absl::StatusCode::kUnauthenticated;
    case 403:
      return absl::StatusCode::kPermissionDenied;
    case 404:
      return absl::StatusCode::kNotFound;
    case 408:
    case 504:
      return absl::StatusCode::kDeadlineExceeded;
    case 429:
      return absl::StatusCode::kResourceExhausted;
    default:
      return http_status >= 500 ? absl::StatusCode::kUnavailable
                                : absl::StatusCode::kInvalidArgument;
  }
}

class HttpConnection : public Connection {
 public:
  HttpConnection(const std::string& base_url, net::HttpClient* http)
      : base_url_(absl::StripSuffix(base_url, "/")), http_(http) {}

  Reply Send(const Attempt& attempt) override {
    absl::StatusOr<net::HttpResponse> response = http_->Call(Request(attempt));
    Reply reply;
    if (!response.ok()) {
      reply.status = response.status();
      return reply;
    }
    int seconds = 0;
    if (absl::SimpleAtoi(response->headers.GetOr("Retry-After"), &seconds)) {
      reply.retry_after = absl::Seconds(seconds);
    }
    if (response->status / 100 == 2) {
      reply.http_signature = std::string(response->headers.GetOr("Signature"));
      reply.bytes = std::move(response->body);
    } else {
      reply.status = Refused(attempt, *response);
    }
    return reply;
  }

 private:
  net::HttpClientRequest Request(const Attempt& attempt) const {
    net::HttpClientRequest request;
    request.url = absl::StrCat(base_url_, attempt.method->path);
    request.headers.Set("Content-Type", "application/json");
    request.headers.Set("Accept", "application/json");
    if (!attempt.token.empty()) {
      request.headers.Set("Authorization",
                          absl::StrCat("Bearer ", attempt.token));
    }
    if (!attempt.http_signature.empty()) {
      request.headers.Set("Signature", attempt.http_signature);
    }
    request.body = attempt.bytes;
    request.timeout = attempt.timeout;
    // The message id makes a repetition known over there.
    request.safe_to_resend = true;
    return request;
  }

  // The body of a refusal says more than its number, where it can be read.
  static absl::Status Refused(const Attempt& attempt,
                              const net::HttpResponse& response) {
    const absl::StatusCode code = CodeOf(response.status);
    const absl::StatusOr<std::string> bytes =
        attempt.schema->codec().JsonToWire(attempt.schema->ack_envelope(),
                                           response.body, nullptr);
    dci::common::v1::AckEnvelope ack;
    if (bytes.ok() && ack.ParseFromString(*bytes) &&
        (ack.message().has_error() || ack.errors_size() > 0)) {
      return RefusalIn(ack, code);
    }
    return absl::Status(code, absl::StrCat("HTTP ", response.status));
  }

  const std::string base_url_;
  net::HttpClient* const http_;
};

}  // namespace

std::unique_ptr<Connection> NewHttpConnection(const std::string& base_url,
                                              net::HttpClient* http) {
  return std::make_unique<HttpConnection>(base_url, http);
}

}  // namespace dci::client
