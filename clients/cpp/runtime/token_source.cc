#include "clients/cpp/runtime/token_source.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/base/status_macros.h"
#include "services/net/form.h"
#include "simdjson.h"

namespace dci::client {
namespace {

// RFC 6749 leaves the lifetime out; then the token is asked for anew soon.
constexpr absl::Duration kUnknownLifetime = absl::Minutes(5);

std::string Text(const simdjson::dom::element& object, const char* name) {
  std::string_view text;
  if (object[name].get(text) != simdjson::SUCCESS) return "";
  return std::string(text);
}

// A number, or a text as the published file has it.
absl::Duration Lifetime(const simdjson::dom::element& object) {
  int64_t seconds = 0;
  if (object["expires_in"].get(seconds) == simdjson::SUCCESS ||
      absl::SimpleAtoi(Text(object, "expires_in"), &seconds)) {
    return absl::Seconds(seconds);
  }
  return kUnknownLifetime;
}

}  // namespace

TokenSource::TokenSource(TokenOptions options, net::HttpClient* http,
                         Clock* clock)
    : options_(std::move(options)), http_(http), clock_(clock) {}

absl::StatusOr<std::string> TokenSource::Get(absl::Duration timeout) {
  std::lock_guard<std::mutex> lock(mu_);
  if (token_.empty() || clock_->Now() >= expires_) {
    RETURN_IF_ERROR(Fetch(timeout));
  }
  return token_;
}

void TokenSource::Drop(const std::string& token) {
  std::lock_guard<std::mutex> lock(mu_);
  // Another caller may have fetched a new one already.
  if (token_ == token) token_.clear();
}

absl::Status TokenSource::Fetch(absl::Duration timeout) {
  net::FormFields form = {{"grant_type", "client_credentials"},
                          {"client_id", options_.client_id},
                          {"client_secret", options_.client_secret}};
  if (!options_.scopes.empty()) {
    form.emplace_back("scope", absl::StrJoin(options_.scopes, " "));
  }
  net::HttpClientRequest request;
  request.url = options_.url;
  request.headers.Set("Content-Type", "application/x-www-form-urlencoded");
  request.headers.Set("Accept", "application/json");
  request.body = net::EncodeForm(form);
  request.timeout = timeout;
  request.safe_to_resend = true;
  const absl::Time asked = clock_->Now();
  ASSIGN_OR_RETURN(const net::HttpResponse response,
                   http_->Call(std::move(request)));
  return Read(response, asked);
}

absl::Status TokenSource::Read(const net::HttpResponse& response,
                               absl::Time asked) {
  simdjson::dom::parser parser;
  simdjson::dom::element object;
  const simdjson::padded_string json(response.body);
  const bool readable = parser.parse(json).get(object) == simdjson::SUCCESS;
  if (response.status >= 500) {
    return absl::UnavailableError(
        absl::StrCat("token endpoint: HTTP ", response.status));
  }
  if (response.status != 200) {
    return absl::UnauthenticatedError(
        absl::StrCat("token endpoint: ", readable ? Text(object, "error") : "",
                     " (HTTP ", response.status, ")"));
  }
  const std::string token = readable ? Text(object, "access_token") : "";
  if (token.empty()) {
    return absl::InternalError("token endpoint: the answer has no token");
  }
  token_ = token;
  expires_ = asked + Lifetime(object) - options_.renew_before;
  return absl::OkStatus();
}

}  // namespace dci::client
