// A rule of the configuration, resolved against the schema.
#ifndef CONVERGENCE_SERVICES_REGISTRY_REACTION_RULE_H_
#define CONVERGENCE_SERVICES_REGISTRY_REACTION_RULE_H_

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dci/config/v1/reaction.pb.h"
#include "services/registry/extract.h"
#include "services/registry/followed.h"
#include "services/registry/query.h"
#include "services/registry/record_edit.h"
#include "services/schema/model.h"

namespace dci::registry {

// Where type and value of identifiers stand.
using IdentifierPaths = std::array<schema::Path, 2>;

// The paths of the identifiers at `text`, which leads to a message that has an
// identifier_type and an identifier_value. INVALID_ARGUMENT, NOT_FOUND.
absl::StatusOr<IdentifierPaths> FindIdentifiers(const schema::Message& message,
                                                absl::string_view text);
// Their normal forms in a record, each pair once.
std::vector<Tuple> IdentifiersIn(const std::vector<IdentifierPaths>& paths,
                                 absl::string_view record);

// Reads a NoSQL query, JSON text, on records of `message`, which need not be
// held here; an empty text holds for every record. INVALID_ARGUMENT.
absl::StatusOr<Query> ParseRecordCondition(const schema::Message& message,
                                           absl::string_view json);

// What is done with a kind of news from a publisher; nothing where it is not
// spoken of.
struct NewsRule {
  std::vector<std::string> events, reversals, corrections;

  std::optional<NewsKind> KindOf(absl::string_view event) const;
};

// Immutable.
struct ReactionRule {
  enum class Action { kSet, kPut, kRemove, kUpsert };
  struct Mapping {
    // Without one, `text` is written.
    std::optional<schema::Path> from;
    std::string text;
    FieldNumbers to;
    const schema::Field* field = nullptr;
  };

  std::string name;
  const schema::Service* service = nullptr;  // of the own registry
  std::vector<std::string> publishers;
  NewsRule news;
  const schema::Message* notified = nullptr;
  Query condition;
  config::v1::SourceOrder order = config::v1::SOURCE_ORDER_UNSPECIFIED;

  // Of the own record: its kind, and the index it is found by; for kUpsert
  // that of its identifiers, which may be null.
  const schema::Message* own = nullptr;
  const schema::Index* index = nullptr;
  std::vector<IdentifierPaths> by;  // in the notified record

  Action action = Action::kSet;
  // To fields of the record, or of the element.
  std::vector<Mapping> map;

  // kPut and kRemove.
  FieldNumbers list;
  const schema::Message* element = nullptr;
  std::vector<IdentifierPaths> key;         // in an element
  std::vector<IdentifierPaths> element_by;  // kRemove: in the notified record
  FieldNumbers count;                       // empty: none

  bool Heeds(absl::string_view publisher) const;
};

// INVALID_ARGUMENT, naming rule and field, where something it names is not
// there, or does not fit.
absl::StatusOr<std::shared_ptr<const ReactionRule>> CompileReaction(
    const schema::Model& model, const schema::Service& service,
    const config::v1::Reaction& config);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_REACTION_RULE_H_
