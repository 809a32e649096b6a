#include "tools/dci/participant.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "tools/dci/admin.h"
#include "tools/dci/exit_code.h"
#include "tools/dci/json.h"
#include "tools/dci/participant_json.h"

namespace dci::cli {
namespace {

constexpr char kService[] = "dci.admin.v1.ParticipantAdmin.";

// Calls a method and prints its answer.
absl::Status CallAndPrint(const Args& args, const Io& io,
                          const std::string& method,
                          const std::string& request) {
  ASSIGN_OR_RETURN(const auto admin, AdminClient::Create(args, io));
  ASSIGN_OR_RETURN(const std::string answer,
                   admin->Call(absl::StrCat(kService, method), request));
  *io.out << answer << "\n";
  return absl::OkStatus();
}

absl::Status Add(const Args& args, const Io& io) {
  ASSIGN_OR_RETURN(const std::string participant, ParticipantJson(args, io));
  if (args.Has("dry_run")) {
    *io.out << participant << "\n";
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const auto admin, AdminClient::Create(args, io));
  RETURN_IF_ERROR(
      admin
          ->Call(absl::StrCat(kService, "PutParticipant"),
                 JsonObject().Raw("participant", participant).Build())
          .status());
  // The server answers nothing: what it holds now is more use.
  *io.out << participant << "\n";
  return absl::OkStatus();
}

absl::Status List(const Args& args, const Io& io) {
  return CallAndPrint(args, io, "ListParticipants", "{}");
}

absl::Status Remove(const Args& args, const Io& io) {
  return CallAndPrint(
      args, io, "RemoveParticipant",
      JsonObject().Text("sender_id", args.Get("sender_id")).Build());
}

Command AddCommand() {
  Command command;
  command.name = "participant add";
  command.summary =
      "Makes a participant known to a running server, or replaces it.";
  command.details =
      "It holds from the next message on, and after a restart. A callback base "
      "on this machine permits callbacks to loopback addresses. Only public "
      "keys and the hash of the secret are sent.";
  command.options = ParticipantOptions();
  command.options.push_back({"dry_run", "", "print the participant, and stop"});
  for (Option& option : AdminOptions())
    command.options.push_back(std::move(option));
  command.examples =
      "dci participant add --sender_id my-system --key my.jwk --callback "
      "http://127.0.0.1:8080 --authorization optional --scope registry.search\n"
      "dci participant add --sender_id kit --signature off --authorization off "
      "--dialect dci-2025-01 --sign_form none --scope registry.search";
  command.run = Add;
  return command;
}

Command ListCommand() {
  Command command;
  command.name = "participant list";
  command.summary = "Prints the participants that a server knows.";
  command.options = AdminOptions();
  command.examples = "dci participant list";
  command.run = List;
  return command;
}

Command RemoveCommand() {
  Command command;
  command.name = "participant remove";
  command.summary = "Removes a participant that was added.";
  command.options = AdminOptions();
  command.options.insert(command.options.begin(),
                         {"sender_id", "TEXT", "which", kRequired});
  command.examples = "dci participant remove --sender_id my-system";
  command.run = Remove;
  return command;
}

}  // namespace

std::vector<Command> ParticipantCommands() {
  return {AddCommand(), ListCommand(), RemoveCommand()};
}

}  // namespace dci::cli
