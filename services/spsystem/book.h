// Who is in which programme: the decisions, as parts of a commit.
//
// Every function is safe against repetition: an answer that comes again, late,
// or to a question that is no longer open changes nothing.
#ifndef CONVERGENCE_SERVICES_SPSYSTEM_BOOK_H_
#define CONVERGENCE_SERVICES_SPSYSTEM_BOOK_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dci/admin/v1/sp_system.pb.h"
#include "dci/config/v1/sp_system.pb.h"
#include "services/exchange/outgoing.h"
#include "services/spsystem/asking.h"
#include "services/spsystem/sp_state.pb.h"
#include "services/storage/store.h"

namespace dci::spsystem {

// The commit that a decision is part of.
struct Step {
  storage::CommitView* view;
  absl::Time now;
  // For the history, for people.
  std::string reason;
  // Messages that the decision brings about are added.
  std::vector<exchange::Outgoing>* messages;
};

// "checking", "refused", "active", "suspended" or "stopped": base and stops
// together.
std::string StateOf(const EnrolmentRow& row);
// Code of the IBR's list for that; empty where nobody is enrolled.
std::string StatusOf(const EnrolmentRow& row);

// Thread-safe: has no state but the store's.
class Book {
 public:
  // `asking` outlives this. Programmes of the configuration are found where
  // the store has none of their id.
  Book(storage::Space space, const Asking* asking,
       std::map<std::string, config::v1::Programme> configured)
      : space_(space), asking_(asking), configured_(std::move(configured)) {}

  // Nothing where there is none.
  absl::StatusOr<std::optional<config::v1::Programme>> FindProgramme(
      const storage::View& view, absl::string_view id) const;
  // All of them, by id.
  absl::StatusOr<std::vector<config::v1::Programme>> Programmes(
      const storage::View& view) const;
  absl::Status PutProgramme(const config::v1::Programme& programme,
                            storage::CommitView& view) const;

  // The enrolment of whoever has the identifier; nothing where there is none.
  absl::StatusOr<std::optional<EnrolmentRow>> Find(const storage::View& view,
                                                   absl::string_view programme,
                                                   const PersonId& id) const;

  // Considers somebody who is eligible: the IBR is asked, or, without one,
  // they are enrolled. False where they are in the programme, or were
  // considered, under any of the identifiers.
  absl::StatusOr<bool> Consider(const config::v1::Programme& programme,
                                const std::vector<PersonId>& identifiers,
                                const Step& step) const;
  // The IBR has answered that nothing stands against an enrolment, or what
  // does.
  absl::Status TakeCheck(const Handle& handle,
                         const std::optional<std::string>& against,
                         const Step& step) const;
  // The IBR has taken a report, or refused it with these words.
  absl::Status TakeReport(const Handle& handle,
                          const std::optional<std::string>& refusal,
                          const Step& step) const;
  // FAILED_PRECONDITION from a state from which that is not possible.
  absl::StatusOr<EnrolmentRow> Change(
      EnrolmentRow row, admin::v1::ChangeEnrolmentRequest::Change change,
      const Step& step) const;

  // Puts a stop on whoever has one of the identifiers, and takes it away.
  absl::Status PutStop(const std::vector<PersonId>& persons, const Stop& stop,
                       const Step& step) const;
  absl::Status TakeStop(const std::vector<PersonId>& persons,
                        const std::string& stop_id, const Step& step) const;

  storage::Space space() const { return space_; }
  const std::map<std::string, config::v1::Programme>& configured() const {
    return configured_;
  }

 private:
  absl::Status AskIbr(const config::v1::Programme& programme, EnrolmentRow* row,
                      const Step& step) const;
  absl::Status Know(const EnrolmentRow& row, const PersonId& id,
                    const Step& step) const;
  absl::Status Save(const std::string& state_before, EnrolmentRow* row,
                    const Step& step) const;
  absl::Status Withhold(const EnrolmentRow& row, const Step& step) const;
  absl::Status EditStops(const std::vector<PersonId>& persons,
                         const std::string& stop_id, const Stop* stop,
                         const Step& step) const;

  const storage::Space space_;
  const Asking* const asking_;
  const std::map<std::string, config::v1::Programme> configured_;
};

}  // namespace dci::spsystem

#endif  // CONVERGENCE_SERVICES_SPSYSTEM_BOOK_H_
