// Signatures in every form, on both wires and in both directions; encrypted
// bodies. The other side is a stock gRPC service or a bare HTTP server that
// judges with the verifier of the services.
#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <utility>

#include "clients/cpp/runtime/judge.h"
#include "clients/cpp/runtime/testing/fake_server.h"
#include "clients/cpp/runtime/testing/fake_time.h"
#include "clients/cpp/runtime/testing/institution.h"
#include "dci/common/v1/code_list.pb.h"
#include "dci/social/v1/social.pb.h"
#include "dci/social/v1/social_service.client.h"
#include "dci/social/v1/social_service.grpc.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/schema/reason.h"
#include "services/trust/signer.h"
#include "services/wire/message.h"

namespace dci::client {
namespace {

using dci::config::v1::SignatureForm;
using dci::config::v1::SignatureProfile;
using dci::registry::v1::SearchRequest;
using dci::registry::v1::SearchResponse;
using dci::social::v1::SocialRegistryClient;
using testing::HasSubstr;
using testing::Not;

const Schema& TheSchema() {
  static const auto* const schema = new Schema(
      {{"dci/social/v1/social_service.proto",
        &::descriptor_table_dci_2fsocial_2fv1_2fsocial_5fservice_2eproto},
       {"dci/social/v1/social.proto",
        &::descriptor_table_dci_2fsocial_2fv1_2fsocial_2eproto},
       {"dci/common/v1/code_list.proto",
        &::descriptor_table_dci_2fcommon_2fv1_2fcode_5flist_2eproto}});
  return *schema;
}

const schema::Method& SyncSearch() {
  return **TheSchema().FindMethod("dci.social.v1.SocialRegistry.SyncSearch");
}

// The registry: verifies what comes, and signs what it answers.
class Registry {
 public:
  Registry(const Institution& self, const dci::config::v1::Participant& peer,
           SignatureProfile profile, Clock* clock)
      : directory_(trust::FixedDirectory::Create({peer}).value()),
        judge_(directory_.get(), {}, &self.ring, nullptr),
        signer_(self.id, &self.ring),
        id_(self.id),
        profile_(std::move(profile)),
        clock_(clock) {}

  absl::Status Judge(absl::StatusOr<wire::DecodedMessage> message,
                     const trust::Credentials& credentials) {
    if (!message.ok()) return message.status();
    was_encrypted = message->encrypted;
    const auto judged = judge_.Check(TheSchema(), *std::move(message),
                                     credentials, clock_->Now());
    if (!judged.ok()) return judged.status();
    was_signed = judged->was_signed;
    if (!request.ParseFromString(judged->body)) {
      return absl::InternalError("no SearchRequest");
    }
    return absl::OkStatus();
  }

  struct Sealed {
    std::string header;
    std::string body;
    wire::OutgoingParts parts;
    trust::Signed signature;
  };
  Sealed Answer(bool normal_form) {
    dci::common::v1::MsgCallbackHeader header;
    header.set_message_id("answer");
    header.set_message_ts(FormatTimestamp(clock_->Now()));
    header.set_action("on-search");
    header.set_status(dci::common::v1::REQUEST_STATUS_SUCC);
    header.set_sender_id(id_);
    SearchResponse body;
    body.set_transaction_id(request.transaction_id());
    Sealed sealed{header.SerializeAsString(), body.SerializeAsString(), {}, {}};
    wire::RenderOptions render;
    render.normal_form = normal_form;
    sealed.parts =
        *wire::RenderParts(TheSchema().codec(), *SyncSearch().response,
                           sealed.header, sealed.body, render);
    if (sign) {
      sealed.signature =
          *signer_.Sign(sealed.parts.header_json, sealed.parts.message_json,
                        profile_, clock_->Now());
    }
    return sealed;
  }

  SearchRequest request;
  bool was_signed = false;
  bool was_encrypted = false;
  bool sign = true;

 private:
  std::unique_ptr<trust::FixedDirectory> directory_;
  client::Judge judge_;
  const trust::Signer signer_;
  const std::string id_;
  const SignatureProfile profile_;
  Clock* const clock_;
};

net::HttpResponse ServeHttp(Registry* registry,
                            const net::HttpRequest& request) {
  trust::Credentials credentials;
  credentials.http_signature = std::string(request.headers.GetOr("Signature"));
  credentials.raw_body = request.body;
  net::HttpResponse response;
  const absl::Status status =
      registry->Judge(wire::DecodeJsonMessage(TheSchema().codec(), SyncSearch(),
                                              request.body, {}),
                      credentials);
  if (!status.ok()) {
    response.status = 401;
    response.body = status.ToString();
    return response;
  }
  const Registry::Sealed sealed = registry->Answer(false);
  response.body =
      wire::AssembleDocument(sealed.parts, sealed.signature.signature_member);
  if (!sealed.signature.http_signature_header.empty()) {
    response.headers.Set("Signature", sealed.signature.http_signature_header);
  }
  return response;
}

class GrpcRegistry final : public dci::social::v1::SocialRegistry::Service {
 public:
  explicit GrpcRegistry(Registry* registry) : registry_(registry) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                             &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  std::string target() const { return absl::StrCat("127.0.0.1:", port_); }

  grpc::Status SyncSearch(
      grpc::ServerContext* context,
      const dci::registry::v1::SearchRequestEnvelope* request,
      dci::registry::v1::SearchResponseEnvelope* response) override {
    ++calls_;
    if (calls_ <= failures) {
      dci::common::v1::AckEnvelope ack;
      auto* error = ack.mutable_message()->mutable_error();
      error->set_code("err.service.unavailable");
      error->set_message("starting");
      context->AddTrailingMetadata("dci-error-bin", ack.SerializeAsString());
      ids.push_back(request->header().message_id());
      return grpc::Status(grpc::StatusCode::UNAVAILABLE, "starting");
    }
    ids.push_back(request->header().message_id());
    const absl::Status status = registry_->Judge(
        wire::DecodeGrpcMessage(TheSchema().codec(), client::SyncSearch(),
                                request->SerializeAsString(), {}),
        {});
    if (!status.ok()) {
      return grpc::Status(grpc::StatusCode::UNAUTHENTICATED, status.ToString());
    }
    const Registry::Sealed sealed = registry_->Answer(true);
    response->ParseFromString(wire::AssembleGrpcEnvelope(
        *client::SyncSearch().response, sealed.signature.signature_member,
        sealed.header, sealed.body, false));
    return grpc::Status::OK;
  }

  int failures = 0;
  std::vector<std::string> ids;

 private:
  Registry* const registry_;
  int port_ = 0;
  int calls_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

SignatureProfile Profile(SignatureForm form) {
  SignatureProfile profile;
  profile.set_form(form);
  return profile;
}

class SecureTest : public testing::Test {
 protected:
  void Start(Wire wire, const SignatureProfile& profile) {
    registry_ = std::make_unique<Registry>(theirs_, ours_.Registered(profile),
                                           profile, &time_);
    directory_ =
        trust::FixedDirectory::Create({theirs_.Registered(profile)}).value();
    http_.Then([this](const net::HttpRequest& request) {
      return ServeHttp(registry_.get(), request);
    });
    grpc_ = std::make_unique<GrpcRegistry>(registry_.get());
    options_.wire = wire;
    options_.base_url = http_.url();
    options_.grpc_target = grpc_->target();
    options_.http.addresses.allow_loopback = true;
    options_.sender_id = ours_.id;
    options_.sign = profile;
    options_.keys = &ours_.ring;
    options_.verify_by = directory_.get();
    time_.Install(&options_);
  }

  absl::StatusOr<SearchResponse> Search() {
    client_ = Client::Create(options_).value();
    SearchRequest request;
    request.set_transaction_id("t-ä");
    return SocialRegistryClient(client_.get()).SyncSearch(request);
  }

  FakeTime time_;
  Institution ours_{"spmis"};
  Institution theirs_{"registry"};
  FakeServer http_;
  std::unique_ptr<Registry> registry_;
  std::unique_ptr<trust::FixedDirectory> directory_;
  std::unique_ptr<GrpcRegistry> grpc_;
  ClientOptions options_;
  std::unique_ptr<Client> client_;
};

class EveryForm
    : public SecureTest,
      public testing::WithParamInterface<std::tuple<Wire, SignatureForm>> {};

INSTANTIATE_TEST_SUITE_P(
    Http, EveryForm,
    testing::Combine(
        testing::Values(Wire::kHttp),
        testing::Values(dci::config::v1::SIGNATURE_FORM_DCI_STRING,
                        dci::config::v1::SIGNATURE_FORM_JWS_COMPACT,
                        dci::config::v1::SIGNATURE_FORM_JWS_DETACHED,
                        dci::config::v1::SIGNATURE_FORM_JWS_HTTP_HEADER)));
INSTANTIATE_TEST_SUITE_P(
    Grpc, EveryForm,
    testing::Combine(
        testing::Values(Wire::kGrpc),
        testing::Values(dci::config::v1::SIGNATURE_FORM_DCI_STRING,
                        dci::config::v1::SIGNATURE_FORM_JWS_COMPACT,
                        dci::config::v1::SIGNATURE_FORM_JWS_DETACHED)));

TEST_P(EveryForm, IsWrittenAndRead) {
  Start(std::get<0>(GetParam()), Profile(std::get<1>(GetParam())));
  ASSERT_OK_AND_ASSIGN(const SearchResponse response, Search());
  EXPECT_TRUE(registry_->was_signed);
  EXPECT_EQ(registry_->request.transaction_id(), "t-ä");
  EXPECT_EQ(response.transaction_id(), "t-ä");
}

TEST_P(EveryForm, AnAnswerThatIsNotSignedIsRefused) {
  Start(std::get<0>(GetParam()), Profile(std::get<1>(GetParam())));
  registry_->sign = false;
  EXPECT_EQ(schema::ReasonOf(Search().status()),
            dci::common::v1::REASON_SIGNATURE_MISSING);
}

TEST_P(EveryForm, AnAnswerSignedByAnotherIsRefused) {
  const SignatureProfile profile = Profile(std::get<1>(GetParam()));
  Start(std::get<0>(GetParam()), profile);
  const Institution other("registry");
  directory_ =
      trust::FixedDirectory::Create({other.Registered(profile)}).value();
  options_.verify_by = directory_.get();
  EXPECT_EQ(schema::ReasonOf(Search().status()),
            dci::common::v1::REASON_SIGNATURE_INVALID);
}

TEST_F(SecureTest, BodiesAreEncryptedToTheOtherSide) {
  const SignatureProfile profile =
      Profile(dci::config::v1::SIGNATURE_FORM_DCI_STRING);
  for (const Wire wire : {Wire::kHttp, Wire::kGrpc}) {
    Start(wire, profile);
    options_.encrypt_to =
        *trust::Participant::Create(theirs_.Registered(profile));
    ASSERT_OK(Search());
    EXPECT_TRUE(registry_->was_encrypted);
    EXPECT_EQ(registry_->request.transaction_id(), "t-ä");
  }
  EXPECT_THAT(http_.requests().at(0).body, HasSubstr("ciphertext"));
  EXPECT_THAT(http_.requests().at(0).body, Not(HasSubstr("transaction_id")));
}

TEST_F(SecureTest, NothingLeavesInClearWithoutAKeyToEncryptTo) {
  const SignatureProfile profile =
      Profile(dci::config::v1::SIGNATURE_FORM_DCI_STRING);
  Start(Wire::kHttp, profile);
  auto config = theirs_.Registered(profile);
  config.mutable_keys()->RemoveLast();
  options_.encrypt_to = *trust::Participant::Create(config);
  EXPECT_THAT(Search(), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_TRUE(http_.requests().empty());
}

TEST_F(SecureTest, NothingLeavesUnsignedWithoutAValidKey) {
  Start(Wire::kHttp, Profile(dci::config::v1::SIGNATURE_FORM_JWS_COMPACT));
  options_.sign.set_algorithm("ES256");
  EXPECT_THAT(Search(), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_TRUE(http_.requests().empty());
}

TEST_F(SecureTest, RepetitionsOverGrpcKeepTheMessageId) {
  Start(Wire::kGrpc, Profile(dci::config::v1::SIGNATURE_FORM_DCI_STRING));
  CountingIds ids;
  options_.ids = &ids;
  grpc_->failures = 2;
  ASSERT_OK(Search());
  EXPECT_THAT(grpc_->ids, testing::ElementsAre("id-1", "id-1", "id-1"));
  EXPECT_EQ(time_.waits.size(), 2u);
}

TEST_F(SecureTest, AStrangerIsRefusedWithTheReasonOverGrpc) {
  Start(Wire::kGrpc, Profile(dci::config::v1::SIGNATURE_FORM_DCI_STRING));
  options_.sender_id = "stranger";
  EXPECT_THAT(Search(), StatusIs(absl::StatusCode::kUnauthenticated));
}

}  // namespace
}  // namespace dci::client
