#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tools/dcigen/cpp.h"
#include "tools/dcigen/emit/emit.h"
#include "tools/dcigen/emit/parts.h"

namespace dci::dcigen {
namespace {

using google::protobuf::io::Printer;

// "MARITAL_STATUS_NEVER_MARRIED" becomes "kMaritalStatusNeverMarried".
std::string Constant(const std::string& value) {
  std::string out = "k";
  for (absl::string_view word : absl::StrSplit(value, '_')) {
    if (word.empty()) continue;
    absl::StrAppend(&out, word.substr(0, 1),
                    absl::AsciiStrToLower(word.substr(1)));
  }
  return out;
}

void PrintList(const schema::CodeList& list, Printer* out) {
  out->Print("\n");
  const std::string comment = Comment(*list.descriptor, "");
  out->PrintRaw(comment);
  if (!comment.empty()) out->Print("\n");
  for (const schema::Code& code : list.codes) {
    if (!code.label.empty()) {
      out->Print("// $label$\n", "label", code.label);
    }
    out->Print("inline constexpr ::absl::string_view $name$ = $code$;\n",
               "name", Constant(code.constant), "code", Quote(code.code));
  }
}

}  // namespace

void EmitCodesHeader(const Unit& unit, Printer* out) {
  const std::string guard = Guard(*unit.file, "codes");
  PrintOrigin(unit, out);
  out->Print(
      R"(#ifndef $guard$
#define $guard$

#include "absl/strings/string_view.h"

namespace $namespace$ {
)",
      "guard", guard, "namespace", Namespace(*unit.file));
  for (const schema::CodeList* list : unit.code_lists) PrintList(*list, out);
  out->Print("\n}  // namespace $namespace$\n\n#endif  // $guard$\n",
             "namespace", Namespace(*unit.file), "guard", guard);
}

}  // namespace dci::dcigen
