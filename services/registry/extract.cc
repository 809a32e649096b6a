#include "services/registry/extract.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/registry/json_value.h"
#include "services/registry/normal_form.h"
#include "services/wire/wire_bytes.h"

namespace dci::registry {
namespace {

using TextVisitor = absl::FunctionRef<bool(absl::string_view)>;
using Fields = absl::Span<const schema::Field* const>;

bool VisitVarint(const schema::Field& field, uint64_t value,
                 TextVisitor visit) {
  switch (field.kind) {
    case schema::Kind::kBool:
      return visit(value != 0 ? "true" : "false");
    case schema::Kind::kInt32:
      return visit(absl::StrCat(static_cast<int32_t>(value)));
    case schema::Kind::kEnum: {
      const schema::Code* code =
          field.enumeration->FindNumber(static_cast<int>(value));
      return code != nullptr && visit(code->code);
    }
    default:
      return false;
  }
}

// dci.common.v1.Json.text: the schema's rules give such a message no other.
constexpr uint32_t kJsonText = 1;

// The text of a Json message; a JSON string without its quotes and escapes.
bool VisitJson(absl::string_view bytes, TextVisitor visit) {
  for (wire::WireReader f(bytes); f.Next();) {
    if (f.number() != kJsonText || f.type() != wire::kLength) continue;
    if (f.bytes().empty() || f.bytes().front() != '"') return visit(f.bytes());
    const absl::StatusOr<JsonValue> json = ParseJsonValue(f.bytes());
    return json.ok() && visit(json->text);
  }
  return false;
}

bool VisitLeaf(const schema::Field& field, const wire::WireReader& found,
               TextVisitor visit) {
  if (found.type() == wire::kVarint)
    return VisitVarint(field, found.varint(), visit);
  if (found.type() != wire::kLength) return false;
  if (field.kind == schema::Kind::kString) return visit(found.bytes());
  if (field.kind == schema::Kind::kJson) return VisitJson(found.bytes(), visit);
  if (!field.is_scalar()) return visit("");
  // Packed numbers.
  wire::WireReader rest(found.bytes());
  for (uint64_t value; rest.Varint(&value);)
    if (VisitVarint(field, value, visit)) return true;
  return false;
}

bool VisitFields(Fields fields, absl::string_view bytes, TextVisitor visit) {
  const schema::Field& field = *fields.front();
  for (wire::WireReader found(bytes); found.Next();) {
    if (static_cast<int>(found.number()) != field.number) continue;
    const bool stop =
        fields.size() == 1
            ? VisitLeaf(field, found, visit)
            : found.type() == wire::kLength &&
                  VisitFields(fields.subspan(1), found.bytes(), visit);
    if (stop) return true;
  }
  return false;
}

// What is left of a path, and the place of its value in the tuple.
struct Tail {
  size_t slot;
  Fields fields;
};

absl::Status TooManyValues() {
  return absl::ResourceExhaustedError(
      absl::StrCat("more than ", kMaxTuples, " values for one index"));
}

// Ascending, each once.
std::vector<Tuple> InOrder(std::vector<Tuple> tuples) {
  std::sort(tuples.begin(), tuples.end());
  tuples.erase(std::unique(tuples.begin(), tuples.end()), tuples.end());
  return tuples;
}

// The values of one path, a tuple each.
absl::StatusOr<std::vector<Tuple>> Singles(const schema::Path& path,
                                           absl::string_view record) {
  std::vector<Tuple> tuples;
  VisitFields(path.fields, record, [&](absl::string_view text) {
    std::optional<std::string> normal = NormalForm(path.leaf(), text);
    if (!normal.has_value()) return false;
    tuples.emplace_back();
    tuples.back().push_back(*std::move(normal));
    return tuples.size() > kMaxTuples;
  });
  if (tuples.size() > kMaxTuples) return TooManyValues();
  return InOrder(std::move(tuples));
}

// Every tuple of `left` with every one of `right`, whose slots are disjoint.
absl::StatusOr<std::vector<Tuple>> Combine(const std::vector<Tuple>& left,
                                           const std::vector<Tuple>& right,
                                           absl::Span<const Tail> right_tails) {
  if (left.size() * right.size() > kMaxTuples) return TooManyValues();
  std::vector<Tuple> result;
  result.reserve(left.size() * right.size());
  for (const Tuple& l : left) {
    for (const Tuple& r : right) {
      result.push_back(l);
      for (const Tail& tail : right_tails)
        result.back()[tail.slot] = r[tail.slot];
    }
  }
  return result;
}

absl::StatusOr<std::vector<Tuple>> Collect(std::vector<Tail> tails,
                                           absl::string_view bytes,
                                           size_t width);

// The tuples that the elements of the tails' common first field have.
absl::StatusOr<std::vector<Tuple>> CollectGroup(const std::vector<Tail>& tails,
                                                absl::string_view bytes,
                                                size_t width) {
  std::vector<Tuple> result;
  const schema::Field& field = *tails.front().fields.front();
  if (tails.front().fields.size() == 1) {
    VisitFields(tails.front().fields, bytes, [&](absl::string_view text) {
      std::optional<std::string> normal = NormalForm(field, text);
      if (!normal.has_value()) return false;
      result.emplace_back(width);
      result.back()[tails.front().slot] = *std::move(normal);
      return result.size() > kMaxTuples;
    });
    return result;
  }
  std::vector<Tail> rest = tails;
  for (Tail& tail : rest) tail.fields.remove_prefix(1);
  for (wire::WireReader found(bytes); found.Next();) {
    if (static_cast<int>(found.number()) != field.number ||
        found.type() != wire::kLength)
      continue;
    ASSIGN_OR_RETURN(std::vector<Tuple> more,
                     Collect(rest, found.bytes(), width));
    std::move(more.begin(), more.end(), std::back_inserter(result));
    if (result.size() > kMaxTuples) break;
  }
  return result;
}

absl::StatusOr<std::vector<Tuple>> Collect(std::vector<Tail> tails,
                                           absl::string_view bytes,
                                           size_t width) {
  std::vector<Tuple> result = {Tuple(width)};
  while (!tails.empty()) {
    // A leaf stands alone; inner fields gather all paths through them.
    const schema::Field* first = tails.front().fields.front();
    const bool leaf = tails.front().fields.size() == 1;
    std::vector<Tail> group, others;
    for (size_t i = 0; i < tails.size(); ++i) {
      const bool same = i == 0 || (!leaf && tails[i].fields.front() == first);
      (same ? group : others).push_back(tails[i]);
    }
    ASSIGN_OR_RETURN(std::vector<Tuple> found,
                     CollectGroup(group, bytes, width));
    ASSIGN_OR_RETURN(result, Combine(result, found, group));
    if (result.empty()) break;
    tails = std::move(others);
  }
  return result;
}

}  // namespace

bool VisitValues(const schema::Path& path, absl::string_view record,
                 TextVisitor visit) {
  return VisitFields(path.fields, record, visit);
}

std::optional<std::string> FirstText(const schema::Path& path,
                                     absl::string_view record) {
  absl::string_view bytes = record;
  for (size_t i = 0; i < path.fields.size(); ++i) {
    wire::WireReader found(bytes);
    bool present = false;
    while (!present && found.Next())
      present = static_cast<int>(found.number()) == path.fields[i]->number;
    if (!present) return std::nullopt;
    if (i + 1 < path.fields.size()) {
      bytes = found.bytes();
      continue;
    }
    std::optional<std::string> first;
    VisitLeaf(path.leaf(), found, [&](absl::string_view text) {
      first = std::string(text);
      return true;
    });
    return first;
  }
  return std::nullopt;
}

absl::StatusOr<std::vector<Tuple>> Tuples(absl::Span<const schema::Path> paths,
                                          absl::string_view record) {
  // Most indexes are of one path, and of those nothing has to be combined.
  if (paths.size() == 1) return Singles(paths[0], record);
  std::vector<Tail> tails;
  for (size_t i = 0; i < paths.size(); ++i)
    tails.push_back({i, paths[i].fields});
  ASSIGN_OR_RETURN(std::vector<Tuple> tuples,
                   Collect(std::move(tails), record, paths.size()));
  return InOrder(std::move(tuples));
}

bool IsMultiValued(const schema::Path& path) {
  return std::any_of(path.fields.begin(), path.fields.end(),
                     [](const schema::Field* f) { return f->repeated; });
}

}  // namespace dci::registry
