#include "services/net/url.h"

#include "services/base/status_matchers.h"

namespace dci::net {
namespace {

using ::testing::HasSubstr;

TEST(UrlTest, ReadsAllParts) {
  ASSERT_OK_AND_ASSIGN(
      const Url url,
      ParseUrl("HTTPS://Registry.Example.org:8443/a%20b/on-search?x=1&y=/"));
  EXPECT_TRUE(url.https);
  EXPECT_EQ(url.host, "registry.example.org");
  EXPECT_EQ(url.port, 8443);
  EXPECT_EQ(url.target, "/a%20b/on-search?x=1&y=/");
  EXPECT_EQ(url.path(), "/a%20b/on-search");
  EXPECT_EQ(url.HostHeader(), "registry.example.org:8443");
  EXPECT_EQ(url.Origin(), "https://registry.example.org:8443");
  EXPECT_EQ(url.ToString(),
            "https://registry.example.org:8443/a%20b/on-search?x=1&y=/");
}

TEST(UrlTest, TheSchemesOwnPortIsLeftOut) {
  ASSERT_OK_AND_ASSIGN(const Url http, ParseUrl("http://a"));
  EXPECT_EQ(http.port, 80);
  EXPECT_EQ(http.ToString(), "http://a/");
  ASSERT_OK_AND_ASSIGN(const Url https, ParseUrl("https://a:443/"));
  EXPECT_EQ(https.port, 443);
  EXPECT_EQ(https.HostHeader(), "a");
  ASSERT_OK_AND_ASSIGN(const Url other, ParseUrl("https://a:80/"));
  EXPECT_EQ(other.HostHeader(), "a:80");
}

TEST(UrlTest, ReadsIpv6Literals) {
  ASSERT_OK_AND_ASSIGN(const Url url, ParseUrl("http://[::FFFF:1.2.3.4]:81/x"));
  EXPECT_EQ(url.host, "::ffff:1.2.3.4");
  EXPECT_EQ(url.HostHeader(), "[::ffff:1.2.3.4]:81");
}

TEST(UrlTest, AQueryNeedsNoPathAndAFragmentIsDropped) {
  ASSERT_OK_AND_ASSIGN(const Url query, ParseUrl("http://a?x=1#frag"));
  EXPECT_EQ(query.target, "/?x=1");
  ASSERT_OK_AND_ASSIGN(const Url path, ParseUrl("http://a/b#/c?d"));
  EXPECT_EQ(path.target, "/b");
}

struct Bad {
  std::string text;
  std::string why;
};

class BadUrlTest : public ::testing::TestWithParam<Bad> {};

TEST_P(BadUrlTest, IsRefusedWithTheReason) {
  EXPECT_THAT(
      ParseUrl(GetParam().text),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(GetParam().why)));
}

INSTANTIATE_TEST_SUITE_P(
    All, BadUrlTest,
    ::testing::Values(
        Bad{"", "no scheme"}, Bad{"/relative", "no scheme"},
        Bad{"ftp://a/", "neither http nor https"},
        Bad{"file:///etc/passwd", "neither http nor https"},
        Bad{"http://", "host is empty"}, Bad{"http:///x", "host is empty"},
        Bad{"http://:80/", "host is empty"},
        Bad{"http://user:pw@host/", "user information"},
        Bad{"http://good.example@evil.example/", "user information"},
        Bad{"http://a b/", "forbidden character"},
        Bad{"http://a\\b/", "forbidden character"},
        Bad{"http://a%2eb/", "forbidden character"},
        Bad{"http://a..b/", "empty label"}, Bad{"http://.a/", "empty label"},
        Bad{"http://" + std::string(254, 'a') + "/", "too long"},
        Bad{"http://[::1/", "']' is missing"},
        Bad{"http://[::g]/", "no IPv6 address"},
        Bad{"http://[1.2.3.4]/", "no IPv6 address"},
        Bad{"http://[::1]x/", "text after the host"}, Bad{"http://a:/", "port"},
        Bad{"http://a:0/", "port"}, Bad{"http://a:65536/", "port"},
        Bad{"http://a:8 0/", "port"}, Bad{"http://a:-1/", "port"},
        Bad{"http://a:+80/", "port"}, Bad{"http://a/x y", "to be escaped"},
        Bad{"http://a/\r\nX: y", "to be escaped"},
        Bad{"http://a/\xc3\xa9", "to be escaped"},
        Bad{"http://a/%", "two hex digits"},
        Bad{"http://a/%4", "two hex digits"},
        Bad{"http://a/%zz", "two hex digits"},
        Bad{"http://a/" + std::string(8192, 'x'), "8192"}));

}  // namespace
}  // namespace dci::net
