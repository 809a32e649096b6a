// What a server needs to hold a social registry: the names of its schema, and
// that the schema is linked in. Everything else is services/registry.
#ifndef CONVERGENCE_SERVICES_SOCIAL_SOCIAL_H_
#define CONVERGENCE_SERVICES_SOCIAL_SOCIAL_H_

#include <vector>

#include "google/protobuf/descriptor.h"

namespace dci::social {

inline constexpr char kService[] = "dci.social.v1.SocialRegistry";
inline constexpr char kCallbackService[] =
    "dci.social.v1.SocialRegistryCallback";

// The files that a model with this registry is built from: its service, the
// records and code lists that its options name. What they import follows.
std::vector<const google::protobuf::FileDescriptor*> SchemaFiles();

}  // namespace dci::social

#endif  // CONVERGENCE_SERVICES_SOCIAL_SOCIAL_H_
