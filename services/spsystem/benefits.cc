#include "services/spsystem/benefits.h"

#include <algorithm>
#include <cstdio>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/base/hash.h"
#include "services/base/status_macros.h"
#include "services/exchange/stored_rows.h"
#include "services/spsystem/keys.h"

namespace dci::spsystem {
namespace {

using config::v1::Programme;
using exchange::FindRow;
using exchange::ParseRow;
using exchange::ReadRow;

// Enrolments that one commit looks at.
constexpr int kChunk = 500;
constexpr int kMaxListed = 1000;
// Lists whose entries still follow the enrolments; older ones are history.
constexpr int kOpenCycles = 24;

// "2026", four digits from 1900 on.
bool IsYear(absl::string_view text, int* year) {
  return text.size() == 4 && absl::SimpleAtoi(text, year) && *year >= 1900;
}

// Of all times and places the same: payments know the entry by it.
std::string IdOf(const EnrolmentKey& key, absl::string_view cycle) {
  return absl::BytesToHexString(Sha256(BenefitKey(key, cycle)).substr(0, 16));
}

}  // namespace

absl::StatusOr<absl::Time> EndOfCycle(Programme::Frequency frequency,
                                      absl::string_view cycle) {
  int year = 0, part = 0;
  absl::CivilMonth end;
  switch (frequency) {
    case Programme::FREQUENCY_ONCE:
      if (cycle == "once") return absl::InfiniteFuture();
      return absl::InvalidArgumentError("cycle must be \"once\"");
    case Programme::FREQUENCY_YEARLY:
      if (!IsYear(cycle, &year))
        return absl::InvalidArgumentError("cycle must be as \"2026\"");
      end = absl::CivilMonth(year + 1, 1);
      break;
    case Programme::FREQUENCY_QUARTERLY:
      if (cycle.size() != 7 || !IsYear(cycle.substr(0, 4), &year) ||
          cycle.substr(4, 2) != "-Q" ||
          !absl::SimpleAtoi(cycle.substr(6), &part) || part < 1 || part > 4)
        return absl::InvalidArgumentError("cycle must be as \"2026-Q4\"");
      end = absl::CivilMonth(year, 1) + 3 * part;
      break;
    default:
      if (cycle.size() != 7 || !IsYear(cycle.substr(0, 4), &year) ||
          cycle[4] != '-' || !absl::SimpleAtoi(cycle.substr(5), &part) ||
          part < 1 || part > 12)
        return absl::InvalidArgumentError("cycle must be as \"2026-11\"");
      end = absl::CivilMonth(year, part) + 1;
  }
  return absl::FromCivil(end, absl::UTCTimeZone());
}

// From now on the entries follow the enrolments.
absl::Status Benefits::Open(const admin::v1::MakeBenefitListRequest& request) {
  const storage::Space space = book_->space();
  return storage::CommitAndWait(
      *store_, {}, [&](storage::CommitView& view) -> absl::Status {
        const std::string key = CyclesKey(request.programme());
        ASSIGN_OR_RETURN(CyclesRow row, ReadRow<CyclesRow>(view, space, key));
        auto* cycles = row.mutable_cycles();
        if (std::find(cycles->begin(), cycles->end(), request.cycle()) ==
            cycles->end())
          *cycles->Add() = request.cycle();
        if (cycles->size() > kOpenCycles) cycles->DeleteSubrange(0, 1);
        view.Put(space, key, row.SerializeAsString());
        return absl::OkStatus();
      });
}

absl::StatusOr<bool> Benefits::AddSome(const Programme& programme,
                                       const std::string& cycle,
                                       absl::Time end) {
  const storage::Space space = book_->space();
  const std::string list_key = ListKey(programme.id(), cycle);
  const auto snapshot = store_->GetSnapshot();
  ASSIGN_OR_RETURN(ListRow list, ReadRow<ListRow>(*snapshot, space, list_key));
  if (list.made()) return false;
  const auto cursor = snapshot->Scan(
      storage::ScanOptions::Prefix(space, TaggedKey('e', {programme.id()})));
  if (!list.position().empty()) {
    cursor->Seek(list.position());
    if (cursor->Valid() && cursor->key() == list.position()) cursor->Next();
  }
  std::vector<std::string> keys;
  for (; cursor->Valid() && keys.size() < kChunk; cursor->Next())
    keys.emplace_back(cursor->key());
  RETURN_IF_ERROR(cursor->status());
  const bool last = !cursor->Valid();
  std::vector<storage::Key> reads = {{space, list_key}};
  for (const std::string& key : keys) reads.push_back({space, key});
  RETURN_IF_ERROR(storage::CommitAndWait(
      *store_, std::move(reads),
      [&](storage::CommitView& view) -> absl::Status {
        ASSIGN_OR_RETURN(const ListRow held,
                         ReadRow<ListRow>(view, space, list_key));
        // Somebody else makes it too, and was here first.
        if (held.position() != list.position() || held.made())
          return absl::OkStatus();
        for (const std::string& key : keys) {
          ASSIGN_OR_RETURN(const EnrolmentRow row,
                           ReadRow<EnrolmentRow>(view, space, key));
          if (StateOf(row) != "active" ||
              absl::FromUnixMicros(row.enrolled_us()) >= end)
            continue;
          BenefitRow benefit;
          *benefit.mutable_key() = row.key();
          benefit.set_amount(programme.amount());
          benefit.set_currency(programme.currency());
          view.Put(space, BenefitKey(row.key(), cycle),
                   benefit.SerializeAsString());
          list.set_entries(list.entries() + 1);
        }
        if (!keys.empty()) list.set_position(keys.back());
        list.set_made(last);
        view.Put(space, list_key, list.SerializeAsString());
        return absl::OkStatus();
      }));
  return !last;
}

absl::StatusOr<int> Benefits::CountWithheld(const storage::Snapshot& snapshot,
                                            absl::string_view programme,
                                            absl::string_view cycle) const {
  int withheld = 0;
  const auto cursor = snapshot.Scan(storage::ScanOptions::Prefix(
      book_->space(), TaggedKey('l', {programme, cycle})));
  for (; cursor->Valid(); cursor->Next()) {
    ASSIGN_OR_RETURN(const BenefitRow row,
                     ParseRow<BenefitRow>(cursor->value()));
    if (row.withheld()) ++withheld;
  }
  RETURN_IF_ERROR(cursor->status());
  return withheld;
}

absl::StatusOr<admin::v1::MakeBenefitListResponse> Benefits::Make(
    const admin::v1::MakeBenefitListRequest& request) {
  const storage::Space space = book_->space();
  const std::string list_key = ListKey(request.programme(), request.cycle());
  auto snapshot = store_->GetSnapshot();
  ASSIGN_OR_RETURN(const std::optional<Programme> programme,
                   book_->FindProgramme(*snapshot, request.programme()));
  if (!programme.has_value())
    return absl::NotFoundError(
        absl::StrCat("no programme ", request.programme()));
  ASSIGN_OR_RETURN(const absl::Time end,
                   EndOfCycle(programme->frequency(), request.cycle()));
  ASSIGN_OR_RETURN(ListRow list, ReadRow<ListRow>(*snapshot, space, list_key));
  admin::v1::MakeBenefitListResponse response;
  response.set_made(!list.made());
  if (!list.made()) {
    RETURN_IF_ERROR(Open(request));
    for (bool more = true; more;) {
      ASSIGN_OR_RETURN(more, AddSome(*programme, request.cycle(), end));
    }
    snapshot = store_->GetSnapshot();
    ASSIGN_OR_RETURN(list, ReadRow<ListRow>(*snapshot, space, list_key));
  }
  response.set_entries(list.entries());
  ASSIGN_OR_RETURN(
      const int withheld,
      CountWithheld(*snapshot, request.programme(), request.cycle()));
  response.set_withheld(withheld);
  return response;
}

absl::StatusOr<admin::v1::ListBenefitsResponse> Benefits::List(
    const admin::v1::ListBenefitsRequest& request) const {
  const storage::Space space = book_->space();
  const auto snapshot = store_->GetSnapshot();
  ASSIGN_OR_RETURN(
      const ListRow list,
      ReadRow<ListRow>(*snapshot, space,
                       ListKey(request.programme(), request.cycle())));
  if (!list.made()) return absl::NotFoundError("no list of the cycle was made");
  const int limit = request.page_size() <= 0
                        ? kMaxListed
                        : std::min<int>(request.page_size(), kMaxListed);
  const auto cursor = snapshot->Scan(storage::ScanOptions::Prefix(
      space, TaggedKey('l', {request.programme(), request.cycle()})));
  if (!request.page_token().empty()) {
    cursor->Seek(request.page_token());
    if (cursor->Valid() && cursor->key() == request.page_token())
      cursor->Next();
  }
  admin::v1::ListBenefitsResponse response;
  std::string last;
  for (; cursor->Valid() && response.benefits_size() < limit; cursor->Next()) {
    ASSIGN_OR_RETURN(const BenefitRow row,
                     ParseRow<BenefitRow>(cursor->value()));
    admin::v1::Benefit* benefit = response.add_benefits();
    benefit->set_id(IdOf(row.key(), request.cycle()));
    benefit->mutable_beneficiary()->set_type(row.key().person().type());
    benefit->mutable_beneficiary()->set_value(row.key().person().value());
    benefit->set_amount(row.amount());
    benefit->set_currency(row.currency());
    benefit->set_withheld(row.withheld());
    last = std::string(cursor->key());
  }
  RETURN_IF_ERROR(cursor->status());
  if (cursor->Valid()) response.set_next_page_token(last);
  return response;
}

}  // namespace dci::spsystem
