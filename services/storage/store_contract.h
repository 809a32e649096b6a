// The contract of store.h as tests, for every engine:
//
//   INSTANTIATE_TEST_SUITE_P(Memory, StoreContract, ::testing::Values(
//       [] { return std::make_unique<MemoryHarness>(); }));
#ifndef CONVERGENCE_SERVICES_STORAGE_STORE_CONTRACT_H_
#define CONVERGENCE_SERVICES_STORAGE_STORE_CONTRACT_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "services/storage/store.h"

namespace dci::storage {

// A place that keeps what a store with the spaces "a" and "b" wrote. One store
// is open on it at a time.
class StoreHarness {
 public:
  virtual ~StoreHarness() = default;
  virtual absl::StatusOr<std::unique_ptr<Store>> Open(
      const CommitterOptions& options) = 0;
};

using HarnessFactory = std::function<std::unique_ptr<StoreHarness>()>;

class StoreContract : public ::testing::TestWithParam<HarnessFactory> {
 protected:
  StoreContract() : harness_(GetParam()()) { Reopen(); }

  // Closes the store if it is open, and opens it on what is there.
  void Reopen(const CommitterOptions& options = CommitterOptions());

  absl::Status Put(Space space, absl::string_view key, absl::string_view value);
  // The newest value, "-" where there is none, or the error.
  std::string Get(Space space, absl::string_view key);
  // "key=value" of each entry from the cursor's place on, joined by blanks.
  static std::string Rest(Cursor& cursor);
  std::string All(const ScanOptions& options);

  std::unique_ptr<StoreHarness> harness_;
  std::unique_ptr<Store> store_;
  Space a_, b_;
};

}  // namespace dci::storage

#endif  // CONVERGENCE_SERVICES_STORAGE_STORE_CONTRACT_H_
