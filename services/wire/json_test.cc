#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/wire/cursor.h"
#include "services/wire/json_text.h"
#include "services/wire/scan.h"

namespace dci::wire {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr absl::StatusCode kBad = absl::StatusCode::kInvalidArgument;
constexpr absl::StatusCode kLimit = absl::StatusCode::kResourceExhausted;

absl::Status ScanText(absl::string_view text) { return Scan(text, Limits()); }

std::string Repeat(absl::string_view piece, int n) {
  std::string text;
  text.reserve(piece.size() * n);
  for (int i = 0; i < n; ++i) absl::StrAppend(&text, piece);
  return text;
}

TEST(ScanTest, TakesEveryKindOfValue) {
  for (const char* text :
       {"{}", "[]", "\"\"", "0", "-0", "0.5", "-1.5e+10", "1E-400", "true",
        "false", "null", " [ 1 , { \"a\" : [ ] } ]\r\n\t",
        "123456789012345678901234", "\"\\u0000\\\"\\/\\b\\ud83d\\ude00\"",
        "{\"\":1,\"\xc3\xa9\":2,\"\xf0\x9f\x98\x80\":3}"}) {
    EXPECT_OK(ScanText(text)) << text;
  }
}

TEST(ScanTest, NamesFaultPathAndOffset) {
  const struct {
    const char* text;
    const char* error;
  } kCases[] = {
      {"", "text ends where a value should be: at / (offset 0)"},
      {"  ", "text ends where a value should be: at / (offset 2)"},
      {"{\"a\":", "text ends where a value should be: at /a (offset 5)"},
      {"{\"a\":{\"b\":[1,2", "text ends inside an array or object: at /a/b/1"},
      {"{\"a\":[1,2}", "expected , or ]: at /a/1 (offset 9)"},
      {"{\"a\":1]", "expected , or }: at /a (offset 6)"},
      {"{\"a\":1,}", "expected a key: at /a (offset 7)"},
      {"[1,]", "not a value: at /1 (offset 3)"},
      {"{a:1}", "expected a key: at / (offset 1)"},
      {"{\"a\" 1}", "expected a colon: at /a (offset 5)"},
      {"[1] x", "text after the end of the value: at / (offset 4)"},
      {"{\"a/b\":{\"~\":tru}}", "not a value: at /a~1b/~0 (offset 12)"},
      {"[01]", "number with a leading zero: at /0 (offset 2)"},
      {"[1.]", "expected a digit: at /0 (offset 3)"},
      {"[1e+]", "expected a digit: at /0 (offset 4)"},
      {"[-]", "expected a digit: at /0 (offset 2)"},
      {"[+1]", "not a value: at /0 (offset 1)"},
      {"[NaN]", "not a value: at /0 (offset 1)"},
      {"[\"a", "text ends inside a string: at /0 (offset 3)"},
      {"[\"\\", "text ends inside a string: at /0 (offset 3)"},
      {"[\"\\x\"]", "unknown escape: at /0 (offset 3)"},
      {"[\"a\nb\"]", "control character in a string: at /0 (offset 3)"},
      {"[\"\\u12g4\"]", "\\u without four hexadecimal digits: at /0"},
      {"[\"\\u12", "\\u without four hexadecimal digits: at /0"},
      {"[\"\\ud800\"]", "lone surrogate: at /0"},
      {"[\"\\ud800\\u0041\"]", "lone surrogate: at /0"},
      {"[\"\\udc00\"]", "lone surrogate: at /0 (offset 4)"},
      {"\xef\xbb\xbf{}", "not a value: at / (offset 0)"},
      {"['a']", "not a value: at /0 (offset 1)"},
      {"[1,/**/2]", "not a value: at /1 (offset 3)"},
  };
  for (const auto& c : kCases) {
    EXPECT_THAT(ScanText(c.text), StatusIs(kBad, HasSubstr(c.error))) << c.text;
  }
}

TEST(ScanTest, FindsTheByteThatIsNotUtf8) {
  for (const char* bad : {"\xff", "\xc3\x28", "\xe2\x82", "\xed\xa0\x80",
                          "\xc0\x80", "\xf4\x90\x80\x80", "\x80"}) {
    const std::string before = Repeat("\xc3\xa9", 100);
    const std::string text = absl::StrCat("{\"a\":[\"", before, bad, "\"]}");
    EXPECT_THAT(ScanText(text),
                StatusIs(kBad, HasSubstr("invalid UTF-8: at /a/0 (offset "
                                         "207)")));
  }
}

TEST(ScanTest, RefusesKeysGivenTwiceWithDifferentValues) {
  EXPECT_THAT(
      ScanText("{\"a\":{\"b\":1,\"c\":2,\"b\":3}}"),
      StatusIs(kBad, HasSubstr("key given twice with different values: at "
                               "/a/b (offset 18)")));
  // The same key behind an escape.
  EXPECT_THAT(ScanText("{\"ab\":1,\"\\u0061b\":2}"), StatusIs(kBad));
  EXPECT_THAT(ScanText("{\"\\u0061b\":1,\"ab\":2}"), StatusIs(kBad));
  // The same key in different objects.
  EXPECT_OK(ScanText("{\"a\":{\"a\":1},\"b\":{\"a\":[{\"a\":1},{\"a\":2}]}}"));
}

TEST(ScanTest, ReportsKeysGivenTwiceWithTheSameBytes) {
  std::vector<std::string> repeated;
  EXPECT_OK(Scan("{\"x\":[{\"a\":\"and\",\"b\":1,\"a\":\"and\"}]}", Limits(),
                 &repeated));
  EXPECT_THAT(repeated, ElementsAre("/x/0/a"));
}

TEST(ScanTest, BoundsKeysGivenTwice) {
  const std::string one = "\"a\":1,";
  EXPECT_OK(ScanText("{" + Repeat(one, 32) + "\"a\":1}"));
  EXPECT_THAT(ScanText("{" + Repeat(one, 33) + "\"a\":1}"),
              StatusIs(kBad, HasSubstr("too many keys given twice: at /a")));
}

TEST(ScanTest, FindsRepeatedKeysInGreatObjects) {
  std::string text = "{";
  for (int i = 0; i < 5000; ++i) absl::StrAppend(&text, "\"k", i, "\":0,");
  std::vector<std::string> repeated;
  EXPECT_OK(Scan(text + "\"last\":1}", Limits(), &repeated));
  EXPECT_THAT(repeated, IsEmpty());
  EXPECT_THAT(ScanText(text + "\"k3\":1}"),
              StatusIs(kBad, HasSubstr("at /k3 ")));
  EXPECT_THAT(ScanText(text + "\"k\\u0034999\":1}"),
              StatusIs(kBad, HasSubstr("at /k4999 ")));
}

TEST(ScanTest, BoundsDepth) {
  EXPECT_OK(ScanText(Repeat("[", 64) + Repeat("]", 64)));
  EXPECT_THAT(ScanText(Repeat("[", 65) + Repeat("]", 65)),
              StatusIs(kLimit, HasSubstr("nested deeper than 64: at /0/0")));
  EXPECT_THAT(ScanText(Repeat("{\"a\":", 1000000)),
              StatusIs(kLimit, HasSubstr("(offset 320)")));
}

TEST(ScanTest, BoundsBytes) {
  Limits limits;
  limits.max_bytes = 10;
  EXPECT_OK(Scan("[1,2,3,45]", limits));
  EXPECT_THAT(Scan("[1,2,3,456]", limits), StatusIs(kLimit));
}

TEST(ScanTest, TakesAMillionElements) {
  EXPECT_OK(ScanText("[" + Repeat("{},", 3000000) + "{}]"));
  EXPECT_OK(ScanText("[" + Repeat("1,", 5000000) + "1]"));
}

// Whatever Scan passes the cursor walks to the end, inside the text.
TEST(ScanTest, CursorWalksWhatScanPasses) {
  const std::string seed =
      "{\"a\":[1,-2.5e3,{\"b\\u0041\":\"x\\\"y\\\\\"},[],{}],\"c\":null,"
      "\"\xc3\xa9\":\"\\ud83d\\ude00\",\"d\":true}";
  const std::string alphabet = "{}[]:,\"\\u0019d8-+.eEtrue \n\xc3";
  std::mt19937 random(7);
  int passed = 0;
  for (int round = 0; round < 200000; ++round) {
    std::string text = seed;
    for (int edits = random() % 3; edits >= 0; --edits) {
      const size_t at = random() % text.size();
      if (random() % 3 == 0) {
        text.erase(at, 1 + random() % 3);
      } else {
        text[at] = alphabet[random() % alphabet.size()];
      }
    }
    if (!ScanText(text).ok()) continue;
    ++passed;
    Cursor cursor(text);
    const absl::string_view value = cursor.Skip();
    ASSERT_LE(value.data() + value.size(), text.data() + text.size());
    ASSERT_OK(ScanText(value)) << text;
  }
  EXPECT_GT(passed, 1000);
}

TEST(PointerAtTest, NamesTheInnermostValue) {
  const std::string text = "{\"a\": [10, {\"b/c\": \"x\"}], \"d\": 1}";
  EXPECT_EQ(PointerAt(text, text.find("10")), "/a/0");
  EXPECT_EQ(PointerAt(text, text.find("x")), "/a/1/b~1c");
  EXPECT_EQ(PointerAt(text, text.size() - 2), "/d");
  EXPECT_EQ(PointerAt(text, 0), "");
}

TEST(JsonTextTest, FindsSpecialBytesAtEveryPosition) {
  for (int size = 0; size < 40; ++size) {
    const std::string plain(size, '\xc3');
    EXPECT_EQ(FindSpecial(plain.data(), plain.data() + size),
              plain.data() + size);
    for (int at = 0; at < size; ++at) {
      for (char c : {'"', '\\', '\n', '\0', '\x1f'}) {
        std::string text = plain;
        text[at] = c;
        EXPECT_EQ(FindSpecial(text.data(), text.data() + size) - text.data(),
                  at);
      }
    }
  }
}

TEST(JsonTextTest, EscapesAndUnescapes) {
  const std::string text("\0\x01\b\t\n\v\f\r\"\\/ \x7f\xc3\xa9\xf0\x9f\x98\x80",
                         19);
  std::string quoted;
  AppendQuoted(text, &quoted);
  EXPECT_EQ(quoted,
            "\"\\u0000\\u0001\\b\\t\\n\\u000b\\f\\r\\\"\\\\/ "
            "\x7f\xc3\xa9\xf0\x9f\x98\x80\"");
  std::string ascii;
  AppendQuotedAscii(text, &ascii);
  EXPECT_EQ(ascii,
            "\"\\u0000\\u0001\\b\\t\\n\\u000b\\f\\r\\\"\\\\/ "
            "\\u007f\\u00e9\\ud83d\\ude00\"");
  for (const std::string& form : {quoted, ascii}) {
    std::string back;
    AppendUnescaped(absl::string_view(form).substr(1, form.size() - 2), &back);
    EXPECT_EQ(back, text);
  }
}

TEST(JsonTextTest, ComparesAsUtf16) {
  // U+FB33 comes after U+1F600 in UTF-16, before it in UTF-8.
  EXPECT_TRUE(Utf16Less("\xf0\x9f\x98\x80", "\xef\xac\xb3"));
  EXPECT_FALSE(Utf16Less("\xef\xac\xb3", "\xf0\x9f\x98\x80"));
  EXPECT_TRUE(Utf16Less("\xed\x9f\xbf", "\xf0\x9f\x98\x80"));
  EXPECT_TRUE(Utf16Less("a", "ab"));
  EXPECT_FALSE(Utf16Less("a", "a"));
}

TEST(JsonTextTest, PointerStepsEscape) {
  EXPECT_EQ(PointerStep("a/b~c"), "a~1b~0c");
  EXPECT_EQ(FromPointerStep("a~1b~0c~01"), "a/b~c~1");
}

}  // namespace
}  // namespace dci::wire
