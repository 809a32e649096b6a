#include "services/sandbox/seed/programmes.h"

#include <cstdlib>

namespace dci::sandbox {
namespace {

bool Poorer(const Household& household, double score) {
  return std::strtod(household.poverty_score.c_str(), nullptr) < score;
}
bool Heads(const Life& life) { return life.relationship == "SELF"; }
bool Is(const Life& life, const char* number) {
  return life.id().value == number;
}

constexpr ProgrammeFacts kProgrammes[] = {
    // Of the published samples.
    {"DCI001", "Test Programme", "1", "14", "1", "USD 50",
     [](const Household&, const Life& life) {
       return Is(life, "847951632") || Is(life, "TEST-001");
     }},
    {"OAA001", "Old age allowance", "3", "1", "1", "USD 30",
     [](const Household&, const Life& life) { return life.age() >= 65; }},
    {"WDA001", "Widows' allowance", "1", "2", "1", "USD 25",
     [](const Household& household, const Life& life) {
       return life.female && life.marital_status == "W" &&
              Poorer(household, 40);
     }},
    {"CHA001", "Child allowance", "3", "4", "1", "USD 12",
     [](const Household& household, const Life& life) {
       return life.age() < 5 && Poorer(household, 60);
     }},
    {"DSG001", "Disability grant", "3", "2", "1", "USD 40",
     [](const Household& household, const Life& life) {
       return life.disabled && Poorer(household, 70);
     }},
    {"FDS001", "Food support", "4", "13", "3", "USD 20",
     [](const Household& household, const Life& life) {
       return Heads(life) && Poorer(household, 15);
     }},
};

constexpr ProgrammeFacts kWorkProgrammes[] = {
    {"EMP001", "Public works", "6", "11", "5", "USD 60",
     [](const Household& household, const Life& life) {
       return life.employment == "2" && life.age() < 60 &&
              Poorer(household, 50);
     }},
    {"EMP002", "Training for work", "8", "7", "4", "USD 15",
     [](const Household&, const Life& life) {
       return Is(life, "TEST-001") ||
              (life.employment == "2" && life.age() < 30);
     }},
};

}  // namespace

absl::Span<const ProgrammeFacts> Programmes() { return kProgrammes; }
absl::Span<const ProgrammeFacts> WorkProgrammes() { return kWorkProgrammes; }

ibr::v1::Programme MakeProgramme(const ProgrammeFacts& facts) {
  ibr::v1::Programme programme;
  programme.set_programme_identifier(facts.id);
  programme.set_programme_name(facts.name);
  programme.set_implementing_institution("Ministry of Welfare");
  programme.set_institution_type("1");
  programme.set_legal_status("1");
  programme.add_social_protection_functions(facts.function);
  programme.set_contribution_type("3");
  programme.set_programme_type(facts.type);
  ibr::v1::Benefit* benefit = programme.add_benefit();
  benefit->set_benefit_type(facts.benefit);
  benefit->set_benefit_value(facts.value);
  programme.add_benefit_frequency()->set_freq("MONTHLY");
  return programme;
}

}  // namespace dci::sandbox
