// What the system says to others: the standard's messages and nothing else.
#ifndef CONVERGENCE_SERVICES_SPSYSTEM_ASKING_H_
#define CONVERGENCE_SERVICES_SPSYSTEM_ASKING_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dci/config/v1/sp_system.pb.h"
#include "services/exchange/outgoing.h"
#include "services/schema/model.h"
#include "services/spsystem/sp_state.pb.h"

namespace dci::spsystem {

// An enrolment that a message is about, and which of its messages it is.
struct Handle {
  EnrolmentKey key;
  // Of a question: the round of asking; of a report: its number.
  uint32_t number = 0;
  // Of a question: the programme that was asked for.
  std::string asked;

  std::string ToText() const;
  // False where the text is none.
  static bool FromText(absl::string_view text, Handle* handle);
};

// Thread-safe.
class Asking {
 public:
  // The model outlives this. INVALID_ARGUMENT where the configuration names a
  // service that the schema lacks.
  static absl::StatusOr<Asking> Create(const schema::Model* model,
                                       const config::v1::SpSystem& config);

  // INVALID_ARGUMENT, naming the field, for a programme that cannot work.
  absl::Status Check(const config::v1::Programme& programme) const;

  // The search of an intake; with `only`, which must not be empty then, of
  // these persons alone.
  exchange::Outgoing Search(const config::v1::Programme& programme,
                            const IntakeRow& intake,
                            const std::vector<PersonId>& only,
                            absl::Time now) const;

  bool has_ibr() const { return !ibr_.empty(); }
  // Questions to the IBR about somebody who is to be enrolled, by the
  // programme that each asks for; the answers are Book::TakeCheck's. Where it
  // has reservations there is one: it reserves.
  std::vector<std::string> ChecksOf(
      const config::v1::Programme& programme) const;
  exchange::Outgoing Check(const config::v1::Programme& programme,
                           const EnrolmentRow& row, const std::string& asked,
                           absl::Time now) const;
  // Reports the state of an enrolment: told_status of the row.
  exchange::Outgoing Report(const config::v1::Programme& programme,
                            const EnrolmentRow& row) const;

  // Null where it is not asked so.
  const schema::Method* enrolled() const { return enrolled_; }
  const schema::Method* reserve() const { return reserve_; }
  const schema::Method* updates() const { return updates_; }
  const schema::Model& model() const { return *model_; }

 private:
  explicit Asking(const schema::Model* model) : model_(model) {}

  const schema::Model* model_;
  std::string ibr_;  // sender_id
  exchange::Outgoing Enrolled(const EnrolmentRow& row,
                              const std::string& asked) const;
  exchange::Outgoing Reserve(const config::v1::Programme& programme,
                             const EnrolmentRow& row, absl::Time now) const;

  const schema::Method* enrolled_ = nullptr;
  const schema::Method* reserve_ = nullptr;
  const schema::Method* updates_ = nullptr;
};

// Whether a programme's beneficiaries are groups.
bool IsForGroups(const config::v1::Programme& programme);

}  // namespace dci::spsystem

#endif  // CONVERGENCE_SERVICES_SPSYSTEM_ASKING_H_
