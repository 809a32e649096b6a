#include "services/server/registry_admin.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/base/status_macros.h"
#include "services/registry/disclosure.h"
#include "services/registry/export.h"
#include "services/server/typed_plain.h"

namespace dci::server {
namespace {

namespace admin = ::dci::admin::v1;

admin::LoadResponse ResponseOf(const registry::LoadStats& stats) {
  admin::LoadResponse response;
  response.set_read(static_cast<int>(stats.read));
  response.set_created(static_cast<int>(stats.created));
  response.set_replaced(static_cast<int>(stats.replaced));
  response.set_unchanged(static_cast<int>(stats.unchanged));
  response.set_refused(static_cast<int>(stats.refused));
  response.set_bulk(stats.bulk);
  for (const registry::LoadError& error : stats.errors) {
    admin::LoadProblem* problem = response.add_problems();
    problem->set_line(static_cast<int>(error.number));
    problem->set_message(error.message);
  }
  return response;
}

// The operator's exports are in the disclosure log like anybody's answers.
absl::Status WriteDown(const registry::Registry& registry,
                       const std::string& type,
                       const std::vector<registry::PageRecord>& given,
                       const storage::Snapshot& snapshot, absl::Time now) {
  if (given.empty()) return absl::OkStatus();
  registry::DisclosureContext context;
  context.receiver_id = "operator";
  context.operation = "dci.admin.v1.RegistryAdmin.Export";
  context.now = now;
  std::vector<registry::DisclosedRecord> disclosed;
  for (const registry::PageRecord& record : given)
    disclosed.push_back({record.primary_key, record.bytes});
  const auto catalog = registry.catalog();
  ASSIGN_OR_RETURN(auto write, registry.read_rules().log->Prepare(
                                   context, *catalog->FindByName(type)->message,
                                   disclosed, snapshot));
  return storage::CommitAndWait(registry.store(), {}, std::move(write));
}

}  // namespace

absl::StatusOr<registry::Registry*> RegistryAdmin::Find(
    const std::string& service) const {
  if (service.empty() && registries_.size() == 1) return registries_[0];
  for (registry::Registry* registry : registries_)
    if (registry->service().full_name == service) return registry;
  return absl::NotFoundError(
      absl::StrCat("no registry ", service, " is held here"));
}

absl::StatusOr<RegistryAdmin::OpenLoad*> RegistryAdmin::FindLoad(
    const admin::LoadRequest& request) {
  if (request.load().empty())
    return absl::InvalidArgumentError("load is empty");
  const auto found = loads_.find(request.load());
  if (found != loads_.end()) return &found->second;
  if (loads_.size() >= kMaxLoads)
    return absl::ResourceExhaustedError("too many loads are under way");
  ASSIGN_OR_RETURN(registry::Registry * registry, Find(request.service()));
  OpenLoad load;
  load.stats = std::make_shared<registry::LoadStats>();
  registry::LoadOptions options;
  options.default_type = request.default_type();
  options.allow_bulk = !request.no_bulk();
  options.now = clock_->Now();
  options.progress = [stats = load.stats](const registry::LoadStats& now) {
    *stats = now;
  };
  load.loader =
      std::make_unique<registry::Loader>(registry, std::move(options));
  return &(loads_[request.load()] = std::move(load));
}

absl::StatusOr<admin::LoadResponse> RegistryAdmin::Load(
    const admin::LoadRequest& request) {
  ASSIGN_OR_RETURN(OpenLoad * load, FindLoad(request));
  load->used = clock_->Now();
  for (absl::string_view line : absl::StrSplit(request.lines(), '\n')) {
    line = absl::StripAsciiWhitespace(line);
    if (line.empty()) continue;
    if (absl::Status status = load->loader->AddJson(line); !status.ok()) {
      loads_.erase(request.load());
      return status;
    }
  }
  if (!request.end()) return ResponseOf(*load->stats);
  absl::StatusOr<registry::LoadStats> stats = load->loader->Finish();
  loads_.erase(request.load());
  if (!stats.ok()) return stats.status();
  return ResponseOf(*stats);
}

void RegistryAdmin::EndIdleLoads(absl::Time now) {
  for (auto load = loads_.begin(); load != loads_.end();) {
    const auto next = std::next(load);
    if (load->second.used + kLoadIdle < now) loads_.erase(load);
    load = next;
  }
}

absl::StatusOr<admin::ExportResponse> RegistryAdmin::Export(
    const admin::ExportRequest& request) {
  ASSIGN_OR_RETURN(const registry::Registry* registry, Find(request.service()));
  schema::Dialect dialect = schema::Dialect::kC25;
  if (!request.dialect().empty()) {
    const auto known = schema::DialectFromName(request.dialect());
    if (!known)
      return absl::InvalidArgumentError(
          absl::StrCat("no dialect of the name ", request.dialect()));
    dialect = *known;
  }
  const auto snapshot = registry->store().GetSnapshot();
  std::vector<registry::PageRecord> given;
  ASSIGN_OR_RETURN(
      registry::ExportPage page,
      registry::Export(
          *registry, *snapshot, request.type(), dialect, request.position(),
          kExportRecords, kExportBytes,
          registry->read_rules().log == nullptr ? nullptr : &given));
  RETURN_IF_ERROR(
      WriteDown(*registry, request.type(), given, *snapshot, clock_->Now()));
  admin::ExportResponse response;
  response.set_lines(std::move(page.lines));
  response.set_records(page.records);
  response.set_next(std::move(page.next));
  return response;
}

absl::StatusOr<admin::DeleteResponse> RegistryAdmin::Delete(
    const admin::DeleteRequest& request) {
  ASSIGN_OR_RETURN(const registry::Registry* registry, Find(request.service()));
  const std::vector<std::string> key(request.key().begin(),
                                     request.key().end());
  ASSIGN_OR_RETURN(registry::RecordChange change,
                   registry->Delete(request.type(), key));
  admin::DeleteResponse response;
  RETURN_IF_ERROR(storage::CommitAndWait(
      registry->store(), change.Keys(registry->spaces()),
      [&](storage::CommitView& view) -> absl::Status {
        ASSIGN_OR_RETURN(const registry::Outcome outcome,
                         registry->Apply(change, clock_->Now(), view));
        response.set_deleted(outcome == registry::Outcome::kDeleted);
        return absl::OkStatus();
      }));
  return response;
}

void RegistryAdmin::Serve(const schema::Model& model, Worker* worker,
                          Served* served) {
  const schema::Service* service =
      model.FindService("dci.admin.v1.RegistryAdmin");
  served->admin[service->FindMethod("Load")] =
      OnWorker<admin::LoadRequest, admin::LoadResponse>(
          worker, [this](const auto& request) { return Load(request); });
  served->admin[service->FindMethod("Export")] =
      OnWorker<admin::ExportRequest, admin::ExportResponse>(
          worker, [this](const auto& request) { return Export(request); });
  served->admin[service->FindMethod("Delete")] =
      OnWorker<admin::DeleteRequest, admin::DeleteResponse>(
          worker, [this](const auto& request) { return Delete(request); });
  served->admin_services.push_back(service);
  served->passes.push_back(
      {"idle loads", [this, worker](absl::Time now) -> absl::StatusOr<bool> {
         worker->Do([this, now] { EndIdleLoads(now); });
         return false;
       }});
}

}  // namespace dci::server
