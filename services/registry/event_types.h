// The events of a registry: which changes of its records are what.
#ifndef CONVERGENCE_SERVICES_REGISTRY_EVENT_TYPES_H_
#define CONVERGENCE_SERVICES_REGISTRY_EVENT_TYPES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dci/wire/v1/options.pb.h"
#include "google/protobuf/repeated_field.h"
#include "services/registry/query.h"
#include "services/registry/record_type.h"
#include "services/schema/message.h"

namespace dci::registry {

// Events, a bit each.
using EventSet = uint64_t;
inline constexpr EventSet kAllEvents = ~EventSet{0};
// Events that a registry may declare.
inline constexpr size_t kMaxEvents = 60;

// What happened to a record; the views live elsewhere.
struct ChangeView {
  uint32_t type_id = 0;
  std::optional<absl::string_view> before, after;

  // As it is, or was before it was deleted.
  absl::string_view record() const { return after ? *after : *before; }
};

// Immutable, so thread-safe. The model of the catalog outlives it.
class EventTypes {
 public:
  // The events of the service's option, those of the configuration, which take
  // the place of ones with the same name, and created, updated and deleted,
  // which there always are. INVALID_ARGUMENT naming the event whose record or
  // path the service does not have, whose query is none, or whose name another
  // one has.
  static absl::StatusOr<EventTypes> Build(
      const Catalog& catalog,
      const google::protobuf::RepeatedPtrField<wire::v1::Event>& configured);

  // All that the change is.
  EventSet Of(const ChangeView& change) const;

  // What a text of reg_event_type means: its last segment, without regard to
  // case and punctuation; all of them for a blank one, "any", "all" and "*".
  // Nothing where there is none such.
  std::optional<EventSet> Find(absl::string_view text) const;

  // Name of the first event of a set: what is the registry's own comes before
  // created, updated and deleted.
  const std::string& NameOf(EventSet events) const;

  std::vector<std::string> names() const { return names_; }

 private:
  // A rule for one type of record.
  struct Rule {
    EventSet bit = 0;
    bool created = false, updated = false, deleted = false;
    std::vector<schema::Path> appears, disappears, changes;
    std::optional<Query> where;
  };

  EventTypes() = default;
  absl::Status Add(const Catalog& catalog, const wire::v1::Event& event);
  absl::Status AddRule(const wire::v1::Event& event, EventSet bit,
                       const RecordType& type);
  absl::Status AddName(absl::string_view name, EventSet bit);
  void AddAlways(const Catalog& catalog);
  static bool Holds(const Rule& rule, const ChangeView& change);

  std::vector<std::string> names_;  // by bit
  absl::flat_hash_map<std::string, EventSet> by_name_;
  absl::flat_hash_map<uint32_t, std::vector<Rule>> by_type_;
};

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_EVENT_TYPES_H_
