// Judges what comes in: answers, and callbacks.
#ifndef CONVERGENCE_CLIENTS_CPP_RUNTIME_JUDGE_H_
#define CONVERGENCE_CLIENTS_CPP_RUNTIME_JUDGE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "clients/cpp/runtime/schema.h"
#include "dci/common/v1/envelope.pb.h"
#include "services/net/http_client.h"
#include "services/trust/credentials.h"
#include "services/trust/encryption.h"
#include "services/trust/jwks_cache.h"
#include "services/trust/participants.h"
#include "services/trust/verifier.h"
#include "services/wire/message.h"

namespace dci::client {

// A message that may be believed as far as the directory's policies go.
struct Judged {
  // Whose policies it passed; without a directory: what its header says.
  std::string sender_id;
  dci::common::v1::MsgCallbackHeader header;
  std::string body;  // wire bytes, clear
  std::vector<wire::Finding> findings;
  bool was_signed = false;
};

// Thread-safe.
class Judge {
 public:
  // All outlive this. `directory` null: nothing is verified, only decrypted.
  // `keys` null: nothing can be decrypted. `http` fetches published keys.
  Judge(const trust::ParticipantDirectory* directory,
        trust::VerifierOptions options, const trust::KeyRing* keys,
        net::HttpClient* http);
  ~Judge();

  // Waits where keys must be fetched. Refusals are those of trust::Verifier.
  absl::StatusOr<Judged> Check(const Schema& schema,
                               wire::DecodedMessage message,
                               const trust::Credentials& credentials,
                               absl::Time now);

 private:
  class Fetcher;

  absl::StatusOr<Judged> Verify(const Schema& schema,
                                wire::DecodedMessage message,
                                const trust::Credentials& credentials,
                                absl::Time now);
  absl::Status Decrypt(const Schema& schema, wire::DecodedMessage* message,
                       absl::Time now) const;

  const trust::ParticipantDirectory* const directory_;
  const trust::VerifierOptions options_;
  const trust::KeyRing no_keys_;
  const trust::Decrypter decrypter_;
  std::unique_ptr<Fetcher> fetcher_;
  trust::JwksCache cache_;
};

}  // namespace dci::client

#endif  // CONVERGENCE_CLIENTS_CPP_RUNTIME_JUDGE_H_
