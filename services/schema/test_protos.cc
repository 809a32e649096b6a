#include "services/schema/test_protos.h"

#include "dci/common/v1/envelope.pb.h"
#include "dci/common/v1/value.pb.h"
#include "google/protobuf/any.pb.h"
#include "google/protobuf/compiler/parser.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "gtest/gtest.h"

namespace dci::schema {
namespace {

namespace pb = google::protobuf;

class FailOnError : public pb::io::ErrorCollector {
 public:
  explicit FailOnError(const std::string& file) : file_(file) {}
  void AddError(int line, int column, const std::string& message) override {
    ADD_FAILURE() << file_ << ":" << line + 1 << ":" << column << ": "
                  << message;
  }

 private:
  std::string file_;
};

constexpr char kHead[] = R"(syntax = "proto3";
package t.v1;
import "google/protobuf/any.proto";
import "dci/wire/v1/options.proto";
import "dci/common/v1/value.proto";
import "dci/common/v1/envelope.proto";
)";

// Imports are found among what is linked; without a use the linker would drop
// their descriptors.
void LinkImports() {
  (void)dci::common::v1::Json::descriptor();
  (void)dci::common::v1::AckEnvelope::descriptor();
  (void)pb::Any::descriptor();
}

}  // namespace

pb::FileDescriptorSet ParseProtos(
    const std::vector<std::pair<std::string, std::string>>& files) {
  LinkImports();
  pb::FileDescriptorSet set;
  for (const auto& [name, text] : files) {
    pb::io::ArrayInputStream stream(text.data(), static_cast<int>(text.size()));
    FailOnError errors(name);
    pb::io::Tokenizer tokenizer(&stream, &errors);
    pb::compiler::Parser parser;
    parser.RecordErrorsTo(&errors);
    pb::FileDescriptorProto* file = set.add_file();
    EXPECT_TRUE(parser.Parse(&tokenizer, file)) << name;
    file->set_name(name);
  }
  return set;
}

pb::FileDescriptorSet ParseBody(const std::string& body) {
  return ParseProtos({{"t.proto", kHead + body}});
}

}  // namespace dci::schema
