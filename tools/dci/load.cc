#include "tools/dci/load.h"

#include <algorithm>
#include <deque>
#include <fstream>
#include <istream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "tools/dci/admin.h"
#include "tools/dci/exit_code.h"
#include "tools/dci/json.h"
#include "tools/dci/progress.h"
#include "tools/dci/record_reader.h"

namespace dci::cli {
namespace {

// What becomes of a record, as the answer counts it.
constexpr const char* kOutcomes[] = {"/created", "/replaced", "/unchanged",
                                     "/refused"};

int64_t NumberAt(absl::string_view json, absl::string_view pointer) {
  int64_t number = 0;
  return absl::SimpleAtoi(TextAt(json, pointer), &number) ? number : 0;
}

class Load {
 public:
  Load(const Args& args, const Io& io)
      : args_(args), io_(io), progress_(io), file_(args.word(0)) {}

  absl::Status Run() {
    ASSIGN_OR_RETURN(admin_, AdminClient::Create(args_, io_));
    std::ifstream file;
    std::istream* in = io_.in;
    if (file_ != "-") {
      file.open(file_, std::ios::binary);
      if (!file.is_open()) return Usage(absl::StrCat("cannot read ", file_));
      in = &file;
    }
    RecordReader reader(in, IsCsv(args_.Get("format"), file_));
    if (args_.Has("resume")) RETURN_IF_ERROR(Resume(&reader));
    id_ = io_.ids->NewId();
    const absl::Status status = SendAll(&reader);
    PrintSummary(status);
    if (!status.ok() && args_.Has("resume"))
      *io_.err << "the same command goes on from there\n";
    else if (!status.ok())
      *io_.err << "go on with --skip " << LineOf(Decided() + 1) - 1 << "\n";
    RETURN_IF_ERROR(status);
    if (args_.Has("resume")) RETURN_IF_ERROR(RemoveNote(NoteOf(file_)));
    const int64_t refused = refused_before_ + NumberAt(answer_, "/refused");
    return refused == 0
               ? absl::OkStatus()
               : Refused(absl::StrCat(refused, " records are refused"));
  }

 private:
  // The place behind a part, and the records up to there.
  struct Boundary {
    int64_t records;
    Place place;
  };

  absl::Status Resume(RecordReader* reader) {
    if (file_ == "-") return Usage("--resume needs a file, not standard input");
    if (args_.Has("skip")) return Usage("--resume and --skip: one of the two");
    ASSIGN_OR_RETURN(const std::string note, ReadNote(NoteOf(file_)));
    if (note.empty()) return absl::OkStatus();
    const Place place = {NumberAt(note, "/bytes"), NumberAt(note, "/lines"),
                         TextAt(note, "/digest")};
    if (const absl::Status same = reader->GoTo(place); !same.ok())
      return Usage(absl::StrCat(file_, ": ", same.message(), "; remove ",
                                NoteOf(file_), " to begin anew"));
    refused_before_ = NumberAt(note, "/refused");
    *io_.err << "goes on behind line " << place.lines << "\n";
    return absl::OkStatus();
  }

  // Reads record by record: a file may be larger than memory.
  absl::Status SendAll(RecordReader* reader) {
    const int64_t skip = args_.Number("skip");
    const size_t part_bytes = static_cast<size_t>(args_.Number("part_bytes"));
    std::string record, part;
    const bool resume = args_.Has("resume");
    Place before;
    while (true) {
      ASSIGN_OR_RETURN(const bool more, reader->Next(&record));
      if (!more) break;
      if (reader->line() <= skip) continue;
      // One that is too long for any part goes alone: the server says so.
      if (!part.empty() && part.size() + record.size() > part_bytes) {
        if (resume) boundaries_.push_back({records_, before});
        RETURN_IF_ERROR(Send(&part, false));
      }
      absl::StrAppend(&part, record, "\n");
      ++records_;
      if (lines_.empty() || LineOf(records_) != reader->line())
        lines_.push_back({records_, reader->line()});
      if (resume) before = reader->place();
    }
    return Send(&part, true);
  }

  absl::Status Send(std::string* part, bool end) {
    JsonObject request;
    request.Text("load", id_)
        .TextIf("service", args_.Get("service"))
        .TextIf("default_type", args_.Get("type"))
        .Text("lines", absl::Base64Escape(*part));
    if (args_.Has("no_bulk")) request.Bool("no_bulk", true);
    if (end) request.Bool("end", true);
    ASSIGN_OR_RETURN(answer_, admin_->Call("dci.admin.v1.RegistryAdmin.Load",
                                           request.Build()));
    bytes_ += static_cast<int64_t>(part->size());
    part->clear();
    progress_.Say(
        records_, bytes_,
        absl::StrCat(", ", NumberAt(answer_, "/refused"), " refused"));
    return args_.Has("resume") ? Note() : absl::OkStatus();
  }

  // Notes the last place before which all is decided. What an empty registry
  // takes past its change log is there only with the end of the load; until
  // then nothing is noted.
  absl::Status Note() {
    if (TextAt(answer_, "/bulk") == "true") return absl::OkStatus();
    // A refusal is known at once, while records before it are still on their
    // way to the store: it tells nothing about them.
    const int64_t stored = Decided() - NumberAt(answer_, "/refused");
    std::optional<Place> place;
    while (!boundaries_.empty() && boundaries_.front().records <= stored) {
      place = std::move(boundaries_.front().place);
      boundaries_.pop_front();
    }
    if (!place) return absl::OkStatus();
    return WriteNote(
        NoteOf(file_),
        JsonObject()
            .Number("bytes", place->bytes)
            .Number("lines", place->lines)
            .Text("digest", place->digest)
            .Number("refused", refused_before_ + NumberAt(answer_, "/refused"))
            .Build());
  }

  // Records of which the server has said what became of them; what it has
  // besides may be lost with it.
  int64_t Decided() const {
    int64_t decided = 0;
    for (const char* count : kOutcomes) decided += NumberAt(answer_, count);
    return decided;
  }

  // Line in the file on which a record begins, counted from 1: the server sees
  // neither what was skipped nor blank lines.
  int64_t LineOf(int64_t record) const {
    const auto after = std::upper_bound(
        lines_.begin(), lines_.end(), record,
        [](int64_t number, const auto& line) { return number < line.first; });
    if (after == lines_.begin()) return args_.Number("skip") + record;
    const auto& [first, line] = *std::prev(after);
    return line + record - first;
  }

  void PrintSummary(const absl::Status& status) const {
    JsonObject summary;
    summary.Bool("complete", status.ok()).Number("records", records_);
    for (absl::string_view count : kOutcomes)
      summary.Number(count.substr(1), NumberAt(answer_, count));
    summary.Bool("bulk", TextAt(answer_, "/bulk") == "true")
        .Number("milliseconds", absl::ToInt64Milliseconds(progress_.elapsed()));
    if (refused_before_ > 0) summary.Number("refused_before", refused_before_);
    std::vector<std::string> problems;
    const auto named = At(answer_, "/problems");
    for (absl::string_view problem : Elements(named.value_or("[]")))
      problems.push_back(JsonObject()
                             .Number("line", LineOf(NumberAt(problem, "/line")))
                             .Text("message", TextAt(problem, "/message"))
                             .Build());
    if (!problems.empty()) summary.Raw("problems", JsonArray(problems));
    *io_.out << summary.Build() << "\n";
  }

  const Args& args_;
  const Io& io_;
  std::unique_ptr<AdminClient> admin_;
  Progress progress_;
  const std::string file_;
  std::string id_;              // of this load
  int64_t records_ = 0;         // sent, or about to be
  int64_t bytes_ = 0;           // sent
  int64_t refused_before_ = 0;  // before the interruption
  // Where lines do not just count on: a record, and its line.
  std::vector<std::pair<int64_t, int64_t>> lines_;
  std::deque<Boundary> boundaries_;  // not noted yet
  // The last one; its counts are of the whole load.
  std::string answer_ = "{}";
};

absl::Status Run(const Args& args, const Io& io) {
  return Load(args, io).Run();
}

}  // namespace

Command LoadCommand() {
  Command command;
  command.name = "load";
  command.summary =
      "Loads records, one JSON object a line or a row of CSV each, into a "
      "registry, and prints how it went.";
  command.details =
      "Known records are replaced, new ones created; those that are wrong are "
      "named with their line and left out. A load that breaks off says where "
      "it may go on; it may also be begun anew, as what is there already stays "
      "as it is. With --resume it notes in FILE.progress how far it is, and "
      "the "
      "same command goes on from there, if the file is still the same up to "
      "there.\n"
      "The header of CSV (RFC 4180) has dotted paths: name.surname, "
      "identifier.0.identifier_type. An empty cell is an absent member; a cell "
      "in quotes is a string, one without is true, false, null, a number, {} "
      "or [] where it reads as one. Digits that are a string, as of an "
      "identifier, therefore stand in quotes.";
  command.words = "FILE|-";
  command.min_words = 1;
  command.max_words = 1;
  command.options = {
      {"type", "TYPE", "of records without @type: Group, Person"},
      {"service", "NAME",
       "registry, on a server of several: dci.social.v1.SocialRegistry"},
      {"format", "ndjson|csv", "default: csv where FILE ends in .csv"},
      {"resume", "", "go on where this command was interrupted"},
      {"skip", "N", "lines to leave out at the beginning", kOptional, "0"},
      {"part_bytes", "N", "bytes sent at once", kOptional, "1048576"},
      {"no_bulk", "", "never the fast way past the change log"},
  };
  for (Option& option : AdminOptions())
    command.options.push_back(std::move(option));
  for (Option& option : command.options)
    if (option.name == "timeout") option.fallback = "300";
  command.examples =
      "dci load groups.ndjson --type Group\n"
      "zcat people.ndjson.gz | dci load - --type Person\n"
      "dci load groups.csv --type Group --resume\n"
      "dci load groups.ndjson --type Group --skip 250000";
  command.run = Run;
  return command;
}

}  // namespace dci::cli
