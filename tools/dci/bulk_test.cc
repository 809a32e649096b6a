// Loads and exports of CSV, and those that are interrupted, against an admin
// endpoint that the test plays.
#include <filesystem>
#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/dci/fixture.h"
#include "tools/dci/json.h"

namespace dci::cli {
namespace {

using ::testing::HasSubstr;

class BulkTest : public ProgramTest {
 protected:
  BulkTest()
      : peer_([this](const net::HttpRequest& request) {
          return answer_(request);
        }) {}

  Result Admin(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--admin", peer_.url(), "--token=op"});
    return Run(arguments);
  }
  // All lines that came after the first `from` requests.
  std::string Loaded(size_t from = 0) const {
    std::string all, lines;
    const std::vector<net::HttpRequest> sent = peer_.requests();
    for (size_t i = from; i < sent.size(); ++i) {
      EXPECT_TRUE(absl::Base64Unescape(TextAt(sent[i].body, "/lines"), &lines));
      all += lines;
    }
    return all;
  }
  // Takes one record a part, and breaks off at the one after `good`.
  void BreakAfter(int good, const std::string& more = "") {
    auto count = std::make_shared<int>(0);
    answer_ = [=](const net::HttpRequest&) {
      if (++*count > good) return JsonAnswer(R"({"errors":[{}]})", 503);
      return JsonAnswer(absl::StrCat(R"({"created":)", *count, more, "}"));
    };
  }
  // Two pages, {"a":1} and {"b":"x"}; the second only where `whole`.
  void Pages(bool whole) {
    answer_ = [whole](const net::HttpRequest& request) {
      const bool first = TextAt(request.body, "/position").empty();
      if (!first && !whole) return JsonAnswer(R"({"errors":[{}]})", 503);
      return JsonAnswer(
          JsonObject()
              .Text("lines", absl::Base64Escape(first ? "{\"a\":1}\n"
                                                      : "{\"b\":\"x\"}\n"))
              .Number("records", 1)
              .TextIf("next", first ? "UEs=" : "")
              .Build());
    };
  }

  FakePeer::Answer answer_ = [](const net::HttpRequest&) {
    return JsonAnswer("{}");
  };
  FakePeer peer_;
};

TEST_F(BulkTest, LoadsCsvByItsNameOrWhenAsked) {
  const std::string csv = "a.b,c\r\n\"1\",2\r\n,\"x\r\ny\"\r\n";
  const std::string lines =
      "{\"a\":{\"b\":\"1\"},\"c\":2}\n{\"c\":\"x\\r\\ny\"}\n";
  EXPECT_EQ(Admin({"load", Write("f.CSV", csv)}).code, ExitCode::kRight);
  EXPECT_EQ(Loaded(), lines);
  EXPECT_EQ(Admin({"load", Write("f", csv), "--format=csv"}).code,
            ExitCode::kRight);
  EXPECT_EQ(Loaded(1), lines);
  const Result bad = Admin({"load", Write("bad.csv", "a\n1\n1,2\n")});
  EXPECT_EQ(bad.code, ExitCode::kUsage);
  EXPECT_THAT(bad.err, HasSubstr("line 3: the row has more cells"));
}

TEST_F(BulkTest, CsvProblemsHaveTheLineOnWhichTheirRowBegins) {
  answer_ = [](const net::HttpRequest&) {
    return JsonAnswer(R"({"refused":1,"problems":[{"line":2}]})");
  };
  const Result result =
      Admin({"load", Write("f.csv", "a\n\"x\ny\nz\"\n\nlast\n")});
  EXPECT_EQ(result.code, ExitCode::kRefused);
  EXPECT_EQ(TextAt(result.out, "/problems/0/line"), "6");
}

TEST_F(BulkTest, AnInterruptedLoadGoesOnWhereItWas) {
  for (const std::string name : {"f.ndjson", "f.csv"}) {
    const std::string file = Write(
        name, name == "f.csv" ? "n\n1\n2\n3\n4\n"
                              : "{\"n\":1}\n\n{\"n\":2}\n{\"n\":3}\n{\"n\":4}");
    const std::vector<std::string> command = {"load", file, "--resume",
                                              "--part_bytes=1"};
    BreakAfter(2, R"(,"refused":0)");
    const Result broken = Admin(command);
    EXPECT_EQ(broken.code, ExitCode::kRefused);
    EXPECT_THAT(broken.err, HasSubstr("the same command goes on"));
    const size_t before = peer_.requests().size();
    BreakAfter(100);
    const Result rest = Admin(command);
    EXPECT_EQ(rest.code, ExitCode::kRight) << rest.err;
    EXPECT_EQ(Loaded(before), "{\"n\":3}\n{\"n\":4}\n");
    EXPECT_FALSE(std::filesystem::exists(file + ".progress"));
  }
}

TEST_F(BulkTest, ALoadGoesOnOnlyInTheSameFile) {
  const std::string file = Write("f", "{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n");
  BreakAfter(2);
  Admin({"load", file, "--resume", "--part_bytes=1"});
  const size_t before = peer_.requests().size();
  for (const char* changed :
       {"{\"n\":1}\n{\"n\":7}\n{\"n\":3}\n", "{}\n", ""}) {
    Write("f", changed);
    const Result result = Admin({"load", file, "--resume"});
    EXPECT_EQ(result.code, ExitCode::kUsage);
    EXPECT_THAT(result.err, HasSubstr("has changed"));
  }
  EXPECT_EQ(peer_.requests().size(), before);
  // What comes behind may have grown.
  Write("f", "{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n{\"n\":4}\n");
  BreakAfter(9);
  EXPECT_EQ(Admin({"load", file, "--resume"}).code, ExitCode::kRight);
  EXPECT_EQ(Loaded(before), "{\"n\":3}\n{\"n\":4}\n");
  EXPECT_EQ(Admin({"load", "-", "--resume"}).code, ExitCode::kUsage);
  Write("f.progress", "no note");
  EXPECT_EQ(Admin({"load", file, "--resume"}).code, ExitCode::kUsage);
}

TEST_F(BulkTest, WhatIsNotDurableYetIsNotNoted) {
  const std::string file = Write("f", "{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n");
  BreakAfter(2, R"(,"bulk":true)");
  Admin({"load", file, "--resume", "--part_bytes=1"});
  EXPECT_FALSE(std::filesystem::exists(file + ".progress"));
}

TEST_F(BulkTest, ARefusalDoesNotSayThatRecordsBeforeItAreStored) {
  const std::string file = Write("f", "{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n");
  int parts = 0;
  answer_ = [&parts](const net::HttpRequest&) {
    return ++parts < 3 ? JsonAnswer(R"({"read":2,"refused":1})")
                       : JsonAnswer(R"({"errors":[{}]})", 503);
  };
  Admin({"load", file, "--resume", "--part_bytes=1"});
  EXPECT_FALSE(std::filesystem::exists(file + ".progress"));
}

TEST_F(BulkTest, RefusalsBeforeAnInterruptionAreNotForgotten) {
  const std::string file = Write("f", "{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n");
  BreakAfter(2, R"(,"refused":1)");
  Admin({"load", file, "--resume", "--part_bytes=1"});
  BreakAfter(9);
  const Result rest = Admin({"load", file, "--resume"});
  EXPECT_EQ(rest.code, ExitCode::kRefused);
  EXPECT_EQ(TextAt(rest.out, "/refused_before"), "1");
}

TEST_F(BulkTest, ExportsCsvWithTheColumnsOfAllRecords) {
  const std::string csv = "a,b\r\n1,\r\n,x\r\n";
  Pages(true);
  const Result printed = Admin({"export", "--type=Group", "--format=csv"});
  EXPECT_EQ(printed.code, ExitCode::kRight) << printed.err;
  EXPECT_EQ(printed.out, csv);
  const Result kept = Admin({"export", "--type=Group", "--out", Path("g.csv")});
  EXPECT_EQ(kept.code, ExitCode::kRight) << kept.err;
  EXPECT_EQ(kept.out, "");
  EXPECT_EQ(Read(Path("g.csv")), csv);
}

TEST_F(BulkTest, AnInterruptedExportGoesOnWhereItWas) {
  for (const std::string name : {"g.csv", "g.ndjson"}) {
    const std::string out = Path(name);
    std::vector<std::string> command = {"export", "--type=Group", "--resume",
                                        "--out", out};
    Pages(false);
    EXPECT_EQ(Admin(command).code, ExitCode::kRefused);
    EXPECT_FALSE(std::filesystem::exists(out));
    // Half a page that was written and not noted.
    Write(name + ".part", Read(out + ".part") + "{\"b\":");
    Pages(true);
    command[1] = "--type=Person";
    EXPECT_THAT(Admin(command).err, HasSubstr("of another export"));
    command[1] = "--type=Group";
    const size_t before = peer_.requests().size();
    const Result rest = Admin(command);
    EXPECT_EQ(rest.code, ExitCode::kRight) << rest.err;
    EXPECT_THAT(rest.err, HasSubstr("2 records"));
    EXPECT_EQ(peer_.requests().size(), before + 1);
    EXPECT_EQ(Read(out), name == "g.csv" ? "a,b\r\n1,\r\n,x\r\n"
                                         : "{\"a\":1}\n{\"b\":\"x\"}\n");
    EXPECT_FALSE(std::filesystem::exists(out + ".part"));
    EXPECT_FALSE(std::filesystem::exists(out + ".progress"));
  }
}

TEST_F(BulkTest, AnExportGoesOnOnlyBehindItsOwnPart) {
  Pages(false);
  const std::vector<std::string> command = {"export", "--type=Group",
                                            "--resume", "--out", Path("g")};
  Admin(command);
  Write("g.part", "");
  EXPECT_THAT(Admin(command).err, HasSubstr("is not as noted"));
  EXPECT_EQ(Admin({"export", "--type=Group", "--resume"}).code,
            ExitCode::kUsage);
}

}  // namespace
}  // namespace dci::cli
