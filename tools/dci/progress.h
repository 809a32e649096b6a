// How far a long command is: said on the standard error, and noted in a file
// from which it goes on after an interruption.
#ifndef CONVERGENCE_TOOLS_DCI_PROGRESS_H_
#define CONVERGENCE_TOOLS_DCI_PROGRESS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tools/dci/io.h"

namespace dci::cli {

// Says once a second how far it is. `io` outlives it.
class Progress {
 public:
  explicit Progress(const Io& io);
  // "1200 records, 3 MiB, 400 a second", and `more` behind it.
  void Say(int64_t records, int64_t bytes, absl::string_view more);
  absl::Duration elapsed() const;

 private:
  const Io& io_;
  const absl::Time begun_;
  absl::Time said_;
};

// "csv" or "ndjson": as asked for, else by the end of the file's name.
bool IsCsv(absl::string_view format, absl::string_view file);

// Name of the note that belongs to a file.
std::string NoteOf(absl::string_view file);
// Replaces the note at once: whoever reads it sees the old or the new one.
// ExitCode::kUsage where it cannot be written.
absl::Status WriteNote(const std::string& name, absl::string_view json);
// The note, one JSON object; empty where there is none. ExitCode::kUsage where
// it cannot be read.
absl::StatusOr<std::string> ReadNote(const std::string& name);
absl::Status RemoveNote(const std::string& name);

}  // namespace dci::cli

#endif  // CONVERGENCE_TOOLS_DCI_PROGRESS_H_
