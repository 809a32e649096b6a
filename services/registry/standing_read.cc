#include "services/registry/standing_read.h"

#include "services/registry/consent.h"
#include "services/trust/participants.h"

namespace dci::registry {

absl::StatusOr<Permit> JudgeStanding(const Registry& registry,
                                     absl::string_view sender_id,
                                     absl::string_view authorize,
                                     absl::Time now) {
  const ReadRules& rules = registry.read_rules();
  if (rules.consent == nullptr) return Permit();
  const auto sender = rules.participants->Find(sender_id);
  return rules.consent->Judge(sender == nullptr ? nullptr : &sender->config(),
                              sender_id, "", authorize, now);
}

}  // namespace dci::registry
