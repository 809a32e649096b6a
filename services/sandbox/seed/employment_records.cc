#include "dci/employment/v1/employment.pb.h"
#include "services/base/status_macros.h"
#include "services/sandbox/seed/people.h"
#include "services/sandbox/seed/programmes.h"
#include "services/sandbox/seed/registry_records.h"

namespace dci::sandbox {
namespace {

constexpr const char* kEmployers[] = {"Reed Mill", "Heron Transport",
                                      "Lantern Works", "Marsh Council"};
constexpr const char* kJobs[] = {"loader", "weaver", "clerk", "driver"};

employment::v1::Member MakeWorker(const Life& life, const Home& home) {
  Chance chance(0, absl::StrCat("jobs ", life.id().value));
  employment::v1::Member member;
  FillMember(life, home, &member);
  if (life.employment == "2") {
    member.set_unemployment_reason(absl::StrCat(1 + chance.Below(6)));
    return member;
  }
  employment::v1::EmploymentInfo* job = member.add_employment_info();
  job->set_start_date(DayText(kSeedDay - 100 - chance.Below(2000)));
  job->set_job_title(chance.Of(kJobs));
  job->set_employer(chance.Of(kEmployers));
  job->set_employment_type(absl::StrCat(1 + chance.Below(5)));
  return member;
}

}  // namespace

absl::Status GiveEmployment(const Household& household, SeedSink sink) {
  for (const Life& life : household.members) {
    if (life.employment.empty()) continue;
    const employment::v1::Member member = MakeWorker(life, household.home);
    RETURN_IF_ERROR(Give("Member", member, sink));
    for (const ProgrammeFacts& facts : WorkProgrammes()) {
      if (!facts.enrols(household, life)) continue;
      employment::v1::Beneficiary beneficiary;
      *beneficiary.mutable_member() = member;
      FillEnrolment(facts, household, life, &beneficiary);
      RETURN_IF_ERROR(Give("Beneficiary", beneficiary, sink));
    }
  }
  return absl::OkStatus();
}

absl::Status GiveWorkProgrammes(SeedSink sink) {
  for (const ProgrammeFacts& facts : WorkProgrammes())
    RETURN_IF_ERROR(Give("Programme", MakeProgramme(facts), sink));
  return absl::OkStatus();
}

}  // namespace dci::sandbox
