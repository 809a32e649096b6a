// Commits until it is killed: power_cut_child FOLDER sync|nosync
//
// Transaction n puts the keys n of both spaces and counts, in one change. Each
// is printed once its `done` said OK.
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "rocksdb/env.h"
#include "services/storage/rocksdb/power_cut_file_system.h"
#include "services/storage/rocksdb/rocksdb_store.h"

namespace dci::storage {
namespace {

constexpr int kInFlight = 64;

absl::Status CountUp(CommitView& view, Space a, Space b) {
  auto old = view.Get(b, "count");
  if (!old.ok()) return old.status();
  int count = 0;
  if (old->has_value() && !absl::SimpleAtoi(**old, &count))
    return absl::InternalError("count");
  const std::string key = absl::StrCat("n", view.NextSequence());
  view.Put(a, key, std::string(200, 'v'));
  view.Put(b, key, "v");
  view.Put(b, "count", absl::StrCat(count + 1));
  return absl::OkStatus();
}

// One line in one write: a kill leaves whole lines.
void Say(uint64_t number) {
  const std::string line = absl::StrCat(number, "\n");
  if (write(STDOUT_FILENO, line.data(), line.size()) < 0) _exit(3);
}

int Run(const std::string& folder, bool sync) {
  auto files = std::make_shared<PowerCutFileSystem>();
  const std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(files);
  RocksDbOptions options;
  options.path = folder;
  options.spaces = {"a", "b"};
  options.sync = sync;
  // Small, so that files are written and logs dropped while it runs.
  options.write_buffer_bytes = 256u << 10;
  options.env = env.get();
  auto store = OpenRocksDbStore(options);
  if (!store.ok()) {
    std::fprintf(stderr, "%s\n", store.status().ToString().c_str());
    return 2;
  }
  const Space a = *(*store)->FindSpace("a"), b = *(*store)->FindSpace("b");
  std::atomic<int> in_flight{0};
  while (true) {
    if (in_flight >= kInFlight) {
      std::this_thread::yield();
      continue;
    }
    ++in_flight;
    auto number = std::make_shared<uint64_t>(0);
    (*store)->Commit({{{b, "count"}},
                      [=](CommitView& view) {
                        absl::Status status = CountUp(view, a, b);
                        *number = view.NextSequence() - 1;
                        return status;
                      },
                      [&, number](const absl::Status& status) {
                        if (!status.ok()) _exit(4);
                        Say(*number);
                        --in_flight;
                      }});
  }
}

}  // namespace
}  // namespace dci::storage

int main(int argc, char** argv) {
  if (argc != 3) return 1;
  return dci::storage::Run(argv[1], std::string(argv[2]) == "sync");
}
