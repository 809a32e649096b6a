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

void PrintCall(const schema::Method& method, Printer* out) {
  out->Print("\n");
  out->PrintRaw(Comment(*method.descriptor, "  "));
  out->Print(
      R"(  ::absl::StatusOr<$result$> $name$(
      const $request$& message,
      const ::dci::client::CallOptions& options =
          ::dci::client::CallOptions()) const;
)",
      "result", ResultType(method), "name", method.name, "request",
      TypeName(*method.request_body));
}

void PrintStub(const schema::Service& service, Printer* out) {
  if (Calls(service).empty()) return;
  out->Print("\n");
  out->PrintRaw(Comment(*service.descriptor, ""));
  out->Print(
      R"(//
// Calls it; thread-safe. Every call signs, sends and repeats as the client is
// set up; errors are those of ::dci::client::Client.
class $name$Client {
 public:
  // `client` must outlive this.
  explicit $name$Client(::dci::client::Client* client)
      : client_(client) {}
)",
      "name", service.name);
  for (const schema::Method* method : Calls(service)) PrintCall(*method, out);
  out->Print("\n private:\n  ::dci::client::Client* const client_;\n};\n");
}

void PrintReceiver(const schema::Service& service, Printer* out) {
  const std::vector<const schema::Method*> callbacks = Callbacks(service);
  if (callbacks.empty()) return;
  out->Print(
      R"(
// Receives calls of $name$: an author overrides those
// that are expected. An OK is acknowledged by ACK, an error by ERR; a message that was
// acknowledged before is acknowledged again and not passed on.
class $name$Receiver {
 public:
  virtual ~$name$Receiver() = default;
)",
      "name", service.name);
  for (const schema::Method* method : callbacks) {
    out->Print("\n");
    out->PrintRaw(Comment(*method->descriptor, "  "));
    out->Print(
        R"(  virtual ::absl::Status $name$(
      const $request$& message,
      const ::dci::client::CallbackContext& context) {
    return ::dci::client::NotExpected("$name$");
  }
)",
        "name", method->name, "request", TypeName(*method->request_body));
  }
  out->Print(
      R"(
  // Has `server` pass on what arrives; before it is started. This must
  // outlive it.
  void Bind(::dci::client::CallbackServer* server);
};
)");
}

}  // namespace

void EmitClientHeader(const Unit& unit, Printer* out) {
  const std::string guard = Guard(*unit.file, "client");
  PrintOrigin(unit, out);
  out->Print(
      R"(#ifndef $guard$
#define $guard$

#include "absl/status/status.h"
#include "absl/status/statusor.h"
)",
      "guard", guard);
  std::set<std::string> headers =
      Headers(unit, [](const schema::Method& method) {
        return std::vector<const schema::Message*>{
            method.request_body, method.mode == schema::Mode::kSync
                                     ? method.response_body
                                     : nullptr};
      });
  headers.insert({"clients/cpp/runtime/callback_server.h",
                  "clients/cpp/runtime/client.h",
                  "dci/common/v1/envelope.pb.h"});
  PrintIncludes(headers, out);
  out->Print("\nnamespace $namespace$ {\n", "namespace", Namespace(*unit.file));
  for (const schema::Service* service : unit.services) {
    PrintStub(*service, out);
    PrintReceiver(*service, out);
  }
  out->Print("\n}  // namespace $namespace$\n\n#endif  // $guard$\n",
             "namespace", Namespace(*unit.file), "guard", guard);
}

}  // namespace dci::dcigen
