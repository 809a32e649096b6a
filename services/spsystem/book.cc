#include "services/spsystem/book.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/exchange/stored_rows.h"
#include "services/spsystem/keys.h"

namespace dci::spsystem {
namespace {

using config::v1::Programme;
using exchange::FindRow;
using exchange::ReadRow;
using Changing = admin::v1::ChangeEnrolmentRequest;
using StopList = google::protobuf::RepeatedPtrField<Stop>;

// Codes of the IBR's list of enrolment statuses.
constexpr char kActive[] = "1";
constexpr char kGraduated[] = "3";
constexpr char kSuspended[] = "4";

bool Same(const PersonId& a, const PersonId& b) {
  return a.type() == b.type() && a.value() == b.value();
}

bool IsStopped(const EnrolmentRow& row) {
  return row.stops_size() > 0 && row.base() != EnrolmentRow::BASE_REFUSED &&
         row.base() != EnrolmentRow::BASE_STOPPED;
}

// Puts the stop in, in place of one of its id, or takes that away.
void EditStop(const std::string& id, const Stop* stop, StopList* stops) {
  for (int i = stops->size() - 1; i >= 0; --i)
    if ((*stops)[i].id() == id) stops->DeleteSubrange(i, 1);
  if (stop != nullptr) *stops->Add() = *stop;
}

}  // namespace

std::string StateOf(const EnrolmentRow& row) {
  if (IsStopped(row)) return "stopped";
  switch (row.base()) {
    case EnrolmentRow::BASE_CHECKING:
      return "checking";
    case EnrolmentRow::BASE_ACTIVE:
      return "active";
    case EnrolmentRow::BASE_SUSPENDED:
      return "suspended";
    case EnrolmentRow::BASE_STOPPED:
      return "stopped";
    default:
      return "refused";
  }
}

std::string StatusOf(const EnrolmentRow& row) {
  if (row.enrolled_us() == 0) return "";
  if (IsStopped(row)) {
    // Of several, the same one in whatever order they came.
    std::string status = row.stops(0).status();
    for (const Stop& stop : row.stops())
      status = std::min(status, stop.status());
    return status;
  }
  switch (row.base()) {
    case EnrolmentRow::BASE_ACTIVE:
      return kActive;
    case EnrolmentRow::BASE_SUSPENDED:
      return kSuspended;
    case EnrolmentRow::BASE_STOPPED:
      return kGraduated;
    default:
      return "";
  }
}

absl::StatusOr<std::optional<Programme>> Book::FindProgramme(
    const storage::View& view, absl::string_view id) const {
  ASSIGN_OR_RETURN(std::optional<Programme> stored,
                   FindRow<Programme>(view, space_, ProgrammeKey(id)));
  if (stored.has_value()) return stored;
  const auto configured = configured_.find(std::string(id));
  if (configured == configured_.end()) return std::nullopt;
  return configured->second;
}

absl::StatusOr<std::vector<Programme>> Book::Programmes(
    const storage::View& view) const {
  ASSIGN_OR_RETURN(const ProgrammesRow stored,
                   ReadRow<ProgrammesRow>(view, space_, ProgrammesKey()));
  std::map<std::string, Programme> all = configured_;
  for (const std::string& id : stored.ids()) {
    ASSIGN_OR_RETURN(all[id],
                     ReadRow<Programme>(view, space_, ProgrammeKey(id)));
  }
  std::vector<Programme> programmes;
  for (auto& [id, programme] : all) programmes.push_back(std::move(programme));
  return programmes;
}

absl::Status Book::PutProgramme(const Programme& programme,
                                storage::CommitView& view) const {
  ASSIGN_OR_RETURN(ProgrammesRow stored,
                   ReadRow<ProgrammesRow>(view, space_, ProgrammesKey()));
  const auto& ids = stored.ids();
  if (std::find(ids.begin(), ids.end(), programme.id()) == ids.end())
    stored.add_ids(programme.id());
  view.Put(space_, ProgrammesKey(), stored.SerializeAsString());
  view.Put(space_, ProgrammeKey(programme.id()), programme.SerializeAsString());
  return absl::OkStatus();
}

absl::StatusOr<std::optional<EnrolmentRow>> Book::Find(
    const storage::View& view, absl::string_view programme,
    const PersonId& id) const {
  ASSIGN_OR_RETURN(const PersonRow person,
                   ReadRow<PersonRow>(view, space_, PersonKey(id)));
  for (const EnrolmentKey& key : person.enrolments())
    if (key.programme() == programme)
      return FindRow<EnrolmentRow>(view, space_, EnrolmentRowKey(key));
  return std::nullopt;
}

// Makes an enrolment known under an identifier.
absl::Status Book::Know(const EnrolmentRow& row, const PersonId& id,
                        const Step& step) const {
  ASSIGN_OR_RETURN(PersonRow person,
                   ReadRow<PersonRow>(*step.view, space_, PersonKey(id)));
  *person.add_enrolments() = row.key();
  step.view->Put(space_, PersonKey(id), person.SerializeAsString());
  return absl::OkStatus();
}

absl::Status Book::AskIbr(const Programme& programme, EnrolmentRow* row,
                          const Step& step) const {
  row->clear_open_checks();
  row->set_round(row->round() + 1);
  row->set_refused_by_stop(row->stops_size() > 0);
  if (row->refused_by_stop()) {
    row->set_base(EnrolmentRow::BASE_REFUSED);
    return absl::OkStatus();
  }
  if (!asking_->has_ibr()) {
    row->set_base(EnrolmentRow::BASE_ACTIVE);
    row->set_enrolled_us(absl::ToUnixMicros(step.now));
    return absl::OkStatus();
  }
  row->set_base(EnrolmentRow::BASE_CHECKING);
  for (const std::string& asked : asking_->ChecksOf(programme)) {
    row->add_open_checks(asked);
    step.messages->push_back(asking_->Check(programme, *row, asked, step.now));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> Book::Consider(const Programme& programme,
                                    const std::vector<PersonId>& identifiers,
                                    const Step& step) const {
  if (identifiers.empty()) return false;
  std::optional<EnrolmentRow> row;
  for (const PersonId& id : identifiers) {
    if (row.has_value()) break;
    ASSIGN_OR_RETURN(row, Find(*step.view, programme.id(), id));
  }
  const bool is_new = !row.has_value();
  if (is_new) {
    row.emplace();
    row->mutable_key()->set_programme(programme.id());
    *row->mutable_key()->mutable_person() = identifiers.front();
  }
  bool learnt = false;
  for (const PersonId& id : identifiers) {
    const auto& known = row->identifiers();
    if (std::any_of(known.begin(), known.end(),
                    [&](const PersonId& k) { return Same(k, id); }))
      continue;
    *row->add_identifiers() = id;
    learnt = true;
    RETURN_IF_ERROR(Know(*row, id, step));
    ASSIGN_OR_RETURN(const PersonRow person,
                     ReadRow<PersonRow>(*step.view, space_, PersonKey(id)));
    for (const Stop& stop : person.stops())
      EditStop(stop.id(), &stop, row->mutable_stops());
  }
  if (!is_new && !learnt) return false;
  const std::string before = is_new ? "" : StateOf(*row);
  if (is_new) RETURN_IF_ERROR(AskIbr(programme, &*row, step));
  RETURN_IF_ERROR(Save(before, &*row, step));
  return is_new;
}

absl::Status Book::TakeCheck(const Handle& handle,
                             const std::optional<std::string>& against,
                             const Step& step) const {
  ASSIGN_OR_RETURN(
      std::optional<EnrolmentRow> row,
      FindRow<EnrolmentRow>(*step.view, space_, EnrolmentRowKey(handle.key)));
  if (!row.has_value() || row->base() != EnrolmentRow::BASE_CHECKING ||
      row->round() != handle.number)
    return absl::OkStatus();
  const std::string before = StateOf(*row);
  auto* open = row->mutable_open_checks();
  open->erase(std::remove(open->begin(), open->end(), handle.asked),
              open->end());
  Step said = step;
  if (against.has_value()) {
    row->set_base(EnrolmentRow::BASE_REFUSED);
    said.reason = *against;
  } else if (row->stops_size() > 0) {
    row->set_base(EnrolmentRow::BASE_REFUSED);
    row->set_refused_by_stop(true);
    said.reason = row->stops(0).reason();
  } else if (open->empty()) {
    row->set_base(EnrolmentRow::BASE_ACTIVE);
    row->set_enrolled_us(absl::ToUnixMicros(step.now));
  }
  return Save(before, &*row, said);
}

absl::Status Book::TakeReport(const Handle& handle,
                              const std::optional<std::string>& refusal,
                              const Step& step) const {
  ASSIGN_OR_RETURN(
      std::optional<EnrolmentRow> row,
      FindRow<EnrolmentRow>(*step.view, space_, EnrolmentRowKey(handle.key)));
  if (!row.has_value() || handle.number <= row->acknowledged())
    return absl::OkStatus();
  row->set_acknowledged(handle.number);
  const std::string before = StateOf(*row);
  Step said = step;
  if (refusal.has_value()) {
    said.reason = absl::StrCat("the IBR refused: ", *refusal);
    // Where the first report is refused another scheme was quicker; where a
    // later one is, the operator must see to it.
    if (handle.number == 1) {
      row->set_base(EnrolmentRow::BASE_REFUSED);
      row->set_enrolled_us(0);
      row->clear_told_status();
    } else {
      StepRow* entry = row->add_history();
      entry->set_time_us(absl::ToUnixMicros(step.now));
      entry->set_state(before);
      entry->set_reason(said.reason);
    }
  }
  return Save(before, &*row, said);
}

absl::StatusOr<EnrolmentRow> Book::Change(EnrolmentRow row,
                                          Changing::Change change,
                                          const Step& step) const {
  using Row = EnrolmentRow;
  const std::string before = StateOf(row);
  const Row::Base base = row.base();
  const auto from = [&](std::initializer_list<Row::Base> allowed) {
    return std::find(allowed.begin(), allowed.end(), base) != allowed.end();
  };
  Row::Base to = base;
  bool possible = false;
  switch (change) {
    case Changing::CHANGE_SUSPEND:
      to = Row::BASE_SUSPENDED;
      possible = from({Row::BASE_ACTIVE, to});
      break;
    case Changing::CHANGE_RESUME:
      to = Row::BASE_ACTIVE;
      possible = from({Row::BASE_SUSPENDED, Row::BASE_STOPPED, to});
      break;
    case Changing::CHANGE_STOP:
      to = Row::BASE_STOPPED;
      possible = from({Row::BASE_ACTIVE, Row::BASE_SUSPENDED, to});
      break;
    case Changing::CHANGE_CHECK_AGAIN:
      possible = from({Row::BASE_REFUSED, Row::BASE_CHECKING});
      break;
    default:
      return absl::InvalidArgumentError("change is not set");
  }
  if (!possible)
    return absl::FailedPreconditionError(
        absl::StrCat("not possible while the enrolment is ", before));
  if (change == Changing::CHANGE_CHECK_AGAIN) {
    if (base == Row::BASE_REFUSED) {
      ASSIGN_OR_RETURN(const std::optional<Programme> programme,
                       FindProgramme(*step.view, row.key().programme()));
      if (!programme.has_value())
        return absl::NotFoundError("the programme is gone");
      RETURN_IF_ERROR(AskIbr(*programme, &row, step));
    }
  } else {
    row.set_base(to);
  }
  RETURN_IF_ERROR(Save(before, &row, step));
  return row;
}

absl::Status Book::EditStops(const std::vector<PersonId>& persons,
                             const std::string& stop_id, const Stop* stop,
                             const Step& step) const {
  for (const PersonId& id : persons) {
    ASSIGN_OR_RETURN(PersonRow person,
                     ReadRow<PersonRow>(*step.view, space_, PersonKey(id)));
    EditStop(stop_id, stop, person.mutable_stops());
    step.view->Put(space_, PersonKey(id), person.SerializeAsString());
    for (const EnrolmentKey& key : person.enrolments()) {
      ASSIGN_OR_RETURN(
          std::optional<EnrolmentRow> row,
          FindRow<EnrolmentRow>(*step.view, space_, EnrolmentRowKey(key)));
      if (!row.has_value()) continue;
      const std::string before = StateOf(*row);
      EditStop(stop_id, stop, row->mutable_stops());
      if (row->refused_by_stop() && row->stops_size() == 0) {
        ASSIGN_OR_RETURN(const std::optional<Programme> programme,
                         FindProgramme(*step.view, key.programme()));
        if (programme.has_value() && !programme->closed())
          RETURN_IF_ERROR(AskIbr(*programme, &*row, step));
      }
      RETURN_IF_ERROR(Save(before, &*row, step));
    }
  }
  return absl::OkStatus();
}

absl::Status Book::PutStop(const std::vector<PersonId>& persons,
                           const Stop& stop, const Step& step) const {
  return EditStops(persons, stop.id(), &stop, step);
}

absl::Status Book::TakeStop(const std::vector<PersonId>& persons,
                            const std::string& stop_id,
                            const Step& step) const {
  return EditStops(persons, stop_id, nullptr, step);
}

absl::Status Book::Save(const std::string& state_before, EnrolmentRow* row,
                        const Step& step) const {
  const std::string state = StateOf(*row);
  if (state != state_before) {
    StepRow* entry = row->add_history();
    entry->set_time_us(absl::ToUnixMicros(step.now));
    entry->set_state(state);
    entry->set_reason(step.reason);
    RETURN_IF_ERROR(Withhold(*row, step));
  }
  const std::string status = StatusOf(*row);
  if (asking_->has_ibr() && !status.empty() && status != row->told_status()) {
    if (!row->told_status().empty())
      row->add_changed_us(absl::ToUnixMicros(step.now));
    row->set_told_status(status);
    row->set_told(row->told() + 1);
    ASSIGN_OR_RETURN(const std::optional<Programme> programme,
                     FindProgramme(*step.view, row->key().programme()));
    if (programme.has_value())
      step.messages->push_back(asking_->Report(*programme, *row));
  }
  step.view->Put(space_, EnrolmentRowKey(row->key()), row->SerializeAsString());
  return absl::OkStatus();
}

// What is due and not paid follows the state.
absl::Status Book::Withhold(const EnrolmentRow& row, const Step& step) const {
  ASSIGN_OR_RETURN(
      const CyclesRow cycles,
      ReadRow<CyclesRow>(*step.view, space_, CyclesKey(row.key().programme())));
  const bool withheld = StateOf(row) != "active";
  for (const std::string& cycle : cycles.cycles()) {
    const std::string key = BenefitKey(row.key(), cycle);
    ASSIGN_OR_RETURN(std::optional<BenefitRow> benefit,
                     FindRow<BenefitRow>(*step.view, space_, key));
    if (!benefit.has_value() || benefit->withheld() == withheld) continue;
    benefit->set_withheld(withheld);
    step.view->Put(space_, key, benefit->SerializeAsString());
  }
  return absl::OkStatus();
}

}  // namespace dci::spsystem
