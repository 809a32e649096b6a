#include "services/registry/subscription_criteria.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/base/clock.h"
#include "services/base/status_macros.h"
#include "services/registry/attribute.h"
#include "services/registry/criteria.h"
#include "services/schema/reason.h"

namespace dci::registry {
namespace {

using common::v1::REASON_NOTIFY_DETAILS_INVALID;
using common::v1::REASON_NOTIFY_TYPES_INVALID;
using common::v1::REASON_PERSON_ID_INVALID;

absl::Status Details(absl::string_view text) {
  return schema::Refusal(REASON_NOTIFY_DETAILS_INVALID, text);
}

void AppendPiece(std::string* out, absl::string_view piece) {
  absl::StrAppend(out, piece.size(), ":", piece);
}

std::string CompareText(const Query& query) {
  std::string text = "?";
  AppendPiece(&text, query.attribute.path.text);
  AppendPiece(&text, query.attribute.identifier_type);
  AppendPiece(&text, absl::StrCat(static_cast<int>(query.op)));
  for (const std::string& value : query.values) AppendPiece(&text, value);
  return text;
}

// The texts of the children, those of the same kind taken apart.
void CollectTexts(const Query& query, Query::Kind kind,
                  std::vector<std::string>* texts) {
  for (const Query& child : query.children) {
    if (child.kind == kind)
      CollectTexts(child, kind, texts);
    else
      texts->push_back(NormalText(child));
  }
}

std::string JoinedText(const Query& query) {
  std::vector<std::string> texts;
  CollectTexts(query, query.kind, &texts);
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  if (texts.size() == 1) return texts.front();
  std::string out = query.kind == Query::Kind::kAnd ? "&" : "|";
  for (const std::string& text : texts) AppendPiece(&out, text);
  return out;
}

bool MeansEveryRecord(const v1::SubscribeCriteria& criteria) {
  return criteria.has_idtype_value() && criteria.idtype_value().type() == "*" &&
         criteria.idtype_value().value() == "*";
}

// The search that finds what the filter lets pass.
absl::StatusOr<v1::SearchCriteria> SearchOf(
    const v1::SubscribeCriteria& criteria) {
  v1::SearchCriteria search;
  search.set_reg_type(criteria.reg_type());
  search.set_reg_record_type(criteria.notify_record_type());
  search.set_query_type(criteria.filter_type());
  if (MeansEveryRecord(criteria)) {
    search.set_query_type("expression");
    search.mutable_expression()->mutable_value()->set_text("{}");
    return search;
  }
  switch (criteria.filter_case()) {
    case v1::SubscribeCriteria::kIdtypeValue:
      if (criteria.idtype_value().type().empty() ||
          criteria.idtype_value().value().empty())
        return schema::Refusal(REASON_PERSON_ID_INVALID,
                               "an identifier needs type and value");
      *search.mutable_idtype_value() = criteria.idtype_value();
      return search;
    case v1::SubscribeCriteria::kPredicate:
      *search.mutable_predicate() = criteria.predicate();
      return search;
    case v1::SubscribeCriteria::kExpression:
      *search.mutable_expression() = criteria.expression();
      return search;
    case v1::SubscribeCriteria::kNamedQuery:
      *search.mutable_named_query() = criteria.named_query();
      return search;
    case v1::SubscribeCriteria::kOther:
      return Details("the filter has the shape of no query type");
    case v1::SubscribeCriteria::FILTER_NOT_SET:
      break;
  }
  return Details("filter is missing");
}

absl::Status ReadTimes(const v1::EventFrequency& frequency,
                       CompiledCriteria* compiled) {
  const auto read = [](absl::string_view member,
                       const std::string& text) -> absl::StatusOr<absl::Time> {
    absl::StatusOr<absl::Time> time = ParseTimestamp(text);
    if (time.ok()) return time;
    return Details(
        absl::StrCat("frequency.", member, " is no date-time with a zone"));
  };
  if (!absl::StripAsciiWhitespace(frequency.start_time()).empty()) {
    ASSIGN_OR_RETURN(compiled->start,
                     read("start_time", frequency.start_time()));
  }
  if (!absl::StripAsciiWhitespace(frequency.end_time()).empty()) {
    ASSIGN_OR_RETURN(compiled->end, read("end_time", frequency.end_time()));
    if (*compiled->end <= compiled->start)
      return Details("frequency ends before it starts");
  }
  return absl::OkStatus();
}

// What some senders write where every change shall be told at once.
bool MeansAtOnce(absl::string_view text) {
  for (absl::string_view word :
       {"", "immediate", "immediately", "realtime", "real-time", "instant"})
    if (absl::EqualsIgnoreCase(text, word)) return true;
  return false;
}

absl::Status ReadFrequency(const v1::EventFrequency& frequency,
                           CompiledCriteria* compiled) {
  RETURN_IF_ERROR(ReadTimes(frequency, compiled));
  const absl::string_view text =
      absl::StripAsciiWhitespace(frequency.frequency());
  if (MeansAtOnce(text)) return absl::OkStatus();
  absl::StatusOr<Cron> cron = Cron::Parse(text);
  if (!cron.ok())
    return Details(absl::StrCat("frequency: ", cron.status().message()));
  compiled->schedule = *std::move(cron);
  return absl::OkStatus();
}

}  // namespace

std::string NormalText(const Query& query) {
  switch (query.kind) {
    case Query::Kind::kCompare:
      return CompareText(query);
    case Query::Kind::kNot: {
      std::string text = "!";
      AppendPiece(&text, NormalText(query.children.front()));
      return text;
    }
    case Query::Kind::kAnd:
    case Query::Kind::kOr:
      return JoinedText(query);
  }
  return "";
}

absl::StatusOr<CompiledCriteria> CompileCriteria(
    const Catalog& catalog, const NamedQueries& named, const EventTypes& events,
    const v1::SubscribeCriteria& criteria) {
  CompiledCriteria compiled;
  const std::optional<EventSet> wanted = events.Find(criteria.reg_event_type());
  if (!wanted.has_value())
    return schema::Refusal(
        REASON_NOTIFY_TYPES_INVALID,
        absl::StrCat("no event ", Quoted(criteria.reg_event_type()),
                     " happens here"));
  compiled.events = *wanted;
  if (!criteria.notify_record_type().empty() &&
      catalog.FindByName(criteria.notify_record_type()) == nullptr)
    return schema::Refusal(
        REASON_NOTIFY_TYPES_INVALID,
        absl::StrCat("no record ", Quoted(criteria.notify_record_type()),
                     " is held here"));
  RETURN_IF_ERROR(ReadFrequency(criteria.frequency(), &compiled));
  ASSIGN_OR_RETURN(const v1::SearchCriteria search, SearchOf(criteria));
  absl::StatusOr<std::vector<Target>> targets =
      ParseCriteria(catalog, named, search);
  if (!targets.ok()) {
    if (!absl::IsInvalidArgument(targets.status())) return targets.status();
    return Details(absl::StrCat("filter: ", targets.status().message()));
  }
  AppendPiece(&compiled.normal, absl::StrCat(compiled.events));
  AppendPiece(&compiled.normal, compiled.schedule.has_value()
                                    ? criteria.frequency().frequency()
                                    : "");
  for (Target& target : *targets) {
    TypedQuery typed{target.type->id, std::move(target.query), ""};
    typed.normal = NormalText(typed.query);
    AppendPiece(&compiled.normal,
                absl::StrCat(typed.type_id, ":", typed.normal));
    compiled.queries.push_back(std::move(typed));
  }
  return compiled;
}

}  // namespace dci::registry
