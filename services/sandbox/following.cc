#include "services/sandbox/following.h"

#include <cstdlib>
#include <string>

#include "google/protobuf/text_format.h"
#include "services/sandbox/ecosystem.h"

namespace dci::sandbox {
namespace {

// The member's own record comes before the household: whoever hears of the
// new member of a household finds the member.
constexpr char kSocialFollows[] = R"pb(
  subscriptions {
    name: "births"
    publisher: "crvs-registry"
    service: "dci.crvs.v1.CivilRegistry"
    event: "live_birth"
    record: "Person"
  }
  subscriptions {
    name: "civil corrections"
    publisher: "crvs-registry"
    service: "dci.crvs.v1.CivilRegistry"
    event: "updated"
    record: "Person"
  }
  subscriptions {
    name: "civil reversals"
    publisher: "crvs-registry"
    service: "dci.crvs.v1.CivilRegistry"
    event: "deleted"
    record: "Person"
  }
  rules {
    name: "a birth is a person"
    publishers: "crvs-registry"
    events: "live_birth"
    reversals: "deleted"
    corrections: "updated"
    record: "dci.crvs.v1.Person"
    upsert {
      type: "Person"
      map { from: "identifier" to: "identifier" }
      map { from: "name" to: "name" }
      map { from: "sex" to: "sex" }
      map { from: "birth_date" to: "birth_date" }
      map { from: "death_date" to: "death_date" }
      map { from: "address" to: "address" }
      map { from: "parent1_identifier" to: "parent1_identifier" }
      map { from: "parent2_identifier" to: "parent2_identifier" }
    }
  }
  rules {
    name: "a birth is a member"
    publishers: "crvs-registry"
    events: "live_birth"
    reversals: "deleted"
    corrections: "updated"
    record: "dci.crvs.v1.Person"
    upsert {
      type: "Member"
      map { from: "identifier" to: "member_identifier" }
      map { from: "name" to: "demographic_info.name" }
      map { from: "sex" to: "demographic_info.sex" }
      map { from: "birth_date" to: "demographic_info.birth_date" }
      map { from: "death_date" to: "demographic_info.death_date" }
    }
  }
  rules {
    name: "a birth joins the parents' household"
    publishers: "crvs-registry"
    events: "live_birth"
    reversals: "deleted"
    corrections: "updated"
    record: "dci.crvs.v1.Person"
    find {
      type: "Group"
      index: "member"
      by: "parent1_identifier"
      by: "parent2_identifier"
    }
    put {
      list: "member_list"
      key: "member_identifier"
      map { from: "identifier" to: "member_identifier" }
      map { from: "identifier" to: "demographic_info.identifier" }
      map { from: "name" to: "demographic_info.name" }
      map { from: "sex" to: "demographic_info.sex" }
      map { from: "birth_date" to: "demographic_info.birth_date" }
      count: "group_size"
    }
  }
  rules {
    name: "a death is written down"
    publishers: "crvs-registry"
    events: "updated"
    record: "dci.crvs.v1.Person"
    condition: "{\"death_date\":{\"$exists\":true}}"
    find { type: "Person" by: "identifier" }
    set { map { from: "death_date" to: "death_date" } }
  }
)pb";

constexpr char kSpSystemFollows[] = R"pb(
  programmes {
    id: "CHA001"
    name: "Child allowance"
    eligibility {
      registry {
        participant: "social-registry"
        service: "dci.social.v1.SocialRegistry"
      }
      record: "Member"
      query: "{\"birth_date\":{\"$gt\":\"2021-11-24\"}}"
      identifiers: "member_identifier"
    }
    amount: "12.00"
    currency: "USD"
    triggers: "register"
    triggers: "new_household_member"
  }
  programmes {
    id: "OAA001"
    name: "Old age allowance"
    eligibility {
      registry {
        participant: "social-registry"
        service: "dci.social.v1.SocialRegistry"
      }
      record: "Member"
      query: "{\"birth_date\":{\"$lt\":\"1961-11-24\"}}"
      identifiers: "member_identifier"
    }
    amount: "30.00"
    currency: "USD"
  }
  ibr { participant: "ibr-registry" service: "dci.ibr.v1.BeneficiaryRegistry" }
  subscriptions {
    name: "new members"
    publisher: "social-registry"
    service: "dci.social.v1.SocialRegistry"
    event: "new_household_member"
    record: "Group"
  }
  subscriptions {
    name: "deaths"
    publisher: "crvs-registry"
    service: "dci.crvs.v1.CivilRegistry"
    event: "death"
    record: "Person"
  }
  subscriptions {
    name: "death reversals"
    publisher: "crvs-registry"
    service: "dci.crvs.v1.CivilRegistry"
    event: "death_reversal"
    record: "Person"
  }
  subscriptions {
    name: "enrolments elsewhere"
    publisher: "ibr-registry"
    service: "dci.ibr.v1.BeneficiaryRegistry"
    event: "enrollement_status_change"
    record: "Beneficiary"
  }
  stops {
    events: "death"
    reversals: "death_reversal"
    record: "dci.crvs.v1.Person"
    identifiers: "identifier"
    condition: "{\"death_date\":{\"$exists\":true}}"
    status: "2"
  }
)pb";

template <typename Message>
void Parse(const char* text, Message* message) {
  // A constant of this file: it parses, or the first start of all shows it.
  if (!google::protobuf::TextFormat::ParseFromString(text, message))
    std::abort();
}

}  // namespace

void AddFollowing(absl::string_view institution,
                  config::v1::ServerConfig* config) {
  if (institution == kSocial)
    Parse(kSocialFollows, config->mutable_registries(0)->mutable_reactions());
  if (institution == kSpSystem)
    Parse(kSpSystemFollows, config->mutable_sp_system());
}

}  // namespace dci::sandbox
