// The registries that the standard names, and what each is run with where
// nothing else is said. They differ in the name of a service and in nothing
// else: any service that declares records is served by naming it in the
// configuration.
#ifndef CONVERGENCE_SERVICES_SERVER_KNOWN_REGISTRIES_H_
#define CONVERGENCE_SERVICES_SERVER_KNOWN_REGISTRIES_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "dci/config/v1/server.pb.h"

namespace dci::server {

// Where the endpoints of an institution listen.
struct Ports {
  int http = 0;
  int grpc = 0;
  int admin = 0;
};

inline constexpr Ports kFirstPorts = {3333, 50051, 3433};
// The places of the institutions, counted from the first; the same in the
// sandbox and as processes of their own.
inline constexpr int kSpSystemPlace = 3;
// Of a registry that a schema file declares.
inline constexpr int kDraftedPlace = 7;

// `place` ports after the first ones; 0, any free port, stays 0.
Ports PortsAt(const Ports& first, int place);

struct KnownRegistry {
  const char* name;     // folder of its paths: "crvs"
  const char* service;  // full name
  const char* title;    // for people
  int place;
};

absl::Span<const KnownRegistry> KnownRegistries();
// By name; null where it is none of them.
const KnownRegistry* FindKnownRegistry(absl::string_view name);

// sender_id of a registry that says nothing else: "crvs-registry".
std::string IdOf(const KnownRegistry& registry);

// Puts what the configuration leaves open: id, registry, store below `folder`,
// ports.
void ApplyDefaults(const KnownRegistry& registry, const std::string& folder,
                   dci::config::v1::ServerConfig* config);

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_KNOWN_REGISTRIES_H_
