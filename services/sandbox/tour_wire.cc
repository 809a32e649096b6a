#include "services/sandbox/tour_wire.h"

#include <cstdio>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/base/clock.h"
#include "services/base/status_macros.h"

namespace dci::sandbox {
namespace {

// Longer texts are cut: a page of records fills no screen.
constexpr size_t kPrinted = 1200;

}  // namespace

std::string HeaderOf(const SampleRequest& request) {
  return absl::StrCat(
      "{\"action\":\"", request.action, "\",\"is_msg_encrypted\":false,",
      "\"message_id\":\"", request.message_id, "\",\"message_ts\":\"",
      FormatTimestamp(absl::Now()), "\",\"receiver_id\":\"SR\",",
      "\"sender_id\":\"", request.sender_id,
      "\",\"total_count\":1,\"version\":\"1.0.0\"}");
}

std::string DocumentOf(const SampleRequest& request) {
  return absl::StrCat("{\"header\":", HeaderOf(request),
                      ",\"message\":", request.body, "}");
}

absl::StatusOr<TourWire> TourWire::Create() {
  net::HttpClientOptions options;
  options.addresses.allow_loopback = true;
  ASSIGN_OR_RETURN(std::unique_ptr<net::HttpClient> client,
                   net::HttpClient::Create(options));
  return TourWire(std::move(client));
}

absl::StatusOr<net::HttpResponse> TourWire::Send(const std::string& url,
                                                 const std::string& body,
                                                 const net::Headers& headers) {
  net::HttpClientRequest request;
  request.method = body.empty() ? "GET" : "POST";
  request.url = url;
  request.headers = headers;
  if (!body.empty()) request.headers.Add("Content-Type", "application/json");
  request.body = body;
  return client_->Call(std::move(request));
}

absl::StatusOr<net::HttpResponse> TourWire::Exchange(
    const std::string& url, const std::string& body,
    const net::Headers& headers) {
  std::printf("  -> %s %s\n", body.empty() ? "GET" : "POST", url.c_str());
  if (!body.empty()) PrintJson("     ", body);
  ASSIGN_OR_RETURN(net::HttpResponse response, Send(url, body, headers));
  std::printf("  <- %d\n", response.status);
  PrintJson("     ", response.body);
  return response;
}

void PrintStep(absl::string_view title) {
  std::printf("\n%.*s\n", static_cast<int>(title.size()), title.data());
}

void PrintJson(absl::string_view mark, absl::string_view json) {
  const absl::string_view shown = json.substr(0, kPrinted);
  std::printf("%.*s%.*s%s\n", static_cast<int>(mark.size()), mark.data(),
              static_cast<int>(shown.size()), shown.data(),
              json.size() > shown.size() ? " …" : "");
}

absl::Status Expect(const net::HttpResponse& response, int status,
                    std::initializer_list<absl::string_view> texts) {
  if (response.status != status)
    return absl::InternalError(absl::StrCat("expected HTTP ", status, ", got ",
                                            response.status, ": ",
                                            response.body));
  for (absl::string_view text : texts)
    if (!absl::StrContains(response.body, text))
      return absl::InternalError(
          absl::StrCat("no ", text, " in the answer: ", response.body));
  return absl::OkStatus();
}

}  // namespace dci::sandbox
