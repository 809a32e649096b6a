#include "services/registry/query.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/registry/extract.h"
#include "services/registry/normal_form.h"

namespace dci::registry {
namespace {

bool Satisfies(const Query& query, absl::string_view normal) {
  switch (query.op) {
    case Op::kIn:
      return std::binary_search(query.values.begin(), query.values.end(),
                                normal);
    case Op::kLess:
      return normal < query.values[0];
    case Op::kLessEqual:
      return normal <= query.values[0];
    case Op::kGreater:
      return normal > query.values[0];
    case Op::kGreaterEqual:
      return normal >= query.values[0];
    case Op::kExists:
      return true;
  }
  return false;
}

bool MatchesIdentifier(const Query& query, absl::string_view record) {
  const auto tuples = Tuples(query.attribute.identifiers->paths, record);
  if (!tuples.ok()) return false;
  return std::any_of(tuples->begin(), tuples->end(), [&](const Tuple& tuple) {
    return tuple[0] == query.attribute.identifier_type &&
           Satisfies(query, tuple[1]);
  });
}

bool MatchesCompare(const Query& query, absl::string_view record) {
  if (query.attribute.identifiers != nullptr)
    return MatchesIdentifier(query, record);
  const schema::Field& leaf = query.attribute.path.leaf();
  return VisitValues(query.attribute.path, record, [&](absl::string_view text) {
    // An object exists, although it compares with nothing.
    if (query.op == Op::kExists) return true;
    const std::optional<std::string> normal = NormalForm(leaf, text);
    return normal.has_value() && Satisfies(query, *normal);
  });
}

absl::string_view OpText(Op op) {
  switch (op) {
    case Op::kIn:
      return "in";
    case Op::kLess:
      return "<";
    case Op::kLessEqual:
      return "<=";
    case Op::kGreater:
      return ">";
    case Op::kGreaterEqual:
      return ">=";
    case Op::kExists:
      return "exists";
  }
  return "?";
}

}  // namespace

Query Query::And(std::vector<Query> children) {
  Query query;
  query.children = std::move(children);
  return query;
}

Query Query::Or(std::vector<Query> children) {
  Query query;
  query.kind = Kind::kOr;
  query.children = std::move(children);
  return query;
}

Query Query::Not(Query child) {
  Query query;
  query.kind = Kind::kNot;
  query.children.push_back(std::move(child));
  return query;
}

Query Query::Compare(Attribute attribute, Op op,
                     std::vector<std::string> values) {
  Query query;
  query.kind = Kind::kCompare;
  query.attribute = std::move(attribute);
  query.op = op;
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  query.values = std::move(values);
  return query;
}

bool Matches(const Query& query, absl::string_view record) {
  auto matches = [&](const Query& child) { return Matches(child, record); };
  switch (query.kind) {
    case Query::Kind::kAnd:
      return std::all_of(query.children.begin(), query.children.end(), matches);
    case Query::Kind::kOr:
      return std::any_of(query.children.begin(), query.children.end(), matches);
    case Query::Kind::kNot:
      return !Matches(query.children.front(), record);
    case Query::Kind::kCompare:
      return MatchesCompare(query, record);
  }
  return false;
}

std::string ToText(const Query& query) {
  std::vector<std::string> parts;
  for (const Query& child : query.children) parts.push_back(ToText(child));
  switch (query.kind) {
    case Query::Kind::kAnd:
      return parts.empty()
                 ? "all"
                 : absl::StrCat("(", absl::StrJoin(parts, " and "), ")");
    case Query::Kind::kOr:
      return absl::StrCat("(", absl::StrJoin(parts, " or "), ")");
    case Query::Kind::kNot:
      return absl::StrCat("not ", parts.front());
    case Query::Kind::kCompare:
      return absl::StrCat(
          query.attribute.name, " ", OpText(query.op),
          query.op == Op::kIn ? absl::StrCat(" ", query.values.size()) : "");
  }
  return "";
}

}  // namespace dci::registry
