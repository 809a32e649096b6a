// A message that passed the checks, split into its items.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_REQUEST_H_
#define CONVERGENCE_SERVICES_EXCHANGE_REQUEST_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/exchange/handler.h"
#include "services/exchange/handler_registry.h"
#include "services/wire/codec.h"

namespace dci::exchange {

struct BatchItem {
  // Wire bytes; a part of Request::body.
  absl::string_view bytes;
  // Empty: none.
  std::string reference_id;
  // Why the item is refused before anybody looks at it; OK: it is not.
  absl::Status refusal;
  // Of items that change something and have a key; see fingerprint.h.
  std::string fingerprint;
};

// Immutable once it is made, and shared by the steps that work on it: `items`
// points into `body`.
struct Request {
  const MethodPlan* plan = nullptr;
  RequestContext context;
  std::string body;
  std::vector<BatchItem> items;
  bool encrypted = false;

  Request() = default;
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  ItemContext ItemContextOf(size_t index, absl::Time now) const;
  // What an answer calls the item: its reference_id; the message_id where the
  // items of the operation have none.
  const std::string& ReferenceOf(const BatchItem& item) const;
  bool asynchronous() const {
    return plan->method->mode == schema::Mode::kAsync;
  }
};

// Fills transaction_id and items from `body`. INVALID_ARGUMENT where it is no
// protobuf message.
absl::Status SplitBody(Request* request);

// Refuses the items whose reference id stands in the batch before them.
void RefuseRepeatedReferences(Request* request);

// Lets the handler look at each item that is not refused, and fingerprints
// those that change something.
absl::Status ValidateItems(const wire::Codec& codec, absl::Time now,
                           Request* request);

// Searches one page of an item of a read-only request; the item's refusal
// where it has one. Errors as SearchHandler::Search.
absl::StatusOr<ItemOutcome> SearchItem(const Request& request, size_t index,
                                       const storage::Snapshot& snapshot,
                                       absl::string_view continuation,
                                       absl::Time now);

// Whether the item is recognised when it comes again: it has all its ids. An
// empty id is no key.
bool HasKey(const Request& request, const BatchItem& item);

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_REQUEST_H_
