#include "services/registry/decimal_key.h"

#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "services/base/bytes.h"

namespace dci::registry {
namespace {

std::string Piece(absl::string_view text) {
  const std::optional<std::string> key = DecimalKey(text);
  EXPECT_TRUE(key.has_value()) << text;
  std::string piece;
  AppendOrderedText(&piece, key.value_or(""));
  return piece;
}

TEST(DecimalKeyTest, EqualNumbersAreEqualBytes) {
  const std::vector<std::vector<std::string>> equal = {
      {"5", "5.0", "05", "+5", "0.5e1", "50e-1", " 5 ", "5.", "500E-2"},
      {"0", "-0", "0.000", "0e7", ".0"},
      {"-2.50", "-2.5", "-25e-1"},
      {"123456789012345678901234567890", "1.2345678901234567890123456789e29"},
  };
  for (const auto& same : equal)
    for (const std::string& text : same)
      EXPECT_EQ(DecimalKey(text), DecimalKey(same[0])) << text;
}

TEST(DecimalKeyTest, BytesOrderAsNumbers) {
  const std::vector<std::string> ascending = {"-1e1000",    "-123456789.01",
                                              "-123456789", "-100",
                                              "-99.99",     "-10",
                                              "-9",         "-1.5",
                                              "-1",         "-0.5",
                                              "-0.1",       "-0.05",
                                              "-1e-300",    "0",
                                              "1e-300",     "0.05",
                                              "0.1",        "0.10001",
                                              "0.5",        "1",
                                              "1.5",        "2",
                                              "2.5",        "5",
                                              "9",          "10",
                                              "99.99",      "100",
                                              "1e1000"};
  for (size_t i = 0; i < ascending.size(); ++i)
    for (size_t j = 0; j < ascending.size(); ++j)
      EXPECT_EQ(Piece(ascending[i]) < Piece(ascending[j]), i < j)
          << ascending[i] << " against " << ascending[j];
}

// Numbers of a few digits in units of a thousandth are exact as integers,
// which is the other opinion.
TEST(DecimalKeyTest, RandomNumbersOrderAsTheirIntegers) {
  std::mt19937 random(7);
  auto thousandths = [&] {
    return static_cast<int>(random() % 2000001) - 1000000;
  };
  auto text = [](int n) {
    const int m = n < 0 ? -n : n;
    std::string fraction = std::to_string(1000 + m % 1000).substr(1);
    return (n < 0 ? "-" : "") + std::to_string(m / 1000) + "." + fraction;
  };
  for (int i = 0; i < 20000; ++i) {
    const int a = thousandths(), b = i % 10 == 0 ? a + 1 : thousandths();
    EXPECT_EQ(Piece(text(a)) < Piece(text(b)), a < b)
        << text(a) << " against " << text(b);
  }
}

TEST(DecimalKeyTest, OtherTextsAreNoNumbers) {
  for (const char* text : {"", " ", "-", ".", "e5", "5e", "5e+", "five", "5 5",
                           "0x10", "1,5", "--5", "5.5.5", "NaN", "Infinity",
                           "1e9999999", "1e99999999999", "5\xc2\xa0"})
    EXPECT_FALSE(DecimalKey(text).has_value()) << text;
  EXPECT_TRUE(DecimalKey(std::string(kMaxDecimalDigits, '7')).has_value());
  EXPECT_FALSE(DecimalKey(std::string(kMaxDecimalDigits + 1, '7')).has_value());
  EXPECT_FALSE(DecimalKey(absl::string_view("5\0", 2)).has_value());
}

}  // namespace
}  // namespace dci::registry
