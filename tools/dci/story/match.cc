#include "tools/dci/story/match.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "services/wire/json_text.h"

namespace dci::cli::story {
namespace {

constexpr absl::string_view kAnyElements = "...";
// Longer values are cut where they are told.
constexpr size_t kTold = 160;

struct Comparison {
  enum class Kind {
    kLess,
    kLessOrEqual,
    kGreater,
    kGreaterOrEqual,
    kNot,
    kOneOf,
    kAbsent
  };
  Kind kind;
  std::string operand;
};

// The longer signs first.
constexpr std::pair<absl::string_view, Comparison::Kind> kSigns[] = {
    {"<=", Comparison::Kind::kLessOrEqual},
    {">=", Comparison::Kind::kGreaterOrEqual},
    {"<", Comparison::Kind::kLess},
    {">", Comparison::Kind::kGreater},
    {"one of ", Comparison::Kind::kOneOf},
    {"not ", Comparison::Kind::kNot},
};

std::optional<Comparison> ReadComparison(absl::string_view name) {
  if (name == "absent") return Comparison{Comparison::Kind::kAbsent, ""};
  for (const auto& [sign, kind] : kSigns)
    if (absl::StartsWith(name, sign))
      return Comparison{
          kind,
          std::string(absl::StripAsciiWhitespace(name.substr(sign.size())))};
  return std::nullopt;
}

bool IsAbsent(const Value& expected) {
  return expected.is_text() && LoneName(expected.text) == "absent";
}

bool IsAnyElements(const Value& value) {
  return value.is_text() && value.text == kAnyElements;
}

// `*` stands for any characters.
bool GlobMatches(absl::string_view glob, absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(glob, '*');
  if (parts.size() == 1) return glob == text;
  if (!absl::ConsumePrefix(&text, parts.front())) return false;
  for (size_t i = 1; i + 1 < parts.size(); ++i) {
    const size_t at = text.find(parts[i]);
    if (at == absl::string_view::npos) return false;
    text.remove_prefix(at + parts[i].size());
  }
  return absl::EndsWith(text, parts.back());
}

std::string Told(const Value& value) {
  std::string json = ToJson(value);
  if (json.size() > kTold) json = json.substr(0, kTold) + " …";
  return json;
}

// -1, 0, 1; numbers by what they are worth, also where they are written as
// texts, all else by characters, as dates of ISO 8601 can be.
int Compare(const std::string& a, const std::string& b) {
  double x = 0, y = 0;
  if (absl::SimpleAtod(a, &x) && absl::SimpleAtod(b, &y))
    return x < y ? -1 : x > y;
  const int order = a.compare(b);
  return order < 0 ? -1 : order > 0;
}

class Matcher {
 public:
  explicit Matcher(Names* names) : names_(names) {}

  std::vector<Mismatch> Take() { return std::move(mismatches_); }

  void Check(const Value& expected, const Value& actual,
             const std::string& path) {
    if (expected.is_text()) {
      CheckText(expected, actual, path);
    } else if (expected.is_object() && actual.is_object()) {
      CheckMembers(expected, actual, path);
    } else if (expected.is_array() && actual.is_array()) {
      CheckElements(expected, actual, path);
    } else if (!SameValue(expected, actual)) {
      Differs(expected, actual, path, Told(expected));
    }
  }

 private:
  void Say(const Value& expected, const std::string& path, std::string what) {
    mismatches_.push_back({expected.line, path, std::move(what)});
  }

  void Differs(const Value& expected, const Value& actual,
               const std::string& path, const std::string& wanted) {
    Say(expected, path,
        absl::StrCat("must be ", wanted, ", and is ", Told(actual)));
  }

  void CheckMembers(const Value& expected, const Value& actual,
                    const std::string& path) {
    for (const auto& [key, member] : expected.members) {
      const std::string below = absl::StrCat(path, "/", wire::PointerStep(key));
      const Value* found = actual.Find(key);
      if (IsAbsent(member)) {
        if (found != nullptr) Say(member, below, "must not be there, and is");
      } else if (found == nullptr) {
        Say(member, below, "is missing");
      } else {
        Check(member, *found, below);
      }
    }
  }

  void CheckElements(const Value& expected, const Value& actual,
                     const std::string& path) {
    if (std::any_of(expected.elements.begin(), expected.elements.end(),
                    IsAnyElements)) {
      Names tried = *names_;
      if (Fits(expected, 0, actual, 0, &tried))
        *names_ = std::move(tried);
      else
        SayNearest(expected, actual, path);
      return;
    }
    if (expected.elements.size() != actual.elements.size()) {
      Say(expected, path,
          absl::StrCat("must have ", expected.elements.size(),
                       " elements, and has ", actual.elements.size(), ": ",
                       Told(actual)));
      return;
    }
    for (size_t i = 0; i < expected.elements.size(); ++i)
      Check(expected.elements[i], actual.elements[i],
            absl::StrCat(path, "/", i));
  }

  // Whether the expected elements from `e` on fit the actual ones from `a` on.
  static bool Fits(const Value& expected, size_t e, const Value& actual,
                   size_t a, Names* names) {
    if (e == expected.elements.size()) return a == actual.elements.size();
    if (!IsAnyElements(expected.elements[e])) {
      if (a == actual.elements.size() ||
          !Match(expected.elements[e], actual.elements[a], names).empty())
        return false;
      return Fits(expected, e + 1, actual, a + 1, names);
    }
    for (size_t next = a; next <= actual.elements.size(); ++next) {
      Names tried = *names;
      if (!Fits(expected, e + 1, actual, next, &tried)) continue;
      *names = std::move(tried);
      return true;
    }
    return false;
  }

  // Of a list that does not fit: the first element that none fits, and what
  // is wrong with the one that comes nearest.
  void SayNearest(const Value& expected, const Value& actual,
                  const std::string& path) {
    for (const Value& wanted : expected.elements) {
      if (IsAnyElements(wanted)) continue;
      std::vector<Mismatch> nearest;
      bool found = false;
      for (size_t i = 0; i < actual.elements.size() && !found; ++i) {
        Names tried = *names_;
        Matcher matcher(&tried);
        matcher.Check(wanted, actual.elements[i], absl::StrCat(path, "/", i));
        std::vector<Mismatch> wrong = matcher.Take();
        found = wrong.empty();
        if (i == 0 || wrong.size() < nearest.size()) nearest = std::move(wrong);
      }
      if (found) continue;
      Say(wanted, path,
          absl::StrCat("has no such element among its ",
                       actual.elements.size()));
      mismatches_.insert(mismatches_.end(), nearest.begin(), nearest.end());
      return;
    }
    Say(expected, path,
        absl::StrCat("has these elements in another order, or others "
                     "between them: ",
                     Told(actual)));
  }

  void CheckText(const Value& expected, const Value& actual,
                 const std::string& path) {
    const std::string name = LoneName(expected.text);
    if (!name.empty()) return CheckName(name, expected, actual, path);
    if (expected.text == "*") return;
    const absl::StatusOr<std::string> filled = names_->FillText(expected.text);
    if (!filled.ok())
      return Say(expected, path, std::string(filled.status().message()));
    if (!actual.is_text() || !GlobMatches(*filled, actual.text))
      Differs(expected, actual, path, ToJson(Value::Text(*filled)));
  }

  void CheckName(const std::string& name, const Value& expected,
                 const Value& actual, const std::string& path) {
    if (const auto comparison = ReadComparison(name))
      return CheckComparison(*comparison, name, expected, actual, path);
    const absl::StatusOr<Value> known = names_->Get(name);
    if (absl::IsNotFound(known.status())) return names_->Set(name, actual);
    if (!known.ok())
      return Say(expected, path, std::string(known.status().message()));
    if (!SameValue(*known, actual))
      Differs(expected, actual, path,
              absl::StrCat("${", name, "}, which is ", Told(*known)));
  }

  void CheckComparison(const Comparison& comparison, const std::string& name,
                       const Value& expected, const Value& actual,
                       const std::string& path) {
    using Kind = Comparison::Kind;
    bool holds = false;
    if (comparison.kind == Kind::kOneOf) {
      for (absl::string_view one : absl::StrSplit(comparison.operand, ','))
        holds =
            holds || Meaning(absl::StripAsciiWhitespace(one)) == actual.text;
    } else {
      const int order = Compare(actual.text, Meaning(comparison.operand));
      holds = (comparison.kind == Kind::kNot && order != 0) ||
              (comparison.kind == Kind::kLess && order < 0) ||
              (comparison.kind == Kind::kLessOrEqual && order <= 0) ||
              (comparison.kind == Kind::kGreater && order > 0) ||
              (comparison.kind == Kind::kGreaterOrEqual && order >= 0);
    }
    const bool scalar = !actual.is_object() && !actual.is_array() &&
                        actual.kind != Value::Kind::kNull;
    if (!scalar || !holds) Differs(expected, actual, path, name);
  }

  // Of an operand: a name, a time, or the text as it stands.
  std::string Meaning(absl::string_view operand) {
    const absl::StatusOr<Value> value = names_->Get(operand);
    return value.ok() ? value->text : std::string(operand);
  }

  Names* names_;
  std::vector<Mismatch> mismatches_;
};

}  // namespace

std::vector<Mismatch> Match(const Value& expected, const Value& actual,
                            Names* names) {
  Matcher matcher(names);
  matcher.Check(expected, actual, "");
  return matcher.Take();
}

absl::StatusOr<bool> IsComparison(absl::string_view name) {
  const std::optional<Comparison> comparison = ReadComparison(name);
  if (!comparison) return false;
  if (comparison->operand.empty() &&
      comparison->kind != Comparison::Kind::kAbsent)
    return absl::InvalidArgumentError(
        absl::StrCat("${", name, "} compares with nothing"));
  return true;
}

}  // namespace dci::cli::story
