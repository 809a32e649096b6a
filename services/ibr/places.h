// Places in programmes: who is in one, and who has reserved one.
//
// A place is a person or group, by an identifier, in a programme. Enrolments
// are found by the unique indexes of the beneficiaries' records, so by key;
// reservations have a space of their own. Everything here is for a commit and
// reads nothing but keys.
#ifndef CONVERGENCE_SERVICES_IBR_PLACES_H_
#define CONVERGENCE_SERVICES_IBR_PLACES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dci/ibr/v1/ibr.pb.h"
#include "services/ibr/reservation.pb.h"
#include "services/registry/registry.h"
#include "services/storage/store.h"

namespace dci::ibr {

// Name of the key space.
inline constexpr char kReservationSpace[] = "ibr_reservations";

struct Place {
  std::string id_type;
  std::string id_value;
  std::string programme;
};

// Whether a status means that the person is in the programme: Active and
// Suspended do, and so does a record without status; Deceased and Graduated
// do not. The standard does not say; see docs/standards-notes.md.
bool IsIn(const v1::Beneficiary& beneficiary);

// The places that a record takes: of each identifier of its member and of its
// group, in each of its programmes.
std::vector<Place> PlacesOf(const v1::Beneficiary& beneficiary);

// Thread-safe.
class Places {
 public:
  // NOT_FOUND where the store lacks the space. The registry outlives this.
  static absl::StatusOr<Places> Create(const registry::Registry* registry);

  // Keys to declare for the functions below.
  void AddKeys(const Place& place, std::vector<storage::Key>* keys) const;

  // The primary key of the record that takes a place, in whatever state; the
  // record itself. Errors of the store.
  absl::StatusOr<std::optional<std::string>> HolderKey(
      const Place& place, const storage::View& view) const;
  absl::StatusOr<std::optional<v1::Beneficiary>> Find(
      absl::string_view primary_key, const storage::View& view) const;
  // Whether somebody is in the programme, by HolderKey and IsIn.
  absl::StatusOr<bool> IsTaken(const Place& place,
                               const storage::View& view) const;

  // The reservation of a place that holds at `now`.
  absl::StatusOr<std::optional<Reservation>> ReservationOf(
      const Place& place, absl::Time now, const storage::View& view) const;
  absl::StatusOr<std::optional<Reservation>> ReservationOf(
      absl::string_view code, absl::Time now, const storage::View& view) const;
  // Writes it under its code and under each place.
  void Put(Reservation reservation, const std::vector<Place>& places,
           storage::CommitView& view) const;
  void Remove(const Reservation& reservation, storage::CommitView& view) const;

  // Until when a place is reserved that begins with `id_value` and, where it
  // is not empty, `programme`: the latest of several.
  absl::StatusOr<std::optional<absl::Time>> ReservedUntil(
      absl::string_view id_value, absl::string_view programme, absl::Time now,
      const storage::Snapshot& snapshot) const;

  // Deletes what has ended, `max_rows` at most; true where there may be more.
  // Blocks on the store.
  absl::StatusOr<bool> ExecutePass(absl::Time now, int max_rows = 500) const;

  const registry::Registry& registry() const { return *registry_; }
  storage::Key CodeKey(absl::string_view code) const;

 private:
  Places(const registry::Registry* registry, storage::Space space)
      : registry_(registry), space_(space) {}

  storage::Key PlaceKey(const Place& place) const;

  const registry::Registry* registry_;
  storage::Space space_;
};

}  // namespace dci::ibr

#endif  // CONVERGENCE_SERVICES_IBR_PLACES_H_
