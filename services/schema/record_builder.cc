#include "services/schema/record_builder.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "dci/wire/v1/options.pb.h"
#include "services/schema/json_text.h"

namespace dci::schema {
namespace {

namespace wire = dci::wire::v1;

class RecordBuilder {
 public:
  RecordBuilder(const wire::Record& rules, Message* message, ErrorList* errors)
      : rules_(rules), message_(message), errors_(errors) {}

  void Build() {
    SetNames();
    SetPrimaryKey();
    SetIndexes();
    SetIdentifierIndex();
    SetAttributes();
    // Only now: FindPath would explain one attribute by another. Moving keeps
    // the elements of `indexes` where identifier_index points.
    message_->record = std::move(record_);
  }

 private:
  void Error(absl::string_view text) {
    errors_->Add(message_->descriptor, text);
  }

  void SetNames() {
    record_.type = rules_.type();
    record_.aliases.assign(rules_.type_aliases().begin(),
                           rules_.type_aliases().end());
    record_.written_type =
        rules_.written_type().empty() ? rules_.type() : rules_.written_type();
    if (message_->written_type.empty()) {
      message_->written_type = record_.written_type;
    }
    record_.context = rules_.context();
    if (record_.type.empty()) Error("record: type is not set");
    if (!record_.context.empty() && !IsJsonText(record_.context)) {
      Error("record: context is no JSON text");
    }
    if (message_->extras == nullptr) Error("record: a record has extras");
  }

  // The path, or an empty one after reporting what is wrong.
  Path Resolve(absl::string_view what, const std::string& text,
               bool canonical) {
    absl::StatusOr<Path> path = FindPath(*message_, text);
    if (!path.ok()) {
      Error(absl::StrCat(what, ": ", path.status().message()));
      return {};
    }
    if (canonical && path->text != text) {
      Error(absl::StrCat(what, ": ", text, " is not canonical; write ",
                         path->text));
    }
    if (!path->leaf().is_scalar()) {
      Error(absl::StrCat(what, ": ", text, " holds no single value"));
      return {};
    }
    return *std::move(path);
  }

  void SetPrimaryKey() {
    if (rules_.primary_key().empty()) Error("record: primary_key is not set");
    for (const std::string& text : rules_.primary_key()) {
      record_.primary_key.push_back(Resolve("primary_key", text, true));
    }
    record_.sparse_key = rules_.sparse_key();
  }

  void SetIndexes() {
    for (const wire::Index& rule : rules_.indexes()) {
      const std::string what = absl::StrCat("index \"", rule.name(), "\"");
      if (rule.name().empty() || record_.FindIndex(rule.name()) != nullptr) {
        Error(absl::StrCat(what, ": its name is empty or used twice"));
      }
      Index index;
      index.name = rule.name();
      if (rule.paths().empty()) Error(absl::StrCat(what, ": has no paths"));
      for (const std::string& text : rule.paths()) {
        index.paths.push_back(Resolve(what, text, true));
      }
      if (rule.kind() == wire::Index::KIND_UNSPECIFIED) {
        Error(absl::StrCat(what, ": kind is not set"));
      }
      index.kind = rule.kind() == wire::Index::KIND_RANGE
                       ? IndexKind::kRange
                       : IndexKind::kEquality;
      index.unique = rule.unique();
      record_.indexes.push_back(std::move(index));
    }
  }

  void SetIdentifierIndex() {
    const std::string& name = rules_.identifier_index();
    if (name.empty()) return;
    record_.identifier_index = record_.FindIndex(name);
    if (record_.identifier_index == nullptr) {
      Error(absl::StrCat("identifier_index: no index \"", name, "\""));
    } else if (record_.identifier_index->paths.size() != 2) {
      Error(absl::StrCat("identifier_index: index \"", name,
                         "\" has not the two paths type and value"));
    }
  }

  void SetAttributes() {
    for (const wire::Attribute& rule : rules_.attributes()) {
      const std::string what = absl::StrCat("attribute \"", rule.name(), "\"");
      Path path = Resolve(what, rule.path(), true);
      if (path.fields.empty()) continue;
      absl::StatusOr<Path> own = FindPath(*message_, rule.name());
      // A path to an object compares with nothing: there the attribute says
      // which of its values is meant.
      if (own.ok() && own->text != path.text && own->leaf().is_scalar()) {
        Error(absl::StrCat(what, ": the record has a field of that name"));
      }
      if (!record_.attributes.emplace(rule.name(), std::move(path)).second) {
        Error(absl::StrCat(what, ": stands twice"));
      }
    }
  }

  const wire::Record& rules_;
  Message* message_;
  ErrorList* errors_;
  Record record_;
};

void SetReference(Field* field, Contents* contents, ErrorList* errors) {
  const std::string& name =
      field->descriptor->options().GetExtension(wire::field).references();
  if (name.empty()) return;
  field->references = FindIn(contents->messages, name);
  if (field->references == nullptr || !field->references->record.has_value()) {
    errors->Add(field->descriptor, absl::StrCat("references: no record ", name,
                                                " in the files given"));
  }
}

}  // namespace

void BuildRecords(Contents* contents, ErrorList* errors) {
  for (const Message* listed : contents->message_list) {
    Message* message = FindIn(contents->messages, listed->full_name);
    const auto& rules =
        message->descriptor->options().GetExtension(wire::message);
    if (!rules.has_record()) continue;
    RecordBuilder(rules.record(), message, errors).Build();
    contents->record_list.push_back(message);
  }
  for (auto& [name, message] : contents->messages) {
    for (Field& field : message->fields) {
      SetReference(&field, contents, errors);
    }
  }
}

}  // namespace dci::schema
