// Consent and authority: what of the records a sender may see, for which
// purpose, and of whom.
//
//   ASSIGN_OR_RETURN(Permit permit, gate->Judge(request, consent, authorize,
//                                               now));
//   options.narrow = [&](auto* targets) { return permit.Narrow(targets); };
//   …
//   record = permit.Cut(*page.type, record);
//
// Also for handlers that give records in another way than by a search.
#ifndef CONVERGENCE_SERVICES_REGISTRY_CONSENT_H_
#define CONVERGENCE_SERVICES_REGISTRY_CONSENT_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dci/config/v1/consent.pb.h"
#include "dci/config/v1/participant.pb.h"
#include "services/registry/permit.h"
#include "services/registry/purpose.h"
#include "services/schema/model.h"
#include "services/trust/consent.h"

namespace dci::registry {

// Judges consent and authority by the policy of the sender. Thread-safe.
class ConsentGate {
 public:
  // `cache` as ConsentVerifier. The model outlives this. INVALID_ARGUMENT,
  // naming purpose and path, for what no record of the model has; and as
  // ConsentVerifier::Create.
  static absl::StatusOr<std::unique_ptr<ConsentGate>> Create(
      const dci::config::v1::ConsentConfig& config, const schema::Model& model,
      trust::JwksCache* cache);

  // `participant` is the sender as configured, `sender_id` its name; `consent`
  // and `authorize` are the members of the request, JSON or empty. The permit
  // lives no longer than the gate. Refusals with
  //   rjct.consent.missing, rjct.consent.invalid, rjct.consent.expired
  //   rjct.purpose.invalid
  //   err.service.unavailable, see ConsentVerifier::Verify
  absl::StatusOr<Permit> Judge(const dci::config::v1::Participant* participant,
                               absl::string_view sender_id,
                               absl::string_view consent,
                               absl::string_view authorize,
                               absl::Time now) const;

  // See ConsentVerifier::FetchKeys.
  void FetchKeys(absl::Time now) const { verifier_->FetchKeys(now); }

 private:
  ConsentGate() = default;
  absl::StatusOr<trust::ConsentArtefact> Admit(const std::string& jws,
                                               absl::string_view sender_id,
                                               absl::Time now,
                                               std::string* purpose,
                                               Permit* permit) const;
  absl::Status SettlePurpose(const dci::config::v1::ConsentPolicy& policy,
                             std::string stated, Permit* permit) const;

  dci::config::v1::ConsentPolicy default_policy_;
  std::vector<Purpose> purposes_;
  std::unique_ptr<trust::ConsentVerifier> verifier_;
};

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_CONSENT_H_
