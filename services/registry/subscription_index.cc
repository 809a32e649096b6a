#include "services/registry/subscription_index.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/registry/extract.h"
#include "services/registry/normal_form.h"

namespace dci::registry {
namespace {

// Values of one filter that are worth looking up; with more it is evaluated.
constexpr size_t kMaxTerms = 256;

// Calls `use` with the normal form of each value that the record has.
void VisitNormal(const Attribute& attribute, absl::string_view record,
                 absl::FunctionRef<void(const std::string&)> use) {
  if (attribute.identifiers != nullptr) {
    const auto tuples = Tuples(attribute.identifiers->paths, record);
    if (!tuples.ok()) return;
    for (const Tuple& tuple : *tuples)
      if (tuple[0] == attribute.identifier_type) use(tuple[1]);
    return;
  }
  const schema::Field& leaf = attribute.path.leaf();
  VisitValues(attribute.path, record, [&](absl::string_view text) {
    const std::optional<std::string> normal = NormalForm(leaf, text);
    if (normal.has_value()) use(*normal);
    return false;
  });
}

}  // namespace

std::string SubscriptionIndex::KeyOf(const Attribute& attribute) {
  return absl::StrCat(attribute.path.text, "|", attribute.identifier_type);
}

std::optional<std::vector<SubscriptionIndex::Term>> SubscriptionIndex::TermsOf(
    const Query& query) {
  std::optional<std::vector<Term>> best;
  switch (query.kind) {
    case Query::Kind::kCompare:
      if (query.op != Op::kIn || query.values.size() > kMaxTerms)
        return std::nullopt;
      best.emplace();
      for (const std::string& value : query.values)
        best->push_back({&query.attribute, value});
      return best;
    case Query::Kind::kAnd:
      for (const Query& child : query.children) {
        std::optional<std::vector<Term>> terms = TermsOf(child);
        if (terms.has_value() &&
            (!best.has_value() || terms->size() < best->size()))
          best = std::move(terms);
      }
      return best;
    case Query::Kind::kOr:
      best.emplace();
      for (const Query& child : query.children) {
        std::optional<std::vector<Term>> terms = TermsOf(child);
        if (!terms.has_value()) return std::nullopt;
        best->insert(best->end(), terms->begin(), terms->end());
      }
      if (best->size() > kMaxTerms) return std::nullopt;
      return best;
    case Query::Kind::kNot:
      return std::nullopt;
  }
  return std::nullopt;
}

void SubscriptionIndex::Link(Group* group) {
  Type& type = types_[group->type_id];
  const std::optional<std::vector<Term>> terms = TermsOf(group->query);
  if (!terms.has_value()) {
    type.scanned.insert(group);
    return;
  }
  for (const Term& term : *terms) {
    const std::string key = KeyOf(*term.attribute);
    Anchor& anchor = type.anchors[key];
    anchor.attribute = *term.attribute;
    anchor.by_value[term.value].push_back(group);
    group->terms.emplace_back(key, term.value);
  }
}

void SubscriptionIndex::Unlink(Group* group) {
  Type& type = types_[group->type_id];
  type.scanned.erase(group);
  for (const auto& [key, value] : group->terms) {
    const auto anchor = type.anchors.find(key);
    if (anchor == type.anchors.end()) continue;
    auto& by_value = anchor->second.by_value;
    const auto groups = by_value.find(value);
    if (groups == by_value.end()) continue;
    auto& list = groups->second;
    list.erase(std::remove(list.begin(), list.end(), group), list.end());
    if (list.empty()) by_value.erase(groups);
    if (by_value.empty()) type.anchors.erase(anchor);
  }
}

void SubscriptionIndex::Put(const std::string& code,
                            const CompiledCriteria& criteria) {
  Remove(code);
  std::vector<Group*>& mine = by_code_[code];
  for (const TypedQuery& typed : criteria.queries) {
    std::string key = absl::StrCat(typed.type_id, ":", typed.normal);
    std::unique_ptr<Group>& group = groups_[key];
    if (group == nullptr) {
      group = std::make_unique<Group>();
      group->type_id = typed.type_id;
      group->query = typed.query;
      group->key = std::move(key);
      Link(group.get());
    }
    group->codes.insert(code);
    mine.push_back(group.get());
  }
}

void SubscriptionIndex::Remove(const std::string& code) {
  const auto mine = by_code_.find(code);
  if (mine == by_code_.end()) return;
  for (Group* group : mine->second) {
    group->codes.erase(code);
    if (!group->codes.empty()) continue;
    Unlink(group);
    const std::string key = group->key;
    groups_.erase(key);
  }
  by_code_.erase(mine);
}

std::vector<absl::string_view> SubscriptionIndex::Match(
    uint32_t type_id, absl::string_view record, absl::string_view after) const {
  std::vector<absl::string_view> codes;
  const auto type = types_.find(type_id);
  if (type == types_.end()) return codes;
  absl::flat_hash_set<const Group*> candidates(type->second.scanned.begin(),
                                               type->second.scanned.end());
  for (const auto& [key, anchor] : type->second.anchors)
    VisitNormal(anchor.attribute, record,
                [&, &anchor = anchor](const std::string& value) {
                  const auto groups = anchor.by_value.find(value);
                  if (groups == anchor.by_value.end()) return;
                  candidates.insert(groups->second.begin(),
                                    groups->second.end());
                });
  for (const Group* group : candidates) {
    if (!Matches(group->query, record)) continue;
    for (auto it = group->codes.upper_bound(after); it != group->codes.end();
         ++it)
      codes.push_back(*it);
  }
  std::sort(codes.begin(), codes.end());
  return codes;
}

size_t SubscriptionIndex::scanned(uint32_t type_id) const {
  const auto type = types_.find(type_id);
  return type == types_.end() ? 0 : type->second.scanned.size();
}

}  // namespace dci::registry
