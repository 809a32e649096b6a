#include "services/trust/participants.h"

#include <string>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/trust/key.h"
#include "services/trust/scope.h"

namespace dci::trust {
namespace {

using namespace dci::config::v1;  // NOLINT(google-build-using-namespace)
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Config = dci::config::v1::Participant;

Config Read(const std::string& text) {
  Config config;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &config));
  return config;
}

absl::StatusOr<std::shared_ptr<const trust::Participant>> Create(
    const std::string& text) {
  return trust::Participant::Create(Read(text));
}

constexpr char kVerify[] = " verify { form: SIGNATURE_FORM_DCI_STRING }";

TEST(ParticipantTest, WhatIsNotSetIsStrict) {
  ASSERT_OK_AND_ASSIGN(const auto p,
                       Create(std::string("sender_id: 'a' sign { form: "
                                          "SIGNATURE_FORM_JWS_HTTP_HEADER }") +
                              kVerify));
  EXPECT_EQ(p->config().signature(), POLICY_REQUIRED);
  EXPECT_EQ(p->config().authorization(), POLICY_REQUIRED);
  EXPECT_EQ(p->config().encryption(), POLICY_OPTIONAL);
  EXPECT_EQ(p->dialect(), schema::Dialect::kC25);
  EXPECT_EQ(p->config().verify(0).canonicalization(), CANONICALIZATION_JCS);
  EXPECT_EQ(p->config().verify(0).digest(), DIGEST_SHA256);
  EXPECT_EQ(p->config().sign().canonicalization(),
            CANONICALIZATION_AS_RECEIVED);
  EXPECT_FALSE(p->stands_for_any());
  EXPECT_THAT(p->scopes(), IsEmpty());
}

TEST(ParticipantTest, WhatCannotBeUsedIsRefusedAndNamed) {
  struct Case {
    std::string text;
    const char* said;
  };
  for (const Case& c : {
           Case{"", "sender_id"},
           Case{"sender_id: 'p1'", "participant p1: verify"},
           Case{"sender_id: 'p1' verify {}", "no form"},
           Case{"sender_id: 'p1' verify { form: SIGNATURE_FORM_JWS_COMPACT "
                "algorithm: 'HS256' }",
                "algorithm"},
           Case{"sender_id: 'p1' verify { form: SIGNATURE_FORM_DCI_STRING "
                "algorithm: 'RS256' }",
                "DCI string"},
           Case{"sender_id: 'p1' signature: POLICY_OFF keys { jwk: '{}' }",
                "keys"},
           Case{"sender_id: 'p1' signature: POLICY_OFF clients { client_id: "
                "'c' secret_sha256: 'secret' }",
                "clients"},
       }) {
    EXPECT_THAT(Create(c.text),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(c.said)))
        << c.text;
  }
}

TEST(ParticipantTest, PlaceholdersCountAsAbsentOnlyWhereTheyAreListed) {
  ASSERT_OK_AND_ASSIGN(
      const auto listed,
      Create("sender_id: 'a' signature: POLICY_OPTIONAL "
             "placeholder_signatures: 'unsigned-stub' "
             "placeholder_signatures: 'Signature:  namespace=\"spdci\"*'"));
  EXPECT_TRUE(listed->IsPlaceholder(""));
  EXPECT_TRUE(listed->IsPlaceholder(" \t"));
  EXPECT_TRUE(listed->IsPlaceholder("unsigned-stub"));
  EXPECT_TRUE(listed->IsPlaceholder(" unsigned-stub "));
  EXPECT_TRUE(listed->IsPlaceholder("Signature:  namespace=\"spdci\", kidId"));
  EXPECT_FALSE(listed->IsPlaceholder("unsigned-stub2"));
  EXPECT_FALSE(listed->IsPlaceholder("Signature: namespace=\"spdci\""));
  ASSERT_OK_AND_ASSIGN(const auto bare,
                       Create("sender_id: 'a' signature: POLICY_OPTIONAL"));
  EXPECT_TRUE(bare->IsPlaceholder(""));
  EXPECT_FALSE(bare->IsPlaceholder("unsigned-stub"));
}

TEST(ParticipantTest, ScopesAreOneInBothSpellings) {
  ASSERT_OK_AND_ASSIGN(
      const auto p,
      Create("sender_id: 'a' signature: POLICY_OFF scopes: 'registry/search' "
             "scopes: 'registry.subscribe'"));
  EXPECT_THAT(p->scopes(),
              ElementsAre("registry.search", "registry.subscribe"));
  EXPECT_TRUE(p->MayHaveScope("registry.search"));
  EXPECT_TRUE(p->MayHaveScope("registry/subscribe"));
  EXPECT_FALSE(p->MayHaveScope("registry"));
  EXPECT_FALSE(p->MayHaveScope(""));
}

TEST(ScopeTest, ListsAreSplitAndCanonical) {
  EXPECT_THAT(SplitScopes("a.b  c/d,a/b\te"), ElementsAre("a.b", "c.d", "e"));
  EXPECT_THAT(SplitScopes(" , "), IsEmpty());
}

TEST(FixedDirectoryTest, TheUnknownIsWhateverStandsForAny) {
  ASSERT_OK_AND_ASSIGN(
      auto directory,
      FixedDirectory::Create({Read("sender_id: 'a' signature: POLICY_OFF")}));
  EXPECT_EQ(directory->Find("a")->sender_id(), "a");
  EXPECT_EQ(directory->Find("b"), nullptr);
  EXPECT_EQ(directory->Find(""), nullptr);
  ASSERT_OK_AND_ASSIGN(
      directory,
      FixedDirectory::Create({Read("sender_id: 'a' signature: POLICY_OFF"),
                              Read("sender_id: '*' signature: POLICY_OFF")}));
  EXPECT_EQ(directory->Find("a")->sender_id(), "a");
  EXPECT_TRUE(directory->Find("b")->stands_for_any());
  EXPECT_TRUE(directory->Find("")->stands_for_any());
}

TEST(FixedDirectoryTest, ClientsAndSendersAreUnique) {
  const std::string client =
      "signature: POLICY_OFF clients { client_id: 'c' secret_sha256: '" +
      std::string(64, 'a') + "' }";
  ASSERT_OK_AND_ASSIGN(
      const auto directory,
      FixedDirectory::Create({Read("sender_id: 'a' " + client)}));
  EXPECT_EQ(directory->FindClient("c")->sender_id(), "a");
  EXPECT_EQ(directory->FindClient("d"), nullptr);
  constexpr auto kExists = absl::StatusCode::kAlreadyExists;
  EXPECT_THAT(FixedDirectory::Create({Read("sender_id: 'a' " + client),
                                      Read("sender_id: 'b' " + client)}),
              StatusIs(kExists));
  EXPECT_THAT(
      FixedDirectory::Create({Read("sender_id: 'a' signature: POLICY_OFF"),
                              Read("sender_id: 'a' signature: POLICY_OFF")}),
      StatusIs(kExists));
}

}  // namespace
}  // namespace dci::trust
