#include "services/exchange/participant_store.h"

#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/exchange/layout.h"
#include "services/exchange/stored_rows.h"

namespace dci::exchange {

using trust::Participant;

absl::StatusOr<std::unique_ptr<ParticipantStore>> ParticipantStore::Open(
    storage::Store* store,
    const std::vector<dci::config::v1::Participant>& configured) {
  ASSIGN_OR_RETURN(const Spaces spaces, Spaces::Find(*store));
  std::unique_ptr<ParticipantStore> result(
      new ParticipantStore(store, spaces.participants));
  for (const dci::config::v1::Participant& config : configured) {
    ASSIGN_OR_RETURN(auto participant, Participant::Create(config));
    const std::string id = participant->sender_id();
    if (!result->configured_
             .try_emplace(id, ListedParticipant{std::move(participant), false})
             .second) {
      return absl::InvalidArgumentError(
          absl::StrCat("participant ", id, " is configured twice"));
    }
  }
  RETURN_IF_ERROR(result->Load());
  return result;
}

absl::Status ParticipantStore::Load() {
  Map map = configured_;
  const auto snapshot = store_->GetSnapshot();
  auto cursor = snapshot->Scan({space_, "", ""});
  for (; cursor->Valid(); cursor->Next()) {
    ASSIGN_OR_RETURN(auto config,
                     ParseRow<dci::config::v1::Participant>(cursor->value()));
    ASSIGN_OR_RETURN(auto participant, Participant::Create(std::move(config)));
    map[participant->sender_id()] = {participant, true};
  }
  RETURN_IF_ERROR(cursor->status());
  if (absl::Status clients = CheckClients(map); !clients.ok()) {
    return absl::InvalidArgumentError(clients.message());
  }
  Publish(std::move(map));
  return absl::OkStatus();
}

absl::Status ParticipantStore::CheckClients(const Map& map) const {
  absl::flat_hash_map<std::string, std::string> owners;
  for (const auto& [id, listed] : map) {
    for (const auto& client : listed.participant->config().clients()) {
      const auto [it, is_new] = owners.try_emplace(client.client_id(), id);
      if (!is_new) {
        return absl::AlreadyExistsError(absl::StrCat(
            "client ", client.client_id(), " belongs to ", it->second));
      }
    }
  }
  return absl::OkStatus();
}

std::shared_ptr<const ParticipantStore::Map> ParticipantStore::Current() const {
  std::lock_guard<std::mutex> lock(current_mutex_);
  return current_;
}

void ParticipantStore::Publish(Map map) {
  auto next = std::make_shared<const Map>(std::move(map));
  std::lock_guard<std::mutex> lock(current_mutex_);
  current_.swap(next);
}

std::shared_ptr<const Participant> ParticipantStore::Find(
    absl::string_view sender_id) const {
  const auto map = Current();
  auto it = map->find(sender_id);
  if (it == map->end()) it = map->find(trust::kAnySender);
  return it == map->end() ? nullptr : it->second.participant;
}

std::shared_ptr<const Participant> ParticipantStore::FindClient(
    absl::string_view client_id) const {
  const auto map = Current();
  for (const auto& [id, listed] : *map) {
    for (const auto& client : listed.participant->config().clients()) {
      if (client.client_id() == client_id) return listed.participant;
    }
  }
  return nullptr;
}

absl::Status ParticipantStore::Put(
    const dci::config::v1::Participant& participant) {
  ASSIGN_OR_RETURN(auto parsed, Participant::Create(participant));
  const std::string& id = participant.sender_id();
  std::lock_guard<std::mutex> change(change_mutex_);
  Map map = *Current();
  map[id] = {parsed, true};
  RETURN_IF_ERROR(CheckClients(map));
  RETURN_IF_ERROR(
      storage::CommitAndWait(*store_, {}, [&](storage::CommitView& view) {
        view.Put(space_, id, participant.SerializeAsString());
        return absl::OkStatus();
      }));
  Publish(std::move(map));
  return absl::OkStatus();
}

absl::Status ParticipantStore::Remove(absl::string_view sender_id) {
  const std::string id(sender_id);
  std::lock_guard<std::mutex> change(change_mutex_);
  Map map = *Current();
  const auto it = map.find(id);
  if (it == map.end() || !it->second.stored) {
    return absl::NotFoundError(
        absl::StrCat("no participant ", id, " was added"));
  }
  map.erase(it);
  const auto configured = configured_.find(id);
  if (configured != configured_.end()) map.insert(*configured);
  RETURN_IF_ERROR(CheckClients(map));
  RETURN_IF_ERROR(
      storage::CommitAndWait(*store_, {}, [&](storage::CommitView& view) {
        view.Delete(space_, id);
        return absl::OkStatus();
      }));
  Publish(std::move(map));
  return absl::OkStatus();
}

std::vector<ListedParticipant> ParticipantStore::List() const {
  // Held while it is read: another one may be published meanwhile.
  const std::shared_ptr<const Map> current = Current();
  std::vector<ListedParticipant> list;
  for (const auto& [id, listed] : *current) list.push_back(listed);
  return list;
}

}  // namespace dci::exchange
