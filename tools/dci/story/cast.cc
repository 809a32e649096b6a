#include "tools/dci/story/cast.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/schema/service.h"
#include "tools/dci/json.h"
#include "tools/dci/keys.h"
#include "tools/dci/story/names.h"
#include "tools/dci/story/story.h"

namespace dci::cli::story {
namespace {

std::string Form(absl::string_view name) {
  return JsonObject()
      .Text("form", absl::StrCat("SIGNATURE_FORM_", name))
      .Build();
}

// Every scope of the standards; none of the operator's.
std::vector<std::string> AllScopes(const schema::Model& model) {
  std::set<std::string> scopes;
  for (const schema::Service* service : model.services())
    for (const schema::Method& method : service->methods)
      if (!service->admin && !method.scope.empty()) scopes.insert(method.scope);
  return {scopes.begin(), scopes.end()};
}

}  // namespace

std::vector<Option> CastOptions() {
  return {
      {"sender_id", "TEXT",
       "who sends, where the other side knows you already: with --key"},
      {"address", "IP", "where callbacks are listened for", kOptional,
       "127.0.0.1"},
      {"listen", "N", "port of the same; 0: any free one", kOptional, "0"},
      {"callback", "URL",
       "how the other side reaches it; default: address and port"},
  };
}

absl::StatusOr<const Participant*> Cast::Get(const std::string& who) {
  auto it = participants_.find(who);
  if (it == participants_.end()) {
    ASSIGN_OR_RETURN(Participant made, Make(who));
    it = participants_.emplace(who, std::move(made)).first;
  }
  return &it->second;
}

absl::StatusOr<Participant> Cast::Make(const std::string& who) {
  const bool main = who == kMainParticipant;
  absl::StatusOr<trust::Key> key =
      main && args_.Has("key")
          ? ReadKey(args_.Get("key"), args_.Get("kid"), io_)
          : trust::Key::Generate("EdDSA");
  RETURN_IF_ERROR(key.status());
  Participant participant{
      who, "", who, "", key->WithUse("sig"), main && args_.Has("sender_id")};
  if (participant.known_already) {
    participant.sender_id = args_.Get("sender_id");
  } else {
    // Another one each time, so that a story may be told twice at once.
    ASSIGN_OR_RETURN(
        participant.sender_id,
        Names(io_.clock, io_.ids).FillText(absl::StrCat("${new:", who, "}")));
    participant.box = participant.sender_id;
  }
  participant.callback =
      args_.Has("callback")
          ? absl::StrCat(args_.Get("callback"), "/", participant.box)
          : mailbox_.BaseOf(participant.box);
  return participant;
}

absl::Status Cast::Introduce(const Participant& participant,
                             const Place& place) {
  if (participant.known_already) return absl::OkStatus();
  const bool is_new =
      introduced_
          .emplace(std::make_pair(participant.sender_id, place.name), place)
          .second;
  if (!is_new) return absl::OkStatus();
  return operator_->PutParticipant(place, Configuration(participant));
}

std::string Cast::Configuration(const Participant& participant) const {
  return JsonObject()
      .Text("sender_id", participant.sender_id)
      .Text("display_name", absl::StrCat("of a story: ", participant.who))
      .Text("signature", "POLICY_REQUIRED")
      .Text("authorization", "POLICY_OPTIONAL")
      .Raw("verify", JsonArray({Form("DCI_STRING"), Form("JWS_COMPACT"),
                                Form("JWS_DETACHED"), Form("JWS_HTTP_HEADER")}))
      .Raw("sign", Form("DCI_STRING"))
      .Raw("keys",
           JsonArray(
               {JsonObject().Text("jwk", participant.key.PublicJwk()).Build()}))
      .Texts("callback_bases", {participant.callback})
      .Bool("append_callback_path", true)
      .Bool("allow_private_addresses", true)
      .Texts("scopes", AllScopes(model_))
      .Build();
}

absl::Status Cast::Leave() {
  absl::Status first;
  for (const auto& [key, place] : introduced_)
    first.Update(operator_->RemoveParticipant(place, key.first));
  introduced_.clear();
  return first;
}

}  // namespace dci::cli::story
