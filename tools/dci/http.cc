#include "tools/dci/http.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/base/status_macros.h"
#include "tools/dci/exit_code.h"
#include "tools/dci/files.h"

namespace dci::cli {
namespace {

// Pages of an export, and answers with many records.
constexpr size_t kMaxAnswerBytes = 256u << 20;

absl::StatusOr<std::string> ReadOptional(const std::string& name,
                                         const Io& io) {
  return name.empty() ? std::string() : ReadInput(name, io);
}

absl::Status Failure(const absl::Status& status, const std::string& url) {
  const std::string text = absl::StrCat(url, ": ", status.message());
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
      return Usage(text);
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kResourceExhausted:
      return Untrusted(text);
    default:
      return NotReached(text);
  }
}

}  // namespace

std::vector<Option> HttpOptions() {
  return {
      {"timeout", "N", "seconds to wait for an answer", kOptional, "30"},
      {"ca_file", "PEM", "authorities trusted instead of the system's"},
      {"cert_file", "PEM", "own certificate, for mutual TLS"},
      {"cert_key_file", "PEM", "its private key"},
  };
}

absl::StatusOr<std::unique_ptr<Http>> Http::Create(const Args& args,
                                                   const Io& io) {
  net::HttpClientOptions options;
  // Where to go is the user's own choice.
  options.addresses.allow_loopback = true;
  options.addresses.allow_private = true;
  options.max_response_bytes = kMaxAnswerBytes;
  ASSIGN_OR_RETURN(options.tls.ca_pem, ReadOptional(args.Get("ca_file"), io));
  ASSIGN_OR_RETURN(options.tls.certificate_chain_pem,
                   ReadOptional(args.Get("cert_file"), io));
  ASSIGN_OR_RETURN(options.tls.private_key_pem,
                   ReadOptional(args.Get("cert_key_file"), io));
  auto client = net::HttpClient::Create(options);
  if (!client.ok()) return Usage(client.status().message());
  std::unique_ptr<Http> http(new Http);
  http->client_ = *std::move(client);
  http->timeout_ = absl::Seconds(args.Number("timeout"));
  return http;
}

absl::StatusOr<net::HttpResponse> Http::Send(
    net::HttpClientRequest request) const {
  const std::string url = request.url;
  request.timeout = timeout_;
  absl::StatusOr<net::HttpResponse> answer = client_->Call(std::move(request));
  if (!answer.ok()) return Failure(answer.status(), url);
  return answer;
}

std::string JoinUrl(absl::string_view base, absl::string_view path) {
  while (absl::ConsumeSuffix(&base, "/")) {
  }
  absl::ConsumePrefix(&path, "/");
  return absl::StrCat(base, "/", path);
}

absl::StatusOr<net::Headers> ReadHeaders(
    const std::vector<std::string>& texts) {
  net::Headers headers;
  for (absl::string_view text : texts) {
    const size_t colon = text.find(':');
    if (colon == absl::string_view::npos || colon == 0)
      return Usage(absl::StrCat("a header is NAME: VALUE, not '", text, "'"));
    headers.Add(text.substr(0, colon),
                absl::StripAsciiWhitespace(text.substr(colon + 1)));
  }
  const absl::Status checked = net::CheckHeaders(headers);
  if (!checked.ok()) return Usage(checked.message());
  return headers;
}

}  // namespace dci::cli
