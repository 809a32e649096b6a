// The example of clients/cpp/README.md.
#ifndef CONVERGENCE_CLIENTS_CPP_EXAMPLE_FIND_GROUP_H_
#define CONVERGENCE_CLIENTS_CPP_EXAMPLE_FIND_GROUP_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "dci/social/v1/social.pb.h"

namespace dci::example {

// Groups that have the identifier, from a registry that needs neither token
// nor signature.
absl::StatusOr<std::vector<dci::social::v1::Group>> FindGroup(
    const std::string& base_url, const std::string& type,
    const std::string& value);

}  // namespace dci::example

#endif  // CONVERGENCE_CLIENTS_CPP_EXAMPLE_FIND_GROUP_H_
