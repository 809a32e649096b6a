#include "tools/dci/record_reader.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "services/base/hash.h"
#include "services/base/status_macros.h"
#include "tools/dci/exit_code.h"

namespace dci::cli {
namespace {

constexpr size_t kBlockBytes = 4096;
// More than any server takes; a quote that is never closed ends here.
constexpr size_t kMaxRowBytes = 16 << 20;

}  // namespace

absl::StatusOr<bool> RecordReader::ReadLine(std::string* line) {
  if (!std::getline(*in_, *line)) {
    if (in_->bad()) return Usage("the file cannot be read to its end");
    return false;
  }
  if (!in_->eof()) line->push_back('\n');
  ++lines_;
  bytes_ += static_cast<int64_t>(line->size());
  block_ += *line;
  size_t done = 0;
  for (; block_.size() - done >= kBlockBytes; done += kBlockBytes)
    chain_ = Sha256(chain_ + block_.substr(done, kBlockBytes));
  block_.erase(0, done);
  return true;
}

Place RecordReader::place() const {
  return {bytes_, lines_, absl::BytesToHexString(Sha256(chain_ + block_))};
}

absl::StatusOr<bool> RecordReader::ReadRow(std::string* row) {
  ASSIGN_OR_RETURN(const bool more, ReadLine(row));
  if (!more) return false;
  line_ = lines_;
  std::string line;
  while (CsvRowIsOpen(*row)) {
    ASSIGN_OR_RETURN(const bool goes_on, ReadLine(&line));
    if (!goes_on || row->size() + line.size() > kMaxRowBytes)
      return Usage(absl::StrCat("line ", line_, ": a quote is not closed"));
    *row += line;
  }
  return true;
}

absl::Status RecordReader::ReadHeader() {
  std::string header;
  ASSIGN_OR_RETURN(const bool found, ReadRow(&header));
  if (!found) return Usage("the file has no header");
  absl::StatusOr<CsvReader> rows = CsvReader::Create(header);
  if (!rows.ok())
    return Usage(absl::StrCat("header: ", rows.status().message()));
  rows_ = *std::move(rows);
  return absl::OkStatus();
}

absl::StatusOr<bool> RecordReader::Next(std::string* record) {
  if (csv_ && !rows_) RETURN_IF_ERROR(ReadHeader());
  std::string text;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, csv_ ? ReadRow(&text) : ReadLine(&text));
    if (!more) return false;
    if (!csv_) {
      line_ = lines_;
      if (absl::StripAsciiWhitespace(text).empty()) continue;
      if (text.back() == '\n') text.pop_back();
      *record = std::move(text);
      return true;
    }
    absl::StatusOr<std::string> read = rows_->Record(text);
    if (!read.ok())
      return Usage(absl::StrCat("line ", line_, ": ", read.status().message()));
    if (read->empty()) continue;
    *record = *std::move(read);
    return true;
  }
}

absl::Status RecordReader::GoTo(const Place& goal) {
  if (csv_ && !rows_) RETURN_IF_ERROR(ReadHeader());
  std::string line;
  while (bytes_ < goal.bytes) {
    ASSIGN_OR_RETURN(const bool more, ReadLine(&line));
    if (!more) break;
  }
  if (bytes_ != goal.bytes || lines_ != goal.lines ||
      place().digest != goal.digest)
    return Usage("the file has changed since it was read up to there");
  return absl::OkStatus();
}

}  // namespace dci::cli
