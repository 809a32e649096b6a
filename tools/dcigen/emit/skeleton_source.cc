#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "tools/dcigen/cpp.h"
#include "tools/dcigen/emit/emit.h"
#include "tools/dcigen/emit/parts.h"

namespace dci::dcigen {
namespace {

using google::protobuf::io::Printer;
using Variables = std::map<std::string, std::string>;

constexpr char kSearch[] = R"(
class $service$$name$ final
    : public ::dci::exchange::TypedSearchHandler<
          $item$,
          $answer$> {
 public:
  explicit $service$$name$(std::shared_ptr<const $service$Handler> handler)
      : handler_(std::move(handler)) {}
  ::dci::common::v1::Reason UnreadableReason() const override {
    return handler_->UnreadableReason();
  }

 protected:
  ::absl::Status ValidateItem(
      const ::dci::exchange::ItemContext& context,
      const $item$& item) const override {
    return handler_->Validate$name$(context, item);
  }
  ::absl::StatusOr<::dci::exchange::TypedOutcome<
      $answer$>>
  SearchItem(const ::dci::exchange::ItemContext& context,
      const $item$& item,
      const ::dci::storage::Snapshot& snapshot,
      ::absl::string_view continuation) const override {
    return handler_->$name$(context, item, snapshot, continuation);
  }

 private:
  const std::shared_ptr<const $service$Handler> handler_;
};
)";

constexpr char kItem[] = R"(
class $service$$name$ final
    : public ::dci::exchange::TypedItemHandler<
          $item$,
          $answer$> {
 public:
  explicit $service$$name$(std::shared_ptr<const $service$Handler> handler)
      : handler_(std::move(handler)) {}
  ::dci::common::v1::Reason UnreadableReason() const override {
    return handler_->UnreadableReason();
  }

 protected:
  ::absl::Status ValidateItem(
      const ::dci::exchange::ItemContext& context,
      const $item$& item) const override {
    return handler_->Validate$name$(context, item);
  }
  void ItemKeys(const ::dci::exchange::ItemContext& context,
      const $item$& item,
      std::vector<::dci::storage::Key>* keys) const override {
    handler_->$name$Keys(context, item, keys);
  }
  ::absl::StatusOr<::dci::exchange::TypedOutcome<
      $answer$>>
  ApplyItem(const ::dci::exchange::ItemContext& context,
      const $item$& item,
      ::dci::storage::CommitView& view) const override {
    return handler_->$name$Apply(context, item, view);
  }

 private:
  const std::shared_ptr<const $service$Handler> handler_;
};
)";

constexpr char kCallback[] = R"(
class $service$$name$ final
    : public ::dci::exchange::TypedCallbackHandler<
          $item$> {
 public:
  explicit $service$$name$(std::shared_ptr<const $service$Handler> handler)
      : handler_(std::move(handler)) {}
  ::dci::common::v1::Reason UnreadableReason() const override {
    return handler_->UnreadableReason();
  }

 protected:
  void BodyKeys(const ::dci::exchange::ItemContext& context,
      const $item$& body,
      std::vector<::dci::storage::Key>* keys) const override {
    handler_->$name$Keys(context, body, keys);
  }
  ::absl::StatusOr<::dci::exchange::CallbackOutcome> ApplyBody(
      const ::dci::exchange::ItemContext& context,
      const $item$& body,
      ::dci::storage::CommitView& view) const override {
    return handler_->$name$(context, body, view);
  }

 private:
  const std::shared_ptr<const $service$Handler> handler_;
};
)";

void PrintAdapter(const schema::Method& method, Printer* out) {
  Variables variables = {{"service", method.service->name},
                         {"name", method.name},
                         {"item", TypeName(*method.item())}};
  if (method.mode == schema::Mode::kCallback) {
    out->Print(variables, kCallback);
    return;
  }
  variables["answer"] = TypeName(*method.answer_item());
  out->Print(variables, method.read_only ? kSearch : kItem);
}

void PrintRegistration(const schema::Service& service, Printer* out) {
  if (service.Operations().empty()) return;
  out->Print(
      R"(
::absl::Status Register$name$(
    const ::dci::schema::Model& model,
    std::shared_ptr<const $name$Handler> handler,
    ::dci::exchange::HandlerRegistry* registry) {
)",
      "name", service.name);
  for (const schema::Method* method : service.Operations()) {
    out->Print(
        R"(  RETURN_IF_ERROR(::dci::exchange::RegisterMethod(
      model, "$full_name$",
      std::make_shared<$service$$name$>(handler), registry));
)",
        "full_name", method->full_name, "service", service.name, "name",
        method->name);
  }
  out->Print("  return ::absl::OkStatus();\n}\n");
}

}  // namespace

void EmitSkeletonSource(const Unit& unit, Printer* out) {
  PrintOrigin(unit, out);
  out->Print(
      R"(#include "$base$.dci.h"

#include <utility>

#include "services/base/status_macros.h"

namespace $namespace$ {
namespace {
)",
      "base", BaseName(*unit.file), "namespace", Namespace(*unit.file));
  for (const schema::Service* service : unit.services) {
    for (const schema::Method* method : service->Operations()) {
      PrintAdapter(*method, out);
    }
  }
  out->Print("\n}  // namespace\n");
  for (const schema::Service* service : unit.services) {
    PrintRegistration(*service, out);
  }
  out->Print("\n}  // namespace $namespace$\n", "namespace",
             Namespace(*unit.file));
}

}  // namespace dci::dcigen
