#include "services/registry/load.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/hash.h"
#include "services/base/status_macros.h"
#include "services/registry/read_record.h"

namespace dci::registry {
namespace {

// Enough of a digest that two keys never share it by chance.
absl::uint128 Digest(absl::string_view space, absl::string_view key) {
  const std::string digest = Sha256(absl::StrCat(space, key));
  uint64_t high = 0, low = 0;
  std::memcpy(&high, digest.data(), sizeof(high));
  std::memcpy(&low, digest.data() + sizeof(high), sizeof(low));
  return absl::MakeUint128(high, low);
}

// Keys that must not be there yet for a change to be written unseen.
std::vector<absl::uint128> Claims(const RecordChange& change) {
  std::vector<absl::uint128> claims = {
      Digest("r", RecordKey(*change.type, change.primary_key))};
  for (const IndexRow& row : change.rows)
    if (row.unique) claims.push_back(Digest("i", row.key));
  return claims;
}

// A fault of the store or the process, not of the record.
bool IsFatal(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsInternal(status) ||
         absl::IsDataLoss(status);
}

}  // namespace

Loader::Loader(Registry* registry, LoadOptions options)
    : registry_(registry), options_(std::move(options)) {
  bulk_ = options_.allow_bulk && registry_->BeginBulk().ok();
  stats_.bulk = bulk_;
}

Loader::~Loader() {
  (void)WaitBelow(1);
  EndBulk();
}

void Loader::EndBulk() {
  if (std::exchange(bulk_, false)) registry_->EndBulk();
}

void Loader::Refuse(uint64_t number, const absl::Status& status) {
  ++stats_.refused;
  if (stats_.errors.size() < kMaxLoadErrors)
    stats_.errors.push_back({number, std::string(status.message())});
}

absl::Status Loader::AddJson(absl::string_view json) {
  absl::StatusOr<ReadRecord> read = ReadJsonRecord(
      registry_->codec(), registry_->service(), options_.default_type, json);
  if (!read.ok()) return Add(std::move(read).status());
  return Add(
      registry_->Upsert(read->message->record->type, std::move(read->record)));
}

absl::Status Loader::AddWire(absl::string_view type, std::string record) {
  return Add(registry_->Upsert(type, std::move(record)));
}

absl::Status Loader::Add(absl::StatusOr<RecordChange> change) {
  {
    std::lock_guard<std::mutex> lock(mu_);
    ++stats_.read;
    if (!change.ok()) Refuse(stats_.read, change.status());
  }
  if (!change.ok()) return absl::OkStatus();
  return bulk_ ? AddToBulk(*std::move(change)) : AddOne(*std::move(change));
}

absl::Status Loader::AddToBulk(RecordChange change) {
  const std::vector<absl::uint128> claims = Claims(change);
  const bool again =
      std::any_of(claims.begin(), claims.end(),
                  [&](absl::uint128 claim) { return seen_.contains(claim); });
  if (again) {
    RETURN_IF_ERROR(FlushBulk());
    return AddOne(std::move(change));
  }
  seen_.insert(claims.begin(), claims.end());
  const Spaces& spaces = registry_->spaces();
  row_bytes_ += change.record->size();
  rows_.push_back({spaces.records, RecordKey(*change.type, change.primary_key),
                   *std::move(change.record)});
  for (IndexRow& row : change.rows) {
    row_bytes_ += row.key.size() + row.value.size();
    rows_.push_back({spaces.index, std::move(row.key), std::move(row.value)});
  }
  ++in_rows_;
  return row_bytes_ < options_.bulk_bytes ? absl::OkStatus() : FlushBulk();
}

absl::Status Loader::FlushBulk() {
  if (rows_.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(registry_->store().Ingest(std::exchange(rows_, {})));
  row_bytes_ = 0;
  {
    std::lock_guard<std::mutex> lock(mu_);
    stats_.created += std::exchange(in_rows_, 0);
  }
  Report();
  return absl::OkStatus();
}

absl::Status Loader::AddOne(RecordChange change) {
  RETURN_IF_ERROR(WaitBelow(options_.in_flight));
  uint64_t number = 0;
  {
    std::lock_guard<std::mutex> lock(mu_);
    ++in_flight_;
    number = stats_.read;
  }
  auto done = [this, number](absl::StatusOr<Outcome> outcome) {
    Count(number, outcome);
  };
  registry_->Commit(std::move(change), options_.now, std::move(done),
                    /*within_bulk=*/bulk_);
  // Within a bulk load this is the exception; the next record may depend on
  // it.
  if (bulk_) return WaitBelow(1);
  if (number % options_.in_flight == 0) Report();
  return absl::OkStatus();
}

void Loader::Count(uint64_t number, const absl::StatusOr<Outcome>& outcome) {
  std::lock_guard<std::mutex> lock(mu_);
  if (!outcome.ok()) {
    Refuse(number, outcome.status());
    if (IsFatal(outcome.status())) store_status_ = outcome.status();
  } else if (*outcome == Outcome::kCreated) {
    ++stats_.created;
  } else if (*outcome == Outcome::kReplaced) {
    ++stats_.replaced;
  } else {
    ++stats_.unchanged;
  }
  --in_flight_;
  changed_.notify_all();
}

absl::Status Loader::WaitBelow(int in_flight) {
  std::unique_lock<std::mutex> lock(mu_);
  changed_.wait(lock, [&] { return in_flight_ < in_flight; });
  return store_status_;
}

void Loader::Report() {
  if (!options_.progress) return;
  LoadStats stats;
  {
    std::lock_guard<std::mutex> lock(mu_);
    stats = stats_;
  }
  options_.progress(stats);
}

absl::StatusOr<LoadStats> Loader::Finish() {
  RETURN_IF_ERROR(FlushBulk());
  RETURN_IF_ERROR(WaitBelow(1));
  EndBulk();
  Report();
  std::lock_guard<std::mutex> lock(mu_);
  return stats_;
}

}  // namespace dci::registry
