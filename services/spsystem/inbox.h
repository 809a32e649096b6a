// The caller's side of every registry: takes results and notifications, and
// lists what arrived.
//
// Replaceable: everything it does can be done by another system that serves
// the same callback operations.
#ifndef CONVERGENCE_SERVICES_SPSYSTEM_INBOX_H_
#define CONVERGENCE_SERVICES_SPSYSTEM_INBOX_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/exchange/handler.h"
#include "services/storage/store.h"
#include "services/wire/codec.h"

namespace dci::spsystem {

class Received;  // received.proto

// Name of the key space.
inline constexpr char kInboxSpace[] = "inbox";
// Most messages of one listing.
inline constexpr size_t kMaxListed = 1000;

// What to list; empty members: no condition.
struct InboxQuery {
  uint64_t after = 0;  // number of the last message that was seen
  size_t limit = 100;  // at most kMaxListed
  std::string correlation_id;
};

// Stores each message in the commit that its ACK waits for. Thread-safe.
class Inbox : public exchange::CallbackHandler {
 public:
  // All outlive this. NOT_FOUND where the store lacks the space.
  static absl::StatusOr<Inbox> Create(storage::Store* store,
                                      const wire::Codec* codec);

  void Keys(const exchange::ItemContext& context, absl::string_view body,
            std::vector<storage::Key>* keys) const override;
  absl::StatusOr<exchange::CallbackOutcome> Apply(
      const exchange::ItemContext& context, absl::string_view body,
      storage::CommitView& view) const override;

  // {"messages":[{"number":…,"received_at":…,"method":…,"sender_id":…,
  // "header":{…},"message":{…}}]}: in the order of arrival, header and
  // message as the standard writes them. INTERNAL where a row is unreadable.
  absl::StatusOr<std::string> List(const InboxQuery& query) const;

 private:
  Inbox(storage::Store* store, storage::Space space, const wire::Codec* codec)
      : store_(store), space_(space), codec_(codec) {}

  absl::StatusOr<std::string> Render(uint64_t number,
                                     const Received& row) const;

  storage::Store* store_;
  storage::Space space_;
  const wire::Codec* codec_;
};

}  // namespace dci::spsystem

#endif  // CONVERGENCE_SERVICES_SPSYSTEM_INBOX_H_
