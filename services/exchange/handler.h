// What a domain implements. An author writes two small functions for an item
// of a batch, Keys and Apply (or Search), and gets the synchronous operation,
// the asynchronous one with its callback, transaction status, both wires,
// idempotency, and the status and reason of each item.
//
// Items and results are protobuf wire bytes of the messages that the schema
// names; tools/dcigen generates classes that give them types.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_HANDLER_H_
#define CONVERGENCE_SERVICES_EXCHANGE_HANDLER_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dci/common/v1/envelope.pb.h"
#include "dci/common/v1/reason.pb.h"
#include "services/exchange/outgoing.h"
#include "services/storage/store.h"

namespace dci::trust {
class Participant;
}

namespace dci::exchange {

// The message that an item came in, as verified. It outlives the connection:
// an asynchronous item is decided later, perhaps by another process.
struct RequestContext {
  const schema::Method* method = nullptr;
  // The sender as registered now; null where it was removed meanwhile.
  std::shared_ptr<const trust::Participant> sender;
  std::string sender_id;
  // As the sender wrote it.
  dci::common::v1::MsgCallbackHeader header;
  // Empty where the sender gave none.
  std::string transaction_id;
  // Made here, for the answer.
  std::string correlation_id;
  // Scopes of the access token.
  std::vector<std::string> scopes;
  // When the message was taken.
  absl::Time received;
};

struct ItemContext {
  const RequestContext* request = nullptr;
  // Place in the batch, from 0.
  size_t index = 0;
  // Empty where the sender gave none, or the operation has none.
  std::string reference_id;
  // Names the item for a Completion; may be kept in the domain's rows.
  std::string handle;
  absl::Time now;
};

// What became of an item.
struct ItemOutcome {
  // SUCC, RJCT, or PDNG: the item stays open until a Completion.
  dci::common::v1::RequestStatus status = dci::common::v1::REQUEST_STATUS_SUCC;
  // Text on the wire: "succ.fa.active"; empty: none.
  std::string reason_code;
  // For people, at most 999 characters, never personal data.
  std::string reason_message;
  // Wire bytes of the answer's item without the members that the exchange
  // writes: reference_id, timestamp, status, status_reason_code,
  // status_reason_message.
  std::string result;
  // Written in the answer in place of the item's; empty: the item's, or the
  // request's message_id where items of the operation have none.
  std::string reference_id;
  // Further elements of the answer, for an operation whose request is one item
  // and whose answer is a list: one for each part of the item after the first.
  // Only their status, reason, result and reference_id count.
  std::vector<ItemOutcome> more;
  // Sent once the outcome is durable.
  std::vector<Outgoing> messages;
  // Search only: there is more; given back to Search for the page after this
  // one. Asynchronous answers follow it, one callback a page.
  std::optional<std::string> continuation;
  // Search only: written before the outcome is told (who read what). Pure and
  // quick, as Transaction::apply.
  std::function<absl::Status(storage::CommitView&)> record;
};

// The outcome of an item that was left PDNG. It is put into the item's
// transaction, and into a callback of the asynchronous request, by the same
// commit; a handle that is unknown or completed before changes nothing.
struct Completion {
  std::string handle;
  ItemOutcome outcome;
};

class Handler {
 public:
  virtual ~Handler() = default;

  // Looks at one item alone, before anything is stored and outside the serial
  // stage. A refusal (schema/reason.h) makes the item RJCT; where all items
  // are refused, the message is.
  virtual absl::Status Validate(const ItemContext& context,
                                absl::string_view item) const {
    return absl::OkStatus();
  }

  // Reason for an item that the reader could not take, where its place in the
  // item says nothing better.
  virtual dci::common::v1::Reason UnreadableReason() const {
    return dci::common::v1::REASON_SEARCH_CRITERIA_INVALID;
  }
};

// Decides items that change something. Thread-safe.
class ItemHandler : public Handler {
 public:
  // Adds the keys that Apply will read. They are read all at once for the
  // whole batch, outside the serial stage; a key left out is still read, but
  // where everybody waits.
  virtual void Keys(const ItemContext& context, absl::string_view item,
                    std::vector<storage::Key>* keys) const = 0;

  // Decides, and writes. Pure: no clock, no I/O, nothing but the arguments; it
  // runs in the store's serial stage, once for each item in order, and sees
  // what the items before it wrote. An item that is refused must not have
  // written. Called at most once for a transaction and reference id, whatever
  // is repeated.
  //   A refusal (schema/reason.h) is the item's RJCT.
  //   INTERNAL and UNAVAILABLE fail the whole message: nothing is written, an
  //   asynchronous one is decided again later.
  virtual absl::StatusOr<ItemOutcome> Apply(
      const ItemContext& context, absl::string_view item,
      storage::CommitView& view) const = 0;
};

// Answers items that change nothing. Thread-safe.
class SearchHandler : public Handler {
 public:
  // Finds one page. `continuation` is empty for the first one. May wait for
  // the disk. Errors as ItemHandler::Apply.
  virtual absl::StatusOr<ItemOutcome> Search(
      const ItemContext& context, absl::string_view item,
      const storage::Snapshot& snapshot,
      absl::string_view continuation) const = 0;
};

// What a message brings about that is answered by an ACK alone.
struct CallbackOutcome {
  // Items of earlier requests that it completes.
  std::vector<Completion> completions;
  std::vector<Outgoing> messages;
};

// Takes callbacks and notifications (MODE_CALLBACK), each in one commit; the
// ACK leaves after it. Takes likewise the answers to synchronous requests of
// this side (HandlerRegistry::RegisterAnswer), in the commit that takes the
// request out of the outbox: once, though the request may have left twice.
// Thread-safe.
class CallbackHandler : public Handler {
 public:
  // As ItemHandler::Keys; `body` is the whole message, `context` that of an
  // item that is alone.
  virtual void Keys(const ItemContext& context, absl::string_view body,
                    std::vector<storage::Key>* keys) const = 0;
  // As ItemHandler::Apply; a refusal is answered by ERR, and the sender will
  // not send the message again by itself. That of an answer parks the request.
  // The body of an answer is empty where the other side has only acknowledged.
  virtual absl::StatusOr<CallbackOutcome> Apply(
      const ItemContext& context, absl::string_view body,
      storage::CommitView& view) const = 0;
};

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_HANDLER_H_
