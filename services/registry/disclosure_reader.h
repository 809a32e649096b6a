// The disclosure log as the operator reads it: by person, whole, verified.
#ifndef CONVERGENCE_SERVICES_REGISTRY_DISCLOSURE_READER_H_
#define CONVERGENCE_SERVICES_REGISTRY_DISCLOSURE_READER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "dci/admin/v1/disclosure.pb.h"
#include "services/registry/disclosure.h"
#include "services/schema/model.h"

namespace dci::registry {

// Reads blocks on the store; Forget commits and waits. Thread-safe.
class DisclosureReader {
 public:
  // Rows that one call of Verify or Export looks at, about: some seconds'
  // work, and a few megabytes.
  static constexpr uint64_t kVerifyRows = 200'000;
  static constexpr uint64_t kExportRows = 5'000;

  // Both outlive this.
  DisclosureReader(const DisclosureLog* log, const schema::Model* model)
      : log_(log), model_(model) {}

  // See dci.admin.v1.DisclosureAdmin.
  absl::StatusOr<admin::v1::ListDisclosuresResponse> List(
      const admin::v1::ListDisclosuresRequest& request) const;
  absl::StatusOr<admin::v1::ExportDisclosuresResponse> Export(
      const admin::v1::ExportDisclosuresRequest& request) const;
  absl::StatusOr<admin::v1::VerifyDisclosuresResponse> Verify(
      const admin::v1::VerifyDisclosuresRequest& request) const;
  absl::StatusOr<admin::v1::ForgetPersonResponse> Forget(
      const admin::v1::ForgetPersonRequest& request) const;

  // The latest link; number 0 where there is none.
  absl::StatusOr<admin::v1::DisclosureHead> Head() const;

 private:
  // Names that the person may stand under.
  absl::StatusOr<std::vector<std::string>> NamesOf(
      const admin::v1::DisclosedPerson& person) const;
  absl::Status Describe(absl::string_view key, const storage::Snapshot& from,
                        admin::v1::Disclosure* disclosure) const;

  const DisclosureLog* const log_;
  const schema::Model* const model_;
};

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_DISCLOSURE_READER_H_
