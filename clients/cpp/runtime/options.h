// How a client is set up, and what one call may say.
#ifndef CONVERGENCE_CLIENTS_CPP_RUNTIME_OPTIONS_H_
#define CONVERGENCE_CLIENTS_CPP_RUNTIME_OPTIONS_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "dci/common/v1/envelope.pb.h"
#include "dci/config/v1/participant.pb.h"
#include "services/base/clock.h"
#include "services/base/ids.h"
#include "services/net/http_client.h"
#include "services/schema/dialect.h"
#include "services/trust/keys.h"
#include "services/trust/participants.h"
#include "services/trust/verifier.h"
#include "services/wire/finding.h"

namespace dci::client {

enum class Wire {
  kHttp,  // the JSON of the published standard
  kGrpc,  // the same message as protobuf
};

// OAuth2 client credentials (RFC 6749, 4.4).
struct TokenOptions {
  // "https://registry.example/oauth2/client/token".
  std::string url;
  std::string client_id;
  std::string client_secret;
  // Empty: all that the client may have.
  std::vector<std::string> scopes;
  // A token is not used in the last part of its life.
  absl::Duration renew_before = absl::Seconds(30);
};

// Repetitions of one call. Each carries the same message id, so that the
// other side knows it, and a fresh timestamp and signature.
struct RetryOptions {
  // With the first one.
  int max_attempts = 5;
  // Before the second attempt; doubles with each further, and is drawn from
  // the upper half, so that clients do not come back all at once.
  absl::Duration first_delay = absl::Milliseconds(200);
  absl::Duration max_delay = absl::Seconds(10);
  // For one attempt.
  absl::Duration attempt_timeout = absl::Seconds(15);
};

struct ClientOptions {
  // Registered id of this side; signs and chooses policies over there.
  std::string sender_id;
  // Where callbacks go; empty: the base that the other side has registered.
  std::string sender_uri;
  // Id of the other side; may be empty.
  std::string receiver_id;

  Wire wire = Wire::kHttp;
  // HTTP: what stands before a method's path, with the registry's folder where
  // the server has several: "http://localhost:8080/social".
  std::string base_url;
  // gRPC: "localhost:9090".
  std::string grpc_target;
  // gRPC over TLS; the certificates are those of http.tls.
  bool grpc_tls = false;

  // JSON that is written; every dialect is read.
  schema::Dialect dialect = schema::Dialect::kC25;
  // Form of signatures; unset: unsigned.
  dci::config::v1::SignatureProfile sign;
  // Private keys, for signatures and for what comes in encrypted. Outlives
  // the client; null: none.
  const trust::KeyRing* keys = nullptr;
  // Bodies are encrypted to this participant; null: sent in clear.
  std::shared_ptr<const trust::Participant> encrypt_to;
  // Answers are judged by the policies that this directory has for their
  // sender. Outlives the client; null: they are not judged.
  const trust::ParticipantDirectory* verify_by = nullptr;
  trust::VerifierOptions verifier;

  std::optional<TokenOptions> token;
  RetryOptions retry;
  net::HttpClientOptions http;
  // Longest answer.
  wire::Limits limits;

  Clock* clock = Clock::Real();
  IdSource* ids = IdSource::Random();
  // Waits; absent: sleeps.
  std::function<void(absl::Duration)> wait;
  // Uniform in [0, 1); absent: from the system's randomness.
  std::function<double()> random;
};

struct CallOptions {
  // For the whole call, repetitions included.
  absl::Duration timeout = absl::Seconds(60);
  // Empty: a new one. To repeat a call of an earlier run, give its id.
  std::string message_id;
  // Items of the message; absent: counted.
  std::optional<int> total_count;
  // Where set, receives the header of the answer.
  dci::common::v1::MsgCallbackHeader* answer_header = nullptr;
  // Where set, receives what the reader tolerated in the answer.
  std::vector<wire::Finding>* findings = nullptr;
};

}  // namespace dci::client

#endif  // CONVERGENCE_CLIENTS_CPP_RUNTIME_OPTIONS_H_
