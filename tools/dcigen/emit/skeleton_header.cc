#include <map>
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
using Variables = std::map<std::string, std::string>;

void PrintSearch(const Variables& variables, Printer* out) {
  out->Print(variables,
             R"(  virtual ::absl::Status Validate$name$(
      const ::dci::exchange::ItemContext& context,
      const $item$& item) const {
    return ::absl::OkStatus();
  }
  virtual ::absl::StatusOr<::dci::exchange::TypedOutcome<
      $answer$>>
  $name$(const ::dci::exchange::ItemContext& context,
      const $item$& item,
      const ::dci::storage::Snapshot& snapshot,
      ::absl::string_view continuation) const = 0;
)");
}

void PrintItem(const Variables& variables, Printer* out) {
  out->Print(variables,
             R"(  virtual ::absl::Status Validate$name$(
      const ::dci::exchange::ItemContext& context,
      const $item$& item) const {
    return ::absl::OkStatus();
  }
  virtual void $name$Keys(
      const ::dci::exchange::ItemContext& context,
      const $item$& item,
      ::std::vector<::dci::storage::Key>* keys) const = 0;
  virtual ::absl::StatusOr<::dci::exchange::TypedOutcome<
      $answer$>>
  $name$Apply(const ::dci::exchange::ItemContext& context,
      const $item$& item,
      ::dci::storage::CommitView& view) const = 0;
)");
}

void PrintCallback(const Variables& variables, Printer* out) {
  out->Print(variables,
             R"(  virtual void $name$Keys(
      const ::dci::exchange::ItemContext& context,
      const $item$& body,
      ::std::vector<::dci::storage::Key>* keys) const {}
  virtual ::absl::StatusOr<::dci::exchange::CallbackOutcome> $name$(
      const ::dci::exchange::ItemContext& context,
      const $item$& body,
      ::dci::storage::CommitView& view) const = 0;
)");
}

void PrintOperation(const schema::Method& method, Printer* out) {
  Variables variables = {{"name", method.name},
                         {"item", TypeName(*method.item())}};
  if (method.answer_item() != nullptr) {
    variables["answer"] = TypeName(*method.answer_item());
  }
  out->Print("\n");
  out->PrintRaw(Comment(*method.descriptor, "  "));
  if (method.sync != nullptr) {
    out->Print("  // Serves $sync$ too.\n", "sync", method.sync->name);
  }
  if (method.mode == schema::Mode::kCallback) {
    PrintCallback(variables, out);
  } else if (method.read_only) {
    PrintSearch(variables, out);
  } else {
    PrintItem(variables, out);
  }
}

void PrintService(const schema::Service& service, Printer* out) {
  if (service.Operations().empty()) return;
  out->Print("\n");
  out->PrintRaw(Comment(*service.descriptor, ""));
  out->Print(
      R"(//
// Functions are called from several threads at once; see
// services/exchange/handler.h for what each may do.
class $name$Handler {
 public:
  virtual ~$name$Handler() = default;

  // Reason for an item that the reader could not take.
  virtual ::dci::common::v1::Reason UnreadableReason() const {
    return ::dci::common::v1::REASON_REQUEST_BAD;
  }
)",
      "name", service.name);
  for (const schema::Method* method : service.Operations()) {
    PrintOperation(*method, out);
  }
  out->Print(
      R"(};

// Serves every operation of $name$ by `handler`. NOT_FOUND where
// the model lacks the service, ALREADY_EXISTS where an operation is served.
::absl::Status Register$name$(
    const ::dci::schema::Model& model,
    ::std::shared_ptr<const $name$Handler> handler,
    ::dci::exchange::HandlerRegistry* registry);
)",
      "name", service.name);
}

}  // namespace

void EmitSkeletonHeader(const Unit& unit, Printer* out) {
  const std::string guard = Guard(*unit.file, "dci");
  PrintOrigin(unit, out);
  out->Print(
      R"(#ifndef $guard$
#define $guard$

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
)",
      "guard", guard);
  std::set<std::string> headers =
      Headers(unit, [](const schema::Method& method) {
        return std::vector<const schema::Message*>{method.item(),
                                                   method.answer_item()};
      });
  headers.insert("services/exchange/typed_handler.h");
  PrintIncludes(headers, out);
  out->Print(
      R"(
namespace $namespace$ {
)",
      "namespace", Namespace(*unit.file));
  for (const schema::Service* service : unit.services) {
    PrintService(*service, out);
  }
  out->Print("\n}  // namespace $namespace$\n\n#endif  // $guard$\n",
             "namespace", Namespace(*unit.file), "guard", guard);
}

}  // namespace dci::dcigen
