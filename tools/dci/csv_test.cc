#include "tools/dci/csv.h"

#include <map>
#include <random>
#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/wire/cursor.h"
#include "services/wire/json_text.h"
#include "tools/dci/exit_code.h"
#include "tools/dci/json.h"
#include "tools/dci/record_reader.h"

namespace dci::cli {
namespace {

using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

std::string Written(const std::vector<std::string>& records) {
  CsvWriter writer;
  for (const std::string& record : records)
    EXPECT_TRUE(writer.Collect(record).ok());
  std::string file = writer.Header();
  for (const std::string& record : records) file += writer.Row(record);
  return file;
}

std::vector<std::string> ReadBack(const std::string& file) {
  std::istringstream in(file);
  RecordReader reader(&in, true);
  std::vector<std::string> records;
  std::string record;
  while (true) {
    const absl::StatusOr<bool> more = reader.Next(&record);
    EXPECT_TRUE(more.ok()) << more.status() << file;
    if (!more.ok() || !*more) return records;
    records.push_back(record);
  }
}

std::string ErrorOf(const std::string& file) {
  std::istringstream in(file);
  RecordReader reader(&in, true);
  std::string record;
  absl::StatusOr<bool> more = true;
  while (more.ok() && *more) more = reader.Next(&record);
  if (!more.ok()) EXPECT_EQ(ExitCodeOf(more.status()), ExitCode::kUsage);
  return std::string(more.status().message());
}

TEST(CsvTest, ColumnsAreDottedPathsAndQuotesTellStringsFromTheRest) {
  EXPECT_EQ(Written({R"({"name":{"surname":"Ng, A"},"id":[{"v":"007"}]})",
                     R"({"id":[{"v":"7"}],"n":7,"e":""})"}),
            "name.surname,id.0.v,n,e\r\n"
            "\"Ng, A\",007,,\r\n"
            ",\"7\",7,\"\"\r\n");
}

TEST(CsvTest, MembersKeepTheOrderOnWhichTheRecordsAgree) {
  const std::vector<std::string> records = {
      R"({"p":{"b":1},"z":1})", R"({"p":{"d":1},"z":1})",
      R"({"p":{"a":1,"b":1,"c":[1,2],"d":1},"y":1})", R"({"o":1,"p":{"b":1}})",
      R"({"p":{"c":[1,2,3]},"y":1,"z":1})"};
  EXPECT_THAT(ReadBack(Written(records)), ElementsAreArray(records));
  // Where they do not, each is whole all the same.
  EXPECT_THAT(ReadBack(Written({R"({"a":1,"b":2})", R"({"b":1,"a":2})"})),
              ElementsAreArray({R"({"a":1,"b":2})", R"({"a":2,"b":1})"}));
}

TEST(CsvTest, ReadsWhatSpreadsheetsWrite) {
  // Byte order mark, single line feeds, a row of empty cells, short rows, a
  // last line without end, a gap in an array.
  EXPECT_THAT(ReadBack("\xef\xbb\xbf"
                       "a,\"b.0\",b.1\nx,,\"y\ny\"\n,,\n\nz"),
              ElementsAreArray({R"({"a":"x","b":["y\ny"]})", R"({"a":"z"})"}));
}

TEST(CsvTest, WhatIsNoCsvIsNamedWithItsLine) {
  EXPECT_THAT(ErrorOf(""), HasSubstr("no header"));
  EXPECT_THAT(ErrorOf("a,,b\n"), HasSubstr("header: a column has no name"));
  EXPECT_THAT(ErrorOf("a,a\n"), HasSubstr("column a is there twice"));
  for (const char* bad : {"a.", ".a", "a..b", "a\\", "."})
    EXPECT_THAT(ErrorOf(std::string(bad) + "\n"), HasSubstr("header: "));
  EXPECT_THAT(ErrorOf("99999999999999999999\n"), HasSubstr("too great"));
  std::string deep = "a";
  for (int i = 0; i < 100; ++i) deep += ".a";
  EXPECT_THAT(ErrorOf(deep + "\n"), HasSubstr("too many steps"));
  EXPECT_THAT(ErrorOf("a\n\"x\ny\"\n1,2\n"), HasSubstr("line 4: the row has"));
  EXPECT_THAT(ErrorOf("a\n\"x\n"), HasSubstr("line 2: a quote is not closed"));
  EXPECT_THAT(ErrorOf("a\nx\"y\"\n"), HasSubstr("line 2: a quote stands"));
  EXPECT_THAT(ErrorOf("a\n\"x\"y\n"), HasSubstr("line 2: there is text"));
  EXPECT_THAT(ErrorOf("a\n\xff\n"), HasSubstr("line 2: it is not UTF-8"));
  EXPECT_THAT(ErrorOf("a,a.b\n1,2\n"), HasSubstr("line 2: column a.b does"));
  EXPECT_THAT(ErrorOf("a.b,a\n1,2\n"), HasSubstr("line 2: column a does"));
  EXPECT_THAT(ErrorOf("a.0,a.b\n1,2\n"), HasSubstr("line 2: column a.b"));
  EXPECT_THAT(ErrorOf("a.0,a.00\n1,2\n"), HasSubstr("line 2: column a.00"));
}

// Values at random, of texts that are hard on CSV, paths or JSON.
class Values {
 public:
  explicit Values(unsigned seed) : random_(seed) {}

  std::string Text() {
    static const char* const kParts[] = {
        "",    "\"",   "\"\"", ",",   "\n",   "\r\n",         "\r",
        ".",   "\\",   "\\e",  "e",   "0",    "12",           "-1",
        "1e5", "true", "null", "{}",  "[]",   "\xef\xbb\xbf", " ",
        "\t",  "=1+1", "'",    "007", "\x01", "Zoë 鈴木 😀",   ";"};
    std::string text;
    for (int n = Pick(3); n >= 0; --n) text += kParts[Pick(28)];
    if (Pick(20) == 0) text.push_back('\0');
    return text;
  }
  std::string Value(int depth) {
    switch (Pick(depth > 3 ? 6 : 9)) {
      case 0:
        return "null";
      case 1:
        return Pick(2) ? "true" : "false";
      case 2:
        return "-12.50E+3";
      case 3:
        return "12345678901234567890123";
      case 4:
        return Pick(2) ? "{}" : "[]";
      case 6:
      case 7:
        return Object(depth);
      case 8: {
        std::vector<std::string> elements;
        for (int n = Pick(12); n >= 0; --n)
          elements.push_back(Value(depth + 1));
        return JsonArray(elements);
      }
      default:
        std::string quoted;
        wire::AppendQuoted(Text(), &quoted);
        return quoted;
    }
  }
  // Keys in one order, so that records may be compared as texts.
  std::string Object(int depth) {
    std::map<std::string, std::string> members;
    for (int n = Pick(4); n >= 0; --n) members[Text()] = Value(depth + 1);
    JsonObject object;
    for (const auto& [key, value] : members) object.Raw(key, value);
    return object.Build();
  }

 private:
  int Pick(int bound) { return static_cast<int>(random_() % bound); }
  std::mt19937 random_;
};

// The same value with the members of its objects in one order.
std::string Sorted(absl::string_view json) {
  if (IsObject(json)) {
    std::map<std::string, std::string> members;
    wire::Cursor cursor(json);
    std::string buffer;
    for (bool more = cursor.EnterObject(); more; more = cursor.NextMember()) {
      const std::string key(cursor.Key().Text(&buffer));
      members[key] = Sorted(cursor.Skip());
    }
    JsonObject object;
    for (const auto& [key, value] : members) object.Raw(key, value);
    return object.Build();
  }
  if (!IsArray(json)) return std::string(json);
  std::vector<std::string> elements;
  for (absl::string_view element : Elements(json))
    elements.push_back(Sorted(element));
  return JsonArray(elements);
}

TEST(CsvTest, NothingIsLostOnTheWayThere) {
  for (unsigned seed = 0; seed < 500; ++seed) {
    Values values(seed);
    std::vector<std::string> records = {values.Object(0)};
    // One record alone has its columns in its own order.
    EXPECT_THAT(ReadBack(Written(records)), ElementsAreArray(records));
    // Several share columns, whose order then is that of the first.
    for (int i = 0; i < 4; ++i)
      records.push_back(i == 2 ? values.Value(0) : values.Object(0));
    const std::vector<std::string> back = ReadBack(Written(records));
    ASSERT_EQ(back.size(), records.size());
    for (size_t i = 0; i < back.size(); ++i) {
      ASSERT_TRUE(CheckJson(back[i]).ok()) << back[i];
      EXPECT_EQ(Sorted(back[i]), Sorted(records[i]));
    }
  }
}

}  // namespace
}  // namespace dci::cli
