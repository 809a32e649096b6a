#include "tools/dci/call.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/wire/codec.h"
#include "tools/dci/document.h"
#include "tools/dci/envelope.h"
#include "tools/dci/exit_code.h"
#include "tools/dci/grpc_call.h"
#include "tools/dci/http.h"
#include "tools/dci/json.h"
#include "tools/dci/keys.h"
#include "tools/dci/outgoing.h"
#include "tools/dci/query.h"
#include "tools/dci/schema.h"
#include "tools/dci/signature_report.h"
#include "tools/dci/signing.h"
#include "tools/dci/token.h"

namespace dci::cli {
namespace {

class Call {
 public:
  Call(const Args& args, const Io& io) : args_(args), io_(io) {}

  absl::Status Run() {
    ASSIGN_OR_RETURN(model_, CompiledModel());
    codec_.emplace(model_.get());
    ASSIGN_OR_RETURN(http_, Http::Create(args_, io_));
    ASSIGN_OR_RETURN(operation_,
                     FindOperation(*model_, {args_.word(0), Registry(),
                                             args_.Has("async")}));
    ASSIGN_OR_RETURN(const Outgoing outgoing,
                     PrepareMessage(args_, io_, *codec_, operation_));
    if (args_.Has("dry_run")) {
      *io_.out << outgoing.body << "\n";
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(const net::HttpResponse answer, Send(outgoing));
    return Finish(answer);
  }

 private:
  // Bare paths mean the one registry of a server; gRPC has no such.
  std::string Registry() const {
    const bool named =
        args_.Has("registry") || absl::StrContains(args_.word(0), '/');
    return args_.Has("grpc") && !named ? "social" : args_.Get("registry");
  }

  absl::StatusOr<net::HttpResponse> Send(const Outgoing& outgoing) const {
    const std::string base = args_.Get("to");
    ASSIGN_OR_RETURN(const std::string token, TokenFor(args_, base, *http_));
    if (args_.Has("grpc")) {
      if (operation_.method == nullptr || !outgoing.http_signature.empty())
        return Usage(
            "over gRPC goes what the schema knows, signed in any "
            "form but jws-http-header");
      return CallOverGrpc(
          *codec_, *operation_.method, outgoing.body,
          {args_.Get("grpc"), token, absl::Seconds(args_.Number("timeout"))});
    }
    net::HttpClientRequest request;
    request.method = outgoing.verb;
    request.url = JoinUrl(base, operation_.path);
    request.body = outgoing.body;
    ASSIGN_OR_RETURN(request.headers, ReadHeaders(args_.GetAll("header")));
    if (!request.body.empty() && !request.headers.Has("Content-Type"))
      request.headers.Add("Content-Type", "application/json");
    if (!token.empty())
      request.headers.Set("Authorization", absl::StrCat("Bearer ", token));
    if (!outgoing.http_signature.empty())
      request.headers.Set("Signature", outgoing.http_signature);
    return http_->Send(std::move(request));
  }

  absl::Status Finish(const net::HttpResponse& answer) const {
    if (CheckJson(answer.body).ok()) {
      *io_.out << answer.body;
      if (!absl::EndsWith(answer.body, "\n")) *io_.out << "\n";
    }
    RETURN_IF_ERROR(JudgeAnswer(answer.status, answer.body));
    return args_.Has("verify") ? Verify(answer) : absl::OkStatus();
  }

  absl::Status Verify(const net::HttpResponse& answer) const {
    if (!IsDocument(answer.body)) {
      // The standards give an acknowledgement neither header nor signature.
      *io_.err << "an acknowledgement is unsigned: nothing to verify\n";
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(const std::vector<trust::TimedKey> keys,
                     ReadKeys(args_.Get("verify"), http_.get(), io_));
    const SignatureReport report = CheckReceived(
        args_, io_, keys, answer.body, answer.headers.GetOr("Signature"));
    *io_.err << "signature of the answer: " << report.ToJson() << "\n";
    if (report.right()) return absl::OkStatus();
    return Untrusted(absl::StrCat("the answer's signature: the check '",
                                  report.failed, "' failed: ", report.why));
  }

  const Args& args_;
  const Io& io_;
  std::unique_ptr<const schema::Model> model_;
  std::optional<wire::Codec> codec_;
  std::unique_ptr<Http> http_;
  Operation operation_;
};

absl::Status Run(const Args& args, const Io& io) {
  if (args.Has("sync") && args.Has("async"))
    return Usage("--sync and --async exclude each other");
  return Call(args, io).Run();
}

std::vector<Option> CallOptions() {
  std::vector<Option> options = {
      {"to", "URL", "the server", kOptional, "http://127.0.0.1:3333"},
      {"body", "FILE",
       "what is sent (- is the standard input): a whole document, or a body, "
       "which gets an envelope around it"},
      {"sync", "", "of an operation that has both forms: answered at once"},
      {"async", "", "answered by an ACK, later by a callback"},
      {"registry", "PREFIX",
       "registry on a server of several, or over gRPC: social"},
      {"dialect", "g2p-connect-2023|dci-2025-01|dci-2025-12-openspp",
       "write the message as this one does; default: as it stands"},
  };
  for (auto more : {QueryOptions(), EnvelopeOptions(), SigningOptions()})
    options.insert(options.end(), more.begin(), more.end());
  options.push_back(
      {"verify", "FILE-or-URL", "keys that the answer must be signed with"});
  const std::vector<Option> token = TokenOptions();
  options.insert(options.end(), token.begin(), token.end());
  options.push_back(
      {"header", "NAME: VALUE", "an HTTP header field to send", kRepeated});
  options.push_back({"grpc", "HOST:PORT", "call over gRPC instead of HTTP"});
  options.push_back({"raw", "", "send the body as it is, JSON or not"});
  options.push_back({"dry_run", "", "print what would be sent, and stop"});
  const std::vector<Option> http = HttpOptions();
  options.insert(options.end(), http.begin(), http.end());
  return options;
}

}  // namespace

Command CallCommand() {
  Command command;
  command.name = "call";
  command.summary =
      "Sends a message, prints the answer, and tells by the exit code whether "
      "it was taken.";
  command.details =
      "The operation is an action (search, txn-status), a method's name "
      "(SyncSearch, dci.social.v1.SocialRegistry.Search) or a path "
      "(/registry/sync/search). With --key the message is signed.";
  command.words = "OPERATION";
  command.min_words = 1;
  command.max_words = 1;
  command.options = CallOptions();
  command.examples =
      "dci call /capabilities\n"
      "dci call search --id UIN=847951632 --record Person\n"
      "dci call search --query '{\"poverty_score\":{\"$lt\":5}}' --record "
      "Group "
      "--sort poverty_score\n"
      "dci call search --id UIN=847951632 --async --sender_id my-system --key "
      "my.jwk\n"
      "dci call txn-status --body status.json\n"
      "dci call search --id UIN=847951632 --verify "
      "http://127.0.0.1:3333/.well-known/jwks.json";
  command.run = Run;
  return command;
}

}  // namespace dci::cli
