#include "services/registry/reaction_rule.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/registry/condition.h"
#include "services/registry/json_value.h"
#include "services/registry/nosql.h"
#include "services/registry/record_type.h"

namespace dci::registry {
namespace {

using Config = config::v1::Reaction;

bool IsSpokenOf(const std::vector<std::string>& events,
                absl::string_view event) {
  return std::any_of(events.begin(), events.end(),
                     [&](const auto& name) { return SameEvent(name, event); });
}

template <typename List>
std::vector<std::string> Texts(const List& list) {
  return {list.begin(), list.end()};
}

// A field that is written: single objects lead to it.
absl::StatusOr<schema::Path> FindWritten(const schema::Message& message,
                                         absl::string_view text) {
  ASSIGN_OR_RETURN(schema::Path path, schema::FindPath(message, text));
  for (size_t i = 0; i + 1 < path.fields.size(); ++i)
    if (path.fields[i]->repeated)
      return absl::InvalidArgumentError(absl::StrCat(
          text, ": ", path.fields[i]->name, " is a list of objects"));
  if (path.leaf().packed)
    return absl::InvalidArgumentError(
        absl::StrCat(text, ": lists of numbers cannot be written"));
  return path;
}

absl::StatusOr<ReactionRule::Mapping> CompileMapping(
    const schema::Message& notified, const schema::Message& written,
    const config::v1::FieldMapping& config) {
  ReactionRule::Mapping mapping;
  ASSIGN_OR_RETURN(const schema::Path to, FindWritten(written, config.to()));
  mapping.to = NumbersOf(to);
  mapping.field = &to.leaf();
  if (config.from().empty()) {
    if (mapping.field->kind != schema::Kind::kString)
      return absl::InvalidArgumentError(
          absl::StrCat(config.to(), " is no text: it needs a `from`"));
    mapping.text = config.text();
    return mapping;
  }
  ASSIGN_OR_RETURN(mapping.from, schema::FindPath(notified, config.from()));
  const schema::Field& from = mapping.from->leaf();
  if (from.kind != mapping.field->kind ||
      from.message != mapping.field->message ||
      from.enumeration != mapping.field->enumeration || from.packed)
    return absl::InvalidArgumentError(absl::StrCat(
        config.from(), " and ", config.to(), " are of different kinds"));
  return mapping;
}

template <typename Mappings>
absl::Status CompileMap(const Mappings& mappings, const schema::Message& target,
                        ReactionRule* rule) {
  if (mappings.empty()) return absl::InvalidArgumentError("nothing is mapped");
  for (const config::v1::FieldMapping& mapping : mappings) {
    ASSIGN_OR_RETURN(ReactionRule::Mapping compiled,
                     CompileMapping(*rule->notified, target, mapping));
    rule->map.push_back(std::move(compiled));
  }
  return absl::OkStatus();
}

absl::Status CompileList(absl::string_view list, absl::string_view key,
                         absl::string_view count, ReactionRule* rule) {
  ASSIGN_OR_RETURN(const schema::Path path, FindWritten(*rule->own, list));
  if (!path.leaf().repeated || path.leaf().message == nullptr)
    return absl::InvalidArgumentError(
        absl::StrCat(list, " is no list of objects"));
  rule->list = NumbersOf(path);
  rule->element = path.leaf().message;
  ASSIGN_OR_RETURN(IdentifierPaths paths, FindIdentifiers(*rule->element, key));
  rule->key.push_back(std::move(paths));
  if (count.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const schema::Path number, FindWritten(*rule->own, count));
  if (number.leaf().kind != schema::Kind::kString || number.leaf().repeated)
    return absl::InvalidArgumentError(absl::StrCat(count, " is no number"));
  rule->count = NumbersOf(number);
  return absl::OkStatus();
}

absl::Status FindOwn(absl::string_view type, ReactionRule* rule) {
  rule->own = rule->service->FindRecord(type);
  if (rule->own != nullptr) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(rule->service->full_name, " holds no record ", type));
}

absl::Status CompileFind(const config::v1::FindRecord& find,
                         ReactionRule* rule) {
  RETURN_IF_ERROR(FindOwn(find.type(), rule));
  const std::string& name = find.index().empty() ? "identifier" : find.index();
  rule->index = rule->own->record->FindIndex(name);
  if (rule->index == nullptr || rule->index->paths.size() != 2)
    return absl::InvalidArgumentError(absl::StrCat(
        "find: ", find.type(), " has no index ", name, " of identifiers"));
  if (find.by().empty()) return absl::InvalidArgumentError("find.by is empty");
  for (const std::string& by : find.by()) {
    ASSIGN_OR_RETURN(IdentifierPaths paths,
                     FindIdentifiers(*rule->notified, by));
    rule->by.push_back(std::move(paths));
  }
  return absl::OkStatus();
}

absl::Status CompileUpsert(const config::v1::UpsertRecord& upsert,
                           ReactionRule* rule) {
  rule->action = ReactionRule::Action::kUpsert;
  RETURN_IF_ERROR(FindOwn(upsert.type(), rule));
  rule->index = rule->own->record->identifier_index;
  return CompileMap(upsert.map(), *rule->own, rule);
}

absl::Status CompileAction(const Config& config, ReactionRule* rule) {
  if (config.action_case() == Config::kUpsert)
    return CompileUpsert(config.upsert(), rule);
  RETURN_IF_ERROR(CompileFind(config.find(), rule));
  switch (config.action_case()) {
    case Config::kSet:
      return CompileMap(config.set().map(), *rule->own, rule);
    case Config::kPut:
      rule->action = ReactionRule::Action::kPut;
      RETURN_IF_ERROR(CompileList(config.put().list(), config.put().key(),
                                  config.put().count(), rule));
      return CompileMap(config.put().map(), *rule->element, rule);
    case Config::kRemove: {
      rule->action = ReactionRule::Action::kRemove;
      RETURN_IF_ERROR(CompileList(config.remove().list(), config.remove().key(),
                                  config.remove().count(), rule));
      ASSIGN_OR_RETURN(IdentifierPaths by,
                       FindIdentifiers(*rule->notified, config.remove().by()));
      rule->element_by.push_back(std::move(by));
      return absl::OkStatus();
    }
    default:
      return absl::InvalidArgumentError("it has no action");
  }
}

absl::Status Compile(const schema::Model& model, const Config& config,
                     ReactionRule* rule) {
  if (config.name().empty()) return absl::InvalidArgumentError("no name");
  if (config.events().empty()) return absl::InvalidArgumentError("no events");
  rule->name = config.name();
  rule->publishers = Texts(config.publishers());
  rule->news = {Texts(config.events()), Texts(config.reversals()),
                Texts(config.corrections())};
  rule->order = config.order();
  rule->notified = model.FindMessage(config.record());
  if (rule->notified == nullptr || !rule->notified->record.has_value())
    return absl::InvalidArgumentError(
        absl::StrCat("record: ", config.record(), " is none of the schema"));
  ASSIGN_OR_RETURN(rule->condition,
                   ParseRecordCondition(*rule->notified, config.condition()));
  return CompileAction(config, rule);
}

}  // namespace

absl::StatusOr<IdentifierPaths> FindIdentifiers(const schema::Message& message,
                                                absl::string_view text) {
  IdentifierPaths paths;
  ASSIGN_OR_RETURN(
      paths[0],
      schema::FindPath(message, absl::StrCat(text, ".identifier_type")));
  ASSIGN_OR_RETURN(
      paths[1],
      schema::FindPath(message, absl::StrCat(text, ".identifier_value")));
  return paths;
}

std::vector<Tuple> IdentifiersIn(const std::vector<IdentifierPaths>& paths,
                                 absl::string_view record) {
  std::vector<Tuple> all;
  for (const IdentifierPaths& pair : paths) {
    absl::StatusOr<std::vector<Tuple>> found = Tuples(pair, record);
    // A record of more than ten thousand identifiers has none that count.
    if (!found.ok()) continue;
    std::move(found->begin(), found->end(), std::back_inserter(all));
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

absl::StatusOr<Query> ParseRecordCondition(const schema::Message& message,
                                           absl::string_view json) {
  if (json.empty()) return Query::All();
  RecordType type;
  type.message = &message;
  ASSIGN_OR_RETURN(const JsonValue value, ParseJsonValue(json));
  ASSIGN_OR_RETURN(const Condition condition, ParseNoSql(value));
  return Bind(condition, type);
}

std::optional<NewsKind> NewsRule::KindOf(absl::string_view event) const {
  if (IsSpokenOf(reversals, event)) return NewsKind::kReversal;
  if (IsSpokenOf(events, event)) return NewsKind::kEvent;
  if (IsSpokenOf(corrections, event)) return NewsKind::kCorrection;
  return std::nullopt;
}

bool ReactionRule::Heeds(absl::string_view publisher) const {
  return publishers.empty() || std::find(publishers.begin(), publishers.end(),
                                         publisher) != publishers.end();
}

absl::StatusOr<std::shared_ptr<const ReactionRule>> CompileReaction(
    const schema::Model& model, const schema::Service& service,
    const Config& config) {
  auto rule = std::make_shared<ReactionRule>();
  rule->service = &service;
  const absl::Status compiled = Compile(model, config, rule.get());
  if (compiled.ok()) return rule;
  return absl::InvalidArgumentError(absl::StrCat("reaction ", config.name(),
                                                 " of ", service.full_name,
                                                 ": ", compiled.message()));
}

}  // namespace dci::registry
