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

// Refused records that are printed; more are only counted.
constexpr size_t kMaxProblems = 100;
constexpr absl::Duration kProgressInterval = absl::Seconds(1);
constexpr const char* kCounts[] = {"read", "created", "replaced", "unchanged",
                                   "refused"};

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
    begun_ = reported_ = io_.clock->Now();
    const absl::Status status = SendAll(*in);
    PrintSummary(status);
    if (!status.ok()) *io_.err << "go on with --skip " << done_lines_ << "\n";
    RETURN_IF_ERROR(status);
    return counts_[4] == 0
               ? absl::OkStatus()
               : Refused(absl::StrCat(counts_[4], " records are refused"));
  }

 private:
  // Reads line by line: a file may be larger than memory.
  absl::Status SendAll(std::istream& in) {
    const int64_t skip = args_.Number("skip");
    const size_t part_bytes = static_cast<size_t>(args_.Number("part_bytes"));
    std::string line, part;
    while (std::getline(in, line)) {
      ++lines_;
      if (lines_ <= skip) {
        done_lines_ = lines_;
        continue;
      }
      // Too long for a part of its own, the server will say so.
      if (!part.empty() && part.size() + line.size() > part_bytes)
        RETURN_IF_ERROR(Send(&part, lines_ - 1));
      absl::StrAppend(&part, line, "\n");
    }
    if (in.bad()) return Usage("the file cannot be read to its end");
    return part.empty() ? absl::OkStatus() : Send(&part, lines_);
  }

  // Sends the lines after done_lines_, up to `last`.
  absl::Status Send(std::string* part, int64_t last) {
    JsonObject request;
    request.TextIf("service", args_.Get("service"))
        .TextIf("default_type", args_.Get("type"));
    if (args_.Has("no_bulk")) request.Bool("no_bulk", true);
    request.Text("lines", absl::Base64Escape(*part));
    ASSIGN_OR_RETURN(
        const std::string answer,
        admin_->Call("dci.admin.v1.RegistryAdmin.Load", request.Build()));
    bytes_ += part->size();
    part->clear();
    Count(answer);
    done_lines_ = last;
    const absl::Time now = io_.clock->Now();
    if (now - reported_ >= kProgressInterval) {
      reported_ = now;
      Report();
    }
    return absl::OkStatus();
  }

  void Count(absl::string_view answer) {
    for (size_t i = 0; i < std::size(kCounts); ++i)
      counts_[i] += NumberAt(answer, absl::StrCat("/", kCounts[i]));
    bulk_ = bulk_ || TextAt(answer, "/bulk") == "true";
    const auto problems = At(answer, "/problems");
    for (absl::string_view problem : Elements(problems.value_or("[]"))) {
      if (problems_.size() == kMaxProblems) break;
      // Lines of the file, not of the part.
      problems_.push_back(
          JsonObject()
              .Number("line", done_lines_ + NumberAt(problem, "/line"))
              .Text("message", TextAt(problem, "/message"))
              .Build());
    }
  }

  void Report() const {
    const double seconds =
        std::max(absl::ToDoubleSeconds(reported_ - begun_), 0.001);
    *io_.err << done_lines_ << " lines, " << (bytes_ >> 20) << " MiB, "
             << static_cast<int64_t>(static_cast<double>(counts_[0]) / seconds)
             << " records a second, " << counts_[4] << " refused\n";
    io_.err->flush();
  }

  void PrintSummary(const absl::Status& status) const {
    JsonObject summary;
    summary.Bool("complete", status.ok()).Number("lines", done_lines_);
    for (size_t i = 0; i < std::size(kCounts); ++i)
      summary.Number(kCounts[i], counts_[i]);
    summary.Bool("bulk", bulk_)
        .Number("milliseconds",
                absl::ToInt64Milliseconds(io_.clock->Now() - begun_));
    if (!problems_.empty()) summary.Raw("problems", JsonArray(problems_));
    *io_.out << summary.Build() << "\n";
  }

  const Args& args_;
  const Io& io_;
  std::unique_ptr<AdminClient> admin_;
  absl::Time begun_, reported_;
  int64_t lines_ = 0;       // read
  int64_t done_lines_ = 0;  // durable
  size_t bytes_ = 0;
  int64_t counts_[std::size(kCounts)] = {};
  bool bulk_ = false;
  std::vector<std::string> problems_;
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
