// What a gRPC call costs at least: the other side of the ratios.
#ifndef CONVERGENCE_TESTS_BENCH_BARE_GRPC_SERVER_H_
#define CONVERGENCE_TESTS_BENCH_BARE_GRPC_SERVER_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "grpcpp/generic/async_generic_service.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"

namespace dci::bench {

// Takes one message of any method and answers with the bytes it was made
// with, on loopback, unread.
class BareGrpcServer {
 public:
  explicit BareGrpcServer(const std::string& answer) : service_(answer) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                             &port_);
    builder.RegisterCallbackGenericService(&service_);
    server_ = builder.BuildAndStart();
  }
  ~BareGrpcServer() { server_->Shutdown(); }

  std::string target() const { return absl::StrCat("127.0.0.1:", port_); }

 private:
  class Call : public grpc::ServerGenericBidiReactor {
   public:
    explicit Call(grpc::ByteBuffer answer) : answer_(std::move(answer)) {
      StartRead(&request_);
    }
    void OnReadDone(bool ok) override {
      if (ok)
        StartWriteAndFinish(&answer_, {}, grpc::Status::OK);
      else
        Finish(grpc::Status::CANCELLED);
    }
    void OnDone() override { delete this; }

   private:
    grpc::ByteBuffer request_, answer_;
  };

  class Service : public grpc::CallbackGenericService {
   public:
    explicit Service(const std::string& answer) {
      const grpc::Slice slice(answer);
      answer_ = grpc::ByteBuffer(&slice, 1);
    }
    grpc::ServerGenericBidiReactor* CreateReactor(
        grpc::GenericCallbackServerContext*) override {
      return new Call(answer_);
    }

   private:
    grpc::ByteBuffer answer_;
  };

  Service service_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace dci::bench

#endif  // CONVERGENCE_TESTS_BENCH_BARE_GRPC_SERVER_H_
