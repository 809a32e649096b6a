// Which handler serves which method, and where the members that the exchange
// reads and writes stand in the method's messages.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_HANDLER_REGISTRY_H_
#define CONVERGENCE_SERVICES_EXCHANGE_HANDLER_REGISTRY_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "services/exchange/handler.h"
#include "services/schema/service.h"

namespace dci::exchange {

// A method that is served. Field numbers are 0 where the message has no such
// field. Immutable.
struct MethodPlan {
  const schema::Method* method = nullptr;
  // Exactly one is set, and `handler` is the same.
  const ItemHandler* items = nullptr;
  const SearchHandler* search = nullptr;
  const CallbackHandler* callback = nullptr;
  const Handler* handler = nullptr;
  // Common to the synchronous and the asynchronous form: the service and the
  // action.
  std::string operation;

  struct Numbers {
    int transaction_id = 0;
    int correlation_id = 0;
    int list = 0;  // the batch; 0: the body is the one item
    int reference_id = 0;
    int timestamp = 0;
    int locale = 0;
    int status = 0;
    int reason_code = 0;
    int reason_message = 0;
  };
  Numbers request;
  Numbers answer;

  // Whether an item can be refused by itself.
  bool items_have_status() const { return answer.status != 0; }
};

// Filled at the start, then read from every thread.
class HandlerRegistry {
 public:
  // Serves `method`, and the synchronous form of an asynchronous one.
  // INVALID_ARGUMENT for a method that is no envelope's, or whose mode the
  // handler does not fit; ALREADY_EXISTS where it is served.
  absl::Status Register(const schema::Method& method,
                        std::shared_ptr<const ItemHandler> handler);
  absl::Status Register(const schema::Method& method,
                        std::shared_ptr<const SearchHandler> handler);
  absl::Status Register(const schema::Method& method,
                        std::shared_ptr<const CallbackHandler> handler);

  // Takes the answers to requests of this side to another's `method`, which
  // may be served here too. INVALID_ARGUMENT for one that is not synchronous;
  // ALREADY_EXISTS.
  absl::Status RegisterAnswer(const schema::Method& method,
                              std::shared_ptr<const CallbackHandler> handler);

  // Null where nobody takes the answers.
  const CallbackHandler* FindAnswer(absl::string_view full_name) const;
  // Null where nobody serves it.
  const MethodPlan* Find(absl::string_view full_name) const;
  // By name.
  std::vector<const MethodPlan*> plans() const;

 private:
  absl::Status Add(const schema::Method& method, MethodPlan plan);
  absl::Status AddPair(const schema::Method& method, const MethodPlan& plan);

  absl::flat_hash_map<std::string, std::unique_ptr<const MethodPlan>> plans_;
  absl::flat_hash_map<std::string, std::shared_ptr<const CallbackHandler>>
      answers_;
  std::vector<std::shared_ptr<const Handler>> handlers_;
};

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_HANDLER_REGISTRY_H_
