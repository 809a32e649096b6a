// Where the system keeps what, in its space.
#ifndef CONVERGENCE_SERVICES_SPSYSTEM_KEYS_H_
#define CONVERGENCE_SERVICES_SPSYSTEM_KEYS_H_

#include <initializer_list>
#include <string>

#include "absl/strings/string_view.h"
#include "services/base/bytes.h"
#include "services/spsystem/sp_state.pb.h"

namespace dci::spsystem {

// Name of the key space.
inline constexpr char kSpSystemSpace[] = "sp_system";

inline std::string TaggedKey(char tag,
                             std::initializer_list<absl::string_view> parts) {
  std::string key(1, tag);
  for (const absl::string_view part : parts) AppendOrderedText(&key, part);
  return key;
}

// dci.config.v1.Programme.
inline std::string ProgrammeKey(absl::string_view id) {
  return TaggedKey('p', {id});
}
inline std::string ProgrammesKey() { return TaggedKey('q', {}); }
inline std::string IntakeKey(absl::string_view id) {
  return TaggedKey('i', {id});
}
// The intake of a search's transaction id.
inline std::string TransactionKey(absl::string_view transaction_id) {
  return TaggedKey('t', {transaction_id});
}
inline std::string EnrolmentRowKey(const EnrolmentKey& key) {
  return TaggedKey(
      'e', {key.programme(), key.person().type(), key.person().value()});
}
inline std::string PersonKey(const PersonId& id) {
  return TaggedKey('x', {id.type(), id.value()});
}
inline std::string StopKey(absl::string_view id) {
  return TaggedKey('f', {id});
}
inline std::string CyclesKey(absl::string_view programme) {
  return TaggedKey('o', {programme});
}
inline std::string ListKey(absl::string_view programme,
                           absl::string_view cycle) {
  return TaggedKey('b', {programme, cycle});
}
inline std::string BenefitKey(const EnrolmentKey& key,
                              absl::string_view cycle) {
  return TaggedKey(
      'l', {key.programme(), cycle, key.person().type(), key.person().value()});
}

}  // namespace dci::spsystem

#endif  // CONVERGENCE_SERVICES_SPSYSTEM_KEYS_H_
