// A child commits over the power-cut file system and is killed at random
// moments: what it was told is durable must be there, whole.
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/storage/rocksdb/rocksdb_store.h"

namespace dci::storage {
namespace {

constexpr char kChild[] = "services/storage/rocksdb/power_cut_child";

// Runs the child until it has said `enough` numbers, kills it, and returns all
// that it said.
std::vector<uint64_t> RunAndKill(const std::string& folder, const char* sync,
                                 size_t enough) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addclose(&actions, ends[0]);
  std::string path = kChild, where = folder, mode = sync;
  char* argv[] = {path.data(), where.data(), mode.data(), nullptr};
  pid_t pid = 0;
  EXPECT_EQ(posix_spawn(&pid, kChild, &actions, nullptr, argv, environ), 0);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);

  std::vector<uint64_t> said;
  FILE* in = fdopen(ends[0], "r");
  unsigned long number = 0;
  while (std::fscanf(in, "%lu", &number) == 1) {
    said.push_back(number);
    if (said.size() == enough) kill(pid, SIGKILL);
  }
  std::fclose(in);
  int status = 0;
  waitpid(pid, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << status;
  return said;
}

struct Left {
  std::vector<uint64_t> lost;  // said, and not there
  int torn = 0;                // there in one of two spaces
  bool counted = false;        // the counter agrees with the keys
};

Left Look(const std::string& folder, const std::vector<uint64_t>& said) {
  Left left;
  RocksDbOptions options;
  options.path = folder;
  options.spaces = {"a", "b"};
  auto store = OpenRocksDbStore(options);
  EXPECT_OK(store);
  if (!store.ok()) return left;
  const Space a = *(*store)->FindSpace("a"), b = *(*store)->FindSpace("b");
  auto snapshot = (*store)->GetSnapshot();
  for (uint64_t number : said)
    if (!snapshot->Get(a, absl::StrCat("n", number))->has_value())
      left.lost.push_back(number);
  int count = 0;
  for (auto cursor = snapshot->Scan({a}); cursor->Valid(); cursor->Next()) {
    ++count;
    if (!snapshot->Get(b, cursor->key())->has_value()) ++left.torn;
  }
  left.counted =
      snapshot->Get(b, "count")->value_or("0") == absl::StrCat(count);
  return left;
}

TEST(PowerCut, KeepsAllThatWasSaidToBeDurable) {
  const std::string folder = ::testing::TempDir() + "/power_cut_sync";
  std::mt19937 random(7);
  std::vector<uint64_t> said;
  for (int round = 0; round < 8; ++round) {
    const auto more = RunAndKill(folder, "sync", 1 + random() % 3000);
    ASSERT_FALSE(more.empty());
    if (!said.empty()) {
      EXPECT_GT(more.front(), said.back()) << "a number was given twice";
    }
    said.insert(said.end(), more.begin(), more.end());
    const Left left = Look(folder, said);
    EXPECT_TRUE(left.lost.empty())
        << left.lost.size() << " of " << said.size() << " lost";
    EXPECT_EQ(left.torn, 0);
    EXPECT_TRUE(left.counted);
  }
}

// The test above is able to fail: a store that does not sync fails it.
TEST(PowerCut, AStoreThatDoesNotSyncLoses) {
  const std::string folder = ::testing::TempDir() + "/power_cut_nosync";
  const auto said = RunAndKill(folder, "nosync", 500);
  ASSERT_GE(said.size(), 500u);
  EXPECT_FALSE(Look(folder, said).lost.empty());
}

}  // namespace
}  // namespace dci::storage
