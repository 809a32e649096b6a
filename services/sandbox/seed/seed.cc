#include "services/sandbox/seed/seed.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "services/base/status_macros.h"
#include "services/sandbox/seed/households.h"

namespace dci::sandbox {
namespace {

absl::Status Give(const char* type, const google::protobuf::MessageLite& record,
                  SeedSink sink) {
  return sink({type, record.SerializeAsString()});
}

// The group, and each of its members as Member and Person.
absl::Status GiveHousehold(const std::string& id, const Home& home,
                           const std::string& score,
                           const std::vector<Life>& family, Chance& chance,
                           SeedSink sink) {
  std::vector<social::v1::Member> members;
  for (const Life& life : family) {
    const social::v1::Person person = MakePerson(life, home, chance);
    members.push_back(MakeMember(life, person, chance));
    RETURN_IF_ERROR(Give("Person", person, sink));
    RETURN_IF_ERROR(Give("Member", members.back(), sink));
  }
  return Give("Group", MakeGroup(id, home, score, members), sink);
}

// The social samples answer with this person.
absl::Status GiveSamplePerson(Chance& chance, SeedSink sink) {
  const Life life{"847951632", "Lunbanto", "Oririna", true, 30, "M", "SELF"};
  social::v1::Person person =
      MakePerson(life, {"central_region", "CE-01", "1 Heron Lane"}, chance);
  person.clear_identifier();
  for (const auto& [type, value] :
       {std::pair<const char*, const char*>{"UIN", "847951632"},
        {"BRN", "947951532"}}) {
    person.add_identifier()->set_identifier_type(type);
    person.mutable_identifier()->rbegin()->set_identifier_value(value);
  }
  return Give("Person", person, sink);
}

// One who lives alone, found under the same identifier as all three records.
absl::Status GiveAlone(const char* household, const char* type,
                       const char* number, const Life& life,
                       const std::string& score, Chance& chance,
                       SeedSink sink) {
  const Home home{"central_region", "CE-02", "2 Reed Path"};
  social::v1::Person person = MakePerson(life, home, chance);
  person.mutable_identifier(0)->set_identifier_type(type);
  social::v1::Member member = MakeMember(life, person, chance);
  member.mutable_member_identifier(0)->set_identifier_type(type);
  social::v1::Group group = MakeGroup(household, home, score, {member});
  group.add_group_identifier()->set_identifier_type(type);
  group.mutable_group_identifier(1)->set_identifier_value(number);
  RETURN_IF_ERROR(Give("Person", person, sink));
  RETURN_IF_ERROR(Give("Member", member, sink));
  return Give("Group", group, sink);
}

// Widows with their children, poor enough for every sample.
absl::Status GiveWidows(Chance& chance, SeedSink sink) {
  const char* names[] = {"Meradora", "Tamvi", "Yosel"};
  for (int i = 0; i < 3; ++i) {
    const int number = 2900000000ll / 10 + i;
    const Life widow{absl::StrCat(10ll * number),
                     "Welnidu",
                     names[i],
                     true,
                     41 + 9 * i,
                     "W",
                     "SELF"};
    const Life child{absl::StrCat(10ll * number + 1),
                     "Welnidu",
                     "Pellosun",
                     false,
                     9,
                     "S",
                     "SON"};
    RETURN_IF_ERROR(GiveHousehold(
        absl::StrFormat("HH-W%05d", i + 1),
        {"central_region", "CE-03", absl::StrCat(i + 3, " Kiln Road")},
        absl::StrCat(1 + i, ".5"), {widow, child}, chance, sink));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status GiveWellKnown(SeedSink sink) {
  Chance chance(7);
  RETURN_IF_ERROR(GiveSamplePerson(chance, sink));
  RETURN_IF_ERROR(
      GiveAlone("HH-T00001", "UIN", "TEST-001",
                {"TEST-001", "Garpolder", "Ilomea", true, 24, "S", "SELF"},
                "2.25", chance, sink));
  RETURN_IF_ERROR(
      GiveAlone("HH-T00002", "NID", "0205202401",
                {"0205202401", "Noretarn", "Sasel", true, 40, "S", "SELF"},
                "4.0", chance, sink));
  return GiveWidows(chance, sink);
}

absl::Status GiveSeed(const SeedOptions& options, SeedSink sink) {
  RETURN_IF_ERROR(GiveWellKnown(sink));
  Chance chance(options.seed);
  for (int i = 0; i < options.households; ++i) {
    const Home home = InventHome(chance);
    const std::vector<Life> family = InventFamily(i, chance);
    const std::string score =
        absl::StrCat(chance.Below(100), ".", chance.Below(10));
    RETURN_IF_ERROR(GiveHousehold(absl::StrFormat("HH-%08d", i + 1), home,
                                  score, family, chance, sink));
  }
  return absl::OkStatus();
}

}  // namespace dci::sandbox
