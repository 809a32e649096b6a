#include "tools/dci/progress.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "tools/dci/exit_code.h"
#include "tools/dci/files.h"
#include "tools/dci/json.h"

namespace dci::cli {
namespace {

constexpr absl::Duration kInterval = absl::Seconds(1);

}  // namespace

Progress::Progress(const Io& io)
    : io_(io), begun_(io.clock->Now()), said_(begun_) {}

absl::Duration Progress::elapsed() const { return io_.clock->Now() - begun_; }

void Progress::Say(int64_t records, int64_t bytes, absl::string_view more) {
  const absl::Time now = io_.clock->Now();
  if (now - said_ < kInterval) return;
  said_ = now;
  const double seconds = std::max(absl::ToDoubleSeconds(now - begun_), 0.001);
  *io_.err << records << " records, " << (bytes >> 20) << " MiB, "
           << static_cast<int64_t>(static_cast<double>(records) / seconds)
           << " a second" << more << "\n";
  io_.err->flush();
}

bool IsCsv(absl::string_view format, absl::string_view file) {
  return format.empty() ? absl::EndsWithIgnoreCase(file, ".csv")
                        : format == "csv";
}

std::string NoteOf(absl::string_view file) {
  return absl::StrCat(file, ".progress");
}

absl::Status WriteNote(const std::string& name, absl::string_view json) {
  const std::string next = name + ".new";
  RETURN_IF_ERROR(WriteFile(next, absl::StrCat(json, "\n")));
  std::error_code error;
  std::filesystem::rename(next, name, error);
  return error
             ? Usage(absl::StrCat("cannot write ", name, ": ", error.message()))
             : absl::OkStatus();
}

absl::StatusOr<std::string> ReadNote(const std::string& name) {
  std::error_code error;
  if (!std::filesystem::exists(name, error)) return std::string();
  std::ifstream file(name, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file.is_open() || !CheckJson(text.str()).ok() || !IsObject(text.str()))
    return Usage(
        absl::StrCat(name, " cannot be read; remove it to begin anew"));
  return text.str();
}

absl::Status RemoveNote(const std::string& name) {
  std::error_code error;
  std::filesystem::remove(name, error);
  return error ? Usage(absl::StrCat("cannot remove ", name, ": ",
                                    error.message()))
               : absl::OkStatus();
}

}  // namespace dci::cli
