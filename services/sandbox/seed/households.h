// How an invented household is made.
#ifndef CONVERGENCE_SERVICES_SANDBOX_SEED_HOUSEHOLDS_H_
#define CONVERGENCE_SERVICES_SANDBOX_SEED_HOUSEHOLDS_H_

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "dci/social/v1/social.pb.h"

namespace dci::sandbox {

// Chances that are the same with every standard library, which its
// distributions are not.
class Chance {
 public:
  explicit Chance(uint32_t seed) : random_(seed) {}
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

// What makes a person; the rest follows from it.
struct Life {
  std::string uin;
  std::string surname;
  std::string given_name;
  bool female = false;
  int age = 0;
  // S, M, W or D of the published list.
  std::string marital_status;
  std::string relationship;  // to the head; "SELF" for the head
};

// Where a household lives.
struct Home {
  std::string region;  // "central_region"
  std::string sub_region_code;
  std::string street;
};

// Dates are counted back from the first day of 2026.
social::v1::Person MakePerson(const Life& life, const Home& home,
                              Chance& chance);
social::v1::Member MakeMember(const Life& life,
                              const social::v1::Person& person, Chance& chance);
social::v1::Group MakeGroup(const std::string& household_id, const Home& home,
                            const std::string& poverty_score,
                            const std::vector<social::v1::Member>& members);

Home InventHome(Chance& chance);
// The members of a household, the head first; UINs are made of `number`.
std::vector<Life> InventFamily(int number, Chance& chance);

}  // namespace dci::sandbox

#endif  // CONVERGENCE_SERVICES_SANDBOX_SEED_HOUSEHOLDS_H_
