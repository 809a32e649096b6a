#include "clients/cpp/runtime/callback_server.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/schema/reason.h"
#include "services/wire/message.h"
#include "simdjson.h"

namespace dci::client {
namespace {

using dci::common::v1::AckEnvelope;

constexpr absl::Duration kDrain = absl::Seconds(10);

// header.action of a document; empty where there is none to be read.
std::string ActionOf(const std::string& json) {
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  std::string_view action;
  const simdjson::padded_string padded(json);
  if (parser.parse(padded).get(document) != simdjson::SUCCESS ||
      document["header"]["action"].get(action) != simdjson::SUCCESS) {
    return "";
  }
  return std::string(action);
}

}  // namespace

absl::Status NotExpected(absl::string_view method) {
  return schema::Refusal(dci::common::v1::REASON_REQUEST_NOT_FOUND,
                         absl::StrCat(method, " is not expected here"));
}

CallbackServer::CallbackServer(CallbackServerOptions options)
    : options_(std::move(options)) {}

CallbackServer::~CallbackServer() { Stop(); }

void CallbackServer::Add(const Schema& schema, absl::string_view method,
                         BytesReceiver receive) {
  absl::StatusOr<const schema::Method*> found = schema.FindMethod(method);
  if (!found.ok()) {
    registered_.Update(found.status());
    return;
  }
  routes_.push_back({&schema, *found, std::move(receive)});
}

absl::Status CallbackServer::Start() {
  RETURN_IF_ERROR(registered_);
  ASSIGN_OR_RETURN(key_client_, net::HttpClient::Create(options_.key_client));
  judge_ = std::make_unique<Judge>(options_.verify_by, options_.verifier,
                                   options_.keys, key_client_.get());
  worker_ = std::thread([this] { Work(); });
  ASSIGN_OR_RETURN(server_, net::HttpServer::Start(options_.http, this));
  return absl::OkStatus();
}

void CallbackServer::Stop() {
  // What waits is answered while the server drains.
  if (server_ != nullptr) server_->Shutdown(kDrain).IgnoreError();
  {
    std::lock_guard<std::mutex> lock(mu_);
    stopping_ = true;
  }
  arrived_.notify_all();
  if (worker_.joinable()) worker_.join();
}

const CallbackServer::Route* CallbackServer::Find(
    const net::HttpRequest& request) const {
  if (request.method != "POST") return nullptr;
  for (const Route& route : routes_) {
    if (absl::EndsWith(request.path, route.method->path)) return &route;
    for (const std::string& other : route.method->other_paths) {
      if (absl::EndsWith(request.path, other)) return &route;
    }
  }
  // Some senders use the registered address as it stands, or append a path of
  // their own; then the header says what it is.
  const std::string action = ActionOf(request.body);
  for (const Route& route : routes_) {
    const auto& actions = route.method->actions;
    if (std::find(actions.begin(), actions.end(), action) != actions.end()) {
      return &route;
    }
  }
  return nullptr;
}

void CallbackServer::Handle(net::HttpRequest request, net::Responder respond) {
  const Route* route = Find(request);
  if (route == nullptr) {
    respond(Answer(NotExpected(request.path)));
    return;
  }
  {
    std::lock_guard<std::mutex> lock(mu_);
    if (!stopping_ && waiting_.size() < options_.max_waiting) {
      waiting_.push_back({route, std::move(request), std::move(respond)});
      arrived_.notify_one();
      return;
    }
  }
  respond(Answer(schema::Refusal(dci::common::v1::REASON_SERVICE_UNAVAILABLE,
                                 "too many callbacks wait")));
}

void CallbackServer::Work() {
  for (;;) {
    Arrival arrival;
    {
      std::unique_lock<std::mutex> lock(mu_);
      arrived_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      arrival = std::move(waiting_.front());
      waiting_.pop_front();
    }
    arrival.respond(
        Answer(Receive(*arrival.route, std::move(arrival.request))));
  }
}

absl::Status CallbackServer::Receive(const Route& route,
                                     net::HttpRequest request) {
  trust::Credentials credentials;
  credentials.http_signature = std::string(request.headers.GetOr("Signature"));
  credentials.tls_subject = request.tls_client_subject;
  if (!credentials.http_signature.empty()) credentials.raw_body = request.body;
  ASSIGN_OR_RETURN(
      wire::DecodedMessage message,
      wire::DecodeJsonMessage(route.schema->codec(), *route.method,
                              std::move(request.body), options_.limits));
  ASSIGN_OR_RETURN(const Judged judged,
                   judge_->Check(*route.schema, std::move(message), credentials,
                                 options_.clock->Now()));
  return PassOn(route, judged);
}

absl::Status CallbackServer::PassOn(const Route& route, const Judged& judged) {
  // Ids are the sender's own, so they are known together with it.
  const std::string id =
      judged.header.message_id().empty()
          ? ""
          : absl::StrCat(judged.sender_id, "\n", judged.header.message_id());
  if (!id.empty() && Known(id)) return absl::OkStatus();
  CallbackContext context;
  context.sender_id = judged.sender_id;
  context.header = judged.header;
  context.findings = judged.findings;
  context.was_signed = judged.was_signed;
  RETURN_IF_ERROR(route.receive(judged.body, context));
  if (!id.empty()) Remember(id);
  return absl::OkStatus();
}

bool CallbackServer::Known(const std::string& id) {
  return known_.contains(id);
}

void CallbackServer::Remember(std::string id) {
  if (known_order_.size() >= options_.remembered) {
    known_.erase(known_order_.front());
    known_order_.pop_front();
  }
  known_.emplace(id, true);
  known_order_.push_back(std::move(id));
}

net::HttpResponse CallbackServer::Answer(const absl::Status& status) const {
  AckEnvelope ack;
  dci::common::v1::Ack* body = ack.mutable_message();
  body->set_timestamp(FormatTimestamp(options_.clock->Now()));
  body->set_correlation_id(options_.ids->NewId());
  net::HttpResponse response;
  response.headers.Set("Content-Type", "application/json");
  if (status.ok()) {
    body->set_ack_status(dci::common::v1::ACK_STATUS_ACK);
  } else {
    const schema::Reason reason = schema::ReasonOf(status);
    body->set_ack_status(dci::common::v1::ACK_STATUS_ERR);
    dci::common::v1::Error* error = body->mutable_error();
    error->set_code(schema::ReasonText(reason, schema::Place::kAck));
    error->set_message(std::string(status.message()));
    *ack.add_errors() = *error;
    response.status = schema::Info(reason).http_status;
  }
  const Schema& schema = *routes_.front().schema;
  const absl::Status written =
      schema.codec().WireToJson(schema.ack_envelope(), ack.SerializeAsString(),
                                schema::Dialect::kC25, &response.body);
  if (!written.ok()) response.status = 500;
  return response;
}

}  // namespace dci::client
