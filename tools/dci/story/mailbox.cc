#include "tools/dci/story/mailbox.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "tools/dci/exit_code.h"
#include "tools/dci/scripted_answers.h"

namespace dci::cli::story {
namespace {

// "/box/registry/on-search" → {"box", "/registry/on-search"}.
void SplitPath(absl::string_view path, Letter* letter) {
  absl::ConsumePrefix(&path, "/");
  const size_t slash = path.find('/');
  letter->box = std::string(path.substr(0, slash));
  if (slash != absl::string_view::npos)
    letter->path = std::string(path.substr(slash));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Mailbox>> Mailbox::Open(
    const std::string& address, int port, const Io& io) {
  std::unique_ptr<Mailbox> mailbox(new Mailbox(io));
  net::HttpServerOptions options;
  options.bind_address = address;
  options.port = static_cast<uint16_t>(port);
  auto server = net::HttpServer::Start(options, mailbox.get());
  if (!server.ok()) return Usage(server.status().message());
  mailbox->server_ = *std::move(server);
  mailbox->base_ =
      absl::StrCat("http://", address, ":", mailbox->server_->port());
  return mailbox;
}

Mailbox::~Mailbox() = default;

std::string Mailbox::BaseOf(const std::string& box) const {
  return absl::StrCat(base_, "/", box);
}

void Mailbox::Handle(net::HttpRequest request, net::Responder respond) {
  absl::StatusOr<Value> document = ParseValue(request.body);
  if (request.method != "POST" || !document.ok()) {
    net::HttpResponse refusal;
    refusal.status = request.method == "POST" ? 400 : 405;
    respond(std::move(refusal));
    return;
  }
  net::HttpResponse ack = AnswerTo(request, "ACK", io_);
  Letter letter;
  SplitPath(request.path, &letter);
  letter.text = request.body;
  letter.http_signature = std::string(request.headers.GetOr("Signature"));
  letter.has_token = request.headers.Has("Authorization");
  letter.document = *std::move(document);
  const std::string id = letter.document.TextAt({"header", "message_id"});
  const std::string key =
      absl::StrCat(letter.box, " ",
                   letter.document.TextAt({"header", "sender_id"}), " ", id);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (id.empty() || seen_.insert(key).second)
      letters_.push_back(std::move(letter));
    changed_.notify_all();
  }
  respond(std::move(ack));
}

bool Mailbox::Await(absl::Duration at_most,
                    const std::function<bool(std::vector<Letter>&)>& look) {
  std::unique_lock<std::mutex> lock(mutex_);
  return changed_.wait_for(lock, absl::ToChronoMilliseconds(at_most),
                           [&] { return look(letters_); });
}

}  // namespace dci::cli::story
