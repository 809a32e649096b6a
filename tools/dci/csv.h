// Records as rows of CSV (RFC 4180, UTF-8), and back with nothing lost.
//
// A column is the dotted path of a value: "name.surname",
// "identifier.0.identifier_type". All digits is a place in an array; a
// backslash takes the character behind it as it is, so that "a\.b" is one key
// and "\0" the key "0"; "\e" is the empty key. The column "" is the whole
// record: one that is {} or no object at all.
//
// An empty cell is a member that is absent. A cell in quotes is a string. One
// without is true, false, null, a JSON number, {} or [] where it reads as one,
// and else a string.
#ifndef CONVERGENCE_TOOLS_DCI_CSV_H_
#define CONVERGENCE_TOOLS_DCI_CSV_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace dci::cli {

// Most columns that one file has.
inline constexpr size_t kMaxCsvColumns = 100000;

// Whether a row goes on in the next line of the file: a quote is still open.
bool CsvRowIsOpen(absl::string_view text);

// Writes rows. All records are shown to it first, since the header, which
// stands at the top, has the columns of all.
class CsvWriter {
 public:
  // `record`: a JSON text that CheckJson has passed. ExitCode::kUsage beyond
  // kMaxCsvColumns.
  absl::Status Collect(absl::string_view record);
  // After all records: the header, and the row of one of them, each with its
  // CRLF. Columns stand so that the members of every record keep their order,
  // where the records agree on one: then what is read back is the same text.
  std::string Header();
  std::string Row(absl::string_view record) const;

 private:
  absl::flat_hash_map<std::string, size_t> places_;
  std::vector<std::string> columns_;  // as they were first seen
  // Of columns that follow each other in a record.
  absl::flat_hash_set<std::pair<size_t, size_t>> follow_;
  std::vector<size_t> order_;
};

// Reads rows.
class CsvReader {
 public:
  // Of a file with this header, with or without byte order mark.
  // ExitCode::kUsage where it is no CSV, or has a column twice.
  static absl::StatusOr<CsvReader> Create(absl::string_view header);
  // The row's record, JSON in one line; empty for a row of empty cells.
  // ExitCode::kUsage, without values of the record, where the row is no CSV,
  // has more cells than the header, or cells that exclude each other.
  absl::StatusOr<std::string> Record(absl::string_view row) const;

 private:
  struct Step {
    bool index = false;
    uint64_t number = 0;
    std::string key;
  };
  struct Column {
    std::string name;
    std::vector<Step> steps;
  };
  struct Node;

  static absl::StatusOr<std::vector<Step>> StepsOf(absl::string_view name);
  static absl::Status Put(const Column& column, std::string json, Node* root);
  static void Append(const Node& node, std::string* out);

  std::vector<Column> columns_;
};

}  // namespace dci::cli

#endif  // CONVERGENCE_TOOLS_DCI_CSV_H_
