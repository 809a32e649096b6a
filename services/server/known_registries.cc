#include "services/server/known_registries.h"

#include "absl/strings/str_cat.h"

namespace dci::server {
namespace {

constexpr KnownRegistry kKnown[] = {
    {"social", "dci.social.v1.SocialRegistry", "social registry", 0},
    {"crvs", "dci.crvs.v1.CivilRegistry", "civil registry", 1},
    {"ibr", "dci.ibr.v1.BeneficiaryRegistry", "beneficiary registry", 2},
    {"disability", "dci.disability.v1.DisabilityRegistry",
     "disability registry", 4},
    {"farmer", "dci.farmer.v1.FarmerRegistry", "farmer registry", 5},
    {"employment", "dci.employment.v1.EmploymentRegistry",
     "employment registry", 6},
};

int After(int first, int place) { return first == 0 ? 0 : first + place; }

}  // namespace

Ports PortsAt(const Ports& first, int place) {
  return {After(first.http, place), After(first.grpc, place),
          After(first.admin, place)};
}

absl::Span<const KnownRegistry> KnownRegistries() { return kKnown; }

const KnownRegistry* FindKnownRegistry(absl::string_view name) {
  for (const KnownRegistry& known : kKnown)
    if (name == known.name) return &known;
  return nullptr;
}

std::string IdOf(const KnownRegistry& registry) {
  return absl::StrCat(registry.name, "-registry");
}

void ApplyDefaults(const KnownRegistry& registry, const std::string& folder,
                   dci::config::v1::ServerConfig* config) {
  if (config->id().empty()) config->set_id(IdOf(registry));
  if (config->data_dir().empty())
    config->set_data_dir(absl::StrCat(folder, "/store"));
  if (config->registries_size() == 0)
    config->add_registries()->set_service(registry.service);
  const Ports ports = PortsAt(kFirstPorts, registry.place);
  if (!config->has_http()) config->mutable_http()->set_port(ports.http);
  if (!config->has_grpc()) config->mutable_grpc()->set_port(ports.grpc);
  if (!config->has_admin()) config->mutable_admin()->set_port(ports.admin);
}

}  // namespace dci::server
