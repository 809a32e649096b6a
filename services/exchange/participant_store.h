// Participants: those of the configuration, and those the operator has added.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_PARTICIPANT_STORE_H_
#define CONVERGENCE_SERVICES_EXCHANGE_PARTICIPANT_STORE_H_

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dci/config/v1/participant.pb.h"
#include "services/storage/store.h"
#include "services/trust/participants.h"

namespace dci::exchange {

// A participant, and where it comes from.
struct ListedParticipant {
  std::shared_ptr<const trust::Participant> participant;
  // Added by the operator and kept in the store; otherwise configured.
  bool stored = false;
};

// One added by the operator stands over the configured one of the same
// sender_id until it is removed. Changes take effect for the next message,
// without a restart. Thread-safe; look-ups never wait for the store.
class ParticipantStore : public trust::ParticipantDirectory {
 public:
  // Reads what is stored; `store` outlives this and has ExchangeSpaces().
  // INVALID_ARGUMENT for a configured participant that cannot be used, or two
  // of one sender_id or OAuth2 client.
  static absl::StatusOr<std::unique_ptr<ParticipantStore>> Open(
      storage::Store* store,
      const std::vector<dci::config::v1::Participant>& configured);

  std::shared_ptr<const trust::Participant> Find(
      absl::string_view sender_id) const override;
  std::shared_ptr<const trust::Participant> FindClient(
      absl::string_view client_id) const override;

  // Adds or replaces, durably; waits for the commit. INVALID_ARGUMENT where it
  // cannot be used, ALREADY_EXISTS where a client of it is another's.
  absl::Status Put(const dci::config::v1::Participant& participant);
  // NOT_FOUND where the operator has not added it; a configured one can only
  // be replaced.
  absl::Status Remove(absl::string_view sender_id);
  // By sender_id.
  std::vector<ListedParticipant> List() const;

 private:
  using Map = absl::btree_map<std::string, ListedParticipant>;

  ParticipantStore(storage::Store* store, storage::Space space)
      : store_(store), space_(space) {}
  absl::Status Load();
  std::shared_ptr<const Map> Current() const;
  void Publish(Map map);
  absl::Status CheckClients(const Map& map) const;

  storage::Store* const store_;
  const storage::Space space_;
  Map configured_;
  // Changes one at a time; readers never wait for them.
  std::mutex change_mutex_;
  mutable std::mutex current_mutex_;
  std::shared_ptr<const Map> current_;
};

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_PARTICIPANT_STORE_H_
