#include "services/storage/memory/memory_store.h"

#include "services/base/status_matchers.h"
#include "services/storage/committer.h"
#include "services/storage/memory/version_map.h"
#include "services/storage/store_contract.h"

namespace dci::storage {
namespace {

class MemoryHarness final : public StoreHarness {
 public:
  absl::StatusOr<std::unique_ptr<Store>> Open(
      const CommitterOptions& options) override {
    return Committer::Create(engine_, options);
  }

 private:
  const std::shared_ptr<Engine> engine_ = NewMemoryEngine({"a", "b"});
};

INSTANTIATE_TEST_SUITE_P(Memory, StoreContract, ::testing::Values([] {
                           return std::make_unique<MemoryHarness>();
                         }));

TEST(MemoryStore, ReadsAheadInTheSerialStage) {
  auto store = NewMemoryStore({"a"});
  ASSERT_OK_AND_ASSIGN(const Space a, store->FindSpace("a"));
  for (int i = 1; i <= 3; ++i) {
    ASSERT_OK(CommitAndWait(*store, {{a, "k"}}, [&](CommitView& view) {
      EXPECT_EQ(view.Get(a, "k")->value_or("").size(), i - 1u);
      view.Put(a, "k", std::string(i, 'v'));
      return absl::OkStatus();
    }));
  }
  EXPECT_EQ(store->Stats().undeclared_reads, 0u);
}

TEST(VersionMap, ForgetsWhatNobodyCanSee) {
  VersionMap map;
  map.Write("k", "1", 1, 1);
  map.Write("k", "2", 2, 1);
  map.Write("k", std::nullopt, 3, 1);
  EXPECT_EQ(*map.Find("k", 1), "1");
  EXPECT_EQ(*map.Find("k", 2), "2");
  EXPECT_EQ(map.Find("k", 3), nullptr);
  EXPECT_EQ(map.version_count(), 3u);
  map.Collect(2);
  EXPECT_EQ(*map.Find("k", 2), "2");
  EXPECT_EQ(map.version_count(), 2u);
  map.Collect(3);
  EXPECT_EQ(map.version_count(), 0u);
}

TEST(VersionMap, AKeyWrittenAgainInOneVersionShowsTheLast) {
  VersionMap map;
  map.Write("k", "old", 1, 1);
  map.DeleteRange("", "", 2, 1);
  map.Write("k", "new", 2, 1);
  EXPECT_EQ(*map.Find("k", 1), "old");
  EXPECT_EQ(*map.Find("k", 2), "new");
}

}  // namespace
}  // namespace dci::storage
