#include "tools/dci/export.h"

#include <stdlib.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "tools/dci/admin.h"
#include "tools/dci/csv.h"
#include "tools/dci/exit_code.h"
#include "tools/dci/json.h"
#include "tools/dci/progress.h"

namespace dci::cli {
namespace {

constexpr const char* kWhat[] = {"service", "type", "dialect"};

// Pages go to a file of their own, the part; what is whole becomes the output.
// CSV needs that anyway, as its header has the columns of all records.
class Export {
 public:
  Export(const Args& args, const Io& io)
      : args_(args),
        io_(io),
        progress_(io),
        out_(args.Get("out")),
        part_(out_ + ".part"),
        csv_(IsCsv(args.Get("format"), out_)) {}

  absl::Status Run() {
    ASSIGN_OR_RETURN(admin_, AdminClient::Create(args_, io_));
    if (out_.empty() && args_.Has("resume"))
      return Usage("--resume needs --out FILE");
    if (!out_.empty()) return ToFile();
    if (!csv_) return Pages(io_.out);
    ASSIGN_OR_RETURN(const std::string spool, MakeSpool());
    std::fstream lines(spool, std::ios::in | std::ios::out | std::ios::binary);
    // It goes with the last who has it open.
    const bool gone = std::remove(spool.c_str()) == 0;
    if (!lines.is_open() || !gone)
      return Usage("cannot make a file to sort in");
    RETURN_IF_ERROR(Pages(&lines));
    return WriteCsv(&lines, io_.out);
  }

 private:
  absl::StatusOr<std::string> MakeSpool() const {
    std::string folder = io_.env("TMPDIR");
    std::string name = (folder.empty() ? "/tmp" : folder) + "/dci-XXXXXX";
    const int fd = ::mkstemp(name.data());
    if (fd < 0) return Usage(absl::StrCat("cannot make ", name));
    ::close(fd);
    return name;
  }

  absl::Status ToFile() {
    if (args_.Has("resume")) RETURN_IF_ERROR(Resume());
    std::ofstream part(
        part_,
        std::ios::binary | (bytes_ > 0 ? std::ios::app : std::ios::trunc));
    if (!part.is_open()) return Usage(absl::StrCat("cannot write ", part_));
    if (const absl::Status status = Pages(&part); !status.ok()) {
      *io_.err << "the same command with --resume goes on from there\n";
      return status;
    }
    part.close();
    if (!part) return Usage(absl::StrCat("cannot write ", part_));
    RETURN_IF_ERROR(Finish());
    return RemoveNote(NoteOf(out_));
  }

  absl::Status Finish() const {
    std::error_code error;
    if (!csv_) {
      std::filesystem::rename(part_, out_, error);
    } else {
      std::ifstream lines(part_, std::ios::binary);
      std::ofstream file(out_, std::ios::binary);
      RETURN_IF_ERROR(WriteCsv(&lines, &file));
      file.close();
      if (!file) return Usage(absl::StrCat("cannot write ", out_));
      std::filesystem::remove(part_, error);
    }
    return error ? Usage(absl::StrCat("cannot make ", out_, ": ",
                                      error.message()))
                 : absl::OkStatus();
  }

  // Sets where to go on, and takes off the part what came behind the note.
  absl::Status Resume() {
    ASSIGN_OR_RETURN(const std::string note, ReadNote(NoteOf(out_)));
    if (note.empty()) return absl::OkStatus();
    for (const char* what : kWhat)
      if (TextAt(note, absl::StrCat("/", what)) != args_.Get(what))
        return Usage(absl::StrCat(NoteOf(out_), " is of another export: --",
                                  what, " differs"));
    position_ = TextAt(note, "/next");
    std::error_code error;
    const bool read = absl::SimpleAtoi(TextAt(note, "/bytes"), &bytes_) &&
                      absl::SimpleAtoi(TextAt(note, "/records"), &records_) &&
                      std::filesystem::file_size(part_, error) >=
                          static_cast<uintmax_t>(bytes_) &&
                      !error;
    if (read) std::filesystem::resize_file(part_, bytes_, error);
    if (!read || error)
      return Usage(absl::StrCat(part_,
                                " is not as noted; begin without "
                                "--resume"));
    *io_.err << "goes on behind " << records_ << " records\n";
    return absl::OkStatus();
  }

  absl::Status Note() const {
    JsonObject note;
    for (const char* what : kWhat) note.Text(what, args_.Get(what));
    return WriteNote(NoteOf(out_), note.Text("next", position_)
                                       .Number("bytes", bytes_)
                                       .Number("records", records_)
                                       .Build());
  }

  // Writes all pages, as NDJSON.
  absl::Status Pages(std::ostream* out) {
    while (true) {
      const std::string request = JsonObject()
                                      .TextIf("service", args_.Get("service"))
                                      .Text("type", args_.Get("type"))
                                      .TextIf("dialect", args_.Get("dialect"))
                                      .TextIf("position", position_)
                                      .Build();
      const absl::StatusOr<std::string> page =
          admin_->Call("dci.admin.v1.RegistryAdmin.Export", request);
      if (!page.ok()) {
        if (records_ > 0 && out_.empty() && !csv_)
          *io_.err << "go on with --position " << position_ << "\n";
        return page.status();
      }
      RETURN_IF_ERROR(Take(*page, out));
      std::string next = TextAt(*page, "/next");
      if (next.empty()) break;
      if (next == position_)
        return Untrusted("the server gives the same page again and again");
      position_ = std::move(next);
      if (!out_.empty()) RETURN_IF_ERROR(Note());
      progress_.Say(records_, bytes_, "");
    }
    *io_.err << records_ << " records\n";
    return absl::OkStatus();
  }

  absl::Status Take(const std::string& page, std::ostream* out) {
    std::string lines;
    if (!absl::Base64Unescape(TextAt(page, "/lines"), &lines))
      return Untrusted("the page's lines are no base64");
    *out << lines;
    // What is noted must have left this process.
    out->flush();
    if (!out->good()) return Usage("the output cannot be written");
    bytes_ += static_cast<int64_t>(lines.size());
    int64_t in_page = 0;
    if (absl::SimpleAtoi(TextAt(page, "/records"), &in_page))
      records_ += in_page;
    return absl::OkStatus();
  }

  // Twice over the records: for the header, and for the rows.
  static absl::Status WriteCsv(std::istream* lines, std::ostream* out) {
    CsvWriter writer;
    std::string line;
    lines->clear();
    lines->seekg(0);
    while (std::getline(*lines, line)) {
      if (!CheckJson(line).ok()) return Untrusted("a record cannot be read");
      RETURN_IF_ERROR(writer.Collect(line));
    }
    lines->clear();
    lines->seekg(0);
    *out << writer.Header();
    while (std::getline(*lines, line)) *out << writer.Row(line);
    return lines->bad() || !out->good() ? Usage("the output cannot be written")
                                        : absl::OkStatus();
  }

  const Args& args_;
  const Io& io_;
  std::unique_ptr<AdminClient> admin_;
  Progress progress_;
  const std::string out_;  // empty: the standard output
  const std::string part_;
  const bool csv_;
  std::string position_ = args_.Get("position");
  int64_t bytes_ = 0;
  int64_t records_ = 0;
};

absl::Status Run(const Args& args, const Io& io) {
  return Export(args, io).Run();
}

}  // namespace

Command ExportCommand() {
  Command command;
  command.name = "export";
  command.summary =
      "Prints all records of a type, one JSON object a line or a row of CSV "
      "each, as a dialect writes them.";
  command.details =
      "With --out the file is there when it is whole; until then FILE.part has "
      "the records so far and FILE.progress where the same command with "
      "--resume goes on. CSV is as dci load --help says, and loses nothing.";
  command.options = {
      {"type", "TYPE", "Group, Person, Member", kRequired},
      {"dialect", "g2p-connect-2023|dci-2025-01|dci-2025-12-openspp",
       "default: dci-2025-12-openspp"},
      {"service", "NAME",
       "registry, on a server of several: dci.social.v1.SocialRegistry"},
      {"out", "FILE", "where the records go instead"},
      {"format", "ndjson|csv", "default: csv where --out ends in .csv"},
      {"resume", "", "go on where the export to --out was interrupted"},
      {"position", "TEXT", "where an export that broke off goes on"},
  };
  for (Option& option : AdminOptions())
    command.options.push_back(std::move(option));
  command.examples =
      "dci export --type Group > groups.ndjson\n"
      "dci export --type Group --out groups.csv --resume\n"
      "dci export --type Person --dialect dci-2025-01 | head -1";
  command.run = Run;
  return command;
}

}  // namespace dci::cli
