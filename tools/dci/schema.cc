#include "tools/dci/schema.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "dci/admin/v1/disclosure.pb.h"
#include "dci/admin/v1/parked.pb.h"
#include "dci/admin/v1/participants.pb.h"
#include "dci/admin/v1/reactions.pb.h"
#include "dci/admin/v1/registry_admin.pb.h"
#include "dci/admin/v1/sp_system.pb.h"
#include "dci/admin/v1/subscriptions.pb.h"
#include "dci/authz/v1/token.pb.h"
#include "dci/ext/v1/code_lists.pb.h"
#include "dci/ext/v1/discovery.pb.h"
#include "dci/ext/v1/reserve.pb.h"
#include "dci/ext/v1/watch.pb.h"
#include "dci/jwks/v1/jwks.pb.h"
#include "dci/locations/v1/locations.pb.h"
#include "services/base/status_macros.h"
#include "services/schema/registries.h"
#include "tools/dci/exit_code.h"

namespace dci::cli {
namespace {

using schema::Method;
using schema::Mode;
using schema::Model;
using schema::Service;

bool Contains(const std::vector<std::string>& texts, absl::string_view text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

bool ServedAt(const Method& method, absl::string_view path) {
  return !method.path.empty() &&
         (method.path == path || Contains(method.other_paths, path));
}

// Services that the choice allows: registries, what stands beside them, what
// only operators have. So "search" is a registry's and not one of the
// questions that share its action.
std::vector<const Service*> Candidates(const Model& model,
                                       absl::string_view registry) {
  std::vector<const Service*> services;
  for (const Service* service : model.services())
    if (registry.empty() || Contains(service->prefixes, registry))
      services.push_back(service);
  std::stable_partition(services.begin(), services.end(),
                        [](const Service* s) { return !s->admin; });
  std::stable_partition(services.begin(), services.end(),
                        [](const Service* s) { return !s->records.empty(); });
  return services;
}

// "/social/registry/search" → {"social", "/registry/search"} where a service
// has such a prefix.
const Method* FindByPath(const Model& model, absl::string_view path) {
  for (const Service* service : Candidates(model, "")) {
    for (const Method& method : service->methods) {
      if (ServedAt(method, path)) return &method;
      for (const std::string& prefix : service->prefixes) {
        absl::string_view rest = path;
        if (absl::ConsumePrefix(&rest, absl::StrCat("/", prefix)) &&
            ServedAt(method, rest))
          return &method;
      }
    }
  }
  return nullptr;
}

// How well a method fits an action: 0 not at all.
int Fit(const Method& method, const OperationChoice& choice) {
  if (method.name == choice.name) return 4;
  if (!Contains(method.actions, choice.name)) return 0;
  // "search" is also read as the action of a callback; it hardly means that.
  if (method.mode == Mode::kCallback)
    return method.actions[0] == choice.name ? 3 : 1;
  return method.mode == (choice.asynchronous ? Mode::kAsync : Mode::kSync) ? 3
                                                                           : 2;
}

const Method* FindByAction(const Model& model, const OperationChoice& choice) {
  const Method* best = nullptr;
  int best_fit = 0;
  for (const Service* service : Candidates(model, choice.registry)) {
    for (const Method& method : service->methods) {
      if (method.path.empty()) continue;
      const int fit = Fit(method, choice);
      if (fit > best_fit) {
        best = &method;
        best_fit = fit;
      }
    }
  }
  return best;
}

}  // namespace

absl::StatusOr<std::unique_ptr<const Model>> CompiledModel() {
  // Named by a message or enum each, so that the linker keeps the files.
  std::vector<const google::protobuf::FileDescriptor*> files = {
      dci::admin::v1::ListDisclosuresRequest::descriptor()->file(),
      dci::admin::v1::ListParkedRequest::descriptor()->file(),
      dci::admin::v1::ListParticipantsRequest::descriptor()->file(),
      dci::admin::v1::ListUnmatchedRequest::descriptor()->file(),
      dci::admin::v1::LoadRequest::descriptor()->file(),
      dci::admin::v1::PutProgrammeRequest::descriptor()->file(),
      dci::admin::v1::ListSubscriptionsRequest::descriptor()->file(),
      dci::authz::v1::TokenRequest::descriptor()->file(),
      dci::ext::v1::Capabilities::descriptor()->file(),
      dci::ext::v1::GetCodeListRequest::descriptor()->file(),
      dci::ext::v1::ReserveRequest::descriptor()->file(),
      dci::locations::v1::Place::descriptor()->file(),
      dci::ext::v1::WatchRequest::descriptor()->file(),
      dci::jwks::v1::JwkSet::descriptor()->file(),
  };
  for (const auto* file : schema::RegistryFiles()) files.push_back(file);
  return Model::Build(files);
}

absl::StatusOr<Operation> FindOperation(const Model& model,
                                        const OperationChoice& choice) {
  Operation operation;
  if (absl::StartsWith(choice.name, "/") &&
      model.FindMethod(choice.name) == nullptr) {
    operation.method = FindByPath(model, choice.name);
    operation.path = choice.name;
    return operation;
  }
  operation.method = absl::StrContains(choice.name, '.')
                         ? model.FindMethod(choice.name)
                         : FindByAction(model, choice);
  if (operation.method == nullptr || operation.method->path.empty())
    return Usage(absl::StrCat("no operation '", choice.name,
                              "'; there are:\n  ",
                              absl::StrJoin(ListOperations(model), "\n  ")));
  operation.path = operation.method->path;
  if (!choice.registry.empty())
    operation.path = absl::StrCat("/", choice.registry, operation.path);
  return operation;
}

std::vector<std::string> ListOperations(const Model& model) {
  std::vector<std::string> lines;
  for (const Service* service : Candidates(model, "")) {
    if (service->admin) continue;
    for (const Method& method : service->methods)
      if (!method.path.empty())
        lines.push_back(absl::StrCat(method.path, "  ", method.full_name));
  }
  return lines;
}

}  // namespace dci::cli
