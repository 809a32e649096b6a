#include "tools/dci/disclosures.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/base/status_macros.h"
#include "services/trust/hash_chain.h"
#include "tools/dci/admin.h"
#include "tools/dci/exit_code.h"
#include "tools/dci/files.h"
#include "tools/dci/json.h"

namespace dci::cli {
namespace {

constexpr char kService[] = "dci.admin.v1.DisclosureAdmin.";

// The person that the options name, as JSON.
absl::StatusOr<std::string> PersonOf(const Args& args) {
  if (args.Has("identifier") == args.Has("record"))
    return Usage("say one of --identifier and --record");
  const std::string named =
      args.Has("identifier") ? args.Get("identifier") : args.Get("record");
  const size_t colon = named.find(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == named.size())
    return Usage("a kind and a value belong together: UIN:847951632");
  const std::string kind = named.substr(0, colon);
  const std::string value = named.substr(colon + 1);
  if (args.Has("identifier"))
    return JsonObject()
        .Text("identifier_type", kind)
        .Text("identifier_value", value)
        .Build();
  return JsonObject()
      .Text("record_type", kind)
      .Texts("key", absl::StrSplit(value, ','))
      .Build();
}

// Calls with a page token until there are no more pages; `take` sees each.
template <typename Take>
absl::Status EachPage(const AdminClient& admin, const std::string& method,
                      const JsonObject& request, const std::string& token_key,
                      const std::string& next_pointer, Take take) {
  std::string token;
  while (true) {
    ASSIGN_OR_RETURN(
        const std::string page,
        admin.Call(absl::StrCat(kService, method),
                   JsonObject(request).TextIf(token_key, token).Build()));
    RETURN_IF_ERROR(take(page));
    std::string next = TextAt(page, next_pointer);
    if (next.empty()) return absl::OkStatus();
    if (next == token)
      return Untrusted("the server gives the same page again and again");
    token = std::move(next);
  }
}

absl::Status List(const Args& args, const Io& io) {
  ASSIGN_OR_RETURN(const std::string person, PersonOf(args));
  ASSIGN_OR_RETURN(const auto admin, AdminClient::Create(args, io));
  std::vector<std::string> all;
  RETURN_IF_ERROR(
      EachPage(*admin, "ListDisclosures", JsonObject().Raw("person", person),
               "page_token", "/next_page_token", [&](const std::string& page) {
                 const auto some = At(page, "/disclosures");
                 for (absl::string_view one : Elements(some.value_or("[]")))
                   all.emplace_back(one);
                 return absl::OkStatus();
               }));
  *io.out << JsonObject().Raw("disclosures", JsonArray(all)).Build() << "\n";
  return absl::OkStatus();
}

absl::Status Export(const Args& args, const Io& io) {
  ASSIGN_OR_RETURN(const auto admin, AdminClient::Create(args, io));
  int64_t links = 0;
  RETURN_IF_ERROR(
      EachPage(*admin, "ExportDisclosures", JsonObject(), "position", "/next",
               [&](const std::string& page) -> absl::Status {
                 const auto some = At(page, "/links");
                 for (absl::string_view link : Elements(some.value_or("[]"))) {
                   *io.out << OneLine(link) << "\n";
                   ++links;
                 }
                 return io.out->good() ? absl::OkStatus()
                                       : Usage("the output cannot be written");
               }));
  *io.err << links << " links\n";
  return absl::OkStatus();
}

// "12:9f86d0…", as verify prints it.
absl::StatusOr<std::optional<trust::ChainHead>> NotedOf(const Args& args) {
  if (!args.Has("noted")) return std::nullopt;
  const std::vector<std::string> parts = absl::StrSplit(args.Get("noted"), ':');
  trust::ChainHead head;
  if (parts.size() != 2 || !absl::SimpleAtoi(parts[0], &head.number) ||
      head.number == 0 || parts[1].size() != 64)
    return Usage("--noted is a number and a hash, as verify prints them");
  head.hash = absl::HexStringToBytes(parts[1]);
  return head;
}

absl::Status Judge(const Io& io, int64_t links, int64_t rows,
                   const std::string& head,
                   const std::vector<std::string>& faults) {
  *io.out << links << " links, " << rows << " rows\n";
  if (!head.empty()) *io.out << "head " << head << "\n";
  for (const std::string& fault : faults) *io.out << fault << "\n";
  if (faults.empty()) return absl::OkStatus();
  return Refused("the log is not as it was written");
}

absl::StatusOr<std::string> BytesAt(absl::string_view json,
                                    absl::string_view pointer) {
  std::string bytes;
  if (!absl::Base64Unescape(TextAt(json, pointer), &bytes))
    return Untrusted(absl::StrCat(pointer, " is no base64"));
  return bytes;
}

absl::Status TakeLine(absl::string_view line, trust::ChainVerifier* verifier) {
  RETURN_IF_ERROR(As(ExitCode::kUntrusted, CheckJson(line)));
  ASSIGN_OR_RETURN(const std::string link, BytesAt(line, "/value"));
  std::vector<std::pair<std::string, std::string>> kept;
  const auto rows = At(line, "/rows");
  for (absl::string_view row : Elements(rows.value_or("[]"))) {
    ASSIGN_OR_RETURN(std::string key, BytesAt(row, "/key"));
    ASSIGN_OR_RETURN(std::string value, BytesAt(row, "/value"));
    kept.emplace_back(std::move(key), std::move(value));
  }
  std::vector<trust::ChainRow> views;
  for (const auto& [key, value] : kept) views.push_back({key, value});
  verifier->Take(link, views);
  return absl::OkStatus();
}

absl::Status VerifyFile(const Args& args, const Io& io,
                        std::optional<trust::ChainHead> noted) {
  ASSIGN_OR_RETURN(const std::string text, ReadInput(args.word(0), io));
  trust::ChainVerifier verifier({}, std::move(noted));
  for (absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty()))
    RETURN_IF_ERROR(TakeLine(line, &verifier));
  verifier.Finish(0);
  std::vector<std::string> faults;
  for (const auto& fault : verifier.faults())
    faults.push_back(absl::StrCat("link ", fault.link, ": ", fault.message));
  const trust::ChainHead& head = verifier.head();
  return Judge(
      io, static_cast<int64_t>(verifier.links()),
      static_cast<int64_t>(verifier.rows()),
      head.number == 0
          ? ""
          : absl::StrCat(head.number, ":", absl::BytesToHexString(head.hash)),
      faults);
}

int64_t NumberAt(absl::string_view json, absl::string_view pointer) {
  int64_t number = 0;
  return absl::SimpleAtoi(TextAt(json, pointer), &number) ? number : 0;
}

absl::Status VerifyServer(const Args& args, const Io& io,
                          const std::optional<trust::ChainHead>& noted) {
  ASSIGN_OR_RETURN(const auto admin, AdminClient::Create(args, io));
  int64_t links = 0, rows = 0;
  std::string position, after, head;
  std::vector<std::string> faults;
  do {
    JsonObject request;
    if (noted.has_value())
      request.Raw("noted",
                  JsonObject()
                      .Number("number", static_cast<int64_t>(noted->number))
                      .Text("hash", absl::BytesToHexString(noted->hash))
                      .Build());
    request.TextIf("position", position);
    if (!after.empty()) request.Raw("after", after);
    ASSIGN_OR_RETURN(const std::string page,
                     admin->Call(absl::StrCat(kService, "VerifyDisclosures"),
                                 request.Build()));
    links += NumberAt(page, "/links");
    rows += NumberAt(page, "/rows");
    const auto some = At(page, "/faults");
    for (absl::string_view fault : Elements(some.value_or("[]")))
      faults.push_back(absl::StrCat("link ", NumberAt(fault, "/link"), ": ",
                                    TextAt(fault, "/message")));
    after = std::string(At(page, "/head").value_or(""));
    if (NumberAt(page, "/head/number") > 0)
      head = absl::StrCat(NumberAt(page, "/head/number"), ":",
                          TextAt(page, "/head/hash"));
    std::string next = TextAt(page, "/next");
    if (!next.empty() && next == position)
      return Untrusted("the server gives the same page again and again");
    position = std::move(next);
  } while (!position.empty());
  return Judge(io, links, rows, head, faults);
}

absl::Status Verify(const Args& args, const Io& io) {
  ASSIGN_OR_RETURN(auto noted, NotedOf(args));
  if (!args.words().empty()) return VerifyFile(args, io, std::move(noted));
  return VerifyServer(args, io, noted);
}

absl::Status Forget(const Args& args, const Io& io) {
  ASSIGN_OR_RETURN(const std::string person, PersonOf(args));
  ASSIGN_OR_RETURN(const auto admin, AdminClient::Create(args, io));
  ASSIGN_OR_RETURN(const std::string answer,
                   admin->Call(absl::StrCat(kService, "ForgetPerson"),
                               JsonObject().Raw("person", person).Build()));
  *io.out << answer << "\n";
  return absl::OkStatus();
}

Command Make(const std::string& name, const std::string& summary,
             std::vector<Option> options, const std::string& examples,
             absl::Status (*run)(const Args&, const Io&)) {
  Command command;
  command.name = absl::StrCat("disclosures ", name);
  command.summary = summary;
  command.options = std::move(options);
  for (Option& option : AdminOptions())
    command.options.push_back(std::move(option));
  command.examples = examples;
  command.run = run;
  return command;
}

std::vector<Option> PersonOptions() {
  return {{"identifier", "KIND:VALUE", "the person: UIN:847951632"},
          {"record", "TYPE:KEY",
           "a record by its key, parts with commas: Person:UIN,847951632"}};
}

}  // namespace

std::vector<Command> DisclosuresCommands() {
  Command verify =
      Make("verify",
           "Computes the log's chain anew, of a server or of an exported file.",
           {{"noted", "NUMBER:HASH",
             "a head that was noted earlier: finds an end that was cut off"}},
           "dci disclosures verify\n"
           "dci disclosures verify disclosures.ndjson --noted 12:9f86d0…",
           Verify);
  verify.words = "[FILE|-]";
  verify.max_words = 1;
  verify.details =
      "Finds rows and links that were removed, changed, moved or put in.\n"
      "Note the head where the server's operators cannot reach it.";
  return {
      Make("list", "Prints who read what is known of a person, latest first.",
           PersonOptions(), "dci disclosures list --identifier UIN:847951632",
           List),
      Make("export",
           "Prints the log as it is kept, one link a line, for verify.", {},
           "dci disclosures export > disclosures.ndjson", Export),
      std::move(verify),
      Make("forget",
           "Destroys what connects a person to rows of the log, for good.",
           PersonOptions(), "dci disclosures forget --identifier UIN:847951632",
           Forget),
  };
}

}  // namespace dci::cli
