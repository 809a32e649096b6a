// dci disclosures against an admin endpoint that the test plays, and on files.
#include "tools/dci/disclosures.h"

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/trust/hash_chain.h"
#include "tools/dci/files.h"
#include "tools/dci/fixture.h"
#include "tools/dci/json.h"

namespace dci::cli {
namespace {

using ::testing::HasSubstr;

class DisclosuresTest : public ProgramTest {
 protected:
  DisclosuresTest()
      : peer_([this](const net::HttpRequest& request) {
          requests_.push_back(request.body);
          return answer_(request);
        }) {}

  Result Admin(std::vector<std::string> arguments, const std::string& in = "") {
    arguments.insert(arguments.begin(), "disclosures");
    arguments.insert(arguments.end(), {"--admin", peer_.url(), "--token=op"});
    return Run(arguments, in);
  }

  // Three links of a row each, as export prints them.
  static std::vector<std::string> Export(std::string* head) {
    std::vector<std::string> lines;
    trust::ChainHead last;
    for (int i = 1; i <= 3; ++i) {
      const std::string key = absl::StrCat("key", i);
      const std::string value = absl::StrCat("value", i);
      const std::string link = trust::NextLink(last, {{key, value}}).Encode();
      last = {last.number + 1, trust::LinkHash(link)};
      const std::string row = JsonObject()
                                  .Text("key", absl::Base64Escape(key))
                                  .Text("value", absl::Base64Escape(value))
                                  .Build();
      lines.push_back(JsonObject()
                          .Text("value", absl::Base64Escape(link))
                          .Raw("rows", JsonArray({row}))
                          .Build());
    }
    *head = absl::StrCat(last.number, ":", absl::BytesToHexString(last.hash));
    return lines;
  }
  static std::string Joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) absl::StrAppend(&text, line, "\n");
    return text;
  }

  std::vector<std::string> requests_;
  FakePeer::Answer answer_ = [](const net::HttpRequest&) {
    return JsonAnswer("{}");
  };
  FakePeer peer_;
};

TEST_F(DisclosuresTest, ListsAllPagesOfAPerson) {
  answer_ = [](const net::HttpRequest& request) {
    return TextAt(request.body, "/page_token").empty()
               ? JsonAnswer(R"({"disclosures":[{"sequence":"9"}],
                                "next_page_token":"9"})")
               : JsonAnswer(R"({"disclosures":[{"sequence":"4"}]})");
  };
  const Result result = Admin({"list", "--identifier=UIN:847951632"});
  EXPECT_EQ(result.code, ExitCode::kRight) << result.err;
  EXPECT_EQ(Elements(*At(result.out, "/disclosures")).size(), 2u);
  EXPECT_EQ(peer_.last().path, "/admin/disclosures/list");
  EXPECT_EQ(TextAt(requests_[0], "/person/identifier_type"), "UIN");
  EXPECT_EQ(TextAt(requests_[1], "/person/identifier_value"), "847951632");
}

TEST_F(DisclosuresTest, APersonIsNamedInOneWay) {
  EXPECT_EQ(Admin({"list"}).code, ExitCode::kUsage);
  EXPECT_EQ(Admin({"list", "--identifier=UIN:1", "--record=Person:UIN,1"}).code,
            ExitCode::kUsage);
  EXPECT_EQ(Admin({"list", "--identifier=847951632"}).code, ExitCode::kUsage);
  EXPECT_TRUE(requests_.empty());
  Admin({"forget", "--record=Person:UIN,1"});
  EXPECT_EQ(TextAt(requests_[0], "/person/record_type"), "Person");
  EXPECT_EQ(TextAt(requests_[0], "/person/key/1"), "1");
}

TEST_F(DisclosuresTest, AServerThatRepeatsAPageIsNotFollowedForEver) {
  answer_ = [](const net::HttpRequest&) {
    return JsonAnswer(R"({"next_page_token":"1","next":"MQ=="})");
  };
  for (const char* command : {"export", "verify"})
    EXPECT_EQ(Admin({command}).code, ExitCode::kUntrusted) << command;
}

TEST_F(DisclosuresTest, VerifiesAServerPageByPage) {
  answer_ = [](const net::HttpRequest& request) {
    if (TextAt(request.body, "/position").empty())
      return JsonAnswer(R"({"links":"2","rows":"5","next":"AAAA",
                            "head":{"number":"2","hash":"ab"}})");
    return JsonAnswer(R"({"links":"1","rows":"1",
                          "head":{"number":"3","hash":"cd"}})");
  };
  const Result result = Admin({"verify"});
  EXPECT_EQ(result.code, ExitCode::kRight) << result.err;
  EXPECT_THAT(result.out, HasSubstr("3 links, 6 rows\nhead 3:cd"));
  EXPECT_EQ(TextAt(requests_[1], "/after/hash"), "ab");
}

TEST_F(DisclosuresTest, FaultsOfAServerAreARefusal) {
  answer_ = [](const net::HttpRequest&) {
    return JsonAnswer(R"({"faults":[{"link":"2","message":"is missing"}]})");
  };
  const Result result =
      Admin({"verify", "--noted", absl::StrCat("7:", std::string(64, 'a'))});
  EXPECT_EQ(result.code, ExitCode::kRefused);
  EXPECT_THAT(result.out, HasSubstr("link 2: is missing"));
  EXPECT_EQ(TextAt(requests_[0], "/noted/number"), "7");
  EXPECT_EQ(Admin({"verify", "--noted=7"}).code, ExitCode::kUsage);
}

TEST_F(DisclosuresTest, VerifiesAFileWithoutAServer) {
  std::string head;
  const std::string text = Joined(Export(&head));
  const Result result = Admin({"verify", "-", "--noted", head}, text);
  EXPECT_EQ(result.code, ExitCode::kRight) << result.out << result.err;
  EXPECT_THAT(result.out, HasSubstr("3 links, 3 rows\nhead " + head));
  EXPECT_TRUE(requests_.empty());
}

TEST_F(DisclosuresTest, FindsWhatWasDoneToAFile) {
  std::string head;
  const std::vector<std::string> lines = Export(&head);
  EXPECT_EQ(Admin({"verify", "-"}, Joined({lines[0], lines[2]})).code,
            ExitCode::kRefused);
  EXPECT_EQ(Admin({"verify", "-"}, Joined({lines[1], lines[0], lines[2]})).code,
            ExitCode::kRefused);
  std::string changed = lines[1];
  const size_t at = changed.rfind(absl::Base64Escape("value2"));
  changed.replace(at, 8, absl::Base64Escape("value3"));
  EXPECT_EQ(Admin({"verify", "-"}, Joined({lines[0], changed, lines[2]})).code,
            ExitCode::kRefused);
  // A cut end shows by the noted head alone.
  const std::string cut = Joined({lines[0], lines[1]});
  EXPECT_EQ(Admin({"verify", "-"}, cut).code, ExitCode::kRight);
  EXPECT_EQ(Admin({"verify", "-", "--noted", head}, cut).code,
            ExitCode::kRefused);
  EXPECT_EQ(Admin({"verify", "-"}, "no json\n").code, ExitCode::kUntrusted);
  EXPECT_EQ(Admin({"verify", "-"}, R"({"value":"%"})").code,
            ExitCode::kUntrusted);
}

}  // namespace
}  // namespace dci::cli
