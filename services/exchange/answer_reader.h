// Reads the answers to synchronous requests that left from the outbox.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_ANSWER_READER_H_
#define CONVERGENCE_SERVICES_EXCHANGE_ANSWER_READER_H_

#include <functional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/exchange/dispatcher.h"
#include "services/exchange/handler_registry.h"
#include "services/exchange/outbox.h"
#include "services/exchange/sender.h"
#include "services/exchange/stored.pb.h"
#include "services/exchange/transactions.h"
#include "services/trust/verifier.h"
#include "services/wire/codec.h"
#include "services/wire/limits.h"

namespace dci::exchange {

// Thread-safe.
class AnswerReader {
 public:
  // All outlive this.
  AnswerReader(const wire::Limits& limits, const wire::Codec* codec,
               const trust::Verifier* verifier, const HandlerRegistry* handlers,
               const Outbox* outbox, const Transactions* transactions)
      : limits_(limits),
        codec_(codec),
        verifier_(verifier),
        handlers_(handlers),
        outbox_(outbox),
        transactions_(transactions) {}

  // Decodes and verifies the answer to `message`, which must come from the
  // receiver that was asked; a reply without bytes stands for one that only
  // acknowledges. `done` gets what the handler of the method's answers makes
  // of it, nothing where there is no such handler. INVALID_ARGUMENT where the
  // answer cannot be read or believed: asking again would not change it.
  void Read(const stored::OutboxRow& message, const Delivery& delivery,
            const Reply& reply, absl::Time now,
            std::function<void(absl::StatusOr<Effect>)> done) const;

 private:
  Effect EffectOf(const CallbackHandler* handler, RequestContext context,
                  std::string handle, std::string body) const;

  const wire::Limits limits_;
  const wire::Codec* const codec_;
  const trust::Verifier* const verifier_;
  const HandlerRegistry* const handlers_;
  const Outbox* const outbox_;
  const Transactions* const transactions_;
};

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_ANSWER_READER_H_
