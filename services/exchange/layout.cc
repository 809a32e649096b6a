#include "services/exchange/layout.h"

#include <initializer_list>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/base/bytes.h"
#include "services/base/hash.h"
#include "services/base/status_macros.h"

namespace dci::exchange {
namespace {

constexpr char kTransaction = 'T', kBody = 'R', kOutcomes = 'B', kPending = 'P',
               kQueue = 'Q', kByTransaction = 'X', kExpiry = 'E';

std::string Hash(std::initializer_list<absl::string_view> parts, size_t size) {
  std::string text;
  for (absl::string_view part : parts) AppendOrderedText(&text, part);
  return Sha256(text).substr(0, size);
}

std::string Tagged(char tag, absl::string_view id) {
  std::string key(1, tag);
  AppendOrderedText(&key, id);
  return key;
}

}  // namespace

std::vector<std::string> ExchangeSpaces() {
  return {"exchange.messages", "exchange.items", "exchange.transactions",
          "exchange.outbox", "exchange.participants"};
}

absl::StatusOr<Spaces> Spaces::Find(const storage::Store& store) {
  Spaces spaces;
  ASSIGN_OR_RETURN(spaces.messages, store.FindSpace("exchange.messages"));
  ASSIGN_OR_RETURN(spaces.items, store.FindSpace("exchange.items"));
  ASSIGN_OR_RETURN(spaces.transactions,
                   store.FindSpace("exchange.transactions"));
  ASSIGN_OR_RETURN(spaces.outbox, store.FindSpace("exchange.outbox"));
  ASSIGN_OR_RETURN(spaces.participants,
                   store.FindSpace("exchange.participants"));
  return spaces;
}

std::string MessageKey(absl::string_view sender, absl::string_view message_id) {
  return Hash({sender, message_id}, 16);
}

std::string ItemKey(absl::string_view sender, absl::string_view operation,
                    absl::string_view transaction_id,
                    absl::string_view reference_id) {
  return ItemPrefix(sender, reference_id) +
         Hash({sender, operation, transaction_id}, 8);
}

std::string ItemPrefix(absl::string_view sender,
                       absl::string_view reference_id) {
  return Hash({sender, reference_id}, 8);
}

std::string TransactionKey(absl::string_view correlation_id) {
  return Tagged(kTransaction, correlation_id);
}

std::string RequestBodyKey(absl::string_view correlation_id) {
  return Tagged(kBody, correlation_id);
}

std::string OutcomesPrefix(absl::string_view correlation_id) {
  return Tagged(kOutcomes, correlation_id);
}

std::string OutcomesKey(absl::string_view correlation_id, uint64_t first) {
  std::string key = OutcomesPrefix(correlation_id);
  AppendOrderedU64(&key, first);
  return key;
}

std::string PendingPrefix(absl::string_view correlation_id) {
  return Tagged(kPending, correlation_id);
}

std::string PendingKey(absl::string_view correlation_id, uint64_t index) {
  std::string key = PendingPrefix(correlation_id);
  AppendOrderedU64(&key, index);
  return key;
}

std::optional<uint64_t> IndexOf(absl::string_view key) {
  if (key.size() < 8) return std::nullopt;
  key.remove_prefix(key.size() - 8);
  uint64_t index = 0;
  if (!ConsumeOrderedU64(&key, &index)) return std::nullopt;
  return index;
}

std::string QueuePrefix() { return std::string(1, kQueue); }

std::string QueueKey(uint64_t sequence) {
  std::string key = QueuePrefix();
  AppendOrderedU64(&key, sequence);
  return key;
}

std::string ByTransactionPrefix(absl::string_view sender,
                                absl::string_view transaction_id) {
  return std::string(1, kByTransaction) + Hash({sender, transaction_id}, 16);
}

std::string ByTransactionKey(absl::string_view sender,
                             absl::string_view transaction_id,
                             uint64_t sequence) {
  std::string key = ByTransactionPrefix(sender, transaction_id);
  AppendOrderedU64(&key, sequence);
  return key;
}

std::string ExpiryPrefix() { return std::string(1, kExpiry); }

std::string ExpiryKey(int64_t received_us, absl::string_view correlation_id) {
  std::string key = ExpiryPrefix();
  AppendOrderedU64(&key, static_cast<uint64_t>(received_us));
  AppendOrderedText(&key, correlation_id);
  return key;
}

bool ParseExpiryKey(absl::string_view key, int64_t* received_us,
                    std::string* correlation_id) {
  uint64_t us = 0;
  if (key.empty() || key.front() != kExpiry) return false;
  key.remove_prefix(1);
  if (!ConsumeOrderedU64(&key, &us) ||
      !ConsumeOrderedText(&key, correlation_id)) {
    return false;
  }
  *received_us = static_cast<int64_t>(us);
  return true;
}

std::string ItemHandle::ToText() const {
  return absl::StrCat(correlation_id, "/", index);
}

std::optional<ItemHandle> ItemHandle::FromText(absl::string_view text) {
  const size_t slash = text.rfind('/');
  ItemHandle handle;
  if (slash == absl::string_view::npos ||
      !absl::SimpleAtoi(text.substr(slash + 1), &handle.index)) {
    return std::nullopt;
  }
  handle.correlation_id = std::string(text.substr(0, slash));
  return handle;
}

}  // namespace dci::exchange
