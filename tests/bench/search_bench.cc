// Indexed searches with few hits on registries of growing size, and durable
// loading against a bare synced WriteBatch of the same keys and bytes. Prints
// ratios from one run; asserts what is found.
//
//   bazel run -c opt //tests/bench:search_bench -- 10000 100000 1000000
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "dci/common/v1/code_list.pb.h"
#include "dci/social/v1/social.pb.h"
#include "dci/social/v1/social_service.pb.h"
#include "rocksdb/db.h"
#include "rocksdb/write_batch.h"
#include "services/registry/load.h"
#include "services/registry/registry.h"
#include "services/sandbox/seed/seed.h"
#include "services/storage/rocksdb/rocksdb_store.h"

namespace dci::bench {
namespace {

using registry::Loader;
using registry::LoadOptions;
using registry::Registry;
using Clock = std::chrono::steady_clock;

constexpr int kQueries = 2000;
constexpr int kLoadBatch = 1000;
// Of the seed's people, about.
constexpr size_t kDaysOfBirth = 60 * 365;
constexpr size_t kBornWithin = 45;
constexpr uint64_t kMostHits = 100;
constexpr size_t kReplaced = 20000;

using Queries =
    std::function<std::vector<registry::v1::SearchCriteria>(size_t)>;

void Check(bool ok, const std::string& what) {
  if (ok) return;
  std::fprintf(stderr, "search_bench: %s\n", what.c_str());
  std::exit(1);
}

double CpuMicros(clockid_t clock = CLOCK_THREAD_CPUTIME_ID) {
  timespec now = {};
  clock_gettime(clock, &now);
  return now.tv_sec * 1e6 + now.tv_nsec * 1e-3;
}

std::string FreshFolder(const std::string& name) {
  const char* base = std::getenv("TEST_TMPDIR");
  const std::string path = absl::StrCat(
      base != nullptr ? base : std::filesystem::temp_directory_path().string(),
      "/search_bench_", name);
  std::filesystem::remove_all(path);
  return path;
}

const schema::Model& SocialModel() {
  static const schema::Model* const model = [] {
    auto built = schema::Model::Build(
        {social::v1::Group::descriptor()->file(),
         common::v1::Sex_descriptor()->file(),
         google::protobuf::DescriptorPool::generated_pool()->FindFileByName(
             descriptor_table_dci_2fsocial_2fv1_2fsocial_5fservice_2eproto
                 .filename)});
    Check(built.ok(), built.status().ToString());
    return built->release();
  }();
  return *model;
}

// A social registry on RocksDB.
struct Subject {
  explicit Subject(const std::string& name) : codec(&SocialModel()) {
    storage::RocksDbOptions options;
    options.path = FreshFolder(name);
    options.spaces = registry::SpaceNames();
    auto opened = storage::OpenRocksDbStore(options);
    Check(opened.ok(), opened.status().ToString());
    store = *std::move(opened);
    config::v1::RegistryConfig config;
    config.set_service("dci.social.v1.SocialRegistry");
    auto made = Registry::Open(store.get(), &codec, config);
    Check(made.ok(), made.status().ToString());
    held = *std::move(made);
  }

  wire::Codec codec;
  std::unique_ptr<storage::Store> store;
  std::unique_ptr<Registry> held;
};

std::vector<sandbox::SeedRecord> Records(size_t count, uint32_t seed = 1) {
  std::vector<sandbox::SeedRecord> records;
  const sandbox::SeedOptions options{static_cast<int>(count), seed};
  (void)sandbox::GiveSeed("social", options, [&](sandbox::SeedRecord record) {
    records.push_back(std::move(record));
    return records.size() < count ? absl::OkStatus()
                                  : absl::CancelledError("enough");
  });
  return records;
}

// Seconds by the clock, and of this process's CPU.
struct Cost {
  double clock = 0;
  double cpu = 0;
};

Cost Load(Subject& subject, const std::vector<sandbox::SeedRecord>& records,
          bool bulk) {
  LoadOptions options;
  options.allow_bulk = bulk;
  options.in_flight = kLoadBatch;
  const auto start = Clock::now();
  const double cpu = CpuMicros(CLOCK_PROCESS_CPUTIME_ID);
  Loader loader(subject.held.get(), options);
  for (const sandbox::SeedRecord& record : records) {
    const absl::Status added = loader.AddWire(record.type, record.record);
    Check(added.ok(), added.ToString());
  }
  const auto stats = loader.Finish();
  Check(stats.ok(), stats.status().ToString());
  Check(stats->created == records.size(), "not every record was created");
  return {std::chrono::duration<double>(Clock::now() - start).count(),
          (CpuMicros(CLOCK_PROCESS_CPUTIME_ID) - cpu) * 1e-6};
}

// The same rows as a load writes, straight into RocksDB.
double LoadBare(Subject& subject,
                const std::vector<sandbox::SeedRecord>& records) {
  std::vector<rocksdb::WriteBatch> batches(1);
  uint64_t sequence = 0;
  for (const sandbox::SeedRecord& record : records) {
    auto change = subject.held->Upsert(record.type, record.record);
    Check(change.ok(), change.status().ToString());
    rocksdb::WriteBatch& batch = batches.back();
    batch.Put(absl::StrCat(
                  "r", registry::RecordKey(*change->type, change->primary_key)),
              record.record);
    for (const registry::IndexRow& row : change->rows)
      batch.Put(absl::StrCat("i", row.key), row.value);
    batch.Put(absl::StrCat("c", registry::ChangeKey(++sequence)),
              absl::StrCat(change->primary_key, record.record));
    if (sequence % kLoadBatch == 0) batches.emplace_back();
  }
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* opened = nullptr;
  Check(rocksdb::DB::Open(options, FreshFolder("bare"), &opened).ok(),
        "cannot open a bare RocksDB");
  const std::unique_ptr<rocksdb::DB> db(opened);
  rocksdb::WriteOptions synced;
  synced.sync = true;
  const auto start = Clock::now();
  for (rocksdb::WriteBatch& batch : batches)
    Check(db->Write(synced, &batch).ok(), "a bare write failed");
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Microseconds, by this thread's CPU time: others who use the machine take its
// cores for milliseconds, which then would be all that the 99th percentile
// says. What the disk costs is not in it.
struct Latency {
  double p50 = 0;
  double p99 = 0;
};

Latency Measure(const Subject& subject,
                const std::vector<registry::v1::SearchCriteria>& queries,
                uint64_t least, uint64_t most) {
  std::vector<double> micros;
  // Once over all of them first: what is measured is not the disk.
  for (int round = 0; round < 2; ++round) {
    micros.clear();
    for (const registry::v1::SearchCriteria& criteria : queries) {
      const double start = CpuMicros();
      const auto snapshot = subject.store->GetSnapshot();
      const auto page = subject.held->Search(criteria, *snapshot, {});
      Check(page.ok(), page.status().ToString());
      const auto bytes = subject.held->Render(*page, *snapshot);
      Check(bytes.ok(), bytes.status().ToString());
      micros.push_back(CpuMicros() - start);
      Check(*page->total >= least && *page->total <= most,
            absl::StrCat(*page->total, " hits: ", page->plan));
    }
  }
  std::sort(micros.begin(), micros.end());
  return {micros[micros.size() / 2], micros[micros.size() * 99 / 100]};
}

std::vector<registry::v1::SearchCriteria> ById(size_t records) {
  std::mt19937 random(5);
  std::vector<registry::v1::SearchCriteria> queries;
  // About eight records a household.
  const auto households =
      static_cast<uint32_t>(std::max<size_t>(records / 9, 1));
  for (int i = 0; i < kQueries; ++i) {
    registry::v1::SearchCriteria criteria;
    criteria.set_reg_record_type("Group");
    criteria.mutable_idtype_value()->set_type("HOUSEHOLD_ID");
    const std::string number = absl::StrCat(1 + random() % households);
    criteria.mutable_idtype_value()->set_value(
        absl::StrCat("HH-", std::string(8 - number.size(), '0'), number));
    queries.push_back(std::move(criteria));
  }
  return queries;
}

// People of one sex and sub-region born within some days, so many days that
// they hold about as many people in a registry of any size: two postings that
// grow with it and a range that does not. `by_day`: one day, whatever the size,
// by its value.
std::vector<registry::v1::SearchCriteria> ByTraits(size_t records,
                                                   bool by_day) {
  std::mt19937 random(6);
  std::vector<registry::v1::SearchCriteria> queries;
  const auto days = static_cast<int>(
      std::max<size_t>(kBornWithin * kDaysOfBirth / records, 1));
  for (int i = 0; i < kQueries; ++i) {
    const absl::CivilDay first =
        absl::CivilDay(1945, 1, 1) +
        static_cast<int>(random() % (kDaysOfBirth - days));
    const std::string from = absl::FormatCivilTime(first);
    const std::string born =
        by_day ? absl::StrCat("\"", from, "\"")
               : absl::StrCat(R"({"$gte":")", from, R"(","$lt":")",
                              absl::FormatCivilTime(first + days), R"("})");
    registry::v1::SearchCriteria criteria;
    criteria.set_reg_record_type("Person");
    criteria.mutable_expression()->mutable_value()->set_text(absl::StrCat(
        R"({"query":{"sex":"female","address.sub_region_code":"CE-0)",
        1 + random() % 9, R"(","birth_date":)", born, "}}"));
    queries.push_back(std::move(criteria));
  }
  return queries;
}

// The store goes on merging files for a while after a load: searches until
// nobody but the searcher takes CPU.
void AwaitIdle(const Subject& subject, size_t records) {
  const auto queries = ById(records);
  for (double others = 1, own = 0; others > own / 20;) {
    const double own_before = CpuMicros();
    const double all_before = CpuMicros(CLOCK_PROCESS_CPUTIME_ID);
    Measure(subject, queries, 1, 1);
    own = CpuMicros() - own_before;
    others = CpuMicros(CLOCK_PROCESS_CPUTIME_ID) - all_before - own;
  }
}

// Searches by identifier while records of the same keys are replaced, durably
// and as fast as the store takes them, against the same without.
void MeasureDuringLoad(const Subject& subject, size_t records) {
  const auto queries = ById(records);
  const Latency quiet = Measure(subject, queries, 1, 1);
  const auto replacements = Records(std::min(records, kReplaced), /*seed=*/2);
  std::atomic<bool> stop = false;
  std::atomic<uint64_t> replaced = 0;
  std::thread load([&] {
    while (!stop) {
      Loader loader(subject.held.get(), {.allow_bulk = false});
      for (const sandbox::SeedRecord& record : replacements) {
        if (stop) break;
        Check(loader.AddWire(record.type, record.record).ok(), "not loaded");
      }
      const auto stats = loader.Finish();
      Check(stats.ok() && stats->refused == 0, "not every record was taken");
      replaced += stats->replaced;
    }
  });
  const Latency busy = Measure(subject, queries, 1, 1);
  stop = true;
  load.join();
  std::printf(
      "%zu records, by identifier while %llu are replaced, against the same "
      "without: p50 %.2f p99 %.2f\n",
      records, static_cast<unsigned long long>(replaced.load()),
      busy.p50 / quiet.p50, busy.p99 / quiet.p99);
}

void Run(const std::vector<size_t>& sizes) {
  const auto sample = Records(std::min<size_t>(sizes.front(), 50000));
  double bare = 0;
  Cost ours;
  {
    Subject subject("durable");
    bare = LoadBare(subject, sample);
    ours = Load(subject, sample, /*bulk=*/false);
  }
  std::printf("durable load / bare synced WriteBatch: %.2f (%.1f s)\n",
              bare / ours.clock, ours.clock);
  const std::pair<const char*, Queries> kinds[] = {
      {"by identifier", ById},
      {"by two traits and a range of equal people",
       [](size_t size) { return ByTraits(size, /*by_day=*/false); }},
      {"by two traits and a day",
       [](size_t size) { return ByTraits(size, /*by_day=*/true); }}};
  std::map<std::string, Latency> first;
  for (const size_t size : sizes) {
    const auto records = Records(size);
    Subject subject(absl::StrCat("search_", size));
    const Cost bulk = Load(subject, records, /*bulk=*/true);
    const double more = static_cast<double>(records.size()) / sample.size();
    std::printf(
        "%zu records: bulk load at %.1f of the durable one by the clock, %.1f "
        "by CPU time (%.1f s)\n",
        size, more * ours.clock / bulk.clock, more * ours.cpu / bulk.cpu,
        bulk.clock);
    AwaitIdle(subject, size);
    for (const auto& [name, queries] : kinds) {
      const bool by_id = &name == &kinds[0].first;
      const Latency now =
          Measure(subject, queries(size), by_id ? 1 : 0, by_id ? 1 : kMostHits);
      const Latency& base = first.emplace(name, now).first->second;
      std::printf(
          "%zu records, %s, against the first size: p50 %.2f p99 %.2f "
          "(%.0f us, %.0f us)\n",
          size, name, now.p50 / base.p50, now.p99 / base.p99, now.p50, now.p99);
      std::fflush(stdout);
    }
    MeasureDuringLoad(subject, size);
  }
}

}  // namespace
}  // namespace dci::bench

int main(int argc, char** argv) {
  std::vector<size_t> sizes;
  for (int i = 1; i < argc; ++i) sizes.push_back(std::stoul(argv[i]));
  dci::bench::Run(sizes.empty() ? std::vector<size_t>{2000, 8000} : sizes);
}
