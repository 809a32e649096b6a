#include "tools/dci/token.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/net/form.h"
#include "tools/dci/exit_code.h"
#include "tools/dci/json.h"

namespace dci::cli {

std::vector<Option> TokenOptions() {
  return {
      {"token", "TEXT", "bearer token to send"},
      {"client_id", "TEXT", "OAuth2 client: a token is fetched first"},
      {"client_secret", "TEXT", "its secret"},
      {"token_url", "URL", "default: /oauth2/client/token at --to"},
      {"scope", "TEXT", "scopes to ask for; default: all there are"},
  };
}

absl::StatusOr<std::string> TokenFor(const Args& args, const std::string& base,
                                     const Http& http) {
  if (args.Has("token")) return args.Get("token");
  if (!args.Has("client_id")) return std::string();
  net::HttpClientRequest request;
  request.url = args.Has("token_url") ? args.Get("token_url")
                                      : JoinUrl(base, "/oauth2/client/token");
  // RFC 6749, 2.3.1: both are form-encoded before they are put together.
  request.headers = {
      {"Content-Type", "application/x-www-form-urlencoded"},
      {"Authorization",
       net::EncodeBasic({net::FormEncode(args.Get("client_id")),
                         net::FormEncode(args.Get("client_secret"))})}};
  net::FormFields fields = {{"grant_type", "client_credentials"}};
  if (args.Has("scope")) fields.emplace_back("scope", args.Get("scope"));
  request.body = net::EncodeForm(fields);
  ASSIGN_OR_RETURN(const net::HttpResponse answer,
                   http.Send(std::move(request)));
  if (!CheckJson(answer.body).ok())
    return Untrusted(absl::StrCat("the token endpoint's answer (HTTP ",
                                  answer.status, ") is no JSON"));
  if (answer.status != 200)
    return Refused(absl::StrCat("no token: ", TextAt(answer.body, "/error"),
                                " ",
                                TextAt(answer.body, "/error_description")));
  const std::string token = TextAt(answer.body, "/access_token");
  if (token.empty())
    return Untrusted("the token endpoint's answer has no access_token");
  return token;
}

}  // namespace dci::cli
