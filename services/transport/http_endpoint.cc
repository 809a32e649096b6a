#include "services/transport/http_endpoint.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "services/base/status_macros.h"
#include "services/net/multipart.h"
#include "services/schema/reason.h"
#include "services/transport/file_message.h"
#include "services/transport/plain_json.h"

namespace dci::transport {
namespace {

using ::dci::common::v1::REASON_REQUEST_BAD;
using ::dci::common::v1::REASON_REQUEST_NOT_FOUND;

// "application/json", also with parameters or a suffix (RFC 6839); clients
// that say nothing are taken at their word.
bool IsJson(const net::HttpRequest& request) {
  const std::string type = absl::AsciiStrToLower(
      request.headers.GetOr("Content-Type", "application/json"));
  const absl::string_view essence = absl::StripAsciiWhitespace(
      absl::string_view(type).substr(0, type.find(';')));
  return essence == "application/json" || absl::EndsWith(essence, "+json");
}

// Envelopes may come as a file.
bool IsFile(const schema::Method& method, const net::HttpRequest& request) {
  return method.mode != schema::Mode::kPlain &&
         net::IsMultipartForm(request.headers.GetOr("Content-Type"));
}

// No coding is undone here: nobody's small body shall become a great one.
bool IsEncoded(const net::HttpRequest& request) {
  const absl::string_view coding =
      absl::StripAsciiWhitespace(request.headers.GetOr("Content-Encoding"));
  return !coding.empty() && !absl::EqualsIgnoreCase(coding, "identity");
}

// Why the HTTP server refuses by itself: 400, 408, 413, 431, 500.
schema::Reason ReasonFor(int status) {
  switch (status) {
    case 408:
      return dci::common::v1::REASON_REQUEST_TIMEOUT;
    case 500:
      return dci::common::v1::REASON_SERVICE_UNAVAILABLE;
    default:
      return REASON_REQUEST_BAD;
  }
}

net::HttpResponse JsonResponse(std::string body, int status = 200) {
  net::HttpResponse response;
  response.status = status;
  response.headers.Add("Content-Type", "application/json");
  response.body = std::move(body);
  return response;
}

net::HttpResponse ResponseOf(exchange::Answer answer) {
  net::HttpResponse response =
      JsonResponse(std::move(answer.bytes), answer.http_status);
  if (!answer.http_signature.empty())
    response.headers.Add("Signature", answer.http_signature);
  if (answer.retry_after > absl::ZeroDuration()) {
    // Whole seconds, rounded up: a caller must not come too early.
    const int64_t seconds =
        absl::ToInt64Seconds(absl::Ceil(answer.retry_after, absl::Seconds(1)));
    response.headers.Add("Retry-After", absl::StrCat(seconds));
  }
  if (response.status == 401)
    response.headers.Add("WWW-Authenticate", "Bearer");
  return response;
}

}  // namespace

trust::Credentials CredentialsOf(const net::HttpRequest& request) {
  trust::Credentials credentials;
  const auto field = [&](absl::string_view name) {
    return std::string(request.headers.GetOr(name));
  };
  credentials.authorization = field("Authorization");
  credentials.x_api_token = field("x-api-token");
  credentials.http_signature = field("Signature");
  credentials.tls_subject = request.tls_client_subject;
  if (!credentials.http_signature.empty()) credentials.raw_body = request.body;
  return credentials;
}

absl::StatusOr<std::unique_ptr<HttpEndpoint>> HttpEndpoint::Start(
    HttpEndpointOptions options) {
  ASSIGN_OR_RETURN(Routes routes, Routes::Make(options.services));
  options.server.error_body = [pipeline = options.pipeline](
                                  int status, absl::string_view text) {
    return pipeline
        ->Refuse(exchange::Wire::kHttp,
                 schema::Refusal(ReasonFor(status), text))
        .bytes;
  };
  std::unique_ptr<HttpEndpoint> endpoint(
      new HttpEndpoint(std::move(options), std::move(routes)));
  ASSIGN_OR_RETURN(
      endpoint->server_,
      net::HttpServer::Start(endpoint->options_.server, endpoint.get()));
  return endpoint;
}

net::HttpResponse HttpEndpoint::Refuse(const absl::Status& refusal,
                                       int status) const {
  exchange::Answer answer =
      options_.pipeline->Refuse(exchange::Wire::kHttp, refusal);
  if (status != 0) answer.http_status = status;
  return ResponseOf(std::move(answer));
}

bool HttpEndpoint::HandlePage(net::HttpRequest& request,
                              net::Responder& respond) {
  const auto page = options_.pages.find(absl::StrCat(
      request.method == "HEAD" ? "GET" : request.method, " ", request.path));
  if (page == options_.pages.end()) return false;
  page->second(std::move(request), std::move(respond));
  return true;
}

// The verbs that a page answers to, as in Allow; empty where there is none.
std::string HttpEndpoint::VerbsOf(absl::string_view path) const {
  std::vector<std::string> verbs;
  for (const auto& [key, page] : options_.pages) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(key, absl::MaxSplits(' ', 1));
    if (parts.second != path) continue;
    verbs.emplace_back(parts.first);
    if (parts.first == "GET") verbs.emplace_back("HEAD");
  }
  std::sort(verbs.begin(), verbs.end());
  return absl::StrJoin(verbs, ", ");
}

net::HttpResponse HttpEndpoint::RefuseVerb(const std::string& verbs) const {
  net::HttpResponse response = Refuse(
      schema::Refusal(REASON_REQUEST_BAD, absl::StrCat("use ", verbs)), 405);
  response.headers.Add("Allow", verbs);
  return response;
}

void HttpEndpoint::Handle(net::HttpRequest request, net::Responder respond) {
  if (HandlePage(request, respond)) return;
  const schema::Method* method = routes_.Find(request.path);
  if (method == nullptr) {
    if (const std::string verbs = VerbsOf(request.path); !verbs.empty())
      return respond(RefuseVerb(verbs));
    respond(Refuse(
        schema::Refusal(REASON_REQUEST_NOT_FOUND,
                        absl::StrCat("no operation at ", request.path))));
    return;
  }
  if (request.method != method->http_verb)
    return respond(RefuseVerb(method->http_verb));
  const bool is_file = IsFile(*method, request);
  if (!request.body.empty() && !is_file && !IsJson(request)) {
    respond(Refuse(schema::Refusal(REASON_REQUEST_BAD,
                                   "Content-Type must be application/json"),
                   415));
    return;
  }
  if (IsEncoded(request)) {
    net::HttpResponse response =
        Refuse(schema::Refusal(REASON_REQUEST_BAD,
                               "a body with Content-Encoding is not read"),
               415);
    response.headers.Add("Accept-Encoding", "identity");  // RFC 9110, 12.5.3
    respond(std::move(response));
    return;
  }
  if (is_file)
    HandleFile(*method, std::move(request), std::move(respond));
  else if (method->mode == schema::Mode::kPlain)
    HandlePlain(*method, std::move(request), std::move(respond));
  else
    HandleMessage(*method, std::move(request), std::move(respond));
}

void HttpEndpoint::HandleMessage(const schema::Method& method,
                                 net::HttpRequest request,
                                 net::Responder respond) {
  trust::Credentials credentials = CredentialsOf(request);
  HandleEnvelope(method, std::move(credentials), std::move(request),
                 std::move(respond));
}

void HttpEndpoint::HandleFile(const schema::Method& method,
                              net::HttpRequest request,
                              net::Responder respond) {
  absl::StatusOr<std::string> file = MessageOfFile(
      method, request.headers.GetOr("Content-Type"), request.body);
  if (!file.ok()) return respond(Refuse(file.status()));
  // A signature in the header field covers the body as it came.
  trust::Credentials credentials = CredentialsOf(request);
  request.body = *std::move(file);
  HandleEnvelope(method, std::move(credentials), std::move(request),
                 std::move(respond));
}

void HttpEndpoint::HandleEnvelope(const schema::Method& method,
                                  trust::Credentials credentials,
                                  net::HttpRequest request,
                                  net::Responder respond) {
  exchange::RawMessage message;
  message.wire = exchange::Wire::kHttp;
  message.method = &method;
  message.credentials = std::move(credentials);
  message.bytes = std::move(request.body);
  message.peer_address = std::move(request.peer_address);
  message.received = request.received;
  message.deadline = request.received + options_.request_timeout;
  options_.pipeline->Handle(std::move(message), [respond = std::move(respond)](
                                                    exchange::Answer answer) {
    respond(ResponseOf(std::move(answer)));
  });
}

void HttpEndpoint::HandlePlain(const schema::Method& method,
                               net::HttpRequest request,
                               net::Responder respond) {
  const auto handler = options_.plain.find(&method);
  if (handler == options_.plain.end()) {
    respond(Refuse(schema::Refusal(REASON_REQUEST_NOT_FOUND,
                                   "the operation is not offered here")));
    return;
  }
  absl::StatusOr<std::string> json = method.http_verb == "GET"
                                         ? JsonOfQuery(request.query)
                                         : std::move(request.body);
  absl::StatusOr<std::string> bytes =
      json.ok() ? PlainRequestFromJson(*options_.codec, method, *json)
                : json.status();
  if (!bytes.ok()) {
    respond(Refuse(bytes.status()));
    return;
  }
  handler->second(PlainCall{&method, *std::move(bytes), CredentialsOf(request),
                            request.peer_address},
                  [this, &method, respond = std::move(respond)](
                      absl::StatusOr<std::string> answer) {
                    if (answer.ok())
                      answer =
                          PlainResponseToJson(*options_.codec, method, *answer);
                    respond(answer.ok() ? JsonResponse(*std::move(answer))
                                        : Refuse(answer.status()));
                  });
}

}  // namespace dci::transport
