// dci call --grpc against a server made of gRPC's own parts.
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "dci/common/v1/envelope.pb.h"
#include "dci/registry/v1/search.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/dci/fixture.h"
#include "tools/dci/json.h"

namespace dci::cli {
namespace {

using ::testing::HasSubstr;

// Gives one answer to every call, and keeps what the last one carried.
class FakeService : public grpc::CallbackGenericService {
 public:
  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    method = context->method();
    const auto& metadata = context->client_metadata();
    const auto it = metadata.find("authorization");
    authorization = it == metadata.end()
                        ? ""
                        : std::string(it->second.data(), it->second.size());
    if (!error_trailer.empty())
      context->AddTrailingMetadata("dci-error-bin", error_trailer);
    return new Reactor(this);
  }

  std::string method, authorization, request;
  std::string answer;
  std::string error_trailer;
  grpc::Status status;

 private:
  class Reactor : public grpc::ServerGenericBidiReactor {
   public:
    explicit Reactor(FakeService* service) : service_(service) {
      StartRead(&request_);
    }
    void OnReadDone(bool ok) override {
      std::vector<grpc::Slice> slices;
      if (ok && request_.Dump(&slices).ok()) {
        service_->request.clear();
        for (const grpc::Slice& slice : slices)
          service_->request.append(reinterpret_cast<const char*>(slice.begin()),
                                   slice.size());
      }
      if (!service_->status.ok()) {
        Finish(service_->status);
        return;
      }
      const grpc::Slice slice(service_->answer);
      answer_ = grpc::ByteBuffer(&slice, 1);
      StartWriteAndFinish(&answer_, grpc::WriteOptions(), grpc::Status::OK);
    }
    void OnDone() override { delete this; }

   private:
    FakeService* const service_;
    grpc::ByteBuffer request_, answer_;
  };
};

class GrpcCallTest : public ProgramTest {
 protected:
  GrpcCallTest() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                             &port_);
    builder.RegisterCallbackGenericService(&service_);
    server_ = builder.BuildAndStart();
  }
  ~GrpcCallTest() override { server_->Shutdown(); }

  Result Call(std::vector<std::string> more) {
    more.insert(more.begin(), {"call", "search", "--id=UIN=1",
                               "--grpc=127.0.0.1:" + std::to_string(port_)});
    return Run(more);
  }

  FakeService service_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

TEST_F(GrpcCallTest, RelaysTheDocumentAndPrintsTheAnswer) {
  dci::registry::v1::SearchResponseEnvelope envelope;
  envelope.set_signature("s");
  envelope.mutable_header()->set_message_id("m");
  envelope.mutable_header()->set_status(dci::common::v1::REQUEST_STATUS_SUCC);
  envelope.mutable_message()->set_transaction_id("t");
  service_.answer = envelope.SerializeAsString();
  const Result result = Call({"--token=T", "--message_id=m1"});
  EXPECT_EQ(result.code, ExitCode::kRight) << result.err;
  EXPECT_EQ(TextAt(result.out, "/header/status"), "succ");
  EXPECT_EQ(TextAt(result.out, "/message/transaction_id"), "t");
  EXPECT_EQ(TextAt(result.out, "/signature"), "s");
  EXPECT_EQ(service_.method, "/dci.social.v1.SocialRegistry/SyncSearch");
  EXPECT_EQ(service_.authorization, "Bearer T");
  dci::registry::v1::SearchRequestEnvelope sent;
  ASSERT_TRUE(sent.ParseFromString(service_.request));
  EXPECT_FALSE(sent.has_header());
  EXPECT_EQ(TextAt(sent.original(), "/header/message_id"), "m1");
}

TEST_F(GrpcCallTest, PrintsAnAcknowledgement) {
  dci::common::v1::AckEnvelope ack;
  ack.mutable_message()->set_ack_status(dci::common::v1::ACK_STATUS_ACK);
  service_.answer = ack.SerializeAsString();
  const Result result = Call({"--async"});
  EXPECT_EQ(result.code, ExitCode::kRight) << result.err;
  EXPECT_EQ(TextAt(result.out, "/message/ack_status"), "ACK");
  EXPECT_EQ(service_.method, "/dci.social.v1.SocialRegistry/Search");
}

TEST_F(GrpcCallTest, PrintsTheRefusalThatHttpWouldHaveSent) {
  dci::common::v1::AckEnvelope ack;
  ack.mutable_message()->set_ack_status(dci::common::v1::ACK_STATUS_ERR);
  ack.mutable_message()->mutable_error()->set_code("err.signature.missing");
  service_.error_trailer = ack.SerializeAsString();
  service_.status = grpc::Status(grpc::StatusCode::UNAUTHENTICATED, "no");
  const Result result = Call({});
  EXPECT_EQ(result.code, ExitCode::kRefused);
  EXPECT_EQ(TextAt(result.out, "/message/ack_status"), "ERR");
  EXPECT_THAT(result.err, HasSubstr("err.signature.missing"));
}

TEST_F(GrpcCallTest, OtherStatusesAreRefusalsOrNoAnswer) {
  service_.status = grpc::Status(grpc::StatusCode::UNIMPLEMENTED, "what?");
  EXPECT_EQ(Call({}).code, ExitCode::kRefused);
  EXPECT_THAT(Call({}).err, HasSubstr("what?"));
  service_.status = grpc::Status(grpc::StatusCode::UNAVAILABLE, "later");
  EXPECT_EQ(Call({}).code, ExitCode::kNotReached);
}

TEST_F(GrpcCallTest, BytesThatAreNoMessageAreNotTrusted) {
  service_.answer = "\xff\xff\xff";
  EXPECT_EQ(Call({}).code, ExitCode::kUntrusted);
  EXPECT_EQ(Call({"--async"}).code, ExitCode::kUntrusted);
}

TEST_F(GrpcCallTest, AnHttpSignatureHasNoPlaceInGrpc) {
  Run({"keygen", "--out", Path("k")});
  EXPECT_EQ(Call({"--key", Path("k"), "--form=jws-http-header"}).code,
            ExitCode::kUsage);
}

}  // namespace
}  // namespace dci::cli
