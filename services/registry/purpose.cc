#include "services/registry/purpose.h"

#include <algorithm>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"

namespace dci::registry {
namespace {

namespace config = ::dci::config::v1;

constexpr char kEverything[] = "*";

bool IsNamed(const schema::Message& message, absl::string_view name) {
  const schema::Record& record = *message.record;
  if (absl::EqualsIgnoreCase(name, record.type) || name == message.full_name)
    return true;
  return std::any_of(record.aliases.begin(), record.aliases.end(),
                     [&](const std::string& alias) {
                       return absl::EqualsIgnoreCase(name, alias);
                     });
}

// Whether some entry of the purpose is of just this record.
bool IsNamedIn(const config::PurposeConfig& purpose,
               const schema::Message& message) {
  return std::any_of(purpose.records().begin(), purpose.records().end(),
                     [&](const config::VisibleFields& entry) {
                       return entry.record() != kEverything &&
                              IsNamed(message, entry.record());
                     });
}

// Adds to a set; false where the record has no such path.
bool AddPath(const schema::Message& message, const std::string& text,
             VisibleFields* fields) {
  if (text == kEverything) {
    fields->Add(VisibleFields::All());
    return true;
  }
  const auto path = schema::FindPath(message, text);
  if (path.ok()) fields->Add(*path);
  return path.ok();
}

// The paths of one entry, of all records that it means: several registries may
// have a record of that name, and need not have the same fields.
absl::Status AddEntry(const config::PurposeConfig& purpose,
                      const config::VisibleFields& entry,
                      const schema::Model& model, Purpose* out) {
  const int shown = entry.paths_size();
  const int all = shown + entry.search_by_size();
  std::vector<bool> resolved(all, false);
  bool known = false;
  for (const schema::Message* message : model.records()) {
    if (entry.record() == kEverything ? IsNamedIn(purpose, *message)
                                      : !IsNamed(*message, entry.record()))
      continue;
    known = true;
    TypeView& view = out->views[message];
    for (int i = 0; i < all; ++i) {
      const bool added =
          i < shown
              ? AddPath(*message, entry.paths(i), &view.shown)
              : AddPath(*message, entry.search_by(i - shown), &view.search_by);
      if (added) resolved[i] = true;
    }
  }
  if (!known)
    return absl::InvalidArgumentError(
        absl::StrCat("no record is called ", entry.record()));
  for (int i = 0; i < all; ++i)
    if (!resolved[i])
      return absl::InvalidArgumentError(absl::StrCat(
          entry.record(), " has no field ",
          i < shown ? entry.paths(i) : entry.search_by(i - shown)));
  return absl::OkStatus();
}

}  // namespace

// What a scope opens of a record: its name for all of it, a path, or a path
// behind the name. Nothing where it means nothing here.
void AddScope(const schema::Message& message, absl::string_view scope,
              VisibleFields* fields) {
  if (scope == kEverything || IsNamed(message, scope)) {
    fields->Add(VisibleFields::All());
    return;
  }
  const size_t dot = scope.find('.');
  if (dot != absl::string_view::npos && IsNamed(message, scope.substr(0, dot)))
    scope.remove_prefix(dot + 1);
  const auto path = schema::FindPath(message, scope);
  if (path.ok()) fields->Add(*path);
}

absl::StatusOr<Purpose> MakePurpose(const config::PurposeConfig& config,
                                    const schema::Model& model) {
  Purpose purpose;
  purpose.code = config.code();
  purpose.sees_all = config.records().empty();
  if (purpose.code.empty())
    return absl::InvalidArgumentError("a purpose has no code");
  for (const config::VisibleFields& entry : config.records()) {
    const absl::Status added = AddEntry(config, entry, model, &purpose);
    if (!added.ok())
      return absl::InvalidArgumentError(absl::StrCat(
          "purpose ", purpose.code, ": ", std::string(added.message())));
  }
  return purpose;
}

}  // namespace dci::registry
