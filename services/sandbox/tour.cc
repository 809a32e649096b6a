#include "services/sandbox/tour.h"

#include <cstdio>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "dci/registry/v1/search.pb.h"
#include "services/base/ids.h"
#include "services/base/status_macros.h"
#include "services/sandbox/tour_wire.h"
#include "services/server/config.h"
#include "services/transport/grpc_caller.h"
#include "services/trust/keys.h"
#include "services/trust/signer.h"
#include "services/wire/message.h"

namespace dci::sandbox {
namespace {

// A callback takes milliseconds; a machine that is busy with a build, longer.
constexpr absl::Duration kCallbackWait = absl::Seconds(30);
constexpr absl::Duration kPoll = absl::Milliseconds(20);

std::string SearchBody(const std::string& transaction_id,
                       const std::string& criteria) {
  return absl::StrCat(
      "{\"search_request\":[{\"locale\":\"eng\",\"reference_id\":\"1\","
      "\"search_criteria\":",
      criteria, ",\"timestamp\":\"2026-01-01T00:00:00Z\"}],",
      "\"transaction_id\":\"", transaction_id, "\"}");
}

constexpr char kByIdentifier[] =
    "{\"pagination\":{\"page_number\":1,\"page_size\":10},"
    "\"query\":{\"type\":\"UIN\",\"value\":\"847951632\"},"
    "\"query_type\":\"idtype-value\",\"reg_record_type\":\"Person\"}";

constexpr char kPoorGroups[] =
    "{\"pagination\":{\"page_number\":1,\"page_size\":2},"
    "\"query\":{\"type\":\"ns:org:QueryType:NoSql\",\"value\":{\"expression\":"
    "{\"collection\":\"Group\",\"query\":{\"$and\":[{\"poverty_score\":"
    "{\"$lt\":5}}]}}}},\"query_type\":\"expression\","
    "\"response_entity\":\"Group\","
    "\"sort\":[{\"attribute_name\":\"poverty_score\",\"sort_order\":\"asc\"}]}";

constexpr char kUnknownAttribute[] =
    "{\"query\":[{\"expression1\":{\"attribute_name\":\"favourite_colour\","
    "\"attribute_value\":\"blue\",\"operator\":\"eq\"}}],"
    "\"query_type\":\"predicate\",\"reg_record_type\":\"Person\"}";

class Tour {
 public:
  Tour(Ecosystem& ecosystem, TourWire wire)
      : ecosystem_(ecosystem), wire_(std::move(wire)) {}

  absl::Status Run() {
    RETURN_IF_ERROR(Capabilities());
    RETURN_IF_ERROR(SearchByIdentifier());
    RETURN_IF_ERROR(SearchByExpression());
    RETURN_IF_ERROR(UnknownAttribute());
    RETURN_IF_ERROR(SignedSearch());
    RETURN_IF_ERROR(AsyncSearch());
    RETURN_IF_ERROR(TransactionStatus());
    return SearchOverGrpc();
  }

 private:
  std::string Url(const std::string& path) const {
    return ecosystem_.At(kSocial).url() + path;
  }
  static std::string NewId() { return IdSource::Random()->NewId(); }

  absl::Status Capabilities() {
    PrintStep("1. What can the registry do?");
    ASSIGN_OR_RETURN(const auto answer,
                     wire_.Exchange(Url("/capabilities"), ""));
    return Expect(answer, 200, {"/registry/sync/search", "poverty_score"});
  }

  absl::Status SearchByIdentifier() {
    PrintStep("2. A person by identifier, answered at once");
    ASSIGN_OR_RETURN(
        const auto answer,
        wire_.Exchange(Url("/registry/sync/search"),
                       DocumentOf({"search", "curl", NewId(),
                                   SearchBody("tour-2", kByIdentifier)})));
    return Expect(
        answer, 200,
        {"\"on-search\"", "\"succ\"", "847951632", "\"total_count\":1"});
  }

  absl::Status SearchByExpression() {
    PrintStep("3. The poorest groups, by an expression, sorted");
    ASSIGN_OR_RETURN(
        const auto answer,
        wire_.Exchange(Url("/social/registry/sync/search"),
                       DocumentOf({"search", "curl", NewId(),
                                   SearchBody("tour-3", kPoorGroups)})));
    return Expect(answer, 200,
                  {"\"Group\"", "poverty_score", "\"page_size\":2"});
  }

  absl::Status UnknownAttribute() {
    PrintStep("4. An attribute that no record has is refused with its name");
    ASSIGN_OR_RETURN(
        const auto answer,
        wire_.Exchange(Url("/registry/sync/search"),
                       DocumentOf({"search", "curl", NewId(),
                                   SearchBody("tour-4", kUnknownAttribute)})));
    if (!absl::StrContains(answer.body, "favourite_colour"))
      return absl::InternalError("the attribute is not named");
    return absl::StrContains(answer.body, "rjct.search_criteria.invalid") ||
                   absl::StrContains(answer.body, "err.request.bad")
               ? absl::OkStatus()
               : absl::InternalError(answer.body);
  }

  // Signs as the SP-System, with the key it publishes.
  absl::StatusOr<std::string> Sign(const SampleRequest& request) {
    google::protobuf::RepeatedPtrField<dci::config::v1::OwnKey> keys;
    keys.Add()->set_file(ecosystem_.KeyFile(kSpSystem));
    ASSIGN_OR_RETURN(const trust::KeyRing ring, trust::KeyRing::Load(keys));
    dci::config::v1::SignatureProfile profile;
    profile.set_form(dci::config::v1::SIGNATURE_FORM_DCI_STRING);
    const wire::OutgoingParts parts{HeaderOf(request), request.body};
    ASSIGN_OR_RETURN(
        const trust::Signed signature,
        trust::Signer(kSpSystemId, &ring)
            .Sign(parts.header_json, parts.message_json, profile, absl::Now()));
    return wire::AssembleDocument(parts, signature.signature_member);
  }

  absl::Status SignedSearch() {
    PrintStep(
        "5. The SP-System must sign: unsigned it is refused, signed with "
        "Ed25519 it is answered, and the answer is signed");
    const SampleRequest request{"search", kSpSystemId, NewId(),
                                SearchBody("tour-5", kByIdentifier)};
    ASSIGN_OR_RETURN(
        const auto refused,
        wire_.Exchange(Url("/registry/sync/search"), DocumentOf(request)));
    RETURN_IF_ERROR(Expect(refused, 401, {"err.signature.missing", "ERR"}));
    ASSIGN_OR_RETURN(const std::string document, Sign(request));
    ASSIGN_OR_RETURN(const auto answer,
                     wire_.Exchange(Url("/registry/sync/search"), document));
    return Expect(answer, 200,
                  {"847951632", "\"signature\":", "ed25519", "(created)"});
  }

  absl::Status AsyncSearch() {
    PrintStep("6. The same asynchronously: an ACK, then a callback");
    ASSIGN_OR_RETURN(const std::string document,
                     Sign({"search", kSpSystemId, NewId(),
                           SearchBody("tour-6", kPoorGroups)}));
    ASSIGN_OR_RETURN(const auto ack,
                     wire_.Exchange(Url("/registry/search"), document));
    RETURN_IF_ERROR(Expect(ack, 200, {"\"ACK\"", "correlation_id"}));
    const absl::string_view rest = absl::string_view(ack.body).substr(
        ack.body.find("\"correlation_id\":\"") + 18);
    return AwaitCallback(std::string(rest.substr(0, rest.find('"'))));
  }

  absl::Status AwaitCallback(const std::string& correlation_id) {
    const std::string url =
        absl::StrCat(ecosystem_.At(kSpSystem).admin_url(),
                     "/inbox?correlation_id=", correlation_id);
    const net::Headers token = {
        {"Authorization", "Bearer " + ecosystem_.operator_token()}};
    for (const absl::Time end = absl::Now() + kCallbackWait; absl::Now() < end;
         absl::SleepFor(kPoll)) {
      ASSIGN_OR_RETURN(const auto inbox, wire_.Send(url, "", token));
      RETURN_IF_ERROR(Expect(inbox, 200, {}));
      if (!absl::StrContains(inbox.body, correlation_id)) continue;
      std::printf("  GET %s\n", url.c_str());
      PrintJson("     ", inbox.body);
      return Expect(inbox, 200, {"\"on-search\"", "poverty_score"});
    }
    return absl::InternalError("no callback arrived");
  }

  absl::Status TransactionStatus() {
    PrintStep("7. What became of it?");
    ASSIGN_OR_RETURN(
        const std::string document,
        Sign({"txn-status", kSpSystemId, NewId(),
              "{\"transaction_id\":\"tour-7\",\"txnstatus_request\":"
              "{\"attribute_type\":\"transaction_id\",\"attribute_value\":"
              "\"tour-6\",\"reference_id\":\"1\",\"txn_type\":\"search\"}}"}));
    ASSIGN_OR_RETURN(
        const auto answer,
        wire_.Exchange(Url("/registry/sync/txn/status"), document));
    return Expect(answer, 200, {"\"txn-on-status\"", "\"tour-6\"", "succ"});
  }

  absl::Status SearchOverGrpc() {
    PrintStep("8. The same search over gRPC");
    dci::registry::v1::SearchRequestEnvelope envelope;
    auto* header = envelope.mutable_header();
    header->set_message_id(NewId());
    header->set_message_ts("2026-01-01T00:00:00Z");
    header->set_action("search");
    header->set_sender_id("grpc");
    header->set_total_count(1);
    auto* message = envelope.mutable_message();
    message->set_transaction_id("tour-8");
    auto* item = message->add_search_request();
    item->set_reference_id("1");
    item->set_timestamp("2026-01-01T00:00:00Z");
    auto* criteria = item->mutable_search_criteria();
    criteria->set_query_type("idtype-value");
    criteria->set_reg_record_type("Person");
    criteria->mutable_idtype_value()->set_type("UIN");
    criteria->mutable_idtype_value()->set_value("847951632");
    ASSIGN_OR_RETURN(const std::string bytes,
                     CallGrpc("/dci.social.v1.SocialRegistry/SyncSearch",
                              envelope.SerializeAsString()));
    dci::registry::v1::SearchResponseEnvelope answer;
    if (!answer.ParseFromString(bytes))
      return absl::InternalError("unreadable answer");
    std::printf("  <- %s\n", answer.ShortDebugString().substr(0, 600).c_str());
    return answer.message().search_response_size() == 1 &&
                   answer.message()
                           .search_response(0)
                           .pagination()
                           .total_count() == 1
               ? absl::OkStatus()
               : absl::InternalError("not the one record");
  }

  absl::StatusOr<std::string> CallGrpc(const std::string& method,
                                       const std::string& request) {
    const std::string target = ecosystem_.At(kSocial).grpc_target();
    std::printf("  -> %s at %s\n", method.c_str(), target.c_str());
    transport::GrpcCaller caller(nullptr);
    return caller.CallAndWait(target, method, request, absl::Seconds(10));
  }

  Ecosystem& ecosystem_;
  TourWire wire_;
};

}  // namespace

absl::Status RunTour(Ecosystem& ecosystem) {
  ASSIGN_OR_RETURN(TourWire wire, TourWire::Create());
  return Tour(ecosystem, std::move(wire)).Run();
}

}  // namespace dci::sandbox
