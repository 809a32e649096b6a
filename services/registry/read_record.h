// Records as JSON texts: "@type" says what each one is.
#ifndef CONVERGENCE_SERVICES_REGISTRY_READ_RECORD_H_
#define CONVERGENCE_SERVICES_REGISTRY_READ_RECORD_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/schema/model.h"
#include "services/wire/codec.h"

namespace dci::registry {

struct ReadRecord {
  const schema::Message* message = nullptr;
  std::string record;  // wire bytes
};

// Reads one JSON object, of any dialect, as a record of the service: the one
// that its "@type" names, or `default_type` where it has none. INVALID_ARGUMENT
// where the text is no JSON object, and where it says nothing of its type, or
// a type that the service does not hold.
absl::StatusOr<ReadRecord> ReadJsonRecord(const wire::Codec& codec,
                                          const schema::Service& service,
                                          absl::string_view default_type,
                                          absl::string_view json);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_READ_RECORD_H_
