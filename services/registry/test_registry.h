// A social registry in memory, for tests of the engine below Registry.
#ifndef CONVERGENCE_SERVICES_REGISTRY_TEST_REGISTRY_H_
#define CONVERGENCE_SERVICES_REGISTRY_TEST_REGISTRY_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dci/registry/v1/search.pb.h"
#include "dci/social/v1/social.pb.h"
#include "services/registry/layout.h"
#include "services/registry/named_query.h"
#include "services/registry/record_type.h"
#include "services/registry/search.h"
#include "services/registry/writer.h"
#include "services/schema/model.h"
#include "services/storage/store.h"

namespace dci::registry {

inline constexpr char kSocialService[] = "dci.social.v1.SocialRegistry";

// The model of everything a social registry needs; made once.
const schema::Model& SocialModel();

class TestRegistry {
 public:
  TestRegistry();
  // Reads the state anew, as another process would.
  void Reopen();

  const RecordType& type(absl::string_view name) const;
  absl::StatusOr<Outcome> Put(absl::string_view type,
                              const google::protobuf::MessageLite& record);
  absl::StatusOr<Outcome> Remove(absl::string_view type,
                                 std::string primary_key);
  absl::StatusOr<Outcome> Commit(const RecordChange& change);

  // Rows of the index space, of all indexes together.
  size_t CountIndexRows() const;
  absl::StatusOr<SearchPage> Find(
      const v1::SearchCriteria& criteria,
      const SearchOptions& options = SearchOptions(),
      absl::string_view continuation = "") const;

  std::unique_ptr<storage::Store> store;
  Spaces spaces;
  std::shared_ptr<const Catalog> catalog;
  NamedQueries named;
};

// Criteria with a NoSQL query, its JSON text given.
v1::SearchCriteria NoSql(absl::string_view entity, absl::string_view query);

// A group with one identifier.
social::v1::Group MakeGroup(absl::string_view id);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_TEST_REGISTRY_H_
