#include "tools/dci/load.h"

#include <algorithm>
#include <fstream>
#include <istream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "tools/dci/admin.h"
#include "tools/dci/exit_code.h"
#include "tools/dci/json.h"

namespace dci::cli {
namespace {

constexpr absl::Duration kProgressInterval = absl::Seconds(1);
// What becomes of a record, as the answer counts it.
constexpr const char* kOutcomes[] = {"/created", "/replaced", "/unchanged",
                                     "/refused"};

int64_t NumberAt(absl::string_view json, absl::string_view pointer) {
  int64_t number = 0;
  return absl::SimpleAtoi(TextAt(json, pointer), &number) ? number : 0;
}

class Load {
 public:
  Load(const Args& args, const Io& io) : args_(args), io_(io) {}

  absl::Status Run() {
    ASSIGN_OR_RETURN(admin_, AdminClient::Create(args_, io_));
    std::ifstream file;
    std::istream* in = io_.in;
    if (const std::string name = args_.word(0); name != "-") {
      file.open(name, std::ios::binary);
      if (!file.is_open()) return Usage(absl::StrCat("cannot read ", name));
      in = &file;
    }
    id_ = io_.ids->NewId();
    begun_ = reported_ = io_.clock->Now();
    const absl::Status status = SendAll(*in);
    PrintSummary(status);
    if (!status.ok())
      *io_.err << "go on with --skip " << LineOf(Decided() + 1) - 1 << "\n";
    RETURN_IF_ERROR(status);
    const int64_t refused = NumberAt(answer_, "/refused");
    return refused == 0
               ? absl::OkStatus()
               : Refused(absl::StrCat(refused, " records are refused"));
  }

 private:
  // Reads line by line: a file may be larger than memory.
  absl::Status SendAll(std::istream& in) {
    const int64_t skip = args_.Number("skip");
    const size_t part_bytes = static_cast<size_t>(args_.Number("part_bytes"));
    std::string line, part;
    int64_t lines = 0;
    while (std::getline(in, line)) {
      if (++lines <= skip) continue;
      if (absl::StripAsciiWhitespace(line).empty()) {
        blanks_.push_back(records_);
        continue;
      }
      // One that is too long for any part goes alone: the server says so.
      if (!part.empty() && part.size() + line.size() > part_bytes)
        RETURN_IF_ERROR(Send(&part, false));
      absl::StrAppend(&part, line, "\n");
      ++records_;
    }
    if (in.bad()) return Usage("the file cannot be read to its end");
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
    bytes_ += part->size();
    part->clear();
    const absl::Time now = io_.clock->Now();
    if (now - reported_ >= kProgressInterval) {
      reported_ = now;
      Report();
    }
    return absl::OkStatus();
  }

  // Records of which the server has said what became of them; what it has
  // besides may be lost with it.
  int64_t Decided() const {
    int64_t decided = 0;
    for (const char* count : kOutcomes) decided += NumberAt(answer_, count);
    return decided;
  }

  // Line in the file of a record, counted from 1: the server sees neither what
  // was skipped nor blank lines.
  int64_t LineOf(int64_t record) const {
    const auto before =
        std::lower_bound(blanks_.begin(), blanks_.end(), record);
    return args_.Number("skip") + record + (before - blanks_.begin());
  }

  void Report() const {
    const double seconds =
        std::max(absl::ToDoubleSeconds(reported_ - begun_), 0.001);
    *io_.err << records_ << " records, " << (bytes_ >> 20) << " MiB, "
             << static_cast<int64_t>(static_cast<double>(records_) / seconds)
             << " a second, " << NumberAt(answer_, "/refused") << " refused\n";
    io_.err->flush();
  }

  void PrintSummary(const absl::Status& status) const {
    JsonObject summary;
    summary.Bool("complete", status.ok()).Number("records", records_);
    for (absl::string_view count : kOutcomes)
      summary.Number(count.substr(1), NumberAt(answer_, count));
    summary.Bool("bulk", TextAt(answer_, "/bulk") == "true")
        .Number("milliseconds",
                absl::ToInt64Milliseconds(io_.clock->Now() - begun_));
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
  std::string id_;  // of this load
  absl::Time begun_, reported_;
  int64_t records_ = 0;  // sent, or about to be
  size_t bytes_ = 0;
  // For each blank line, the records before it.
  std::vector<int64_t> blanks_;
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
      "Loads records, one JSON object a line, into a registry, and prints how "
      "it went.";
  command.details =
      "Known records are replaced, new ones created; those that are wrong are "
      "named with their line and left out. A load that breaks off says where "
      "it may go on; it may also be begun anew, as what is there already stays "
      "as it is.";
  command.words = "FILE|-";
  command.min_words = 1;
  command.max_words = 1;
  command.options = {
      {"type", "TYPE", "of records without @type: Group, Person"},
      {"service", "NAME",
       "registry, on a server of several: dci.social.v1.SocialRegistry"},
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
      "dci load groups.ndjson --type Group --skip 250000";
  command.run = Run;
  return command;
}

}  // namespace dci::cli
