// Where in the store things stand.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_LAYOUT_H_
#define CONVERGENCE_SERVICES_EXCHANGE_LAYOUT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/storage/store.h"

namespace dci::exchange {

// The spaces that a store must be opened with.
std::vector<std::string> ExchangeSpaces();

struct Spaces {
  storage::Space messages;      // MessageKey -> MessageRow
  storage::Space items;         // ItemKey -> ItemRow
  storage::Space transactions;  // what the functions below name
  storage::Space outbox;        // outbox.cc
  storage::Space participants;  // sender_id -> config.v1.Participant

  // NOT_FOUND where the store was opened without them.
  static absl::StatusOr<Spaces> Find(const storage::Store& store);
};

// Keys that are looked up and never listed are hashes: 16 bytes of SHA-256,
// because there may be very many of them and they stay.
std::string MessageKey(absl::string_view sender, absl::string_view message_id);

// An item is looked up by all of this, and listed by sender and reference id.
// `operation` tells apart items of different operations in one transaction.
std::string ItemKey(absl::string_view sender, absl::string_view operation,
                    absl::string_view transaction_id,
                    absl::string_view reference_id);
std::string ItemPrefix(absl::string_view sender,
                       absl::string_view reference_id);

// transactions, by correlation id.
std::string TransactionKey(absl::string_view correlation_id);
std::string RequestBodyKey(absl::string_view correlation_id);
// Outcomes of a request, by the place of the first one in the row.
std::string OutcomesKey(absl::string_view correlation_id, uint64_t first);
std::string OutcomesPrefix(absl::string_view correlation_id);
// Pending items of a request, in order.
std::string PendingKey(absl::string_view correlation_id, uint64_t index);
std::string PendingPrefix(absl::string_view correlation_id);
// The number at the end of an OutcomesKey or a PendingKey.
std::optional<uint64_t> IndexOf(absl::string_view key);
// Requests to decide, in the order they were accepted.
std::string QueueKey(uint64_t sequence);
std::string QueuePrefix();
// Correlation ids of a sender's transaction, in the order of the requests.
std::string ByTransactionKey(absl::string_view sender,
                             absl::string_view transaction_id,
                             uint64_t sequence);
std::string ByTransactionPrefix(absl::string_view sender,
                                absl::string_view transaction_id);

// Requests that are forgotten some time after they were received.
std::string ExpiryKey(int64_t received_us, absl::string_view correlation_id);
std::string ExpiryPrefix();
// False where the key is none.
bool ParseExpiryKey(absl::string_view key, int64_t* received_us,
                    std::string* correlation_id);

// Names an item to those who complete it: correlation id and place.
struct ItemHandle {
  std::string correlation_id;
  uint64_t index = 0;

  std::string ToText() const;
  static std::optional<ItemHandle> FromText(absl::string_view text);
};

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_LAYOUT_H_
