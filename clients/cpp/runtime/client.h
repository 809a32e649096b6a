// The caller's side of the exchange: makes the envelope, signs, encrypts,
// fetches tokens, sends, repeats, and reads the answer. Generated stubs give
// its calls types.
#ifndef CONVERGENCE_CLIENTS_CPP_RUNTIME_CLIENT_H_
#define CONVERGENCE_CLIENTS_CPP_RUNTIME_CLIENT_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "clients/cpp/runtime/connection.h"
#include "clients/cpp/runtime/judge.h"
#include "clients/cpp/runtime/options.h"
#include "clients/cpp/runtime/schema.h"
#include "clients/cpp/runtime/token_source.h"
#include "google/protobuf/message_lite.h"
#include "services/net/http_client.h"
#include "services/trust/signer.h"

namespace dci::client {

// One other side. Calls wait for their answer. Thread-safe.
//
// Errors of calls: a refusal of the other side, as a status whose reason
// schema::ReasonOf gives and whose text begins with its code; DEADLINE_EXCEEDED
// or UNAVAILABLE, when it could not be reached in time (whether it got the
// message is then unknown: repeat with the same CallOptions::message_id);
// FAILED_PRECONDITION where there is no key to sign or to encrypt with;
// INVALID_ARGUMENT where the message cannot be written; DATA_LOSS where the
// answer cannot be read.
class Client {
 public:
  // INVALID_ARGUMENT for options that make no sense: no address, a form of
  // signature without keys, TLS material that cannot be read.
  static absl::StatusOr<std::unique_ptr<Client>> Create(ClientOptions options);
  ~Client();

  // Calls a method of MODE_SYNC; the body of its answer. Items that were
  // refused are in the body; an answer that refuses all of it by its header
  // and has no body is an error.
  template <typename Answer>
  absl::StatusOr<Answer> Call(const Schema& schema, absl::string_view method,
                              const google::protobuf::MessageLite& body,
                              const CallOptions& options);

  // Calls a method that is answered by an acknowledgement; gives it unless it
  // is an ERR. A NACK means: taken, and no callback will come.
  absl::StatusOr<dci::common::v1::Ack> Send(
      const Schema& schema, absl::string_view method,
      const google::protobuf::MessageLite& body, const CallOptions& options);

  // Call, by bytes of the bodies.
  absl::StatusOr<std::string> CallBytes(const Schema& schema,
                                        absl::string_view method,
                                        std::string body,
                                        const CallOptions& options);

 private:
  struct Message;

  explicit Client(ClientOptions options);
  absl::Status Init();
  absl::StatusOr<Message> Prepare(const Schema& schema,
                                  absl::string_view method, std::string body,
                                  const CallOptions& options) const;
  absl::Status Encrypt(Message* message) const;
  // Signs; with a fresh timestamp, as every attempt needs.
  absl::StatusOr<Attempt> Seal(const Message& message) const;
  // Repeats until there is an answer that is no refusal.
  absl::StatusOr<Reply> Exchange(const Message& message,
                                 const CallOptions& options);
  // One attempt, and another one at once where the token was refused.
  Reply Try(Attempt attempt);
  absl::StatusOr<dci::common::v1::Ack> ReadAck(const Message& message,
                                               const Reply& reply) const;
  absl::StatusOr<std::string> ReadAnswer(const Message& message, Reply reply,
                                         const CallOptions& options);

  ClientOptions options_;
  std::unique_ptr<net::HttpClient> http_;
  std::unique_ptr<TokenSource> token_;
  std::unique_ptr<const trust::Signer> signer_;
  std::unique_ptr<Judge> judge_;
  std::unique_ptr<Connection> connection_;
};

template <typename Answer>
absl::StatusOr<Answer> Client::Call(const Schema& schema,
                                    absl::string_view method,
                                    const google::protobuf::MessageLite& body,
                                    const CallOptions& options) {
  absl::StatusOr<std::string> bytes =
      CallBytes(schema, method, body.SerializeAsString(), options);
  if (!bytes.ok()) return bytes.status();
  Answer answer;
  if (!answer.ParseFromString(*bytes)) {
    return absl::DataLossError("the answer is no message of its type");
  }
  return answer;
}

}  // namespace dci::client

#endif  // CONVERGENCE_CLIENTS_CPP_RUNTIME_CLIENT_H_
