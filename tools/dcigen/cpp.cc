#include "tools/dcigen/cpp.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace dci::dcigen {
namespace {

namespace pb = google::protobuf;

std::string ClassName(const pb::Descriptor& message) {
  const pb::Descriptor* outer = message.containing_type();
  return outer == nullptr
             ? message.name()
             : absl::StrCat(ClassName(*outer), "_", message.name());
}

}  // namespace

std::string TypeName(const schema::Message& message) {
  return absl::StrCat("::", Namespace(*message.descriptor->file()),
                      "::", ClassName(*message.descriptor));
}

std::string Namespace(const pb::FileDescriptor& file) {
  return absl::StrReplaceAll(file.package(), {{".", "::"}});
}

std::string BaseName(const pb::FileDescriptor& file) {
  return std::string(absl::StripSuffix(file.name(), ".proto"));
}

std::string HeaderOf(const schema::Message& message) {
  return absl::StrCat(BaseName(*message.descriptor->file()), ".pb.h");
}

std::string Guard(const pb::FileDescriptor& file, const std::string& suffix) {
  std::string guard =
      absl::AsciiStrToUpper(absl::StrCat(BaseName(file), "_", suffix, "_H_"));
  for (char& c : guard) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c))) c = '_';
  }
  return guard;
}

std::string DescriptorTable(const pb::FileDescriptor& file) {
  std::string table = "descriptor_table_";
  for (char c : file.name()) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c))) {
      table.push_back(c);
    } else {
      absl::StrAppend(&table, "_", absl::Hex(static_cast<unsigned char>(c)));
    }
  }
  return table;
}

std::string Quote(const std::string& text) {
  return absl::StrCat("\"", absl::CEscape(text), "\"");
}

std::string CommentLines(const std::string& text, const std::string& indent) {
  if (text.empty()) return "";
  std::string out;
  for (absl::string_view line :
       absl::StrSplit(absl::StripSuffix(text, "\n"), '\n')) {
    absl::StrAppend(&out, indent, "//", line, "\n");
  }
  return out;
}

}  // namespace dci::dcigen
