// What one request may see: queries narrowed to it, records cut to it.
#ifndef CONVERGENCE_SERVICES_REGISTRY_PERMIT_H_
#define CONVERGENCE_SERVICES_REGISTRY_PERMIT_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "services/registry/criteria.h"
#include "services/registry/purpose.h"
#include "services/registry/record_type.h"

namespace dci::registry {

// Made by ConsentGate. Immutable; thread-safe.
class Permit {
 public:
  // Everything, for no purpose.
  Permit() = default;

  const std::string& purpose() const { return purpose_code_; }
  const std::string& consent_id() const { return consent_id_; }
  // False: queries and records pass as they are.
  bool restricts() const {
    return (purpose_ != nullptr && !purpose_->sees_all) || !scopes_.empty() ||
           has_subject();
  }

  // Leaves the targets that may be searched, each for the subject's records
  // alone. A refusal where none is left: rjct.attribute.forbidden for an
  // attribute, an order or a kind of record that the purpose may not see;
  // rjct.consent.invalid where another person than the subject is asked for,
  // or records that name nobody.
  absl::Status Narrow(std::vector<Target>* targets) const;
  // What may be seen of records of a type.
  TypeView ViewOf(const RecordType& type) const;
  // The record, that no search found, as it may be told; nothing where it is
  // of a kind that may not be seen, or another's than the subject's.
  std::optional<std::string> Tell(const RecordType& type,
                                  absl::string_view record) const;
  // The record as it may leave. See VisibleFields::Cut.
  std::string Cut(const RecordType& type, absl::string_view record) const {
    return ViewOf(type).shown.Cut(*type.message, record);
  }

 private:
  friend class ConsentGate;
  bool has_subject() const { return !subject_value_.empty(); }
  absl::Status NarrowOne(Target* target) const;

  std::string purpose_code_, consent_id_;
  const Purpose* purpose_ = nullptr;  // null: every field
  // Of each artefact that has scopes.
  std::vector<std::vector<std::string>> scopes_;
  std::string subject_type_, subject_value_;
};

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_PERMIT_H_
