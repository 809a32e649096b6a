// The operator's commands against an admin endpoint that the test plays.
#include "absl/strings/escaping.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/dci/fixture.h"
#include "tools/dci/json.h"

namespace dci::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class AdminTest : public ProgramTest {
 protected:
  AdminTest()
      : peer_([this](const net::HttpRequest& request) {
          return answer_(request);
        }) {}

  Result Admin(std::vector<std::string> arguments, const std::string& in = "") {
    arguments.insert(arguments.end(), {"--admin", peer_.url(), "--token=op"});
    return Run(arguments, in);
  }
  static std::string LinesOf(const net::HttpRequest& request) {
    std::string lines;
    EXPECT_TRUE(absl::Base64Unescape(TextAt(request.body, "/lines"), &lines));
    return lines;
  }

  FakePeer::Answer answer_ = [](const net::HttpRequest&) {
    return JsonAnswer("{}");
  };
  FakePeer peer_;
};

TEST_F(AdminTest, AddsAParticipantWithItsPublicKeyAlone) {
  Run({"keygen", "--out", Path("k"), "--kid=k1"});
  const Result result = Admin(
      {"participant", "add", "--sender_id=me", "--key", Path("k"),
       "--callback=http://127.0.0.1:8080", "--authorization=optional",
       "--scope=registry.search", "--client_id=c", "--client_secret=hidden"});
  EXPECT_EQ(result.code, ExitCode::kRight) << result.err;
  const net::HttpRequest sent = peer_.last();
  EXPECT_EQ(sent.path, "/admin/participants/put");
  EXPECT_EQ(sent.headers.GetOr("Authorization"), "Bearer op");
  EXPECT_EQ(TextAt(sent.body, "/participant/sender_id"), "me");
  EXPECT_EQ(TextAt(sent.body, "/participant/authorization"), "POLICY_OPTIONAL");
  EXPECT_EQ(TextAt(sent.body, "/participant/callback_bases/0"),
            "http://127.0.0.1:8080");
  EXPECT_EQ(TextAt(sent.body, "/participant/allow_private_addresses"), "true");
  const std::string jwk = TextAt(sent.body, "/participant/keys/0/jwk");
  EXPECT_EQ(TextAt(jwk, "/kid"), "k1");
  EXPECT_EQ(At(jwk, "/d"), std::nullopt);
  EXPECT_THAT(sent.body, Not(HasSubstr("hidden")));
  EXPECT_EQ(TextAt(sent.body, "/participant/clients/0/secret_sha256"),
            "e564b4081d7a9ea4b00dada53bdae70c99b87b6fce869f0c3dd4d2bfa1e53e1c");
  // Any form is accepted unless one is named.
  EXPECT_EQ(Elements(*At(sent.body, "/participant/verify")).size(), 4u);
  EXPECT_EQ(TextAt(sent.body, "/participant/sign/form"),
            "SIGNATURE_FORM_DCI_STRING");
}

TEST_F(AdminTest, ParticipantOptionsBecomeItsSettings) {
  const Result result =
      Run({"participant", "add", "--dry_run", "--sender_id=kit",
           "--signature=off", "--sign_form=jws-compact",
           "--canonicalization=sorted-ascii", "--all_header_fields",
           "--dialect=g2p-connect-2023", "--tolerance=lenient",
           "--duplicates=report", "--rate=7", "--callback=https://kit.example",
           "--callback_path=action", "--placeholder=unsigned*"});
  EXPECT_EQ(result.code, ExitCode::kRight) << result.err;
  EXPECT_EQ(At(result.out, "/verify"), std::nullopt);
  EXPECT_EQ(TextAt(result.out, "/sign/form"), "SIGNATURE_FORM_JWS_COMPACT");
  EXPECT_EQ(TextAt(result.out, "/sign/canonicalization"),
            "CANONICALIZATION_SORTED_ASCII");
  EXPECT_EQ(TextAt(result.out, "/sign/emit_all_header_fields"), "true");
  EXPECT_EQ(TextAt(result.out, "/dialect"), "DIALECT_G2P_CONNECT_2023");
  EXPECT_EQ(TextAt(result.out, "/signature"), "POLICY_OFF");
  EXPECT_EQ(TextAt(result.out, "/tolerance"), "TOLERANCE_LENIENT");
  EXPECT_EQ(TextAt(result.out, "/duplicates"), "DUPLICATES_REPORT");
  EXPECT_EQ(TextAt(result.out, "/rate_limit/messages_per_second"), "7");
  EXPECT_EQ(TextAt(result.out, "/append_action_only"), "true");
  EXPECT_EQ(At(result.out, "/allow_private_addresses"), std::nullopt);
  EXPECT_EQ(TextAt(result.out, "/placeholder_signatures/0"), "unsigned*");
}

TEST_F(AdminTest, ListsAndRemovesParticipants) {
  answer_ = [](const net::HttpRequest&) {
    return JsonAnswer(R"({"participants":[]})");
  };
  EXPECT_EQ(Admin({"participant", "list"}).out, "{\"participants\":[]}\n");
  Admin({"participant", "remove", "--sender_id=me"});
  EXPECT_EQ(peer_.last().path, "/admin/participants/remove");
  EXPECT_EQ(peer_.last().body, R"({"sender_id":"me"})");
}

TEST_F(AdminTest, SaysWhyTheServerRefuses) {
  answer_ = [](const net::HttpRequest&) {
    return JsonAnswer(R"({"errors":[{"code":"err.request.unauthorized",
        "message":"no valid token"}]})",
                      401);
  };
  const Result result = Admin({"participant", "list"});
  EXPECT_EQ(result.code, ExitCode::kRefused);
  EXPECT_THAT(result.err, HasSubstr("err.request.unauthorized"));
  EXPECT_EQ(result.out, "");
}

TEST_F(AdminTest, TakesTheTokenOfTheSandboxWhereThereIsOne) {
  EXPECT_EQ(Run({"participant", "list", "--admin", peer_.url()}).code,
            ExitCode::kUsage);
  Write(".local/share/convergence/sandbox/operator.token", "home\n");
  Run({"participant", "list", "--admin", peer_.url()});
  EXPECT_EQ(peer_.last().headers.GetOr("Authorization"), "Bearer home");
  env_["XDG_DATA_HOME"] = Path("xdg");
  Write("xdg/convergence/sandbox/operator.token", "xdg");
  Run({"participant", "list", "--admin", peer_.url()});
  EXPECT_EQ(peer_.last().headers.GetOr("Authorization"), "Bearer xdg");
}

TEST_F(AdminTest, ListsParkedMessagesOfAllPages) {
  answer_ = [](const net::HttpRequest& request) {
    return TextAt(request.body, "/page_token").empty()
               ? JsonAnswer(
                     R"({"parked":[{"lane":"a"}],"next_page_token":"X"})")
               : JsonAnswer(R"({"parked":[{"lane":"b"}]})");
  };
  EXPECT_EQ(Admin({"parked", "list", "--receiver_id=me"}).out,
            "{\"parked\":[{\"lane\":\"a\"},{\"lane\":\"b\"}]}\n");
  EXPECT_EQ(peer_.requests().size(), 2u);
  // A server that goes round in circles does not hold us up.
  answer_ = [](const net::HttpRequest&) {
    return JsonAnswer(R"({"next_page_token":"X"})");
  };
  EXPECT_EQ(Admin({"parked", "list"}).code, ExitCode::kUntrusted);
}

TEST_F(AdminTest, ReplaysAndDiscards) {
  Admin({"parked", "replay", "--receiver_id=me"});
  EXPECT_EQ(peer_.last().path, "/admin/parked/replay");
  EXPECT_EQ(peer_.last().body, R"({"receiver_id":"me"})");
  EXPECT_EQ(Admin({"parked", "replay"}).code, ExitCode::kUsage);
  EXPECT_EQ(Admin({"parked", "replay", "--lane=l", "--receiver_id=r"}).code,
            ExitCode::kUsage);
  Admin({"parked", "discard", "--lane=l", "--message_id=m"});
  EXPECT_EQ(peer_.last().body, R"({"lane":"l","message_id":"m"})");
  Admin({"parked", "count"});
  EXPECT_EQ(peer_.last().path, "/admin/outgoing/count");
}

TEST_F(AdminTest, LoadsInPartsOfWholeLines) {
  answer_ = [](const net::HttpRequest&) {
    return JsonAnswer(R"({"read":4,"created":3,"replaced":1,"bulk":true})");
  };
  const Result result = Admin({"load", "-", "--type=Group", "--part_bytes=10"},
                              "{\"a\":1}\n\n{}\n{\"b\":2}\n{\"c\":12345678}");
  EXPECT_EQ(result.code, ExitCode::kRight) << result.err;
  const std::vector<net::HttpRequest> sent = peer_.requests();
  ASSERT_EQ(sent.size(), 3u);
  EXPECT_EQ(sent[0].path, "/admin/registry/load");
  EXPECT_EQ(TextAt(sent[0].body, "/default_type"), "Group");
  EXPECT_EQ(LinesOf(sent[0]), "{\"a\":1}\n{}\n");
  EXPECT_EQ(LinesOf(sent[1]), "{\"b\":2}\n");
  EXPECT_EQ(LinesOf(sent[2]), "{\"c\":12345678}\n");
  // One load, ended by its last part.
  for (const net::HttpRequest& part : sent)
    EXPECT_EQ(TextAt(part.body, "/load"), "id-1");
  EXPECT_EQ(At(sent[1].body, "/end"), std::nullopt);
  EXPECT_EQ(TextAt(sent[2].body, "/end"), "true");
  EXPECT_EQ(TextAt(result.out, "/complete"), "true");
  EXPECT_EQ(TextAt(result.out, "/records"), "4");
  EXPECT_EQ(TextAt(result.out, "/created"), "3");
  EXPECT_EQ(TextAt(result.out, "/unchanged"), "0");
  EXPECT_EQ(TextAt(result.out, "/bulk"), "true");
}

TEST_F(AdminTest, LoadNamesRefusedRecordsByTheirLineInTheFile) {
  answer_ = [](const net::HttpRequest&) {
    return JsonAnswer(R"({"read":3,"refused":3,"problems":[{"line":1,
        "message":"no key"},{"line":2},{"line":3}]})");
  };
  const Result result =
      Admin({"load", Write("f", "{}\n\n{}\n{}\n \n{}\n"), "--skip=1"});
  EXPECT_EQ(result.code, ExitCode::kRefused);
  EXPECT_EQ(TextAt(result.out, "/refused"), "3");
  EXPECT_EQ(TextAt(result.out, "/problems/0/line"), "3");
  EXPECT_EQ(TextAt(result.out, "/problems/0/message"), "no key");
  EXPECT_EQ(TextAt(result.out, "/problems/1/line"), "4");
  EXPECT_EQ(TextAt(result.out, "/problems/2/line"), "6");
}

TEST_F(AdminTest, ALoadThatBreaksOffSaysWhereItGoesOn) {
  int parts = 0;
  answer_ = [&parts](const net::HttpRequest&) {
    return ++parts < 3 ? JsonAnswer(R"({"read":2,"created":1,"unchanged":1})")
                       : JsonAnswer(R"({"errors":[{"code":"x"}]})", 503);
  };
  const Result result =
      Admin({"load", "-", "--part_bytes=1"}, "{}\n\n{}\n{}\n{}\n");
  EXPECT_EQ(result.code, ExitCode::kRefused);
  EXPECT_THAT(result.err, HasSubstr("go on with --skip 3"));
  EXPECT_EQ(TextAt(result.out, "/complete"), "false");
  EXPECT_EQ(TextAt(result.out, "/created"), "1");
  EXPECT_EQ(Admin({"load", Path("none")}).code, ExitCode::kUsage);
}

TEST_F(AdminTest, ExportsAllPages) {
  answer_ = [](const net::HttpRequest& request) {
    const bool first = TextAt(request.body, "/position").empty();
    return JsonAnswer(
        JsonObject()
            .Text("lines", absl::Base64Escape(first ? "{\"a\":1}\n" : "{}\n"))
            .Number("records", 1)
            .TextIf("next", first ? "UEs=" : "")
            .Build());
  };
  const Result result =
      Admin({"export", "--type=Group", "--dialect=dci-2025-01"});
  EXPECT_EQ(result.code, ExitCode::kRight) << result.err;
  EXPECT_EQ(result.out, "{\"a\":1}\n{}\n");
  EXPECT_THAT(result.err, HasSubstr("2 records"));
  EXPECT_EQ(TextAt(peer_.last().body, "/dialect"), "dci-2025-01");
  EXPECT_EQ(TextAt(peer_.last().body, "/position"), "UEs=");
}

TEST_F(AdminTest, AnExportThatCannotBeReadIsNotTrusted) {
  answer_ = [](const net::HttpRequest&) {
    return JsonAnswer(R"({"lines":"*"})");
  };
  EXPECT_EQ(Admin({"export", "--type=Group"}).code, ExitCode::kUntrusted);
  answer_ = [](const net::HttpRequest&) {
    return JsonAnswer(R"({"next":"X"})");
  };
  EXPECT_EQ(Admin({"export", "--type=Group"}).code, ExitCode::kUntrusted);
}

}  // namespace
}  // namespace dci::cli
