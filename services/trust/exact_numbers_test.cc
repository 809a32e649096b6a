#include "services/trust/exact_numbers.h"

#include "gtest/gtest.h"

namespace dci::trust {
namespace {

TEST(ExactNumbers, SpellsEqualNumbersAlike) {
  for (const char* one : {"1", "1.0", "1.000", "10e-1", "0.1e1", "1E+0"})
    EXPECT_EQ(WithExactNumbers(one), "1e0") << one;
  for (const char* zero : {"0", "-0", "0.00", "0e9"})
    EXPECT_EQ(WithExactNumbers(zero), "0e0") << zero;
  EXPECT_EQ(WithExactNumbers("-2500"), "-25e2");
  EXPECT_EQ(WithExactNumbers("1e+21"),
            WithExactNumbers("1000000000000000000000"));
}

TEST(ExactNumbers, KeepsTheLastDigitOfLongOnes) {
  EXPECT_NE(WithExactNumbers("123456789012345678901234"),
            WithExactNumbers("123456789012345678901235"));
  EXPECT_NE(WithExactNumbers("0.1"), WithExactNumbers("0.1000000000000000055"));
}

TEST(ExactNumbers, LeavesTextsAlone) {
  const char* json = "{\"1.0\":\"1.0\",\"a\\\"2.0\":[true,null,\"-3.0\"]}";
  EXPECT_EQ(WithExactNumbers(json), json);
  EXPECT_EQ(WithExactNumbers("{\"a\":[1.50,{\"b\":-2.0}]}"),
            "{\"a\":[15e-1,{\"b\":-2e0}]}");
}

TEST(ExactNumbers, AbsurdExponentsStayAsTheyAre) {
  EXPECT_EQ(WithExactNumbers("1e99999999999"), "1e99999999999");
}

TEST(ExactNumbers, EndsOnCutText) {
  for (const char* cut : {"\"", "\"a\\", "[1", "-"})
    EXPECT_FALSE(WithExactNumbers(cut).empty()) << cut;
}

}  // namespace
}  // namespace dci::trust
