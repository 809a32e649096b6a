// Benefit lists: what is due in a cycle, and to whom.
#ifndef CONVERGENCE_SERVICES_SPSYSTEM_BENEFITS_H_
#define CONVERGENCE_SERVICES_SPSYSTEM_BENEFITS_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dci/admin/v1/sp_system.pb.h"
#include "dci/config/v1/sp_system.pb.h"
#include "services/spsystem/book.h"
#include "services/storage/store.h"

namespace dci::spsystem {

// First moment after a cycle: "2026-11", "2026-Q4", "2026" or "once" by the
// frequency. INVALID_ARGUMENT where the text is no cycle of it.
absl::StatusOr<absl::Time> EndOfCycle(
    config::v1::Programme::Frequency frequency, absl::string_view cycle);

// Each waits for its commits; not for a thread that serves requests. Thread-
// safe.
class Benefits {
 public:
  // Both outlive this.
  Benefits(storage::Store* store, const Book* book)
      : store_(store), book_(book) {}

  // Makes the list of those who are active and were enrolled before the end of
  // the cycle. One that was broken off goes on where it stood. NOT_FOUND and
  // INVALID_ARGUMENT as the rpc.
  absl::StatusOr<admin::v1::MakeBenefitListResponse> Make(
      const admin::v1::MakeBenefitListRequest& request);
  // NOT_FOUND where no list was made.
  absl::StatusOr<admin::v1::ListBenefitsResponse> List(
      const admin::v1::ListBenefitsRequest& request) const;

 private:
  absl::Status Open(const admin::v1::MakeBenefitListRequest& request);
  absl::StatusOr<bool> AddSome(const config::v1::Programme& programme,
                               const std::string& cycle, absl::Time end);
  absl::StatusOr<int> CountWithheld(const storage::Snapshot& snapshot,
                                    absl::string_view programme,
                                    absl::string_view cycle) const;

  storage::Store* const store_;
  const Book* const book_;
};

}  // namespace dci::spsystem

#endif  // CONVERGENCE_SERVICES_SPSYSTEM_BENEFITS_H_
