#include "services/schema/dialect.h"

namespace dci::schema {
namespace {

struct Names {
  absl::string_view full;
  absl::string_view brief;
};
constexpr Names kNames[kDialects] = {
    {"g2p-connect-2023", "G23"},
    {"dci-2025-01", "D25"},
    {"dci-2025-12-openspp", "C25"},
};

}  // namespace

absl::string_view DialectName(Dialect d) {
  return kNames[static_cast<int>(d)].full;
}

std::optional<Dialect> DialectFromName(absl::string_view name) {
  for (Dialect d : kAllDialectValues) {
    const Names& names = kNames[static_cast<int>(d)];
    if (name == names.full || name == names.brief) return d;
  }
  return std::nullopt;
}

Dialect FromProto(dci::wire::v1::Dialect d) {
  switch (d) {
    case dci::wire::v1::DIALECT_G2P_CONNECT_2023:
      return Dialect::kG23;
    case dci::wire::v1::DIALECT_DCI_2025_01:
      return Dialect::kD25;
    default:
      return Dialect::kC25;
  }
}

dci::wire::v1::Dialect ToProto(Dialect d) {
  return static_cast<dci::wire::v1::Dialect>(static_cast<int>(d) + 1);
}

DialectMask MaskOf(const google::protobuf::RepeatedField<int>& dialects) {
  DialectMask mask = 0;
  for (int d : dialects) {
    if (d == dci::wire::v1::DIALECT_UNSPECIFIED) return kAllDialects;
    mask |= MaskOf(FromProto(static_cast<dci::wire::v1::Dialect>(d)));
  }
  return mask;
}

}  // namespace dci::schema
