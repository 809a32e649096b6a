#include "services/server/read_rules.h"

#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/server/typed_plain.h"

namespace dci::server {
namespace {

namespace admin = ::dci::admin::v1;
namespace config = ::dci::config::v1;

bool IsOn(const config::RegistryConfig& registry) {
  return registry.disclosure().mode() != config::DISCLOSURE_MODE_OFF;
}

// The key that the registries name; empty where none does.
absl::StatusOr<std::string> ReadKey(
    const std::vector<config::RegistryConfig>& configs) {
  std::string name;
  for (const config::RegistryConfig& registry : configs) {
    const std::string& file = registry.disclosure().key_file();
    if (file.empty()) continue;
    if (!name.empty() && name != file)
      return absl::InvalidArgumentError(absl::StrCat(
          "registries of one server name two keys of the disclosure log: ",
          name, " and ", file));
    name = file;
  }
  if (name.empty()) return name;
  std::ifstream file(name, std::ios::binary);
  std::string key((std::istreambuf_iterator<char>(file)), {});
  // An empty key would mean "the store's own": it must not come about by a
  // missing file.
  if (!file.is_open() || key.empty())
    return absl::InvalidArgumentError(
        absl::StrCat("cannot read the key of the disclosure log: ", name));
  return key;
}

}  // namespace

std::vector<std::string> ReadRules::Spaces() {
  return registry::DisclosureLog::SpaceNames();
}

absl::Status ReadRules::Start(
    const DomainParts& parts,
    const std::vector<config::RegistryConfig>& configs,
    const std::vector<std::unique_ptr<registry::Registry>>& registries,
    Served* served) {
  ASSIGN_OR_RETURN(const std::string key, ReadKey(configs));
  ASSIGN_OR_RETURN(log_, registry::DisclosureLog::Open(parts.store, key));
  reader_.emplace(log_.get(), &parts.codec->model());
  ASSIGN_OR_RETURN(
      consent_, registry::ConsentGate::Create(
                    parts.config->consent(), parts.codec->model(), parts.keys));
  for (size_t i = 0; i < registries.size(); ++i) {
    registry::ReadRules rules;
    rules.consent = consent_.get();
    rules.participants = parts.participants;
    if (IsOn(configs[i])) rules.log = log_.get();
    registries[i]->SetReadRules(rules);
  }
  Serve(parts, served);
  return absl::OkStatus();
}

void ReadRules::Serve(const DomainParts& parts, Served* served) {
  const schema::Service* service =
      parts.codec->model().FindService("dci.admin.v1.DisclosureAdmin");
  registry::DisclosureReader* const reader = &*reader_;
  served->admin[service->FindMethod("ListDisclosures")] =
      OnWorker<admin::ListDisclosuresRequest, admin::ListDisclosuresResponse>(
          parts.worker, [reader](const auto& r) { return reader->List(r); });
  served->admin[service->FindMethod("ExportDisclosures")] =
      OnWorker<admin::ExportDisclosuresRequest,
               admin::ExportDisclosuresResponse>(
          parts.worker, [reader](const auto& r) { return reader->Export(r); });
  served->admin[service->FindMethod("VerifyDisclosures")] =
      OnWorker<admin::VerifyDisclosuresRequest,
               admin::VerifyDisclosuresResponse>(
          parts.worker, [reader](const auto& r) { return reader->Verify(r); });
  served->admin[service->FindMethod("ForgetPerson")] =
      OnWorker<admin::ForgetPersonRequest, admin::ForgetPersonResponse>(
          parts.worker, [reader](const auto& r) { return reader->Forget(r); });
  served->admin_services.push_back(service);
  served->passes.push_back(
      {"disclosures by person",
       [log = log_.get()](absl::Time) { return log->ExecuteIndexPass(); }});
  served->passes.push_back(
      {"keys of consents",
       [consent = consent_.get()](absl::Time now) -> absl::StatusOr<bool> {
         consent->FetchKeys(now);
         return false;
       }});
}

void ReadRules::AddMetrics(std::vector<Sample>* samples) const {
  if (log_ == nullptr) return;
  samples->push_back({"dci_disclosures_total",
                      "Answers with records prepared for the disclosure log",
                      true,
                      {},
                      static_cast<double>(log_->prepared())});
  // A store that cannot be read shows in other metrics.
  const auto head = reader_->Head();
  if (!head.ok()) return;
  samples->push_back({"dci_disclosure_links",
                      "Links of the disclosure log's chain",
                      false,
                      {},
                      static_cast<double>(head->number())});
}

}  // namespace dci::server
