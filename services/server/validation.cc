#include "services/server/validation.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "dci/ext/v1/discovery.pb.h"
#include "services/base/status_macros.h"
#include "services/exchange/tolerance.h"
#include "services/net/form.h"
#include "services/schema/reason.h"
#include "services/transport/plain_json.h"
#include "services/wire/json_text.h"
#include "services/wire/message.h"

namespace dci::server {
namespace {

namespace ext = ::dci::ext::v1;
using exchange::MethodPlan;

bool HasAction(const schema::Method& method, absl::string_view action) {
  for (const std::string& known : method.actions)
    if (known == action) return true;
  return false;
}

// The operation at a path, given with or without prefix.
const MethodPlan* FindByPath(const exchange::HandlerRegistry& handlers,
                             absl::string_view path) {
  for (const MethodPlan* plan : handlers.plans())
    if (!plan->method->path.empty() && absl::EndsWith(path, plan->method->path))
      return plan;
  return nullptr;
}

// Without a path the document says itself what it is: the operation over HTTP
// that has its action and reads it best. Several may share an action, a
// search and the questions beside it.
const MethodPlan* FindByAction(const wire::Codec& codec,
                               const exchange::HandlerRegistry& handlers,
                               const std::string& document) {
  const MethodPlan* best = nullptr;
  size_t fewest = 0;
  for (const MethodPlan* plan : handlers.plans()) {
    if (plan->method->path.empty()) continue;
    const auto message =
        wire::DecodeJsonMessage(codec, *plan->method, document, {});
    if (!message.ok() || !HasAction(*plan->method, message->header.action()))
      continue;
    if (best != nullptr && message->findings.size() >= fewest) continue;
    best = plan;
    fewest = message->findings.size();
  }
  return best;
}

void AddFinding(const wire::Finding& finding, ext::ValidateResponse* response) {
  ext::ValidationFinding* out = response->add_findings();
  out->set_path(finding.path);
  out->set_rule(finding.rule);
  if (!finding.seen.empty()) out->set_seen(finding.seen);
  out->set_severe(finding.severe);
  for (schema::Dialect dialect :
       {schema::Dialect::kG23, schema::Dialect::kD25, schema::Dialect::kC25})
    if (schema::Contains(finding.dialects, dialect))
      out->add_dialects(std::string(schema::DialectName(dialect)));
}

void SetRefusal(const absl::Status& refusal, ext::ValidateResponse* response) {
  response->set_accepted(false);
  response->set_code(
      schema::ReasonText(schema::ReasonOf(refusal), schema::Place::kItem));
  response->set_message(std::string(refusal.message()));
}

// The sender as registered, or the one that is judged most strictly; with the
// dialect that the caller asked for.
absl::StatusOr<std::shared_ptr<const trust::Participant>> JudgeFor(
    const trust::ParticipantDirectory& participants,
    const std::string& sender_id, const std::string& dialect) {
  std::shared_ptr<const trust::Participant> sender =
      participants.Find(sender_id);
  dci::config::v1::Participant config;
  if (sender != nullptr)
    config = sender->config();
  else
    config.set_sender_id("unregistered");
  if (!dialect.empty()) {
    const auto known = schema::DialectFromName(dialect);
    if (!known)
      return absl::InvalidArgumentError(
          absl::StrCat("no dialect of the name ", dialect));
    config.set_dialect(
        static_cast<dci::wire::v1::Dialect>(static_cast<int>(*known) + 1));
  }
  if (config.signature() == dci::config::v1::POLICY_UNSPECIFIED)
    config.set_signature(dci::config::v1::POLICY_OFF);
  return trust::Participant::Create(std::move(config));
}

net::HttpResponse PageResponse(const absl::StatusOr<std::string>& answer) {
  net::HttpResponse response;
  response.headers.Add("Content-Type", "application/json");
  if (answer.ok()) {
    response.body = *answer;
    return response;
  }
  const schema::Reason reason = schema::ReasonOf(answer.status());
  response.status = schema::Info(reason).http_status;
  response.body = "{\"errors\":[{\"code\":";
  wire::AppendQuoted(schema::ReasonText(reason, schema::Place::kAck),
                     &response.body);
  response.body += ",\"message\":";
  wire::AppendQuoted(answer.status().message(), &response.body);
  response.body += "}]}";
  return response;
}

void Judge(const MethodPlan& plan, const wire::DecodedMessage& message,
           const trust::Participant& participant,
           ext::ValidateResponse* response) {
  for (const wire::Finding& finding : message.findings)
    AddFinding(finding, response);
  const exchange::ToleranceVerdict verdict =
      exchange::JudgeFindings(plan, message.findings, participant);
  response->set_accepted(true);
  if (!verdict.message.ok()) return SetRefusal(verdict.message, response);
  if (!verdict.items.empty())
    SetRefusal(verdict.items.begin()->second, response);
}

}  // namespace

transport::PlainHandler ValidateHandler(
    const wire::Codec* codec, const trust::ParticipantDirectory* participants,
    const exchange::HandlerRegistry* handlers) {
  const auto validate =
      [=](const std::string& bytes) -> absl::StatusOr<std::string> {
    ext::ValidateRequest request;
    if (!request.ParseFromString(bytes))
      return absl::InvalidArgumentError("unreadable request");
    const std::string& document = request.document().text();
    const MethodPlan* plan = request.has_path()
                                 ? FindByPath(*handlers, request.path())
                                 : FindByAction(*codec, *handlers, document);
    if (plan == nullptr)
      return absl::InvalidArgumentError("no operation has such a message");
    ext::ValidateResponse response;
    response.set_grpc_method(plan->method->grpc_path);
    const auto message =
        wire::DecodeJsonMessage(*codec, *plan->method, document, {});
    if (!message.ok()) {
      SetRefusal(message.status(), &response);
      return response.SerializeAsString();
    }
    ASSIGN_OR_RETURN(const auto judge,
                     JudgeFor(*participants, message->header.sender_id(),
                              request.dialect()));
    Judge(*plan, *message, *judge, &response);
    return response.SerializeAsString();
  };
  return [validate](transport::PlainCall call, transport::PlainDone done) {
    done(validate(call.request));
  };
}

transport::HttpPage ValidatePage(const wire::Codec* codec,
                                 const schema::Method* method,
                                 transport::PlainHandler handler) {
  return [=](net::HttpRequest request, net::Responder respond) {
    ext::ValidateRequest validate;
    validate.mutable_document()->set_text(request.body);
    const auto fields = net::ParseForm(request.query);
    if (fields.ok()) {
      if (const auto path = net::FindField(*fields, "path"))
        validate.set_path(std::string(*path));
      if (const auto dialect = net::FindField(*fields, "dialect"))
        validate.set_dialect(std::string(*dialect));
    }
    handler({method, validate.SerializeAsString(), {}, request.peer_address},
            [=](absl::StatusOr<std::string> answer) {
              if (answer.ok())
                answer =
                    transport::PlainResponseToJson(*codec, *method, *answer);
              respond(PageResponse(answer));
            });
  };
}

}  // namespace dci::server
