#include "services/ibr/reservation_handler.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/escaping.h"
#include "services/base/clock.h"
#include "services/base/hash.h"
#include "services/base/status_macros.h"
#include "services/schema/reason.h"

namespace dci::ibr {
namespace {

using ext::v1::ReserveRequestItem;

// The one that is wanted first, then those that it excludes.
std::vector<Place> PlacesOfItem(const ReserveRequestItem& item) {
  const auto& person = item.person();
  std::vector<Place> places = {{person.identifier_type(),
                                person.identifier_value(),
                                item.programme_identifier()}};
  for (const std::string& programme : item.excludes())
    places.push_back(
        {person.identifier_type(), person.identifier_value(), programme});
  return places;
}

// A secret is not needed, for a code opens nothing to another sender; that it
// is nobody else's is, and a handle is given once.
std::string CodeOf(const exchange::ItemContext& context) {
  return absl::BytesToHexString(Sha256(context.handle).substr(0, 16));
}

}  // namespace

absl::Status ReservationHandler::ValidateSyncReserve(
    const exchange::ItemContext& context,
    const ReserveRequestItem& item) const {
  if (item.person().identifier_type().empty() ||
      item.person().identifier_value().empty())
    return schema::Refusal(common::v1::REASON_PERSON_ID_INVALID,
                           "person needs identifier_type and identifier_value");
  if (item.programme_identifier().empty())
    return schema::Refusal(common::v1::REASON_SEARCH_CRITERIA_INVALID,
                           "programme_identifier is missing");
  if (item.excludes_size() > kMaxExcluded)
    return schema::Refusal(common::v1::REASON_SEARCH_CRITERIA_INVALID,
                           "excludes has more than 20 programmes");
  if (item.has_until() && !ParseTimestamp(item.until()).ok())
    return schema::Refusal(common::v1::REASON_TIMESTAMP_INVALID,
                           "until is no date-time with a zone");
  return absl::OkStatus();
}

void ReservationHandler::SyncReserveKeys(
    const exchange::ItemContext& context, const ReserveRequestItem& item,
    std::vector<storage::Key>* keys) const {
  for (const Place& place : PlacesOfItem(item)) places_.AddKeys(place, keys);
}

absl::StatusOr<std::vector<Reservation>> ReservationHandler::CheckFree(
    const exchange::ItemContext& context, const std::vector<Place>& places,
    const storage::View& view) const {
  std::vector<Reservation> own;
  for (const Place& place : places) {
    ASSIGN_OR_RETURN(const bool taken, places_.IsTaken(place, view));
    if (taken)
      return schema::Refusal(common::v1::REASON_ENROLLMENT_EXISTS,
                             "enrolled in this programme, or in one that it "
                             "excludes");
    ASSIGN_OR_RETURN(const std::optional<Reservation> held,
                     places_.ReservationOf(place, context.now, view));
    if (!held.has_value()) continue;
    if (held->holder() != context.request->sender_id)
      return schema::Refusal(common::v1::REASON_ENROLLMENT_RESERVED,
                             "another system has reserved the place");
    own.push_back(*held);
  }
  return own;
}

absl::StatusOr<exchange::TypedOutcome<ext::v1::ReserveResponseItem>>
ReservationHandler::SyncReserveApply(const exchange::ItemContext& context,
                                     const ReserveRequestItem& item,
                                     storage::CommitView& view) const {
  absl::Time until = context.now + longest_;
  if (item.has_until()) {
    ASSIGN_OR_RETURN(const absl::Time wanted, ParseTimestamp(item.until()));
    if (wanted <= context.now)
      return schema::Refusal(common::v1::REASON_TIMESTAMP_INVALID,
                             "until is past");
    until = std::min(until, wanted);
  }
  const std::vector<Place> places = PlacesOfItem(item);
  ASSIGN_OR_RETURN(const std::vector<Reservation> own,
                   CheckFree(context, places, view));
  Reservation reservation;
  reservation.set_code(own.empty() ? CodeOf(context) : own.front().code());
  reservation.set_holder(context.request->sender_id);
  reservation.set_until_us(absl::ToUnixMicros(until));
  for (const Reservation& earlier : own) places_.Remove(earlier, view);
  places_.Put(reservation, places, view);
  exchange::TypedOutcome<ext::v1::ReserveResponseItem> result;
  result.answer.set_reservation_code(reservation.code());
  result.answer.set_until(FormatTimestamp(until));
  return result;
}

void ReservationHandler::SyncReleaseKeys(
    const exchange::ItemContext& context,
    const ext::v1::ReleaseRequestItem& item,
    std::vector<storage::Key>* keys) const {
  keys->push_back(places_.CodeKey(item.reservation_code()));
}

absl::StatusOr<exchange::TypedOutcome<ext::v1::ReleaseResponseItem>>
ReservationHandler::SyncReleaseApply(const exchange::ItemContext& context,
                                     const ext::v1::ReleaseRequestItem& item,
                                     storage::CommitView& view) const {
  ASSIGN_OR_RETURN(
      const std::optional<Reservation> held,
      places_.ReservationOf(absl::string_view(item.reservation_code()),
                            context.now, view));
  // Whether somebody else has it is not told.
  if (!held.has_value() || held->holder() != context.request->sender_id)
    return schema::Refusal(common::v1::REASON_RESERVATION_NOT_FOUND,
                           "no such reservation of this sender");
  places_.Remove(*held, view);
  return exchange::TypedOutcome<ext::v1::ReleaseResponseItem>();
}

}  // namespace dci::ibr
