#include "dci/social/v1/social.pb.h"
#include "services/base/status_macros.h"
#include "services/sandbox/seed/people.h"
#include "services/sandbox/seed/registry_records.h"

namespace dci::sandbox {
namespace {

// What the social registry says of a person beyond the others.
void AddStatus(const Life& life, social::v1::Member* member) {
  social::v1::Person* person = member->mutable_demographic_info();
  person->set_marital_status(life.marital_status);
  if (!life.parent1.value.empty())
    SetIdentifier(life.parent1, person->mutable_parent1_identifier());
  if (!life.parent2.value.empty())
    SetIdentifier(life.parent2, person->mutable_parent2_identifier());
}

}  // namespace

absl::Status GiveSocial(const Household& household, SeedSink sink) {
  social::v1::Group group;
  FillGroup(household, &group);
  for (int i = 0; i < group.member_list_size(); ++i) {
    social::v1::Member* member = group.mutable_member_list(i);
    AddStatus(household.members[i], member);
    RETURN_IF_ERROR(Give("Person", member->demographic_info(), sink));
    if (household.persons_only) continue;
    RETURN_IF_ERROR(Give("Member", *member, sink));
  }
  if (household.persons_only || household.members.empty())
    return absl::OkStatus();
  *group.mutable_group_head_info() = group.member_list(0);
  return Give("Group", group, sink);
}

}  // namespace dci::sandbox
