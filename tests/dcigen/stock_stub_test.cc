// The rule for stock gRPC stubs gives what grpc_cpp_plugin writes.
#include "gtest/gtest.h"
#include "tools/dcigen/testdata/kitchen_sink.grpc.pb.h"

namespace dci::testdata::v1 {
namespace {

TEST(StockStub, IsCalledAsTheProtoSays) {
  EXPECT_STREQ(Gardens::service_full_name(), "dci.testdata.v1.Gardens");
}

}  // namespace
}  // namespace dci::testdata::v1
