// Which network addresses may be reached. A peer chooses where its callbacks
// go; without a guard it could make this server call into its own network.
#ifndef CONVERGENCE_SERVICES_NET_ADDRESS_GUARD_H_
#define CONVERGENCE_SERVICES_NET_ADDRESS_GUARD_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace dci::net {

struct AddressPolicy {
  bool allow_loopback = false;  // 127/8, ::1
  // RFC 1918, 100.64/10 (RFC 6598), fc00::/7, fec0::/10.
  bool allow_private = false;
};

enum class AddressKind {
  kPublic,
  kLoopback,
  kPrivate,
  // Never allowed, whatever the policy:
  kLinkLocal,    // 169.254/16, fe80::/10
  kMetadata,     // where clouds hand out credentials
  kUnspecified,  // 0/8, ::
  kMulticast,    // with the broadcast address
  kReserved,     // documentation, benchmarks, future use, Teredo
};

// Kind of an address of 4 or 16 bytes in network order. An IPv4 address
// mapped into IPv6 is what it maps; one embedded for translation (NAT64,
// 6to4) is kPublic or kReserved. Other sizes are kReserved.
AddressKind ClassifyAddress(const uint8_t* bytes, size_t size);

// Checks a numeric address, "203.0.113.9" or "2001:db8::1" (a zone suffix is
// ignored). PERMISSION_DENIED names address and reason; INVALID_ARGUMENT
// where it is no numeric address.
absl::Status CheckAddress(const AddressPolicy& policy,
                          absl::string_view address);

}  // namespace dci::net

#endif  // CONVERGENCE_SERVICES_NET_ADDRESS_GUARD_H_
