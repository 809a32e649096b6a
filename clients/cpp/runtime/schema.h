// The schema that generated stubs are made for.
#ifndef CONVERGENCE_CLIENTS_CPP_RUNTIME_SCHEMA_H_
#define CONVERGENCE_CLIENTS_CPP_RUNTIME_SCHEMA_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/schema/model.h"
#include "services/wire/codec.h"

namespace dci::client {

// A file, and a pointer to something in its generated code, so that the
// linker keeps its descriptors.
struct LinkedFile {
  const char* name;
  const void* linked;
};

// Model and codec of the files that a generated file knows. Immutable, so
// thread-safe.
class Schema {
 public:
  explicit Schema(const std::vector<LinkedFile>& files);

  // Why the schema cannot be used; OK for every generated file that builds.
  const absl::Status& status() const { return status_; }
  // Only where status() is OK.
  const schema::Model& model() const { return *model_; }
  const wire::Codec& codec() const { return *codec_; }
  // INTERNAL where there is no such method: stub and schema do not belong
  // together.
  absl::StatusOr<const schema::Method*> FindMethod(
      absl::string_view full_name) const;
  // dci.common.v1.AckEnvelope.
  const schema::Message& ack_envelope() const;

 private:
  absl::Status status_;
  std::unique_ptr<const schema::Model> model_;
  std::unique_ptr<const wire::Codec> codec_;
};

}  // namespace dci::client

#endif  // CONVERGENCE_CLIENTS_CPP_RUNTIME_SCHEMA_H_
