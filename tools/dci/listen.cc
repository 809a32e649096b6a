#include "tools/dci/listen.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/base/clock.h"
#include "services/base/status_macros.h"
#include "services/net/http_server.h"
#include "tools/dci/exit_code.h"
#include "tools/dci/http.h"
#include "tools/dci/json.h"
#include "tools/dci/keys.h"
#include "tools/dci/scripted_answers.h"
#include "tools/dci/signature_report.h"
#include "tools/dci/signing.h"

namespace dci::cli {
namespace {

// Time for the last answer to reach its peer.
constexpr absl::Duration kDrain = absl::Seconds(2);

struct Arrived {
  net::HttpRequest request;
  std::string answer;
};

// Answers on the server's threads, and hands over to the one that prints.
class Receiver : public net::HttpHandler {
 public:
  Receiver(ScriptedAnswers script, const Io& io)
      : script_(std::move(script)), io_(io) {}

  void Handle(net::HttpRequest request, net::Responder respond) override {
    if (request.method != "POST") {
      net::HttpResponse response;
      response.status = 405;
      response.headers.Add("Allow", "POST");
      respond(std::move(response));
      return;
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    const std::string& answer = script_.Next();
    net::HttpResponse response = AnswerTo(request, answer, io_);
    arrived_.push_back({std::move(request), answer});
    changed_.notify_all();
    respond(std::move(response));
  }

  // The next message; false where none came within `seconds` (0: for ever).
  bool Take(int64_t seconds, Arrived* arrived) {
    std::unique_lock<std::mutex> lock(mutex_);
    const auto ready = [this] { return !arrived_.empty(); };
    if (seconds == 0)
      changed_.wait(lock, ready);
    else if (!changed_.wait_for(lock, std::chrono::seconds(seconds), ready))
      return false;
    *arrived = std::move(arrived_.front());
    arrived_.pop_front();
    return true;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Arrived> arrived_;
  ScriptedAnswers script_;
  const Io& io_;
};

class Listener {
 public:
  Listener(const Args& args, const Io& io) : args_(args), io_(io) {}

  absl::Status Run() {
    ASSIGN_OR_RETURN(ScriptedAnswers script,
                     ScriptedAnswers::Create(args_.Get("answers")));
    if (args_.Has("verify")) {
      ASSIGN_OR_RETURN(const std::unique_ptr<Http> http,
                       Http::Create(args_, io_));
      ASSIGN_OR_RETURN(keys_, ReadKeys(args_.Get("verify"), http.get(), io_));
    }
    Receiver receiver(std::move(script), io_);
    net::HttpServerOptions options;
    options.bind_address = args_.Get("address");
    options.port = static_cast<uint16_t>(args_.Number("port"));
    absl::StatusOr<std::unique_ptr<net::HttpServer>> server =
        net::HttpServer::Start(options, &receiver);
    if (!server.ok()) return Usage(server.status().message());
    Print(JsonObject()
              .Text("listening", absl::StrCat("http://", options.bind_address,
                                              ":", (*server)->port()))
              .Build());
    const absl::Status status = Receive(&receiver);
    if (!(*server)->Shutdown(kDrain).ok())
      *io_.err << "the last answer was cut off\n";
    return status;
  }

 private:
  absl::Status Receive(Receiver* receiver) {
    const int64_t count = args_.Number("count");
    int64_t taken = 0, wrong = 0;
    while (count == 0 || taken < count) {
      Arrived arrived;
      if (!receiver->Take(args_.Number("timeout"), &arrived))
        return NotReached(absl::StrCat("no message for ", args_.Get("timeout"),
                                       " seconds, after ", taken));
      ++taken;
      if (!Report(arrived)) ++wrong;
    }
    return wrong == 0 ? absl::OkStatus()
                      : Untrusted(absl::StrCat(wrong, " of ", taken,
                                               " messages are not signed as "
                                               "they must be"));
  }

  // Prints a message; false where its signature is asked for and not right.
  bool Report(const Arrived& arrived) {
    const net::HttpRequest& request = arrived.request;
    JsonObject line;
    line.Text("received", FormatTimestamp(request.received))
        .Text("path", request.target)
        .Text("answered", arrived.answer)
        // A token is not for a screen.
        .Bool("has_token", request.headers.Has("Authorization"))
        .TextIf("http_signature", request.headers.GetOr("Signature"));
    bool right = true;
    if (!keys_.empty()) {
      const SignatureReport report = CheckReceived(
          args_, io_, keys_, request.body, request.headers.GetOr("Signature"));
      right = report.right();
      line.Raw("signature", report.ToJson());
    }
    // What is no JSON is shown all the same.
    if (CheckJson(request.body).ok())
      line.Raw("document", OneLine(request.body));
    else
      line.Number("unreadable_bytes",
                  static_cast<int64_t>(request.body.size()));
    Print(line.Build());
    return right;
  }

  // A line at a time, so that a pipe sees it at once.
  void Print(const std::string& line) const {
    *io_.out << line << "\n";
    io_.out->flush();
  }

  const Args& args_;
  const Io& io_;
  std::vector<trust::TimedKey> keys_;
};

absl::Status Run(const Args& args, const Io& io) {
  if (args.Number("port") > 65535) return Usage("--port is at most 65535");
  return Listener(args, io).Run();
}

}  // namespace

Command ListenCommand() {
  Command command;
  command.name = "listen";
  command.summary =
      "Takes messages by POST at any path, acknowledges them, and prints each "
      "as one line of JSON.";
  command.details =
      "The first line says where it listens. With --answers it fails as it is "
      "told, so that you see a sender try again or park its message.";
  command.options = {
      {"port", "N", "0: any free one", kOptional, "0"},
      {"address", "IP", "address to listen at", kOptional, "127.0.0.1"},
      {"count", "N", "stop after so many; 0: never", kOptional, "0"},
      {"answers", "LIST",
       "ACK, NACK, ERR or HTTP statuses, with commas: given in turn, the last "
       "one from then on",
       kOptional, "ACK"},
      {"verify", "FILE-or-URL", "keys that messages must be signed with"},
  };
  for (Option& option : ProfileOptions())
    command.options.push_back(std::move(option));
  for (Option& option : HttpOptions())
    command.options.push_back(std::move(option));
  for (Option& option : command.options) {
    if (option.name != "timeout") continue;
    option.help = "stop when none comes for so many seconds; 0: never";
    option.fallback = "0";
  }
  command.examples =
      "dci listen --port 8080\n"
      "dci listen --count 1 --timeout 30 --verify "
      "http://127.0.0.1:3333/.well-known/jwks.json\n"
      "dci listen --port 8080 --answers 503,503,ACK";
  command.run = Run;
  return command;
}

}  // namespace dci::cli
