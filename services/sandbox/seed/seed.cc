#include "services/sandbox/seed/seed.h"

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/sandbox/seed/registry_records.h"

namespace dci::sandbox {
namespace {

struct Giver {
  const char* registry;
  absl::Status (*give)(const Household&, SeedSink);
  // What stands for no household; may be null.
  absl::Status (*give_first)(SeedSink) = nullptr;
};

constexpr Giver kGivers[] = {
    {"social", GiveSocial},
    {"crvs", GiveCivil},
    {"ibr", GiveBeneficiaries, GiveProgrammes},
    {"disability", GiveDisabled},
    {"farmer", GiveFarmers},
    {"employment", GiveEmployment, GiveWorkProgrammes},
};

}  // namespace

absl::Status GiveSeed(absl::string_view registry, const SeedOptions& options,
                      SeedSink sink) {
  for (const Giver& giver : kGivers) {
    if (registry != giver.registry) continue;
    if (giver.give_first != nullptr) RETURN_IF_ERROR(giver.give_first(sink));
    return GivePopulation(options, [&](const Household& household) {
      return giver.give(household, sink);
    });
  }
  return absl::NotFoundError(
      absl::StrCat("no records are made for ", std::string(registry)));
}

}  // namespace dci::sandbox
