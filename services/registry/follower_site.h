// A social registry in memory that follows a civil one, for tests.
#ifndef CONVERGENCE_SERVICES_REGISTRY_FOLLOWER_SITE_H_
#define CONVERGENCE_SERVICES_REGISTRY_FOLLOWER_SITE_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dci/config/v1/reaction.pb.h"
#include "dci/crvs/v1/crvs.pb.h"
#include "dci/registry/v1/subscribe.pb.h"
#include "dci/social/v1/social.pb.h"
#include "services/registry/reactions.h"
#include "services/registry/registry.h"
#include "services/schema/model.h"
#include "services/storage/store.h"
#include "services/wire/codec.h"

namespace dci::registry {

// The model of a social registry and of a civil one; made once.
const schema::Model& FollowerModel();

// Text proto; fails the test where it is none.
config::v1::Reaction ReactionOf(const std::string& text);

// Births at the civil registry add members to households.
inline constexpr char kBirthRule[] = R"pb(
  name: "births"
  publishers: "civil"
  events: "LiveBirth"
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
    map { from: "name" to: "demographic_info.name" }
    map { from: "birth_date" to: "demographic_info.birth_date" }
    map { text: "U" to: "marital_status" }
    count: "group_size"
  }
)pb";

class FollowerSite {
 public:
  explicit FollowerSite(const std::vector<std::string>& rules);

  // As another process on the same store.
  void Restart();

  void Put(const social::v1::Group& group);
  void Put(absl::string_view type, const google::protobuf::MessageLite& record);
  // Nothing where it is not there.
  std::optional<social::v1::Group> Group(const std::string& id);
  std::optional<social::v1::Person> Person(const std::string& uin);

  // Notified by "civil" as change `number`, made that many seconds after the
  // beginning; not looked at before the next Pass.
  void Notify(absl::string_view event, int number,
              const crvs::v1::Person& person, const std::string& from = "civil",
              const std::string& code = "");
  // Passes until nothing waits.
  void Pass();
  // Lets time go by, and passes.
  void Wait(absl::Duration time);
  std::vector<Reactions::Unmatched> Unmatched();
  // Changes of records in the log.
  size_t CountChanges();

  absl::Time now;
  std::unique_ptr<storage::Store> store;
  std::unique_ptr<wire::Codec> codec;
  std::unique_ptr<Registry> registry;
  std::unique_ptr<Subscriber> subscriber;
  std::unique_ptr<Reactions> reactions;

 private:
  std::optional<std::string> Find(absl::string_view type,
                                  const std::string& id_type,
                                  const std::string& id);

  std::vector<std::string> rules_;
};

// A group that holds members with these UINs.
social::v1::Group Household(const std::string& id,
                            const std::vector<std::string>& members);
// A child of parents with these UINs, none where empty.
crvs::v1::Person Child(const std::string& uin, const std::string& name,
                       const std::string& parent1,
                       const std::string& parent2 = "");
// UINs of the members, sorted.
std::vector<std::string> MembersOf(const social::v1::Group& group);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_FOLLOWER_SITE_H_
