#include "services/registry/test_registry.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "dci/common/v1/code_list.pb.h"
#include "dci/social/v1/social_service.pb.h"
#include "google/protobuf/descriptor.h"
#include "gtest/gtest.h"
#include "services/base/status_macros.h"
#include "services/base/status_matchers.h"
#include "services/registry/schema_state.h"
#include "services/storage/memory/memory_store.h"

namespace dci::registry {
namespace {

// The file has services and no message to name: its table is named, or the
// linker leaves it out.
const google::protobuf::FileDescriptor* ServiceFile() {
  return google::protobuf::DescriptorPool::generated_pool()->FindFileByName(
      descriptor_table_dci_2fsocial_2fv1_2fsocial_5fservice_2eproto.filename);
}

}  // namespace

const schema::Model& SocialModel() {
  static const schema::Model* const model = [] {
    auto built = schema::Model::Build({social::v1::Group::descriptor()->file(),
                                       common::v1::Sex_descriptor()->file(),
                                       ServiceFile()});
    EXPECT_OK(built);
    return built->release();
  }();
  return *model;
}

TestRegistry::TestRegistry() : store(storage::NewMemoryStore(SpaceNames())) {
  Reopen();
}

void TestRegistry::Reopen() {
  const schema::Service& service = *SocialModel().FindService(kSocialService);
  spaces = *FindSpaces(*store);
  const auto state = OpenState(*store, spaces, SocialModel(), service);
  EXPECT_OK(state);
  catalog = MakeCatalog(SocialModel(), service, *state);
}

const RecordType& TestRegistry::type(absl::string_view name) const {
  return *catalog->FindByName(name);
}

absl::StatusOr<Outcome> TestRegistry::Put(
    absl::string_view type, const google::protobuf::MessageLite& record) {
  ASSIGN_OR_RETURN(const RecordChange change,
                   PrepareUpsert(this->type(type), record.SerializeAsString()));
  return Commit(change);
}

absl::StatusOr<Outcome> TestRegistry::Remove(absl::string_view type,
                                             std::string primary_key) {
  return Commit(PrepareDelete(this->type(type), std::move(primary_key)));
}

absl::StatusOr<Outcome> TestRegistry::Commit(const RecordChange& change) {
  Outcome outcome = Outcome::kUnchanged;
  RETURN_IF_ERROR(storage::CommitAndWait(
      *store, change.Keys(spaces),
      [&](storage::CommitView& view) -> absl::Status {
        ASSIGN_OR_RETURN(outcome,
                         Apply(spaces, change, absl::UnixEpoch(), view));
        return absl::OkStatus();
      }));
  return outcome;
}

size_t TestRegistry::CountIndexRows() const {
  size_t rows = 0;
  for (auto cursor = store->GetSnapshot()->Scan({spaces.index});
       cursor->Valid(); cursor->Next())
    ++rows;
  return rows;
}

absl::StatusOr<SearchPage> TestRegistry::Find(
    const v1::SearchCriteria& criteria, const SearchOptions& options,
    absl::string_view continuation) const {
  return FindPage(*catalog, spaces, named, criteria, *store->GetSnapshot(),
                  options, continuation);
}

v1::SearchCriteria NoSql(absl::string_view entity, absl::string_view query) {
  v1::SearchCriteria criteria;
  criteria.set_query_type("expression");
  if (!entity.empty()) criteria.set_response_entity(std::string(entity));
  criteria.mutable_expression()->set_type("ns:org:QueryType:NoSql");
  criteria.mutable_expression()->mutable_value()->set_text(
      absl::StrCat("{\"expression\":{\"query\":", query, "}}"));
  return criteria;
}

social::v1::Group MakeGroup(absl::string_view id) {
  social::v1::Group group;
  auto* identifier = group.add_group_identifier();
  identifier->set_identifier_type("HOUSEHOLD_ID");
  identifier->set_identifier_value(std::string(id));
  return group;
}

}  // namespace dci::registry
