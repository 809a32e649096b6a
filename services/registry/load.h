// Loading many records.
//
//   Loader loader(registry, options);
//   while (…) loader.AddJson(line);
//   LoadStats stats = loader.Finish();
#ifndef CONVERGENCE_SERVICES_REGISTRY_LOAD_H_
#define CONVERGENCE_SERVICES_REGISTRY_LOAD_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/numeric/int128.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/registry/registry.h"
#include "services/registry/writer.h"
#include "services/storage/store.h"

namespace dci::registry {

// Errors that are kept with their place; more are only counted.
inline constexpr size_t kMaxLoadErrors = 100;

struct LoadError {
  uint64_t number = 0;  // of the record, from 1
  std::string message;
};

struct LoadStats {
  uint64_t read = 0;
  uint64_t created = 0;
  uint64_t replaced = 0;
  uint64_t unchanged = 0;
  uint64_t refused = 0;
  bool bulk = false;
  std::vector<LoadError> errors;
};

struct LoadOptions {
  // Of records without "@type"; empty: they are refused.
  std::string default_type;
  // Writes files straight into the store where the registry is empty. Several
  // times as fast; other changes are refused meanwhile, and no change rows are
  // written: the change log of a registry begins after its first load.
  bool allow_bulk = true;
  // Bytes of rows gathered for one write of a bulk load. Each makes a file for
  // reads to look into until the store has merged them: few large ones.
  size_t bulk_bytes = 48u << 20;
  // Changes under way at once otherwise; they share synced writes.
  int in_flight = 1000;
  absl::Time now;
  // Called after each write, on the loading thread; may be empty.
  std::function<void(const LoadStats&)> progress;
};

// One load. One thread. What was written stays when it is given up.
class Loader {
 public:
  // The registry must outlive the loader.
  Loader(Registry* registry, LoadOptions options);
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  // Takes a record; one that is wrong is counted as refused and kept in
  // `errors`, and the load goes on. May block on the store. An error ends the
  // load: it is the store's.
  absl::Status AddJson(absl::string_view json);
  absl::Status AddWire(absl::string_view type, std::string record);

  // Writes what is left and waits until all is durable.
  absl::StatusOr<LoadStats> Finish();

 private:
  absl::Status Add(absl::StatusOr<RecordChange> change);
  absl::Status AddToBulk(RecordChange change);
  absl::Status AddOne(RecordChange change);
  absl::Status FlushBulk();
  void EndBulk();
  void Refuse(uint64_t number, const absl::Status& status);
  void Count(uint64_t number, const absl::StatusOr<Outcome>& outcome);
  absl::Status WaitBelow(int in_flight);
  void Report();

  Registry* const registry_;
  const LoadOptions options_;
  // Holds the registry for this load alone.
  bool bulk_ = false;
  std::vector<storage::Entry> rows_;
  size_t row_bytes_ = 0;
  uint64_t in_rows_ = 0;
  // Digests of the keys of records and unique values written so far: what
  // comes a second time takes the ordinary way, which looks before it writes.
  absl::flat_hash_set<absl::uint128> seen_;

  std::mutex mu_;
  std::condition_variable changed_;
  // Guarded by mu_ from here on.
  int in_flight_ = 0;
  absl::Status store_status_;
  LoadStats stats_;
};

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_LOAD_H_
