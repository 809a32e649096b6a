// The model of the social registry as it is published: what the other rooms
// rely on.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "dci/common/v1/code_list.pb.h"
#include "dci/ext/v1/discovery.pb.h"
#include "dci/registry/v1/subscribe.pb.h"
#include "dci/social/v1/social.pb.h"
#include "dci/social/v1/social_service.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/schema/model.h"

namespace dci::schema {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

namespace pb = google::protobuf;

std::vector<const pb::FileDescriptor*> Files() {
  return {
      dci::social::v1::Group::descriptor()->file(),
      dci::common::v1::Sex_descriptor()->file(),
      dci::registry::v1::SubscribeRequest::descriptor()->file(),
      dci::ext::v1::Capabilities::descriptor()->file(),
      pb::DescriptorPool::generated_pool()->FindFileByName(
          descriptor_table_dci_2fsocial_2fv1_2fsocial_5fservice_2eproto
              .filename),
  };
}

const Model& Social() {
  static const Model* const model = Model::Build(Files()).value().release();
  return *model;
}

const Message& Get(const std::string& name) {
  return *Social().FindMessage(name);
}

TEST(SocialModel, AFileThatWasNotLinkedIsSaid) {
  EXPECT_THAT(
      Model::Build({dci::social::v1::Group::descriptor()->file(), nullptr}),
      StatusIs(absl::StatusCode::kInvalidArgument,
               ::testing::HasSubstr("not there")));
}

TEST(SocialModel, SearchIsAnsweredByItsCallback) {
  const Method* search =
      Social().FindMethod("/dci.social.v1.SocialRegistry/Search");
  ASSERT_NE(search, nullptr);
  EXPECT_EQ(search->path, "/registry/search");
  EXPECT_EQ(search->request->body->name, "message");
  EXPECT_EQ(search->request->encrypted->name, "encrypted_message");
  EXPECT_EQ(search->request_body, &Get("dci.registry.v1.SearchRequest"));
  EXPECT_EQ(search->response_body, &Get("dci.registry.v1.SearchResponse"));
  EXPECT_EQ(search->callback->path, "/registry/on-search");
  EXPECT_EQ(search->sync->name, "SyncSearch");
  EXPECT_TRUE(search->items->repeated);
  EXPECT_TRUE(search->response->is_ack);
}

TEST(SocialModel, TransactionStatusHasOneItemAndNoList) {
  const Method* status =
      Social().FindMethod("/dci.social.v1.SocialRegistry/SyncTxnStatus");
  ASSERT_NE(status, nullptr);
  EXPECT_EQ(status->items->name, "txnstatus_request");
  EXPECT_FALSE(status->items->repeated);
  EXPECT_THAT(status->actions, ElementsAre("txn-status", "txn_status"));
}

TEST(SocialModel, AuthorImplementsNeitherSyncFormsNorStatus) {
  const Service* social = Social().FindService("dci.social.v1.SocialRegistry");
  EXPECT_THAT(
      social->Operations(),
      ElementsAre(social->FindMethod("Search"), social->FindMethod("Subscribe"),
                  social->FindMethod("Unsubscribe")));
  EXPECT_EQ(social->FindMethod("SyncSearch")->async,
            social->FindMethod("Search"));
  EXPECT_TRUE(social->FindMethod("SyncTxnStatus")->txn_status);
}

TEST(SocialModel, ServiceHoldsItsRecords) {
  const Service* social = Social().FindService("dci.social.v1.SocialRegistry");
  EXPECT_THAT(social->records, ElementsAre(&Get("dci.social.v1.Group"),
                                           &Get("dci.social.v1.Member"),
                                           &Get("dci.social.v1.Person")));
  EXPECT_EQ(social->FindRecord("spdci-extensions-dci:HouseHold"),
            &Get("dci.social.v1.Group"));
  EXPECT_EQ(Social().FindRecord("SRPerson"), &Get("dci.social.v1.Person"));
  EXPECT_EQ(Get("dci.social.v1.Person").written_type, "SRPerson");
  EXPECT_EQ(Get("dci.social.v1.Person").record->written_type, "Person");
}

TEST(SocialModel, NamesDependOnTheDialect) {
  const Message& criteria = Get("dci.registry.v1.SearchCriteria");
  const FieldRef* event = criteria.Find("reg_event_type");
  const FieldRef* sub = criteria.Find("reg_sub_type");
  ASSERT_NE(event, nullptr);
  ASSERT_NE(sub, nullptr);
  EXPECT_EQ(event->field, sub->field);
  EXPECT_EQ(sub->canonical_in, MaskOf(Dialect::kG23));
  EXPECT_EQ(event->canonical_in, kAllDialects & ~MaskOf(Dialect::kG23));
  EXPECT_EQ(event->field->absent, MaskOf(Dialect::kC25));
  EXPECT_EQ(event->field->written_name[0], "reg_sub_type");
  EXPECT_EQ(event->field->written_name[1], "reg_event_type");
}

TEST(SocialModel, KeysAreWrittenInTheOrderOfTheirBytes) {
  for (const Message* message : Social().messages()) {
    for (const auto& order : message->write_order) {
      EXPECT_TRUE(std::is_sorted(
          order.begin(), order.end(),
          [](const WriteKey& a, const WriteKey& b) { return a.key < b.key; }))
          << message->full_name;
    }
  }
  std::vector<std::string> keys;
  for (const WriteKey& key :
       Get("dci.registry.v1.SearchCriteria").write_order[2]) {
    keys.push_back(key.key);
  }
  EXPECT_THAT(keys, ElementsAre("authorize", "consent", "pagination", "query",
                                "query_type", "reg_record_type", "reg_type",
                                "response_entity", "sort", "version"));
}

TEST(SocialModel, BothSpellingsAreWrittenWhereAValidatorDemandsThem) {
  const Message& request = Get("dci.registry.v1.UnsubscribeRequest");
  const Field* codes = request.Find("subscription_codes")->field;
  EXPECT_THAT(codes->written_too[1], ElementsAre("sunscription_codes"));
  EXPECT_THAT(codes->written_too[2], IsEmpty());
  EXPECT_EQ(request.Find("sunscription_codes")->canonical_in,
            MaskOf(Dialect::kG23) | MaskOf(Dialect::kD25));
}

TEST(SocialModel, QueryIsChosenByItsType) {
  const Message& criteria = Get("dci.registry.v1.SearchCriteria");
  const FieldRef* query = criteria.Find("query");
  ASSERT_NE(query, nullptr);
  EXPECT_EQ(query->field, nullptr);
  const Union& shapes = *query->in_union;
  EXPECT_THAT(shapes.discriminator,
              ElementsAre(criteria.FindName("query_type")));
  const Field* by_id = shapes.FindCase("IDTYPE-VALUE");
  ASSERT_NE(by_id, nullptr);
  EXPECT_EQ(by_id->name, "idtype_value");
  EXPECT_EQ(by_id->written_case[0], "idtype");
  EXPECT_EQ(by_id->written_case[2], "idtype-value");
  EXPECT_EQ(shapes.FindCase("sql"), nullptr);
  EXPECT_TRUE(shapes.FindCase("predicate")->message->is_list);
  // Members have no keys of their own.
  EXPECT_EQ(criteria.Find("idtype_value"), nullptr);
}

TEST(SocialModel, KindsAndTagsAreThoseOfProtobuf) {
  const Message& header = Get("dci.common.v1.MsgCallbackHeader");
  const Field* count = header.FindNumber(8);
  EXPECT_EQ(count->kind, Kind::kInt32);
  EXPECT_EQ(count->tag, 8u << 3);
  EXPECT_EQ(count->minimum, 0);
  const Field* status = header.FindNumber(5);
  EXPECT_EQ(status->kind, Kind::kEnum);
  EXPECT_EQ(status->enumeration->Find("SUCC")->constant, "REQUEST_STATUS_SUCC");
  EXPECT_EQ(status->enumeration->FindNumber(4)->code, "rjct");
  EXPECT_EQ(status->enumeration->FindNumber(0), nullptr);
  EXPECT_EQ(header.FindNumber(14)->kind, Kind::kJson);
  EXPECT_EQ(header.FindNumber(999), header.extras);
  EXPECT_EQ(header.extras->tag, 999u << 3 | 2);
  EXPECT_EQ(header.FindNumber(63), nullptr);
  EXPECT_EQ(header.FindNumber(1000), nullptr);
  EXPECT_EQ(header.FindNumber(-1), nullptr);
  EXPECT_EQ(Get("dci.registry.v1.SearchData").FindNumber(5)->kind, Kind::kAny);
}

TEST(SocialModel, CodesAreFoundByCodeLabelAndAlias) {
  const Field* sex = Get("dci.social.v1.Person").FindName("sex");
  ASSERT_NE(sex->code_list, nullptr);
  EXPECT_EQ(sex->code_list, Social().FindCodeList("dci.common.v1.Sex"));
  for (const char* text : {"female", "Female", "F", "FeMale", "2", "FEMALE"}) {
    ASSERT_NE(sex->code_list->Find(text), nullptr) << text;
    EXPECT_EQ(sex->code_list->Find(text)->code, "female") << text;
  }
  EXPECT_EQ(sex->code_list->Find("feminine"), nullptr);
  EXPECT_EQ(sex->code_list->Find(""), nullptr);
}

TEST(SocialModel, EncryptedBodiesAreToldByTheHeader) {
  const Message& envelope = Get("dci.registry.v1.SearchRequestEnvelope");
  const Union& body = *envelope.Find("message")->in_union;
  ASSERT_EQ(body.discriminator.size(), 2u);
  EXPECT_EQ(body.discriminator[1]->name, "is_msg_encrypted");
  // Bytes for gRPC alone have no key.
  EXPECT_EQ(envelope.Find("original"), nullptr);
  EXPECT_EQ(envelope.original->kind, Kind::kBytes);
}

TEST(SocialModel, RunTimeDescriptorsGiveTheSameModel) {
  pb::FileDescriptorSet set;
  ASSERT_TRUE(set.ParseFromString(Social().descriptor_set()));
  // The order of the files does not matter.
  std::reverse(set.mutable_file()->begin(), set.mutable_file()->end());
  ASSERT_OK_AND_ASSIGN(auto other, Model::BuildFromSet(set));
  EXPECT_EQ(other->hash(), Social().hash());
  EXPECT_EQ(other->descriptor_set(), Social().descriptor_set());
  EXPECT_EQ(other->messages().size(), Social().messages().size());
  EXPECT_NE(other->pool(), Social().pool());
  const Message* group = other->FindMessage("dci.social.v1.Group");
  ASSERT_NE(group, nullptr);
  EXPECT_NE(group->descriptor, Get("dci.social.v1.Group").descriptor);
  EXPECT_EQ(group->record->indexes.size(),
            Get("dci.social.v1.Group").record->indexes.size());
}

TEST(SocialModel, HashChangesWithTheSchema) {
  pb::FileDescriptorSet set;
  ASSERT_TRUE(set.ParseFromString(Social().descriptor_set()));
  for (pb::FileDescriptorProto& file : *set.mutable_file()) {
    if (file.name() != "dci/social/v1/social.proto") continue;
    pb::FieldDescriptorProto* field = file.mutable_message_type(0)->add_field();
    field->set_name("nickname");
    field->set_number(500);
    field->set_label(pb::FieldDescriptorProto::LABEL_REPEATED);
    field->set_type(pb::FieldDescriptorProto::TYPE_STRING);
  }
  ASSERT_OK_AND_ASSIGN(auto other, Model::BuildFromSet(set));
  EXPECT_NE(other->hash(), Social().hash());
  EXPECT_NE(other->FindMessage("dci.social.v1.Person")->Find("nickname"),
            nullptr);
}

TEST(SocialModel, WithoutItsCodeListsSaysWhichIsMissing) {
  EXPECT_THAT(
      Model::Build({dci::social::v1::Group::descriptor()->file()}),
      StatusIs(absl::StatusCode::kInvalidArgument,
               testing::HasSubstr(
                   "dci/social/v1/social.proto: dci.social.v1.Person.sex: "
                   "code_list: no code list dci.common.v1.Sex")));
}

TEST(Model, OfNothingIsRefused) {
  EXPECT_THAT(Model::Build({}), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(Model, SetWithAFileTwiceIsRefused) {
  pb::FileDescriptorSet set;
  set.add_file()->set_name("a.proto");
  set.add_file()->set_name("a.proto");
  EXPECT_THAT(Model::BuildFromSet(set),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       testing::HasSubstr("a.proto: stands twice")));
}

TEST(Dialect, NamesAreReadBack) {
  for (Dialect d : kAllDialectValues) {
    EXPECT_EQ(DialectFromName(DialectName(d)), d);
    EXPECT_EQ(FromProto(ToProto(d)), d);
  }
  EXPECT_EQ(DialectFromName("D25"), Dialect::kD25);
  EXPECT_EQ(DialectFromName("d25"), std::nullopt);
  EXPECT_EQ(FromProto(dci::wire::v1::DIALECT_UNSPECIFIED), Dialect::kC25);
}

}  // namespace
}  // namespace dci::schema
