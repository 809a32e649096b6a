// Keys of the space of reactions.
#ifndef CONVERGENCE_SERVICES_REGISTRY_REACTION_KEYS_H_
#define CONVERGENCE_SERVICES_REGISTRY_REACTION_KEYS_H_

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "services/base/bytes.h"

namespace dci::registry {

inline constexpr char kQueueTag = 'q';  // sequence          -> QueuedEvent
inline constexpr char kStateTag = 's';  // id                -> Reaction
inline constexpr char kDueTag = 'u';    // microseconds, id  -> nothing

inline std::string StateKey(absl::string_view id) {
  return absl::StrCat(absl::string_view(&kStateTag, 1), id);
}

inline std::string DueKey(int64_t due_us, absl::string_view id) {
  std::string key(1, kDueTag);
  AppendOrderedU64(&key, static_cast<uint64_t>(due_us));
  return absl::StrCat(key, id);
}

inline absl::string_view IdInDueKey(absl::string_view key) {
  return key.substr(1 + sizeof(uint64_t));
}

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_REACTION_KEYS_H_
