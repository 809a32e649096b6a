// Where the disclosure log stands in a store.
//
//   disclosure_rows   sequence                      -> state::DisclosureRow
//   disclosure_state  'l', sequence of the last row -> a link of the chain
//                     'p', HMAC of a name           -> its pseudonym
//                     'x', pseudonym, sequence      -> nothing
//                     'k'                           -> the key of the HMAC
//                     'c'                           -> last sequence indexed
#ifndef CONVERGENCE_SERVICES_REGISTRY_DISCLOSURE_LAYOUT_H_
#define CONVERGENCE_SERVICES_REGISTRY_DISCLOSURE_LAYOUT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "services/base/bytes.h"
#include "services/storage/store.h"

namespace dci::registry {

// Bytes of a pseudonym: random, so that it says nothing by itself.
inline constexpr size_t kPseudonymBytes = 16;

struct DisclosureSpaces {
  storage::Space rows;
  storage::Space state;
};

inline std::string DisclosureKey(uint64_t sequence) {
  std::string key;
  AppendOrderedU64(&key, sequence);
  return key;
}
// 0 for other bytes.
inline uint64_t DisclosureSequence(absl::string_view key) {
  uint64_t sequence = 0;
  return ConsumeOrderedU64(&key, &sequence) && key.empty() ? sequence : 0;
}

inline std::string LinkKey(absl::string_view last_row) {
  return absl::StrCat("l", last_row);
}
inline std::string PersonKey(absl::string_view keyed_name) {
  return absl::StrCat("p", keyed_name);
}
inline std::string PersonRowsPrefix(absl::string_view pseudonym) {
  return absl::StrCat("x", pseudonym);
}
inline constexpr char kLinkPrefix[] = "l";
inline constexpr char kNamingKey[] = "k";
inline constexpr char kIndexedKey[] = "c";

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_DISCLOSURE_LAYOUT_H_
