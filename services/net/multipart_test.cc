#include "services/net/multipart.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"

namespace dci::net {
namespace {

using ::testing::HasSubstr;

constexpr char kType[] = "multipart/form-data; boundary=\"b 1\"";

// Lines end with \r\n on the wire.
std::string Body(const std::string& text) {
  return absl::StrReplaceAll(text, {{"\n", "\r\n"}});
}

std::string Part1(const std::string& header, const std::string& body) {
  return Body(absl::StrCat("--b 1\n", header, "\n\n", body, "\n--b 1--\n"));
}

TEST(MultipartTest, ReadsWhatCurlSends) {
  const std::string body = Body(
      "--b 1\n"
      "Content-Disposition: form-data; name=\"action\"\n\n"
      "search\n"
      "--b 1\n"
      "Content-Disposition: form-data; name=\"fileName\"; "
      "filename=\"a \\\"b\\\".json\"\n"
      "Content-Type: application/json\n\n"
      "{\"a\":\n--b }\n"
      "--b 1--\n");
  ASSERT_OK_AND_ASSIGN(const auto parts, ParseMultipart(kType, body));
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0].name, "action");
  EXPECT_EQ(parts[0].body, "search");
  EXPECT_EQ(parts[0].file_name, "");
  EXPECT_EQ(parts[1].name, "fileName");
  EXPECT_EQ(parts[1].file_name, "a \"b\".json");
  EXPECT_EQ(parts[1].content_type, "application/json");
  EXPECT_EQ(parts[1].body, "{\"a\":\r\n--b }");
}

TEST(MultipartTest, ReadsTokensPreambleEpilogueAndPadding) {
  const std::string body = Body(
      "to be ignored\n--x  \n"
      "content-disposition: FORM-DATA; name=a\n\n\n--x--\nalso ignored");
  ASSERT_OK_AND_ASSIGN(const auto parts,
                       ParseMultipart("Multipart/Form-Data;boundary=x", body));
  ASSERT_EQ(parts.size(), 1u);
  EXPECT_EQ(parts[0].name, "a");
  EXPECT_EQ(parts[0].body, "");
}

TEST(MultipartTest, KeepsBytesAsTheyCame) {
  const std::string bytes("\0\r\n\xff--b 2\r", 11);
  std::string body = Part1("Content-Disposition: form-data; name=\"f\"", "@");
  body.replace(body.find('@'), 1, bytes);
  ASSERT_OK_AND_ASSIGN(const auto parts, ParseMultipart(kType, body));
  ASSERT_EQ(parts.size(), 1u);
  EXPECT_EQ(std::string(parts[0].body), bytes);
}

TEST(MultipartTest, NoPartsIsNoError) {
  ASSERT_OK_AND_ASSIGN(const auto parts, ParseMultipart(kType, "--b 1--"));
  EXPECT_TRUE(parts.empty());
}

TEST(MultipartTest, RefusesWhatIsTornOrUnsaid) {
  const std::string good =
      Part1("Content-Disposition: form-data; name=\"f\"", "x");
  ASSERT_OK(ParseMultipart(kType, good));
  // Every beginning up to the last delimiter is torn.
  for (size_t n = 0; n < good.size() - 4; ++n)
    EXPECT_EQ(ParseMultipart(kType, good.substr(0, n)).status().code(),
              absl::StatusCode::kInvalidArgument)
        << n;
  for (const char* type :
       {"multipart/form-data",
        "multipart/form-data; boundary=", "multipart/form-data; boundary"})
    EXPECT_FALSE(ParseMultipart(type, good).ok()) << type;
  EXPECT_FALSE(ParseMultipart(absl::StrCat("multipart/form-data; boundary=",
                                           std::string(71, 'x')),
                              good)
                   .ok());
  EXPECT_THAT(
      std::string(ParseMultipart(kType, Part1("Content-Type: text/plain", "x"))
                      .status()
                      .message()),
      HasSubstr("without a name"));
  EXPECT_FALSE(
      ParseMultipart(kType, Part1("Content-Disposition: form-data; name=\"f\"\n"
                                  "Content-Transfer-Encoding: base64",
                                  "eA=="))
          .ok());
}

TEST(MultipartTest, BoundsPartsAndTheirHeaders) {
  std::string many;
  for (int i = 0; i <= kMaxParts; ++i)
    many += "--b 1\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\nx\r\n";
  EXPECT_THAT(
      std::string(ParseMultipart(kType, many + "--b 1--").status().message()),
      HasSubstr("too many parts"));
  EXPECT_FALSE(
      ParseMultipart(kType,
                     Part1(absl::StrCat("X: ", std::string(9000, 'x')), ""))
          .ok());
}

TEST(MultipartTest, TellsItsType) {
  EXPECT_TRUE(IsMultipartForm("Multipart/form-data; boundary=x"));
  EXPECT_FALSE(IsMultipartForm("multipart/mixed; boundary=x"));
  EXPECT_FALSE(IsMultipartForm("application/json"));
}

}  // namespace
}  // namespace dci::net
