// A record as a registry takes it.
#ifndef CONVERGENCE_SERVICES_SANDBOX_SEED_SEED_RECORD_H_
#define CONVERGENCE_SERVICES_SANDBOX_SEED_SEED_RECORD_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "google/protobuf/message_lite.h"

namespace dci::sandbox {

struct SeedRecord {
  std::string type;    // text of "@type"
  std::string record;  // wire bytes
};

// Receives records; an error ends the giving.
using SeedSink = absl::FunctionRef<absl::Status(SeedRecord)>;

inline absl::Status Give(const char* type,
                         const google::protobuf::MessageLite& record,
                         SeedSink sink) {
  return sink({type, record.SerializeAsString()});
}

}  // namespace dci::sandbox

#endif  // CONVERGENCE_SERVICES_SANDBOX_SEED_SEED_RECORD_H_
