#include "tools/dci/story/post.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/wire/message.h"
#include "tools/dci/document.h"
#include "tools/dci/exit_code.h"
#include "tools/dci/files.h"
#include "tools/dci/grpc_call.h"
#include "tools/dci/keys.h"
#include "tools/dci/schema.h"
#include "tools/dci/signature_report.h"
#include "tools/dci/signing.h"
#include "tools/dci/story/message.h"
#include "tools/dci/story/value.h"
#include "tools/dci/token.h"

namespace dci::cli::story {
namespace {

constexpr char kKeySet[] = "/.well-known/jwks.json";

// Scheme and host of a URL.
std::string OriginOf(const std::string& url) {
  const size_t scheme = url.find("://");
  const size_t path =
      url.find('/', scheme == std::string::npos ? 0 : scheme + 3);
  return url.substr(0, path);
}

}  // namespace

const schema::Method* Post::MethodOf(const Place& place,
                                     const std::string& path) const {
  for (const std::string& name : {absl::StrCat("/", place.name, path), path}) {
    const auto operation = FindOperation(model_, {name, "", false});
    if (operation.ok() && operation->method != nullptr)
      return operation->method;
  }
  return nullptr;
}

absl::StatusOr<net::HttpResponse> Post::Send(const Step& step,
                                             const Place& place,
                                             const Participant& sender,
                                             const Value& message) {
  const schema::Method* method = MethodOf(place, step.what);
  Correspondents between{sender.sender_id, "", place.id};
  // Where no operator has put down our address, each message says it.
  if (place.admin.empty() && method != nullptr && method->callback != nullptr)
    between.sender_uri = absl::StrCat(sender.callback, method->callback->path);
  const Document document =
      MakeMessage(message, method, step.what, between, io_);
  SignedDocument out{wire::AssembleDocument(document.parts, ""), ""};
  if (step.is_signed) {
    ASSIGN_OR_RETURN(
        out, SignWithKey(args_, io_, sender.key, document, sender.sender_id));
  }
  const std::string how = absl::StrCat(
      "   from ", sender.sender_id, step.is_signed ? ", signed" : ", unsigned");
  ASSIGN_OR_RETURN(const std::string token, TokenFor(args_, place.url, http_));
  if (step.over_grpc) {
    if (method == nullptr || place.grpc.empty())
      return Usage(
          absl::StrCat(place.name, " has no gRPC, or not this method"));
    transcript_->Exchange(
        absl::StrCat("-> gRPC ", place.grpc, method->grpc_path, how), out.text);
    return CallOverGrpc(
        codec_, *method, out.text,
        {place.grpc, token, absl::Seconds(args_.Number("timeout"))});
  }
  net::HttpClientRequest request;
  request.url = JoinUrl(place.url, step.what);
  request.body = out.text;
  request.headers.Add("Content-Type", "application/json");
  if (!token.empty())
    request.headers.Set("Authorization", absl::StrCat("Bearer ", token));
  if (!out.http_signature.empty())
    request.headers.Set("Signature", out.http_signature);
  transcript_->Exchange(
      absl::StrCat("-> POST ", request.url, how,
                   token.empty() ? "" : ", with an access token"),
      out.text);
  return http_.Send(std::move(request));
}

absl::StatusOr<net::HttpResponse> Post::Get(const Place& place,
                                            const std::string& path) {
  net::HttpClientRequest request;
  request.method = "GET";
  request.url = JoinUrl(place.url, path);
  transcript_->Exchange(absl::StrCat("-> GET ", request.url), "");
  return http_.Send(std::move(request));
}

absl::StatusOr<net::HttpResponse> Post::Operate(const Place& place,
                                                const std::string& path,
                                                const Value& request) {
  net::HttpClientRequest post;
  post.method = "POST";
  post.url = JoinUrl(place.admin, path);
  post.headers = {
      {"Content-Type", "application/json"},
      {"Authorization", absl::StrCat("Bearer ", SandboxToken(io_))}};
  post.body = ToJson(request);
  transcript_->Exchange(
      absl::StrCat("** The operator of ", place.name, ": POST ", post.url),
      post.body);
  return http_.Send(std::move(post));
}

absl::StatusOr<std::string> Post::Signature(const Place& place,
                                            const std::string& body,
                                            absl::string_view http_signature) {
  const auto document = ReadDocument(body);
  if (!document.ok() || (document->signature.empty() && http_signature.empty()))
    return std::string("unsigned");
  const std::vector<trust::TimedKey>& keys = KeysOf(place);
  if (keys.empty()) return std::string("signed, with a key that is not public");
  const SignatureReport report =
      CheckReceived(args_, io_, keys, body, http_signature);
  if (report.right())
    return absl::StrCat("signed (", report.algorithm, ", ", report.kid, ")");
  return Untrusted(absl::StrCat("the signature of ", place.name,
                                " is not right: ", report.why));
}

const std::vector<trust::TimedKey>& Post::KeysOf(const Place& place) {
  const auto known = keys_.find(place.url);
  if (known != keys_.end()) return known->second;
  std::vector<trust::TimedKey>& keys = keys_[place.url];
  for (const std::string& base : {place.url, OriginOf(place.url)}) {
    auto found = ReadKeys(JoinUrl(base, kKeySet), &http_, io_);
    if (!found.ok()) continue;
    keys = *std::move(found);
    break;
  }
  return keys;
}

}  // namespace dci::cli::story
