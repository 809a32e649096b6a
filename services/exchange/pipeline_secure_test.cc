// What leaves is signed and encrypted as its receiver's settings say, judged
// by the receiver's own verifier.
#include <memory>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/exchange/testing/harness.h"
#include "services/exchange/testing/tally.pb.h"
#include "services/trust/verifier.h"
#include "services/wire/message.h"

namespace dci::exchange {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

trust::TimedKey NewKey(absl::string_view algorithm, absl::string_view kid,
                       absl::string_view use) {
  auto key = trust::Key::Generate(algorithm);
  EXPECT_OK(key);
  return {.key = key->WithKid(kid).WithUse(use), .key_id = std::string(kid)};
}

dci::config::v1::Participant Peer(const std::string& id,
                                  const std::string& more) {
  return ParticipantOf(absl::StrCat("sender_id: '", id, "' ",
                                    "authorization: POLICY_OFF ", more));
}

void AddKey(const trust::TimedKey& key, dci::config::v1::Participant* peer) {
  peer->add_keys()->set_jwk(key.key.PublicJwk());
}

class SecureTest : public ::testing::Test {
 protected:
  SecureTest()
      : our_sig_(NewKey("EdDSA", "our-sig", "sig")),
        our_enc_(NewKey("ECDH-ES+A256KW", "our-enc", "enc")),
        their_enc_(NewKey("ECDH-ES+A256KW", "their-enc", "enc")) {}

  // The registry, with one peer more.
  void Start(const std::string& profile, bool with_keys = true) {
    HarnessOptions options;
    auto peer = Peer("peer", absl::StrCat("signature: POLICY_OFF "
                                          "encryption: POLICY_OPTIONAL "
                                          "callback_bases: 'https://peer' ",
                                          profile));
    AddKey(their_enc_, &peer);
    options.participants.push_back(peer);
    if (with_keys) options.keys = {our_sig_, our_enc_};
    h_ = std::make_unique<Harness>(options);
    MakePeer(profile);
  }
  // The peer's side: it knows the registry, and demands a signature.
  void MakePeer(const std::string& profile) {
    const bool is_signed = profile.find("sign {") != std::string::npos;
    std::string verify = profile;
    if (is_signed) verify.replace(verify.find("sign {"), 4, "verify");
    auto registry = Peer(
        "registry",
        absl::StrCat("encryption: POLICY_OPTIONAL signature: ",
                     is_signed ? "POLICY_REQUIRED " : "POLICY_OFF ", verify));
    AddKey(our_sig_, &registry);
    AddKey(our_enc_, &registry);
    directory_ = *trust::FixedDirectory::Create({registry});
    ring_ = *trust::KeyRing::Create({their_enc_});
  }
  // What the peer makes of a document for `method`.
  absl::StatusOr<trust::VerifiedMessage> Verify(const schema::Method* method,
                                                const std::string& json,
                                                wire::Side side) {
    trust::TokenChecker tokens({.issuer = "peer"}, &ring_);
    trust::Decrypter decrypter(&ring_);
    trust::Verifier verifier({}, directory_.get(), &tokens, &decrypter, nullptr,
                             &h_->codec());
    auto decoded =
        wire::DecodeJsonMessage(h_->codec(), *method, json, {}, side);
    if (!decoded.ok()) return decoded.status();
    absl::StatusOr<trust::VerifiedMessage> result(absl::UnknownError(""));
    verifier.Verify(*std::move(decoded), {}, h_->clock.Now(),
                    [&](auto verified) { result = std::move(verified); });
    return result;
  }
  std::string SendAndTakeCallback() {
    EXPECT_OK(
        h_->Post(
              "Add",
              Message{.sender = "peer", .items = {AddJson("r", "a")}}.ToJson())
            .status);
    h_->DecideAll();
    h_->DispatchAll();
    const auto sent = h_->sender.sent();
    return sent.empty() ? "" : sent.back().bytes;
  }
  // A message whose body only the registry can read.
  std::string Encrypted() {
    const std::string clear = R"({"transaction_id":"t-1","add_request":[)" +
                              AddJson("r-1", "a") + "]}";
    std::string jwe;
    trust::Encrypter(nullptr).Encrypt(
        directory_->Find("registry"), clear, h_->clock.Now(),
        [&](auto message) {
          ASSERT_OK(message);
          ASSERT_OK(h_->codec().WireToJson(
              *h_->model().FindMessage("dci.common.v1.EncryptedMessage"),
              message->SerializeAsString(), schema::Dialect::kC25, &jwe));
        });
    return absl::StrCat(
        R"({"header":{"message_id":"m-e","total_count":1,"sender_id":"peer",)"
        R"("message_ts":"2026-11-24T06:40:00Z","action":"add",)"
        R"("is_msg_encrypted":true},"message":)",
        jwe, "}");
  }

  const schema::Method* OnAdd() {
    return h_->model().FindMethod("dci.exchange.testing.TallyCallback.OnAdd");
  }
  const schema::Method* SyncAdd() {
    return h_->model().FindMethod("dci.exchange.testing.Tally.SyncAdd");
  }

  const trust::TimedKey our_sig_, our_enc_, their_enc_;
  std::unique_ptr<Harness> h_;
  std::unique_ptr<trust::FixedDirectory> directory_;
  trust::KeyRing ring_;
};

TEST_F(SecureTest, CallbacksAreSignedInTheFormOfTheReceiver) {
  for (const char* form :
       {"SIGNATURE_FORM_DCI_STRING", "SIGNATURE_FORM_JWS_COMPACT",
        "SIGNATURE_FORM_JWS_DETACHED"}) {
    SCOPED_TRACE(form);
    Start(absl::StrCat("sign { form: ", form, " }"));
    const std::string callback = SendAndTakeCallback();
    auto verified = Verify(OnAdd(), callback, wire::Side::kRequest);
    ASSERT_OK(verified);
    EXPECT_TRUE(verified->was_signed());

    std::string forged = callback;
    forged.replace(forged.find("\"value\":1"), 9, "\"value\":2");
    EXPECT_FALSE(Verify(OnAdd(), forged, wire::Side::kRequest).ok());
  }
}

TEST_F(SecureTest, ALateCallbackIsSignedAnew) {
  Start("sign { form: SIGNATURE_FORM_JWS_DETACHED }");
  h_->sender.RespondWith(
      [](const Delivery&) { return absl::UnavailableError("down"); });
  SendAndTakeCallback();
  h_->sender.RespondWith([](const Delivery&) { return Reply{}; });
  h_->clock.Advance(absl::Hours(5));
  h_->DispatchAll();
  ASSERT_EQ(h_->sender.sent().size(), 2u);
  EXPECT_OK(Verify(OnAdd(), h_->sender.sent()[1].bytes, wire::Side::kRequest));
  EXPECT_FALSE(
      Verify(OnAdd(), h_->sender.sent()[0].bytes, wire::Side::kRequest).ok());
}

TEST_F(SecureTest, AnswersAreSignedToo) {
  Start("sign { form: SIGNATURE_FORM_DCI_STRING }");
  const Answer answer = h_->Post(
      "SyncAdd",
      Message{.sender = "peer", .items = {AddJson("r", "a")}}.ToJson());
  ASSERT_OK(answer.status);
  EXPECT_OK(Verify(SyncAdd(), answer.bytes, wire::Side::kAnswer));
}

TEST_F(SecureTest, ARefusalInTheHeaderIsSignedAndEncryptedAsAnAnswerIs) {
  Start("sign { form: SIGNATURE_FORM_DCI_STRING }");
  const Answer clear = h_->Post(
      "SyncAdd",
      Message{.sender = "peer", .items = {AddJson("r", "a")}, .total_count = 2}
          .ToJson());
  auto verified = Verify(SyncAdd(), clear.bytes, wire::Side::kAnswer);
  ASSERT_OK(verified);
  EXPECT_TRUE(verified->was_signed());
  EXPECT_EQ(verified->header().status_reason_code(),
            "rjct.total_count.invalid");

  std::string request = Encrypted();
  request.replace(request.find("\"total_count\":1"), 15, "\"total_count\":2");
  const Answer sealed = h_->Post("SyncAdd", request);
  EXPECT_THAT(sealed.bytes, Not(HasSubstr("add_response")));
  verified = Verify(SyncAdd(), sealed.bytes, wire::Side::kAnswer);
  ASSERT_OK(verified);
  EXPECT_TRUE(verified->was_encrypted());
}

TEST_F(SecureTest, WithoutAKeyToSignARefusalIsAnError) {
  Start("sign { form: SIGNATURE_FORM_DCI_STRING }", /*with_keys=*/false);
  const Answer answer = h_->Post(
      "SyncAdd",
      Message{.sender = "peer", .items = {AddJson("r", "a")}, .total_count = 2}
          .ToJson());
  EXPECT_EQ(answer.http_status, 400);
  EXPECT_THAT(answer.bytes, HasSubstr("err.request.bad"));
}

TEST_F(SecureTest, TheHttpHeaderFormLeavesTheDocumentUnsigned) {
  Start("sign { form: SIGNATURE_FORM_JWS_HTTP_HEADER }");
  SendAndTakeCallback();
  const Delivery sent = h_->sender.sent().back();
  EXPECT_THAT(sent.http_signature, Not(IsEmpty()));
  EXPECT_THAT(sent.bytes, Not(HasSubstr("\"signature\"")));
}

TEST_F(SecureTest, WithoutAKeyNothingLeaves) {
  Start("sign { form: SIGNATURE_FORM_DCI_STRING }", /*with_keys=*/false);
  SendAndTakeCallback();
  EXPECT_THAT(h_->sender.sent(), IsEmpty());
  EXPECT_EQ(h_->pipeline().metrics().retried, 1u);
  const Answer answer =
      h_->Post("SyncAdd", Message{.sender = "peer",
                                  .message_id = "m-2",
                                  .items = {AddJson("r-2", "a")}}
                              .ToJson());
  EXPECT_EQ(answer.http_status, 503);
}

TEST_F(SecureTest, TheAnswerIsEncryptedWhereTheRequestWas) {
  Start("");
  const Answer answer = h_->Post("SyncAdd", Encrypted());
  ASSERT_OK(answer.status);
  EXPECT_THAT(answer.bytes, HasSubstr(R"("is_msg_encrypted":true)"));
  EXPECT_THAT(answer.bytes, Not(HasSubstr("add_response")));
  auto verified = Verify(SyncAdd(), answer.bytes, wire::Side::kAnswer);
  ASSERT_OK(verified);
  testing::AddResponse body;
  ASSERT_TRUE(body.ParseFromString(verified->body()));
  EXPECT_EQ(body.add_response(0).value(), 1);
}

TEST_F(SecureTest, SoIsTheCallback) {
  Start("");
  ASSERT_OK(h_->Post("Add", Encrypted()).status);
  h_->Restart();
  h_->DecideAll();
  h_->DispatchAll();
  ASSERT_EQ(h_->sender.sent().size(), 1u);
  auto verified =
      Verify(OnAdd(), h_->sender.sent()[0].bytes, wire::Side::kRequest);
  ASSERT_OK(verified);
  EXPECT_TRUE(verified->was_encrypted());
  testing::AddResponse body;
  ASSERT_TRUE(body.ParseFromString(verified->body()));
  EXPECT_EQ(body.add_response(0).reference_id(), "r-1");
}

TEST_F(SecureTest, TheSameContentEncryptedAnewIsTheSameMessage) {
  Start("");
  const std::string first = Encrypted(), second = Encrypted();
  EXPECT_NE(first, second);
  ASSERT_OK(h_->Post("SyncAdd", first).status);
  ASSERT_OK(h_->Post("SyncAdd", second).status);
  EXPECT_EQ(h_->Count("a"), 1);
  EXPECT_EQ(h_->pipeline().metrics().repeated, 1u);
}

}  // namespace
}  // namespace dci::exchange
