#include "services/registry/attribute.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/registry/normal_form.h"

namespace dci::registry {
namespace {

constexpr size_t kMaxQuoted = 80;

bool IsNameOf(const RecordType& type, absl::string_view word) {
  if (absl::EqualsIgnoreCase(word, type.name())) return true;
  for (const std::string& alias : type.record().aliases)
    if (absl::EqualsIgnoreCase(word, alias)) return true;
  return false;
}

std::optional<schema::Path> PathOf(const RecordType& type,
                                   absl::string_view name) {
  absl::StatusOr<schema::Path> path = schema::FindPath(*type.message, name);
  if (path.ok()) return *std::move(path);
  const size_t dot = name.find('.');
  if (dot == absl::string_view::npos || !IsNameOf(type, name.substr(0, dot)))
    return std::nullopt;
  path = schema::FindPath(*type.message, name.substr(dot + 1));
  if (path.ok()) return *std::move(path);
  return std::nullopt;
}

Attribute IdentifierOf(const RecordType& type, absl::string_view name,
                       absl::string_view identifier_type) {
  const schema::Index* index = type.record().identifier_index;
  Attribute attribute;
  attribute.name = std::string(name);
  attribute.path = index->paths[1];
  attribute.identifiers = index;
  attribute.identifier_type =
      NormalForm(index->paths[0].leaf(), identifier_type).value_or("");
  return attribute;
}

}  // namespace

std::string Quoted(absl::string_view name) {
  std::string text(name.substr(0, kMaxQuoted));
  for (char& c : text)
    if (!absl::ascii_isprint(c) || c == '"') c = '?';
  return absl::StrCat("\"", text, name.size() > kMaxQuoted ? "…" : "", "\"");
}

absl::StatusOr<Attribute> FindAttribute(const RecordType& type,
                                        absl::string_view name) {
  if (std::optional<schema::Path> path = PathOf(type, name)) {
    Attribute attribute;
    attribute.name = std::string(name);
    attribute.path = *std::move(path);
    return attribute;
  }
  const schema::Index* index = type.record().identifier_index;
  if (index != nullptr) {
    const schema::CodeList* list = index->paths[0].leaf().code_list;
    if (list != nullptr && list->Find(name) != nullptr)
      return IdentifierOf(type, name, name);
  }
  return absl::NotFoundError(
      absl::StrCat(Quoted(name), " is no attribute of ", type.name()));
}

absl::StatusOr<Attribute> FindIdentifier(const RecordType& type,
                                         absl::string_view identifier_type) {
  const schema::Index* index = type.record().identifier_index;
  if (index == nullptr)
    return absl::NotFoundError(
        absl::StrCat(type.name(), " has no identifiers"));
  // "urn:…:UIN" means UIN, unless a list knows the whole text.
  const schema::CodeList* list = index->paths[0].leaf().code_list;
  const absl::string_view last = schema::LastSegment(identifier_type);
  const bool prefixed = list != nullptr &&
                        list->Find(identifier_type) == nullptr &&
                        list->Find(last) != nullptr;
  return IdentifierOf(type, identifier_type, prefixed ? last : identifier_type);
}

}  // namespace dci::registry
