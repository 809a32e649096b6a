#include "services/storage/rocksdb/rocksdb_store.h"

#include <atomic>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "rocksdb/env.h"
#include "services/base/status_matchers.h"
#include "services/storage/rocksdb/power_cut_file_system.h"
#include "services/storage/store_contract.h"

namespace dci::storage {
namespace {

using ::testing::HasSubstr;

std::string NewFolder() {
  static std::atomic<int> next{0};
  std::string path =
      absl::StrCat(::testing::TempDir(), "/rocksdb_store_test_", next++);
  std::filesystem::remove_all(path);
  return path;
}

RocksDbOptions Options(const std::string& path) {
  RocksDbOptions options;
  options.path = path;
  options.spaces = {"a", "b"};
  return options;
}

class RocksDbHarness final : public StoreHarness {
 public:
  ~RocksDbHarness() override { std::filesystem::remove_all(path_); }

  absl::StatusOr<std::unique_ptr<Store>> Open(
      const CommitterOptions& committer) override {
    RocksDbOptions options = Options(path_);
    options.committer = committer;
    return OpenRocksDbStore(options);
  }

 private:
  const std::string path_ = NewFolder();
};

INSTANTIATE_TEST_SUITE_P(RocksDb, StoreContract, ::testing::Values([] {
                           return std::make_unique<RocksDbHarness>();
                         }));

absl::Status Put(Store& store, absl::string_view space, absl::string_view key,
                 absl::string_view value) {
  const auto handle = store.FindSpace(space);
  if (!handle.ok()) return handle.status();
  return CommitAndWait(store, {}, [&](CommitView& view) {
    view.Put(*handle, key, value);
    return absl::OkStatus();
  });
}

std::string Get(Store& store, absl::string_view space, absl::string_view key) {
  return store.GetSnapshot()->Get(*store.FindSpace(space), key)->value_or("-");
}

TEST(RocksDbStore, NewSpacesAreAddedAndOthersKeepTheirData) {
  RocksDbOptions options = Options(NewFolder());
  ASSERT_OK_AND_ASSIGN(auto store, OpenRocksDbStore(options));
  ASSERT_OK(Put(*store, "a", "k", "v"));
  ASSERT_OK(Put(*store, "b", "k", "w"));
  store.reset();
  options.spaces = {"c", "b"};
  ASSERT_OK_AND_ASSIGN(store, OpenRocksDbStore(options));
  EXPECT_THAT(store->FindSpace("a"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(Get(*store, "b", "k"), "w");
  EXPECT_EQ(Get(*store, "c", "k"), "-");
  store.reset();
  options.spaces = {"a"};
  ASSERT_OK_AND_ASSIGN(store, OpenRocksDbStore(options));
  EXPECT_EQ(Get(*store, "a", "k"), "v");
}

TEST(RocksDbStore, RefusesBadSpaces) {
  RocksDbOptions options = Options(NewFolder());
  for (const std::vector<std::string>& spaces :
       {std::vector<std::string>{"a", "a"},
        {"default"},
        {""},
        std::vector<std::string>(256, "x")}) {
    options.spaces = spaces;
    EXPECT_THAT(OpenRocksDbStore(options),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

TEST(RocksDbStore, AFolderIsOpenedOnce) {
  const RocksDbOptions options = Options(NewFolder());
  ASSERT_OK_AND_ASSIGN(auto store, OpenRocksDbStore(options));
  EXPECT_THAT(OpenRocksDbStore(options),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("lock")));
  store.reset();
  EXPECT_OK(OpenRocksDbStore(options));
}

TEST(RocksDbStore, AFolderThatCannotBeMadeIsReported) {
  EXPECT_THAT(
      OpenRocksDbStore(Options("/dev/null/store")),
      StatusIs(absl::StatusCode::kUnavailable, HasSubstr("/dev/null/store")));
}

TEST(RocksDbStore, DamagedFilesAreDataLoss) {
  const RocksDbOptions options = Options(NewFolder());
  {
    ASSERT_OK_AND_ASSIGN(auto store, OpenRocksDbStore(options));
    ASSERT_OK(Put(*store, "a", "k", "v"));
  }
  for (const auto& file : std::filesystem::directory_iterator(options.path))
    if (file.path().filename().string().rfind("MANIFEST", 0) == 0)
      std::ofstream(file.path(), std::ios::trunc) << "not a manifest";
  EXPECT_THAT(OpenRocksDbStore(options), StatusIs(absl::StatusCode::kDataLoss));
}

TEST(RocksDbStore, LeftoversOfABulkLoadAreRemoved) {
  const RocksDbOptions options = Options(NewFolder());
  ASSERT_OK(OpenRocksDbStore(options));
  const std::string file = options.path + "/ingest/7.sst";
  std::ofstream(file) << "half a file";
  ASSERT_OK_AND_ASSIGN(auto store, OpenRocksDbStore(options));
  EXPECT_FALSE(std::filesystem::exists(file));
  const Space a = *store->FindSpace("a");
  EXPECT_OK(store->Ingest({{a, "k", "v"}}));
  EXPECT_EQ(Get(*store, "a", "k"), "v");
  EXPECT_TRUE(std::filesystem::is_empty(options.path + "/ingest"));
}

TEST(RocksDbStore, AFailedSyncFailsTheStoreAndShowsNothing) {
  auto files = std::make_shared<PowerCutFileSystem>();
  const auto env = rocksdb::NewCompositeEnv(files);
  RocksDbOptions options = Options(NewFolder());
  options.env = env.get();
  ASSERT_OK_AND_ASSIGN(auto store, OpenRocksDbStore(options));
  ASSERT_OK(Put(*store, "a", "k", "durable"));
  files->FailSyncs();
  EXPECT_THAT(Put(*store, "a", "k", "lost"),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(Put(*store, "a", "l", "lost"),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(Get(*store, "a", "k"), "durable");
  EXPECT_EQ(Get(*store, "a", "l"), "-");
  EXPECT_TRUE(store->Stats().failed);
  EXPECT_FALSE(store->Ingest({{*store->FindSpace("a"), "l", "lost"}}).ok());
  EXPECT_TRUE(std::filesystem::is_empty(options.path + "/ingest"));
}

TEST(RocksDbStore, AnOrderlyEndLosesNothingWithoutSyncs) {
  const std::string folder = NewFolder();
  {
    auto files = std::make_shared<PowerCutFileSystem>();
    const auto env = rocksdb::NewCompositeEnv(files);
    RocksDbOptions options = Options(folder);
    options.env = env.get();
    options.sync = false;
    ASSERT_OK_AND_ASSIGN(auto store, OpenRocksDbStore(options));
    ASSERT_OK(Put(*store, "a", "k", "v"));
  }
  ASSERT_OK_AND_ASSIGN(auto store, OpenRocksDbStore(Options(folder)));
  EXPECT_EQ(Get(*store, "a", "k"), "v");
}

TEST(RocksDbStore, EstimatesCountFilesToo) {
  ASSERT_OK_AND_ASSIGN(auto store, OpenRocksDbStore(Options(NewFolder())));
  const Space a = *store->FindSpace("a");
  constexpr int kMany = 50'000;
  std::vector<Entry> entries;
  for (int i = 0; i < kMany; ++i)
    entries.push_back({a, absl::StrCat(100'000 + i), std::string(50, 'v')});
  ASSERT_OK(store->Ingest(std::move(entries)));
  auto snapshot = store->GetSnapshot();
  ASSERT_OK_AND_ASSIGN(uint64_t all, snapshot->EstimateRange(a, "", ""));
  EXPECT_GT(all, kMany / 2u);
  EXPECT_LT(all, kMany * 2u);
  ASSERT_OK_AND_ASSIGN(uint64_t fifth,
                       snapshot->EstimateRange(a, "110000", "120000"));
  EXPECT_GT(fifth, kMany / 10u);
  EXPECT_LT(fifth, kMany / 2u);
}

}  // namespace
}  // namespace dci::storage
