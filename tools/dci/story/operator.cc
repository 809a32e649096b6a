#include "tools/dci/story/operator.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/schema/service.h"
#include "tools/dci/exit_code.h"
#include "tools/dci/files.h"
#include "tools/dci/json.h"

namespace dci::cli::story {

absl::Status Operator::PutParticipant(const Place& place,
                                      const std::string& participant) {
  if (place.admin.empty())
    return Ask(place,
               absl::StrCat("makes this participant known:\n   ", participant));
  return Call(place, "dci.admin.v1.ParticipantAdmin.PutParticipant",
              JsonObject().Raw("participant", participant).Build())
      .status();
}

absl::Status Operator::RemoveParticipant(const Place& place,
                                         const std::string& sender_id) {
  // A person who made it known knows what to do with it.
  if (place.admin.empty()) return absl::OkStatus();
  return Call(place, "dci.admin.v1.ParticipantAdmin.RemoveParticipant",
              JsonObject().Text("sender_id", sender_id).Build())
      .status();
}

absl::Status Operator::Do(const Place& place, const std::string& path,
                          const Value& request) const {
  return Ask(place, absl::StrCat("does what is here ", path, ":\n   ",
                                 ToJson(request)));
}

absl::Status Operator::Record(const Place& place, const std::string& type,
                              const Value& records) {
  std::string lines;
  for (const Value& record :
       records.is_array() ? records.elements : std::vector<Value>{records})
    absl::StrAppend(&lines, ToJson(record), "\n");
  if (place.admin.empty())
    return Ask(place, absl::StrCat("records as ", type, ":\n", lines));
  JsonObject request;
  request.Text("load", io_.ids->NewId())
      .TextIf("service", ServiceOf(place))
      .Text("default_type", type)
      .Text("lines", absl::Base64Escape(lines))
      .Bool("end", true)
      // A change is to be noticed by those who subscribed to it.
      .Bool("no_bulk", true);
  ASSIGN_OR_RETURN(
      const std::string answer,
      Call(place, "dci.admin.v1.RegistryAdmin.Load", request.Build()));
  if (const auto problems = At(answer, "/problems"))
    for (absl::string_view problem : Elements(*problems))
      return Refused(
          absl::StrCat("record ", TextAt(problem, "/line"),
                       " is refused: ", TextAt(problem, "/message")));
  return absl::OkStatus();
}

absl::Status Operator::Remove(const Place& place, const std::string& type,
                              const Value& key) {
  std::vector<std::string> texts;
  for (const Value& text : key.elements) texts.push_back(text.text);
  if (texts.empty())
    return Usage("what is removed is named by an array: [\"UIN\", \"123\"]");
  if (place.admin.empty())
    return Ask(place, absl::StrCat("removes the ", type, " ", ToJson(key)));
  return Call(place, "dci.admin.v1.RegistryAdmin.Delete",
              JsonObject()
                  .TextIf("service", ServiceOf(place))
                  .Text("type", type)
                  .Texts("key", texts)
                  .Build())
      .status();
}

absl::StatusOr<std::string> Operator::Call(const Place& place,
                                           absl::string_view method,
                                           const std::string& request) {
  std::unique_ptr<AdminClient>& client = clients_[place.admin];
  if (client == nullptr) {
    ASSIGN_OR_RETURN(client, AdminClient::Create(place.admin, SandboxToken(io_),
                                                 args_, io_));
  }
  return client->Call(method, request);
}

absl::Status Operator::Ask(const Place& place, absl::string_view what) const {
  *io_.out << "   At " << place.name << " the operator now " << what << "\n";
  if (args_.Has("no_wait")) return absl::OkStatus();
  *io_.out << "   Press Enter when it is done.\n";
  io_.out->flush();
  std::string line;
  return std::getline(*io_.in, line)
             ? absl::OkStatus()
             : Usage("nobody is there to say that it is done; see --no_wait");
}

std::string Operator::ServiceOf(const Place& place) const {
  if (!place.service.empty()) return place.service;
  for (const schema::Service* service : model_.services())
    if (!service->records.empty() &&
        std::find(service->prefixes.begin(), service->prefixes.end(),
                  place.name) != service->prefixes.end())
      return service->full_name;
  return "";
}

}  // namespace dci::cli::story
