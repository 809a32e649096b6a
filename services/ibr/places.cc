#include "services/ibr/places.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/bytes.h"
#include "services/base/status_macros.h"
#include "services/registry/unique_row.h"

namespace dci::ibr {
namespace {

constexpr char kType[] = "Beneficiary";
// The unique indexes of the record.
constexpr const char* kPlaceIndexes[] = {"member_in_programme",
                                         "group_in_programme"};
// First bytes of the keys.
constexpr char kOfPlace = 'p';
constexpr char kOfCode = 'c';

// dci.ibr.v1.EnrollmentStatus.
constexpr absl::string_view kDeceased = "2";
constexpr absl::string_view kGraduated = "3";

absl::StatusOr<std::optional<Reservation>> Held(
    const std::optional<std::string>& row, absl::Time now) {
  if (!row.has_value()) return std::nullopt;
  Reservation reservation;
  if (!reservation.ParseFromString(*row))
    return absl::InternalError("unreadable reservation");
  if (absl::FromUnixMicros(reservation.until_us()) <= now) return std::nullopt;
  return reservation;
}

}  // namespace

bool IsIn(const v1::Beneficiary& beneficiary) {
  return beneficiary.enrollment_status() != kDeceased &&
         beneficiary.enrollment_status() != kGraduated;
}

std::vector<Place> PlacesOf(const v1::Beneficiary& beneficiary) {
  std::vector<Place> places;
  for (const v1::Programme& programme : beneficiary.programme_identifier()) {
    const auto add = [&](const common::v1::Identifier& id) {
      places.push_back({id.identifier_type(), id.identifier_value(),
                        programme.programme_identifier()});
    };
    for (const auto& id : beneficiary.member().member_identifier()) add(id);
    for (const auto& id : beneficiary.group().group_identifier()) add(id);
  }
  return places;
}

absl::StatusOr<Places> Places::Create(const registry::Registry* registry) {
  ASSIGN_OR_RETURN(const storage::Space space,
                   registry->store().FindSpace(kReservationSpace));
  return Places(registry, space);
}

storage::Key Places::PlaceKey(const Place& place) const {
  // The value first: a question names no type, and may name no programme.
  storage::Key key{space_, std::string(1, kOfPlace)};
  AppendOrderedText(&key.key, place.id_value);
  AppendOrderedText(&key.key, place.programme);
  AppendOrderedText(&key.key, place.id_type);
  return key;
}

storage::Key Places::CodeKey(absl::string_view code) const {
  return {space_, absl::StrCat(std::string(1, kOfCode), code)};
}

void Places::AddKeys(const Place& place,
                     std::vector<storage::Key>* keys) const {
  keys->push_back(PlaceKey(place));
  const auto catalog = registry_->catalog();
  for (const char* index : kPlaceIndexes) {
    const auto row =
        registry::UniqueRow(*catalog, registry_->spaces(), kType, index,
                            {place.id_type, place.id_value, place.programme});
    // Not declaring a key costs time and nothing else; the error comes again
    // where the row is read.
    if (row.ok() && row->has_value()) keys->push_back(**row);
  }
}

absl::StatusOr<std::optional<std::string>> Places::HolderKey(
    const Place& place, const storage::View& view) const {
  const auto catalog = registry_->catalog();
  for (const char* index : kPlaceIndexes) {
    ASSIGN_OR_RETURN(
        const std::optional<storage::Key> row,
        registry::UniqueRow(*catalog, registry_->spaces(), kType, index,
                            {place.id_type, place.id_value, place.programme}));
    if (!row.has_value()) continue;
    ASSIGN_OR_RETURN(const std::optional<std::string> holder,
                     view.Get(row->space, row->key));
    if (holder.has_value()) return holder;
  }
  return std::nullopt;
}

absl::StatusOr<std::optional<v1::Beneficiary>> Places::Find(
    absl::string_view primary_key, const storage::View& view) const {
  const auto catalog = registry_->catalog();
  const registry::RecordType* type = catalog->FindByName(kType);
  if (type == nullptr) return absl::InternalError("no beneficiaries are kept");
  ASSIGN_OR_RETURN(const std::optional<std::string> bytes,
                   view.Get(registry_->spaces().records,
                            registry::RecordKey(*type, primary_key)));
  if (!bytes.has_value()) return std::nullopt;
  v1::Beneficiary beneficiary;
  if (!beneficiary.ParseFromString(*bytes))
    return absl::InternalError("unreadable beneficiary");
  return beneficiary;
}

absl::StatusOr<bool> Places::IsTaken(const Place& place,
                                     const storage::View& view) const {
  ASSIGN_OR_RETURN(const std::optional<std::string> key,
                   HolderKey(place, view));
  if (!key.has_value()) return false;
  ASSIGN_OR_RETURN(const std::optional<v1::Beneficiary> record,
                   Find(*key, view));
  return record.has_value() && IsIn(*record);
}

absl::StatusOr<std::optional<Reservation>> Places::ReservationOf(
    const Place& place, absl::Time now, const storage::View& view) const {
  const storage::Key key = PlaceKey(place);
  ASSIGN_OR_RETURN(const std::optional<std::string> row,
                   view.Get(key.space, key.key));
  return Held(row, now);
}

absl::StatusOr<std::optional<Reservation>> Places::ReservationOf(
    absl::string_view code, absl::Time now, const storage::View& view) const {
  const storage::Key key = CodeKey(code);
  ASSIGN_OR_RETURN(const std::optional<std::string> row,
                   view.Get(key.space, key.key));
  return Held(row, now);
}

void Places::Put(Reservation reservation, const std::vector<Place>& places,
                 storage::CommitView& view) const {
  for (const Place& place : places) reservation.add_places(PlaceKey(place).key);
  const std::string row = reservation.SerializeAsString();
  for (const std::string& key : reservation.places())
    view.Put(space_, key, row);
  view.Put(space_, CodeKey(reservation.code()).key, row);
}

void Places::Remove(const Reservation& reservation,
                    storage::CommitView& view) const {
  for (const std::string& key : reservation.places()) view.Delete(space_, key);
  view.Delete(space_, CodeKey(reservation.code()).key);
}

absl::StatusOr<std::optional<absl::Time>> Places::ReservedUntil(
    absl::string_view id_value, absl::string_view programme, absl::Time now,
    const storage::Snapshot& snapshot) const {
  std::string prefix(1, kOfPlace);
  AppendOrderedText(&prefix, id_value);
  if (!programme.empty()) AppendOrderedText(&prefix, programme);
  std::optional<absl::Time> latest;
  const auto cursor = snapshot.Scan({space_, prefix, PrefixEnd(prefix)});
  for (; cursor->Valid(); cursor->Next()) {
    ASSIGN_OR_RETURN(const std::optional<Reservation> held,
                     Held(std::string(cursor->value()), now));
    if (!held.has_value()) continue;
    const absl::Time until = absl::FromUnixMicros(held->until_us());
    if (!latest.has_value() || until > *latest) latest = until;
  }
  RETURN_IF_ERROR(cursor->status());
  return latest;
}

absl::StatusOr<bool> Places::ExecutePass(absl::Time now, int max_rows) const {
  const auto snapshot = registry_->store().GetSnapshot();
  const std::string prefix(1, kOfCode);
  const auto cursor = snapshot->Scan({space_, prefix, PrefixEnd(prefix)});
  std::vector<std::string> ended;
  for (; cursor->Valid() && static_cast<int>(ended.size()) < max_rows;
       cursor->Next()) {
    Reservation reservation;
    if (!reservation.ParseFromArray(cursor->value().data(),
                                    static_cast<int>(cursor->value().size())))
      return absl::InternalError("unreadable reservation");
    if (absl::FromUnixMicros(reservation.until_us()) <= now)
      ended.push_back(reservation.code());
  }
  RETURN_IF_ERROR(cursor->status());
  if (ended.empty()) return false;
  RETURN_IF_ERROR(storage::CommitAndWait(
      registry_->store(), {}, [&](storage::CommitView& view) -> absl::Status {
        for (const std::string& code : ended) {
          ASSIGN_OR_RETURN(const std::optional<std::string> row,
                           view.Get(space_, CodeKey(code).key));
          Reservation reservation;
          if (!row.has_value() || !reservation.ParseFromString(*row)) continue;
          // It may have been prolonged since the snapshot.
          if (absl::FromUnixMicros(reservation.until_us()) > now) continue;
          Remove(reservation, view);
        }
        return absl::OkStatus();
      }));
  return static_cast<int>(ended.size()) == max_rows;
}

}  // namespace dci::ibr
