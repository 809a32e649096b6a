#include "services/exchange/tolerance.h"

#include <string>
#include <vector>

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/exchange/handler_registry.h"
#include "services/exchange/header_checks.h"
#include "services/exchange/testing/tally.h"
#include "services/schema/reason.h"

namespace dci::exchange {
namespace {

using dci::common::v1::Reason;

std::shared_ptr<const trust::Participant> Sender(const std::string& more) {
  dci::config::v1::Participant config;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      "sender_id: 'sp' signature: POLICY_OFF authorization: POLICY_OFF "
      "encryption: POLICY_OFF " +
          more,
      &config));
  auto participant = trust::Participant::Create(config);
  EXPECT_OK(participant);
  return *participant;
}

wire::Finding Found(const std::string& path, const std::string& rule = "format",
                    bool severe = false) {
  wire::Finding finding;
  finding.path = path;
  finding.rule = rule;
  finding.severe = severe;
  return finding;
}

class ToleranceTest : public ::testing::Test {
 protected:
  ToleranceTest() : model_(TallyModel()) {
    const auto* method = model_->FindMethod("dci.exchange.testing.Tally.List");
    EXPECT_OK(handlers_.Register(
        *method, std::make_shared<ListHandler>(storage::Space{})));
    plan_ = handlers_.Find(method->full_name);
  }
  // The reason for which the message is refused; unspecified: it is not.
  Reason MessageReason(const std::string& path) {
    return schema::ReasonOf(
        JudgeFindings(*plan_, {Found(path)}, *Sender("")).message);
  }
  Reason ItemReason(const std::string& path, size_t item) {
    const ToleranceVerdict verdict =
        JudgeFindings(*plan_, {Found(path)}, *Sender(""));
    EXPECT_OK(verdict.message);
    const auto it = verdict.items.find(item);
    return it == verdict.items.end() ? dci::common::v1::REASON_UNSPECIFIED
                                     : schema::ReasonOf(it->second);
  }

  std::unique_ptr<const schema::Model> model_;
  HandlerRegistry handlers_;
  const MethodPlan* plan_ = nullptr;
};

TEST(IsError, StrictMeansEachAndLenientThoseThatAreSevere) {
  const auto strict = Sender("");
  const auto lenient = Sender("tolerance: TOLERANCE_LENIENT");
  EXPECT_TRUE(IsError(Found("/x"), *strict));
  EXPECT_FALSE(IsError(Found("/x"), *lenient));
  EXPECT_TRUE(IsError(Found("/x", "unreadable_value", true), *lenient));
}

TEST(IsError, AParticipantsListsStandOverItsTolerance) {
  const auto strict = Sender("allowed: 'locale'");
  EXPECT_FALSE(IsError(Found("/x", "locale"), *strict));
  EXPECT_FALSE(IsError(Found("/x", "locale", true), *strict));
  EXPECT_TRUE(IsError(Found("/x", "format"), *strict));
  const auto lenient = Sender("tolerance: TOLERANCE_LENIENT errors: 'locale'");
  EXPECT_TRUE(IsError(Found("/x", "locale"), *lenient));
}

TEST(IsError, WhatTheDialectWritesIsNoDeparture) {
  wire::Finding finding = Found("/x", "alias");
  finding.dialects = schema::MaskOf(schema::Dialect::kC25);
  EXPECT_TRUE(IsError(finding, *Sender("")));
  EXPECT_FALSE(IsError(finding, *Sender("dialect: DIALECT_G2P_CONNECT_2023")));
}

TEST_F(ToleranceTest, OutsideTheItemsTheMessageIsRefused) {
  EXPECT_EQ(MessageReason("/header/message_ts"),
            dci::common::v1::REASON_MESSAGE_TS_INVALID);
  EXPECT_EQ(MessageReason("/header/total_count"),
            dci::common::v1::REASON_TOTAL_COUNT_INVALID);
  EXPECT_EQ(MessageReason("/header/sender_uri"),
            dci::common::v1::REASON_SENDER_URI_INVALID);
  EXPECT_EQ(MessageReason("/header/meta/x"),
            dci::common::v1::REASON_REQUEST_BAD);
  EXPECT_EQ(MessageReason("/message/transaction_id"),
            dci::common::v1::REASON_REQUEST_BAD);
  EXPECT_EQ(MessageReason("/message/list_request"),
            dci::common::v1::REASON_REQUEST_BAD);
  EXPECT_EQ(MessageReason("/message"), dci::common::v1::REASON_REQUEST_BAD);
  EXPECT_EQ(MessageReason(""), dci::common::v1::REASON_REQUEST_BAD);
}

TEST_F(ToleranceTest, WithinAnItemItIsThatItemsFault) {
  EXPECT_EQ(ItemReason("/message/list_request/3/reference_id", 3),
            dci::common::v1::REASON_REFERENCE_ID_INVALID);
  EXPECT_EQ(ItemReason("/message/list_request/0/timestamp", 0),
            dci::common::v1::REASON_TIMESTAMP_INVALID);
  EXPECT_EQ(ItemReason("/message/list_request/0/pagination/page_size", 0),
            dci::common::v1::REASON_PAGINATION_INVALID);
  EXPECT_EQ(ItemReason("/message/list_request/0/c/sort/0/x", 0),
            dci::common::v1::REASON_SORT_INVALID);
  EXPECT_EQ(ItemReason("/message/list_request/0/c/filter", 0),
            dci::common::v1::REASON_FILTER_INVALID);
  EXPECT_EQ(ItemReason("/message/list_request/0/c/timestamp", 0),
            dci::common::v1::REASON_SEARCH_CRITERIA_INVALID);
  // Without brackets, and with a message in the message.
  EXPECT_EQ(ItemReason("/message/list_request/reference_id", 0),
            dci::common::v1::REASON_REFERENCE_ID_INVALID);
  EXPECT_EQ(ItemReason("/message/message/list_request/1/reference_id", 1),
            dci::common::v1::REASON_REFERENCE_ID_INVALID);
}

TEST_F(ToleranceTest, CountsWhatItTolerates) {
  const ToleranceVerdict verdict = JudgeFindings(
      *plan_, {Found("/header/meta"), Found("/message/list_request/0/x")},
      *Sender("tolerance: TOLERANCE_LENIENT"));
  EXPECT_OK(verdict.message);
  EXPECT_TRUE(verdict.items.empty());
  EXPECT_EQ(verdict.tolerated, 2);
}

TEST_F(ToleranceTest, ALenientSenderMayMiscount) {
  dci::common::v1::MsgCallbackHeader header;
  header.set_total_count(7);
  header.set_version("v2");
  const auto check = [&](const std::string& sender) {
    return CheckHeader(header, *plan_->method, 1, {}, *Sender(sender));
  };
  EXPECT_FALSE(check("").ok());
  EXPECT_FALSE(check("allowed: 'version'").ok());
  EXPECT_OK(check("allowed: 'version' allowed: 'total_count'"));
  EXPECT_OK(check("tolerance: TOLERANCE_LENIENT"));
}

}  // namespace
}  // namespace dci::exchange
