#include "services/examples/facade/citizens.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/schema/reason.h"

namespace dci::facade {
namespace {

using registry::Condition;

// The one kind of identifier that the table has.
constexpr char kIdentifierType[] = "UIN";
constexpr char kIdentifier[] = "identifier.identifier_value";
constexpr char kSelect[] =
    "SELECT doc_no, family, given, to_char(born, 'YYYY-MM-DD'), sex, district, "
    "to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), "
    "id, updated_at, LEAST(updated_at, now() - interval '1 minute'), "
    "CASE WHEN updated_at < now() - interval '1 minute' THEN id ELSE 0 END "
    "FROM citizens WHERE ";

struct Column {
  const char *attribute, *name, *type;
  bool ordered = false;
};
constexpr Column kColumns[] = {
    {kIdentifier, "doc_no", "text"},
    {"name.surname", "family", "text"},
    {"name.given_name", "given", "text"},
    {"birth_date", "born", "date", true},
    {"sex", "sex", "text"},
    {"address.sub_region_code", "district", "text"},
};

// The ministry's letters, and the codes of the standard.
constexpr std::pair<const char*, const char*> kSexes[] = {
    {"M", "male"}, {"F", "female"}, {"X", "other"}};

absl::Status Invalid(absl::string_view text) {
  return schema::Refusal(common::v1::REASON_SEARCH_CRITERIA_INVALID, text);
}

absl::StatusOr<std::string> ToTable(const Column& column,
                                    const registry::JsonValue& value) {
  // libpq's texts end at a NUL.
  if (value.type == registry::JsonValue::Type::kNull ||
      absl::StrContains(value.text, '\0'))
    return Invalid("null and NUL are no values here; there is exists");
  if (column.attribute != absl::string_view("sex")) return value.text;
  for (const auto& [letter, code] : kSexes)
    if (value.text == code || value.text == letter) return std::string(letter);
  return Invalid("sex is male, female or other here");
}

// By Op; equality is kIn of one value.
constexpr const char* kSigns[] = {"=", "<", "<=", ">", ">="};

absl::StatusOr<std::string> Compare(const Condition& condition,
                                    std::vector<std::string>* values) {
  const bool by_id = condition.kind == Condition::Kind::kIdentifier;
  if (by_id && condition.name != kIdentifierType) return "FALSE";
  const auto* column = std::find_if(
      std::begin(kColumns), std::end(kColumns), [&](const Column& each) {
        return (by_id ? kIdentifier : condition.name) == each.attribute;
      });
  if (column == std::end(kColumns))
    return Invalid("the query names an attribute that is not held here");
  if (condition.op == registry::Op::kExists)
    return absl::StrCat(column->name, " IS NOT NULL");
  if (condition.op != registry::Op::kIn && !column->ordered)
    return Invalid(absl::StrCat(column->attribute, " has no order here"));
  std::string any = "(FALSE";
  for (const registry::JsonValue& value : condition.values) {
    absl::StrAppend(&any, " OR ", column->name, " ");
    ASSIGN_OR_RETURN(values->emplace_back(), ToTable(*column, value));
    absl::StrAppend(&any, kSigns[static_cast<int>(condition.op)], " $",
                    values->size(), "::", column->type);
  }
  return any + ")";
}

crvs::v1::Person ToPerson(const pqxx::row& row) {
  crvs::v1::Person person;
  auto* identifier = person.add_identifier();
  identifier->set_identifier_type(kIdentifierType);
  identifier->set_identifier_value(row[0].c_str());
  if (!row[1].is_null()) person.mutable_name()->set_surname(row[1].c_str());
  if (!row[2].is_null()) person.mutable_name()->set_given_name(row[2].c_str());
  if (!row[3].is_null()) person.set_birth_date(row[3].c_str());
  for (const auto& [letter, code] : kSexes)
    if (row[4].c_str() == absl::string_view(letter)) person.set_sex(code);
  if (!row[5].is_null())
    person.add_address()->set_sub_region_code(row[5].c_str());
  person.set_last_updated(row[6].c_str());
  return person;
}

}  // namespace

absl::StatusOr<std::string> ToSql(const Condition& condition,
                                  std::vector<std::string>* values) {
  if (condition.kind == Condition::Kind::kCompare ||
      condition.kind == Condition::Kind::kIdentifier)
    return Compare(condition, values);
  const bool any = condition.kind == Condition::Kind::kOr;
  std::string sql = any ? "(FALSE" : "(TRUE";
  for (const Condition& child : condition.children) {
    ASSIGN_OR_RETURN(const std::string part, ToSql(child, values));
    absl::StrAppend(&sql, any ? " OR " : " AND ", part);
  }
  // What is not there is unequal too; SQL's NOT would leave it out.
  const bool negated = condition.kind == Condition::Kind::kNot;
  return absl::StrCat(sql, negated ? ") IS NOT TRUE" : ")");
}

absl::Status Citizens::Read(
    const std::function<void(pqxx::read_transaction&)>& read) {
  std::lock_guard<std::mutex> lock(mu_);
  try {
    if (connection_ == nullptr) {
      connection_ = std::make_unique<pqxx::connection>();
      // Nobody's query may hold the others up for longer.
      connection_->set_variable("statement_timeout", "'5s'");
    }
    pqxx::read_transaction transaction(*connection_);
    read(transaction);
    return absl::OkStatus();
  } catch (const pqxx::data_exception&) {
    return Invalid("a value is not of its attribute's type");
  } catch (const std::exception&) {
    // Its text may have values of the query in it.
    connection_.reset();
    return absl::UnavailableError("the table cannot be read");
  }
}

absl::StatusOr<Found> Citizens::Find(const Filter& filter, int limit,
                                     int64_t offset) {
  Found found;
  const auto values = pqxx::prepare::make_dynamic_params(filter.values);
  RETURN_IF_ERROR(Read([&](pqxx::read_transaction& transaction) {
    const std::string from = " FROM citizens WHERE " + filter.sql;
    found.total = transaction.exec_params1("SELECT count(*)" + from, values)[0]
                      .as<uint64_t>();
    for (const pqxx::row& row : transaction.exec_params(
             absl::StrCat(kSelect, filter.sql, " ORDER BY id LIMIT ", limit,
                          " OFFSET ", offset),
             values))
      found.persons.push_back(ToPerson(row));
  }));
  return found;
}

absl::StatusOr<std::vector<crvs::v1::Person>> Citizens::Changed(
    int limit, Position* position) {
  std::vector<crvs::v1::Person> persons;
  RETURN_IF_ERROR(Read([&](pqxx::read_transaction& transaction) {
    const pqxx::result rows = transaction.exec_params(
        absl::StrCat(
            kSelect,
            "doc_no <> '' AND (updated_at, id) > ($1::timestamptz, $2::bigint) "
            "ORDER BY updated_at, id LIMIT ",
            limit),
        position->time, position->id);
    for (const pqxx::row& row : rows) persons.push_back(ToPerson(row));
    if (rows.empty()) return;
    const bool all = rows.size() < static_cast<size_t>(limit);
    position->time = rows.back()[all ? 9 : 8].c_str();
    position->id = rows.back()[all ? 10 : 7].c_str();
  }));
  return persons;
}

}  // namespace dci::facade
