#include "services/exchange/callback_address.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/schema/reason.h"

namespace dci::exchange {
namespace {

dci::config::v1::Participant WithBases(std::vector<std::string> bases) {
  dci::config::v1::Participant participant;
  for (std::string& base : bases) participant.add_callback_bases(base);
  return participant;
}

bool Accepts(const std::string& base, const std::string& asked) {
  const auto address = CallbackAddress(WithBases({base}), asked);
  if (!address.ok()) {
    EXPECT_EQ(schema::ReasonOf(address.status()),
              dci::common::v1::REASON_SENDER_URI_INVALID);
  }
  return address.ok();
}

TEST(CallbackAddress, BlankMeansTheFirstBase) {
  const auto participant =
      WithBases({"https://sp.example/in", "https://other.example"});
  for (const char* blank : {"", " ", "\t\n"}) {
    ASSERT_OK_AND_ASSIGN(const std::string address,
                         CallbackAddress(participant, blank));
    EXPECT_EQ(address, "https://sp.example/in");
  }
}

TEST(CallbackAddress, WithoutABaseNothingIsAllowed) {
  EXPECT_FALSE(CallbackAddress(WithBases({}), "").ok());
  EXPECT_FALSE(CallbackAddress(WithBases({}), "https://sp.example").ok());
}

TEST(CallbackAddress, ABaseHoldsWhatLiesBelowIt) {
  const std::string base = "https://sp.example/in";
  EXPECT_TRUE(Accepts(base, "https://sp.example/in"));
  EXPECT_TRUE(Accepts(base, "https://sp.example/in/"));
  EXPECT_TRUE(Accepts(base, "https://sp.example/in/registry/on-search"));
  EXPECT_TRUE(Accepts(base, "https://sp.example/in?tenant=7"));
  EXPECT_TRUE(Accepts(base, "HTTPS://SP.Example:443/in"));
  EXPECT_TRUE(Accepts("http://[::1]:8080", "http://[::1]:8080/x"));
  EXPECT_TRUE(Accepts("https://sp.example", "https://sp.example"));
}

TEST(CallbackAddress, APrefixThatIsNoSegmentDoesNotCount) {
  EXPECT_FALSE(Accepts("https://sp.example/in", "https://sp.example/inside"));
  EXPECT_FALSE(Accepts("https://sp.example", "https://sp.example.evil.test"));
  EXPECT_FALSE(Accepts("https://sp.example/in", "https://sp.example/"));
}

TEST(CallbackAddress, OtherOriginsAreOutside) {
  const std::string base = "https://sp.example/in";
  EXPECT_FALSE(Accepts(base, "http://sp.example/in"));
  EXPECT_FALSE(Accepts(base, "https://sp.example:8443/in"));
  EXPECT_FALSE(Accepts(base, "https://evil.test/in"));
  EXPECT_FALSE(Accepts("http://[::1]:8080", "http://[::1]:8081/x"));
}

TEST(CallbackAddress, ABaseMayBeEveryPortOfAHost) {
  const std::string base = "http://127.0.0.1:*/in";
  EXPECT_TRUE(Accepts(base, "http://127.0.0.1:8080/in/x"));
  EXPECT_TRUE(Accepts(base, "http://127.0.0.1/in"));
  EXPECT_FALSE(Accepts(base, "http://127.0.0.1:8080/out"));
  EXPECT_FALSE(Accepts(base, "http://127.0.0.2:8080/in"));
  EXPECT_FALSE(Accepts(base, "http://127.0.0.1:*/in"));
}

TEST(CallbackAddress, APortIsOneThatThereIs) {
  const std::string base = "http://127.0.0.1:*";
  for (const char* port : {"1", "80", "65535"})
    EXPECT_TRUE(Accepts(base, absl::StrCat("http://127.0.0.1:", port, "/")));
  for (const char* port : {"0", "65536", "99999", "4294967376", "-1", "+80",
                           "00000000000080", "8o", "*"})
    EXPECT_FALSE(Accepts(base, absl::StrCat("http://127.0.0.1:", port, "/")))
        << port;
}

TEST(CallbackAddress, NoAddressIsLongerThanServersTake) {
  const std::string base = "https://sp.example/in/";
  EXPECT_TRUE(Accepts(base, base + std::string(8192 - base.size(), 'x')));
  EXPECT_FALSE(Accepts(base, base + std::string(8193 - base.size(), 'x')));
}

TEST(CallbackAddress, WhatCanBeReadInTwoWaysIsRefused) {
  const std::string base = "https://sp.example/in";
  for (const char* asked : {
           "https://sp.example/in/../admin",
           "https://sp.example/in/%2e%2E/admin",
           "https://sp.example/in/.%2e/admin",
           "https://sp.example/in/./x",
           "https://sp.example/in%2f..%2fadmin",
           "https://sp.example/in/x%5c..%5cadmin",
           "https://sp.example\\@evil.test/in",
           "https://sp.example@evil.test/in",
           "https://user:pw@sp.example/in",
           "https://sp.example/in#fragment",
           "https://sp.example/in /x",
           "https://sp.example/in\r\nHost: evil.test",
           "https://sp.example:4x3/in",
           "https://sp.example:/in",
           "https://sp.example/in/%zz",
           "https://sp.example/in?a=%4",
           "https://sp.example/{namespace}/callback",
           "https:///in",
           "ftp://sp.example/in",
           "//sp.example/in",
           "sp.example/in",
           "https://sp.ex\xc3\xa4mple/in",
       }) {
    EXPECT_FALSE(Accepts(base, asked)) << asked;
  }
}

TEST(HostAndPort, AreWrittenOutAndInSmallLetters) {
  EXPECT_EQ(HostAndPort("https://SP.example/in?x"), "sp.example:443");
  EXPECT_EQ(HostAndPort("http://sp.example"), "sp.example:80");
  EXPECT_EQ(HostAndPort("http://[::1]:8080/x"), "[::1]:8080");
  EXPECT_EQ(HostAndPort("sp.example"), "");
}

TEST(CallbackUrl, IsTheAddressUnlessASettingAppends) {
  auto participant = WithBases({"https://sp.example"});
  const std::string path = "/registry/on-search";
  EXPECT_EQ(CallbackUrl(participant, "x", "https://sp.example/cb", path),
            "https://sp.example/cb");

  participant.set_append_callback_path(true);
  EXPECT_EQ(CallbackUrl(participant, "x", "https://sp.example/cb/", path),
            "https://sp.example/cb/registry/on-search");
  EXPECT_EQ(CallbackUrl(participant, "x", "https://sp.example/cb?t=1", path),
            "https://sp.example/cb/registry/on-search?t=1");

  participant.set_append_action_only(true);
  EXPECT_EQ(CallbackUrl(participant, "x", "https://sp.example", path),
            "https://sp.example/on-search");
}

TEST(CallbackUrl, ABaseAlwaysGetsThePath) {
  auto participant = WithBases({"https://sp.example/dci"});
  for (const char* blank : {"", " "})
    EXPECT_EQ(CallbackUrl(participant, blank, "https://sp.example/dci",
                          "/registry/on-search"),
              "https://sp.example/dci/registry/on-search");
  participant.set_append_action_only(true);
  EXPECT_EQ(CallbackUrl(participant, "", "https://sp.example/dci",
                        "/registry/on-search"),
            "https://sp.example/dci/on-search");
}

TEST(CallbackUrl, DoesNotNameTheOperationTwice) {
  auto participant = WithBases({"https://sp.example"});
  participant.set_append_action_only(true);
  EXPECT_EQ(CallbackUrl(participant, "x", "https://sp.example/cb/on-search",
                        "/registry/on-search"),
            "https://sp.example/cb/on-search");
}

}  // namespace
}  // namespace dci::exchange
