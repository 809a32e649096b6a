#include "services/sandbox/seed/seed.h"

#include <map>
#include <set>
#include <string>
#include <vector>

#include "dci/crvs/v1/crvs.pb.h"
#include "dci/disability/v1/disability.pb.h"
#include "dci/employment/v1/employment.pb.h"
#include "dci/farmer/v1/farmer.pb.h"
#include "dci/ibr/v1/ibr.pb.h"
#include "dci/social/v1/social.pb.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"

namespace dci::sandbox {
namespace {

std::vector<SeedRecord> All(const SeedOptions& options) {
  std::vector<SeedRecord> records;
  EXPECT_OK(GiveSeed("social", options, [&](SeedRecord record) {
    records.push_back(std::move(record));
    return absl::OkStatus();
  }));
  return records;
}

template <typename T>
std::vector<T> Of(const std::vector<SeedRecord>& records,
                  const std::string& type) {
  std::vector<T> result;
  for (const SeedRecord& record : records) {
    if (record.type != type) continue;
    result.emplace_back();
    EXPECT_TRUE(result.back().ParseFromString(record.record));
  }
  return result;
}

TEST(SeedTest, TheSameSeedGivesTheSameBytesAnotherGivesOthers) {
  const auto first = All({50, 1}), again = All({50, 1}), other = All({50, 2});
  ASSERT_EQ(first.size(), again.size());
  for (size_t i = 0; i < first.size(); ++i)
    EXPECT_EQ(first[i].record, again[i].record) << i;
  EXPECT_NE(first.back().record, other.back().record);
}

TEST(SeedTest, GivesAsManyHouseholdsAsAskedAndCountsTheirMembers) {
  const auto none = Of<social::v1::Group>(All({0, 1}), "Group");
  const auto groups = Of<social::v1::Group>(All({200, 1}), "Group");
  EXPECT_EQ(groups.size(), none.size() + 200);
  for (const social::v1::Group& group : groups)
    EXPECT_EQ(group.group_size(), std::to_string(group.member_list_size()));
}

TEST(SeedTest, NoTwoRecordsOfATypeShareAnIdentifier) {
  const auto records = All({500, 3});
  std::set<std::string> seen;
  for (const auto& person : Of<social::v1::Person>(records, "Person"))
    for (const auto& id : person.identifier())
      EXPECT_TRUE(
          seen.insert(id.identifier_type() + id.identifier_value()).second);
  seen.clear();
  for (const auto& group : Of<social::v1::Group>(records, "Group"))
    for (const auto& id : group.group_identifier())
      EXPECT_TRUE(
          seen.insert(id.identifier_type() + id.identifier_value()).second);
}

TEST(SeedTest, HasWhatSamplesAndKitsAskFor) {
  const auto records = All({0, 1});
  std::map<std::string, int> people;
  for (const auto& person : Of<social::v1::Person>(records, "Person"))
    ++people[person.identifier(0).identifier_value()];
  EXPECT_EQ(people["847951632"], 1);
  EXPECT_EQ(people["TEST-001"], 1);
  int widows = 0;
  for (const auto& member : Of<social::v1::Member>(records, "Member"))
    widows += member.marital_status() == "W" &&
              member.demographic_info().sex() == "female";
  EXPECT_EQ(widows, 3);
  int poor = 0;
  for (const auto& group : Of<social::v1::Group>(records, "Group"))
    poor += std::stod(group.poverty_score()) < 5 &&
            group.member_list_size() < 5 &&
            group.geographical_location().name() == "central_region";
  EXPECT_EQ(poor, 5);
}

TEST(SeedTest, EndsWithTheErrorOfItsSink) {
  int given = 0;
  const absl::Status status = GiveSeed("social", {5, 1}, [&](SeedRecord) {
    return ++given < 4 ? absl::OkStatus() : absl::ResourceExhaustedError("");
  });
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_EQ(given, 4);
}

// Whatever a registry says of somebody, civil registration knows the person.
TEST(SeedTest, RegistriesSpeakOfTheSamePeople) {
  const auto of = [](const char* registry) {
    std::vector<SeedRecord> records;
    EXPECT_OK(GiveSeed(registry, {200, 1}, [&](SeedRecord record) {
      records.push_back(std::move(record));
      return absl::OkStatus();
    }));
    return records;
  };
  std::map<std::string, std::string> births;
  for (const auto& person : Of<crvs::v1::Person>(of("crvs"), "Person"))
    births[person.identifier(0).identifier_value()] = person.birth_date();
  const auto check = [&](const auto& member) {
    const auto known =
        births.find(member.member_identifier(0).identifier_value());
    ASSERT_NE(known, births.end());
    EXPECT_EQ(known->second, member.demographic_info().birth_date());
  };
  const auto beneficiaries = Of<ibr::v1::Beneficiary>(of("ibr"), "Beneficiary");
  EXPECT_GT(beneficiaries.size(), 50u);
  std::set<std::string> places;
  for (const auto& beneficiary : beneficiaries) {
    check(beneficiary.member());
    EXPECT_TRUE(
        places
            .insert(
                beneficiary.member().member_identifier(0).identifier_value() +
                beneficiary.programme_identifier(0).programme_identifier())
            .second);
  }
  const auto disabled =
      Of<disability::v1::DisabledPerson>(of("disability"), "DisabledPerson");
  EXPECT_GT(disabled.size(), 10u);
  for (const auto& person : disabled) check(person.personal_details());
  for (const auto& farmer : Of<farmer::v1::Farmer>(of("farmer"), "Farmer"))
    check(farmer.farmer_personal_details());
  for (const auto& member :
       Of<employment::v1::Member>(of("employment"), "Member"))
    check(member);
}

TEST(SeedTest, ARegistryThatNobodyMakesRecordsForIsSaid) {
  EXPECT_THAT(GiveSeed("education", {1, 1},
                       [](SeedRecord) { return absl::OkStatus(); }),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace dci::sandbox
