// Participants with their keys parsed and their policies settled.
#ifndef CONVERGENCE_SERVICES_TRUST_PARTICIPANTS_H_
#define CONVERGENCE_SERVICES_TRUST_PARTICIPANTS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dci/config/v1/participant.pb.h"
#include "services/schema/dialect.h"
#include "services/trust/keys.h"

namespace dci::trust {

// sender_id of the participant that stands for every unregistered sender.
inline constexpr absl::string_view kAnySender = "*";

// One participant. Immutable, replaced whole. Thread-safe.
class Participant {
 public:
  // Fills in defaults and parses the keys. INVALID_ARGUMENT, naming the
  // participant and the field, for what cannot be used: an empty sender_id,
  // a key, a time, a policy for signatures without a form to verify, a
  // secret's hash that is no SHA-256.
  static absl::StatusOr<std::shared_ptr<const Participant>> Create(
      dci::config::v1::Participant config);

  // As configured, with every policy, and the form and digest of every
  // profile, filled in.
  const dci::config::v1::Participant& config() const { return config_; }
  const std::string& sender_id() const { return config_.sender_id(); }
  schema::Dialect dialect() const { return dialect_; }
  bool stands_for_any() const { return sender_id() == kAnySender; }

  // Keys from the configuration, whatever their time.
  const std::vector<TimedKey>& keys() const { return keys_; }
  // Whether a token of this participant may have the scope; any spelling.
  bool MayHaveScope(absl::string_view scope) const;
  // Scopes in canonical spelling, in the order of the configuration.
  const std::vector<std::string>& scopes() const { return scopes_; }
  // Whether a text in `signature` counts as none: blank, or one of the
  // configured placeholders.
  bool IsPlaceholder(absl::string_view signature) const;

 private:
  Participant() = default;
  absl::Status Init(dci::config::v1::Participant config);

  dci::config::v1::Participant config_;
  schema::Dialect dialect_ = schema::Dialect::kC25;
  std::vector<TimedKey> keys_;
  std::vector<std::string> scopes_;
};

// Where participants are looked up. Thread-safe; never blocks.
class ParticipantDirectory {
 public:
  virtual ~ParticipantDirectory() = default;
  // The participant of that sender_id, else the one of "*", else null.
  virtual std::shared_ptr<const Participant> Find(
      absl::string_view sender_id) const = 0;
  // The participant that has this OAuth2 client, or null.
  virtual std::shared_ptr<const Participant> FindClient(
      absl::string_view client_id) const = 0;
};

// A directory fixed when made.
class FixedDirectory : public ParticipantDirectory {
 public:
  // ALREADY_EXISTS where a sender_id or a client_id occurs twice; otherwise
  // as Participant::Create.
  static absl::StatusOr<std::unique_ptr<FixedDirectory>> Create(
      const std::vector<dci::config::v1::Participant>& participants);

  std::shared_ptr<const Participant> Find(
      absl::string_view sender_id) const override;
  std::shared_ptr<const Participant> FindClient(
      absl::string_view client_id) const override;

 private:
  using Map =
      absl::flat_hash_map<std::string, std::shared_ptr<const Participant>>;
  Map by_sender_, by_client_;
};

}  // namespace dci::trust

#endif  // CONVERGENCE_SERVICES_TRUST_PARTICIPANTS_H_
