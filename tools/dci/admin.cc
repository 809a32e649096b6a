#include "tools/dci/admin.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "tools/dci/document.h"
#include "tools/dci/exit_code.h"
#include "tools/dci/files.h"
#include "tools/dci/schema.h"

namespace dci::cli {

std::vector<Option> AdminOptions() {
  std::vector<Option> options = {
      {"admin", "URL", "the server's admin endpoint", kOptional,
       "http://127.0.0.1:3433"},
      {"token", "TEXT",
       "the operator's bearer token; default: that of this user's sandbox"},
  };
  for (Option& option : HttpOptions()) options.push_back(std::move(option));
  return options;
}

absl::StatusOr<std::unique_ptr<AdminClient>> AdminClient::Create(
    const Args& args, const Io& io) {
  const std::string token =
      args.Has("token") ? args.Get("token") : SandboxToken(io);
  if (token.empty())
    return Usage(
        "--token is missing, and there is no sandbox of this user "
        "whose token could be taken");
  return Create(args.Get("admin"), token, args, io);
}

absl::StatusOr<std::unique_ptr<AdminClient>> AdminClient::Create(
    const std::string& base, const std::string& token, const Args& args,
    const Io& io) {
  std::unique_ptr<AdminClient> client(new AdminClient);
  ASSIGN_OR_RETURN(client->model_, CompiledModel());
  ASSIGN_OR_RETURN(client->http_, Http::Create(args, io));
  client->base_ = base;
  client->token_ = token;
  return client;
}

absl::StatusOr<std::string> AdminClient::Call(
    absl::string_view method, const std::string& request) const {
  const schema::Method* found = model_->FindMethod(method);
  if (found == nullptr)
    return absl::InternalError(absl::StrCat("the schema has no ", method));
  net::HttpClientRequest post;
  post.method = found->http_verb;
  post.url = JoinUrl(base_, found->path);
  post.headers = {{"Content-Type", "application/json"},
                  {"Authorization", absl::StrCat("Bearer ", token_)}};
  post.body = request;
  ASSIGN_OR_RETURN(const net::HttpResponse answer,
                   http_->Send(std::move(post)));
  RETURN_IF_ERROR(JudgeAnswer(answer.status, answer.body));
  return answer.body;
}

}  // namespace dci::cli
