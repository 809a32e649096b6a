// Where callbacks and notifications come to the participants of a story.
#ifndef CONVERGENCE_TOOLS_DCI_STORY_MAILBOX_H_
#define CONVERGENCE_TOOLS_DCI_STORY_MAILBOX_H_

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/net/http_server.h"
#include "tools/dci/io.h"
#include "tools/dci/story/value.h"

namespace dci::cli::story {

// A message that came. The same message again, which happens where an
// acknowledgement was lost, is acknowledged again and kept once.
struct Letter {
  std::string box;   // of the participant it came to
  std::string path;  // below the participant's base, "/registry/on-search"
  std::string text;  // as it came
  std::string http_signature;
  bool has_token = false;
  Value document;
  bool taken = false;
};

// Thread-safe.
class Mailbox : private net::HttpHandler {
 public:
  // Listens on a port, 0 for any free one, and acknowledges what comes.
  // ExitCode::kUsage where the port cannot be had.
  static absl::StatusOr<std::unique_ptr<Mailbox>> Open(
      const std::string& address, int port, const Io& io);
  ~Mailbox() override;

  // Base of the addresses of a participant: "http://127.0.0.1:4711/me-1".
  // `box`, which has no slash, tells it from others.
  std::string BaseOf(const std::string& box) const;

  // Calls `look` with all letters each time when some are new to it, until it
  // is content or the time is over. Returns whether it was content. `look`
  // marks what it takes.
  bool Await(absl::Duration at_most,
             const std::function<bool(std::vector<Letter>&)>& look);

 private:
  explicit Mailbox(const Io& io) : io_(io) {}
  void Handle(net::HttpRequest request, net::Responder respond) override;

  const Io& io_;
  std::string base_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Letter> letters_;
  std::set<std::string> seen_;
  // Last, so that it stops before what it uses is gone.
  std::unique_ptr<net::HttpServer> server_;
};

}  // namespace dci::cli::story

#endif  // CONVERGENCE_TOOLS_DCI_STORY_MAILBOX_H_
