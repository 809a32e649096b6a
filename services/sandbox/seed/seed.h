// Invented households to try the services with. Names, places and numbers
// belong to nobody; the same options give the same records, byte for byte.
#ifndef CONVERGENCE_SERVICES_SANDBOX_SEED_SEED_H_
#define CONVERGENCE_SERVICES_SANDBOX_SEED_SEED_H_

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "dci/social/v1/social.pb.h"

namespace dci::sandbox {

struct SeedOptions {
  // Invented ones, beside those that WellKnown gives. Each is a Group with,
  // on average, three and a half members, who are a Member and a Person each:
  // about eight records.
  int households = 1000;
  uint32_t seed = 1;
};

// A record as a registry takes it: text of "@type", and wire bytes.
struct SeedRecord {
  std::string type;
  std::string record;
};

// Receives records; an error ends the giving and is returned.
using SeedSink = absl::FunctionRef<absl::Status(SeedRecord)>;

// Calls `sink` with the records of a social registry, WellKnown ones first.
absl::Status GiveSeed(const SeedOptions& options, SeedSink sink);

// The records that published samples and test kits ask for by name: the
// Person with UIN 847951632; UIN TEST-001 as Person, Member and Group; the
// group NID 0205202401; small and poor groups in central_region; and widows
// among the members.
absl::Status GiveWellKnown(SeedSink sink);

}  // namespace dci::sandbox

#endif  // CONVERGENCE_SERVICES_SANDBOX_SEED_SEED_H_
