#include "tools/dci/export.h"

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "tools/dci/admin.h"
#include "tools/dci/exit_code.h"
#include "tools/dci/json.h"

namespace dci::cli {
namespace {

absl::Status Run(const Args& args, const Io& io) {
  ASSIGN_OR_RETURN(const auto admin, AdminClient::Create(args, io));
  std::string position = args.Get("position");
  int64_t records = 0;
  while (true) {
    const std::string request = JsonObject()
                                    .TextIf("service", args.Get("service"))
                                    .Text("type", args.Get("type"))
                                    .TextIf("dialect", args.Get("dialect"))
                                    .TextIf("position", position)
                                    .Build();
    const absl::StatusOr<std::string> page =
        admin->Call("dci.admin.v1.RegistryAdmin.Export", request);
    if (!page.ok()) {
      if (records > 0) *io.err << "go on with --position " << position << "\n";
      return page.status();
    }
    std::string lines;
    if (!absl::Base64Unescape(TextAt(*page, "/lines"), &lines))
      return Untrusted("the page's lines are no base64");
    *io.out << lines;
    if (!io.out->good()) return Usage("the output cannot be written");
    int64_t in_page = 0;
    if (absl::SimpleAtoi(TextAt(*page, "/records"), &in_page))
      records += in_page;
    std::string next = TextAt(*page, "/next");
    if (next.empty()) break;
    if (next == position)
      return Untrusted("the server gives the same page again and again");
    position = std::move(next);
  }
  *io.err << records << " records\n";
  return absl::OkStatus();
}

}  // namespace

Command ExportCommand() {
  Command command;
  command.name = "export";
  command.summary =
      "Prints all records of a type, one JSON object a line, as a dialect "
      "writes them.";
  command.options = {
      {"type", "TYPE", "Group, Person, Member", kRequired},
      {"dialect", "g2p-connect-2023|dci-2025-01|dci-2025-12-openspp",
       "default: dci-2025-12-openspp"},
      {"service", "NAME",
       "registry, on a server of several: dci.social.v1.SocialRegistry"},
      {"position", "TEXT", "where an export that broke off goes on"},
  };
  for (Option& option : AdminOptions())
    command.options.push_back(std::move(option));
  command.examples =
      "dci export --type Group > groups.ndjson\n"
      "dci export --type Person --dialect dci-2025-01 | head -1";
  command.run = Run;
  return command;
}

}  // namespace dci::cli
