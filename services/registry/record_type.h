// A kind of record as the engine uses it: what its schema says, with the ids
// of its parts of the store.
#ifndef CONVERGENCE_SERVICES_REGISTRY_RECORD_TYPE_H_
#define CONVERGENCE_SERVICES_REGISTRY_RECORD_TYPE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "services/base/sealer.h"
#include "services/schema/model.h"

namespace dci::registry {

struct IndexInfo {
  const schema::Index* schema = nullptr;
  uint32_t id = 0;
  // Filled: queries may use it. Writes keep it up either way.
  bool ready = false;
  // A record may stand in it more than once.
  bool multi_valued = false;

  bool unique() const { return schema->unique; }
};

struct RecordType {
  const schema::Message* message = nullptr;
  uint32_t id = 0;
  std::vector<IndexInfo> indexes;

  const schema::Record& record() const { return *message->record; }
  const std::string& name() const { return record().type; }
  // Null where there is none such.
  const IndexInfo* FindIndex(const schema::Index* index) const;
  // A ready range index on this one path; null where there is none.
  const IndexInfo* FindRangeIndex(const schema::Path& path) const;
  // A ready index on just this path, of any kind; null where there is none.
  const IndexInfo* FindEqualityIndex(const schema::Path& path) const;
};

// The record types of one registry. Immutable; replaced whole when an index
// becomes ready.
struct Catalog {
  const schema::Model* model = nullptr;
  const schema::Service* service = nullptr;
  // In the order of the service's option: the first is searched where the
  // request does not say.
  std::vector<RecordType> types;
  // Of cursors; never null.
  std::shared_ptr<const Sealer> cursors;

  const RecordType* Find(const schema::Message* message) const;
  // By a text of "@type" or reg_record_type; null where none such is held.
  const RecordType* FindByName(absl::string_view type) const;
  const RecordType* FindById(uint32_t id) const;
};

// The primary key of a record: the texts at the key's paths, first elements
// of lists, as ordered pieces. The texts stand as the record has them, not in
// normal form: no later schema may change a key. INVALID_ARGUMENT naming the
// path that has no value, or where the key would be too long.
absl::StatusOr<std::string> PrimaryKey(const RecordType& type,
                                       absl::string_view record);
// The same from the texts themselves, one for each path.
absl::StatusOr<std::string> PrimaryKeyOf(const RecordType& type,
                                         absl::Span<const std::string> texts);

// Key of a record in the record space.
std::string RecordKey(const RecordType& type, absl::string_view primary_key);

// One row of the index space.
struct IndexRow {
  std::string key;
  std::string value;
  bool unique = false;
  const schema::Index* index = nullptr;

  friend bool operator<(const IndexRow& a, const IndexRow& b) {
    return a.key < b.key;
  }
  friend bool operator==(const IndexRow& a, const IndexRow& b) {
    return a.key == b.key;
  }
};

// The rows that a record has in one index, and in all indexes of its type;
// sorted by key, each once. RESOURCE_EXHAUSTED where it has too many values.
absl::StatusOr<std::vector<IndexRow>> IndexRows(const IndexInfo& index,
                                                absl::string_view record,
                                                absl::string_view primary_key);
absl::StatusOr<std::vector<IndexRow>> AllIndexRows(
    const RecordType& type, absl::string_view record,
    absl::string_view primary_key);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_RECORD_TYPE_H_
