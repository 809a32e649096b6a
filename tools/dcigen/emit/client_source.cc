#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tools/dcigen/cpp.h"
#include "tools/dcigen/emit/emit.h"
#include "tools/dcigen/emit/parts.h"

namespace dci::dcigen {
namespace {

using google::protobuf::io::Printer;

// The schema of the stubs. Naming the table of each file makes the linker
// keep its descriptors.
void PrintSchema(const Unit& unit, Printer* out) {
  out->Print(
      R"(
const ::dci::client::Schema& TheSchema() {
  static const auto* const schema = new ::dci::client::Schema({
)");
  for (const google::protobuf::FileDescriptor* file : unit.schema_files) {
    out->Print("      {\"$name$\",\n       &::$table$},\n", "name",
               file->name(), "table", DescriptorTable(*file));
  }
  out->Print("  });\n  return *schema;\n}\n");
}

bool HasCalls(const Unit& unit) {
  for (const schema::Service* service : unit.services) {
    if (!Calls(*service).empty()) return true;
  }
  return false;
}

void PrintCall(const schema::Method& method, Printer* out) {
  out->Print(
      R"(
::absl::StatusOr<$result$> $service$Client::$name$(
    const $request$& message,
    const ::dci::client::CallOptions& options) const {
  return client_->$verb$(
      TheSchema(), "$full_name$", message, options);
}
)",
      "result", ResultType(method), "service", method.service->name, "name",
      method.name, "request", TypeName(*method.request_body), "verb",
      method.mode == schema::Mode::kSync
          ? absl::StrCat("Call<", ResultType(method), ">")
          : "Send",
      "full_name", method.full_name);
}

void PrintBind(const schema::Service& service, Printer* out) {
  const std::vector<const schema::Method*> callbacks = Callbacks(service);
  if (callbacks.empty()) return;
  out->Print(
      "\nvoid $name$Receiver::Bind(::dci::client::CallbackServer* server) {\n",
      "name", service.name);
  for (const schema::Method* method : callbacks) {
    out->Print(
        R"(  server->Register<$request$>(
      TheSchema(), "$full_name$",
      [this](const $request$& message,
             const ::dci::client::CallbackContext& context) {
        return $name$(message, context);
      });
)",
        "request", TypeName(*method->request_body), "full_name",
        method->full_name, "name", method->name);
  }
  out->Print("}\n");
}

}  // namespace

void EmitClientSource(const Unit& unit, Printer* out) {
  PrintOrigin(unit, out);
  out->Print("#include \"$base$.client.h\"\n\n", "base", BaseName(*unit.file));
  std::set<std::string> headers;
  for (const google::protobuf::FileDescriptor* file : unit.schema_files) {
    headers.insert(absl::StrCat(BaseName(*file), ".pb.h"));
  }
  PrintIncludes(headers, out);
  out->Print("\nnamespace $namespace$ {\n", "namespace", Namespace(*unit.file));
  if (HasCalls(unit)) {
    out->Print("namespace {\n");
    PrintSchema(unit, out);
    out->Print("\n}  // namespace\n");
  }
  for (const schema::Service* service : unit.services) {
    for (const schema::Method* method : Calls(*service)) {
      PrintCall(*method, out);
    }
    PrintBind(*service, out);
  }
  out->Print("\n}  // namespace $namespace$\n", "namespace",
             Namespace(*unit.file));
}

}  // namespace dci::dcigen
