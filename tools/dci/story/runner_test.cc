// dci story against peers that answer as a test wants.
#include <mutex>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/net/http_client.h"
#include "tools/dci/fixture.h"
#include "tools/dci/json.h"

namespace dci::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kAck[] =
    R"({"message":{"ack_status":"ACK","correlation_id":"C-1"}})";

class StoryTest : public ProgramTest {
 protected:
  // A registry "crvs" that acknowledges; `answer` may say otherwise.
  explicit StoryTest()
      : peer_([this](const net::HttpRequest& request) {
          const std::lock_guard<std::mutex> lock(mutex_);
          return answer_ ? answer_(request) : JsonAnswer(kAck);
        }) {
    net::HttpClientOptions options;
    options.addresses.allow_loopback = true;
    client_ = *net::HttpClient::Create(options);
  }
  ~StoryTest() override {
    for (std::thread& thread : threads_) thread.join();
  }

  void Answers(FakePeer::Answer answer) {
    const std::lock_guard<std::mutex> lock(mutex_);
    answer_ = std::move(answer);
  }

  // Tells a page with this text below its title, line 1.
  Result Tell(const std::string& text,
              const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {
        "story",       Write("s.md", "# T\n" + text),
        "--at",        "crvs=" + peer_.url(),
        "--sender_id", "me",
        "--no_wait"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Run(arguments);
  }

  // Posts documents, in their order, to where a message says that callbacks
  // go, from a thread of its own, as a registry would.
  void CallBack(const net::HttpRequest& request,
                const std::vector<std::string>& documents) {
    const std::string url = TextAt(request.body, "/header/sender_uri");
    threads_.emplace_back([this, url, documents] {
      for (const std::string& document : documents) {
        net::HttpClientRequest post;
        post.method = "POST";
        post.url = url;
        post.headers.Add("Content-Type", "application/json");
        post.body = document;
        EXPECT_EQ(client_->Call(std::move(post))->status, 200);
      }
    });
  }

  FakePeer peer_;
  std::unique_ptr<net::HttpClient> client_;
  std::vector<std::thread> threads_;

 private:
  std::mutex mutex_;
  FakePeer::Answer answer_;
};

std::string With(const std::string& line, const std::string& json = "{}") {
  return absl::StrCat(line, "\n```json\n", json, "\n```\n");
}

std::string Search(const std::string& transaction = "t") {
  return With("**Send** to crvs /registry/search",
              absl::StrCat(R"({"transaction_id":")", transaction,
                           R"(","search_request":[{"reference_id":"1"},{}]})"));
}

std::string Callback(const std::string& message_id,
                     const std::string& correlation_id) {
  return absl::StrCat(
      R"({"header":{"message_id":")", message_id,
      R"(","action":"on-search","status":"succ"},"message":{"correlation_id":")",
      correlation_id, R"("}})");
}

TEST_F(StoryTest, PutsAHeaderBeforeTheMessageAndSigns) {
  const Result result = Tell(Search() + With("**Answer**", R"({"message":
      {"ack_status":"ACK"}})"));
  EXPECT_EQ(result.code, ExitCode::kRight) << result.err;
  const std::string sent = peer_.requests()[0].body;
  EXPECT_EQ(peer_.requests()[0].path, "/registry/search");
  EXPECT_EQ(TextAt(sent, "/header/action"), "search");
  EXPECT_EQ(TextAt(sent, "/header/total_count"), "2");
  EXPECT_EQ(TextAt(sent, "/header/sender_id"), "me");
  EXPECT_EQ(TextAt(sent, "/header/message_ts"), "2026-09-21T14:13:20.000Z");
  EXPECT_THAT(TextAt(sent, "/signature"), HasSubstr("ed25519"));
  EXPECT_THAT(result.out, AllOf(HasSubstr("-> POST " + peer_.url()),
                                HasSubstr("<- 200"), HasSubstr("ok: T")));
}

TEST_F(StoryTest, HeaderMembersOfTheStoryStandOverOurs) {
  const Result result =
      Tell(With("**Send** to crvs /registry/search unsigned",
                R"({"header":{"action":"verify","meta":{"a":1}},
               "message":{"transaction_id":"t"}})") +
           "**Answer**\n");
  EXPECT_EQ(result.code, ExitCode::kRight) << result.err;
  const std::string sent = peer_.last().body;
  EXPECT_EQ(TextAt(sent, "/header/action"), "verify");
  EXPECT_EQ(TextAt(sent, "/header/meta/a"), "1");
  EXPECT_FALSE(At(sent, "/signature").has_value());
}

TEST_F(StoryTest, AnOperationThatNobodyKnowsHasTheActionOfItsPath) {
  EXPECT_EQ(Tell(With("**Send** to crvs /school/enrol") + "**Answer**\n").code,
            ExitCode::kRight);
  EXPECT_EQ(TextAt(peer_.last().body, "/header/action"), "enrol");
}

TEST_F(StoryTest, SaysFileLineAndPlaceOfWhatIsNotAsExpected) {
  const Result result =
      Tell(Search() + With("**Answer**",
                           "{\"message\":\n{\"ack_status\":\"NACK\",\n"
                           "\"error\":{\"code\":\"*\"}}}"));
  EXPECT_EQ(result.code, ExitCode::kRefused);
  EXPECT_THAT(
      result.err,
      AllOf(HasSubstr("s.md:9: /message/ack_status must be \"NACK\", and is "
                      "\"ACK\"\n"),
            HasSubstr("s.md:10: /message/error is missing\n")));
  EXPECT_THAT(result.out, Not(HasSubstr("ok: T")));
}

TEST_F(StoryTest, TheStatusIsAnExpectationToo) {
  Answers([](const net::HttpRequest&) { return JsonAnswer("{}", 401); });
  EXPECT_EQ(Tell(Search() + "**Answer** 401\n").code, ExitCode::kRight);
  EXPECT_EQ(Tell(Search() + "**Answer** 4xx\n").code, ExitCode::kRight);
  const Result result = Tell(Search() + "**Answer**\n");
  EXPECT_EQ(result.code, ExitCode::kRefused);
  EXPECT_THAT(result.err,
              HasSubstr("s.md:6: the answer must be HTTP 2xx, and is 401"));
}

TEST_F(StoryTest, CarriesNamesFromAnAnswerIntoTheNextMessage) {
  const Result result =
      Tell(Search() +
           With("**Answer**", R"({"message":{"correlation_id":"${c}"}})") +
           Search("again-${c}") + "**Answer**\n");
  EXPECT_EQ(result.code, ExitCode::kRight) << result.err;
  EXPECT_EQ(TextAt(peer_.last().body, "/message/transaction_id"), "again-C-1");
}

TEST_F(StoryTest, WaitsForACallback) {
  Answers([this](const net::HttpRequest& request) {
    CallBack(request, {Callback("m-1", "C-1")});
    return JsonAnswer(kAck);
  });
  const Result result =
      Tell(Search() +
           With("**Answer**", R"({"message":{"correlation_id":"${c}"}})") +
           With("**Arrives** from crvs /registry/on-search",
                R"({"message":{"correlation_id":"${c}"}})"));
  EXPECT_EQ(result.code, ExitCode::kRight) << result.err;
  EXPECT_THAT(result.out,
              HasSubstr("/registry/on-search   from crvs, unsigned; "
                        "acknowledged"));
}

TEST_F(StoryTest, ACallbackThatIsNotAsItMustBeIsToldWithItsPlace) {
  Answers([this](const net::HttpRequest& request) {
    CallBack(request, {Callback("m-1", "C-other")});
    return JsonAnswer(kAck);
  });
  const Result result =
      Tell(Search() + "**Answer**\n" +
               With("**Arrives** from crvs /registry/on-search within 1 s",
                    R"({"message":{"correlation_id":"C-1"}})"),
           {});
  EXPECT_EQ(result.code, ExitCode::kRefused);
  EXPECT_THAT(result.err,
              AllOf(HasSubstr("s.md:7: a message came, and is not"),
                    HasSubstr("s.md:9: /message/correlation_id must be "
                              "\"C-1\", and is \"C-other\"")));
}

TEST_F(StoryTest, SaysThatNothingCame) {
  const Result result =
      Tell(With("**Arrives** from crvs /registry/notify within 1 s"));
  EXPECT_EQ(result.code, ExitCode::kRefused);
  EXPECT_THAT(result.err, HasSubstr("s.md:2: no /registry/notify has come from "
                                    "crvs, and nothing else"));
}

TEST_F(StoryTest, TakesAMessageThatComesTwiceOnce) {
  Answers([this](const net::HttpRequest& request) {
    CallBack(request, {Callback("m-1", "C-1"), Callback("m-1", "C-1"),
                       Callback("m-2", "C-2")});
    return JsonAnswer(kAck);
  });
  const std::string arrives = "**Arrives** from crvs /registry/on-search";
  const std::string second = R"({"message":{"correlation_id":"C-2"}})";
  const std::string any = R"({"message":{"correlation_id":"C-1"}})";
  const Result result = Tell(
      Search() + "**Answer**\n" + With(arrives, any) + With(arrives, second) +
      With("**Nothing** arrives from crvs /registry/on-search", any));
  EXPECT_EQ(result.code, ExitCode::kRight) << result.err;
}

TEST_F(StoryTest, SaysThatSomethingCameThatMustNot) {
  Answers([this](const net::HttpRequest& request) {
    CallBack(request, {Callback("m-1", "C-1"), Callback("m-2", "C-2")});
    return JsonAnswer(kAck);
  });
  const std::string arrives = "**Arrives** from crvs /registry/on-search";
  const Result result =
      Tell(Search() + "**Answer**\n" +
           With(arrives, R"({"message":{"correlation_id":"C-2"}})") +
           With("**Nothing** arrives from crvs /registry/on-search",
                R"({"message":{"correlation_id":"C-1"}})"));
  EXPECT_EQ(result.code, ExitCode::kRefused);
  EXPECT_THAT(result.err, HasSubstr("has come from crvs, which must not"));
}

TEST_F(StoryTest, AsksAgainUntilTheAnswerIsRight) {
  int asked = 0;
  Answers([&asked](const net::HttpRequest&) {
    return JsonAnswer(++asked < 3 ? R"({"status":"pdng"})"
                                  : R"({"status":"succ"})");
  });
  // The clock stands still, so that the time is never over.
  const Result result =
      Tell(Search() + With("**Answer** within 1 s", R"({"status":"succ"})"));
  EXPECT_EQ(result.code, ExitCode::kRight) << result.err;
  EXPECT_EQ(asked, 3);
  // Told once, and with the answer that was right.
  EXPECT_EQ(result.out.find("-> POST"), result.out.rfind("-> POST"));
  EXPECT_THAT(result.out, AllOf(HasSubstr("<- 200, when asked again, time 2\n"
                                          "   {\"status\": \"succ\"}"),
                                HasSubstr("(1 messages, 1 expectations)")));
  const auto requests = peer_.requests();
  EXPECT_NE(TextAt(requests[0].body, "/header/message_id"),
            TextAt(requests[1].body, "/header/message_id"));
}

TEST_F(StoryTest, WhatComesAfterwardsIsDoneWhateverHappened) {
  const Result result = Tell(
      Search() + "**Answer** 500\n" + Search() + "**Answer**\n## Afterwards\n" +
      With("**Send** to crvs /clean/up") + "**Answer**\n");
  EXPECT_EQ(result.code, ExitCode::kRefused);
  ASSERT_EQ(peer_.requests().size(), 2u);
  EXPECT_EQ(peer_.last().path, "/clean/up");
}

TEST_F(StoryTest, AsksAPersonWhereAnInstitutionHasNoOperatorsEndpoint) {
  const std::string page = Write(
      "s.md", "# T\n" +
                  With("**Record** at crvs Person", R"([{"a":1},{"a":2}])") +
                  With("**Remove** at crvs Person", R"(["UIN","1"])") +
                  With("**Operator** at crvs /admin/close") + "**Answer**\n");
  const std::vector<std::string> arguments = {"story", page, "--at",
                                              "crvs=" + peer_.url()};
  const Result confirmed = Run(arguments, "\n\n\n");
  EXPECT_EQ(confirmed.code, ExitCode::kRight) << confirmed.err;
  EXPECT_THAT(confirmed.out,
              AllOf(HasSubstr("At crvs the operator now records as Person:"),
                    HasSubstr("removes the Person [\"UIN\", \"1\"]"),
                    HasSubstr("/admin/close"), HasSubstr("Press Enter")));
  const Result alone = Run(arguments, "");
  EXPECT_EQ(alone.code, ExitCode::kUsage);
  EXPECT_THAT(alone.err, HasSubstr("s.md:2: nobody is there"));
}

TEST_F(StoryTest, SaysWhereNobodyIsReached) {
  const std::string page = Write("s.md", "# T\n" + Search() + "**Answer**\n");
  const Result unreached =
      Run({"story", page, "--against", "http://127.0.0.1:1", "--no_wait"});
  EXPECT_EQ(unreached.code, ExitCode::kNotReached);
  EXPECT_THAT(unreached.err, HasSubstr("s.md:2: "));
  const Result unknown = Run({"story", page, "--at", "ibr=http://127.0.0.1:1"});
  EXPECT_EQ(unknown.code, ExitCode::kUsage);
  EXPECT_THAT(unknown.err, HasSubstr("--at crvs=URL"));
  EXPECT_THAT(Run({"story", page}).err, HasSubstr("start tools/run"));
}

TEST_F(StoryTest, FindsTheInstitutionsOfTheSandbox) {
  env_["DCI_SANDBOX"] = Path("sandbox");
  Write("sandbox/operator.token", "secret");
  Write("sandbox/institutions.json",
        absl::StrReplaceAll(
            R"({"institutions":[{"name":"crvs","id":"the-crvs","url":"URL",
                "admin":"URL","grpc":""}]})",
            {{"URL", peer_.url()}}));
  const Result result = Run(
      {"story",
       Write("s.md",
             "# T\n" + Search() + "**Answer**\n" +
                 With("**Record** at crvs Person", R"({"to":"${id:crvs}"})") +
                 With("**Operator** at crvs /admin/close", R"({"a":1})") +
                 "**Answer** 200\n")});
  EXPECT_EQ(result.code, ExitCode::kRight) << result.err;
  // Made known, asked, recorded, forgotten; and its keys were looked for.
  std::string paths;
  for (const net::HttpRequest& request : peer_.requests()) {
    if (request.method == "POST") absl::StrAppend(&paths, request.path, " ");
    if (absl::StrContains(request.path, "/admin/")) {
      EXPECT_EQ(request.headers.GetOr("Authorization"), "Bearer secret");
    }
  }
  EXPECT_EQ(paths,
            "/admin/participants/put /registry/search /admin/registry/load "
            "/admin/close /admin/participants/remove ");
  EXPECT_EQ(TextAt(peer_.requests()[1].body, "/header/receiver_id"),
            "the-crvs");
}

TEST_F(StoryTest, ReadsWhereInstitutionsAreFromAFile) {
  const std::string page = Write("s.md", "# T\n" + Search() + "**Answer**\n");
  const std::string places = Write(
      "places.json", absl::StrCat(R"({"institutions":[{"name":"crvs","url":")",
                                  peer_.url(), R"("}]})"));
  EXPECT_EQ(Run({"story", page, "--institutions", places, "--no_wait"}).code,
            ExitCode::kRight);
  const Result bad = Run({"story", page, "--institutions",
                          Write("bad.json", "{\n\"institutions\": [,]}")});
  EXPECT_EQ(bad.code, ExitCode::kUsage);
  EXPECT_THAT(bad.err, HasSubstr("bad.json:2: this is no JSON"));
  EXPECT_THAT(Run({"story", page, "--institutions", "nowhere.json"}).err,
              HasSubstr("cannot read nowhere.json"));
}

TEST_F(StoryTest, ListsTheStoriesOfAFolder) {
  Write("stories/b.md", "# Second\n**Process** PRS.B.01\n" + With("**Let**"));
  Write("stories/a.md", "# First\n" + With("**Let**"));
  Write("stories/README.md", "no story");
  env_["DCI_STORIES"] = Path("stories");
  const Result listed = Run({"story"});
  EXPECT_EQ(listed.code, ExitCode::kRight) << listed.err;
  EXPECT_EQ(listed.out,
            "a                             First\n"
            "b                             Second (PRS.B.01)\n");
  const Result all =
      Run({"story", "--all", "--quiet", "--against", "http://x"});
  EXPECT_EQ(all.code, ExitCode::kRight) << all.err;
  EXPECT_EQ(all.out,
            "ok: First (0 messages, 0 expectations)\n"
            "ok: Second (0 messages, 0 expectations)\n");
  EXPECT_THAT(Run({"story", "c"}).err, HasSubstr("stories/c.md"));
  env_["DCI_STORIES"] = Path("nowhere");
  EXPECT_THAT(Run({"story"}).err, HasSubstr("no stories in"));
}

TEST_F(StoryTest, TellsTheOthersWhereOneFails) {
  const std::string bad =
      Write("bad.md", "# Bad\n" + Search() + "**Answer** 500\n");
  const std::string good = Write("good.md", "# Good\n" + With("**Let**"));
  const Result result = Run(
      {"story", bad, good, "--quiet", "--against", peer_.url(), "--no_wait"});
  EXPECT_EQ(result.code, ExitCode::kRefused);
  EXPECT_THAT(result.out, AllOf(HasSubstr("FAILED: Bad\n"),
                                HasSubstr("bad.md:6"), HasSubstr("ok: Good")));
  EXPECT_THAT(result.err, HasSubstr("1 of 2 stories failed"));
}

TEST_F(StoryTest, ReadsAllPagesBeforeItSendsAnything) {
  const std::string good =
      Write("good.md", "# Good\n" + Search() + "**Answer**\n");
  const std::string bad = Write("bad.md", "# Bad\n");
  const Result result =
      Run({"story", good, bad, "--against", peer_.url(), "--no_wait"});
  EXPECT_EQ(result.code, ExitCode::kUsage);
  EXPECT_THAT(result.err, HasSubstr("bad.md:1: nothing happens"));
  EXPECT_TRUE(peer_.requests().empty());
}

}  // namespace
}  // namespace dci::cli
