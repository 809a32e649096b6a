#include "clients/cpp/runtime/client.h"

#include <algorithm>
#include <random>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "clients/cpp/runtime/retry.h"
#include "google/protobuf/unknown_field_set.h"
#include "services/base/status_macros.h"
#include "services/schema/reason.h"
#include "services/trust/encryption.h"
#include "services/wire/message.h"

namespace dci::client {
namespace {

using dci::common::v1::AckEnvelope;
using dci::common::v1::MsgCallbackHeader;

constexpr char kVersion[] = "1.0.0";

double SystemRandom() {
  thread_local std::mt19937_64 engine{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(engine);
}

void SystemWait(absl::Duration duration) {
  std::this_thread::sleep_for(absl::ToChronoMilliseconds(duration));
}

// Number of items: elements of the batch's field, or one.
absl::StatusOr<int> CountItems(const schema::Method& method,
                               const std::string& body) {
  if (method.items == nullptr) return 1;
  google::protobuf::UnknownFieldSet fields;
  if (!fields.ParseFromString(body)) {
    return absl::InvalidArgumentError("the body is no message");
  }
  int count = 0;
  for (int i = 0; i < fields.field_count(); ++i) {
    if (fields.field(i).number() == method.items->number) ++count;
  }
  return count;
}

}  // namespace

// A message that keeps its id through all attempts.
struct Client::Message {
  const Schema* schema = nullptr;
  const schema::Method* method = nullptr;
  MsgCallbackHeader header;
  std::string body;
};

Client::Client(ClientOptions options) : options_(std::move(options)) {
  if (!options_.wait) options_.wait = SystemWait;
  if (!options_.random) options_.random = SystemRandom;
}

Client::~Client() = default;

absl::StatusOr<std::unique_ptr<Client>> Client::Create(ClientOptions options) {
  std::unique_ptr<Client> client(new Client(std::move(options)));
  RETURN_IF_ERROR(client->Init());
  return client;
}

absl::Status Client::Init() {
  const bool http = options_.wire == Wire::kHttp;
  if ((http ? options_.base_url : options_.grpc_target).empty()) {
    return absl::InvalidArgumentError(http ? "base_url is not set"
                                           : "grpc_target is not set");
  }
  const bool sign =
      options_.sign.form() != dci::config::v1::SIGNATURE_FORM_UNSPECIFIED;
  if (sign && options_.keys == nullptr) {
    return absl::InvalidArgumentError("messages are to be signed without keys");
  }
  options_.http.max_response_bytes = options_.limits.max_bytes;
  ASSIGN_OR_RETURN(http_, net::HttpClient::Create(options_.http));
  if (options_.token.has_value()) {
    token_ = std::make_unique<TokenSource>(*options_.token, http_.get(),
                                           options_.clock);
  }
  if (sign) {
    signer_ =
        std::make_unique<trust::Signer>(options_.sender_id, options_.keys);
  }
  judge_ = std::make_unique<Judge>(options_.verify_by, options_.verifier,
                                   options_.keys, http_.get());
  connection_ = http ? NewHttpConnection(options_.base_url, http_.get())
                     : NewGrpcConnection(options_);
  return absl::OkStatus();
}

absl::StatusOr<dci::common::v1::Ack> Client::Send(
    const Schema& schema, absl::string_view method,
    const google::protobuf::MessageLite& body, const CallOptions& options) {
  ASSIGN_OR_RETURN(const Message message,
                   Prepare(schema, method, body.SerializeAsString(), options));
  ASSIGN_OR_RETURN(const Reply reply, Exchange(message, options));
  return ReadAck(message, reply);
}

absl::StatusOr<std::string> Client::CallBytes(const Schema& schema,
                                              absl::string_view method,
                                              std::string body,
                                              const CallOptions& options) {
  ASSIGN_OR_RETURN(const Message message,
                   Prepare(schema, method, std::move(body), options));
  ASSIGN_OR_RETURN(Reply reply, Exchange(message, options));
  return ReadAnswer(message, std::move(reply), options);
}

absl::StatusOr<Client::Message> Client::Prepare(
    const Schema& schema, absl::string_view method, std::string body,
    const CallOptions& options) const {
  Message message;
  message.schema = &schema;
  ASSIGN_OR_RETURN(message.method, schema.FindMethod(method));
  ASSIGN_OR_RETURN(const int counted, CountItems(*message.method, body));
  MsgCallbackHeader& header = message.header;
  header.set_version(kVersion);
  header.set_message_id(options.message_id.empty() ? options_.ids->NewId()
                                                   : options.message_id);
  header.set_action(message.method->actions.front());
  header.set_sender_id(options_.sender_id);
  if (!options_.sender_uri.empty()) header.set_sender_uri(options_.sender_uri);
  if (!options_.receiver_id.empty()) {
    header.set_receiver_id(options_.receiver_id);
  }
  header.set_total_count(options.total_count.value_or(counted));
  message.body = std::move(body);
  if (options_.encrypt_to != nullptr) RETURN_IF_ERROR(Encrypt(&message));
  return message;
}

absl::Status Client::Encrypt(Message* message) const {
  std::string clear;
  RETURN_IF_ERROR(message->schema->codec().WireToJson(
      *message->method->request_body, message->body, options_.dialect, &clear));
  absl::StatusOr<dci::common::v1::EncryptedMessage> sealed =
      absl::FailedPreconditionError("no key");
  // Without a cache only configured keys are used, and `done` is called at
  // once.
  trust::Encrypter(nullptr).Encrypt(
      options_.encrypt_to, std::move(clear), options_.clock->Now(),
      [&](absl::StatusOr<dci::common::v1::EncryptedMessage> result) {
        sealed = std::move(result);
      });
  if (!sealed.ok()) return sealed.status();
  message->header.set_is_msg_encrypted(true);
  message->body = sealed->SerializeAsString();
  return absl::OkStatus();
}

absl::StatusOr<Attempt> Client::Seal(const Message& message) const {
  const absl::Time now = options_.clock->Now();
  MsgCallbackHeader header = message.header;
  header.set_message_ts(FormatTimestamp(now));
  const std::string header_bytes = header.SerializeAsString();
  const bool http = options_.wire == Wire::kHttp;
  wire::RenderOptions render;
  render.dialect = options_.dialect;
  render.normal_form = !http;
  render.all_header_fields = http && options_.sign.emit_all_header_fields();
  render.encrypted = header.is_msg_encrypted();
  const schema::Message& envelope = *message.method->request;
  trust::Signed signature;
  wire::OutgoingParts parts;
  if (http || signer_ != nullptr) {
    ASSIGN_OR_RETURN(parts,
                     wire::RenderParts(message.schema->codec(), envelope,
                                       header_bytes, message.body, render));
  }
  if (signer_ != nullptr) {
    ASSIGN_OR_RETURN(signature,
                     signer_->Sign(parts.header_json, parts.message_json,
                                   options_.sign, now));
  }
  Attempt attempt;
  attempt.schema = message.schema;
  attempt.method = message.method;
  attempt.http_signature = signature.http_signature_header;
  attempt.bytes =
      http ? wire::AssembleDocument(parts, signature.signature_member)
           : wire::AssembleGrpcEnvelope(envelope, signature.signature_member,
                                        header_bytes, message.body,
                                        render.encrypted);
  return attempt;
}

absl::StatusOr<Reply> Client::Exchange(const Message& message,
                                       const CallOptions& options) {
  const absl::Time deadline = options_.clock->Now() + options.timeout;
  Retry retry(options_.retry, deadline);
  for (;;) {
    const absl::Duration left = deadline - options_.clock->Now();
    if (left <= absl::ZeroDuration()) {
      return absl::DeadlineExceededError("the call's time is up");
    }
    ASSIGN_OR_RETURN(Attempt attempt, Seal(message));
    attempt.timeout = std::min(left, options_.retry.attempt_timeout);
    Reply reply = Try(std::move(attempt));
    // An acknowledgement refuses by its content.
    if (reply.status.ok() && message.method->mode != schema::Mode::kSync) {
      reply.status = ReadAck(message, reply).status();
    }
    if (reply.status.ok()) return reply;
    const auto delay = retry.Next(reply.status, reply.retry_after,
                                  options_.clock->Now(), options_.random());
    if (!delay.has_value()) return reply.status;
    options_.wait(*delay);
  }
}

Reply Client::Try(Attempt attempt) {
  if (token_ == nullptr) return connection_->Send(attempt);
  Reply reply;
  for (int i = 0; i < 2; ++i) {
    absl::StatusOr<std::string> token = token_->Get(attempt.timeout);
    if (!token.ok()) {
      reply.status = token.status();
      return reply;
    }
    attempt.token = *token;
    reply = connection_->Send(attempt);
    if (schema::ReasonOf(reply.status) !=
        dci::common::v1::REASON_REQUEST_UNAUTHORIZED) {
      return reply;
    }
    // Revoked, or the server knows no more of it: one more with a new one.
    token_->Drop(*token);
  }
  return reply;
}

absl::StatusOr<dci::common::v1::Ack> Client::ReadAck(const Message& message,
                                                     const Reply& reply) const {
  AckEnvelope ack;
  std::string bytes = reply.bytes;
  if (options_.wire == Wire::kHttp) {
    absl::StatusOr<std::string> read = message.schema->codec().JsonToWire(
        message.schema->ack_envelope(), reply.bytes, nullptr);
    if (!read.ok()) return absl::DataLossError(read.status().message());
    bytes = *std::move(read);
  }
  if (!ack.ParseFromString(bytes)) {
    return absl::DataLossError("the answer is no acknowledgement");
  }
  const auto status = ack.message().ack_status();
  if (status == dci::common::v1::ACK_STATUS_ERR || ack.errors_size() > 0) {
    return RefusalIn(ack, absl::StatusCode::kInvalidArgument);
  }
  if (status == dci::common::v1::ACK_STATUS_UNSPECIFIED) {
    return absl::DataLossError("the answer says neither ACK nor ERR");
  }
  return ack.message();
}

absl::StatusOr<std::string> Client::ReadAnswer(const Message& message,
                                               Reply reply,
                                               const CallOptions& options) {
  const wire::Codec& codec = message.schema->codec();
  trust::Credentials credentials;
  credentials.http_signature = reply.http_signature;
  if (!credentials.http_signature.empty()) credentials.raw_body = reply.bytes;
  absl::StatusOr<wire::DecodedMessage> decoded =
      options_.wire == Wire::kHttp
          ? wire::DecodeJsonMessage(codec, *message.method,
                                    std::move(reply.bytes), options_.limits,
                                    wire::Side::kAnswer)
          : wire::DecodeGrpcMessage(codec, *message.method, reply.bytes,
                                    options_.limits, wire::Side::kAnswer);
  if (!decoded.ok()) return absl::DataLossError(decoded.status().message());
  ASSIGN_OR_RETURN(Judged judged,
                   judge_->Check(*message.schema, *std::move(decoded),
                                 credentials, options_.clock->Now()));
  if (options.answer_header != nullptr) *options.answer_header = judged.header;
  if (options.findings != nullptr) *options.findings = judged.findings;
  if (judged.header.status() == dci::common::v1::REQUEST_STATUS_RJCT &&
      judged.body.empty()) {
    AckEnvelope refusal;
    dci::common::v1::Error* error = refusal.mutable_message()->mutable_error();
    error->set_code(judged.header.status_reason_code());
    error->set_message(judged.header.status_reason_message());
    return RefusalIn(refusal, absl::StatusCode::kInvalidArgument);
  }
  return std::move(judged.body);
}

}  // namespace dci::client
