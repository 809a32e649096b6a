#include "tools/dci/story/command.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/base/status_macros.h"
#include "tools/dci/exit_code.h"
#include "tools/dci/files.h"
#include "tools/dci/http.h"
#include "tools/dci/schema.h"
#include "tools/dci/signing.h"
#include "tools/dci/story/cast.h"
#include "tools/dci/story/mailbox.h"
#include "tools/dci/story/operator.h"
#include "tools/dci/story/places.h"
#include "tools/dci/story/post.h"
#include "tools/dci/story/runner.h"
#include "tools/dci/story/story.h"
#include "tools/dci/story/transcript.h"
#include "tools/dci/token.h"

namespace dci::cli {
namespace {

namespace fs = std::filesystem;
using story::Story;

constexpr char kSuffix[] = ".md";

std::string FolderOf(const Args& args, const Io& io) {
  if (args.Has("folder")) return args.Get("folder");
  const std::string folder = io.env("DCI_STORIES");
  return folder.empty() ? "docs/stories" : folder;
}

// The pages of the folder, in the order of their names.
absl::StatusOr<std::vector<std::string>> FilesIn(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.path().extension() == kSuffix &&
        entry.path().filename() != "README.md")
      files.push_back(entry.path().string());
  if (error || files.empty())
    return Usage(absl::StrCat("no stories in ", folder,
                              "; say with --folder where they are"));
  std::sort(files.begin(), files.end());
  return files;
}

absl::StatusOr<Story> ReadFile(const std::string& file, const Io& io) {
  ASSIGN_OR_RETURN(const std::string text, ReadInput(file, io));
  absl::StatusOr<Story> story = story::ReadStory(file, text);
  return story.ok() ? story : As(ExitCode::kUsage, story.status());
}

// A name is a file's, or that of a page of the folder.
std::string FileOf(const std::string& folder, const std::string& word) {
  const bool is_file =
      absl::EndsWith(word, kSuffix) || absl::StrContains(word, '/');
  return is_file ? word : absl::StrCat(folder, "/", word, kSuffix);
}

absl::Status List(const std::string& folder, const Io& io) {
  ASSIGN_OR_RETURN(const std::vector<std::string> files, FilesIn(folder));
  for (const std::string& file : files) {
    ASSIGN_OR_RETURN(const Story story, ReadFile(file, io));
    std::string name = fs::path(file).stem().string();
    name.resize(std::max<size_t>(name.size() + 2, 30), ' ');
    *io.out << name << story.title;
    if (!story.processes.empty())
      *io.out << " (" << absl::StrJoin(story.processes, ", ") << ")";
    *io.out << "\n";
  }
  return absl::OkStatus();
}

// What all stories of one call share, and what each has of its own.
class Theatre {
 public:
  Theatre(const Args& args, const Io& io) : args_(args), io_(io) {}

  absl::Status Open() {
    ASSIGN_OR_RETURN(model_, CompiledModel());
    ASSIGN_OR_RETURN(http_, Http::Create(args_, io_));
    absl::StatusOr<story::Places> places = story::Places::Find(args_, io_);
    RETURN_IF_ERROR(places.status());
    places_ = *std::move(places);
    if (args_.Number("listen") > 65535)
      return Usage("--listen is at most 65535");
    ASSIGN_OR_RETURN(
        mailbox_,
        story::Mailbox::Open(args_.Get("address"),
                             static_cast<int>(args_.Number("listen")), io_));
    return absl::OkStatus();
  }

  absl::Status Tell(const Story& story) {
    story::Transcript transcript(io_.out, args_.Has("quiet"));
    story::Operator the_operator(args_, io_, *model_);
    story::Cast cast(args_, io_, *model_, *mailbox_, &the_operator);
    story::Post post(args_, io_, *model_, *http_, &transcript);
    story::Stage stage;
    stage.io = &io_;
    stage.places = &places_;
    stage.post = &post;
    stage.the_operator = &the_operator;
    stage.cast = &cast;
    stage.mailbox = mailbox_.get();
    stage.transcript = &transcript;
    stage.patience = absl::Seconds(args_.Number("wait"));
    return story::Runner(story, stage).Run();
  }

 private:
  const Args& args_;
  const Io& io_;
  std::unique_ptr<const schema::Model> model_;
  std::unique_ptr<Http> http_;
  story::Places places_;
  std::unique_ptr<story::Mailbox> mailbox_;
};

// All are read before the first is told, and all are told, whatever becomes
// of one.
absl::Status TellAll(const std::vector<std::string>& files, const Args& args,
                     const Io& io) {
  std::vector<Story> stories;
  for (const std::string& file : files) {
    ASSIGN_OR_RETURN(Story story, ReadFile(file, io));
    stories.push_back(std::move(story));
  }
  if (args.Has("dry_run")) return absl::OkStatus();
  Theatre theatre(args, io);
  RETURN_IF_ERROR(theatre.Open());
  absl::Status last;
  size_t failed = 0;
  for (const Story& story : stories) {
    const absl::Status status = theatre.Tell(story);
    if (status.ok()) continue;
    ++failed;
    last = status;
    if (stories.size() == 1) break;
    *io.out << "FAILED: " << story.title << "\n" << status.message() << "\n";
  }
  if (failed == 0 || stories.size() == 1) return last;
  return As(ExitCodeOf(last),
            absl::UnknownError(absl::StrCat(failed, " of ", stories.size(),
                                            " stories failed")));
}

absl::Status Run(const Args& args, const Io& io) {
  const std::string folder = FolderOf(args, io);
  std::vector<std::string> files;
  if (args.Has("all")) {
    ASSIGN_OR_RETURN(files, FilesIn(folder));
  }
  for (const std::string& word : args.words())
    files.push_back(FileOf(folder, word));
  return files.empty() ? List(folder, io) : TellAll(files, args, io);
}

std::vector<Option> StoryOptions() {
  std::vector<Option> options = {
      {"all", "", "every story of the folder"},
      {"quiet", "", "only how it ended"},
      {"dry_run", "", "read the pages, say what is wrong with them, and stop"},
      {"folder", "FOLDER",
       "of the stories; default: $DCI_STORIES, or docs/stories"},
      {"wait", "N", "seconds that a message may take to arrive", kOptional,
       "30"},
  };
  for (auto more : {story::PlaceOptions(), story::CastOptions(),
                    SigningOptions(), TokenOptions(), HttpOptions()})
    options.insert(options.end(), more.begin(), more.end());
  return options;
}

}  // namespace

Command StoryCommand() {
  Command command;
  command.name = "story";
  command.summary =
      "Tells a use case as an SP-System would: sends its messages, prints what "
      "goes over the wire, and checks what comes.";
  command.details =
      "Without a name it lists the stories. A story is a page of Markdown; "
      "docs/stories.md says how to write one. It is told against the sandbox "
      "of this user, or, with --at and --against, against any system of the "
      "standards.";
  command.words = "[NAME|FILE…]";
  command.max_words = 100;
  command.options = StoryOptions();
  command.examples =
      "dci story\n"
      "dci story first-contact\n"
      "dci story --all --quiet\n"
      "dci story my-story.md --at crvs=https://crvs.example/api\n"
      "dci story verify-a-person --against https://sandbox.example/v1 "
      "--sender_id me --key me.jwk --callback https://me.example:8443 "
      "--listen 8080 --address 0.0.0.0 --no_wait";
  command.run = Run;
  return command;
}

}  // namespace dci::cli
