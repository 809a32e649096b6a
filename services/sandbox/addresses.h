// Where the institutions of a sandbox are, for programs that look for them.
#ifndef CONVERGENCE_SERVICES_SANDBOX_ADDRESSES_H_
#define CONVERGENCE_SERVICES_SANDBOX_ADDRESSES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace dci::sandbox {

struct Address {
  std::string name;  // as stories call it: "crvs"
  std::string id;    // its sender_id
  std::string url;   // before the standard's paths
  std::string admin;
  std::string grpc;  // "127.0.0.1:50051"; empty: none
};

// Writes "institutions.json" into the sandbox's folder, where tools/dci reads
// it. UNAVAILABLE where that fails.
absl::Status WriteAddresses(const std::string& folder,
                            const std::vector<Address>& addresses);

}  // namespace dci::sandbox

#endif  // CONVERGENCE_SERVICES_SANDBOX_ADDRESSES_H_
