#include "services/wire/text_sink.h"

#include <string>

#include "gtest/gtest.h"

namespace dci::wire {
namespace {

// Short pieces are copied by moves that overlap, long ones otherwise.
TEST(TextSinkTest, TakesPiecesOfEveryLengthAsTheyAre) {
  std::string expected = "before";
  std::string out = expected;
  {
    TextSink sink(&out, 0);
    for (int length = 0; length < 70; ++length) {
      std::string piece;
      for (int i = 0; i < length; ++i)
        piece.push_back(static_cast<char>('a' + (length + i) % 26));
      sink.Append(piece);
      sink.Push('|');
      sink.AppendQuoted(piece);
      expected += piece + "|\"" + piece + "\"";
      EXPECT_EQ(sink.size(), expected.size());
    }
  }
  EXPECT_EQ(out, expected);
}

TEST(TextSinkTest, EscapesAsTheStringWriterDoes) {
  for (const std::string& text :
       {std::string("\""), std::string("\\"), std::string("\0", 1),
        std::string("a\nb\tc\x1f"), std::string("1234567\""),
        std::string("12345678\""), std::string("\xc3\xa9 \xe2\x82\xac"),
        std::string(100, '"')}) {
    std::string expected, out;
    AppendQuoted(text, &expected);
    TextSink sink(&out, 0);
    sink.AppendQuoted(text);
    sink.Finish();
    EXPECT_EQ(out, expected);
  }
}

TEST(TextSinkTest, TakesBackWhatWasWritten) {
  std::string out;
  TextSink sink(&out, 4);
  sink.Append(",\"key\":");
  sink.Truncate(0);
  sink.Append(",\"other\":1}");
  sink[0] = '{';
  sink.Finish();
  EXPECT_EQ(out, "{\"other\":1}");
}

}  // namespace
}  // namespace dci::wire
