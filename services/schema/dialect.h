// The generations of the standard, as dense indexes for tables and as masks.
#ifndef CONVERGENCE_SERVICES_SCHEMA_DIALECT_H_
#define CONVERGENCE_SERVICES_SCHEMA_DIALECT_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "dci/wire/v1/options.pb.h"
#include "google/protobuf/repeated_field.h"

namespace dci::schema {

// dci.wire.v1.Dialect, counted from 0.
enum class Dialect {
  kG23 = 0,  // G2P Connect 1.0.0 of 2023-11
  kD25 = 1,  // DCI 1.0.0 as published in 2025-01
  kC25 = 2,  // DCI 1.0.0 of 2025-12, OpenSPP's copy; the default
};
inline constexpr int kDialects = 3;
inline constexpr Dialect kAllDialectValues[] = {Dialect::kG23, Dialect::kD25,
                                                Dialect::kC25};

// A bit for each dialect.
using DialectMask = uint8_t;
inline constexpr DialectMask kAllDialects = (1 << kDialects) - 1;
constexpr DialectMask MaskOf(Dialect d) {
  return static_cast<DialectMask>(1 << static_cast<int>(d));
}
constexpr bool Contains(DialectMask mask, Dialect d) {
  return (mask & MaskOf(d)) != 0;
}

// Public name: "g2p-connect-2023", "dci-2025-01", "dci-2025-12-openspp".
absl::string_view DialectName(Dialect d);
// Reads a public name or a short one ("G23"); nothing for any other text.
std::optional<Dialect> DialectFromName(absl::string_view name);

// Unspecified means kC25.
Dialect FromProto(dci::wire::v1::Dialect d);
dci::wire::v1::Dialect ToProto(Dialect d);

// Mask of an option's list, where DIALECT_UNSPECIFIED stands for every one.
DialectMask MaskOf(const google::protobuf::RepeatedField<int>& dialects);

}  // namespace dci::schema

#endif  // CONVERGENCE_SERVICES_SCHEMA_DIALECT_H_
