// What a purpose may see of each kind of record.
#ifndef CONVERGENCE_SERVICES_REGISTRY_PURPOSE_H_
#define CONVERGENCE_SERVICES_REGISTRY_PURPOSE_H_

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dci/config/v1/consent.pb.h"
#include "services/registry/visible_fields.h"
#include "services/schema/model.h"

namespace dci::registry {

// What a purpose may do with records of one message.
struct TypeView {
  VisibleFields shown;      // given, compared and ordered by
  VisibleFields search_by;  // compared for equality, and not given
};

// A purpose of the configuration, for every record of the model.
struct Purpose {
  std::string code;
  bool sees_all = false;
  // Records that are not here are not shown.
  absl::flat_hash_map<const schema::Message*, TypeView> views;
};

// Resolves the paths of a configuration. INVALID_ARGUMENT, naming the purpose,
// for one without a code, and for a record or a path that the model has not.
absl::StatusOr<Purpose> MakePurpose(
    const dci::config::v1::PurposeConfig& config, const schema::Model& model);

// Adds what a scope of an artefact opens of a record: its type's name for all
// of it, a path, or a path behind the name ("Group.poverty_score"). Nothing
// where it means nothing of this record.
void AddScope(const schema::Message& message, absl::string_view scope,
              VisibleFields* fields);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_PURPOSE_H_
