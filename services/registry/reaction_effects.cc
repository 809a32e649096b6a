#include "services/registry/reaction_effects.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"

namespace dci::registry {
namespace {

using state::ElementEffect;
using state::FieldEffect;
using state::RecordEffect;
using Action = ReactionRule::Action;

absl::Status Problem(absl::string_view text) {
  return absl::FailedPreconditionError(text);
}

// Writes the mapped fields into `record`, and what that changed into `fields`.
void WriteMapped(const ReactionRule& rule, absl::string_view notified,
                 std::string* record,
                 google::protobuf::RepeatedPtrField<FieldEffect>* fields) {
  for (const ReactionRule::Mapping& mapping : rule.map) {
    const std::string value =
        mapping.from.has_value()
            ? Carried(*mapping.from, notified, *mapping.field)
            : Occurrence(mapping.to.back(), mapping.text);
    if (value.empty()) continue;
    std::string before = FieldBytes(mapping.to, *record);
    if (before == value) continue;
    FieldEffect* effect = fields->Add();
    for (const int32_t number : mapping.to) effect->add_path(number);
    effect->set_before(std::move(before));
    effect->set_after(value);
    *record = WithField(mapping.to, *record, value);
  }
}

// In the opposite order: a rule may have written a field twice.
void UnwriteMapped(
    const google::protobuf::RepeatedPtrField<FieldEffect>& fields,
    std::string* record) {
  for (int i = fields.size() - 1; i >= 0; --i) {
    const FieldEffect& effect = fields[i];
    const FieldNumbers path(effect.path().begin(), effect.path().end());
    if (FieldBytes(path, *record) != effect.after()) continue;
    *record = WithField(path, *record, effect.before());
  }
}

std::vector<std::string> Elements(const ReactionRule& rule,
                                  absl::string_view record) {
  return ValuesIn(FieldBytes(rule.list, record));
}

void PutElements(const ReactionRule& rule,
                 const std::vector<std::string>& elements,
                 std::string* record) {
  std::string occurrences;
  for (const std::string& element : elements)
    occurrences += Occurrence(rule.list.back(), element);
  *record = WithField(rule.list, *record, occurrences);
}

// The place of the element that has one of the identifiers; the number of the
// elements where there is none.
size_t FindElement(const ReactionRule& rule,
                   const std::vector<std::string>& elements,
                   const std::vector<Tuple>& identifiers) {
  for (size_t i = 0; i < elements.size(); ++i) {
    for (const Tuple& own : IdentifiersIn(rule.key, elements[i]))
      if (std::binary_search(identifiers.begin(), identifiers.end(), own))
        return i;
  }
  return elements.size();
}

// Counts one more or less. A count that is no number, or is missing, is given
// the number of elements.
void Count(const ReactionRule& rule, int change, std::string* record) {
  if (rule.count.empty()) return;
  const std::vector<std::string> held =
      ValuesIn(FieldBytes(rule.count, *record));
  int64_t number = 0;
  if (!held.empty() && absl::SimpleAtoi(held.back(), &number)) {
    number = std::max<int64_t>(0, number + change);
  } else {
    number = static_cast<int64_t>(Elements(rule, *record).size());
  }
  *record = WithField(rule.count, *record,
                      Occurrence(rule.count.back(), absl::StrCat(number)));
}

absl::StatusOr<std::string> FindTarget(const ReactionRule& rule,
                                       const RecordType& type,
                                       absl::string_view notified,
                                       RecordEdits* edits) {
  const std::vector<Tuple> identifiers = IdentifiersIn(rule.by, notified);
  if (identifiers.empty())
    return Problem("the notified record has no identifier to look for");
  ASSIGN_OR_RETURN(const std::vector<std::string> found,
                   edits->Find(type, *rule.index, identifiers));
  if (found.empty())
    return Problem(
        absl::StrCat("no ", type.name(), " has any of its identifiers"));
  if (found.size() > 1)
    return Problem(absl::StrCat("more than one ", type.name(),
                                " has one of its identifiers"));
  return found.front();
}

absl::Status PutElement(const ReactionRule& rule, absl::string_view notified,
                        std::string* record, RecordEffect* effect) {
  std::string element;
  google::protobuf::RepeatedPtrField<FieldEffect> written;
  WriteMapped(rule, notified, &element, &written);
  const std::vector<Tuple> identifiers = IdentifiersIn(rule.key, element);
  if (identifiers.empty())
    return Problem("the notified record has no identifier for an element");
  std::vector<std::string> elements = Elements(rule, *record);
  const size_t at = FindElement(rule, elements, identifiers);
  ElementEffect* done = effect->mutable_element();
  if (at < elements.size()) {
    done->set_kind(ElementEffect::KIND_WRITTEN);
    WriteMapped(rule, notified, &elements[at], done->mutable_fields());
    done->set_element(elements[at]);
    PutElements(rule, elements, record);
    return absl::OkStatus();
  }
  done->set_kind(ElementEffect::KIND_ADDED);
  done->mutable_fields()->Swap(&written);
  done->set_element(element);
  elements.push_back(std::move(element));
  PutElements(rule, elements, record);
  Count(rule, 1, record);
  return absl::OkStatus();
}

absl::Status RemoveElement(const ReactionRule& rule, absl::string_view notified,
                           std::string* record, RecordEffect* effect) {
  std::vector<std::string> elements = Elements(rule, *record);
  const size_t at =
      FindElement(rule, elements, IdentifiersIn(rule.element_by, notified));
  if (at == elements.size())
    return Problem("no element has any of its identifiers");
  ElementEffect* done = effect->mutable_element();
  done->set_kind(ElementEffect::KIND_REMOVED);
  done->set_element(elements[at]);
  elements.erase(elements.begin() + static_cast<std::ptrdiff_t>(at));
  PutElements(rule, elements, record);
  Count(rule, -1, record);
  return absl::OkStatus();
}

absl::StatusOr<RecordEffect> Upsert(const ReactionRule& rule,
                                    const RecordType& type,
                                    absl::string_view notified,
                                    RecordEdits* edits) {
  RecordEffect effect;
  effect.set_message(type.message->full_name);
  std::string made;
  google::protobuf::RepeatedPtrField<FieldEffect> written;
  WriteMapped(rule, notified, &made, &written);
  const absl::StatusOr<std::string> own_key = PrimaryKey(type, made);
  if (!own_key.ok()) return Problem(own_key.status().message());
  std::string key = *own_key;
  if (rule.index != nullptr && rule.index->paths.size() == 2) {
    // It may be known by another of its identifiers.
    ASSIGN_OR_RETURN(const std::vector<Tuple> identifiers,
                     Tuples(rule.index->paths, made));
    ASSIGN_OR_RETURN(const std::vector<std::string> found,
                     edits->Find(type, *rule.index, identifiers));
    if (found.size() > 1)
      return Problem(absl::StrCat("more than one ", type.name(),
                                  " has one of its identifiers"));
    if (!found.empty()) key = found.front();
  }
  ASSIGN_OR_RETURN(std::optional<std::string> held, edits->Get(type, key));
  effect.set_primary_key(key);
  if (held.has_value()) {
    made = *std::move(held);
    WriteMapped(rule, notified, &made, effect.mutable_fields());
  } else {
    effect.set_created(true);
    effect.mutable_fields()->Swap(&written);
  }
  edits->Put(type, key, std::move(made));
  return effect;
}

// Writes the mapped fields anew.
void Rewrite(const ReactionRule& rule, absl::string_view notified,
             const google::protobuf::RepeatedPtrField<FieldEffect>& old,
             google::protobuf::RepeatedPtrField<FieldEffect>* fields,
             std::string* record) {
  UnwriteMapped(old, record);
  WriteMapped(rule, notified, record, fields);
}

absl::StatusOr<std::optional<RecordEffect>> PutInPlace(
    const ReactionRule& rule, const RecordType& type, const RecordEffect& old,
    absl::string_view notified, std::string record, RecordEdits* edits) {
  const absl::StatusOr<std::string> target =
      FindTarget(rule, type, notified, edits);
  if (!target.ok() || *target != old.primary_key()) return std::nullopt;
  std::vector<std::string> elements = Elements(rule, record);
  const size_t at = FindElement(
      rule, elements, IdentifiersIn(rule.key, old.element().element()));
  if (at == elements.size()) return std::nullopt;
  RecordEffect effect = old;
  ElementEffect* done = effect.mutable_element();
  done->clear_fields();
  Rewrite(rule, notified, old.element().fields(), done->mutable_fields(),
          &elements[at]);
  const std::vector<Tuple> identifiers = IdentifiersIn(rule.key, elements[at]);
  // Another element may have its new identifiers; and it may have none.
  if (identifiers.empty() || FindElement(rule, elements, identifiers) != at)
    return std::nullopt;
  done->set_element(elements[at]);
  PutElements(rule, elements, &record);
  edits->Put(type, effect.primary_key(), std::move(record));
  return effect;
}

absl::StatusOr<std::optional<RecordEffect>> UpsertInPlace(
    const ReactionRule& rule, const RecordType& type, const RecordEffect& old,
    absl::string_view notified, std::string record, RecordEdits* edits) {
  RecordEffect effect = old;
  effect.clear_fields();
  Rewrite(rule, notified, old.fields(), effect.mutable_fields(), &record);
  const absl::StatusOr<std::string> key = PrimaryKey(type, record);
  if (!key.ok() || *key != old.primary_key()) return std::nullopt;
  edits->Put(type, *key, std::move(record));
  return effect;
}

void UndoElement(const ReactionRule& rule, const ElementEffect& effect,
                 std::string* record) {
  std::vector<std::string> elements = Elements(rule, *record);
  const size_t at =
      FindElement(rule, elements, IdentifiersIn(rule.key, effect.element()));
  const bool there = at < elements.size();
  const auto place = elements.begin() + static_cast<std::ptrdiff_t>(at);
  if (effect.kind() == ElementEffect::KIND_WRITTEN && there) {
    UnwriteMapped(effect.fields(), &elements[at]);
    PutElements(rule, elements, record);
  } else if (effect.kind() == ElementEffect::KIND_ADDED && there) {
    elements.erase(place);
    PutElements(rule, elements, record);
    Count(rule, -1, record);
  } else if (effect.kind() == ElementEffect::KIND_REMOVED && !there) {
    elements.push_back(effect.element());
    PutElements(rule, elements, record);
    Count(rule, 1, record);
  }
}

}  // namespace

absl::StatusOr<RecordEffect> Do(const ReactionRule& rule,
                                absl::string_view notified,
                                RecordEdits* edits) {
  ASSIGN_OR_RETURN(const RecordType* type, edits->TypeOf(*rule.own));
  if (rule.action == Action::kUpsert)
    return Upsert(rule, *type, notified, edits);
  ASSIGN_OR_RETURN(const std::string key,
                   FindTarget(rule, *type, notified, edits));
  ASSIGN_OR_RETURN(std::optional<std::string> record, edits->Get(*type, key));
  if (!record.has_value())
    return absl::InternalError("an index names a record that is not there");
  RecordEffect effect;
  effect.set_message(type->message->full_name);
  effect.set_primary_key(key);
  if (rule.action == Action::kSet)
    WriteMapped(rule, notified, &*record, effect.mutable_fields());
  else if (rule.action == Action::kPut)
    RETURN_IF_ERROR(PutElement(rule, notified, &*record, &effect));
  else
    RETURN_IF_ERROR(RemoveElement(rule, notified, &*record, &effect));
  edits->Put(*type, key, std::move(record));
  return effect;
}

absl::StatusOr<std::optional<RecordEffect>> DoInPlace(
    const ReactionRule& rule, const RecordEffect& old,
    absl::string_view notified, RecordEdits* edits) {
  ASSIGN_OR_RETURN(const RecordType* type, edits->TypeOf(*rule.own));
  if (old.message() != type->message->full_name) return std::nullopt;
  ASSIGN_OR_RETURN(std::optional<std::string> record,
                   edits->Get(*type, old.primary_key()));
  if (!record.has_value()) return std::nullopt;
  if (rule.action == Action::kUpsert && old.created())
    return UpsertInPlace(rule, *type, old, notified, *std::move(record), edits);
  if (rule.action == Action::kPut && old.has_element() &&
      old.element().kind() != ElementEffect::KIND_REMOVED)
    return PutInPlace(rule, *type, old, notified, *std::move(record), edits);
  return std::nullopt;
}

absl::Status Undo(const ReactionRule& rule, const RecordEffect& effect,
                  RecordEdits* edits) {
  ASSIGN_OR_RETURN(const RecordType* type, edits->TypeOf(*rule.own));
  // Done by an earlier form of the rule, to records of another kind.
  if (effect.message() != type->message->full_name) return absl::OkStatus();
  const std::string& key = effect.primary_key();
  ASSIGN_OR_RETURN(std::optional<std::string> record, edits->Get(*type, key));
  if (!record.has_value()) return absl::OkStatus();
  if (effect.created()) {
    edits->Put(*type, key, std::nullopt);
    return absl::OkStatus();
  }
  UnwriteMapped(effect.fields(), &*record);
  if (effect.has_element() && !rule.list.empty())
    UndoElement(rule, effect.element(), &*record);
  edits->Put(*type, key, std::move(record));
  return absl::OkStatus();
}

}  // namespace dci::registry
