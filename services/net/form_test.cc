#include "services/net/form.h"

#include "services/base/status_matchers.h"

namespace dci::net {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

TEST(FormTest, ReadsTheTokenRequest) {
  ASSERT_OK_AND_ASSIGN(
      const FormFields fields,
      ParseForm("grant_type=client_credentials&scope=social%3Aread+"
                "social.write&client_secret=a%2Bb%26c=d"));
  EXPECT_EQ(FindField(fields, "grant_type"), "client_credentials");
  EXPECT_EQ(FindField(fields, "scope"), "social:read social.write");
  EXPECT_EQ(FindField(fields, "client_secret"), "a+b&c=d");
  EXPECT_EQ(FindField(fields, "Scope"), std::nullopt);
  EXPECT_FALSE(HasRepeatedField(fields));
}

TEST(FormTest, EmptyValuesStayAndEmptyFieldsGo) {
  ASSERT_OK_AND_ASSIGN(const FormFields fields, ParseForm("&a=&&b&=c&"));
  EXPECT_THAT(fields, ElementsAre(Pair("a", ""), Pair("b", ""), Pair("", "c")));
  ASSERT_OK_AND_ASSIGN(const FormFields none, ParseForm(""));
  EXPECT_TRUE(none.empty());
}

TEST(FormTest, SeesRepeatedNames) {
  ASSERT_OK_AND_ASSIGN(const FormFields fields, ParseForm("a=1&%61=2"));
  EXPECT_TRUE(HasRepeatedField(fields));
  EXPECT_EQ(FindField(fields, "a"), "1");
}

TEST(FormTest, RefusesMalformedEscapes) {
  for (const char* text : {"a=%", "a=%4", "a=%4x", "%zz=1", "a=%%41"}) {
    EXPECT_THAT(ParseForm(text), StatusIs(kInvalid, HasSubstr("hex digits")))
        << text;
  }
}

TEST(FormTest, BoundsTheNumberOfFields) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "a&";
  EXPECT_OK(ParseForm(text));
  EXPECT_THAT(ParseForm(text + "a"), StatusIs(kInvalid));
}

TEST(FormTest, EveryByteComesBack) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
  const FormFields fields = {{"a b", bytes}, {"=&", "%"}};
  ASSERT_OK_AND_ASSIGN(const FormFields again, ParseForm(EncodeForm(fields)));
  EXPECT_EQ(again, fields);
}

TEST(BasicTest, ReadsUserAndPassword) {
  // RFC 7617 2.
  ASSERT_OK_AND_ASSIGN(const BasicCredentials c,
                       ParseBasic("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="));
  EXPECT_EQ(c.user, "Aladdin");
  EXPECT_EQ(c.password, "open sesame");
}

TEST(BasicTest, TheSchemeHasNoCaseAndThePasswordMayHoldColons) {
  const std::string text = EncodeBasic({"id", "a:b:"});
  ASSERT_OK_AND_ASSIGN(const BasicCredentials c,
                       ParseBasic("bAsIc  " + text.substr(6)));
  EXPECT_EQ(c.user, "id");
  EXPECT_EQ(c.password, "a:b:");
}

TEST(BasicTest, AnotherSchemeIsNotMalformed) {
  EXPECT_THAT(ParseBasic("Bearer abc"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(ParseBasic(""), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(ParseBasic("Basic2 abc"), StatusIs(absl::StatusCode::kNotFound));
}

TEST(BasicTest, RefusesWhatIsNotBase64OrHasNoColon) {
  EXPECT_THAT(ParseBasic("Basic"), StatusIs(kInvalid));
  EXPECT_THAT(ParseBasic("Basic !!!!"), StatusIs(kInvalid));
  EXPECT_THAT(ParseBasic("Basic YWJj"), StatusIs(kInvalid, HasSubstr("':'")));
}

}  // namespace
}  // namespace dci::net
