// What the disclosure log costs: searches by identifier over HTTP with the log
// on, against the same with it off, and against a bare synced append for each
// answer, taken in turns in one run. Prints ratios; asserts that every answer
// is in the log and that its chain is whole.
//   bazel run -c opt //tests/bench:disclosure_bench -- [MILLISECONDS] [ROUNDS]
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "rocksdb/db.h"
#include "services/storage/store.h"
#include "tests/bench/callers.h"
#include "tests/e2e/site.h"

namespace dci::bench {
namespace {

constexpr char kNumber[] = "000000000000";
// In the answer of a verification.
constexpr char kRows[] = "\"rows\":\"";

std::unique_ptr<e2e::Site> StartSite(config::v1::DisclosureMode mode) {
  config::v1::ServerConfig config = e2e::SiteConfig(e2e::NewFolder());
  *config.add_participants() = e2e::Caller("caller");
  config.mutable_registries(0)->mutable_disclosure()->set_mode(mode);
  auto site = e2e::Site::Start(config);
  Check(site.ok(), site.status().ToString());
  return *std::move(site);
}

// A search of a person, with ids that were never used.
std::string Request(const std::string& pattern) {
  static std::atomic<uint64_t> count{0};
  const std::string digits = absl::StrCat(++count);
  const std::string id =
      std::string(sizeof(kNumber) - 1 - digits.size(), '0') + digits;
  std::string request = pattern;
  for (size_t at = 0; (at = request.find(kNumber, at)) != std::string::npos;)
    request.replace(at, id.size(), id);
  return request;
}

// One site with what is asked of it.
class Searched {
 public:
  explicit Searched(config::v1::DisclosureMode mode)
      : site_(StartSite(mode)),
        pattern_(HttpPost("/registry/sync/search",
                          e2e::SearchDocument("caller", kNumber))) {
    const std::string answer =
        CallHttp(site_->institution().http_port(), Request(pattern_));
    Check(absl::StrContains(answer, "\"total_count\":1"), answer);
    length_ = answer.size();
  }

  Rate Measure(absl::Duration length) {
    const Load load = {[this](uint64_t) { return Request(pattern_); },
                       [this](uint64_t, size_t bytes) {
                         ++answers_;
                         return bytes == length_;
                       }};
    return MeasureHttp(site_->institution().http_port(), load, length);
  }
  storage::Store& store() { return site_->institution().store(); }
  // What the operator's verification says.
  std::string Verified() {
    net::Headers headers;
    headers.Add("Authorization", absl::StrCat("Bearer ", e2e::kOperatorToken));
    return site_
        ->Call(site_->AdminUrl("/admin/disclosures/verify"), "{}", headers)
        .body;
  }
  uint64_t answers() const { return answers_ + 1; }

 private:
  const std::unique_ptr<e2e::Site> site_;
  const std::string pattern_;
  size_t length_ = 0;
  std::atomic<uint64_t> answers_{0};
};

// Bytes of the first row of the log with its key.
size_t RowBytes(const storage::Store& store) {
  const auto space = store.FindSpace("disclosure_rows");
  Check(space.ok(), space.status().ToString());
  const auto snapshot = store.GetSnapshot();
  const auto row = snapshot->Scan({*space, "", ""});
  Check(row->Valid(), "no row");
  return row->key().size() + row->value().size();
}

// Appends to one file, each synced before the next.
Rate MeasureAppends(const std::string& row, absl::Duration length) {
  const std::string name = e2e::NewFolder() + "/appended";
  const int file = ::open(name.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
  Check(file >= 0, "no file");
  uint64_t count = 0;
  const Stopwatch watch;
  for (const absl::Time end = absl::Now() + length; absl::Now() < end; ++count)
    Check(::write(file, row.data(), row.size()) ==
                  static_cast<ssize_t>(row.size()) &&
              ::fdatasync(file) == 0,
          "append");
  const Rate rate = watch.Of(count);
  ::close(file);
  return rate;
}

// Puts into a bare RocksDB, synced, by as many threads as there are callers:
// it groups them as our committer does.
Rate MeasurePuts(const std::string& row, absl::Duration length) {
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* opened = nullptr;
  Check(rocksdb::DB::Open(options, e2e::NewFolder() + "/bare", &opened).ok(),
        "open");
  const std::unique_ptr<rocksdb::DB> db(opened);
  rocksdb::WriteOptions synced;
  synced.sync = true;
  std::atomic<uint64_t> count{0};
  const Stopwatch watch;
  const absl::Time end = absl::Now() + length;
  std::vector<std::thread> threads;
  for (int i = 0; i < kCallers; ++i)
    threads.emplace_back([&] {
      while (absl::Now() < end)
        Check(db->Put(synced, absl::StrCat(++count), row).ok(), "put");
    });
  for (std::thread& thread : threads) thread.join();
  return watch.Of(count);
}

void Print(const char* what, const char* bare, const Rate& a, const Rate& b,
           int rounds) {
  std::printf("%s / %s: %.2f by the clock, %.2f by CPU time (%.0f/s, %.0f/s)\n",
              what, bare, a.wall / b.wall, a.cpu / b.cpu, a.wall / rounds,
              b.wall / rounds);
}

void Add(Rate* sum, const Rate& rate) {
  sum->wall += rate.wall;
  sum->cpu += rate.cpu;
}

void Run(absl::Duration length, int rounds) {
  Searched on(config::v1::DISCLOSURE_MODE_ON);
  Searched off(config::v1::DISCLOSURE_MODE_OFF);
  const std::string row(RowBytes(on.store()), 'r');
  Rate with, without, append, put;
  const storage::StoreStats before = on.store().Stats();
  // In turns, so that none has the quiet half of the machine.
  for (int i = 0; i < rounds; ++i) {
    Add(&with, on.Measure(length));
    Add(&append, MeasureAppends(row, length));
    Add(&without, off.Measure(length));
    Add(&put, MeasurePuts(row, length));
  }
  const storage::StoreStats after = on.store().Stats();
  std::printf("a row has %zu bytes; %.1f answers in a synced write\n",
              row.size(),
              static_cast<double>(after.commits - before.commits) /
                  static_cast<double>(after.groups - before.groups));
  Print("search, log on", "a synced append for each (aim 0.8)", with, append,
        rounds);
  Print("search, log on", "a bare synced Put for each, grouped", with, put,
        rounds);
  Print("search, log on", "log off", with, without, rounds);
  // An answer may have come too late to be counted; its row is there too.
  const std::string verified = on.Verified();
  const size_t at = verified.find(kRows);
  Check(!absl::StrContains(verified, "faults") && at != std::string::npos &&
            std::strtoull(verified.c_str() + at + sizeof(kRows) - 1, nullptr,
                          10) >= on.answers(),
        absl::StrCat(on.answers(), " answers, but ", verified));
}

}  // namespace
}  // namespace dci::bench

int main(int argc, char** argv) {
  const int milliseconds = argc > 1 ? std::atoi(argv[1]) : 50;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 1;
  dci::bench::Run(absl::Milliseconds(milliseconds), rounds);
}
