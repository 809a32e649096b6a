// What makes a message, or an item, the same as an earlier one.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_FINGERPRINT_H_
#define CONVERGENCE_SERVICES_EXCHANGE_FINGERPRINT_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/exchange/handler_registry.h"
#include "services/wire/codec.h"

namespace dci::exchange {

// Stored with each fingerprint. Those of another version cannot be compared,
// and count as the same.
inline constexpr uint32_t kFingerprintVersion = 1;

// SHA-256 of the canonical normal form of the clear {action, message}: equal
// for equal content, whatever the dialect, the order of keys, the encryption
// or the wire. INVALID_ARGUMENT where `body` is no such message.
absl::StatusOr<std::string> MessageFingerprint(const wire::Codec& codec,
                                               const MethodPlan& plan,
                                               absl::string_view body);

// The first 16 bytes of the same of one item, without timestamp and locale:
// a sender that repeats an item later gives it a new time.
absl::StatusOr<std::string> ItemFingerprint(const wire::Codec& codec,
                                            const MethodPlan& plan,
                                            absl::string_view item);

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_FINGERPRINT_H_
