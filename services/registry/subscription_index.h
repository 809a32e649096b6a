// Which subscriptions a changed record concerns, without asking each one.
#ifndef CONVERGENCE_SERVICES_REGISTRY_SUBSCRIPTION_INDEX_H_
#define CONVERGENCE_SERVICES_REGISTRY_SUBSCRIPTION_INDEX_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "services/registry/subscription_criteria.h"

namespace dci::registry {

// An inverted index of filters. Equal filters are evaluated once. One that
// demands a value of an attribute (in an `and`, or in every branch of an `or`)
// is looked up by that value; all others of a record type are evaluated for
// each record of it. One thread.
class SubscriptionIndex {
 public:
  SubscriptionIndex() = default;
  SubscriptionIndex(const SubscriptionIndex&) = delete;
  SubscriptionIndex& operator=(const SubscriptionIndex&) = delete;

  // Takes the place of what stands under the code.
  void Put(const std::string& code, const CompiledCriteria& criteria);
  void Remove(const std::string& code);

  // Codes greater than `after` whose filter the record satisfies, in order.
  std::vector<absl::string_view> Match(uint32_t type_id,
                                       absl::string_view record,
                                       absl::string_view after = "") const;

  // Filters that are evaluated for every record of the type; for tests.
  size_t scanned(uint32_t type_id) const;

 private:
  // An attribute and a value that a matching record has.
  struct Term {
    const Attribute* attribute = nullptr;
    std::string value;
  };
  // Subscriptions with one filter.
  struct Group {
    uint32_t type_id = 0;
    Query query;
    std::string key;
    std::vector<std::pair<std::string, std::string>> terms;  // key, value
    std::set<std::string, std::less<>> codes;
  };
  // Groups by the values that they demand of one attribute.
  struct Anchor {
    Attribute attribute;
    absl::flat_hash_map<std::string, std::vector<Group*>> by_value;
  };
  struct Type {
    std::map<std::string, Anchor> anchors;
    absl::flat_hash_set<Group*> scanned;
  };

  static std::optional<std::vector<Term>> TermsOf(const Query& query);
  static std::string KeyOf(const Attribute& attribute);
  void Link(Group* group);
  void Unlink(Group* group);

  absl::flat_hash_map<std::string, std::unique_ptr<Group>> groups_;
  absl::flat_hash_map<std::string, std::vector<Group*>> by_code_;
  absl::flat_hash_map<uint32_t, Type> types_;
};

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_SUBSCRIPTION_INDEX_H_
