#include "services/transport/reflection.h"

#include "dci/social/v1/social_service.pb.h"
#include "grpc/reflection/v1/reflection.pb.h"
#include "gtest/gtest.h"

namespace dci::transport {
namespace {

namespace v1 = ::grpc::reflection::v1;

v1::ServerReflectionResponse Ask(const v1::ServerReflectionRequest& request) {
  const ReflectedSchema schema{
      google::protobuf::DescriptorPool::generated_pool(),
      {"dci.social.v1.SocialRegistry"}};
  v1::ServerReflectionResponse response;
  EXPECT_TRUE(response.ParseFromString(
      AnswerReflection(schema, request.SerializeAsString())));
  return response;
}

TEST(Reflection, ListsTheServedServicesOnly) {
  v1::ServerReflectionRequest request;
  request.set_list_services("");
  const auto response = Ask(request);
  ASSERT_EQ(response.list_services_response().service_size(), 1);
  EXPECT_EQ(response.list_services_response().service(0).name(),
            "dci.social.v1.SocialRegistry");
}

TEST(Reflection, SendsImportsBeforeTheFile) {
  // The linker must keep the generated file.
  ASSERT_EQ(dci::common::v1::AckEnvelope::descriptor()->file()->name(),
            "dci/common/v1/envelope.proto");
  v1::ServerReflectionRequest request;
  request.set_file_containing_symbol("dci.common.v1.AckEnvelope");
  const auto response = Ask(request);
  const auto& files = response.file_descriptor_response();
  ASSERT_GE(files.file_descriptor_proto_size(), 4);
  google::protobuf::DescriptorPool pool;
  for (const std::string& bytes : files.file_descriptor_proto()) {
    google::protobuf::FileDescriptorProto file;
    ASSERT_TRUE(file.ParseFromString(bytes));
    ASSERT_NE(pool.BuildFile(file), nullptr) << file.name();
  }
  EXPECT_NE(pool.FindMessageTypeByName("dci.common.v1.AckEnvelope"), nullptr);
}

TEST(Reflection, FindsExtensionsByNumber) {
  v1::ServerReflectionRequest request;
  auto* wanted = request.mutable_file_containing_extension();
  wanted->set_containing_type("google.protobuf.FieldOptions");
  wanted->set_extension_number(51771);
  EXPECT_TRUE(Ask(request).has_file_descriptor_response());
  wanted->set_extension_number(4);
  EXPECT_EQ(Ask(request).error_response().error_code(), 5);
}

TEST(Reflection, SaysWhatItCannot) {
  v1::ServerReflectionRequest request;
  EXPECT_EQ(Ask(request).error_response().error_code(), 3);
  request.set_file_by_filename("no/such.proto");
  EXPECT_EQ(Ask(request).error_response().error_code(), 5);
  EXPECT_EQ(Ask(request).original_request().file_by_filename(),
            "no/such.proto");
  request.set_all_extension_numbers_of_type("google.protobuf.FieldOptions");
  EXPECT_EQ(Ask(request).error_response().error_code(), 12);
}

TEST(Reflection, HostileBytesAreRefused) {
  const ReflectedSchema schema{
      google::protobuf::DescriptorPool::generated_pool(), {}};
  v1::ServerReflectionResponse response;
  ASSERT_TRUE(response.ParseFromString(
      AnswerReflection(schema, std::string("\x1a\xff\xff", 3))));
  EXPECT_EQ(response.error_response().error_code(), 3);
}

}  // namespace
}  // namespace dci::transport
