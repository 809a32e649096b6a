#include "services/sandbox/seed/seed.h"

#include "absl/strings/str_cat.h"
#include "services/sandbox/seed/social_records.h"

namespace dci::sandbox {
namespace {

struct Giver {
  const char* registry;
  absl::Status (*give)(const Household&, SeedSink);
};

constexpr Giver kGivers[] = {
    {"social", GiveSocial},
};

}  // namespace

absl::Status GiveSeed(absl::string_view registry, const SeedOptions& options,
                      SeedSink sink) {
  for (const Giver& giver : kGivers)
    if (registry == giver.registry)
      return GivePopulation(options, [&](const Household& household) {
        return giver.give(household, sink);
      });
  return absl::NotFoundError(
      absl::StrCat("no records are made for ", std::string(registry)));
}

}  // namespace dci::sandbox
