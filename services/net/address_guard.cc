#include "services/net/address_guard.h"

#include <arpa/inet.h>

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"

namespace dci::net {
namespace {

// Addresses whose first `bits` bits are those of `prefix`.
struct Range {
  uint8_t prefix[16];
  int bits;
  AddressKind kind;
};

bool Within(const uint8_t* bytes, const Range& range) {
  const int whole = range.bits / 8;
  const int rest = range.bits % 8;
  if (!std::equal(bytes, bytes + whole, range.prefix)) return false;
  return rest == 0 ||
         (bytes[whole] >> (8 - rest)) == (range.prefix[whole] >> (8 - rest));
}

template <size_t n>
AddressKind KindIn(const Range (&ranges)[n], const uint8_t* bytes) {
  for (const Range& range : ranges) {
    if (Within(bytes, range)) return range.kind;
  }
  return AddressKind::kPublic;
}

// IANA's special-purpose registry, and the three addresses at which clouds
// answer with credentials; the first match counts.
constexpr Range kIpv4[] = {
    {{169, 254, 169, 254}, 32, AddressKind::kMetadata},
    {{100, 100, 100, 200}, 32, AddressKind::kMetadata},
    {{168, 63, 129, 16}, 32, AddressKind::kMetadata},
    {{0}, 8, AddressKind::kUnspecified},
    {{10}, 8, AddressKind::kPrivate},
    {{100, 64}, 10, AddressKind::kPrivate},
    {{127}, 8, AddressKind::kLoopback},
    {{169, 254}, 16, AddressKind::kLinkLocal},
    {{172, 16}, 12, AddressKind::kPrivate},
    {{192, 0, 0}, 24, AddressKind::kReserved},
    {{192, 0, 2}, 24, AddressKind::kReserved},
    {{192, 88, 99}, 24, AddressKind::kReserved},
    {{192, 168}, 16, AddressKind::kPrivate},
    {{198, 18}, 15, AddressKind::kReserved},
    {{198, 51, 100}, 24, AddressKind::kReserved},
    {{203, 0, 113}, 24, AddressKind::kReserved},
    {{224}, 4, AddressKind::kMulticast},
    {{255, 255, 255, 255}, 32, AddressKind::kMulticast},
    {{240}, 4, AddressKind::kReserved},
};

constexpr Range kIpv6[] = {
    {{0xfd, 0, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54},
     128,
     AddressKind::kMetadata},
    {{0}, 128, AddressKind::kUnspecified},
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1},
     128,
     AddressKind::kLoopback},
    {{0}, 8, AddressKind::kReserved},
    {{0x00, 0x64, 0xff, 0x9b, 0, 1}, 48, AddressKind::kReserved},
    {{0x01, 0x00}, 64, AddressKind::kReserved},
    {{0x20, 0x01}, 23, AddressKind::kReserved},
    {{0x20, 0x01, 0x0d, 0xb8}, 32, AddressKind::kReserved},
    {{0xfc}, 7, AddressKind::kPrivate},
    {{0xfe, 0x80}, 10, AddressKind::kLinkLocal},
    {{0xfe, 0xc0}, 10, AddressKind::kPrivate},
    {{0xff}, 8, AddressKind::kMulticast},
};

constexpr Range kMapped = {
    {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, AddressKind::kPublic};
constexpr Range kNat64 = {{0x00, 0x64, 0xff, 0x9b}, 96, AddressKind::kPublic};
constexpr Range k6to4 = {{0x20, 0x02}, 16, AddressKind::kPublic};
// What IANA has given out for use on the Internet.
constexpr Range kGlobalUnicast = {{0x20}, 3, AddressKind::kPublic};

AddressKind KindEmbedded(const uint8_t* ipv4) {
  // No honest peer is reached in our own network through a translator.
  return KindIn(kIpv4, ipv4) == AddressKind::kPublic ? AddressKind::kPublic
                                                     : AddressKind::kReserved;
}

const char* Name(AddressKind kind) {
  switch (kind) {
    case AddressKind::kPublic:
      return "public";
    case AddressKind::kLoopback:
      return "loopback";
    case AddressKind::kPrivate:
      return "private";
    case AddressKind::kLinkLocal:
      return "link-local";
    case AddressKind::kMetadata:
      return "a metadata service";
    case AddressKind::kUnspecified:
      return "unspecified";
    case AddressKind::kMulticast:
      return "multicast";
    case AddressKind::kReserved:
      return "reserved";
  }
  return "unknown";
}

bool Allowed(const AddressPolicy& policy, AddressKind kind) {
  switch (kind) {
    case AddressKind::kPublic:
      return true;
    case AddressKind::kLoopback:
      return policy.allow_loopback;
    case AddressKind::kPrivate:
      return policy.allow_private;
    default:
      return false;
  }
}

}  // namespace

AddressKind ClassifyAddress(const uint8_t* bytes, size_t size) {
  if (size == 4) return KindIn(kIpv4, bytes);
  if (size != 16) return AddressKind::kReserved;
  if (Within(bytes, kMapped)) return KindIn(kIpv4, bytes + 12);
  if (Within(bytes, kNat64)) return KindEmbedded(bytes + 12);
  if (Within(bytes, k6to4)) return KindEmbedded(bytes + 2);
  const AddressKind kind = KindIn(kIpv6, bytes);
  if (kind == AddressKind::kPublic && !Within(bytes, kGlobalUnicast)) {
    return AddressKind::kReserved;
  }
  return kind;
}

absl::Status CheckAddress(const AddressPolicy& policy,
                          absl::string_view address) {
  const std::string text(address.substr(0, address.find('%')));
  uint8_t bytes[16];
  size_t size = 0;
  if (inet_pton(AF_INET, text.c_str(), bytes) == 1) size = 4;
  if (size == 0 && inet_pton(AF_INET6, text.c_str(), bytes) == 1) size = 16;
  // A zero byte would end the text early.
  if (size == 0 || text.find('\0') != std::string::npos) {
    return absl::InvalidArgumentError("not a numeric network address");
  }
  const AddressKind kind = ClassifyAddress(bytes, size);
  if (Allowed(policy, kind)) return absl::OkStatus();
  return absl::PermissionDeniedError(absl::StrCat(
      "address ", text, " is ", Name(kind), ", which is not allowed"));
}

}  // namespace dci::net
