// Indexed searches with few hits on registries of growing size, and durable
// loading against a bare synced WriteBatch of the same keys and bytes. Prints
// ratios from one run; asserts what is found.
//
//   bazel run -c opt //tests/bench:search_bench -- 10000 100000 1000000
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dci/common/v1/code_list.pb.h"
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

void Check(bool ok, const std::string& what) {
  if (ok) return;
  std::fprintf(stderr, "search_bench: %s\n", what.c_str());
  std::exit(1);
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

std::vector<sandbox::SeedRecord> Records(size_t count) {
  std::vector<sandbox::SeedRecord> records;
  const sandbox::SeedOptions options{static_cast<int>(count), 1};
  (void)sandbox::GiveSeed("social", options, [&](sandbox::SeedRecord record) {
    records.push_back(std::move(record));
    return records.size() < count ? absl::OkStatus()
                                  : absl::CancelledError("enough");
  });
  return records;
}

double Load(Subject& subject, const std::vector<sandbox::SeedRecord>& records,
            bool bulk) {
  LoadOptions options;
  options.allow_bulk = bulk;
  options.in_flight = kLoadBatch;
  const auto start = Clock::now();
  Loader loader(subject.held.get(), options);
  for (const sandbox::SeedRecord& record : records) {
    const absl::Status added = loader.AddWire(record.type, record.record);
    Check(added.ok(), added.ToString());
  }
  const auto stats = loader.Finish();
  Check(stats.ok(), stats.status().ToString());
  Check(stats->created == records.size(), "not every record was created");
  return std::chrono::duration<double>(Clock::now() - start).count();
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
      const auto start = Clock::now();
      const auto snapshot = subject.store->GetSnapshot();
      const auto page = subject.held->Search(criteria, *snapshot, {});
      Check(page.ok(), page.status().ToString());
      const auto bytes = subject.held->Render(*page, *snapshot);
      Check(bytes.ok(), bytes.status().ToString());
      micros.push_back(
          std::chrono::duration<double, std::micro>(Clock::now() - start)
              .count());
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

// A day of birth among people of one sub-region and sex: two long postings
// and a short range.
std::vector<registry::v1::SearchCriteria> ByTraits() {
  std::mt19937 random(6);
  std::vector<registry::v1::SearchCriteria> queries;
  for (int i = 0; i < kQueries; ++i) {
    const std::string day = absl::StrCat(1945 + random() % 60, "-0",
                                         1 + random() % 9, "-1", random() % 10);
    registry::v1::SearchCriteria criteria;
    criteria.set_reg_record_type("Person");
    criteria.mutable_expression()->mutable_value()->set_text(absl::StrCat(
        R"({"query":{"sex":"female","address.sub_region_code":"CE-0)",
        1 + random() % 9, R"(","birth_date":")", day, R"("}})"));
    queries.push_back(std::move(criteria));
  }
  return queries;
}

void Run(const std::vector<size_t>& sizes) {
  const auto sample = Records(std::min<size_t>(sizes.front(), 50000));
  double bare = 0, ours = 0;
  {
    Subject subject("durable");
    bare = LoadBare(subject, sample);
    ours = Load(subject, sample, /*bulk=*/false);
  }
  std::printf("durable load / bare synced WriteBatch: %.2f (%.1f s)\n",
              bare / ours, ours);
  Latency id_base, traits_base;
  for (const size_t size : sizes) {
    const auto records = Records(size);
    Subject subject(absl::StrCat("search_", size));
    const double seconds = Load(subject, records, /*bulk=*/true);
    std::printf("%zu records: bulk load at %.1f of the durable one (%.1f s)\n",
                size, (records.size() / seconds) / (sample.size() / ours),
                seconds);
    // The store merges files for a while after a load: the second time counts.
    Latency id, traits;
    for (int round = 0; round < 2; ++round) {
      id = Measure(subject, ById(size), 1, 1);
      traits = Measure(subject, ByTraits(), 0, 10);
    }
    if (id_base.p50 == 0) id_base = id, traits_base = traits;
    std::printf(
        "%zu records, against the first size: by identifier p50 %.2f p99 "
        "%.2f (%.0f us, %.0f us); by three traits p50 %.2f p99 %.2f (%.0f us, "
        "%.0f us)\n",
        size, id.p50 / id_base.p50, id.p99 / id_base.p99, id.p50, id.p99,
        traits.p50 / traits_base.p50, traits.p99 / traits_base.p99, traits.p50,
        traits.p99);
  }
}

}  // namespace
}  // namespace dci::bench

int main(int argc, char** argv) {
  std::vector<size_t> sizes;
  for (int i = 1; i < argc; ++i) sizes.push_back(std::stoul(argv[i]));
  dci::bench::Run(sizes.empty() ? std::vector<size_t>{2000, 8000} : sizes);
}
