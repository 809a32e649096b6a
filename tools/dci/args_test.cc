#include "tools/dci/args.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "tools/dci/exit_code.h"

namespace dci::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Command Sample() {
  Command command;
  command.name = "sample";
  command.summary = "Shows every kind of option.";
  command.words = "[FILE]";
  command.max_words = 1;
  command.options = {
      {"to", "URL", "where", kOptional, "http://127.0.0.1:3333"},
      {"token", "TEXT", "what opens"},
      {"header", "NAME: VALUE", "a header", kRepeated},
      {"form", "jcs|as-received", "how"},
      {"count", "N", "how many", kOptional, "7"},
      {"token_url", "URL", "where tokens are"},
      {"quiet", "", "says less"},
  };
  command.examples = "dci sample --quiet\ndci sample x";
  return command;
}

Args Parsed(const std::vector<std::string>& arguments) {
  const absl::StatusOr<Args> args = ParseArgs(Sample(), arguments);
  EXPECT_TRUE(args.ok()) << args.status();
  return args.ok() ? *args : Args();
}

// The error's text; it must be a usage error.
std::string ErrorOf(const std::vector<std::string>& arguments) {
  const absl::Status status = ParseArgs(Sample(), arguments).status();
  EXPECT_EQ(ExitCodeOf(status), ExitCode::kUsage);
  EXPECT_FALSE(status.ok());
  return std::string(status.message());
}

TEST(ParseArgs, TakesValuesInBothForms) {
  const Args args = Parsed({"--to", "http://a", "--token=b=c"});
  EXPECT_EQ(args.Get("to"), "http://a");
  EXPECT_EQ(args.Get("token"), "b=c");
}

TEST(ParseArgs, GivesFallbacksOfWhatIsAbsent) {
  const Args args = Parsed({});
  EXPECT_FALSE(args.Has("to"));
  EXPECT_EQ(args.Get("to"), "http://127.0.0.1:3333");
  EXPECT_EQ(args.Number("count"), 7);
  EXPECT_EQ(args.Get("token"), "");
  EXPECT_THAT(args.GetAll("header"), IsEmpty());
}

TEST(ParseArgs, TakesHyphensForUnderscoresAndShortenedNames) {
  EXPECT_EQ(Parsed({"--token-url=x"}).Get("token_url"), "x");
  EXPECT_EQ(Parsed({"--cou", "3"}).Number("count"), 3);
  // A whole name is never taken for the beginning of another.
  EXPECT_EQ(Parsed({"--token=x"}).Get("token"), "x");
}

TEST(ParseArgs, SaysWhatAnAmbiguousNameMayMean) {
  EXPECT_THAT(ErrorOf({"--tok=x"}),
              HasSubstr("--tok may mean --token or --token_url"));
}

TEST(ParseArgs, KeepsRepeatedOptionsInTheirOrder) {
  const Args args = Parsed({"--header", "A: 1", "--header=B: 2"});
  EXPECT_THAT(args.GetAll("header"), ElementsAre("A: 1", "B: 2"));
}

TEST(ParseArgs, RefusesAnOptionGivenTwice) {
  EXPECT_EQ(ErrorOf({"--to=a", "--to=a"}), "--to is given twice");
  EXPECT_EQ(ErrorOf({"--quiet", "--quiet"}), "--quiet is given twice");
}

TEST(ParseArgs, RefusesWhatItDoesNotKnow) {
  EXPECT_THAT(ErrorOf({"--colour"}), HasSubstr("no option --colour"));
  EXPECT_THAT(ErrorOf({"-q"}), HasSubstr("two hyphens"));
  EXPECT_THAT(ErrorOf({"a", "b"}), HasSubstr("unexpected argument 'b'"));
}

TEST(ParseArgs, RefusesAMissingValue) {
  EXPECT_EQ(ErrorOf({"--to"}), "--to needs a value: URL");
  // The next option is not the value of this one.
  EXPECT_EQ(ErrorOf({"--to", "--quiet"}), "--to needs a value: URL");
  EXPECT_EQ(Parsed({"--to=--quiet"}).Get("to"), "--quiet");
}

TEST(ParseArgs, RefusesAValueForASwitch) {
  EXPECT_EQ(ErrorOf({"--quiet=yes"}), "--quiet takes no value");
}

TEST(ParseArgs, ChecksNumbersAndChoices) {
  EXPECT_THAT(ErrorOf({"--count=-1"}), HasSubstr("takes a number, not '-1'"));
  EXPECT_THAT(ErrorOf({"--count=1e3"}), HasSubstr("takes a number"));
  EXPECT_THAT(ErrorOf({"--count=2147483648"}), HasSubstr("takes a number"));
  EXPECT_EQ(Parsed({"--count=2147483647"}).Number("count"), 2147483647);
  EXPECT_THAT(ErrorOf({"--form=xml"}),
              HasSubstr("one of jcs, as-received, not 'xml'"));
  EXPECT_EQ(Parsed({"--form=as-received"}).Get("form"), "as-received");
}

TEST(ParseArgs, TakesWordsAnywhereAndEverythingAfterTwoHyphens) {
  EXPECT_THAT(Parsed({"a", "--quiet"}).words(), ElementsAre("a"));
  EXPECT_THAT(Parsed({"-"}).words(), ElementsAre("-"));
  EXPECT_THAT(Parsed({"--", "--quiet"}).words(), ElementsAre("--quiet"));
  EXPECT_EQ(Parsed({}).word(0), "");
}

TEST(ParseArgs, DemandsWhatIsRequired) {
  Command command = Sample();
  command.options[1].kind = kRequired;
  EXPECT_EQ(ParseArgs(command, {}).status().message(),
            "--token TEXT is missing");
  command.options[1].kind = kOptional;
  command.min_words = 1;
  EXPECT_EQ(ParseArgs(command, {}).status().message(), "expected [FILE]");
}

TEST(HelpOf, ListsOptionsDefaultsExamplesAndExitCodes) {
  const std::string help = HelpOf(Sample());
  EXPECT_THAT(help, HasSubstr("dci sample [FILE] [options]"));
  EXPECT_THAT(help, HasSubstr("--to URL"));
  EXPECT_THAT(help, HasSubstr("(default: http://127.0.0.1:3333)"));
  EXPECT_THAT(help, HasSubstr("(repeatable)"));
  EXPECT_THAT(help, HasSubstr("  dci sample --quiet\n  dci sample x\n"));
  EXPECT_THAT(help, HasSubstr("Exit codes: 0 right"));
}

TEST(ExitCodeOf, IsKeptByAStatusAndUsageForOthers) {
  EXPECT_EQ(ExitCodeOf(absl::OkStatus()), ExitCode::kRight);
  EXPECT_EQ(ExitCodeOf(Refused("x")), ExitCode::kRefused);
  EXPECT_EQ(ExitCodeOf(NotReached("x")), ExitCode::kNotReached);
  EXPECT_EQ(ExitCodeOf(Untrusted("x")), ExitCode::kUntrusted);
  EXPECT_EQ(ExitCodeOf(absl::NotFoundError("x")), ExitCode::kUsage);
  EXPECT_EQ(ExitCodeOf(As(ExitCode::kUntrusted, Refused("x"))),
            ExitCode::kUntrusted);
  EXPECT_TRUE(As(ExitCode::kUntrusted, absl::OkStatus()).ok());
}

}  // namespace
}  // namespace dci::cli
