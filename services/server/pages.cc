#include "services/server/pages.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "services/net/form.h"
#include "services/wire/json_text.h"

namespace dci::server {
namespace {

net::HttpResponse Response(int status, absl::string_view type,
                           std::string body) {
  net::HttpResponse response;
  response.status = status;
  response.headers.Add("Content-Type", type);
  response.body = std::move(body);
  return response;
}

// Both readings of HTTP Basic, where they differ.
void ReadBasic(const net::HttpRequest& request,
               trust::TokenRequest* token_request) {
  const auto field = request.headers.Get("Authorization");
  if (!field) return;
  const auto basic = net::ParseBasic(*field);
  if (!basic.ok()) {
    // Another scheme is nobody's credentials here: the published file
    // declares a bearer token for this very page.
    token_request->malformed_authorization = !absl::IsNotFound(basic.status());
    return;
  }
  token_request->basic.push_back({basic->user, basic->password});
  const auto user = net::FormDecode(basic->user);
  const auto password = net::FormDecode(basic->password);
  if (user.ok() && password.ok() &&
      (*user != basic->user || *password != basic->password))
    token_request->basic.push_back({*user, *password});
}

}  // namespace

transport::HttpPage TokenPage(const trust::TokenIssuer* issuer,
                              const Clock* clock) {
  return [issuer, clock](net::HttpRequest request, net::Responder respond) {
    trust::TokenRequest token_request;
    const std::string type =
        absl::AsciiStrToLower(request.headers.GetOr("Content-Type"));
    // A body of another type has no fields, which the issuer refuses.
    if (absl::StartsWith(type, "application/x-www-form-urlencoded"))
      if (auto fields = net::ParseForm(request.body); fields.ok())
        token_request.fields = *std::move(fields);
    ReadBasic(request, &token_request);
    const trust::TokenResponse answer =
        issuer->HandleTokenRequest(token_request, clock->Now());
    net::HttpResponse response =
        Response(answer.http_status, "application/json", answer.body);
    for (const auto& [name, value] : answer.headers)
      response.headers.Set(name, value);
    respond(std::move(response));
  };
}

transport::HttpPage JwksPage(const trust::KeyRing* ring, const Clock* clock) {
  return [ring, clock](net::HttpRequest, net::Responder respond) {
    respond(Response(200, "application/json", ring->PublicJwks(clock->Now())));
  };
}

transport::HttpPage HealthPage() {
  return [](net::HttpRequest, net::Responder respond) {
    respond(Response(200, "application/json", "{\"status\":\"ok\"}"));
  };
}

transport::HttpPage ReadyPage(std::function<absl::Status()> ready) {
  return [ready = std::move(ready)](net::HttpRequest, net::Responder respond) {
    const absl::Status status = ready();
    std::string body = "{\"status\":";
    wire::AppendQuoted(status.ok() ? "ready" : status.message(), &body);
    body.push_back('}');
    respond(
        Response(status.ok() ? 200 : 503, "application/json", std::move(body)));
  };
}

transport::HttpPage MetricsPageOf(
    std::function<std::vector<Sample>()> samples) {
  return [samples = std::move(samples)](net::HttpRequest,
                                        net::Responder respond) {
    respond(Response(200, "text/plain; version=0.0.4", MetricsPage(samples())));
  };
}

}  // namespace dci::server
