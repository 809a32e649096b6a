#include "services/wire/test_model.h"

#include <cstdio>
#include <cstdlib>
#include <string>

#include "dci/common/v1/code_list.pb.h"
#include "dci/registry/v1/subscribe.pb.h"
#include "dci/social/v1/social.pb.h"
#include "dci/social/v1/social_service.pb.h"

namespace dci::wire {
namespace {

[[noreturn]] void Die(const std::string& text) {
  std::fprintf(stderr, "%s\n", text.c_str());
  std::abort();
}

}  // namespace

const schema::Model& TestModel() {
  static const schema::Model* const model = [] {
    auto built = schema::Model::Build(
        {dci::social::v1::Group::descriptor()->file(),
         dci::registry::v1::SubscribeRequest::descriptor()->file(),
         // By a symbol of the file: a static link leaves out one that has only
         // services and is named by nobody.
         google::protobuf::DescriptorPool::generated_pool()->FindFileByName(
             descriptor_table_dci_2fsocial_2fv1_2fsocial_5fservice_2eproto
                 .filename),
         dci::common::v1::Sex_descriptor()->file()});
    if (!built.ok()) Die(std::string(built.status().message()));
    return built->release();
  }();
  return *model;
}

const Codec& TestCodec() {
  static const Codec* const codec = new Codec(&TestModel());
  return *codec;
}

const schema::Message& TestMessage(absl::string_view full_name) {
  const schema::Message* message = TestModel().FindMessage(full_name);
  if (message == nullptr) Die("no message " + std::string(full_name));
  return *message;
}

}  // namespace dci::wire
