#include "services/server/own_operations.h"

#include <memory>

#include "services/base/status_macros.h"
#include "services/disability/disability.h"
#include "services/employment/employment.h"
#include "services/ibr/ibr.h"

namespace dci::server {
namespace {

absl::Status ServeBeneficiaries(const registry::Registry* registry,
                                const dci::config::v1::RegistryConfig& config,
                                const DomainParts& parts, Served* served) {
  if (config.max_reservation_seconds() < 0)
    return absl::InvalidArgumentError("max_reservation_seconds is negative");
  const absl::Duration longest =
      config.max_reservation_seconds() == 0
          ? ibr::kLongestReservation
          : absl::Seconds(config.max_reservation_seconds());
  ASSIGN_OR_RETURN(const std::shared_ptr<const ibr::Places> places,
                   ibr::Serve(registry, longest, parts.handlers));
  served->passes.push_back({"reservations", [places](absl::Time now) {
                              return places->ExecutePass(now);
                            }});
  return absl::OkStatus();
}

template <size_t n>
void AddServices(const char* const (&names)[n], const DomainParts& parts,
                 bool bare, Served* served) {
  for (const char* name : names)
    served->services.push_back(
        {parts.codec->model().FindService(name), bare, true});
}

}  // namespace

std::vector<std::string> OwnSpaces(const std::string& service) {
  if (service == ibr::kService) return {ibr::kReservationSpace};
  return {};
}

absl::Status ServeOwnOperations(const registry::Registry* registry,
                                const dci::config::v1::RegistryConfig& config,
                                const DomainParts& parts, bool bare,
                                Served* served) {
  if (config.service() == ibr::kService) {
    RETURN_IF_ERROR(ServeBeneficiaries(registry, config, parts, served));
    AddServices(ibr::kOwnServices, parts, bare, served);
  } else if (config.service() == disability::kService) {
    RETURN_IF_ERROR(disability::Serve(registry, parts.handlers));
    AddServices(disability::kOwnServices, parts, bare, served);
  } else if (config.service() == employment::kService) {
    RETURN_IF_ERROR(employment::Serve(registry, parts.handlers));
    AddServices(employment::kOwnServices, parts, bare, served);
  }
  return absl::OkStatus();
}

}  // namespace dci::server
