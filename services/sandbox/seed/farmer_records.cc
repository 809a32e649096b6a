#include "dci/farmer/v1/farmer.pb.h"
#include "services/sandbox/seed/people.h"
#include "services/sandbox/seed/registry_records.h"

namespace dci::sandbox {
namespace {

void AddFarm(const Home& home, Chance& chance, farmer::v1::Farmer* farmer) {
  farmer::v1::FarmInfo* farm = farmer->add_farm_details();
  farm->mutable_location()->set_name(home.region);
  farm->set_land_tenure(absl::StrCat(1 + chance.Below(5)));
  farm->set_land_size(absl::StrCat(chance.Below(12), ".", chance.Below(10)));
  farm->set_measurment("1");
  common::v1::Address* address = farm->add_address();
  SetAddress(home, address);
  address->set_region_code(home.sub_region_code.substr(0, 2));
  farmer::v1::FarmingActivities* activities = farm->add_farming_activities();
  farmer::v1::CropDetails* crop = activities->add_crop_production();
  crop->set_activity_group("011");
  crop->set_crop_type_name(absl::StrCat(1 + chance.Below(9)));
  crop->add_end_use("1");
  crop->set_irrigation(chance.Percent(30) ? "true" : "false");
  if (!chance.Percent(50)) return;
  farmer::v1::LivestockDetails* animals = activities->add_animal_production();
  animals->set_type(absl::StrCat(1 + chance.Below(6)));
  animals->set_count(absl::StrCat(1 + chance.Below(40)));
  animals->set_livestock_system(absl::StrCat(1 + chance.Below(5)));
  activities->set_mixed_farming("true");
}

}  // namespace

absl::Status GiveFarmers(const Household& household, SeedSink sink) {
  if (!household.farms || household.members.empty()) return absl::OkStatus();
  const Life& head = household.members.front();
  Chance chance(0, absl::StrCat("farm ", head.id().value));
  farmer::v1::Farmer farmer;
  FillMember(head, household.home, farmer.mutable_farmer_personal_details());
  FillGroup(household, farmer.mutable_family_details());
  farmer.set_farm_type(absl::StrCat(1 + chance.Below(6)));
  AddFarm(household.home, chance, &farmer);
  if (chance.Percent(20)) {
    farmer::v1::Machineries* machines = farmer.add_machineries_details();
    machines->set_type("20");
    machines->set_count("1");
    machines->set_equipement_source("1");
  }
  farmer.set_registration_date(DayText(kSeedDay - 10 - chance.Below(700)));
  farmer.set_last_updated(DayText(kSeedDay - chance.Below(10)));
  return Give("Farmer", farmer, sink);
}

}  // namespace dci::sandbox
