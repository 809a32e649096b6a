// Commits against a bare synced WriteBatch, and reads against a bare MultiGet:
// the same keys and bytes, taken in turns in one run. Prints ratios, which mean
// something on any machine; asserts that all that was written is there.
//
//   bazel run -c opt //tests/bench:storage_bench -- [BATCHES] [ROUNDS]
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rocksdb/db.h"
#include "rocksdb/write_batch.h"
#include "services/storage/rocksdb/rocksdb_store.h"

namespace dci::bench {
namespace {

using storage::CommitView;
using storage::Key;
using storage::Space;
using storage::Store;

constexpr int kBatch = 1000;
constexpr int kInFlight = 8;
constexpr int kHotThreads = 32, kHotEach = 2000;

void Check(bool ok, const std::string& what) {
  if (ok) return;
  std::fprintf(stderr, "storage_bench: %s\n", what.c_str());
  std::exit(1);
}

double Seconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
      .count();
}

// Batches of distinct keys in random order, as ids come from outside.
std::vector<std::vector<std::string>> MakeBatches(int batches) {
  std::vector<std::string> keys;
  for (int i = 0; i < batches * kBatch; ++i)
    keys.push_back(absl::StrCat("registry:person:", 100'000'000 + i));
  std::shuffle(keys.begin(), keys.end(), std::mt19937(1));
  std::vector<std::vector<std::string>> result;
  for (size_t i = 0; i < keys.size(); i += kBatch)
    result.emplace_back(keys.begin() + i, keys.begin() + i + kBatch);
  return result;
}

const std::string& Value() {
  static const std::string value(120, 'v');
  return value;
}

std::string FreshFolder(const std::string& name) {
  const char* base = std::getenv("TEST_TMPDIR");
  std::string path = absl::StrCat(
      base != nullptr ? base : std::filesystem::temp_directory_path().string(),
      "/storage_bench_", name);
  std::filesystem::remove_all(path);
  return path;
}

std::unique_ptr<rocksdb::DB> OpenBare(const std::string& folder) {
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(options, folder, &db);
  Check(status.ok(), status.ToString());
  return std::unique_ptr<rocksdb::DB>(db);
}

std::unique_ptr<Store> OpenStore(const std::string& folder) {
  storage::RocksDbOptions options;
  options.path = folder;
  options.spaces = {"a"};
  auto store = storage::OpenRocksDbStore(options);
  Check(store.ok(), store.status().ToString());
  return *std::move(store);
}

void WriteBare(rocksdb::DB& db,
               const std::vector<std::vector<std::string>>& batches) {
  rocksdb::WriteOptions options;
  options.sync = true;
  for (const auto& batch : batches) {
    rocksdb::WriteBatch write;
    for (const std::string& key : batch) write.Put(key, Value());
    Check(db.Write(options, &write).ok(), "bare write");
  }
}

// Lets at most a number of commits be on their way.
class Window {
 public:
  explicit Window(int size) : room_(size) {}
  void Enter() {
    std::unique_lock<std::mutex> lock(mu_);
    cv_.wait(lock, [&] { return room_ > 0; });
    --room_;
  }
  void Leave() {
    std::lock_guard<std::mutex> lock(mu_);
    ++room_;
    cv_.notify_one();
  }

 private:
  std::mutex mu_;
  std::condition_variable cv_;
  int room_;
};

// `read` declares the keys and looks at each before it is put.
void WriteStore(Store& store,
                const std::vector<std::vector<std::string>>& batches,
                int in_flight, bool read) {
  const Space a = *store.FindSpace("a");
  Window window(in_flight);
  for (const auto& batch : batches) {
    window.Enter();
    std::vector<Key> keys;
    if (read)
      for (const std::string& key : batch) keys.push_back({a, key});
    store.Commit({std::move(keys),
                  [&batch, a, read](CommitView& view) {
                    if (read)
                      view.Visit(a,
                                 std::vector<absl::string_view>(batch.begin(),
                                                                batch.end()),
                                 [](size_t, auto) {})
                          .IgnoreError();
                    for (const std::string& key : batch)
                      view.Put(a, key, Value());
                    return absl::OkStatus();
                  },
                  [&window](const absl::Status& status) {
                    Check(status.ok(), status.ToString());
                    window.Leave();
                  }});
  }
  store.Drain();
}

size_t ReadBare(rocksdb::DB& db,
                const std::vector<std::vector<std::string>>& batches) {
  size_t found = 0;
  for (const auto& batch : batches) {
    std::vector<rocksdb::Slice> keys(batch.begin(), batch.end());
    std::vector<rocksdb::PinnableSlice> values(keys.size());
    std::vector<rocksdb::Status> statuses(keys.size());
    db.MultiGet(rocksdb::ReadOptions(), db.DefaultColumnFamily(), keys.size(),
                keys.data(), values.data(), statuses.data());
    for (const rocksdb::Status& status : statuses) found += status.ok();
  }
  return found;
}

size_t ReadStore(Store& store,
                 const std::vector<std::vector<std::string>>& batches) {
  const Space a = *store.FindSpace("a");
  size_t found = 0;
  for (const auto& batch : batches) {
    const std::vector<absl::string_view> keys(batch.begin(), batch.end());
    const absl::Status status = store.GetSnapshot()->Visit(
        a, keys, [&](size_t, std::optional<absl::string_view> value) {
          found += value.has_value();
        });
    Check(status.ok(), status.ToString());
  }
  return found;
}

// Increments of one key by many threads, each waiting for its own.
double HotKeyRate(Store& store) {
  const Space a = *store.FindSpace("a");
  const double seconds = Seconds([&] {
    std::vector<std::thread> threads;
    for (int t = 0; t < kHotThreads; ++t)
      threads.emplace_back([&] {
        for (int i = 0; i < kHotEach; ++i)
          Check(storage::CommitAndWait(
                    store, {{a, "hot"}},
                    [&](CommitView& view) {
                      const auto old = view.Get(a, "hot");
                      view.Put(
                          a, "hot",
                          absl::StrCat(std::atoi((*old).value_or("0").c_str()) +
                                       1));
                      return absl::OkStatus();
                    })
                    .ok(),
                "hot commit");
      });
    for (std::thread& thread : threads) thread.join();
  });
  Check(store.GetSnapshot()->Get(a, "hot")->value_or("") ==
            absl::StrCat(kHotThreads * kHotEach),
        "updates of the hot key were lost");
  return kHotThreads * kHotEach / seconds;
}

struct Round {
  double alone, window, read_write, multi_get;
};

Round RunRound(const std::vector<std::vector<std::string>>& batches) {
  const size_t count = batches.size() * kBatch;
  auto bare = OpenBare(FreshFolder("bare"));
  const double base = Seconds([&] { WriteBare(*bare, batches); });
  auto measure = [&](int in_flight, bool read) {
    auto store = OpenStore(FreshFolder("store"));
    const double seconds =
        Seconds([&] { WriteStore(*store, batches, in_flight, read); });
    Check(ReadStore(*store, batches) == count, "entries are missing");
    return base / seconds;
  };
  Round round;
  round.alone = measure(1, false);
  round.window = measure(kInFlight, false);
  round.read_write = measure(kInFlight, true);
  auto store = OpenStore(FreshFolder("store"));
  WriteStore(*store, batches, kInFlight, false);
  size_t from_bare = 0, from_store = 0;
  const double bare_read =
      Seconds([&] { from_bare = ReadBare(*bare, batches); });
  const double store_read =
      Seconds([&] { from_store = ReadStore(*store, batches); });
  Check(from_bare == count && from_store == count, "entries are missing");
  round.multi_get = bare_read / store_read;
  std::printf("bare: %.0f k keys/s written synced, %.0f k keys/s read\n",
              count / base / 1000, count / bare_read / 1000);
  return round;
}

double Median(std::vector<Round> rounds, double Round::*part) {
  std::sort(rounds.begin(), rounds.end(),
            [&](const Round& x, const Round& y) { return x.*part < y.*part; });
  return rounds[rounds.size() / 2].*part;
}

int Run(int batches, int rounds) {
  const auto work = MakeBatches(batches);
  std::vector<Round> results;
  for (int i = 0; i < rounds; ++i) results.push_back(RunRound(work));
  std::printf("of a bare synced WriteBatch of %d puts:\n", kBatch);
  std::printf("  one commit at a time          %.2f\n",
              Median(results, &Round::alone));
  std::printf("  %d commits in flight           %.2f\n", kInFlight,
              Median(results, &Round::window));
  std::printf("  the same, each key read first %.2f\n",
              Median(results, &Round::read_write));
  std::printf("of a bare MultiGet of %d keys:  %.2f\n", kBatch,
              Median(results, &Round::multi_get));
  auto store = OpenStore(FreshFolder("hot"));
  std::printf("one hot key, %d threads:        %.0f k commits/s\n", kHotThreads,
              HotKeyRate(*store) / 1000);
  return 0;
}

}  // namespace
}  // namespace dci::bench

int main(int argc, char** argv) {
  return dci::bench::Run(argc > 1 ? std::atoi(argv[1]) : 10,
                         argc > 2 ? std::atoi(argv[2]) : 1);
}
