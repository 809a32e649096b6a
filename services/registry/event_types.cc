#include "services/registry/event_types.h"

#include <algorithm>
#include <utility>

#include "absl/numeric/bits.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/registry/attribute.h"
#include "services/registry/condition.h"
#include "services/registry/extract.h"
#include "services/registry/json_value.h"
#include "services/registry/nosql.h"
#include "services/schema/service.h"

namespace dci::registry {
namespace {

using wire::v1::Event;

struct Always {
  const char* name;
  Event::Change change;
  std::vector<const char*> aliases;
};

// "REGISTER" is what the social registry's published file calls a new record,
// "DATA_MODIFICATION" what MOSIP calls a changed one.
const std::vector<Always>& AlwaysThere() {
  static const auto* const all = new std::vector<Always>{
      {"created",
       Event::CHANGE_CREATED,
       {"create", "register", "registered", "new"}},
      {"updated",
       Event::CHANGE_UPDATED,
       {"update", "changed", "modified", "data_modification"}},
      {"deleted", Event::CHANGE_DELETED, {"delete", "removed"}}};
  return *all;
}

// What counts of a name: letters and digits of its last segment.
std::string NameKey(absl::string_view text) {
  std::string key;
  for (const char c : schema::LastSegment(text))
    if (absl::ascii_isalnum(c)) key.push_back(absl::ascii_tolower(c));
  return key;
}

bool HasValue(const schema::Path& path, absl::string_view record) {
  return VisitValues(path, record, [](absl::string_view) { return true; });
}

std::vector<std::string> ValuesOf(const schema::Path& path,
                                  absl::string_view record) {
  std::vector<std::string> values;
  VisitValues(path, record, [&](absl::string_view text) {
    values.emplace_back(text);
    return false;
  });
  return values;
}

absl::Status Wrong(const Event& event, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("event ", Quoted(event.name()), ": ", what));
}

// The paths of one list; nothing where the type lacks one.
std::optional<std::vector<schema::Path>> PathsOf(
    const RecordType& type,
    const google::protobuf::RepeatedPtrField<std::string>& names) {
  std::vector<schema::Path> paths;
  for (const std::string& name : names) {
    absl::StatusOr<Attribute> attribute = FindAttribute(type, name);
    if (!attribute.ok() || attribute->identifiers != nullptr)
      return std::nullopt;
    paths.push_back(std::move(attribute->path));
  }
  return paths;
}

absl::StatusOr<Query> WhereOf(const Event& event, const RecordType& type) {
  ASSIGN_OR_RETURN(const JsonValue json, ParseJsonValue(event.where()));
  ASSIGN_OR_RETURN(const Condition condition, ParseNoSql(json));
  return Bind(condition, type);
}

}  // namespace

absl::Status EventTypes::AddName(absl::string_view name, EventSet bit) {
  const std::string key = NameKey(name);
  if (key.empty())
    return absl::InvalidArgumentError("an event needs a name of letters");
  if (by_name_.emplace(key, bit).first->second != bit)
    return absl::InvalidArgumentError(
        absl::StrCat("event ", Quoted(name), " is another one's name"));
  return absl::OkStatus();
}

absl::Status EventTypes::AddRule(const Event& event, EventSet bit,
                                 const RecordType& type) {
  Rule rule;
  rule.bit = bit;
  rule.created = event.on().empty();
  rule.updated = event.on().empty();
  for (const int change : event.on()) {
    rule.created |= change == Event::CHANGE_CREATED;
    rule.updated |= change == Event::CHANGE_UPDATED;
    rule.deleted |= change == Event::CHANGE_DELETED;
  }
  auto appears = PathsOf(type, event.appears());
  auto disappears = PathsOf(type, event.disappears());
  auto changes = PathsOf(type, event.changes());
  if (!appears || !disappears || !changes)
    return absl::NotFoundError(
        absl::StrCat(type.name(), " has not all its paths"));
  rule.appears = *std::move(appears);
  rule.disappears = *std::move(disappears);
  rule.changes = *std::move(changes);
  if (!event.where().empty()) {
    ASSIGN_OR_RETURN(rule.where, WhereOf(event, type));
  }
  by_type_[type.id].push_back(std::move(rule));
  return absl::OkStatus();
}

absl::Status EventTypes::Add(const Catalog& catalog, const Event& event) {
  if (names_.size() >= kMaxEvents) return Wrong(event, "is one too many");
  const EventSet bit = EventSet{1} << names_.size();
  RETURN_IF_ERROR(AddName(event.name(), bit));
  for (const std::string& alias : event.aliases())
    RETURN_IF_ERROR(AddName(alias, bit));
  names_.push_back(event.name());
  if (!event.record().empty()) {
    const RecordType* type = catalog.FindByName(event.record());
    if (type == nullptr) return Wrong(event, "its record is not held here");
    const absl::Status added = AddRule(event, bit, *type);
    return added.ok() ? added : Wrong(event, added.message());
  }
  // Of any type that has what the event speaks of.
  absl::Status last = absl::NotFoundError("there are no records");
  bool added = false;
  for (const RecordType& type : catalog.types) {
    absl::Status one = AddRule(event, bit, type);
    added |= one.ok();
    if (!one.ok()) last = std::move(one);
  }
  return added ? absl::OkStatus() : Wrong(event, last.message());
}

void EventTypes::AddAlways(const Catalog& catalog) {
  for (const Always& always : AlwaysThere()) {
    const EventSet bit = EventSet{1} << names_.size();
    names_.push_back(always.name);
    // What the registry itself declares under such a name comes first.
    by_name_.emplace(NameKey(always.name), bit);
    for (const char* alias : always.aliases)
      by_name_.emplace(NameKey(alias), bit);
    for (const RecordType& type : catalog.types) {
      Rule rule;
      rule.bit = bit;
      rule.created = always.change == Event::CHANGE_CREATED;
      rule.updated = always.change == Event::CHANGE_UPDATED;
      rule.deleted = always.change == Event::CHANGE_DELETED;
      by_type_[type.id].push_back(std::move(rule));
    }
  }
}

absl::StatusOr<EventTypes> EventTypes::Build(
    const Catalog& catalog,
    const google::protobuf::RepeatedPtrField<Event>& configured) {
  EventTypes types;
  const auto replaced = [&](const Event& event) {
    return std::any_of(configured.begin(), configured.end(),
                       [&](const Event& other) {
                         return NameKey(other.name()) == NameKey(event.name());
                       });
  };
  for (const Event* event : catalog.service->events)
    if (!replaced(*event)) RETURN_IF_ERROR(types.Add(catalog, *event));
  for (const Event& event : configured)
    RETURN_IF_ERROR(types.Add(catalog, event));
  types.AddAlways(catalog);
  return types;
}

bool EventTypes::Holds(const Rule& rule, const ChangeView& change) {
  const bool created = !change.before.has_value();
  const bool deleted = !change.after.has_value();
  const bool updated = !created && !deleted;
  if (!(created ? rule.created : deleted ? rule.deleted : rule.updated))
    return false;
  for (const schema::Path& path : rule.appears)
    if (deleted || !HasValue(path, *change.after) ||
        (updated && HasValue(path, *change.before)))
      return false;
  for (const schema::Path& path : rule.disappears)
    if (!updated || HasValue(path, *change.after) ||
        !HasValue(path, *change.before))
      return false;
  const auto differs = [&](const schema::Path& path) {
    return updated &&
           ValuesOf(path, *change.before) != ValuesOf(path, *change.after);
  };
  if (!rule.changes.empty() &&
      std::none_of(rule.changes.begin(), rule.changes.end(), differs))
    return false;
  return !rule.where.has_value() || Matches(*rule.where, change.record());
}

EventSet EventTypes::Of(const ChangeView& change) const {
  EventSet events = 0;
  const auto rules = by_type_.find(change.type_id);
  if (rules == by_type_.end()) return events;
  for (const Rule& rule : rules->second)
    if (Holds(rule, change)) events |= rule.bit;
  return events;
}

std::optional<EventSet> EventTypes::Find(absl::string_view text) const {
  text = absl::StripAsciiWhitespace(text);
  const std::string key = NameKey(text);
  if (text.empty() || text == "*" || key == "any" || key == "all")
    return kAllEvents;
  const auto found = by_name_.find(key);
  if (found == by_name_.end()) return std::nullopt;
  return found->second;
}

const std::string& EventTypes::NameOf(EventSet events) const {
  static const std::string* const none = new std::string;
  const int first = events == 0 ? 64 : absl::countr_zero(events);
  return first < static_cast<int>(names_.size()) ? names_[first] : *none;
}

}  // namespace dci::registry
