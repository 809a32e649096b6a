// Reads the records of a file, NDJSON or CSV, one after the other, and knows
// where it is, so that another reader may go on from there.
#ifndef CONVERGENCE_TOOLS_DCI_RECORD_READER_H_
#define CONVERGENCE_TOOLS_DCI_RECORD_READER_H_

#include <cstdint>
#include <istream>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tools/dci/csv.h"

namespace dci::cli {

// A place in a file, between two records.
struct Place {
  int64_t bytes = 0;
  int64_t lines = 0;
  // Over the bytes before; 64 hexadecimal digits.
  std::string digest;
};

class RecordReader {
 public:
  // `in` outlives the reader.
  RecordReader(std::istream* in, bool csv) : in_(in), csv_(csv) {}

  // Reads the next record, for NDJSON as it stands, without its line break;
  // blank lines and rows are passed over. False at the end. ExitCode::kUsage,
  // with the line, where a row cannot be read.
  absl::StatusOr<bool> Next(std::string* record);
  // Line on which that record begins, from 1.
  int64_t line() const { return line_; }
  // Behind that record.
  Place place() const;
  // Before the first record: passes over what another reader has read.
  // ExitCode::kUsage where the file is not the same up to there.
  absl::Status GoTo(const Place& place);

 private:
  absl::StatusOr<bool> ReadLine(std::string* line);
  absl::Status ReadHeader();
  absl::StatusOr<bool> ReadRow(std::string* row);

  std::istream* const in_;
  const bool csv_;
  std::optional<CsvReader> rows_;
  int64_t line_ = 0;
  int64_t bytes_ = 0;
  int64_t lines_ = 0;
  // A chain of digests over blocks of the file, and what has come since.
  std::string chain_;
  std::string block_;
};

}  // namespace dci::cli

#endif  // CONVERGENCE_TOOLS_DCI_RECORD_READER_H_
