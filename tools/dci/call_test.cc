// dci call against a server that answers what the test says.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/net/form.h"
#include "tools/dci/fixture.h"
#include "tools/dci/json.h"

namespace dci::cli {
namespace {

using ::testing::HasSubstr;

constexpr char kAck[] = R"({"message":{"ack_status":"ACK"}})";

class CallTest : public ProgramTest {
 protected:
  CallTest()
      : peer_([this](const net::HttpRequest& request) {
          return answer_(request);
        }) {}

  Result Call(std::vector<std::string> arguments, const std::string& in = "") {
    arguments.insert(arguments.begin(), {"call", "--to", peer_.url()});
    return Run(arguments, in);
  }

  FakePeer::Answer answer_ = [](const net::HttpRequest&) {
    return JsonAnswer(kAck);
  };
  FakePeer peer_;
};

TEST_F(CallTest, MakesASearchFromOptions) {
  const Result result =
      Call({"search", "--id", "UIN=847951632", "--record", "Person"});
  EXPECT_EQ(result.code, ExitCode::kRight) << result.err;
  EXPECT_EQ(result.out, std::string(kAck) + "\n");
  const net::HttpRequest sent = peer_.last();
  EXPECT_EQ(sent.path, "/registry/sync/search");
  EXPECT_EQ(sent.headers.GetOr("Content-Type"), "application/json");
  EXPECT_EQ(TextAt(sent.body, "/header/action"), "search");
  EXPECT_EQ(TextAt(sent.body, "/header/total_count"), "1");
  EXPECT_EQ(TextAt(sent.body, "/header/message_ts"),
            "2026-09-21T14:13:20.000Z");
  EXPECT_EQ(At(sent.body, "/signature"), std::nullopt);
  const std::string criteria = "/message/search_request/0/search_criteria";
  EXPECT_EQ(TextAt(sent.body, criteria + "/query_type"), "idtype-value");
  EXPECT_EQ(TextAt(sent.body, criteria + "/query"),
            R"({"type":"UIN","value":"847951632"})");
  EXPECT_EQ(TextAt(sent.body, criteria + "/reg_record_type"), "Person");
}

TEST_F(CallTest, MakesExpressionsNamedQueriesSortAndPage) {
  Call({"search", "--async", "--query", R"({"score":{"$lt":5}})", "--record",
        "Group", "--sort", "score:desc", "--page", "2", "--page_size", "3"});
  EXPECT_EQ(peer_.last().path, "/registry/search");
  const std::string criteria = "/message/search_request/0/search_criteria";
  std::string body = peer_.last().body;
  EXPECT_EQ(TextAt(body, criteria + "/query/value/expression"),
            R"({"collection":"Group","query":{"score":{"$lt":5}}})");
  EXPECT_EQ(TextAt(body, criteria + "/sort/0/sort_order"), "desc");
  EXPECT_EQ(TextAt(body, criteria + "/pagination"),
            R"({"page_size":3,"page_number":2})");
  Call({"search", "--named", "poor", "--param", "score=5", "--param=who=a b"});
  body = peer_.last().body;
  EXPECT_EQ(TextAt(body, criteria + "/query"),
            R"({"query_name":"poor","query_params":{"score":5,"who":"a b"}})");
}

TEST_F(CallTest, PutsAnEnvelopeAroundABody) {
  Call({"search", "--body", "-", "--registry", "social", "--sender_id", "me",
        "--sender_uri", "http://cb", "--message_id", "m1"},
       R"({"transaction_id":"t","search_request":[{},{}]})");
  const net::HttpRequest sent = peer_.last();
  EXPECT_EQ(sent.path, "/social/registry/sync/search");
  EXPECT_EQ(TextAt(sent.body, "/header/total_count"), "2");
  EXPECT_EQ(TextAt(sent.body, "/header/sender_id"), "me");
  EXPECT_EQ(TextAt(sent.body, "/header/sender_uri"), "http://cb");
  EXPECT_EQ(TextAt(sent.body, "/header/message_id"), "m1");
  EXPECT_EQ(TextAt(sent.body, "/message/transaction_id"), "t");
}

TEST_F(CallTest, LeavesADocumentAsItIs) {
  const std::string document =
      R"({"header":{"message_id":"1", "x":1.0},"message":{ },"signature":"s"})";
  Call({"/registry/on-search", "--body", Write("d.json", document)});
  EXPECT_EQ(peer_.last().body, document);
  // A path that the schema does not know takes whole documents alone.
  EXPECT_EQ(Call({"/elsewhere", "--body", Path("d.json")}).code,
            ExitCode::kRight);
  EXPECT_EQ(Call({"/elsewhere", "--body", "-"}, "{}").code, ExitCode::kUsage);
}

TEST_F(CallTest, WritesTheDialectThatIsAsked) {
  const Result result = Run({"call", "search", "--dry_run", "--id=UIN=1",
                             "--record=Person", "--dialect=g2p-connect-2023"});
  EXPECT_EQ(result.code, ExitCode::kRight) << result.err;
  const std::string criteria = "/message/search_request/0/search_criteria";
  EXPECT_EQ(TextAt(result.out, criteria + "/query_type"), "idtype");
  EXPECT_EQ(At(result.out, criteria + "/reg_record_type"), std::nullopt);
}

TEST_F(CallTest, SignsWhatItSendsAndVerifiesWhatComes) {
  Run({"keygen", "--out", Path("k")});
  std::string received;
  answer_ = [&](const net::HttpRequest& request) {
    return JsonAnswer(request.body);  // what we signed, given back
  };
  const std::vector<std::string> call = {
      "search",  "--id=UIN=1",         "--key", Path("k"), "--verify",
      Path("k"), "--form=jws-detached"};
  EXPECT_EQ(Call(call).code, ExitCode::kRight) << Call(call).err;
  answer_ = [&](const net::HttpRequest& request) {
    std::string body = request.body;
    body.replace(body.find("UIN"), 3, "XXX");
    return JsonAnswer(body);
  };
  EXPECT_EQ(Call(call).code, ExitCode::kUntrusted);
  answer_ = [&](const net::HttpRequest&) {
    return JsonAnswer(R"({"header":{"status":"succ"},"message":{}})");
  };
  EXPECT_EQ(Call(call).code, ExitCode::kUntrusted);
  // An acknowledgement has no signature.
  answer_ = [&](const net::HttpRequest&) { return JsonAnswer(kAck); };
  EXPECT_EQ(Call(call).code, ExitCode::kRight);
}

TEST_F(CallTest, SendsAnHttpSignatureAsAHeaderField) {
  Run({"keygen", "--alg=ES256", "--out", Path("k")});
  Call({"search", "--id=UIN=1", "--key", Path("k"), "--form=jws-http-header"});
  const net::HttpRequest sent = peer_.last();
  EXPECT_THAT(std::string(sent.headers.GetOr("Signature")), HasSubstr(".."));
  EXPECT_EQ(At(sent.body, "/signature"), std::nullopt);
}

TEST_F(CallTest, FetchesATokenFirst) {
  answer_ = [](const net::HttpRequest& request) {
    if (request.path != "/oauth2/client/token") return JsonAnswer(kAck);
    const auto basic = net::ParseBasic(request.headers.GetOr("Authorization"));
    const bool known = basic.ok() && basic->user == "me";
    return known ? JsonAnswer(R"({"access_token":"T","token_type":"bearer"})")
                 : JsonAnswer(R"({"error":"invalid_client"})", 401);
  };
  const std::string secret = "--client_secret=s";
  EXPECT_EQ(Call({"search", "--id=UIN=1", "--client_id=me", secret}).code,
            ExitCode::kRight);
  EXPECT_EQ(peer_.last().headers.GetOr("Authorization"), "Bearer T");
  const Result refused =
      Call({"search", "--id=UIN=1", "--client_id=you", secret});
  EXPECT_EQ(refused.code, ExitCode::kRefused);
  EXPECT_THAT(refused.err, HasSubstr("invalid_client"));
  Call({"search", "--id=UIN=1", "--token=X", "--header=X-Trace: 7"});
  EXPECT_EQ(peer_.last().headers.GetOr("Authorization"), "Bearer X");
  EXPECT_EQ(peer_.last().headers.GetOr("x-trace"), "7");
}

TEST_F(CallTest, ExitCodesTellWhatBecameOfIt) {
  const std::vector<std::string> call = {"search", "--id=UIN=1"};
  answer_ = [](const net::HttpRequest&) {
    return JsonAnswer(R"({"message":{"ack_status":"ERR","error":
        {"code":"err.signature.missing"}}})",
                      401);
  };
  const Result refused = Call(call);
  EXPECT_EQ(refused.code, ExitCode::kRefused);
  EXPECT_THAT(refused.out, HasSubstr("ERR"));  // printed all the same
  EXPECT_THAT(refused.err, HasSubstr("err.signature.missing"));
  answer_ = [](const net::HttpRequest&) { return JsonAnswer("<html>", 502); };
  EXPECT_EQ(Call(call).code, ExitCode::kUntrusted);
  EXPECT_EQ(Call(call).out, "");
  // Nobody listens at port 1.
  EXPECT_EQ(
      Run({"call", "search", "--id=UIN=1", "--to=http://127.0.0.1:1"}).code,
      ExitCode::kNotReached);
  EXPECT_EQ(
      Run({"call", "search", "--id=UIN=1", "--grpc=127.0.0.1:1", "--timeout=5"})
          .code,
      ExitCode::kNotReached);
}

TEST_F(CallTest, WrongArgumentsAreUsageErrorsAndSendNothing) {
  for (const std::vector<std::string>& call :
       std::vector<std::vector<std::string>>{
           {"search"},
           {"serch", "--id=UIN=1"},
           {"search", "--id=UIN"},
           {"search", "--id=UIN=1", "--named=x"},
           {"search", "--id=UIN=1", "--body=-"},
           {"search", "--query=[1]"},
           {"search", "--id=UIN=1", "--sync", "--async"},
           {"search", "--id=UIN=1", "--key=/nonexistent"},
           {"search", "--id=UIN=1", "--header=none"},
           {"search", "--id=UIN=1", "--header=A: \x01"},
           {"txn-status"},
       }) {
    EXPECT_EQ(Call(call).code, ExitCode::kUsage) << call.back();
  }
  EXPECT_EQ(Call({"search", "--body=-"}, "{\"a\":").code, ExitCode::kUsage);
  EXPECT_EQ(Run({"call", "search", "--id=UIN=1", "--to=ftp://x"}).code,
            ExitCode::kUsage);
  EXPECT_TRUE(peer_.requests().empty());
}

TEST_F(CallTest, SendsRawBytesAndPlainRequests) {
  EXPECT_EQ(Call({"search", "--raw", "--body=-"}, "{\"a\":").code,
            ExitCode::kRight);
  EXPECT_EQ(peer_.last().body, "{\"a\":");
  answer_ = [](const net::HttpRequest&) {
    return JsonAnswer("{\"limits\":[]}");
  };
  const Result result = Call({"/capabilities"});
  EXPECT_EQ(result.code, ExitCode::kRight) << result.err;
  EXPECT_EQ(peer_.last().method, "GET");
  EXPECT_EQ(peer_.last().body, "");
}

}  // namespace
}  // namespace dci::cli
