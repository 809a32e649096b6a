// Every proto of this repository that goes over the wire obeys its rules.
#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dci/admin/v1/disclosure.pb.h"
#include "dci/admin/v1/parked.pb.h"
#include "dci/admin/v1/participants.pb.h"
#include "dci/admin/v1/reactions.pb.h"
#include "dci/admin/v1/registry_admin.pb.h"
#include "dci/admin/v1/sp_system.pb.h"
#include "dci/admin/v1/subscriptions.pb.h"
#include "dci/authz/v1/token.pb.h"
#include "dci/ext/v1/code_lists.pb.h"
#include "dci/ext/v1/discovery.pb.h"
#include "dci/ext/v1/reserve.pb.h"
#include "dci/ext/v1/watch.pb.h"
#include "dci/jwks/v1/jwks.pb.h"
#include "dci/locations/v1/locations.pb.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/schema/dump.h"
#include "services/schema/model.h"
#include "services/schema/registries.h"

namespace dci::schema {
namespace {

std::vector<const google::protobuf::FileDescriptor*> Files() {
  std::vector<const google::protobuf::FileDescriptor*> files = {
      admin::v1::ListDisclosuresRequest::descriptor()->file(),
      admin::v1::ListParkedRequest::descriptor()->file(),
      admin::v1::PutParticipantRequest::descriptor()->file(),
      admin::v1::ListUnmatchedRequest::descriptor()->file(),
      admin::v1::LoadRequest::descriptor()->file(),
      admin::v1::PutProgrammeRequest::descriptor()->file(),
      admin::v1::ListSubscriptionsRequest::descriptor()->file(),
      authz::v1::TokenRequest::descriptor()->file(),
      ext::v1::Capabilities::descriptor()->file(),
      ext::v1::GetCodeListRequest::descriptor()->file(),
      ext::v1::ReserveRequest::descriptor()->file(),
      locations::v1::Place::descriptor()->file(),
      ext::v1::WatchRequest::descriptor()->file(),
      jwks::v1::JwkSet::descriptor()->file(),
  };
  for (const auto* file : RegistryFiles()) files.push_back(file);
  return files;
}

TEST(Published, ProtosObeyTheRulesTogether) {
  ASSERT_OK_AND_ASSIGN(const auto model, Model::Build(Files()));
  EXPECT_GE(model->services().size(), 20u);
}

TEST(Published, EveryRegistryHasBothSidesOfElevenOperations) {
  ASSERT_OK_AND_ASSIGN(const auto model, Model::Build(Files()));
  int registries = 0;
  for (const Service* service : model->services()) {
    if (service->records.empty()) continue;
    ++registries;
    for (const char* name : {"Search", "SyncSearch", "Subscribe", "Unsubscribe",
                             "TxnStatus", "SyncTxnStatus"})
      EXPECT_NE(service->FindMethod(name), nullptr) << service->full_name;
    ASSERT_NE(service->callback_service, nullptr) << service->full_name;
    EXPECT_EQ(service->callback_service->methods.size(), 5u);
    EXPECT_EQ(service->callback_service->prefixes, service->prefixes);
  }
  EXPECT_EQ(registries, 6);
}

TEST(Published, CallersSideKnowsTheRegistrysRecords) {
  ASSERT_OK_AND_ASSIGN(const auto model, Model::Build(Files()));
  // Two registries have a Member: which one depends on where it is met.
  EXPECT_EQ(model->FindRecord("Member"), nullptr);
  for (const char* side : {"EmploymentRegistryCallback", "EnrolmentCheck"})
    EXPECT_EQ(model->FindRecord("Member", model->FindService(absl::StrCat(
                                              "dci.employment.v1.", side))),
              model->FindMessage("dci.employment.v1.Member"));
}

TEST(Published, OperatorsMessagesAreNotOfTheWire) {
  ASSERT_OK_AND_ASSIGN(const auto model, Model::Build(Files()));
  const Method* put =
      model->FindMethod("dci.admin.v1.ParticipantAdmin.PutParticipant");
  ASSERT_NE(put, nullptr);
  EXPECT_TRUE(put->service->admin);
  EXPECT_EQ(put->request, nullptr);
  EXPECT_EQ(model->FindMessage("dci.config.v1.Participant"), nullptr);
  const Method* token =
      model->FindMethod("/dci.authz.v1.Authorization/IssueToken");
  ASSERT_NE(token, nullptr);
  EXPECT_NE(token->request, nullptr);
}

TEST(Published, ModelIsTheSameWhateverFilesAreNamedFirst) {
  ASSERT_OK_AND_ASSIGN(const auto model, Model::Build(Files()));
  auto files = Files();
  std::reverse(files.begin(), files.end());
  ASSERT_OK_AND_ASSIGN(const auto other, Model::Build(files));
  EXPECT_EQ(Dump(*model), Dump(*other));
  EXPECT_EQ(model->hash(), other->hash());
}

}  // namespace
}  // namespace dci::schema
