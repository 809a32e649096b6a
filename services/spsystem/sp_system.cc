#include "services/spsystem/sp_system.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "dci/common/v1/data.pb.h"
#include "services/base/hash.h"
#include "services/base/status_macros.h"
#include "services/exchange/stored_rows.h"
#include "services/registry/record_edit.h"
#include "services/registry/record_type.h"
#include "services/spsystem/keys.h"

namespace dci::spsystem {
namespace {

using config::v1::Programme;
using exchange::FindRow;
using exchange::ReadRow;

// Persons to whom an event narrows a search; with more it is not narrowed.
constexpr size_t kMaxNarrowed = 50;
constexpr char kDeceased[] = "2";
constexpr char kIdentifier[] = "dci.common.v1.Identifier";

template <typename List>
std::vector<std::string> Texts(const List& list) {
  return {list.begin(), list.end()};
}

absl::string_view MessageName(absl::string_view type_url) {
  return type_url.substr(type_url.rfind('/') + 1);
}

std::string ShortDigest(absl::string_view text) {
  return absl::BytesToHexString(Sha256(text).substr(0, 16));
}

bool Has(const std::vector<PersonId>& persons, const PersonId& id) {
  return std::any_of(persons.begin(), persons.end(), [&](const PersonId& p) {
    return p.type() == id.type() && p.value() == id.value();
  });
}

// Where a record of this kind has identifiers of those that the programme is
// for: its own, or those of its members.
std::vector<PersonId> PersonsFor(const Programme& programme,
                                 const schema::Message& message,
                                 absl::string_view record) {
  const std::string& own = programme.eligibility().identifiers();
  std::vector<PersonId> persons;
  for (const std::string& text : {own, absl::StrCat("member_list.", own)}) {
    const auto path = schema::FindPath(message, text);
    if (!path.ok()) continue;
    for (PersonId& id : PersonsAt(*path, record))
      persons.push_back(std::move(id));
  }
  return persons;
}

}  // namespace

std::vector<std::string> SpSystemSpaces() {
  return {kSpSystemSpace, kInboxSpace, registry::kSubscriberSpace};
}

std::vector<PersonId> PersonsAt(const schema::Path& path,
                                absl::string_view record) {
  std::vector<PersonId> persons;
  const schema::Field& leaf = path.leaf();
  if (leaf.message == nullptr || leaf.message->full_name != kIdentifier)
    return persons;
  // As a list, whatever the field is: all of them are wanted.
  schema::Field list = leaf;
  list.repeated = true;
  for (const std::string& bytes :
       registry::ValuesIn(registry::Carried(path, record, list))) {
    common::v1::Identifier identifier;
    if (!identifier.ParseFromString(bytes) ||
        identifier.identifier_value().empty())
      continue;
    PersonId id;
    id.set_type(identifier.identifier_type());
    id.set_value(identifier.identifier_value());
    if (!Has(persons, id)) persons.push_back(std::move(id));
  }
  return persons;
}

absl::StatusOr<std::unique_ptr<SpSystem>> SpSystem::Create(
    storage::Store* store, const wire::Codec* codec,
    const trust::ParticipantDirectory* participants,
    const config::v1::SpSystem& config, IdSource* ids) {
  const schema::Model* model = &codec->model();
  ASSIGN_OR_RETURN(const storage::Space space,
                   store->FindSpace(kSpSystemSpace));
  ASSIGN_OR_RETURN(Asking asking, Asking::Create(model, config));
  ASSIGN_OR_RETURN(Inbox inbox, Inbox::Create(store, codec));
  std::map<std::string, Programme> programmes;
  for (const Programme& programme : config.programmes()) {
    RETURN_IF_ERROR(asking.Check(programme));
    programmes[programme.id()] = programme;
  }
  std::unique_ptr<SpSystem> system(new SpSystem(store, std::move(asking),
                                                std::move(inbox),
                                                std::move(programmes), space));
  ASSIGN_OR_RETURN(
      system->subscriber_,
      registry::Subscriber::Create(
          store, model, participants,
          {config.subscriptions().begin(), config.subscriptions().end()}, ids));
  for (const config::v1::StopRule& rule : config.stops())
    RETURN_IF_ERROR(system->AddStop(rule));
  RETURN_IF_ERROR(system->AddCallbacks(config));
  return system;
}

absl::Status SpSystem::AddStop(const config::v1::StopRule& config) {
  StopOn rule;
  rule.news = {Texts(config.events()), Texts(config.reversals()),
               Texts(config.corrections())};
  if (rule.news.events.empty())
    return absl::InvalidArgumentError("sp_system.stops: no events");
  rule.name = rule.news.events.front();
  const auto bad = [&](absl::string_view what) {
    return absl::InvalidArgumentError(
        absl::StrCat("sp_system.stops ", rule.name, ": ", what));
  };
  rule.record = asking_.model().FindMessage(config.record());
  if (rule.record == nullptr || !rule.record->record.has_value())
    return bad("record is none of the schema");
  for (const std::string& text : config.identifiers()) {
    auto path = schema::FindPath(*rule.record, text);
    if (!path.ok() || path->leaf().message == nullptr ||
        path->leaf().message->full_name != kIdentifier)
      return bad(absl::StrCat(text, " leads to no identifiers"));
    rule.identifiers.push_back(*std::move(path));
  }
  if (rule.identifiers.empty()) return bad("no identifiers");
  auto condition =
      registry::ParseRecordCondition(*rule.record, config.condition());
  if (!condition.ok()) return bad(condition.status().message());
  rule.condition = *std::move(condition);
  rule.order = config.order();
  rule.status = config.status().empty() ? kDeceased : config.status();
  stops_.push_back(std::move(rule));
  return absl::OkStatus();
}

absl::Status SpSystem::AddCallbacks(const config::v1::SpSystem& config) {
  std::vector<const schema::Service*> wanted = subscriber_->callback_services();
  for (const auto& [id, programme] : book_.configured())
    wanted.push_back(
        asking_.model()
            .FindService(programme.eligibility().registry().service())
            ->callback_service);
  for (const std::string& name : config.callbacks()) {
    wanted.push_back(asking_.model().FindService(name));
    if (wanted.back() == nullptr)
      return absl::InvalidArgumentError(
          absl::StrCat("sp_system.callbacks: no service ", name));
  }
  for (const schema::Service* service : wanted)
    if (service != nullptr &&
        std::find(callback_services_.begin(), callback_services_.end(),
                  service) == callback_services_.end())
      callback_services_.push_back(service);
  return absl::OkStatus();
}

absl::StatusOr<IntakeRow> SpSystem::StartIntake(
    const Programme& programme, const std::string& id,
    const std::vector<PersonId>& only, const Step& step) const {
  ASSIGN_OR_RETURN(
      std::optional<IntakeRow> held,
      FindRow<IntakeRow>(*step.view, book_.space(), IntakeKey(id)));
  if (held.has_value()) {
    if (held->programme() == programme.id()) return *std::move(held);
    return absl::AlreadyExistsError("the intake is another programme's");
  }
  IntakeRow row;
  row.set_id(id);
  row.set_programme(programme.id());
  row.set_state(IntakeRow::STATE_ASKED);
  row.set_started_us(absl::ToUnixMicros(step.now));
  row.set_transaction_id(absl::StrCat("intake-", ShortDigest(id)));
  row.set_participant(programme.eligibility().registry().participant());
  step.view->Put(book_.space(), IntakeKey(id), row.SerializeAsString());
  step.view->Put(book_.space(), TransactionKey(row.transaction_id()), id);
  step.messages->push_back(asking_.Search(programme, row, only, step.now));
  return row;
}

absl::StatusOr<bool> SpSystem::ConsiderRecord(const Programme& programme,
                                              absl::string_view message,
                                              absl::string_view record,
                                              const Step& step) const {
  const schema::Message* type = asking_.model().FindMessage(message);
  if (type == nullptr) return false;
  const auto path =
      schema::FindPath(*type, programme.eligibility().identifiers());
  if (!path.ok()) return false;
  return book_.Consider(programme, PersonsAt(*path, record), step);
}

absl::Status SpSystem::TakeSearch(const std::string& sender,
                                  const registry::v1::SearchResponse& response,
                                  const Step& step) const {
  const storage::Space space = book_.space();
  ASSIGN_OR_RETURN(
      const std::optional<std::string> id,
      step.view->Get(space, TransactionKey(response.transaction_id())));
  if (!id.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(IntakeRow row,
                   ReadRow<IntakeRow>(*step.view, space, IntakeKey(*id)));
  ASSIGN_OR_RETURN(const std::optional<Programme> programme,
                   book_.FindProgramme(*step.view, row.programme()));
  if (row.participant() != sender || !programme.has_value())
    return absl::OkStatus();
  Step said = step;
  said.reason = absl::StrCat("intake ", row.id());
  for (const registry::v1::SearchResponseItem& item :
       response.search_response()) {
    if (item.status() == common::v1::REQUEST_STATUS_RJCT) {
      row.set_state(IntakeRow::STATE_REFUSED);
      row.set_problem(absl::StrCat(item.status_reason_code(), " ",
                                   item.status_reason_message()));
      continue;
    }
    const int page = std::max(1, item.pagination().page_number());
    const auto& pages = row.pages();
    if (std::find(pages.begin(), pages.end(), page) != pages.end()) continue;
    row.add_pages(page);
    for (const auto& record : item.data().reg_records()) {
      row.set_found(row.found() + 1);
      if (programme->closed()) continue;
      ASSIGN_OR_RETURN(
          const bool added,
          ConsiderRecord(*programme, MessageName(record.type_url()),
                         record.value(), said));
      if (added) row.set_added(row.added() + 1);
    }
    const int64_t given =
        static_cast<int64_t>(row.pages_size()) * item.pagination().page_size();
    if (given >= item.pagination().total_count())
      row.set_state(IntakeRow::STATE_DONE);
  }
  step.view->Put(space, IntakeKey(*id), row.SerializeAsString());
  return absl::OkStatus();
}

absl::Status SpSystem::ApplyStop(const StopOn& rule, const Notified& notified,
                                 const Step& step) const {
  const auto kind = rule.news.KindOf(notified.event);
  if (!kind.has_value() || notified.message != rule.record)
    return absl::OkStatus();
  registry::RecordType type;
  type.message = rule.record;
  const auto key = registry::PrimaryKey(type, notified.record);
  std::string all;
  for (const absl::string_view part :
       {absl::string_view(rule.name), absl::string_view(notified.sender),
        absl::string_view(rule.record->full_name),
        key.ok() ? absl::string_view(*key) : notified.record})
    AppendOrderedText(&all, part);
  const std::string id = ShortDigest(all);
  ASSIGN_OR_RETURN(StopRow row,
                   ReadRow<StopRow>(*step.view, book_.space(), StopKey(id)));
  const auto order = registry::OrderOf(*notified.notify, *rule.record,
                                       notified.record, rule.order);
  if (!registry::Learn(*kind, order, notified.record, row.mutable_followed()))
    return absl::OkStatus();
  std::vector<PersonId> persons, gone;
  if (registry::Counts(row.followed()) &&
      registry::Matches(rule.condition, row.followed().record())) {
    for (const schema::Path& path : rule.identifiers)
      for (PersonId& person : PersonsAt(path, row.followed().record()))
        if (!Has(persons, person)) persons.push_back(std::move(person));
  }
  for (const PersonId& person : row.persons())
    if (!Has(persons, person)) gone.push_back(person);
  Step said = step;
  said.reason = absl::StrCat(notified.event, " notified by ", notified.sender);
  Stop stop;
  stop.set_id(id);
  stop.set_status(rule.status);
  stop.set_reason(said.reason);
  // First what comes, then what goes: whoever keeps the stop under one of two
  // identifiers is not resumed in between.
  RETURN_IF_ERROR(book_.PutStop(persons, stop, said));
  RETURN_IF_ERROR(book_.TakeStop(gone, id, said));
  *row.mutable_persons() = {persons.begin(), persons.end()};
  step.view->Put(book_.space(), StopKey(id), row.SerializeAsString());
  return absl::OkStatus();
}

absl::Status SpSystem::ApplyTriggers(const Notified& notified,
                                     const Step& step) const {
  ASSIGN_OR_RETURN(const std::vector<Programme> programmes,
                   book_.Programmes(*step.view));
  for (const Programme& programme : programmes) {
    const registry::NewsRule triggers = {Texts(programme.triggers()), {}, {}};
    if (programme.closed() || !triggers.KindOf(notified.event)) continue;
    std::vector<PersonId> persons =
        PersonsFor(programme, *notified.message, notified.record);
    if (persons.empty()) continue;
    // A query names an identifier by a type that the list has.
    const schema::CodeList* types =
        asking_.model().FindCodeList("dci.common.v1.IdentifierType");
    persons.erase(std::remove_if(persons.begin(), persons.end(),
                                 [&](const PersonId& id) {
                                   return types == nullptr ||
                                          types->Find(id.type()) == nullptr;
                                 }),
                  persons.end());
    if (persons.size() > kMaxNarrowed) persons.clear();
    // The same event, however often it comes, begins one intake.
    const std::string id = absl::StrCat(
        "event-",
        ShortDigest(absl::StrCat(
            programme.id(), "|", notified.sender, "|", notified.event, "|",
            notified.notify->reference_id(), "|", Sha256(notified.record))));
    RETURN_IF_ERROR(StartIntake(programme, id, persons, step).status());
  }
  return absl::OkStatus();
}

absl::Status SpSystem::TakeNotification(
    const std::string& sender, const std::string& subscription_code,
    const registry::v1::NotifyEventRequest& notification,
    const Step& step) const {
  for (const registry::v1::NotifyEvent& event : notification.notify_event()) {
    Notified notified;
    notified.sender = sender;
    notified.event = event.data().reg_event_type();
    notified.notify = &event;
    if (notified.event.empty()) {
      ASSIGN_OR_RETURN(notified.event, subscriber_->EventOf(*step.view, sender,
                                                            subscription_code));
    }
    for (const auto& record : event.data().reg_records()) {
      notified.message =
          asking_.model().FindMessage(MessageName(record.type_url()));
      notified.record = record.value();
      if (notified.message == nullptr) continue;
      for (const StopOn& rule : stops_)
        RETURN_IF_ERROR(ApplyStop(rule, notified, step));
      RETURN_IF_ERROR(ApplyTriggers(notified, step));
    }
  }
  return absl::OkStatus();
}

}  // namespace dci::spsystem
