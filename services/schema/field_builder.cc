#include "services/schema/field_builder.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "dci/wire/v1/options.pb.h"
#include "re2/re2.h"
#include "services/schema/json_text.h"
#include "services/schema/vocabulary_builder.h"

namespace dci::schema {
namespace {

namespace pb = google::protobuf;
namespace wire = dci::wire::v1;

constexpr int kExtrasNumber = 999;

class FieldBuilder {
 public:
  FieldBuilder(const pb::FieldDescriptor& descriptor, Contents* contents,
               ErrorList* errors)
      : descriptor_(descriptor),
        rules_(descriptor.options().GetExtension(wire::field)),
        contents_(contents),
        errors_(errors) {}

  Field Build() &&;

 private:
  void Error(absl::string_view text) { errors_->Add(&descriptor_, text); }
  void ErrorIf(bool wrong, absl::string_view text) {
    if (wrong) Error(text);
  }

  void SetKind();
  void SetMessageKind();
  void SetTag();
  void SetNames();
  void SetWrittenName(Dialect d);
  void SetCases();
  void SetText();
  void SetCodeList();
  void SetRest();
  void CheckPresence();
  void CheckKeys();

  const pb::FieldDescriptor& descriptor_;
  const wire::FieldRules& rules_;
  Contents* contents_;
  ErrorList* errors_;
  Field field_;
};

bool IsKey(absl::string_view text) {
  // ASCII, so that the order of keys is that of their bytes, and without a
  // dot, which separates the parts of a path.
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isgraph(static_cast<unsigned char>(c)) && c != '"' &&
           c != '\\' && c != '.' && c != '/';
  });
}

// What protobuf calls the field in JSON where nobody says otherwise.
std::string DefaultJsonName(absl::string_view name) {
  std::string out;
  bool upper = false;
  for (char c : name) {
    if (c == '_') {
      upper = true;
      continue;
    }
    out.push_back(upper ? absl::ascii_toupper(c) : c);
    upper = false;
  }
  return out;
}

Format ToFormat(wire::Format format) {
  switch (format) {
    case wire::FORMAT_DATE_TIME:
      return Format::kDateTime;
    case wire::FORMAT_DATE:
      return Format::kDate;
    case wire::FORMAT_URI:
      return Format::kUri;
    case wire::FORMAT_DECIMAL:
      return Format::kDecimal;
    case wire::FORMAT_LOCALE:
      return Format::kLocale;
    case wire::FORMAT_ID:
      return Format::kId;
    case wire::FORMAT_BOOLEAN:
      return Format::kBoolean;
    default:
      return Format::kNone;
  }
}

Personal ToPersonal(wire::Personal personal) {
  switch (personal) {
    case wire::PERSONAL_IDENTIFYING:
      return Personal::kIdentifying;
    case wire::PERSONAL_SENSITIVE:
      return Personal::kSensitive;
    default:
      return Personal::kNo;
  }
}

void FieldBuilder::SetMessageKind() {
  const pb::Descriptor* type = descriptor_.message_type();
  const auto& rules = type->options().GetExtension(wire::message);
  field_.kind = Kind::kMessage;
  if (type->options().map_entry()) {
    Error("a map has no place on the wire; use a list of messages");
  } else if (type->full_name() == "google.protobuf.Any") {
    field_.kind = Kind::kAny;
  } else if (rules.json()) {
    field_.kind = Kind::kJson;
  } else if (rules.extra()) {
    field_.kind = Kind::kExtras;
  } else if (rules.opaque_record()) {
    Error("an opaque record stands only in an Any");
  } else {
    field_.message = FindIn(contents_->messages, type->full_name());
    ErrorIf(field_.message == nullptr,
            absl::StrCat("type ", type->full_name(), " is none of the wire"));
  }
}

void FieldBuilder::SetKind() {
  switch (descriptor_.type()) {
    case pb::FieldDescriptor::TYPE_STRING:
      field_.kind = Kind::kString;
      return;
    case pb::FieldDescriptor::TYPE_BYTES:
      field_.kind = Kind::kBytes;
      return;
    case pb::FieldDescriptor::TYPE_BOOL:
      field_.kind = Kind::kBool;
      return;
    case pb::FieldDescriptor::TYPE_INT32:
      field_.kind = Kind::kInt32;
      return;
    case pb::FieldDescriptor::TYPE_ENUM:
      field_.kind = Kind::kEnum;
      field_.enumeration = EnumOf(*descriptor_.enum_type(), contents_, errors_);
      ErrorIf(field_.enumeration == nullptr,
              absl::StrCat(descriptor_.enum_type()->full_name(),
                           " is an open code list; make the field a string "
                           "with the option code_list"));
      return;
    case pb::FieldDescriptor::TYPE_MESSAGE:
      SetMessageKind();
      return;
    default:
      Error(absl::StrCat("type ", descriptor_.type_name(),
                         " has no place on the wire; a count is int32, any "
                         "other number a decimal string or Json"));
  }
}

void FieldBuilder::SetTag() {
  const bool varint = field_.kind == Kind::kBool ||
                      field_.kind == Kind::kInt32 || field_.kind == Kind::kEnum;
  field_.packed = varint && field_.repeated;
  const uint32_t wire_type = varint && !field_.packed ? 0 : 2;
  field_.tag = static_cast<uint32_t>(field_.number) << 3 | wire_type;
}

void FieldBuilder::SetWrittenName(Dialect d) {
  const int i = static_cast<int>(d);
  field_.written_name[i] = field_.json_name;
  bool chosen = false;
  for (const wire::Alias& alias : rules_.aliases()) {
    if (Contains(MaskOf(alias.written()), d)) {
      ErrorIf(chosen, absl::StrCat("two aliases are written in ",
                                   std::string(DialectName(d))));
      field_.written_name[i] = alias.name();
      chosen = true;
    }
    if (Contains(MaskOf(alias.written_too()), d)) {
      field_.written_too[i].push_back(alias.name());
    }
  }
}

void FieldBuilder::SetNames() {
  field_.json_name = rules_.name().empty() ? field_.name : rules_.name();
  for (Dialect d : kAllDialectValues) SetWrittenName(d);
  field_.wrappers.assign(rules_.wrappers().begin(), rules_.wrappers().end());
  CheckKeys();
}

void FieldBuilder::CheckKeys() {
  auto check = [&](absl::string_view key) {
    ErrorIf(!IsKey(key), absl::StrCat("\"", key,
                                      "\" cannot be a key: keys are "
                                      "ASCII without space, quote, backslash, "
                                      "dot and slash"));
  };
  check(field_.json_name);
  for (const wire::Alias& alias : rules_.aliases()) check(alias.name());
  for (const std::string& wrapper : field_.wrappers) check(wrapper);
  ErrorIf(!field_.wrappers.empty() && field_.kind != Kind::kMessage &&
              field_.kind != Kind::kAny,
          "wrappers are for objects");
  ErrorIf(descriptor_.has_json_name() &&
              descriptor_.json_name() != DefaultJsonName(field_.name),
          "json_name must stay unset; use the option name");
}

void FieldBuilder::SetCases() {
  field_.cases.assign(rules_.cases().begin(), rules_.cases().end());
  if (field_.cases.empty()) {
    ErrorIf(rules_.case_aliases_size() > 0, "case_aliases without cases");
    return;
  }
  field_.written_case.fill(field_.cases.front());
  for (const wire::Alias& alias : rules_.case_aliases()) {
    ErrorIf(std::find(field_.cases.begin(), field_.cases.end(), alias.name()) ==
                field_.cases.end(),
            absl::StrCat("case alias \"", alias.name(),
                         "\" is none of the cases, so it would not be read"));
    const DialectMask mask = MaskOf(alias.written());
    for (Dialect d : kAllDialectValues) {
      if (Contains(mask, d)) {
        field_.written_case[static_cast<int>(d)] = alias.name();
      }
    }
  }
}

void FieldBuilder::SetCodeList() {
  if (rules_.code_list().empty()) return;
  field_.code_list = FindIn(contents_->code_lists, rules_.code_list());
  ErrorIf(field_.code_list == nullptr,
          absl::StrCat("code_list: no code list ", rules_.code_list(),
                       " in the files given"));
}

void FieldBuilder::SetText() {
  field_.format = ToFormat(rules_.format());
  field_.max_length = rules_.max_length();
  field_.pattern = rules_.pattern();
  SetCodeList();
  if (field_.kind != Kind::kString) {
    ErrorIf(field_.format != Format::kNone || field_.max_length > 0 ||
                !field_.pattern.empty() || !rules_.code_list().empty(),
            "format, max_length, pattern and code_list are for strings");
  }
  if (!field_.pattern.empty()) {
    const RE2 pattern(field_.pattern, RE2::Quiet);
    ErrorIf(!pattern.ok(), absl::StrCat("pattern: ", pattern.error()));
  }
}

void FieldBuilder::SetRest() {
  if (rules_.has_minimum()) field_.minimum = rules_.minimum();
  if (rules_.has_maximum()) field_.maximum = rules_.maximum();
  const bool bounded = field_.minimum.has_value() || field_.maximum.has_value();
  ErrorIf(bounded && field_.kind != Kind::kInt32,
          "minimum and maximum are for counts");
  ErrorIf(field_.minimum.has_value() && field_.maximum.has_value() &&
              *field_.minimum > *field_.maximum,
          "minimum is greater than maximum");
  field_.required = MaskOf(rules_.required());
  field_.absent = MaskOf(rules_.absent());
  ErrorIf((field_.required & field_.absent) != 0,
          "required and absent in the same dialect");
  field_.written_single = MaskOf(rules_.written_single());
  ErrorIf(field_.written_single != 0 && !field_.repeated,
          "written_single is for lists");
  field_.written_null = MaskOf(rules_.written_null());
  ErrorIf(field_.written_null != 0 && field_.repeated,
          "written_null is for single values");
  field_.personal = ToPersonal(rules_.personal());
  field_.example = rules_.example();
  ErrorIf(!field_.example.empty() && !IsJsonText(field_.example),
          "example is no JSON text");
}

void FieldBuilder::CheckPresence() {
  const bool extras = field_.kind == Kind::kExtras;
  const bool named = field_.name == "extras" && field_.number == kExtrasNumber;
  ErrorIf(extras && !(named && field_.repeated),
          "members that the schema does not know are kept in `repeated … "
          "extras = 999`");
  ErrorIf(
      !extras && (field_.number == kExtrasNumber || field_.name == "extras"),
      "name extras and number 999 are for members that the schema does not "
      "know");
  ErrorIf(!field_.repeated && !descriptor_.has_optional_keyword() &&
              descriptor_.real_containing_oneof() == nullptr,
          "must be optional: presence is meaning");
}

Field FieldBuilder::Build() && {
  field_.number = descriptor_.number();
  field_.name = descriptor_.name();
  field_.repeated = descriptor_.is_repeated();
  field_.descriptor = &descriptor_;
  SetKind();
  SetTag();
  SetNames();
  SetCases();
  SetText();
  SetRest();
  CheckPresence();
  return std::move(field_);
}

}  // namespace

Field BuildField(const pb::FieldDescriptor& descriptor, Contents* contents,
                 ErrorList* errors) {
  return FieldBuilder(descriptor, contents, errors).Build();
}

}  // namespace dci::schema
