#include "tools/dci/story/story.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"

namespace dci::cli::story {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr char kPage[] = R"(# A person is found

**Process** PRS.CRVS.01, PRS.CRVS.05.
**Sample** crvs/processflow1

The first system asks. **Send** in the middle of a line is only bold, and
**Note** is none of our words.

**Let**

```json
{"uin": "8479", "child": "${new:child}"}
```

## 1. It asks

**Send** to crvs `/registry/search` as sp-system:

```json
{"transaction_id": "${fresh}", "uin": "${uin}"}
```

It must be taken.

**Answer** 2xx:

```json
{"message": {"ack_status": "ACK", "correlation_id": "${correlation}"}}
```

**Arrives** from crvs `/registry/on-search` at sp-system within 5 s:

```json
{"message": {"correlation_id": "${correlation}"}}
```

```text
{this block is for people}
```

**Get** from crvs `/capabilities`
**Answer**

## Afterwards

**Remove** at crvs Person:

```json
["UIN", "${child}"]
```
)";

std::string ErrorOf(const std::string& text) {
  return std::string(ReadStory("s.md", text).status().message());
}

std::string Titled(const std::string& text) { return "# T\n" + text; }

// A step with JSON that begins in the fourth line after it.
std::string With(const std::string& line, const std::string& json = "{}") {
  return absl::StrCat(line, "\n```json\n", json, "\n```\n");
}

TEST(ReadStory, ReadsAPage) {
  auto story = ReadStory("s.md", kPage);
  ASSERT_OK(story);
  EXPECT_EQ(story->title, "A person is found");
  EXPECT_THAT(story->processes, ElementsAre("PRS.CRVS.01", "PRS.CRVS.05"));
  EXPECT_THAT(story->samples, ElementsAre("crvs/processflow1"));
  ASSERT_THAT(story->steps, SizeIs(7));
  const Step& send = story->steps[1];
  EXPECT_EQ(send.verb, Verb::kSend);
  EXPECT_EQ(send.institution, "crvs");
  EXPECT_EQ(send.what, "/registry/search");
  EXPECT_EQ(send.who, "sp-system");
  EXPECT_EQ(send.heading, "1. It asks");
  EXPECT_EQ(send.line, 17);
  EXPECT_EQ(send.json->line, 20);
  EXPECT_EQ(story->steps[2].status, "2xx");
  EXPECT_EQ(story->steps[3].within, absl::Seconds(5));
  EXPECT_EQ(story->steps[4].verb, Verb::kGet);
  EXPECT_FALSE(story->steps[4].json.has_value());
  EXPECT_FALSE(story->steps[5].json.has_value());
  EXPECT_FALSE(story->steps[5].afterwards);
  EXPECT_EQ(story->steps[6].what, "Person");
  EXPECT_TRUE(story->steps[6].afterwards);
}

TEST(ReadStory, ReadsEveryWordOfAnInstruction) {
  auto story = ReadStory(
      "s.md", Titled(With("**Send** to ibr /a as b unsigned over gRPC:") +
                     With("**Answer** 401, within 3s:") +
                     With("**Nothing** arrives from ibr `/n` at b.") +
                     With("**Record** at ibr Beneficiary:") +
                     With("**Operator** at ibr /admin/x:") + "**Answer**\n"));
  ASSERT_OK(story);
  EXPECT_EQ(story->steps[0].who, "b");
  EXPECT_FALSE(story->steps[0].is_signed);
  EXPECT_TRUE(story->steps[0].over_grpc);
  EXPECT_EQ(story->steps[1].status, "401");
  EXPECT_EQ(story->steps[1].within, absl::Seconds(3));
  EXPECT_EQ(story->steps[2].verb, Verb::kNothing);
  EXPECT_EQ(story->steps[2].who, "b");
  EXPECT_EQ(story->steps[3].what, "Beneficiary");
  EXPECT_EQ(story->steps[4].verb, Verb::kOperate);
  EXPECT_EQ(story->steps[4].what, "/admin/x");
}

TEST(ReadStory, SaysWhatIsWrongWithAnInstruction) {
  EXPECT_THAT(ErrorOf(Titled(With("**Send** crvs /a"))),
              StartsWith("s.md:2: after 'Send' comes 'to'"));
  EXPECT_THAT(ErrorOf(Titled(With("**Send** to crvs"))),
              HasSubstr("s.md:2: institution and path are missing"));
  EXPECT_THAT(ErrorOf(Titled(With("**Send** to crvs search"))),
              HasSubstr("'search' is no path"));
  EXPECT_THAT(ErrorOf(Titled(With("**Send** to crvs /a quickly"))),
              HasSubstr("'quickly' is not understood"));
  EXPECT_THAT(ErrorOf(Titled(With("**Record** at crvs /a"))),
              HasSubstr("is no type of records"));
  EXPECT_THAT(ErrorOf(Titled(With("**Arrives** from crvs /a within soon"))),
              HasSubstr("seconds"));
  EXPECT_THAT(ErrorOf(Titled(With("**Arrives** from crvs /a within 601 s"))),
              HasSubstr("1 to 600 seconds"));
  EXPECT_THAT(ErrorOf(Titled(With("**Arrives** from crvs /a as b"))),
              HasSubstr("'as' is not understood"));
}

TEST(ReadStory, SaysWhatIsMissing) {
  EXPECT_THAT(ErrorOf("text"), StartsWith("s.md:1: the page has no title"));
  EXPECT_THAT(ErrorOf("# T\n"), StartsWith("s.md:1: nothing happens"));
  EXPECT_THAT(ErrorOf(Titled("**Record** at crvs Person")),
              StartsWith("s.md:2: below this line a JSON block is missing"));
  EXPECT_THAT(ErrorOf(Titled(With("**Send** to crvs /a"))),
              StartsWith("s.md:2: say with **Answer**"));
  EXPECT_THAT(ErrorOf(Titled(With("**Send** to a /a") + "## Next\n")),
              StartsWith("s.md:2: say with **Answer**"));
  EXPECT_THAT(ErrorOf(Titled("**Answer**\n")),
              StartsWith("s.md:2: **Answer** follows"));
  EXPECT_THAT(ErrorOf(Titled("text\n\n```json\n{}\n```\n")),
              StartsWith("s.md:4: above a JSON block stands"));
  EXPECT_THAT(ErrorOf(Titled("**Let**\n```json\n{}")),
              StartsWith("s.md:3: this block is not closed"));
  EXPECT_THAT(ErrorOf(Titled("## Afterwards\n## More\n")),
              StartsWith("s.md:3: nothing comes after"));
  EXPECT_THAT(ErrorOf("**Process** A\n**Process** B\n"),
              StartsWith("s.md:2: **Process** was given before"));
}

TEST(ReadStory, SaysTheLineOfBadJson) {
  EXPECT_THAT(ErrorOf(Titled(With("**Let**", "{\n\"a\":\n}"))),
              StartsWith("s.md:6: this is no JSON"));
}

TEST(ReadStory, KnowsWhichNamesAreSaid) {
  const std::string send = With("**Send** to a /a", "{\"x\":\n\"${y}\"}");
  EXPECT_THAT(ErrorOf(Titled(send + "**Answer**\n")),
              StartsWith("s.md:5: nothing before has said what ${y} is"));
  EXPECT_OK(ReadStory(
      "s.md", Titled(With("**Let**", "{\"y\":1}") + send + "**Answer**\n")));
  EXPECT_OK(ReadStory(
      "s.md", Titled(With("**Arrives** from a /a", "{\"k\":\"${y}\"}") + send +
                     "**Answer**\n")));
  // In an expectation a new name stands alone.
  EXPECT_THAT(ErrorOf(Titled(With("**Arrives** from a /a", "[\"a${y}\"]"))),
              HasSubstr("nothing before has said"));
  EXPECT_THAT(ErrorOf(Titled(With("**Let**", "[1]"))),
              HasSubstr("s.md:4: **Let** takes an object"));
  EXPECT_THAT(ErrorOf(Titled(With("**Let**", "{\"a b\":1}"))),
              HasSubstr("'a b' is no name"));
}

TEST(ReadStory, KnowsTheNamesThatNeedNotBeSaid) {
  EXPECT_OK(ReadStory(
      "s.md", Titled(With("**Record** at a A",
                          R"(["${new:a}","${today-1y}","${me}","${id:crvs}",
                              "${callback}","${sender:b}"])") +
                     With("**Arrives** from a /a",
                          R"(["${< 5}","${absent}","${one of a, b}"])"))));
  EXPECT_THAT(ErrorOf(Titled(With("**Record** at a A", "[\"${< 5}\"]"))),
              HasSubstr("${< 5} is not understood"));
  EXPECT_THAT(ErrorOf(Titled(With("**Arrives** from a /a", "[\"${<}\"]"))),
              HasSubstr("compares with nothing"));
  EXPECT_THAT(ErrorOf(Titled(With("**Record** at a A", "[\"${today-1x}\"]"))),
              HasSubstr("is no time"));
  EXPECT_THAT(ErrorOf(Titled(With("**Record** at a A", "[\"${open\"]"))),
              HasSubstr("s.md:4: a ${ is not closed"));
}

}  // namespace
}  // namespace dci::cli::story
