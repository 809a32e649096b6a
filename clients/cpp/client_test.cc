// The generated client of a social registry against a server that answers as
// a test says.
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "clients/cpp/runtime/testing/fake_server.h"
#include "clients/cpp/runtime/testing/fake_time.h"
#include "dci/social/v1/social_service.client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/net/form.h"
#include "services/schema/reason.h"
#include "simdjson.h"

namespace dci::client {
namespace {

using dci::common::v1::ACK_STATUS_ACK;
using dci::common::v1::ACK_STATUS_NACK;
using dci::registry::v1::SearchRequest;
using dci::registry::v1::SearchResponse;
using dci::social::v1::SocialRegistryClient;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kAck[] =
    R"({"message":{"ack_status":"ACK","timestamp":"2026-11-24T06:00:00Z","correlation_id":"c-1"}})";
constexpr char kAnswer[] =
    R"({"signature":"","header":{"message_id":"r-1","message_ts":"2026-11-24T06:00:00Z","action":"on-search","status":"succ","total_count":1,"completed_count":1},
 "message":{"transaction_id":"t-1","correlation_id":"c-1","search_response":[{"reference_id":"1","timestamp":"2026-11-24T06:00:00Z","status":"succ","data":{"reg_record_type":"Group","reg_records":[]},"pagination":{"page_size":1,"page_number":1,"total_count":0}}]}})";

std::string Err(const std::string& code) {
  return absl::StrCat(R"({"errors":[{"code":")", code,
                      R"(","message":"why"}],"message":{"ack_status":"ERR",)",
                      R"("timestamp":"2026-11-24T06:00:00Z","error":{"code":")",
                      code, R"(","message":"why"}}})");
}

SearchRequest Search() {
  SearchRequest request;
  request.set_transaction_id("t-1");
  auto* item = request.add_search_request();
  item->set_reference_id("1");
  item->set_timestamp("2026-11-24T06:00:00Z");
  item->mutable_search_criteria()->set_query_type("idtype-value");
  auto* query = item->mutable_search_criteria()->mutable_idtype_value();
  query->set_type("UIN");
  query->set_value("847951632");
  return request;
}

// Text of a member of a request's body: "header", "message_id".
std::string Member(const net::HttpRequest& request, const char* object,
                   const char* key) {
  simdjson::dom::parser parser;
  const simdjson::padded_string json(request.body);
  std::string_view text;
  if (parser.parse(json)[object][key].get(text) != simdjson::SUCCESS) return "";
  return std::string(text);
}

class ClientTest : public testing::Test {
 protected:
  ClientTest() {
    options_.sender_id = "spmis";
    options_.sender_uri = "https://spmis.example/callback";
    options_.base_url = server_.url() + "/social/";
    options_.http.addresses.allow_loopback = true;
    options_.ids = &ids_;
    options_.token.reset();
    time_.Install(&options_);
  }

  Client& client() {
    if (client_ == nullptr) client_ = Client::Create(options_).value();
    return *client_;
  }
  SocialRegistryClient registry() { return SocialRegistryClient(&client()); }

  std::vector<std::string> MessageIds() const {
    std::vector<std::string> ids;
    for (const net::HttpRequest& request : server_.requests()) {
      ids.push_back(Member(request, "header", "message_id"));
    }
    return ids;
  }

  FakeServer server_;
  FakeTime time_;
  CountingIds ids_;
  ClientOptions options_;
  std::unique_ptr<Client> client_;
};

TEST_F(ClientTest, PostsTheEnvelopeToThePathOfTheMethod) {
  server_.Then(200, kAnswer);
  dci::common::v1::MsgCallbackHeader header;
  CallOptions options;
  options.answer_header = &header;
  ASSERT_OK_AND_ASSIGN(const SearchResponse response,
                       registry().SyncSearch(Search(), options));
  EXPECT_EQ(response.search_response(0).reference_id(), "1");
  EXPECT_EQ(header.message_id(), "r-1");
  const net::HttpRequest request = server_.requests().at(0);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "/social/registry/sync/search");
  EXPECT_EQ(request.headers.GetOr("Content-Type"), "application/json");
  EXPECT_EQ(
      request.body,
      R"({"header":{"action":"search","message_id":"id-1","message_ts":"2026-11-24T06:00:00.000Z","sender_id":"spmis","sender_uri":"https://spmis.example/callback","total_count":1,"version":"1.0.0"},)"
      R"("message":{"search_request":[{"reference_id":"1","search_criteria":{"query":{"type":"UIN","value":"847951632"},"query_type":"idtype-value"},"timestamp":"2026-11-24T06:00:00Z"}],"transaction_id":"t-1"}})");
}

TEST_F(ClientTest, AsynchronousCallGivesTheAcknowledgement) {
  server_.Then(202, kAck);
  ASSERT_OK_AND_ASSIGN(const dci::common::v1::Ack ack,
                       registry().Search(Search()));
  EXPECT_EQ(ack.ack_status(), ACK_STATUS_ACK);
  EXPECT_EQ(ack.correlation_id(), "c-1");
  EXPECT_EQ(server_.requests().at(0).path, "/social/registry/search");
}

TEST_F(ClientTest, NackIsNoError) {
  server_.Then(200, R"({"message":{"ack_status":"NACK"}})");
  ASSERT_OK_AND_ASSIGN(const dci::common::v1::Ack ack,
                       registry().Search(Search()));
  EXPECT_EQ(ack.ack_status(), ACK_STATUS_NACK);
}

TEST_F(ClientTest, RepetitionsKeepTheMessageIdAndTakeAFreshTimestamp) {
  server_.Then(503, "down");
  server_.Then(503, Err("err.service.unavailable"));
  server_.Then(200, kAck);
  ASSERT_OK(registry().Search(Search()));
  EXPECT_THAT(MessageIds(), ElementsAre("id-1", "id-1", "id-1"));
  std::set<std::string> times;
  for (const net::HttpRequest& request : server_.requests()) {
    times.insert(Member(request, "header", "message_ts"));
  }
  EXPECT_EQ(times.size(), 3u);
  EXPECT_THAT(time_.waits,
              ElementsAre(absl::Milliseconds(100), absl::Milliseconds(200)));
  // The next call is another message.
  ASSERT_OK(registry().Search(Search()));
  EXPECT_EQ(MessageIds().back(), "id-2");
}

TEST_F(ClientTest, AnAcknowledgementThatAsksForItIsRepeatedToo) {
  server_.Then(200, Err("err.service.unavailable"));
  server_.Then(200, kAck);
  ASSERT_OK(registry().Search(Search()));
  EXPECT_THAT(MessageIds(), ElementsAre("id-1", "id-1"));
}

TEST_F(ClientTest, ALostAnswerIsAskedForAgainUnderTheSameId) {
  bool first = true;
  server_.Then([&](const net::HttpRequest&) {
    net::HttpResponse response;
    response.body = kAck;
    if (first) {
      response.body.clear();
      // Cuts the connection within the answer.
      response.producer = [](std::string*) -> absl::StatusOr<bool> {
        return absl::InternalError("cut");
      };
      first = false;
    }
    return response;
  });
  ASSERT_OK(registry().Search(Search()));
  ASSERT_GE(MessageIds().size(), 2u);
  for (const std::string& id : MessageIds()) EXPECT_EQ(id, "id-1");
}

TEST_F(ClientTest, CallerMayGiveTheIdOfAnEarlierRun) {
  server_.Then(200, kAck);
  CallOptions options;
  options.message_id = "kept";
  ASSERT_OK(registry().Search(Search(), options));
  EXPECT_THAT(MessageIds(), ElementsAre("kept"));
}

TEST_F(ClientTest, ARefusalIsGivenWithItsReasonAndNotRepeated) {
  server_.Then(400, Err("rjct.total_count.invalid"));
  const auto refused = registry().SyncSearch(Search());
  EXPECT_EQ(schema::ReasonOf(refused.status()),
            dci::common::v1::REASON_TOTAL_COUNT_INVALID);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument,
                                std::string("rjct.total_count.invalid: why")));
  EXPECT_EQ(server_.requests().size(), 1u);
}

TEST_F(ClientTest, ACodeThatNobodyKnowsIsJudgedByTheHttpStatus) {
  server_.Then(403, Err("err.of.theirs"));
  EXPECT_THAT(registry().SyncSearch(Search()),
              StatusIs(absl::StatusCode::kPermissionDenied,
                       std::string("err.of.theirs: why")));
}

TEST_F(ClientTest, WaitsAsLongAsRetryAfterSays) {
  server_.Then(429, Err("err.request.too_many_requests"),
               {{"Retry-After", "7"}});
  server_.Then(200, kAck);
  ASSERT_OK(registry().Search(Search()));
  EXPECT_THAT(time_.waits, ElementsAre(absl::Seconds(7)));
}

TEST_F(ClientTest, GivesUpAfterTheLastAttempt) {
  server_.Then(503, "");
  EXPECT_THAT(registry().Search(Search()),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(server_.requests().size(), 5u);
}

TEST_F(ClientTest, GivesUpWhereTheNextAttemptWouldBeTooLate) {
  server_.Then(503, "", {{"Retry-After", "120"}});
  EXPECT_THAT(registry().Search(Search()),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(server_.requests().size(), 1u);
  CallOptions options;
  options.timeout = absl::ZeroDuration();
  EXPECT_THAT(registry().Search(Search(), options),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
}

TEST_F(ClientTest, AnAnswerThatCannotBeReadIsDataLoss) {
  server_.Then(200, "<html>");
  EXPECT_THAT(registry().SyncSearch(Search()),
              StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_EQ(server_.requests().size(), 1u);
}

TEST_F(ClientTest, AnAnswerRefusedByItsHeaderIsAnError) {
  server_.Then(
      200,
      R"({"header":{"message_id":"1","status":"rjct","status_reason_code":"rjct.action.not_supported"}})");
  EXPECT_EQ(schema::ReasonOf(registry().SyncSearch(Search()).status()),
            dci::common::v1::REASON_ACTION_NOT_SUPPORTED);
}

TEST_F(ClientTest, WritesTheDialectOfThePeer) {
  options_.dialect = schema::Dialect::kG23;
  server_.Then(200, kAck);
  ASSERT_OK(registry().Search(Search()));
  EXPECT_THAT(server_.requests().at(0).body,
              HasSubstr(R"("query_type":"idtype")"));
}

TEST_F(ClientTest, CountsTheItems) {
  server_.Then(200, kAck);
  SearchRequest request = Search();
  *request.add_search_request() = request.search_request(0);
  ASSERT_OK(registry().Search(request));
  EXPECT_THAT(server_.requests().at(0).body, HasSubstr(R"("total_count":2)"));
}

TEST_F(ClientTest, NonsenseInTheOptionsIsRefused) {
  options_.base_url = "";
  EXPECT_THAT(Client::Create(options_),
              StatusIs(absl::StatusCode::kInvalidArgument));
  options_.wire = Wire::kGrpc;
  EXPECT_THAT(Client::Create(options_),
              StatusIs(absl::StatusCode::kInvalidArgument));
  options_.grpc_target = "localhost:1";
  options_.sign.set_form(dci::config::v1::SIGNATURE_FORM_DCI_STRING);
  EXPECT_THAT(Client::Create(options_),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       std::string("messages are to be signed without keys")));
}

// --- Tokens

class TokenTest : public ClientTest {
 protected:
  TokenTest() {
    TokenOptions token;
    token.url = tokens_.url() + "/oauth2/client/token";
    token.client_id = "id";
    token.client_secret = "se cret";
    token.scopes = {"registry.search", "registry.subscribe"};
    options_.token = token;
  }
  void GiveTokens() {
    tokens_.Then([this](const net::HttpRequest&) {
      net::HttpResponse response;
      response.body =
          absl::StrCat(R"({"access_token":"token-)", ++given_,
                       R"(","token_type":"bearer",)", R"("expires_in":3600})");
      return response;
    });
  }
  std::vector<std::string> Used() const {
    std::vector<std::string> used;
    for (const net::HttpRequest& request : server_.requests()) {
      used.emplace_back(request.headers.GetOr("Authorization"));
    }
    return used;
  }

  FakeServer tokens_;
  int given_ = 0;
};

TEST_F(TokenTest, IsFetchedOnceAndSentWithEveryRequest) {
  GiveTokens();
  server_.Then(200, kAck);
  ASSERT_OK(registry().Search(Search()));
  ASSERT_OK(registry().Search(Search()));
  EXPECT_THAT(Used(), ElementsAre("Bearer token-1", "Bearer token-1"));
  ASSERT_EQ(tokens_.requests().size(), 1u);
  ASSERT_OK_AND_ASSIGN(const net::FormFields form,
                       net::ParseForm(tokens_.requests().at(0).body));
  EXPECT_EQ(net::FindField(form, "grant_type"), "client_credentials");
  EXPECT_EQ(net::FindField(form, "client_secret"), "se cret");
  EXPECT_EQ(net::FindField(form, "scope"),
            "registry.search registry.subscribe");
}

TEST_F(TokenTest, IsRenewedBeforeItExpires) {
  GiveTokens();
  server_.Then(200, kAck);
  ASSERT_OK(registry().Search(Search()));
  time_.now += absl::Seconds(3600 - 31);
  ASSERT_OK(registry().Search(Search()));
  time_.now += absl::Seconds(2);
  ASSERT_OK(registry().Search(Search()));
  EXPECT_THAT(Used(), ElementsAre("Bearer token-1", "Bearer token-1",
                                  "Bearer token-2"));
}

TEST_F(TokenTest, IsFetchedAnewWhereItIsRefused) {
  GiveTokens();
  server_.Then(401, Err("err.request.unauthorized"));
  server_.Then(200, kAck);
  ASSERT_OK(registry().Search(Search()));
  EXPECT_THAT(Used(), ElementsAre("Bearer token-1", "Bearer token-2"));
  EXPECT_THAT(MessageIds(), ElementsAre("id-1", "id-1"));
}

TEST_F(TokenTest, IsNotFetchedForEver) {
  GiveTokens();
  server_.Then(401, Err("err.request.unauthorized"));
  EXPECT_THAT(registry().Search(Search()),
              StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_EQ(tokens_.requests().size(), 2u);
}

TEST_F(TokenTest, WrongCredentialsAreSaid) {
  tokens_.Then(401, R"({"error":"invalid_client"})");
  EXPECT_THAT(registry().Search(Search()),
              StatusIs(absl::StatusCode::kUnauthenticated,
                       HasSubstr("invalid_client")));
  EXPECT_TRUE(server_.requests().empty());
}

TEST_F(TokenTest, LifetimeMayBeAText) {
  tokens_.Then(200, R"({"access_token":"t","expires_in":"60"})");
  server_.Then(200, kAck);
  ASSERT_OK(registry().Search(Search()));
  time_.now += absl::Seconds(31);
  ASSERT_OK(registry().Search(Search()));
  EXPECT_EQ(tokens_.requests().size(), 2u);
}

TEST_F(TokenTest, AnAnswerWithoutATokenIsAnError) {
  options_.retry.max_attempts = 1;
  for (const char* body : {"{}", "", "[]", R"({"access_token":""})"}) {
    tokens_.Then(200, body);
    client_.reset();
    EXPECT_THAT(registry().Search(Search()),
                StatusIs(absl::StatusCode::kInternal))
        << body;
  }
}

}  // namespace
}  // namespace dci::client
