#include "services/registry/change_log.h"

#include "services/base/bytes.h"
#include "services/base/status_macros.h"

namespace dci::registry {
namespace {

absl::StatusOr<uint64_t> SequenceOf(absl::string_view key) {
  uint64_t sequence = 0;
  if (!ConsumeOrderedU64(&key, &sequence))
    return absl::InternalError("malformed key in the change log");
  return sequence;
}

}  // namespace

ChangeView ViewOf(const state::Change& change) {
  ChangeView view;
  view.type_id = change.type_id();
  if (change.has_before()) view.before = change.before();
  if (change.has_after()) view.after = change.after();
  return view;
}

ChangeReader::ChangeReader(const storage::Snapshot& snapshot,
                           const Spaces& spaces, const Catalog& catalog,
                           uint64_t after)
    : catalog_(catalog),
      cursor_(snapshot.Scan({spaces.changes, ChangeKey(after + 1), ""})),
      passed_(after) {
  Find();
}

void ChangeReader::Next() {
  cursor_->Next();
  Find();
}

void ChangeReader::Find() {
  valid_ = false;
  for (; cursor_->Valid(); cursor_->Next()) {
    const absl::StatusOr<uint64_t> sequence = SequenceOf(cursor_->key());
    const absl::string_view value = cursor_->value();
    if (!sequence.ok() ||
        !change_.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
      status_ = absl::InternalError("unreadable row in the change log");
      return;
    }
    passed_ = *sequence;
    if (catalog_.FindById(change_.type_id()) == nullptr ||
        (!change_.has_before() && !change_.has_after()))
      continue;
    sequence_ = *sequence;
    valid_ = true;
    return;
  }
  status_ = cursor_->status();
}

ChangeView ChangeReader::view() const { return ViewOf(change_); }

absl::StatusOr<std::optional<state::Change>> ReadChange(
    const storage::View& view, const Spaces& spaces, uint64_t sequence) {
  ASSIGN_OR_RETURN(const std::optional<std::string> bytes,
                   view.Get(spaces.changes, ChangeKey(sequence)));
  if (!bytes.has_value()) return std::nullopt;
  state::Change change;
  if (!change.ParseFromString(*bytes))
    return absl::InternalError("unreadable row in the change log");
  return change;
}

absl::StatusOr<uint64_t> LastChange(const storage::Snapshot& snapshot,
                                    const Spaces& spaces) {
  const auto cursor = snapshot.Scan({spaces.changes, "", "", true});
  RETURN_IF_ERROR(cursor->status());
  if (!cursor->Valid()) return 0;
  return SequenceOf(cursor->key());
}

}  // namespace dci::registry
