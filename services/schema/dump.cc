#include "services/schema/dump.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "dci/wire/v1/options.pb.h"

namespace dci::schema {
namespace {

constexpr absl::string_view kShort[kDialects] = {"G23", "D25", "C25"};

std::string Dialects(DialectMask mask) {
  if (mask == kAllDialects) return "all";
  std::vector<absl::string_view> names;
  for (Dialect d : kAllDialectValues) {
    if (Contains(mask, d)) names.push_back(kShort[static_cast<int>(d)]);
  }
  return absl::StrJoin(names, "+");
}

std::string Type(const Field& field) {
  switch (field.kind) {
    case Kind::kString:
      return "string";
    case Kind::kBool:
      return "bool";
    case Kind::kInt32:
      return "int32";
    case Kind::kEnum:
      return field.enumeration->full_name;
    case Kind::kMessage:
      return field.message->full_name;
    case Kind::kAny:
      return "record";
    case Kind::kJson:
      return "json";
    case Kind::kExtras:
      return "extras";
    case Kind::kBytes:
      return "bytes";
  }
  return "";
}

absl::string_view FormatName(Format format) {
  constexpr absl::string_view kNames[] = {
      "", "date-time", "date", "uri", "decimal", "locale", "id", "boolean"};
  return kNames[static_cast<int>(format)];
}

class Line {
 public:
  explicit Line(std::string start) : text_(std::move(start)) {}
  // Nothing is said of what is empty.
  Line& Add(absl::string_view name, absl::string_view value) {
    if (!value.empty()) absl::StrAppend(&text_, " ", name, "=", value);
    return *this;
  }
  Line& Flag(bool set, absl::string_view name) {
    if (set) absl::StrAppend(&text_, " ", name);
    return *this;
  }
  std::string Text() const { return text_ + "\n"; }

 private:
  std::string text_;
};

// The other spellings, each with the dialects that write it.
std::string Spellings(const Field& field) {
  std::vector<std::string> aliases;
  for (const auto& [key, ref] : field.parent->keys) {
    if (ref.field != &field || key == field.json_name) continue;
    aliases.push_back(ref.canonical_in == 0
                          ? key
                          : absl::StrCat(key, ":", Dialects(ref.canonical_in)));
  }
  std::sort(aliases.begin(), aliases.end());
  return absl::StrJoin(aliases, ",");
}

std::string Cases(const Field& field) {
  std::vector<std::string> texts = field.cases;
  for (Dialect d : kAllDialectValues) {
    const std::string& written = field.written_case[static_cast<int>(d)];
    if (!field.cases.empty() && written != field.cases.front()) {
      texts.push_back(absl::StrCat(written, ":", kShort[static_cast<int>(d)]));
    }
  }
  return absl::StrJoin(texts, ",");
}

void AddBounds(const Field& field, Line* line) {
  line->Add("format", FormatName(field.format));
  if (field.minimum) line->Add("min", absl::StrCat(*field.minimum));
  if (field.maximum) line->Add("max", absl::StrCat(*field.maximum));
  if (field.max_length > 0) {
    line->Add("max_length", absl::StrCat(field.max_length));
  }
  line->Add("pattern", field.pattern);
  if (field.code_list) line->Add("codes", field.code_list->full_name);
}

std::string DumpField(const Field& field) {
  Line line(absl::StrCat("  ", field.number, " ", field.name, " ",
                         field.repeated ? "repeated " : "", Type(field)));
  if (field.in_union == nullptr && field.json_name != field.name) {
    line.Add("key", field.json_name);
  }
  if (field.in_union != nullptr) line.Add("oneof", field.in_union->oneof_name);
  line.Add("aliases", Spellings(field)).Add("cases", Cases(field));
  AddBounds(field, &line);
  if (field.required) line.Add("required", Dialects(field.required));
  if (field.absent) line.Add("absent", Dialects(field.absent));
  if (field.written_single) line.Add("single", Dialects(field.written_single));
  if (field.written_null) line.Add("null", Dialects(field.written_null));
  line.Add("wrappers", absl::StrJoin(field.wrappers, ","));
  if (field.references) line.Add("references", field.references->full_name);
  line.Flag(field.personal == Personal::kIdentifying, "identifying")
      .Flag(field.personal == Personal::kSensitive, "sensitive")
      .Add("example", field.example);
  return line.Text();
}

std::string DumpUnion(const Union& made) {
  Line line(absl::StrCat("  oneof ", made.oneof_name));
  line.Add("key", made.name);
  line.Add("by", absl::StrJoin(made.discriminator, ".",
                               [](std::string* out, const Field* field) {
                                 out->append(field->json_name);
                               }));
  return line.Text();
}

std::string Texts(const std::vector<Path>& paths) {
  return absl::StrJoin(paths, ",", [](std::string* out, const Path& path) {
    out->append(path.text);
  });
}

std::string DumpRecord(const Record& record) {
  std::string out =
      Line(absl::StrCat("  record ", record.type))
          .Add("aliases", absl::StrJoin(record.aliases, ","))
          .Add("written", record.written_type)
          .Add("key", Texts(record.primary_key))
          .Flag(record.sparse_key, "sparse")
          .Add("identifier_index", record.identifier_index == nullptr
                                       ? ""
                                       : record.identifier_index->name)
          .Text();
  for (const Index& index : record.indexes) {
    out += Line(absl::StrCat("  index ", index.name))
               .Add("paths", Texts(index.paths))
               .Flag(index.kind == IndexKind::kRange, "range")
               .Flag(index.unique, "unique")
               .Text();
  }
  std::vector<std::string> attributes;
  for (const auto& [name, path] : record.attributes) {
    attributes.push_back(
        absl::StrCat("  attribute ", name, " path=", path.text, "\n"));
  }
  std::sort(attributes.begin(), attributes.end());
  return out + absl::StrJoin(attributes, "");
}

absl::string_view ModeName(Mode mode) {
  constexpr absl::string_view kNames[] = {"async", "sync", "callback", "plain"};
  return kNames[static_cast<int>(mode)];
}

std::string NameOf(const Field* field) { return field ? field->name : ""; }
std::string NameOf(const Method* method) {
  return method ? method->full_name : "";
}

std::string DumpMethod(const Method& method) {
  Line line(absl::StrCat("  rpc ", method.name, " ", ModeName(method.mode)));
  if (method.http_verb != "POST") line.Add("verb", method.http_verb);
  line.Add("path", method.path)
      .Add("other_paths", absl::StrJoin(method.other_paths, ","))
      .Add("actions", absl::StrJoin(method.actions, ","))
      .Add("answer_action", method.answer_action)
      .Add("callback", NameOf(method.callback))
      .Add("sync", NameOf(method.sync))
      .Add("scope", method.scope)
      .Add("items", NameOf(method.items))
      .Add("answer_items", NameOf(method.answer_items))
      .Flag(method.read_only, "read_only")
      .Flag(method.txn_status, "txn_status")
      .Flag(method.server_streaming, "streamed");
  if (method.extension_in) {
    line.Add("extension_in", Dialects(method.extension_in));
  }
  return line.Add("source", method.source).Text();
}

std::string DumpCodeList(const CodeList& list) {
  std::string out = Line(absl::StrCat("codes ", list.full_name))
                        .Add("source", list.source)
                        .Add("written_label", Dialects(list.written_label))
                        .Text();
  for (const Code& code : list.codes) {
    out += Line(absl::StrCat("  ", code.number, " ", code.code))
               .Add("label", code.label)
               .Add("aliases", absl::StrJoin(code.aliases, ","))
               .Text();
  }
  return out;
}

}  // namespace

std::string Dump(const Message& message) {
  std::string out = Line(absl::StrCat("message ", message.full_name))
                        .Add("type", message.written_type)
                        .Add("type_written", Dialects(message.type_written))
                        .Add("bare", message.bare ? message.bare->name : "")
                        .Flag(message.is_envelope, "envelope")
                        .Flag(message.is_ack, "ack")
                        .Flag(message.is_json, "json")
                        .Flag(message.is_extra, "extra")
                        .Flag(message.is_opaque, "opaque")
                        .Flag(message.is_list, "list")
                        .Text();
  if (message.record) out += DumpRecord(*message.record);
  for (const Union& made : message.unions) out += DumpUnion(made);
  for (const Field& field : message.fields) out += DumpField(field);
  return out;
}

std::string Dump(const Service& service) {
  std::string out =
      Line(absl::StrCat("service ", service.full_name))
          .Add("prefixes", absl::StrJoin(service.prefixes, ","))
          .Add("reg_type", service.reg_type)
          .Add("records", absl::StrJoin(service.records, ",",
                                        [](std::string* o, const Message* m) {
                                          o->append(m->full_name);
                                        }))
          .Add("events", absl::StrJoin(service.events, ",",
                                       [](std::string* o, const auto* event) {
                                         o->append(event->name());
                                       }))
          .Add("callback_service", service.callback_service
                                       ? service.callback_service->full_name
                                       : "")
          .Flag(service.admin, "admin")
          .Text();
  for (const Method& method : service.methods) out += DumpMethod(method);
  return out;
}

std::string Dump(const Model& model) {
  std::string out;
  for (const CodeList* list : model.code_lists()) out += DumpCodeList(*list);
  for (const Message* message : model.messages()) out += Dump(*message);
  for (const Service* service : model.services()) out += Dump(*service);
  return out;
}

}  // namespace dci::schema
