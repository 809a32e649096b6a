// The generated receiver of callbacks, called by the generated client of the
// other side, and by hand.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "clients/cpp/runtime/testing/fake_time.h"
#include "clients/cpp/runtime/testing/institution.h"
#include "dci/social/v1/social_service.client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/schema/reason.h"

namespace dci::client {
namespace {

using dci::registry::v1::SearchResponse;
using dci::registry::v1::TxnStatusResponse;
using dci::social::v1::SocialRegistryCallbackClient;
using dci::social::v1::SocialRegistryCallbackReceiver;
using testing::ElementsAre;
using testing::HasSubstr;

class Inbox : public SocialRegistryCallbackReceiver {
 public:
  absl::Status OnSearch(const SearchResponse& message,
                        const CallbackContext& context) override {
    ++calls;
    if (!refusal.ok()) return std::exchange(refusal, absl::OkStatus());
    correlations.push_back(message.correlation_id());
    senders.push_back(context.sender_id);
    was_signed = context.was_signed;
    return absl::OkStatus();
  }

  int calls = 0;
  absl::Status refusal;
  std::vector<std::string> correlations;
  std::vector<std::string> senders;
  bool was_signed = false;
};

class CallbackTest : public testing::Test {
 protected:
  CallbackTest() {
    server_options_.clock = &time_;
    client_options_.sender_id = "registry";
    client_options_.http.addresses.allow_loopback = true;
    client_options_.retry.max_attempts = 1;
    time_.Install(&client_options_);
  }

  void Start() {
    server_ = std::make_unique<CallbackServer>(server_options_);
    inbox_.Bind(server_.get());
    ASSERT_OK(server_->Start());
    client_options_.base_url =
        absl::StrCat("http://127.0.0.1:", server_->port(), "/any/folder");
    client_ = Client::Create(client_options_).value();
    http_ = net::HttpClient::Create(client_options_.http).value();
  }

  absl::Status Send(const std::string& correlation,
                    const std::string& message_id) {
    SearchResponse response;
    response.set_correlation_id(correlation);
    CallOptions options;
    options.message_id = message_id;
    return SocialRegistryCallbackClient(client_.get())
        .OnSearch(response, options)
        .status();
  }

  net::HttpResponse Post(const std::string& path, const std::string& body) {
    net::HttpClientRequest request;
    request.url = client_options_.base_url + path;
    request.body = body;
    return http_->Call(request).value();
  }

  FakeTime time_;
  CallbackServerOptions server_options_;
  ClientOptions client_options_;
  Inbox inbox_;
  std::unique_ptr<CallbackServer> server_;
  std::unique_ptr<Client> client_;
  std::unique_ptr<net::HttpClient> http_;
};

TEST_F(CallbackTest, IsPassedOnAndAcknowledged) {
  Start();
  ASSERT_OK(Send("c-1", "m-1"));
  ASSERT_OK(Send("c-2", "m-2"));
  EXPECT_THAT(inbox_.correlations, ElementsAre("c-1", "c-2"));
  EXPECT_THAT(inbox_.senders, ElementsAre("registry", "registry"));
}

TEST_F(CallbackTest, ARepetitionIsAcknowledgedAndNotPassedOn) {
  Start();
  ASSERT_OK(Send("c-1", "m-1"));
  ASSERT_OK(Send("c-1", "m-1"));
  EXPECT_EQ(inbox_.calls, 1);
}

TEST_F(CallbackTest, IdsOfTwoSendersAreTwo) {
  Start();
  ASSERT_OK(Send("c-1", "m-1"));
  client_options_.sender_id = "another";
  client_ = Client::Create(client_options_).value();
  ASSERT_OK(Send("c-2", "m-1"));
  EXPECT_EQ(inbox_.calls, 2);
}

TEST_F(CallbackTest, WithoutAnIdEveryOneIsPassedOn) {
  Start();
  const std::string body =
      R"({"header":{"action":"on-search"},"message":{"correlation_id":"c"}})";
  EXPECT_EQ(Post("/registry/on-search", body).status, 200);
  EXPECT_EQ(Post("/registry/on-search", body).status, 200);
  EXPECT_EQ(inbox_.calls, 2);
}

TEST_F(CallbackTest, WhatTheReceiverRefusesIsNotRemembered) {
  Start();
  inbox_.refusal = schema::Refusal(dci::common::v1::REASON_SERVICE_UNAVAILABLE,
                                   "the disk is full");
  EXPECT_EQ(schema::ReasonOf(Send("c-1", "m-1")),
            dci::common::v1::REASON_SERVICE_UNAVAILABLE);
  ASSERT_OK(Send("c-1", "m-1"));
  EXPECT_THAT(inbox_.correlations, ElementsAre("c-1"));
}

TEST_F(CallbackTest, OldIdsAreForgottenInTheEnd) {
  server_options_.remembered = 2;
  Start();
  ASSERT_OK(Send("c", "m-1"));
  ASSERT_OK(Send("c", "m-2"));
  ASSERT_OK(Send("c", "m-3"));
  ASSERT_OK(Send("c", "m-3"));
  EXPECT_EQ(inbox_.calls, 3);
  ASSERT_OK(Send("c", "m-1"));
  EXPECT_EQ(inbox_.calls, 4);
}

TEST_F(CallbackTest, WhatIsNotExpectedIsRefused) {
  Start();
  const auto refused = SocialRegistryCallbackClient(client_.get())
                           .OnTxnStatus(TxnStatusResponse());
  EXPECT_EQ(schema::ReasonOf(refused.status()),
            dci::common::v1::REASON_REQUEST_NOT_FOUND);
  const net::HttpResponse response = Post("/registry/on-link", "{}");
  EXPECT_EQ(response.status, 404);
  EXPECT_THAT(response.body, HasSubstr(R"("ack_status":"ERR")"));
}

TEST_F(CallbackTest, WhatIsPostedToTheBareAddressIsKnownByItsAction) {
  Start();
  const std::string body = R"({"header":{"action":"on-search"},"message":{}})";
  EXPECT_EQ(Post("", body).status, 200);
  EXPECT_EQ(Post("/inbox/on-search", body).status, 200);
  EXPECT_EQ(inbox_.calls, 2);
  EXPECT_EQ(Post("", R"({"header":{"action":"on-link"}})").status, 404);
  EXPECT_EQ(Post("", "{").status, 404);
}

TEST_F(CallbackTest, WhatCannotBeReadIsRefused) {
  Start();
  for (const char* body : {"", "{", "[]", "null", "{\"header\":1}",
                           "{\"header\":{\"action\":\"a\"},\"header\":{}}"}) {
    const net::HttpResponse response = Post("/registry/on-search", body);
    EXPECT_EQ(response.status, 400) << body;
    EXPECT_THAT(response.body, HasSubstr(R"("err.request.bad")")) << body;
  }
  EXPECT_EQ(inbox_.calls, 0);
}

TEST_F(CallbackTest, SignaturesAreJudged) {
  const Institution registry("registry");
  dci::config::v1::SignatureProfile profile;
  profile.set_form(dci::config::v1::SIGNATURE_FORM_DCI_STRING);
  const auto directory =
      trust::FixedDirectory::Create({registry.Registered(profile)}).value();
  server_options_.verify_by = directory.get();
  Start();
  EXPECT_EQ(schema::ReasonOf(Send("c-1", "m-1")),
            dci::common::v1::REASON_SIGNATURE_MISSING);
  client_options_.keys = &registry.ring;
  client_options_.sign = profile;
  client_ = Client::Create(client_options_).value();
  ASSERT_OK(Send("c-1", "m-1"));
  EXPECT_TRUE(inbox_.was_signed);
  EXPECT_EQ(inbox_.calls, 1);
}

TEST_F(CallbackTest, EncryptedBodiesAreReadWithOwnKeys) {
  const Institution spmis("spmis");
  server_options_.keys = &spmis.ring;
  client_options_.encrypt_to = *trust::Participant::Create(spmis.Registered([] {
    dci::config::v1::SignatureProfile profile;
    profile.set_form(dci::config::v1::SIGNATURE_FORM_DCI_STRING);
    return profile;
  }()));
  Start();
  ASSERT_OK(Send("c-1", "m-1"));
  EXPECT_THAT(inbox_.correlations, ElementsAre("c-1"));
  // A server without the key says so.
  server_options_.keys = nullptr;
  Start();
  EXPECT_EQ(schema::ReasonOf(Send("c-1", "m-2")),
            dci::common::v1::REASON_ENCRYPTION_INVALID);
}

TEST_F(CallbackTest, StoppingAnswersWhatHasArrived) {
  Start();
  ASSERT_OK(Send("c-1", "m-1"));
  server_->Stop();
  EXPECT_THAT(Send("c-2", "m-2"), StatusIs(absl::StatusCode::kUnavailable));
  server_->Stop();
}

}  // namespace
}  // namespace dci::client
