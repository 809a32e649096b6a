#include "services/spsystem/asking.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "dci/ext/v1/reserve.pb.h"
#include "dci/ibr/v1/enrolment.pb.h"
#include "dci/registry/v1/search.pb.h"
#include "services/base/bytes.h"
#include "services/base/clock.h"
#include "services/base/hash.h"
#include "services/base/status_macros.h"
#include "services/registry/reaction_rule.h"
#include "services/wire/json_text.h"

namespace dci::spsystem {
namespace {

using config::v1::Programme;

// Records a page; each is a callback and a commit.
constexpr int kPageSize = 100;

std::string Quoted(absl::string_view text) {
  std::string out;
  wire::AppendQuoted(text, &out);
  return out;
}

// The programme's query, of these persons alone.
std::string Narrowed(const std::string& query,
                     const std::vector<PersonId>& only) {
  if (only.empty()) return query;
  const std::string any =
      absl::StrJoin(only, ",", [](std::string* out, const PersonId& id) {
        absl::StrAppend(out, "{", Quoted(id.type()), ":", Quoted(id.value()),
                        "}");
      });
  return absl::StrCat("{\"$and\":[", query, ",{\"$or\":[", any, "]}]}");
}

// In a lane of its own: what is said of one enrolment is said in order.
std::string LaneOf(const EnrolmentKey& key) {
  return absl::StrCat(
      "enrolment-",
      absl::BytesToHexString(Sha256(key.SerializeAsString()).substr(0, 16)));
}

std::string Day(int64_t us) {
  return absl::FormatTime("%Y-%m-%d", absl::FromUnixMicros(us),
                          absl::UTCTimeZone());
}

bool IsAmount(absl::string_view text) {
  bool digits = false, point = false;
  for (const char c : text) {
    if (c == '.' && digits && !point)
      point = true;
    else if (c >= '0' && c <= '9')
      digits = true;
    else
      return false;
  }
  return digits;
}

}  // namespace

std::string Handle::ToText() const {
  std::string text;
  for (const absl::string_view part :
       {absl::string_view(key.programme()),
        absl::string_view(key.person().type()),
        absl::string_view(key.person().value()), absl::string_view(asked)})
    AppendOrderedText(&text, part);
  AppendOrderedU64(&text, number);
  return text;
}

bool Handle::FromText(absl::string_view text, Handle* handle) {
  uint64_t number = 0;
  PersonId* person = handle->key.mutable_person();
  if (!ConsumeOrderedText(&text, handle->key.mutable_programme()) ||
      !ConsumeOrderedText(&text, person->mutable_type()) ||
      !ConsumeOrderedText(&text, person->mutable_value()) ||
      !ConsumeOrderedText(&text, &handle->asked) ||
      !ConsumeOrderedU64(&text, &number))
    return false;
  handle->number = static_cast<uint32_t>(number);
  return true;
}

bool IsForGroups(const Programme& programme) {
  return programme.eligibility().record() == "Group";
}

absl::StatusOr<Asking> Asking::Create(const schema::Model* model,
                                      const config::v1::SpSystem& config) {
  Asking asking(model);
  if (!config.has_ibr()) return asking;
  asking.ibr_ = config.ibr().participant();
  if (config.without_reservation()) {
    asking.enrolled_ =
        model->FindMethod("dci.ibr.v1.BeneficiaryEnrolment.SyncEnrolled");
  } else {
    asking.reserve_ =
        model->FindMethod("dci.ext.v1.EnrollmentReservation.SyncReserve");
  }
  asking.updates_ = model->FindMethod(
      "dci.ibr.v1.BeneficiaryEnrolment.SyncEnrollmentUpdates");
  const schema::Method* asked =
      config.without_reservation() ? asking.enrolled_ : asking.reserve_;
  if (asking.ibr_.empty() || asked == nullptr || asking.updates_ == nullptr)
    return absl::InvalidArgumentError(
        "sp_system.ibr: no participant, or none of the schema's services");
  return asking;
}

absl::Status Asking::Check(const Programme& programme) const {
  const auto bad = [&](absl::string_view what) {
    return absl::InvalidArgumentError(
        absl::StrCat("programme ", programme.id(), ": ", what));
  };
  if (programme.id().empty()) return bad("id is empty");
  if (!IsAmount(programme.amount())) return bad("amount is no amount");
  if (programme.currency().size() != 3)
    return bad("currency has three letters");
  const config::v1::Eligibility& eligibility = programme.eligibility();
  if (eligibility.registry().participant().empty())
    return bad("eligibility.registry.participant is empty");
  const schema::Service* service =
      model_->FindService(eligibility.registry().service());
  if (service == nullptr || service->FindMethod("Search") == nullptr)
    return bad("eligibility.registry.service cannot be searched");
  const schema::Message* record = service->FindRecord(eligibility.record());
  if (record == nullptr) return bad("eligibility.record is not held there");
  const absl::Status query =
      registry::ParseRecordCondition(*record, eligibility.query()).status();
  if (!query.ok())
    return bad(absl::StrCat("eligibility.query: ", query.message()));
  const auto path = schema::FindPath(*record, eligibility.identifiers());
  if (!path.ok() || path->leaf().message == nullptr ||
      path->leaf().message->full_name != "dci.common.v1.Identifier")
    return bad("eligibility.identifiers leads to no identifiers");
  return absl::OkStatus();
}

exchange::Outgoing Asking::Search(const Programme& programme,
                                  const IntakeRow& intake,
                                  const std::vector<PersonId>& only,
                                  absl::Time now) const {
  const config::v1::Eligibility& eligibility = programme.eligibility();
  const schema::Service* service =
      model_->FindService(eligibility.registry().service());
  registry::v1::SearchRequest body;
  body.set_transaction_id(intake.transaction_id());
  registry::v1::SearchRequestItem* item = body.add_search_request();
  item->set_reference_id("1");
  item->set_timestamp(FormatTimestamp(now));
  registry::v1::SearchCriteria* criteria = item->mutable_search_criteria();
  criteria->set_reg_type(service->reg_type);
  criteria->set_reg_record_type(eligibility.record());
  criteria->set_query_type("expression");
  criteria->mutable_expression()->set_type("ns:org:QueryType:NoSql");
  criteria->mutable_expression()->mutable_value()->set_text(absl::StrCat(
      "{\"expression\":{\"collection\":", Quoted(eligibility.record()),
      ",\"query\":", Narrowed(eligibility.query(), only), "}}"));
  criteria->mutable_pagination()->set_page_size(kPageSize);
  criteria->mutable_pagination()->set_page_number(1);
  exchange::Outgoing message;
  message.method = service->FindMethod("Search");
  message.receiver_id = eligibility.registry().participant();
  message.lane = absl::StrCat("intake-", intake.transaction_id());
  message.header.set_total_count(1);
  message.body = body.SerializeAsString();
  return message;
}

std::vector<std::string> Asking::ChecksOf(const Programme& programme) const {
  std::vector<std::string> asked = {programme.id()};
  if (reserve_ == nullptr)
    asked.insert(asked.end(), programme.excludes().begin(),
                 programme.excludes().end());
  return asked;
}

exchange::Outgoing Asking::Check(const Programme& programme,
                                 const EnrolmentRow& row,
                                 const std::string& asked,
                                 absl::Time now) const {
  exchange::Outgoing message =
      reserve_ != nullptr ? Reserve(programme, row, now) : Enrolled(row, asked);
  Handle handle;
  handle.key = row.key();
  handle.number = row.round();
  handle.asked = asked;
  message.receiver_id = ibr_;
  message.lane = LaneOf(row.key());
  message.header.set_total_count(1);
  message.handle = handle.ToText();
  return message;
}

exchange::Outgoing Asking::Reserve(const Programme& programme,
                                   const EnrolmentRow& row,
                                   absl::Time now) const {
  ext::v1::ReserveRequest body;
  body.set_transaction_id(absl::StrCat(LaneOf(row.key()), "-", row.round()));
  ext::v1::ReserveRequestItem* item = body.add_reserve_request();
  item->set_reference_id("1");
  item->set_timestamp(FormatTimestamp(now));
  // As the first identifier of the report will be.
  item->mutable_person()->set_identifier_type(row.identifiers(0).type());
  item->mutable_person()->set_identifier_value(row.identifiers(0).value());
  item->set_programme_identifier(programme.id());
  for (const std::string& other : programme.excludes())
    item->add_excludes(other);
  exchange::Outgoing message;
  message.method = reserve_;
  message.body = body.SerializeAsString();
  return message;
}

exchange::Outgoing Asking::Enrolled(const EnrolmentRow& row,
                                    const std::string& programme) const {
  ibr::v1::EnrolledRequest body;
  body.set_transaction_id(absl::StrCat(LaneOf(row.key()), "-", row.round()));
  ibr::v1::EnrolledCriteria* criteria = body.mutable_enrolled_criteria();
  criteria->set_query_type("expression");
  criteria->mutable_query()->set_text(absl::StrCat(
      "{\"person_identifier\":{\"eq\":", Quoted(row.key().person().value()),
      "},\"programme_identifier.programme_identifier\":{\"eq\":",
      Quoted(programme), "}}"));
  exchange::Outgoing message;
  message.method = enrolled_;
  message.body = body.SerializeAsString();
  return message;
}

exchange::Outgoing Asking::Report(const Programme& programme,
                                  const EnrolmentRow& row) const {
  Handle handle;
  handle.key = row.key();
  handle.number = row.told();
  ibr::v1::EnrollmentUpdatesRequest body;
  body.set_transaction_id(absl::StrCat(LaneOf(row.key()), "-r", row.told()));
  body.mutable_enrolled_updates()->set_receipt_type("enrollment");
  ibr::v1::Beneficiary* one =
      body.mutable_enrolled_updates()->add_beneficiaries();
  one->set_assistance_unit(IsForGroups(programme) ? "2" : "1");
  for (const PersonId& id : row.identifiers()) {
    common::v1::Identifier* identifier =
        IsForGroups(programme) ? one->mutable_group()->add_group_identifier()
                               : one->mutable_member()->add_member_identifier();
    identifier->set_identifier_type(id.type());
    identifier->set_identifier_value(id.value());
  }
  ibr::v1::Programme* in = one->add_programme_identifier();
  in->set_programme_identifier(programme.id());
  if (!programme.name().empty()) in->set_programme_name(programme.name());
  one->set_enrollment_date(Day(row.enrolled_us()));
  one->set_enrollment_status(row.told_status());
  for (const int64_t us : row.changed_us())
    one->add_status_change_date(Day(us));
  // Several changes may fall on a day: this is what tells them apart.
  one->set_last_updated(FormatTimestamp(absl::FromUnixMicros(
      row.changed_us().empty() ? row.enrolled_us()
                               : *row.changed_us().rbegin())));
  ibr::v1::Benefit* benefit = one->add_benefits();
  benefit->set_benefit_type(
      programme.benefit_type().empty() ? "1" : programme.benefit_type());
  benefit->set_benefit_value(
      absl::StrCat(programme.currency(), " ", programme.amount()));
  exchange::Outgoing message;
  message.method = updates_;
  message.receiver_id = ibr_;
  message.lane = LaneOf(row.key());
  message.header.set_total_count(1);
  // Its published header is that of a callback.
  message.header.set_status(common::v1::REQUEST_STATUS_SUCC);
  message.body = body.SerializeAsString();
  message.handle = handle.ToText();
  return message;
}

}  // namespace dci::spsystem
