#include "tools/dci/scripted_answers.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/base/clock.h"
#include "tools/dci/exit_code.h"
#include "tools/dci/json.h"

namespace dci::cli {
namespace {

// A sender tries again after some codes, and gives up after others.
std::string ErrorJson(absl::string_view code) {
  return JsonObject()
      .Text("code", code)
      .Text("message", "as dci listen was told")
      .Build();
}

std::string CorrelationId(const net::HttpRequest& request, const Io& io) {
  if (CheckJson(request.body).ok()) {
    std::string id = TextAt(request.body, "/message/correlation_id");
    if (!id.empty()) return id;
  }
  return io.ids->NewId();
}

}  // namespace

absl::StatusOr<ScriptedAnswers> ScriptedAnswers::Create(
    const std::string& list) {
  ScriptedAnswers script;
  script.answers_ = absl::StrSplit(list, ',');
  for (const std::string& answer : script.answers_) {
    int status = 0;
    const bool http =
        absl::SimpleAtoi(answer, &status) && status >= 200 && status <= 599;
    if (!http && answer != "ACK" && answer != "NACK" && answer != "ERR")
      return Usage(absl::StrCat(
          "--answers: ACK, NACK, ERR or an HTTP status, not '", answer, "'"));
  }
  return script;
}

const std::string& ScriptedAnswers::Next() {
  return answers_[next_ + 1 < answers_.size() ? next_++ : next_];
}

net::HttpResponse AnswerTo(const net::HttpRequest& request,
                           const std::string& answer, const Io& io) {
  net::HttpResponse response;
  response.headers.Add("Content-Type", "application/json");
  JsonObject body;
  int status = 0;
  if (absl::SimpleAtoi(answer, &status)) {
    response.status = status;
    const char* code =
        status >= 500 ? "err.service.unavailable" : "err.request.bad";
    if (status >= 400) body.Raw("errors", JsonArray({ErrorJson(code)}));
    response.body = body.Build();
    return response;
  }
  JsonObject ack;
  ack.Text("ack_status", answer)
      .Text("timestamp", FormatTimestamp(io.clock->Now()))
      .Text("correlation_id", CorrelationId(request, io));
  if (answer == "ERR") {
    response.status = 400;
    // For good: the sender parks the message.
    const std::string error = ErrorJson("err.request.bad");
    ack.Raw("error", error);
    body.Raw("errors", JsonArray({error}));
  }
  response.body = body.Raw("message", ack.Build()).Build();
  return response;
}

}  // namespace dci::cli
