// Services and methods: every rule by a breach, and what a good one becomes.
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "dci/wire/v1/options.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/schema/model.h"
#include "services/schema/test_protos.h"

namespace dci::schema {
namespace {

using ::testing::ElementsAre;

constexpr char kMessages[] = R"(
message Body {
  repeated Item ask = 1;
  optional string text = 2;
  repeated dci.common.v1.Extra extras = 999;
}
message Item { repeated dci.common.v1.Extra extras = 999; }
message Env {
  option (dci.wire.v1.message).envelope = true;
  optional string signature = 1;
  optional dci.common.v1.MsgHeader header = 2;
  oneof body {
    option (dci.wire.v1.oneof) = {
      name: "message" discriminator: "header.is_msg_encrypted" };
    Body message = 3;
    dci.common.v1.EncryptedMessage encrypted_message = 4;
  }
  optional bytes original = 15;
  repeated dci.common.v1.Extra extras = 999;
}
message Farm {
  option (dci.wire.v1.message).record = {
    type: "Farm" type_aliases: "Holding" primary_key: "number" };
  optional string number = 1;
  repeated dci.common.v1.Extra extras = 999;
}
message Barn {
  option (dci.wire.v1.message).record = {
    type: "Barn" type_aliases: "Holding" primary_key: "number" };
  optional string number = 1;
  repeated dci.common.v1.Extra extras = 999;
}
)";

// The services stand first, so that their lines do not depend on the messages:
// `service Side` on line 7, its rpc Ask on line 12, `service Other` on 21.
constexpr char kServices[] = R"(service Side {
  option (dci.wire.v1.service) = {
    prefixes: "farm" reg_type: "ns:Farm" SERVICE
    callback_service: "t.v1.Other"
  };
  rpc Ask(Env) returns (dci.common.v1.AckEnvelope) {
    option (dci.wire.v1.method) = { METHOD };
  }
  rpc SyncAsk(Env) returns (Env) {
    option (dci.wire.v1.method) = {
      path: "/sync/ask" mode: MODE_SYNC actions: "ask" answer_action: "on-ask"
      items: "ask" answer_items: "ask" };
  }
}
service Other {
  option (dci.wire.v1.service).prefixes = "farm";
  rpc OnAsk(Env) returns (dci.common.v1.AckEnvelope) {
    option (dci.wire.v1.method) = {
      path: "/on-ask" mode: MODE_CALLBACK actions: "on-ask" };
  }
}
)";

constexpr char kGoodMethod[] =
    "path: \"/ask\" mode: MODE_ASYNC actions: \"ask\" "
    "answer_action: \"on-ask\" callback: \"t.v1.Other.OnAsk\" "
    "sync: \"t.v1.Side.SyncAsk\" items: \"ask\" answer_items: \"ask\" "
    "extension_in: DIALECT_DCI_2025_01 scope: \"s\" read_only: true";

absl::StatusOr<std::unique_ptr<const Model>> BuildWith(
    absl::string_view method, absl::string_view service) {
  return Model::BuildFromSet(
      ParseBody(absl::StrReplaceAll(
                    kServices, {{"METHOD", method}, {"SERVICE", service}}) +
                kMessages));
}

TEST(Service, KeepsWhatItDeclares) {
  ASSERT_OK_AND_ASSIGN(auto model, BuildWith(kGoodMethod,
                                             "records: \"t.v1.Farm\" "
                                             "events: { name: \"planted\" }"));
  const Service* side = model->FindService("t.v1.Side");
  ASSERT_NE(side, nullptr);
  EXPECT_THAT(side->prefixes, ElementsAre("farm"));
  ASSERT_EQ(side->events.size(), 1u);
  EXPECT_EQ(side->events[0]->name(), "planted");
  EXPECT_EQ(side->callback_service, model->FindService("t.v1.Other"));
  const Method* ask = side->FindMethod("Ask");
  ASSERT_NE(ask, nullptr);
  EXPECT_EQ(ask, model->FindMethod("/t.v1.Side/Ask"));
  EXPECT_EQ(ask, model->FindMethod("t.v1.Side.Ask"));
  EXPECT_EQ(ask->mode, Mode::kAsync);
  EXPECT_EQ(ask->callback, model->FindMethod("t.v1.Other.OnAsk"));
  EXPECT_EQ(ask->sync, side->FindMethod("SyncAsk"));
  EXPECT_EQ(ask->request_body, model->FindMessage("t.v1.Body"));
  EXPECT_EQ(ask->response_body, model->FindMessage("t.v1.Body"));
  ASSERT_NE(ask->items, nullptr);
  EXPECT_EQ(ask->items->message, model->FindMessage("t.v1.Item"));
  ASSERT_NE(ask->answer_items, nullptr);
  EXPECT_EQ(ask->extension_in, MaskOf(Dialect::kD25));
  EXPECT_EQ(ask->http_verb, "POST");
  EXPECT_TRUE(ask->read_only);
  EXPECT_EQ(model->FindMethod("/t.v1.Side/None"), nullptr);
  EXPECT_EQ(side->FindMethod("None"), nullptr);
}

TEST(Service, FindsRecordsByTypeAliasAndSegment) {
  ASSERT_OK_AND_ASSIGN(auto model,
                       BuildWith(kGoodMethod, "records: \"t.v1.Barn\""));
  const Service* side = model->FindService("t.v1.Side");
  const Message* barn = model->FindMessage("t.v1.Barn");
  const Message* farm = model->FindMessage("t.v1.Farm");
  EXPECT_EQ(side->FindRecord("Barn"), barn);
  EXPECT_EQ(side->FindRecord("ns:farm:Barn"), barn);
  EXPECT_EQ(side->FindRecord("https://x.example/data#holding"), barn);
  EXPECT_EQ(side->FindRecord("Farm"), nullptr);
  EXPECT_EQ(side->FindRecord(""), nullptr);
  EXPECT_EQ(model->FindRecord("Farm", side), farm);
  EXPECT_EQ(model->FindRecord("Holding", side), barn);
  // Two records of the model are called so: neither is meant.
  EXPECT_EQ(model->FindRecord("Holding"), nullptr);
  EXPECT_EQ(model->FindRecord("Shed"), nullptr);
  EXPECT_EQ(model->FindRecord("x:BARN"), barn);
}

struct Breach {
  const char* name;
  const char* method;
  const char* service;
  const char* error;
};

class ServiceRule : public testing::TestWithParam<Breach> {};

TEST_P(ServiceRule, BreachIsReportedWithItsPlace) {
  EXPECT_THAT(BuildWith(GetParam().method, GetParam().service),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       std::string(GetParam().error)));
}

const Breach kBreaches[] = {
    {"NoMode", "path: \"/ask\"", "",
     "t.proto:12: t.v1.Side.Ask: mode is not set"},
    {"NoPath",
     "mode: MODE_ASYNC actions: \"ask\" answer_action: \"on-ask\" "
     "callback: \"t.v1.Other.OnAsk\"",
     "", "t.proto:12: t.v1.Side.Ask: path is not set"},
    {"PathWithoutSlash",
     "path: \"ask\" mode: MODE_ASYNC actions: \"ask\" "
     "answer_action: \"on-ask\" callback: \"t.v1.Other.OnAsk\"",
     "", "t.proto:12: t.v1.Side.Ask: path ask does not begin with a slash"},
    {"Verb",
     "path: \"/ask\" mode: MODE_ASYNC actions: \"ask\" http_verb: \"GET\" "
     "answer_action: \"on-ask\" callback: \"t.v1.Other.OnAsk\"",
     "",
     "t.proto:12: t.v1.Side.Ask: http_verb is for MODE_PLAIN; an envelope is "
     "posted"},
    {"NoActions",
     "path: \"/ask\" mode: MODE_ASYNC answer_action: \"on-ask\" "
     "callback: \"t.v1.Other.OnAsk\"",
     "", "t.proto:12: t.v1.Side.Ask: actions is not set"},
    {"NoCallback",
     "path: \"/ask\" mode: MODE_ASYNC actions: \"ask\" "
     "answer_action: \"on-ask\"",
     "", "t.proto:12: t.v1.Side.Ask: callback is not set"},
    {"CallbackMissing",
     "path: \"/ask\" mode: MODE_ASYNC actions: \"ask\" "
     "answer_action: \"on-ask\" callback: \"t.v1.Other.On\"",
     "",
     "t.proto:12: t.v1.Side.Ask: callback: no method t.v1.Other.On in the "
     "files given"},
    {"CallbackIsSync",
     "path: \"/ask\" mode: MODE_ASYNC actions: \"ask\" "
     "answer_action: \"ask\" callback: \"t.v1.Side.SyncAsk\"",
     "",
     "t.proto:12: t.v1.Side.Ask: callback: t.v1.Side.SyncAsk is not "
     "MODE_CALLBACK\n"
     "t.proto:12: t.v1.Side.Ask: callback: t.v1.Side.SyncAsk is no method of "
     "t.v1.Other"},
    {"AnswerActionUnknown",
     "path: \"/ask\" mode: MODE_ASYNC actions: \"ask\" "
     "answer_action: \"asked\" callback: \"t.v1.Other.OnAsk\"",
     "",
     "t.proto:12: t.v1.Side.Ask: answer_action \"asked\" is none of the "
     "actions of t.v1.Other.OnAsk"},
    {"SyncIsAsync",
     "path: \"/ask\" mode: MODE_ASYNC actions: \"ask\" "
     "answer_action: \"on-ask\" callback: \"t.v1.Other.OnAsk\" "
     "sync: \"t.v1.Side.Ask\"",
     "", "t.proto:12: t.v1.Side.Ask: sync: t.v1.Side.Ask is not MODE_SYNC"},
    {"SyncOfTwo",
     "path: \"/ask\" mode: MODE_ASYNC actions: \"ask\" "
     "answer_action: \"on-ask\" callback: \"t.v1.Other.OnAsk\" "
     "sync: \"t.v1.Side.SyncAsk\" }; }"
     "rpc Ask2(Env) returns (dci.common.v1.AckEnvelope) {"
     "option (dci.wire.v1.method) = { path: \"/ask2\" mode: MODE_ASYNC "
     "actions: \"ask\" answer_action: \"on-ask\" "
     "callback: \"t.v1.Other.OnAsk\" sync: \"t.v1.Side.SyncAsk\"",
     "",
     "t.proto:13: t.v1.Side.Ask2: sync: t.v1.Side.SyncAsk is already that of "
     "t.v1.Side.Ask"},
    {"ItemsMissing",
     "path: \"/ask\" mode: MODE_ASYNC actions: \"ask\" "
     "answer_action: \"on-ask\" callback: \"t.v1.Other.OnAsk\" "
     "items: \"asks\" answer_items: \"text\"",
     "",
     "t.proto:12: t.v1.Side.Ask: items: t.v1.Body has no messages in asks\n"
     "t.proto:12: t.v1.Side.Ask: answer_items: t.v1.Body has no messages in "
     "text"},
    {"SyncWithAck",
     "path: \"/ask\" mode: MODE_SYNC actions: \"ask\" "
     "answer_action: \"on-ask\"",
     "", "t.proto:12: t.v1.Side.Ask: the answer of MODE_SYNC is no envelope"},
    {"PlainWithAction", "path: \"/ask\" mode: MODE_PLAIN actions: \"ask\"", "",
     "t.proto:12: t.v1.Side.Ask: without an envelope there is no "
     "header.action"},
    {"PlainWithItems", "path: \"/ask\" mode: MODE_PLAIN items: \"ask\"", "",
     "t.proto:12: t.v1.Side.Ask: callback, sync, items and answer_items need "
     "an envelope"},
    {"PathTaken",
     "path: \"/on-ask\" mode: MODE_ASYNC actions: \"ask\" "
     "answer_action: \"on-ask\" callback: \"t.v1.Other.OnAsk\"",
     "",
     "t.proto:12: t.v1.Side.Ask: path /on-ask is also that of "
     "t.v1.Other.OnAsk"},
    {"RecordMissing", kGoodMethod, "records: \"t.v1.Body\"",
     "t.proto:7: t.v1.Side: records: no record t.v1.Body in the files given"},
    {"RecordTypeTwice", kGoodMethod,
     "records: [ \"t.v1.Farm\", \"t.v1.Barn\" ]",
     "t.proto:7: t.v1.Side: record type \"Holding\" means t.v1.Farm and "
     "t.v1.Barn"},
};

INSTANTIATE_TEST_SUITE_P(All, ServiceRule, testing::ValuesIn(kBreaches),
                         [](const auto& info) { return info.param.name; });

TEST(ServiceRule, EnvelopesAreDemandedOfBothSides) {
  EXPECT_THAT(
      Model::BuildFromSet(
          ParseBody("message M { repeated dci.common.v1.Extra extras = 999; }\n"
                    "service S {\n"
                    "  rpc On(M) returns (M) {\n"
                    "    option (dci.wire.v1.method) = {\n"
                    "      path: \"/on\" mode: MODE_CALLBACK actions: \"on\"\n"
                    "      callback: \"t.v1.S.On\" sync: \"t.v1.S.On\"\n"
                    "      answer_items: \"x\" };\n"
                    "  }\n"
                    "}\n")),
      StatusIs(absl::StatusCode::kInvalidArgument,
               std::string(
                   "t.proto:9: t.v1.S.On: the request is no envelope\n"
                   "t.proto:9: t.v1.S.On: the answer is no acknowledgement\n"
                   "t.proto:9: t.v1.S.On: callback is for MODE_ASYNC\n"
                   "t.proto:9: t.v1.S.On: sync is for MODE_ASYNC\n"
                   "t.proto:9: t.v1.S.On: sync: t.v1.S.On is not MODE_SYNC\n"
                   "t.proto:9: t.v1.S.On: answer_items: a callback is answered "
                   "by an acknowledgement")));
}

TEST(ServiceRule, CallbackServiceMustExist) {
  EXPECT_THAT(
      Model::BuildFromSet(ParseBody(
          "service S {\n"
          "  option (dci.wire.v1.service).callback_service = \"t.v1.X\";\n"
          "}\n")),
      StatusIs(absl::StatusCode::kInvalidArgument,
               std::string("t.proto:7: t.v1.S: callback_service: no "
                           "service t.v1.X in the files given")));
}

}  // namespace
}  // namespace dci::schema
