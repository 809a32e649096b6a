// Senders, published keys, tokens, encryption, and both wires.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/trust/key.h"
#include "services/trust/verifier.h"
#include "services/trust/verifier_fixture.h"

namespace dci::trust {
namespace {

using namespace dci::common::v1;  // NOLINT(google-build-using-namespace)
using ::testing::ElementsAre;

TEST_F(VerifierTest, UnknownSendersAreRefusedUnlessSomebodyStandsForThem) {
  Outgoing out;
  out.sender = "stranger";
  out.profile = DciString();
  EXPECT_EQ(ReasonOf(Send(out)), REASON_SENDER_ID_INVALID);
  auto any = testing::Undemanding("*");
  directory_ = *FixedDirectory::Create({config_, any});
  const auto result = Send(out);
  ASSERT_THAT(**result, IsOk());
  EXPECT_TRUE((*result)->value().participant().stands_for_any());
  EXPECT_EQ((*result)->value().sender_id(), "stranger");
}

TEST_F(VerifierTest, AMessageWithoutSenderIsWhoseSignatureItHas) {
  Outgoing out;
  out.sender = "";
  out.profile = DciString();
  const auto result = Send(out);
  ASSERT_THAT(**result, IsOk());
  EXPECT_EQ((*result)->value().sender_id(), kSender);
  const Key impostor = Key::Generate("EdDSA")->WithKid("kid-EdDSA");
  out.key = &impostor;
  EXPECT_EQ(ReasonOf(Send(out)), REASON_SIGNATURE_INVALID);
  out.profile.Clear();
  EXPECT_EQ(ReasonOf(Send(out)), REASON_SENDER_ID_INVALID);
}

TEST_F(VerifierTest, AStringInTheHttpFieldServesAsWell) {
  Outgoing out;
  out.profile = DciString();
  const std::string text = Sign(out).signature_member;
  Credentials credentials;
  credentials.http_signature = text;
  const std::string body =
      wire::AssembleDocument({out.Header(), out.message}, "");
  EXPECT_THAT(**Receive(body, credentials), IsOk());
  EXPECT_EQ(ReasonOf(Receive(absl::StrReplaceAll(body, {{"t-1", "t-2"}}),
                             credentials)),
            REASON_SIGNATURE_INVALID);
  // Where both are there, both must be right.
  credentials.http_signature =
      absl::StrReplaceAll(text, {{"created=\"1", "created=\"0"}});
  EXPECT_EQ(ReasonOf(Receive(
                wire::AssembleDocument({out.Header(), out.message}, text),
                credentials)),
            REASON_SIGNATURE_INVALID);
}

TEST_F(VerifierTest, AnUnknownKeyIsFetchedAndTheMessageWaits) {
  config_.set_jwks_uri(kUri);
  fetcher_.hold = true;
  const Key fresh = Key::Generate("EdDSA")->WithKid("fresh");
  fetcher_.json = absl::StrCat("{\"keys\":[", fresh.PublicJwk(), "]}");
  Outgoing out;
  out.profile = DciString();
  EXPECT_THAT(**Send(out), IsOk());  // by the configured key
  EXPECT_EQ(fetcher_.fetches, 0);
  out.key = &fresh;
  const auto one = Send(out);
  const auto two = Send(out);
  EXPECT_FALSE(one->has_value());
  EXPECT_FALSE(two->has_value());
  fetcher_.Release();
  EXPECT_EQ(fetcher_.fetches, 1);
  EXPECT_THAT(**one, IsOk());
  EXPECT_THAT(**two, IsOk());
}

TEST_F(VerifierTest, AFailedFetchRefusesTheSignature) {
  config_.set_jwks_uri(kUri);
  Outgoing out;
  out.profile = DciString();
  const Key fresh = Key::Generate("EdDSA")->WithKid("fresh");
  out.key = &fresh;
  EXPECT_EQ(ReasonOf(Send(out)), REASON_SIGNATURE_INVALID);
  fetcher_.json = std::string("not found");
  EXPECT_EQ(ReasonOf(Send(out, {}, kNow + absl::Minutes(1))),
            REASON_SIGNATURE_INVALID);
}

TEST_F(VerifierTest, ARevokedKeyIsNotTrustedThoughItsOwnerPublishesIt) {
  config_.set_jwks_uri(kUri);
  fetcher_.json =
      absl::StrCat("{\"keys\":[", PeerKey("EdDSA").PublicJwk(), "]}");
  config_.mutable_keys(0)->set_revoked_at(FormatTimestamp(kNow));
  Outgoing out;
  out.profile = DciString();
  EXPECT_EQ(ReasonOf(Send(out)), REASON_SIGNATURE_INVALID);
  EXPECT_EQ(fetcher_.fetches, 1);
  config_.clear_keys();
  directory_ = nullptr;
  EXPECT_THAT(**Send(out), IsOk());
}

TEST_F(VerifierTest, TokensAreJudgedByPolicy) {
  config_.set_signature(dci::config::v1::POLICY_OFF);
  config_.add_scopes("registry/search");
  config_.set_authorization(dci::config::v1::POLICY_REQUIRED);
  const Outgoing out;
  EXPECT_EQ(ReasonOf(Send(out)), REASON_REQUEST_UNAUTHORIZED);
  EXPECT_EQ(ReasonOf(Send(out, {"Bearer x"})), REASON_REQUEST_UNAUTHORIZED);
  const auto result = Send(out, {"Bearer " + Token()});
  ASSERT_THAT(**result, IsOk());
  EXPECT_THAT((*result)->value().scopes(), ElementsAre("registry.search"));
  EXPECT_THAT(**Send(out, {"", Token()}), IsOk());

  config_.set_authorization(dci::config::v1::POLICY_OPTIONAL);
  directory_ = nullptr;
  EXPECT_THAT(**Send(out), IsOk());
  EXPECT_EQ(ReasonOf(Send(out, {"Bearer x"})), REASON_REQUEST_UNAUTHORIZED);
  config_.set_authorization(dci::config::v1::POLICY_OFF);
  directory_ = nullptr;
  EXPECT_THAT(**Send(out, {"Bearer x"}), IsOk());
}

TEST_F(VerifierTest, ATokenPermitsItsScopesWhileTheOperatorDoes) {
  config_.set_signature(dci::config::v1::POLICY_OFF);
  config_.set_authorization(dci::config::v1::POLICY_REQUIRED);
  config_.add_scopes("registry.search");
  config_.add_scopes("registry.notify");
  const Outgoing out;
  EXPECT_EQ(ReasonOf(Send(out, {"Bearer " + Token("registry.notify")})),
            REASON_REQUEST_FORBIDDEN);
  const std::string token = Token("registry.search");
  EXPECT_THAT(**Send(out, {"Bearer " + token}), IsOk());
  config_.clear_scopes();
  directory_ = nullptr;
  EXPECT_EQ(ReasonOf(Send(out, {"Bearer " + token})), REASON_REQUEST_FORBIDDEN);
}

TEST_F(VerifierTest, ATokenOfAnotherSenderIsRefused) {
  config_.set_signature(dci::config::v1::POLICY_OFF);
  config_.set_authorization(dci::config::v1::POLICY_REQUIRED);
  config_.add_scopes("registry.search");
  const std::string token = Token();
  config_.set_sender_id("other.example");
  Outgoing out;
  out.sender = "other.example";
  EXPECT_EQ(ReasonOf(Send(out, {"Bearer " + token})), REASON_SENDER_ID_INVALID);
}

TEST_F(VerifierTest, TheClientCertificateMustBeTheSenders) {
  config_.set_tls_subject("CN=spmis");
  Outgoing out;
  out.profile = DciString();
  EXPECT_EQ(ReasonOf(Send(out)), REASON_SENDER_ID_INVALID);
  Credentials credentials;
  credentials.tls_subject = "CN=other";
  EXPECT_EQ(ReasonOf(Send(out, credentials)), REASON_SENDER_ID_INVALID);
  credentials.tls_subject = "CN=spmis";
  EXPECT_THAT(**Send(out, credentials), IsOk());
}

TEST_F(VerifierTest, AnEncryptedBodyIsVerifiedAndThenDecrypted) {
  Outgoing out;
  out.profile = DciString();
  out.message = Sealed(kMessage);
  out.encrypted = true;
  const auto result = Send(out);
  ASSERT_THAT(**result, IsOk());
  EXPECT_TRUE((*result)->value().was_encrypted());
  out.message = kMessage;
  out.encrypted = false;
  const auto clear = Send(out);
  ASSERT_THAT(**clear, IsOk());
  EXPECT_EQ((*result)->value().body(), (*clear)->value().body());

  // Both wrong: the signature is what is said.
  out.message = absl::StrReplaceAll(Sealed(kMessage), {{"own-enc", "none"}});
  out.encrypted = true;
  EXPECT_EQ(ReasonOf(Send(out)), REASON_ENCRYPTION_INVALID);
  out.tamper = [](std::string* body) {
    *body = absl::StrReplaceAll(*body, {{"m-1", "m-2"}});
  };
  EXPECT_EQ(ReasonOf(Send(out)), REASON_SIGNATURE_INVALID);
}

TEST_F(VerifierTest, WhatWasEncryptedMustBeTheBody) {
  Outgoing out;
  out.profile = DciString();
  out.encrypted = true;
  for (const char* clear : {"", "not JSON", "[1]", "{\"a\":"}) {
    out.message = Sealed(clear);
    EXPECT_EQ(ReasonOf(Send(out)), REASON_REQUEST_BAD) << clear;
  }
}

TEST_F(VerifierTest, EncryptionMayBeDemanded) {
  Outgoing out;
  out.profile = DciString();
  config_.set_encryption(dci::config::v1::POLICY_REQUIRED);
  EXPECT_EQ(ReasonOf(Send(out)), REASON_ENCRYPTION_INVALID);
  out.message = Sealed(kMessage);
  out.encrypted = true;
  EXPECT_THAT(**Send(out), IsOk());
  config_.set_encryption(dci::config::v1::POLICY_OFF);
  directory_ = nullptr;
  EXPECT_THAT(**Send(out), IsOk());
}

// Over gRPC the signature covers the normal form, which is what the writer
// writes in the newest dialect.
TEST_F(VerifierTest, TheSameSignatureServesBothWires) {
  Outgoing out;
  out.profile = DciString();
  const wire::DecodedMessage decoded = *wire::DecodeJsonMessage(
      wire::TestCodec(), Method(),
      wire::AssembleDocument({out.Header(), out.message}, ""), wire::Limits());
  const schema::Message& envelope = *Method().request;
  const wire::OutgoingParts parts = *wire::RenderParts(
      wire::TestCodec(), envelope, decoded.header.SerializeAsString(),
      decoded.body, wire::RenderOptions());
  const KeyRing ring = *KeyRing::Create({Timed(*out.key)});
  const Signed made =
      *Signer(kSender, &ring)
           .Sign(parts.header_json, parts.message_json, out.profile, kNow);
  EXPECT_THAT(**Receive(wire::AssembleDocument(parts, made.signature_member)),
              IsOk());
  const std::string bytes = wire::AssembleGrpcEnvelope(
      envelope, made.signature_member, decoded.header.SerializeAsString(),
      decoded.body, false);
  auto grpc = wire::DecodeGrpcMessage(wire::TestCodec(), Method(), bytes,
                                      wire::Limits());
  ASSERT_OK(grpc);
  EXPECT_THAT(**Verify(*std::move(grpc)), IsOk());
}

TEST_F(VerifierTest, ARelayedDocumentIsVerifiedAsItWasSent) {
  Outgoing out;
  out.profile = DciString();
  const std::string document =
      absl::StrReplaceAll(wire::AssembleDocument({out.Header(), out.message},
                                                 Sign(out).signature_member),
                          {{R"("t-1",)", "\"t-1\" , "}});
  const std::string bytes =
      *wire::AssembleRelayedEnvelope(*Method().request, document);
  auto relayed = wire::DecodeGrpcMessage(wire::TestCodec(), Method(), bytes,
                                         wire::Limits());
  ASSERT_OK(relayed);
  EXPECT_THAT(**Verify(*std::move(relayed)), IsOk());
  const std::string forged = *wire::AssembleRelayedEnvelope(
      *Method().request, absl::StrReplaceAll(document, {{"t-1", "t-2"}}));
  auto altered = wire::DecodeGrpcMessage(wire::TestCodec(), Method(), forged,
                                         wire::Limits());
  ASSERT_OK(altered);
  EXPECT_EQ(ReasonOf(Verify(*std::move(altered))), REASON_SIGNATURE_INVALID);
}

}  // namespace
}  // namespace dci::trust
