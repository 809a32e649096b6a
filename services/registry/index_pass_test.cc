#include "services/registry/index_pass.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "google/protobuf/dynamic_message.h"
#include "gtest/gtest.h"
#include "services/base/status_macros.h"
#include "services/base/status_matchers.h"
#include "services/registry/registry.h"
#include "services/registry/test_registry.h"
#include "services/schema/test_protos.h"
#include "services/storage/memory/memory_store.h"

namespace dci::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A registry of boats, as a committee might draft one.
constexpr char kBoats[] = R"(
message Boat {
  option (dci.wire.v1.message) = {
    record: {
      type: "Boat"
      primary_key: "number"
      indexes: { name: "crew" paths: "crew" kind: KIND_RANGE }
    }
  };
  optional string number = 1;
  optional string crew = 2 [(dci.wire.v1.field).format = FORMAT_DECIMAL];
  optional string harbour = 3;
  repeated dci.common.v1.Extra extras = 999;
}
service Boats {
  option (dci.wire.v1.service) = { records: "t.v1.Boat" };
}
)";

constexpr char kCrew[] = R"({ name: "crew" paths: "crew" kind: KIND_RANGE })";
constexpr char kHarbourIndex[] =
    R"({ name: "harbour" paths: "harbour" kind: KIND_EQUALITY })";

// One version of the schema, with a registry open on a store.
struct Version {
  std::unique_ptr<const schema::Model> model;
  std::unique_ptr<wire::Codec> codec;
  std::unique_ptr<Registry> registry;
};

using Edits = std::vector<std::pair<std::string, std::string>>;

class IndexPassTest : public testing::Test {
 protected:
  absl::StatusOr<Version> Open(const Edits& edits) {
    Version version;
    ASSIGN_OR_RETURN(version.model,
                     schema::Model::BuildFromSet(schema::ParseBody(
                         absl::StrReplaceAll(kBoats, edits))));
    version.codec = std::make_unique<wire::Codec>(version.model.get());
    config::v1::RegistryConfig config;
    config.set_service("t.v1.Boats");
    ASSIGN_OR_RETURN(version.registry,
                     Registry::Open(store_.get(), version.codec.get(), config));
    return version;
  }

  absl::StatusOr<Outcome> Put(const Version& version, const std::string& json) {
    ASSIGN_OR_RETURN(
        std::string record,
        version.codec->JsonToWire(*version.model->FindMessage("t.v1.Boat"),
                                  json, nullptr));
    ASSIGN_OR_RETURN(RecordChange change,
                     version.registry->Upsert("Boat", std::move(record)));
    Outcome outcome = Outcome::kUnchanged;
    RETURN_IF_ERROR(storage::CommitAndWait(
        *store_, change.Keys(version.registry->spaces()),
        [&](storage::CommitView& view) -> absl::Status {
          ASSIGN_OR_RETURN(outcome, version.registry->Apply(
                                        change, absl::UnixEpoch(), view));
          return absl::OkStatus();
        }));
    return outcome;
  }

  void Fill(const Version& version, int begin, int end) {
    for (int i = begin; i < end; ++i)
      ASSERT_OK(
          Put(version, absl::StrCat(R"({"number":"B)", 1000 + i,
                                    R"(","crew":")", i % 7, R"(","harbour":"h)",
                                    i % 3, R"(","flag":"f)", i % 5, "\"}")));
  }

  SearchPage Find(const Version& version, const char* query) {
    const auto page = version.registry->Search(
        NoSql("", query), *store_->GetSnapshot(), SearchOptions());
    EXPECT_OK(page) << query;
    return page.ok() ? *page : SearchPage();
  }

  // Passes until there is nothing left to do.
  PassStats Finish(const Version& version) {
    for (int i = 0; i < 1000; ++i) {
      const auto stats =
          version.registry->ExecuteIndexPass(absl::UnixEpoch(), 10);
      EXPECT_OK(stats);
      if (!stats.ok() || stats->done) return stats.value_or(PassStats());
    }
    ADD_FAILURE() << "never done";
    return PassStats();
  }

  size_t CountRows(absl::string_view space) {
    size_t rows = 0;
    for (auto cursor = store_->GetSnapshot()->Scan({*store_->FindSpace(space)});
         cursor->Valid(); cursor->Next())
      ++rows;
    return rows;
  }

  std::unique_ptr<storage::Store> store_ =
      storage::NewMemoryStore(SpaceNames());
};

TEST_F(IndexPassTest, ANewRegistryHasNothingToDo) {
  const auto boats = Open({});
  ASSERT_OK(boats);
  Fill(*boats, 0, 30);
  EXPECT_TRUE(boats->registry->ExecuteIndexPass(absl::UnixEpoch())->done);
  EXPECT_THAT(Find(*boats, R"({"crew":3})").plan, HasSubstr("exact"));
}

TEST_F(IndexPassTest, ANewIndexServesOnceItIsFilled) {
  {
    const auto before = Open({});
    ASSERT_OK(before);
    Fill(*before, 0, 95);
  }
  const auto after =
      Open({{kCrew, absl::StrCat(kCrew, " indexes: ", kHarbourIndex)}});
  ASSERT_OK(after);
  // Not ready: the records are read, and the answer is right.
  SearchPage page = Find(*after, R"({"harbour":"h1"})");
  EXPECT_EQ(page.total, 32u);
  EXPECT_EQ(page.plan, "read all, match each");
  EXPECT_THAT(Finish(*after).stuck, IsEmpty());
  page = Find(*after, R"({"harbour":"h1"})");
  EXPECT_EQ(page.total, 32u);
  EXPECT_THAT(page.plan, HasSubstr("harbour = 1"));
}

// Between any two steps records come, change and go; at the end index and
// records agree.
TEST_F(IndexPassTest, AnIndexIsFilledWhileServing) {
  {
    const auto before = Open({});
    ASSERT_OK(before);
    Fill(*before, 0, 95);
  }
  const auto after =
      Open({{kCrew, absl::StrCat(kCrew, " indexes: ", kHarbourIndex)}});
  ASSERT_OK(after);
  for (int i = 0;; ++i) {
    ASSERT_LT(i, 1000);
    const auto stats = after->registry->ExecuteIndexPass(absl::UnixEpoch(), 10);
    ASSERT_OK(stats);
    if (stats->done) break;
    for (const int n : {(i * 13) % 95, (i * 29) % 95, 200 + i})
      ASSERT_OK(Put(*after, absl::StrCat(R"({"number":"B)", 1000 + n,
                                         R"(","harbour":"h)", i % 3, "\"}")));
    const auto gone = after->registry->Delete(
        "Boat", {absl::StrCat("B", 1000 + (i * 17) % 95)});
    ASSERT_OK(gone);
    ASSERT_OK(
        storage::CommitAndWait(*store_, {}, [&](storage::CommitView& view) {
          return after->registry->Apply(*gone, absl::UnixEpoch(), view)
              .status();
        }));
  }
  uint64_t together = 0;
  for (const char* harbour : {"h0", "h1", "h2"}) {
    const std::string text = absl::StrCat(R"({"harbour":")", harbour, "\"}");
    // A second opinion, which no index serves.
    const std::string slow =
        absl::StrCat(R"({"$nor":[{"harbour":{"$ne":")", harbour, "\"}}]}");
    const SearchPage fast = Find(*after, text.c_str());
    EXPECT_THAT(fast.plan, HasSubstr("exact"));
    EXPECT_EQ(fast.primary_keys, Find(*after, slow.c_str()).primary_keys);
    together += *fast.total;
  }
  EXPECT_EQ(together, Find(*after, "{}").total);
}

TEST_F(IndexPassTest, GoesOnWhereItWasAfterARestart) {
  {
    const auto before = Open({});
    ASSERT_OK(before);
    Fill(*before, 0, 95);
  }
  const Edits edits = {
      {kCrew, absl::StrCat(kCrew, " indexes: ", kHarbourIndex)}};
  uint64_t records = 0;
  bool done = false;
  while (!done) {
    const auto version = Open(edits);
    ASSERT_OK(version);
    const auto stats =
        version->registry->ExecuteIndexPass(absl::UnixEpoch(), 10);
    ASSERT_OK(stats);
    records += stats->records;
    done = stats->done;
  }
  // Each record twice: read anew, and put into the index.
  EXPECT_EQ(records, 190u);
  EXPECT_EQ(Find(*Open(edits), R"({"harbour":"h1"})").total, 32u);
}

TEST_F(IndexPassTest, ADroppedIndexIsDeletedAndAChangedOneBuiltAnew) {
  {
    const auto before = Open({});
    ASSERT_OK(before);
    Fill(*before, 0, 40);
    EXPECT_EQ(CountRows("registry_index"), 40u);
  }
  {
    const auto changed = Open(
        {{kCrew, R"({ name: "crew" paths: "harbour" kind: KIND_EQUALITY })"}});
    ASSERT_OK(changed);
    EXPECT_EQ(Find(*changed, R"({"harbour":"h0"})").total, 14u);
    Finish(*changed);
    const SearchPage page = Find(*changed, R"({"harbour":"h0"})");
    EXPECT_EQ(page.total, 14u);
    EXPECT_THAT(page.plan, HasSubstr("crew = 1"));
    EXPECT_EQ(CountRows("registry_index"), 40u);
  }
  const auto dropped = Open({{absl::StrCat("indexes: ", kCrew), ""}});
  ASSERT_OK(dropped);
  Finish(*dropped);
  EXPECT_EQ(CountRows("registry_index"), 0u);
  EXPECT_EQ(CountRows("registry_records"), 40u);
}

TEST_F(IndexPassTest, UnknownMembersMoveIntoTheFieldTheyBecome) {
  size_t changes = 0;
  {
    const auto before = Open({});
    ASSERT_OK(before);
    Fill(*before, 0, 30);
    changes = CountRows("registry_changes");
    EXPECT_FALSE(before->registry
                     ->Search(NoSql("", R"({"flag":"f1"})"),
                              *store_->GetSnapshot(), SearchOptions())
                     .ok());
  }
  const auto after =
      Open({{"optional string harbour = 3;",
             "optional string harbour = 3; optional string flag = 4;"},
            {kCrew, absl::StrCat(kCrew, R"( indexes: { name: "flag" )",
                                 R"(paths: "flag" kind: KIND_EQUALITY })")}});
  ASSERT_OK(after);
  Finish(*after);
  const SearchPage page = Find(*after, R"({"flag":"f1"})");
  EXPECT_EQ(page.total, 6u);
  EXPECT_THAT(page.plan, HasSubstr("flag = 1"));
  // Nothing that anybody has to be told of.
  EXPECT_EQ(CountRows("registry_changes"), changes);
}

TEST_F(IndexPassTest, AUniqueIndexThatCannotBeIsNamed) {
  {
    const auto before = Open({});
    ASSERT_OK(before);
    Fill(*before, 0, 10);
  }
  const auto after =
      Open({{kCrew, absl::StrCat(kCrew, R"( indexes: { name: "berth" )",
                                 R"(paths: "harbour" kind: KIND_EQUALITY )",
                                 "unique: true }")}});
  ASSERT_OK(after);
  EXPECT_THAT(Finish(*after).stuck, ElementsAre("Boat.berth"));
  EXPECT_EQ(Find(*after, R"({"harbour":"h0"})").total, 4u);
  // Once the records are apart, it is filled.
  for (int i = 0; i < 10; ++i)
    ASSERT_OK(Put(*after, absl::StrCat(R"({"number":"B)", 1000 + i,
                                       R"(","harbour":"own )", i, "\"}")));
  EXPECT_THAT(Finish(*after).stuck, IsEmpty());
  EXPECT_EQ(Find(*after, R"({"harbour":"own 3"})").plan, "berth = 1, exact");
}

TEST_F(IndexPassTest, RecordsOfAnotherSchemaAreNotOpened) {
  {
    const auto before = Open({});
    ASSERT_OK(before);
    Fill(*before, 0, 3);
  }
  EXPECT_THAT(Open({{"primary_key: \"number\"", "primary_key: \"harbour\""}}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("primary key of t.v1.Boat")));
  EXPECT_THAT(
      Open({{"optional string harbour = 3", "optional int32 harbour = 3"}}),
      StatusIs(absl::StatusCode::kFailedPrecondition,
               HasSubstr("number 3 of t.v1.Boat")));
  EXPECT_OK(Open({}));
}

}  // namespace
}  // namespace dci::registry
