// Signatures.
#include "services/trust/verifier.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/trust/key.h"
#include "services/trust/verifier_fixture.h"

namespace dci::trust {
namespace {

using namespace dci::common::v1;  // NOLINT(google-build-using-namespace)
using ::testing::HasSubstr;

TEST_F(VerifierTest, EveryFormOfEveryAlgorithmIsWrittenAndRead) {
  struct Case {
    const char* profile;
    const char* algorithm;
  };
  for (const Case& c : {
           Case{"form: SIGNATURE_FORM_DCI_STRING", "EdDSA"},
           Case{"form: SIGNATURE_FORM_DCI_STRING digest: DIGEST_BLAKE2B_512 "
                "digest_prefix: 'BLAKE-512='",
                "EdDSA"},
           Case{"form: SIGNATURE_FORM_DCI_STRING "
                "canonicalization: CANONICALIZATION_SORTED_ASCII",
                "EdDSA"},
           Case{"form: SIGNATURE_FORM_DCI_STRING "
                "canonicalization: CANONICALIZATION_AS_RECEIVED",
                "EdDSA"},
           Case{"form: SIGNATURE_FORM_JWS_COMPACT", "EdDSA"},
           Case{"form: SIGNATURE_FORM_JWS_COMPACT", "ES256"},
           Case{"form: SIGNATURE_FORM_JWS_COMPACT", "RS256"},
           Case{"form: SIGNATURE_FORM_JWS_COMPACT", "PS256"},
           Case{"form: SIGNATURE_FORM_JWS_DETACHED", "ES256"},
           Case{"form: SIGNATURE_FORM_JWS_DETACHED "
                "canonicalization: CANONICALIZATION_SORTED_UTF8",
                "RS256"},
           Case{"form: SIGNATURE_FORM_JWS_HTTP_HEADER "
                "canonicalization: CANONICALIZATION_AS_RECEIVED",
                "RS256"},
           Case{"form: SIGNATURE_FORM_JWS_HTTP_HEADER "
                "canonicalization: CANONICALIZATION_JCS",
                "EdDSA"},
       }) {
    SCOPED_TRACE(absl::StrCat(c.profile, " ", c.algorithm));
    Outgoing out;
    out.profile = Profile(c.profile);
    out.key = &PeerKey(c.algorithm);
    Expect({out.profile}, {out.key});
    const auto good = Send(out);
    ASSERT_THAT(**good, IsOk());
    EXPECT_TRUE((*good)->value().was_signed());
    EXPECT_EQ((*good)->value().sender_id(), kSender);
    EXPECT_FALSE((*good)->value().was_encrypted());
    out.tamper = [](std::string* body) {
      *body = absl::StrReplaceAll(*body, {{"t-1", "t-2"}});
    };
    EXPECT_EQ(ReasonOf(Send(out)), REASON_SIGNATURE_INVALID);
  }
}

TEST_F(VerifierTest, WhiteSpaceAndOrderMatterOnlyToTheBytesAsReceived) {
  const auto spaced = [](std::string* body) {
    *body = absl::StrReplaceAll(*body, {{R"("t-1",)", "\"t-1\" ,\n"}});
  };
  Outgoing out;
  out.profile = DciString();
  out.tamper = spaced;
  EXPECT_THAT(**Send(out), IsOk());
  out.profile = Profile("form: SIGNATURE_FORM_JWS_COMPACT");
  Expect({out.profile}, {out.key});
  EXPECT_THAT(**Send(out), IsOk());
  out.profile = Profile(
      "form: SIGNATURE_FORM_JWS_HTTP_HEADER "
      "canonicalization: CANONICALIZATION_AS_RECEIVED");
  Expect({out.profile}, {out.key});
  EXPECT_EQ(ReasonOf(Send(out)), REASON_SIGNATURE_INVALID);
}

TEST_F(VerifierTest, ACompactPayloadOfAnotherMessageIsRefused) {
  Outgoing out;
  out.profile = Profile("form: SIGNATURE_FORM_JWS_COMPACT");
  Expect({out.profile}, {out.key});
  // A long number that a double would not tell from the signed one.
  out.message = absl::StrReplaceAll(
      kMessage,
      {{"\"reference_id\"", "\"n\":9007199254740993,\"reference_id\""}});
  EXPECT_THAT(**Send(out), IsOk());
  out.tamper = [](std::string* body) {
    *body = absl::StrReplaceAll(*body, {{"40993", "40992"}});
  };
  EXPECT_EQ(ReasonOf(Send(out)), REASON_SIGNATURE_INVALID);
}

TEST_F(VerifierTest, SeveralProfilesAreTriedInTurn) {
  const SignatureProfile ascii = Profile(
      "form: SIGNATURE_FORM_DCI_STRING "
      "canonicalization: CANONICALIZATION_SORTED_ASCII");
  const SignatureProfile jws = Profile("form: SIGNATURE_FORM_JWS_DETACHED");
  Expect({DciString(), ascii, jws}, {&PeerKey("EdDSA")});
  Outgoing out;
  for (const SignatureProfile& profile : {DciString(), ascii, jws}) {
    out.profile = profile;
    EXPECT_THAT(**Send(out), IsOk());
  }
}

TEST_F(VerifierTest, AFormThatIsNotAcceptedIsRefused) {
  Outgoing out;
  for (const char* form :
       {"form: SIGNATURE_FORM_JWS_COMPACT", "form: SIGNATURE_FORM_JWS_DETACHED",
        "form: SIGNATURE_FORM_DCI_STRING digest: DIGEST_BLAKE2B_512"}) {
    out.profile = Profile(form);
    EXPECT_EQ(ReasonOf(Send(out)), REASON_SIGNATURE_INVALID) << form;
  }
  // The HTTP field of another scheme is not about this message.
  Credentials credentials;
  credentials.http_signature = "sig1=:AAAA:";
  out.profile = DciString();
  EXPECT_THAT(**Send(out, credentials), IsOk());
}

TEST_F(VerifierTest, AnAlgorithmThatIsNotTheProfilesIsRefused) {
  Outgoing out;
  out.profile = Profile("form: SIGNATURE_FORM_JWS_COMPACT algorithm: 'PS256'");
  // The JWK itself leaves the choice open.
  const auto open = [](const std::string& jwk) {
    return absl::StrReplaceAll(jwk, {{",\"alg\":\"RS256\"", ""}});
  };
  const Key key = *Key::FromJwk(open(*PeerKey("RS256").PrivateJwk()));
  out.key = &key;
  Expect({out.profile}, {out.key});
  config_.mutable_keys(0)->set_jwk(open(key.PublicJwk()));
  EXPECT_THAT(**Send(out), IsOk());
  out.profile.set_algorithm("RS256");
  EXPECT_EQ(ReasonOf(Send(out)), REASON_SIGNATURE_INVALID);
}

TEST_F(VerifierTest, AbsenceIsJudgedByPolicy) {
  using dci::config::v1::Policy;
  struct Case {
    Policy policy;
    const char* signature;
    Reason expected;
  };
  config_.add_placeholder_signatures("unsigned-stub");
  for (const Case& c : {
           Case{dci::config::v1::POLICY_REQUIRED, "", REASON_SIGNATURE_MISSING},
           Case{dci::config::v1::POLICY_REQUIRED, " ",
                REASON_SIGNATURE_MISSING},
           Case{dci::config::v1::POLICY_REQUIRED, "unsigned-stub",
                REASON_SIGNATURE_MISSING},
           Case{dci::config::v1::POLICY_REQUIRED, "other-stub",
                REASON_SIGNATURE_INVALID},
           Case{dci::config::v1::POLICY_UNSPECIFIED, "",
                REASON_SIGNATURE_MISSING},
           Case{dci::config::v1::POLICY_OPTIONAL, "", REASON_UNSPECIFIED},
           Case{dci::config::v1::POLICY_OPTIONAL, "unsigned-stub",
                REASON_UNSPECIFIED},
           Case{dci::config::v1::POLICY_OPTIONAL, "other-stub",
                REASON_SIGNATURE_INVALID},
           Case{dci::config::v1::POLICY_OFF, "other-stub", REASON_UNSPECIFIED},
       }) {
    config_.set_signature(c.policy);
    directory_ = nullptr;
    const Outgoing out;
    const auto result = Receive(
        wire::AssembleDocument({out.Header(), out.message}, c.signature));
    EXPECT_EQ(ReasonOf(result), c.expected) << c.policy << c.signature;
    EXPECT_FALSE(result->value().ok() && (*result)->value().was_signed());
  }
}

TEST_F(VerifierTest, WhatIsPresentMustBeRightAlsoWhereItIsOptional) {
  config_.set_signature(dci::config::v1::POLICY_OPTIONAL);
  Outgoing out;
  out.profile = DciString();
  EXPECT_THAT(**Send(out), IsOk());
  out.tamper = [](std::string* body) {
    *body = absl::StrReplaceAll(*body, {{"t-1", "t-2"}});
  };
  EXPECT_EQ(ReasonOf(Send(out)), REASON_SIGNATURE_INVALID);
}

TEST_F(VerifierTest, TheWindowOfTheStringIsItsOwn) {
  Outgoing out;
  out.profile = DciString();
  // message_ts is not what judges it.
  out.message_ts = kNow - absl::Hours(1000);
  EXPECT_THAT(**Send(out), IsOk());
  out.signed_at = kNow - absl::Seconds(361);
  EXPECT_EQ(ReasonOf(Send(out)), REASON_SIGNATURE_INVALID);
  out.signed_at = kNow + absl::Seconds(61);
  EXPECT_EQ(ReasonOf(Send(out)), REASON_SIGNATURE_INVALID);
  out.signed_at = kNow + absl::Seconds(60);
  EXPECT_THAT(**Send(out), IsOk());
}

TEST_F(VerifierTest, TheWindowOfAJwsIsThatOfTheMessage) {
  Outgoing out;
  out.profile = Profile("form: SIGNATURE_FORM_JWS_COMPACT");
  Expect({out.profile}, {out.key});
  for (const auto& [seconds, right] : std::vector<std::pair<int, bool>>{
           {0, true}, {60, true}, {61, false}, {-360, true}, {-361, false}}) {
    out.message_ts = kNow + absl::Seconds(seconds);
    EXPECT_EQ((*Send(out))->ok(), right) << seconds;
  }
  // A signed time that cannot be read is none.
  out.message_ts = absl::InfiniteFuture();
  EXPECT_EQ(ReasonOf(Send(out)), REASON_SIGNATURE_INVALID);
}

TEST_F(VerifierTest, ASignatureIsNotValidForEver) {
  Outgoing out;
  out.profile = DciString();
  out.profile.set_validity_seconds(86'400);
  const auto longest = Send(out);
  ASSERT_THAT(**longest, IsOk());
  EXPECT_EQ((*longest)->value().valid_until(),
            kNow + absl::Hours(24) + absl::Seconds(60));
  out.profile.set_validity_seconds(86'401);
  EXPECT_EQ(ReasonOf(Send(out)), REASON_SIGNATURE_INVALID);
}

TEST_F(VerifierTest, AKeyIsJudgedByOurClockAlone) {
  Outgoing out;
  out.profile = DciString();
  out.profile.set_validity_seconds(86'000);
  auto* key = config_.mutable_keys(0);
  const auto at = [&](absl::Time now) {
    directory_ = nullptr;
    return ReasonOf(Send(out, {}, now));
  };
  key->set_not_before(FormatTimestamp(kNow + absl::Hours(1)));
  EXPECT_EQ(at(kNow), REASON_SIGNATURE_INVALID);
  EXPECT_EQ(at(kNow + absl::Hours(1)), REASON_UNSPECIFIED);
  key->set_not_after(FormatTimestamp(kNow + absl::Hours(3)));
  EXPECT_EQ(at(kNow + absl::Hours(2)), REASON_UNSPECIFIED);
  EXPECT_EQ(at(kNow + absl::Hours(3)), REASON_SIGNATURE_INVALID);
  // Revoked: whatever it signed before counts no more.
  key->set_revoked_at(FormatTimestamp(kNow + absl::Hours(2)));
  EXPECT_EQ(at(kNow + absl::Hours(1)), REASON_UNSPECIFIED);
  EXPECT_EQ(at(kNow + absl::Hours(2)), REASON_SIGNATURE_INVALID);
}

TEST_F(VerifierTest, TheKeyMustBeNamedAsConfigured) {
  Outgoing out;
  out.profile = DciString();
  config_.mutable_keys(0)->set_key_id("kid-EdDSA");
  EXPECT_THAT(**Send(out), IsOk());
  const Key renamed = PeerKey("EdDSA").WithKid("k-1");
  out.key = &renamed;
  EXPECT_EQ(ReasonOf(Send(out)), REASON_SIGNATURE_INVALID);
  config_.mutable_keys(0)->set_key_id("k-1");
  directory_ = nullptr;
  EXPECT_THAT(**Send(out), IsOk());
}

TEST_F(VerifierTest, AKidOfAKeyOfAnotherTypeIsRefused) {
  Outgoing out;
  out.profile = Profile("form: SIGNATURE_FORM_JWS_COMPACT");
  const Key same_name = PeerKey("ES256").WithKid("kid-EdDSA");
  out.key = &same_name;
  Expect({out.profile}, {&PeerKey("EdDSA")});
  EXPECT_EQ(ReasonOf(Send(out)), REASON_SIGNATURE_INVALID);
}

TEST_F(VerifierTest, UnknownKeyAndWrongSignatureAreToldTheSame) {
  Outgoing out;
  out.profile = DciString();
  const Key unknown = Key::Generate("EdDSA")->WithKid("nobody's");
  const Key impostor = Key::Generate("EdDSA")->WithKid("kid-EdDSA");
  out.key = &unknown;
  const auto one = Send(out);
  out.key = &impostor;
  const auto two = Send(out);
  EXPECT_EQ(ReasonOf(one), REASON_SIGNATURE_INVALID);
  EXPECT_EQ((*one)->status(), (*two)->status());
}

TEST_F(VerifierTest, TheStringMustNameTheSenderOfTheHeader) {
  auto other = config_;
  other.set_sender_id("other.example");
  directory_ = *FixedDirectory::Create({config_, other});
  Outgoing out;
  out.profile = DciString();
  out.tamper = [](std::string* body) {
    *body = absl::StrReplaceAll(
        *body, {{"\"kidId", ""},
                {"kidId=\\\"spmis.example", "kidId=\\\"other.example"}});
  };
  const auto result = Send(out);
  EXPECT_EQ(ReasonOf(result), REASON_SIGNATURE_INVALID);
  EXPECT_THAT(TextOf(result), HasSubstr("sender"));
}

}  // namespace
}  // namespace dci::trust
