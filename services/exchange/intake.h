// From the bytes that came to a message that may be acted upon.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_INTAKE_H_
#define CONVERGENCE_SERVICES_EXCHANGE_INTAKE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "services/base/clock.h"
#include "services/base/ids.h"
#include "services/exchange/call.h"
#include "services/exchange/handler_registry.h"
#include "services/exchange/rate_limiter.h"
#include "services/exchange/raw_message.h"
#include "services/trust/verifier.h"
#include "services/wire/codec.h"
#include "services/wire/limits.h"

namespace dci::exchange {

struct IntakeOptions {
  std::vector<std::string> accepted_receiver_ids;
  wire::Limits limits;
  int max_items = 10000;
  // How long messages without a signature of their own validity are
  // remembered.
  absl::Duration replay_window = absl::Seconds(420);
};

// Thread-safe.
class Intake {
 public:
  // All outlive this.
  Intake(IntakeOptions options, const wire::Codec* codec,
         const trust::Verifier* verifier, const HandlerRegistry* handlers,
         Clock* clock, IdSource* ids)
      : options_(std::move(options)),
        codec_(codec),
        verifier_(verifier),
        handlers_(handlers),
        clock_(clock),
        ids_(ids) {}

  // Decodes, verifies, and checks what can be told before the store is asked:
  // rate, header, findings that are errors for this sender, items, callback
  // address. Fills `call`, and calls `done` once, at once unless a key must be
  // fetched. Where every item is refused, the message is, for the first one's
  // reason.
  void Take(std::shared_ptr<Call> call, RawMessage raw,
            std::function<void(absl::Status)> done);

 private:
  absl::Status Check(Call* call, const trust::VerifiedMessage& message);
  absl::Status CheckItems(Call* call, Request* request,
                          const trust::VerifiedMessage& message);
  absl::Status CheckAddress(Call* call, const trust::Participant& sender);

  const IntakeOptions options_;
  const wire::Codec* const codec_;
  const trust::Verifier* const verifier_;
  const HandlerRegistry* const handlers_;
  Clock* const clock_;
  IdSource* const ids_;
  RateLimiter limiter_;
};

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_INTAKE_H_
