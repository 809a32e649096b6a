#include "services/registry/load.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/registry/export.h"
#include "services/registry/test_registry.h"
#include "services/storage/memory/memory_store.h"

namespace dci::registry {
namespace {

using ::testing::HasSubstr;

std::string GroupJson(int i, absl::string_view more = "") {
  return absl::StrCat(
      R"({"@type":"spdci:Group","group_identifier":[{"identifier_type":)",
      R"("HOUSEHOLD_ID","identifier_value":"H)", 1000 + i, R"("}],)",
      R"("group_size":)", i % 5 + 1, more, "}");
}

class LoadTest : public testing::Test {
 protected:
  void SetUp() override {
    config::v1::RegistryConfig config;
    config.set_service(kSocialService);
    auto opened = Registry::Open(store_.get(), &codec_, config);
    ASSERT_OK(opened);
    registry_ = *std::move(opened);
  }

  LoadStats Load(const std::vector<std::string>& lines,
                 LoadOptions options = LoadOptions()) {
    Loader loader(registry_.get(), std::move(options));
    for (const std::string& line : lines) EXPECT_OK(loader.AddJson(line));
    const auto stats = loader.Finish();
    EXPECT_OK(stats);
    return stats.value_or(LoadStats());
  }
  size_t CountRows(absl::string_view space) const {
    size_t rows = 0;
    for (auto cursor = store_->GetSnapshot()->Scan({*store_->FindSpace(space)});
         cursor->Valid(); cursor->Next())
      ++rows;
    return rows;
  }
  uint64_t Found(absl::string_view query) const {
    const auto page = registry_->Search(
        NoSql("Group", query), *store_->GetSnapshot(), SearchOptions());
    EXPECT_OK(page);
    return page.ok() ? *page->total : 0;
  }

  std::unique_ptr<storage::Store> store_ =
      storage::NewMemoryStore(SpaceNames());
  wire::Codec codec_{&SocialModel()};
  std::unique_ptr<Registry> registry_;
};

TEST_F(LoadTest, AnEmptyRegistryIsLoadedInBulkAndLaterOnesAreNot) {
  std::vector<std::string> lines;
  for (int i = 0; i < 100; ++i) lines.push_back(GroupJson(i));
  LoadStats stats = Load(lines);
  EXPECT_TRUE(stats.bulk);
  EXPECT_EQ(stats.read, 100u);
  EXPECT_EQ(stats.created, 100u);
  EXPECT_EQ(Found(R"({"group_size":1})"), 20u);
  EXPECT_EQ(CountRows("registry_changes"), 0u);

  lines[0] = GroupJson(0, R"(,"poverty_score":"1.5")");
  lines.push_back(GroupJson(100));
  stats = Load(lines);
  EXPECT_FALSE(stats.bulk);
  EXPECT_EQ(stats.created, 1u);
  EXPECT_EQ(stats.replaced, 1u);
  EXPECT_EQ(stats.unchanged, 99u);
  EXPECT_EQ(CountRows("registry_changes"), 2u);
}

TEST_F(LoadTest, BothWaysWriteTheSameRows) {
  std::vector<std::string> lines;
  for (int i = 0; i < 50; ++i) lines.push_back(GroupJson(i % 40));
  LoadOptions options;
  options.bulk_bytes = 500;  // several files
  Load(lines, options);
  auto rows = [&] {
    std::string all;
    for (const char* space : {"registry_records", "registry_index"})
      for (auto cursor =
               store_->GetSnapshot()->Scan({*store_->FindSpace(space)});
           cursor->Valid(); cursor->Next())
        absl::StrAppend(&all, cursor->key(), "=", cursor->value(), "\n");
    return all;
  };
  const std::string bulk = rows();
  store_ = nullptr;
  store_ = storage::NewMemoryStore(SpaceNames());
  SetUp();
  options.allow_bulk = false;
  EXPECT_FALSE(Load(lines, options).bulk);
  EXPECT_EQ(rows(), bulk);
}

TEST_F(LoadTest, ARecordThatComesTwiceInABulkLoadReplacesItself) {
  const LoadStats stats =
      Load({GroupJson(1), GroupJson(2), GroupJson(1, R"(,"poverty_score":"2")"),
            GroupJson(1, R"(,"poverty_score":"3")")});
  EXPECT_TRUE(stats.bulk);
  EXPECT_EQ(stats.created, 2u);
  EXPECT_EQ(stats.replaced, 2u);
  EXPECT_EQ(Found(R"({"poverty_score":3})"), 1u);
  EXPECT_EQ(Found(R"({"poverty_score":2})"), 0u);
}

TEST_F(LoadTest, WhatIsWrongIsNamedWithItsLineAndTheRestIsLoaded) {
  LoadOptions options;
  const std::string clash =
      R"({"@type":"Group","group_identifier":[{"identifier_type":"NID",)"
      R"("identifier_value":"7"},{"identifier_type":"HOUSEHOLD_ID",)"
      R"("identifier_value":"H1001"}]})";
  for (const bool bulk : {true, false}) {
    options.allow_bulk = bulk;
    const LoadStats stats =
        Load({GroupJson(1), "{", R"({"@type":"Vehicle"})", "{}",
              R"({"@type":"Group"})", "[]", clash, GroupJson(2)},
             options);
    EXPECT_EQ(stats.read, 8u);
    EXPECT_EQ(stats.refused, 6u);
    EXPECT_EQ(stats.created + stats.unchanged, 2u);
    ASSERT_EQ(stats.errors.size(), 6u);
    for (int i = 0; i < 6; ++i)
      EXPECT_EQ(stats.errors[i].number, static_cast<uint64_t>(i + 2));
    EXPECT_THAT(stats.errors[1].message, HasSubstr("Vehicle"));
    EXPECT_THAT(stats.errors[2].message, HasSubstr("@type"));
    EXPECT_THAT(stats.errors[3].message, HasSubstr("group_identifier"));
    EXPECT_THAT(stats.errors[5].message, HasSubstr("identifier"));
  }
}

TEST_F(LoadTest, ADefaultTypeIsForRecordsWithoutOne) {
  LoadOptions options;
  options.default_type = "Group";
  const LoadStats stats = Load(
      {R"({"household_identifier":[{"identifier_type":"NID","value":"1"}]})",
       R"({"@type":"SRPerson","identifier":[{"identifier_type":"UIN",)"
       R"("identifier_value":"1"}]})"},
      options);
  EXPECT_EQ(stats.created, 2u) << stats.errors.empty();
  EXPECT_EQ(Found("{}"), 1u);
}

TEST_F(LoadTest, OthersMayNotWriteDuringABulkLoad) {
  auto write = [&] {
    const auto change =
        registry_->Upsert("Group", MakeGroup("9").SerializeAsString());
    EXPECT_OK(change);
    return storage::CommitAndWait(
        *store_, change->Keys(registry_->spaces()),
        [&](storage::CommitView& view) {
          return registry_->Apply(*change, absl::UnixEpoch(), view).status();
        });
  };
  {
    Loader loader(registry_.get(), LoadOptions());
    EXPECT_OK(loader.AddJson(GroupJson(1)));
    EXPECT_THAT(write(), StatusIs(absl::StatusCode::kUnavailable));
    // A second load takes the ordinary way, and waits its turn.
    EXPECT_THAT(registry_->BeginBulk(),
                StatusIs(absl::StatusCode::kUnavailable));
    // Given up: what was not written is gone, the registry is free.
  }
  EXPECT_OK(write());
  EXPECT_EQ(Found("{}"), 1u);
}

TEST_F(LoadTest, TellsItsProgress) {
  std::vector<uint64_t> seen;
  LoadOptions options;
  options.bulk_bytes = 2000;
  options.progress = [&](const LoadStats& stats) {
    seen.push_back(stats.created);
  };
  std::vector<std::string> lines;
  for (int i = 0; i < 200; ++i) lines.push_back(GroupJson(i));
  Load(lines, options);
  EXPECT_GT(seen.size(), 5u);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  EXPECT_EQ(seen.back(), 200u);
}

TEST_F(LoadTest, WhatIsExportedLoadsAgainToTheSameBytes) {
  std::vector<std::string> lines;
  for (int i = 0; i < 25; ++i)
    lines.push_back(GroupJson(i, R"(,"unheard_of":{"deep":[1,2.50]})"));
  Load(lines);
  const auto snapshot = store_->GetSnapshot();
  for (const schema::Dialect dialect : schema::kAllDialectValues) {
    std::vector<std::string> exported;
    std::string position;
    do {
      const auto page =
          Export(*registry_, *snapshot, "Household", dialect, position, 10);
      ASSERT_OK(page);
      EXPECT_LE(page->records, 10);
      for (absl::string_view line :
           absl::StrSplit(page->lines, '\n', absl::SkipEmpty()))
        exported.emplace_back(line);
      position = page->next;
    } while (!position.empty());
    ASSERT_EQ(exported.size(), 25u);
    const LoadStats stats = Load(exported);
    EXPECT_EQ(stats.unchanged, 25u)
        << exported[0] << (stats.errors.empty() ? "" : stats.errors[0].message);
  }
  EXPECT_THAT(
      Export(*registry_, *snapshot, "Vehicle", schema::Dialect::kC25, "", 10),
      StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace dci::registry
