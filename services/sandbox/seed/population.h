// Invented people: who they are, where and with whom they live, what befell
// them. Every registry's records are made from them, so that the same person
// is found in each under the same identifiers. Names, places and numbers
// belong to nobody.
#ifndef CONVERGENCE_SERVICES_SANDBOX_SEED_POPULATION_H_
#define CONVERGENCE_SERVICES_SANDBOX_SEED_POPULATION_H_

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"

namespace dci::sandbox {

// The day on which the seed is made; ages are counted back from it.
inline constexpr absl::CivilDay kSeedDay(2026, 1, 1);

// Chances that are the same with every standard library, which its
// distributions are not.
class Chance {
 public:
  explicit Chance(uint32_t seed) : random_(seed) {}
  // Of one person or household and one purpose: what another purpose draws
  // changes nothing here.
  Chance(uint32_t seed, absl::string_view whose);

  // 0 to n - 1.
  int Below(int n) { return static_cast<int>(random_() % n); }
  bool Percent(int percent) { return Below(100) < percent; }
  template <typename T, size_t n>
  const T& Of(const T (&list)[n]) {
    return list[Below(n)];
  }

 private:
  std::mt19937 random_;
};

// An identifier by its type, as every registry writes it.
struct PersonId {
  std::string type;
  std::string value;
};

struct Life {
  std::vector<PersonId> ids;  // the first names the person everywhere
  std::string surname;
  std::string given_name;
  bool female = false;
  absl::CivilDay birth;
  // S, M, W or D of the published list.
  std::string marital_status;
  std::string relationship;  // to the head; "SELF" for the head
  // First identifiers; empty values where they are not known.
  PersonId parent1, parent2, spouse;
  bool disabled = false;
  std::string limitation;  // FunctionalLimitation: "MOB_SS"
  std::string severity;    // FunctionalSeverity: "2" to "4"
  // EmploymentStatus: "1" to "3"; empty for children.
  std::string employment;

  const PersonId& id() const { return ids.front(); }
  int age() const;  // in years on kSeedDay
  // Not one of those whom published samples and kits name.
  bool invented() const { return id().value.size() > 9; }
};

// Somebody of whom only civil registration still knows.
struct Departed {
  Life life;
  absl::CivilDay death;
};

// Where a household lives.
struct Home {
  std::string region;  // "central_region"
  std::string sub_region_code;
  std::string street;
};

struct Household {
  std::string id;  // "HH-00000001"
  Home home;
  std::string poverty_score;  // decimal; the lower, the poorer
  bool farms = false;
  std::vector<Life> members;  // the head first
  std::vector<Departed> departed;
  // Identifiers under which published requests ask for the group itself.
  std::vector<PersonId> group_ids;
  // The social registry knows the members as persons and no more.
  bool persons_only = false;
};

struct SeedOptions {
  // Invented ones, beside those that samples and kits ask for: three and a
  // half people each, on average.
  int households = 1000;
  uint32_t seed = 1;
};

// Receives households; an error ends the giving and is returned.
using HouseholdSink = absl::FunctionRef<absl::Status(const Household&)>;

// First those whom published samples and test kits ask for by name, then the
// invented ones; the same options give the same ones.
absl::Status GivePopulation(const SeedOptions& options, HouseholdSink sink);

// "2025-11-03".
std::string DayText(absl::CivilDay day);

}  // namespace dci::sandbox

#endif  // CONVERGENCE_SERVICES_SANDBOX_SEED_POPULATION_H_
