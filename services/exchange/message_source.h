// Messages whose bodies are made when they leave.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_MESSAGE_SOURCE_H_
#define CONVERGENCE_SERVICES_EXCHANGE_MESSAGE_SOURCE_H_

#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dci/common/v1/envelope.pb.h"
#include "services/storage/store.h"

namespace dci::exchange {

// What a try to deliver came to.
struct FailedTry {
  int attempts = 0;  // of this message, this one included
  // It is given up: what comes behind it in its lane waits for somebody to
  // replay it.
  bool parked = false;
  std::string error;
};

// Where the outbox's messages come from that stand there as references: a
// domain that tells many of one thing, and keeps it once. Thread-safe.
class MessageSource {
 public:
  virtual ~MessageSource() = default;

  // Wire bytes of the body, made anew at each try; the header is as it was put
  // into the outbox. Nothing where there is nothing to send any more: the
  // message is dropped. May read the disk. Errors as Renderer::Render.
  virtual absl::StatusOr<std::optional<std::string>> MakeBody(
      absl::string_view reference,
      const dci::common::v1::MsgCallbackHeader& header) const = 0;

  // Part of the commit that writes that a try failed; pure and quick. True:
  // the message is parked now, even if there were tries left.
  virtual absl::StatusOr<bool> TakeFailure(absl::string_view reference,
                                           const FailedTry& failed,
                                           absl::Time now,
                                           storage::CommitView& view) const {
    return false;
  }

  // The receiver has acknowledged it. For counting: not part of a commit.
  virtual void CountDelivered(absl::string_view reference) const {}
};

// By the name that stands in Outgoing::source. Filled at the start.
using MessageSources = absl::flat_hash_map<std::string, const MessageSource*>;

// Null where there is none of that name; `sources` may be null.
inline const MessageSource* FindSource(const MessageSources* sources,
                                       absl::string_view name) {
  if (sources == nullptr || name.empty()) return nullptr;
  const auto found = sources->find(name);
  return found == sources->end() ? nullptr : found->second;
}

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_MESSAGE_SOURCE_H_
