// The gRPC wire of a whole server, asked by gRPC's stock stubs.
#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dci/common/v1/envelope.pb.h"
#include "dci/ext/v1/discovery.grpc.pb.h"
#include "dci/social/v1/social.pb.h"
#include "dci/social/v1/social_service.grpc.pb.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "services/base/status_matchers.h"
#include "services/net/test_certificates.h"
#include "services/transport/grpc_caller.h"
#include "tests/e2e/site.h"

namespace dci::e2e {
namespace {

constexpr absl::Duration kWait = absl::Seconds(30);
constexpr int kMaxBytes = 64 << 10;
constexpr char kHealth[] = "/grpc.health.v1.Health/Check";
// HealthCheckResponse{status: SERVING}.
constexpr char kServing[] = "\x08\x01";

void SetDeadline(grpc::ClientContext* context) {
  context->set_deadline(std::chrono::system_clock::now() +
                        std::chrono::seconds(30));
}

// Every group, by a condition that all of them meet.
registry::v1::SearchRequestEnvelope AllGroups(const std::string& id,
                                              int page_size) {
  registry::v1::SearchRequestEnvelope envelope = SearchEnvelope("caller", id);
  auto* criteria = envelope.mutable_message()
                       ->mutable_search_request(0)
                       ->mutable_search_criteria();
  criteria->clear_idtype_value();
  criteria->clear_reg_record_type();
  criteria->set_query_type("expression");
  criteria->mutable_expression()->set_type("ns:org:QueryType:NoSql");
  criteria->mutable_expression()->mutable_value()->set_text(
      "{\"expression\":{\"collection\":\"Group\",\"query\":"
      "{\"poverty_score\":{\"$gte\":0}}}}");
  criteria->mutable_pagination()->set_page_size(page_size);
  return envelope;
}

class GrpcWireTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    config::v1::ServerConfig config = SiteConfig(NewFolder());
    config.mutable_limits()->set_max_message_bytes(kMaxBytes);
    *config.add_participants() = Caller("caller");
    config::v1::Participant hasty = Caller("hasty");
    hasty.mutable_rate_limit()->set_messages_per_second(0.01);
    hasty.mutable_rate_limit()->set_burst(1);
    *config.add_participants() = hasty;
    auto site = Site::Start(config);
    ASSERT_OK(site);
    site_ = site->release();
  }

  static void TearDownTestSuite() {
    delete site_;
    site_ = nullptr;
  }

  void SetUp() override {
    channel_ = grpc::CreateChannel(site_->GrpcTarget(),
                                   grpc::InsecureChannelCredentials());
    stub_ = social::v1::SocialRegistry::NewStub(channel_);
    streams_ = ext::v1::SearchStream::NewStub(channel_);
  }

  grpc::Status Search(const registry::v1::SearchRequestEnvelope& request,
                      registry::v1::SearchResponseEnvelope* answer,
                      grpc::ClientContext* context) {
    SetDeadline(context);
    return stub_->SyncSearch(context, request, answer);
  }

  absl::StatusOr<std::string> CallRaw(const std::string& method,
                                      const std::string& request) {
    transport::GrpcCaller caller(nullptr);
    return caller.CallAndWait(site_->GrpcTarget(), method, request, kWait);
  }

  static Site* site_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<social::v1::SocialRegistry::Stub> stub_;
  std::unique_ptr<ext::v1::SearchStream::Stub> streams_;
};

Site* GrpcWireTest::site_ = nullptr;

TEST_F(GrpcWireTest, ASearchIsAnswered) {
  grpc::ClientContext context;
  registry::v1::SearchResponseEnvelope answer;
  const grpc::Status status =
      Search(SearchEnvelope("caller", "g-1"), &answer, &context);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(answer.header().action(), "on-search");
  ASSERT_EQ(answer.message().search_response_size(), 1);
  const auto& item = answer.message().search_response(0);
  EXPECT_EQ(item.reference_id(), "1");
  ASSERT_EQ(item.data().reg_records_size(), 1);
  social::v1::Person person;
  ASSERT_TRUE(item.data().reg_records(0).UnpackTo(&person));
  EXPECT_EQ(person.identifier(0).identifier_value(), "847951632");
}

TEST_F(GrpcWireTest, ARelayedDocumentIsAnsweredAsItStands) {
  registry::v1::SearchRequestEnvelope envelope;
  envelope.set_original(SearchDocument("caller", "relayed"));
  grpc::ClientContext context;
  registry::v1::SearchResponseEnvelope answer;
  const grpc::Status status = Search(envelope, &answer, &context);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(answer.message().search_response_size(), 1);
}

TEST_F(GrpcWireTest, ARefusalCarriesTheAckInItsTrailer) {
  registry::v1::SearchRequestEnvelope envelope =
      SearchEnvelope("caller", "no-id");
  envelope.mutable_header()->clear_message_id();
  grpc::ClientContext context;
  registry::v1::SearchResponseEnvelope answer;
  const grpc::Status status = Search(envelope, &answer, &context);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT)
      << status.error_message();
  const auto& trailers = context.GetServerTrailingMetadata();
  const auto trailer = trailers.find("dci-error-bin");
  ASSERT_NE(trailer, trailers.end());
  common::v1::AckEnvelope ack;
  ASSERT_TRUE(ack.ParseFromArray(trailer->second.data(),
                                 static_cast<int>(trailer->second.size())));
  EXPECT_EQ(ack.message().ack_status(), common::v1::ACK_STATUS_ERR);
  EXPECT_EQ(ack.message().error().code(), "err.request.bad");
}

TEST_F(GrpcWireTest, TooManyMessagesAreToldWhenToComeAgain) {
  registry::v1::SearchResponseEnvelope answer;
  grpc::ClientContext first;
  EXPECT_TRUE(Search(SearchEnvelope("hasty", "h-1"), &answer, &first).ok());
  grpc::ClientContext second;
  EXPECT_EQ(
      Search(SearchEnvelope("hasty", "h-2"), &answer, &second).error_code(),
      grpc::StatusCode::RESOURCE_EXHAUSTED);
  const auto& trailers = second.GetServerTrailingMetadata();
  const auto seconds = trailers.find("retry-after");
  ASSERT_NE(seconds, trailers.end());
  EXPECT_GT(
      std::stoi(std::string(seconds->second.data(), seconds->second.size())),
      0);
}

TEST_F(GrpcWireTest, BytesThatAreNoEnvelopeAreRefused) {
  EXPECT_THAT(CallRaw("/dci.social.v1.SocialRegistry/SyncSearch",
                      "\x0a\xff\xff\xff\xff\x0f"),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(CallRaw("/dci.social.v1.SocialRegistry/SyncSearch", ""),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(GrpcWireTest, WhatIsNotServedIsUnimplemented) {
  for (const char* method :
       {"/dci.social.v1.SocialRegistry/Guess", "/no.such.Service/SyncSearch",
        // The operator's methods are on no public port.
        "/dci.admin.v1.ParticipantAdmin/ListParticipants",
        // Callbacks are for the caller's side.
        "/dci.social.v1.SocialRegistryCallback/OnSearch"})
    EXPECT_THAT(CallRaw(method, ""), StatusIs(absl::StatusCode::kUnimplemented))
        << method;
}

TEST_F(GrpcWireTest, TooLongAMessageIsRefused) {
  registry::v1::SearchRequestEnvelope envelope =
      SearchEnvelope("caller", "long");
  envelope.mutable_message()->set_transaction_id(
      std::string(kMaxBytes + 1, 'x'));
  EXPECT_THAT(CallRaw("/dci.social.v1.SocialRegistry/SyncSearch",
                      envelope.SerializeAsString()),
              StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST_F(GrpcWireTest, AnExpiredDeadlineEndsTheCall) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now());
  registry::v1::SearchResponseEnvelope answer;
  EXPECT_EQ(
      stub_->SyncSearch(&context, SearchEnvelope("caller", "late"), &answer)
          .error_code(),
      grpc::StatusCode::DEADLINE_EXCEEDED);
}

TEST_F(GrpcWireTest, HealthKnowsTheServicesAndNoOther) {
  EXPECT_EQ(*CallRaw(kHealth, ""), kServing);
  const std::string service = "dci.social.v1.SocialRegistry";
  EXPECT_EQ(
      *CallRaw(kHealth,
               absl::StrCat("\x0a", std::string(1, service.size()), service)),
      kServing);
  EXPECT_THAT(CallRaw(kHealth, "\x0a\x02no"),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(GrpcWireTest, CapabilitiesAreServedToo) {
  const auto bytes = CallRaw("/dci.ext.v1.Discovery/GetCapabilities", "");
  ASSERT_OK(bytes);
  ext::v1::Capabilities capabilities;
  ASSERT_TRUE(capabilities.ParseFromString(*bytes));
  EXPECT_EQ(capabilities.id(), "registry");
  ASSERT_EQ(capabilities.registries_size(), 1);
  const auto& registry = capabilities.registries(0);
  EXPECT_EQ(registry.service(), "dci.social.v1.SocialRegistry");
  EXPECT_EQ(registry.reg_type(), "ns:org:RegistryType:Social");
  EXPECT_EQ(registry.record_types_size(), 3);
  std::vector<std::string> others;
  for (const auto& service : capabilities.other_services())
    others.push_back(service.service());
  EXPECT_THAT(others, testing::UnorderedElementsAre(
                          "dci.ext.v1.ChangeWatch", "dci.ext.v1.CodeLists",
                          "dci.ext.v1.Discovery", "dci.ext.v1.SearchStream"));
}

TEST_F(GrpcWireTest, AStreamGivesEveryRecordOncePageByPage) {
  grpc::ClientContext context;
  SetDeadline(&context);
  const auto reader = streams_->StreamSearch(&context, AllGroups("stream", 7));
  registry::v1::SearchResponseEnvelope page;
  std::set<std::string> seen;
  int pages = 0, records = 0;
  for (; reader->Read(&page); ++pages) {
    ASSERT_EQ(page.message().search_response_size(), 1);
    const auto& item = page.message().search_response(0);
    EXPECT_EQ(item.pagination().has_total_count(), pages == 0);
    EXPECT_LE(item.data().reg_records_size(), 7);
    records += item.data().reg_records_size();
    for (const auto& record : item.data().reg_records())
      seen.insert(record.value());
  }
  const grpc::Status status = reader->Finish();
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_GE(pages, kHouseholds / 7);
  EXPECT_GE(records, kHouseholds);
  EXPECT_EQ(seen.size(), static_cast<size_t>(records));
}

TEST_F(GrpcWireTest, ACallerMayLeaveInTheMiddleOfAStream) {
  grpc::ClientContext context;
  SetDeadline(&context);
  const auto reader = streams_->StreamSearch(&context, AllGroups("left", 1));
  registry::v1::SearchResponseEnvelope page;
  ASSERT_TRUE(reader->Read(&page));
  ASSERT_TRUE(reader->Read(&page));
  context.TryCancel();
  while (reader->Read(&page)) continue;
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  // The server goes on.
  grpc::ClientContext next;
  registry::v1::SearchResponseEnvelope answer;
  EXPECT_TRUE(Search(SearchEnvelope("caller", "next"), &answer, &next).ok());
}

TEST_F(GrpcWireTest, ARefusedStreamHasTheTrailerToo) {
  registry::v1::SearchRequestEnvelope request = AllGroups("bad", 7);
  request.mutable_header()->clear_sender_id();
  grpc::ClientContext context;
  SetDeadline(&context);
  const auto reader = streams_->StreamSearch(&context, request);
  registry::v1::SearchResponseEnvelope page;
  EXPECT_FALSE(reader->Read(&page));
  EXPECT_FALSE(reader->Finish().ok());
  EXPECT_EQ(context.GetServerTrailingMetadata().count("dci-error-bin"), 1u);
}

// TLS on the gRPC port, of a server that knows "partner" by certificate.
class GrpcTlsTest : public testing::Test {
 protected:
  std::unique_ptr<Site> StartTls(bool mutual) {
    const std::string folder = NewFolder();
    config::v1::ServerConfig config = SiteConfig(folder);
    const auto own = authority_.Issue("localhost", "IP:127.0.0.1");
    config::v1::Tls* tls = config.mutable_grpc()->mutable_tls();
    tls->set_certificate_file(
        WriteFile(folder, "own.pem", own.certificate_pem));
    tls->set_key_file(WriteFile(folder, "own.key", own.key_pem));
    config::v1::Participant partner = Caller("caller");
    if (mutual) {
      tls->set_client_ca_file(
          WriteFile(folder, "ca.pem", authority_.certificate_pem()));
      tls->set_require_client_certificate(true);
      partner.set_tls_subject("CN=partner");
    }
    *config.add_participants() = partner;
    auto site = Site::Start(config);
    EXPECT_OK(site);
    return site.ok() ? *std::move(site) : nullptr;
  }

  net::TlsClientOptions ClientOf(const std::string& name) {
    net::TlsClientOptions client;
    client.ca_pem = authority_.certificate_pem();
    if (name.empty()) return client;
    const auto own = authority_.Issue(name, "");
    client.certificate_chain_pem = own.certificate_pem;
    client.private_key_pem = own.key_pem;
    return client;
  }

  absl::StatusOr<std::string> Search(Site& site,
                                     const net::TlsClientOptions* tls) {
    transport::GrpcCaller caller(tls);
    return caller.CallAndWait(
        site.GrpcTarget(), "/dci.social.v1.SocialRegistry/SyncSearch",
        SearchEnvelope("caller", absl::StrCat("tls-", ++calls_))
            .SerializeAsString(),
        kWait);
  }

  net::TestAuthority authority_{"Test authority"};
  int calls_ = 0;
};

TEST_F(GrpcTlsTest, TheServerIsKnownByItsCertificate) {
  const auto site = StartTls(/*mutual=*/false);
  ASSERT_NE(site, nullptr);
  net::TlsClientOptions client = ClientOf("");
  EXPECT_OK(Search(*site, &client));
  client.ca_pem = net::TestAuthority("Another").certificate_pem();
  EXPECT_THAT(Search(*site, &client), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(Search(*site, nullptr), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(GrpcTlsTest, TheCallerIsKnownByItsCertificate) {
  const auto site = StartTls(/*mutual=*/true);
  ASSERT_NE(site, nullptr);
  const net::TlsClientOptions partner = ClientOf("partner");
  EXPECT_OK(Search(*site, &partner));
  const net::TlsClientOptions other = ClientOf("other");
  EXPECT_THAT(Search(*site, &other), testing::Not(IsOk()));
  const net::TlsClientOptions nobody = ClientOf("");
  EXPECT_THAT(Search(*site, &nobody), StatusIs(absl::StatusCode::kUnavailable));
}

}  // namespace
}  // namespace dci::e2e
