// Changes of several records that belong together, before they are committed.
#ifndef CONVERGENCE_SERVICES_REGISTRY_RECORD_EDITS_H_
#define CONVERGENCE_SERVICES_REGISTRY_RECORD_EDITS_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "services/registry/extract.h"
#include "services/registry/layout.h"
#include "services/registry/record_type.h"
#include "services/registry/writer.h"
#include "services/storage/store.h"

namespace dci::registry {

// Records of a snapshot, and changes over them that are not committed yet. One
// thread.
class RecordEdits {
 public:
  // All outlive this.
  RecordEdits(std::shared_ptr<const Catalog> catalog, const Spaces& spaces,
              const storage::Snapshot* snapshot)
      : catalog_(std::move(catalog)), spaces_(spaces), snapshot_(snapshot) {}

  absl::StatusOr<const RecordType*> TypeOf(
      const schema::Message& message) const;
  absl::StatusOr<std::optional<std::string>> Get(const RecordType& type,
                                                 const std::string& key);
  void Put(const RecordType& type, const std::string& key,
           std::optional<std::string> record);
  // Primary keys of the records that have one of the values in the index, as
  // the changes leave them: none, one, or some where there are more.
  // UNAVAILABLE while the index is being built.
  absl::StatusOr<std::vector<std::string>> Find(
      const RecordType& type, const schema::Index& index,
      const std::vector<Tuple>& values);

  // The changes of records that are other than in the snapshot, each refused
  // where the record was changed meanwhile. Errors as PrepareUpsert.
  absl::StatusOr<std::vector<RecordChange>> Changes() const;

 private:
  struct Edit {
    std::optional<std::string> before, after;
  };
  absl::StatusOr<std::vector<std::string>> FindStored(const IndexInfo& index,
                                                      const Tuple& value) const;

  const std::shared_ptr<const Catalog> catalog_;
  const Spaces spaces_;
  const storage::Snapshot* const snapshot_;
  std::map<std::pair<const RecordType*, std::string>, Edit> edits_;
};

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_RECORD_EDITS_H_
