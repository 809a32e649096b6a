#include <map>
#include <string>

#include "absl/strings/str_join.h"
#include "tools/dcigen/cpp.h"
#include "tools/dcigen/emit/emit.h"
#include "tools/dcigen/emit/parts.h"

namespace dci::dcigen {
namespace {

using google::protobuf::io::Printer;

std::string ModeConstant(schema::Mode mode) {
  switch (mode) {
    case schema::Mode::kAsync:
      return "kAsync";
    case schema::Mode::kSync:
      return "kSync";
    case schema::Mode::kCallback:
      return "kCallback";
    case schema::Mode::kPlain:
      return "kPlain";
  }
  return "";
}

void PrintRoute(const schema::Method& method, const std::string& path,
                bool canonical, Printer* out) {
  out->Print(
      "    {$grpc_path$, $verb$, $path$,\n"
      "     ::dci::schema::Mode::$mode$, $action$, $scope$, $canonical$},\n",
      "grpc_path", Quote(method.grpc_path), "verb", Quote(method.http_verb),
      "path", Quote(path), "mode", ModeConstant(method.mode), "action",
      Quote(method.actions.empty() ? "" : method.actions.front()), "scope",
      Quote(method.scope), "canonical", canonical ? "true" : "false");
}

void PrintService(const schema::Service& service, Printer* out) {
  if (service.methods.empty()) return;
  out->Print(
      "\n// Methods of $name$, in the order of the file; other paths of a "
      "method\n// follow its canonical one.\n"
      "inline constexpr ::dci::schema::Route k$name$Routes[] = {\n",
      "name", service.name);
  for (const schema::Method& method : service.methods) {
    PrintRoute(method, method.path, true, out);
    for (const std::string& path : method.other_paths) {
      PrintRoute(method, path, false, out);
    }
  }
  out->Print("};\n");
}

}  // namespace

void EmitRoutesHeader(const Unit& unit, Printer* out) {
  const std::string guard = Guard(*unit.file, "routes");
  PrintOrigin(unit, out);
  out->Print(
      R"(#ifndef $guard$
#define $guard$

#include "services/schema/route.h"

namespace $namespace$ {
)",
      "guard", guard, "namespace", Namespace(*unit.file));
  for (const schema::Service* service : unit.services) {
    PrintService(*service, out);
  }
  out->Print("\n}  // namespace $namespace$\n\n#endif  // $guard$\n",
             "namespace", Namespace(*unit.file), "guard", guard);
}

}  // namespace dci::dcigen
