// What one apply reads and writes.
#ifndef CONVERGENCE_SERVICES_STORAGE_SERIAL_VIEW_H_
#define CONVERGENCE_SERVICES_STORAGE_SERIAL_VIEW_H_

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "services/storage/engine.h"
#include "services/storage/history.h"
#include "services/storage/overlay.h"
#include "services/storage/read_ahead.h"
#include "services/storage/store.h"

namespace dci::storage {

// A key is looked for in the transaction's own writes, in the open group, in
// the groups that closed after it was read ahead, in what was read ahead, and
// last in the engine.
class SerialView final : public CommitView {
 public:
  // All arguments outlive the view and do not change meanwhile. `sequence` is
  // the last number given.
  SerialView(const Engine& engine, const History& history, const Overlay& group,
             const ReadAhead& read_ahead, uint64_t sequence)
      : engine_(engine),
        history_(history),
        group_(group),
        read_ahead_(read_ahead),
        sequence_(sequence) {}

  absl::Status Visit(Space space, absl::Span<const absl::string_view> keys,
                     Visitor visit) const override;
  void Put(Space space, absl::string_view key,
           absl::string_view value) override;
  void Delete(Space space, absl::string_view key) override;
  void DeleteRange(Space space, absl::string_view begin,
                   absl::string_view end) override;
  uint64_t NextSequence() override { return ++sequence_; }

  // The first write that was out of bounds, whatever the apply said.
  const absl::Status& error() const { return error_; }
  Overlay& changes() { return changes_; }
  uint64_t sequence() const { return sequence_; }
  uint64_t stale_reads() const { return stale_reads_; }
  uint64_t undeclared_reads() const { return undeclared_reads_; }

 private:
  using State = std::optional<absl::string_view>;
  // Nothing where only the engine knows.
  std::optional<State> Find(KeyView key) const;
  void CheckKey(KeyView key);

  const Engine& engine_;
  const History& history_;
  const Overlay& group_;
  const ReadAhead& read_ahead_;
  Overlay changes_;
  uint64_t sequence_;
  absl::Status error_;
  mutable uint64_t stale_reads_ = 0;
  mutable uint64_t undeclared_reads_ = 0;
};

}  // namespace dci::storage

#endif  // CONVERGENCE_SERVICES_STORAGE_SERIAL_VIEW_H_
