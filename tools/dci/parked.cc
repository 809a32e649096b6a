#include "tools/dci/parked.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "tools/dci/admin.h"
#include "tools/dci/exit_code.h"
#include "tools/dci/json.h"

namespace dci::cli {
namespace {

constexpr char kService[] = "dci.admin.v1.OutgoingAdmin.";

absl::Status CallAndPrint(const Args& args, const Io& io,
                          const std::string& method,
                          const std::string& request) {
  ASSIGN_OR_RETURN(const auto admin, AdminClient::Create(args, io));
  ASSIGN_OR_RETURN(const std::string answer,
                   admin->Call(absl::StrCat(kService, method), request));
  *io.out << answer << "\n";
  return absl::OkStatus();
}

// All pages as one array.
absl::Status List(const Args& args, const Io& io) {
  ASSIGN_OR_RETURN(const auto admin, AdminClient::Create(args, io));
  std::vector<std::string> parked;
  std::string token;
  do {
    const std::string request =
        JsonObject()
            .TextIf("receiver_id", args.Get("receiver_id"))
            .TextIf("page_token", token)
            .Build();
    ASSIGN_OR_RETURN(
        const std::string page,
        admin->Call(absl::StrCat(kService, "ListParked"), request));
    const auto entries = At(page, "/parked");
    for (absl::string_view entry : Elements(entries.value_or("[]")))
      parked.emplace_back(entry);
    std::string next = TextAt(page, "/next_page_token");
    if (!next.empty() && next == token)
      return Untrusted("the server gives the same page again and again");
    token = std::move(next);
  } while (!token.empty());
  *io.out << JsonObject().Raw("parked", JsonArray(parked)).Build() << "\n";
  return absl::OkStatus();
}

absl::Status Replay(const Args& args, const Io& io) {
  if (args.Has("lane") == args.Has("receiver_id"))
    return Usage("say one of --lane and --receiver_id");
  return CallAndPrint(args, io, "ReplayParked",
                      JsonObject()
                          .TextIf("lane", args.Get("lane"))
                          .TextIf("receiver_id", args.Get("receiver_id"))
                          .Build());
}

absl::Status Discard(const Args& args, const Io& io) {
  return CallAndPrint(args, io, "DiscardParked",
                      JsonObject()
                          .Text("lane", args.Get("lane"))
                          .Text("message_id", args.Get("message_id"))
                          .Build());
}

absl::Status Count(const Args& args, const Io& io) {
  return CallAndPrint(args, io, "CountOutgoing", "{}");
}

Command Make(const std::string& name, const std::string& summary,
             std::vector<Option> options, const std::string& examples,
             absl::Status (*run)(const Args&, const Io&)) {
  Command command;
  command.name = absl::StrCat("parked ", name);
  command.summary = summary;
  command.options = std::move(options);
  for (Option& option : AdminOptions())
    command.options.push_back(std::move(option));
  command.examples = examples;
  command.run = run;
  return command;
}

}  // namespace

std::vector<Command> ParkedCommands() {
  return {
      Make("list",
           "Prints the lanes whose first message was given up, and why.",
           {{"receiver_id", "TEXT", "of this participant alone"}},
           "dci parked list\ndci parked list --receiver_id my-system", List),
      Make("replay", "Sends parked messages again, each lane in its order.",
           {{"lane", "TEXT", "one lane, as list names it"},
            {"receiver_id", "TEXT", "all lanes of a participant"}},
           "dci parked replay --receiver_id my-system", Replay),
      Make("discard", "Throws the first message of a lane away for good.",
           {{"lane", "TEXT", "as list names it", kRequired},
            {"message_id", "TEXT", "of the message that is meant", kRequired}},
           "dci parked discard --lane LANE --message_id ID", Discard),
      Make("count", "Counts the messages that wait to leave, by receiver.", {},
           "dci parked count", Count),
  };
}

}  // namespace dci::cli
