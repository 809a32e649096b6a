#include "clients/cpp/runtime/schema.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "dci/common/v1/envelope.pb.h"
#include "google/protobuf/descriptor.h"

namespace dci::client {

Schema::Schema(const std::vector<LinkedFile>& files) {
  const auto* pool = google::protobuf::DescriptorPool::generated_pool();
  std::vector<const google::protobuf::FileDescriptor*> found = {
      dci::common::v1::AckEnvelope::descriptor()->file()};
  for (const LinkedFile& file : files) {
    found.push_back(pool->FindFileByName(file.name));
    if (file.linked == nullptr || found.back() == nullptr) {
      status_ = absl::InternalError(absl::StrCat(file.name, " is not linked"));
      return;
    }
  }
  auto model = schema::Model::Build(found);
  status_ = model.status();
  if (!status_.ok()) return;
  model_ = *std::move(model);
  codec_ = std::make_unique<wire::Codec>(model_.get());
}

absl::StatusOr<const schema::Method*> Schema::FindMethod(
    absl::string_view full_name) const {
  if (!status_.ok()) return status_;
  const schema::Method* method = model_->FindMethod(full_name);
  if (method == nullptr) {
    return absl::InternalError(
        absl::StrCat(full_name, " is no method of the schema"));
  }
  return method;
}

const schema::Message& Schema::ack_envelope() const {
  return *model_->FindMessage(
      dci::common::v1::AckEnvelope::descriptor()->full_name());
}

}  // namespace dci::client
