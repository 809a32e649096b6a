// Subscribing over HTTP, and what follows: notifications that arrive, that are
// retried, that stop and go on.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "services/base/status_matchers.h"
#include "services/net/http_server.h"
#include "tests/e2e/listener.h"
#include "tests/e2e/site.h"

namespace dci::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr char kAck[] = "{\"message\":{\"ack_status\":\"ACK\"}}";
constexpr char kErr[] =
    "{\"message\":{\"ack_status\":\"ERR\",\"error\":{\"code\":"
    "\"err.request.bad\",\"message\":\"no\"}}}";
// Groups with a poverty score below five.
constexpr char kPoor[] =
    "{\"type\":\"ns:org:QueryType:NoSql\",\"value\":{\"expression\":"
    "{\"query\":{\"poverty_score\":{\"$lt\":5}}}}}";

// The value of a text member, the first of that name after `from`.
std::string MemberOf(const std::string& json, const std::string& name,
                     size_t from = 0) {
  const std::string mark = absl::StrCat("\"", name, "\":\"");
  const size_t at = json.find(mark, from);
  if (at == std::string::npos) return "";
  const size_t begin = at + mark.size();
  return json.substr(begin, json.find('"', begin) - begin);
}

class SubscriptionsTest : public testing::Test {
 protected:
  void SetUp() override {
    auto server = net::HttpServer::Start({}, &listener_);
    ASSERT_OK(server);
    server_ = *std::move(server);
    config_ = SiteConfig(NewFolder());
    config_.mutable_delivery()->set_first_delay_ms(10);
    config_.mutable_delivery()->set_max_delay_ms(50);
    config_.mutable_delivery()->set_max_attempts(1000);
    for (const char* sender : {"caller", "other"}) {
      config::v1::Participant caller = Caller(sender);
      caller.add_callback_bases(Base());
      caller.set_append_callback_path(true);
      caller.set_allow_private_addresses(true);
      *config_.add_participants() = caller;
    }
  }

  void StartSite() {
    auto site = Site::Start(config_);
    ASSERT_OK(site);
    site_ = *std::move(site);
  }
  void Restart() {
    site_->institution().Shutdown(absl::Seconds(30));
    site_.reset();
    StartSite();
  }
  void TearDown() override {
    if (site_ != nullptr) site_->institution().Shutdown(absl::Seconds(30));
  }

  std::string Base() const {
    return absl::StrCat("http://127.0.0.1:", server_->port());
  }
  // A new message; gives the answer's body.
  std::string Send(const std::string& operation, const std::string& message,
                   const std::string& sender = "caller",
                   const std::string& sender_uri = "", int items = 1) {
    const std::string id = absl::StrCat(operation, "-", ++last_);
    const std::string header = absl::StrReplaceAll(
        HeaderJson(sender, id, sender_uri),
        {{"\"search\"", absl::StrCat("\"", operation, "\"")},
         {"\"total_count\":1", absl::StrCat("\"total_count\":", items)}});
    return site_
        ->Call(site_->Url("/registry/" + operation),
               absl::StrCat("{\"signature\":\"\",\"header\":", header,
                            ",\"message\":", message, "}"))
        .body;
  }
  // Subscribes; gives the code of on-subscribe, or its body where there is
  // none.
  std::string Subscribe(const std::string& event, const std::string& filter,
                        const std::string& further = "",
                        const std::string& sender = "caller",
                        const std::string& sender_uri = "") {
    const std::string transaction = absl::StrCat("t-", ++last_);
    const std::string ack =
        Send("subscribe",
             absl::StrCat(
                 "{\"transaction_id\":\"", transaction,
                 "\",\"subscribe_request\":[{\"reference_id\":\"r\","
                 "\"timestamp\":\"2026-01-01T00:00:00Z\",\"locale\":\"eng\","
                 "\"subscribe_criteria\":{\"reg_event_type\":\"",
                 event,
                 "\",\"filter_type\":\"expression\",\"notify_record_type\":"
                 "\"Group\",\"filter\":",
                 filter, further, "}}]}"),
             sender, sender_uri);
    if (!absl::StrContains(ack, "\"ACK\"")) return ack;
    const auto answers = listener_.Await(
        absl::StrCat("\"transaction_id\":\"", transaction, "\""));
    if (answers.empty()) return "";
    const std::string code = MemberOf(answers[0], "code");
    return code.empty() ? answers[0] : code;
  }
  void Load(const std::string& id, const std::string& score) {
    const auto answer = Admin(
        "/admin/registry/load",
        absl::StrCat("{\"load\":\"l-", ++last_, "\",\"end\":true,\"lines\":\"",
                     Base64(absl::StrCat(
                         "{\"@type\":\"Group\",\"group_identifier\":[{"
                         "\"identifier_type\":\"HOUSEHOLD_ID\","
                         "\"identifier_value\":\"",
                         id, "\"}],\"poverty_score\":\"", score, "\"}\n")),
                     "\"}"));
    EXPECT_EQ(answer.status, 200) << answer.body;
  }
  static std::string Base64(const std::string& text);
  net::HttpResponse Admin(const std::string& path, const std::string& body) {
    return site_->Call(
        site_->AdminUrl(path), body,
        {{"Authorization", absl::StrCat("Bearer ", kOperatorToken)}});
  }

  Listener listener_;
  std::unique_ptr<net::HttpServer> server_;
  config::v1::ServerConfig config_;
  std::unique_ptr<Site> site_;
  int last_ = 0;
};

std::string SubscriptionsTest::Base64(const std::string& text) {
  return absl::Base64Escape(text);
}

std::string MetaOf(const std::string& code) {
  return absl::StrCat("\"meta\":{\"subscription_code\":\"", code, "\"}");
}

TEST_F(SubscriptionsTest, WhatIsLoadedAndMatchesArrivesWithItsCode) {
  StartSite();
  const std::string code = Subscribe("REGISTER", kPoor);
  ASSERT_THAT(code, SizeIs(36));
  Load("h-rich", "7");
  Load("h-poor", "4.5");
  Load("h-poor", "3");  // changed, not registered
  Load("h-poorer", "2");
  const auto told = listener_.Await(MetaOf(code), 2);
  ASSERT_THAT(told, SizeIs(2));
  EXPECT_THAT(told[0],
              AllOf(StartsWith("/registry/notify "), HasSubstr("h-poor"),
                    HasSubstr("\"poverty_score\":\"4.5\""),
                    HasSubstr("\"reg_event_type\":\"REGISTER\""),
                    HasSubstr("\"reg_record_type\":\"Group\""),
                    HasSubstr("\"action\":\"notify\"")));
  EXPECT_THAT(told[1], HasSubstr("h-poorer"));
}

TEST_F(SubscriptionsTest, ASecondOneGivesTheFirstOnesCodeAndEndsOnce) {
  StartSite();
  const std::string code = Subscribe("created", kPoor);
  ASSERT_THAT(code, SizeIs(36));
  const std::string again = Subscribe("Create", kPoor);
  EXPECT_EQ(again, code);
  EXPECT_THAT(listener_.Await("rjct.event.already_subscribed"), SizeIs(1));
  const std::string request = absl::StrCat(
      "{\"transaction_id\":\"end\",\"timesstamp\":\"2026-01-01T00:00:00Z\","
      "\"sunscription_codes\":[\"",
      code, "\"]}");
  config::v1::Participant lenient = config_.participants(0);
  lenient.set_tolerance(config::v1::TOLERANCE_LENIENT);
  ASSERT_OK(site_->institution().participants().Put(lenient));
  Send("unsubscribe", request, "other");
  Send("unsubscribe", absl::StrReplaceAll(request, {{"end", "end-1"}}));
  const auto ended = listener_.Await("\"transaction_id\":\"end-1\"");
  ASSERT_THAT(ended, SizeIs(1));
  EXPECT_THAT(ended[0],
              AllOf(StartsWith("/registry/on-unsubscribe "),
                    HasSubstr("\"status\":\"unsubscribe\""), HasSubstr(code)));
  Send("unsubscribe", absl::StrReplaceAll(request, {{"end", "end-2"}}));
  EXPECT_THAT(listener_.Await("rjct.event.already_unsubscribed"), SizeIs(1));
  // Nothing is told any more: what is told comes after it.
  const std::string next = Subscribe("any", kPoor);
  Load("h-1", "1");
  ASSERT_THAT(listener_.Await(MetaOf(next)), SizeIs(1));
  EXPECT_THAT(listener_.Await(MetaOf(code), 0), IsEmpty());
}

TEST_F(SubscriptionsTest, WrongOnesAreRefusedWithThePublishedReasons) {
  StartSite();
  const auto item = [](const std::string& reference, const std::string& event,
                       const std::string& further) {
    return absl::StrCat(
        "{\"reference_id\":\"", reference,
        "\",\"timestamp\":\"2026-01-01T00:00:00Z\",\"subscribe_criteria\":{"
        "\"reg_event_type\":\"",
        event,
        "\",\"filter_type\":\"expression\",\"notify_record_type\":"
        "\"Group\",\"filter\":",
        kPoor, further, "}}");
  };
  // One item is right: the message is taken, and each has its own outcome.
  Send("subscribe",
       absl::StrCat("{\"transaction_id\":\"wrong\",\"subscribe_request\":[",
                    item("fine", "created", ""), ",",
                    item("event", "Eclipse", ""), ",",
                    item("never", "created",
                         ",\"frequency\":{\"frequency\":\"0 0 0 30 2 ?\","
                         "\"start_time\":\"2026-01-01T00:00:00Z\","
                         "\"end_time\":\"2099-01-01T00:00:00Z\"}"),
                    "]}"),
       "caller", "", 3);
  const auto answers = listener_.Await("\"transaction_id\":\"wrong\"");
  ASSERT_THAT(answers, SizeIs(1));
  const std::string& answer = answers[0];
  EXPECT_THAT(answer, AllOf(HasSubstr("rjct.notify_types.invalid"),
                            HasSubstr("rjct.notify_details.invalid"),
                            HasSubstr("\"status\":\"succ\"")));
}

TEST_F(SubscriptionsTest, TransactionStatusIsFoundByTheCode) {
  StartSite();
  const std::string code = Subscribe("created", kPoor);
  ASSERT_THAT(code, SizeIs(36));
  const auto ask = [&](const std::string& type, const std::string& sender) {
    const std::string id = absl::StrCat("status-", ++last_);
    const std::string header = absl::StrReplaceAll(
        HeaderJson(sender, id, ""), {{"\"search\"", "\"txn-status\""}});
    return site_
        ->Call(site_->Url("/registry/sync/txn/status"),
               absl::StrCat("{\"signature\":\"\",\"header\":", header,
                            ",\"message\":{\"transaction_id\":\"", id,
                            "\",\"txnstatus_request\":{\"reference_id\":\"r\","
                            "\"txn_type\":\"",
                            type,
                            "\",\"attribute_type\":\"subscription_code_list\","
                            "\"attribute_value\":[\"",
                            code, "\"]}}}"))
        .body;
  };
  EXPECT_THAT(ask("subscribe", "caller"),
              AllOf(HasSubstr("subscribe_response"), HasSubstr(code)));
  EXPECT_THAT(ask("subscribe", "other"), Not(HasSubstr(code)));
  EXPECT_THAT(ask("unsubscribe", "caller"), Not(HasSubstr(code)));
  Send("unsubscribe",
       absl::StrCat("{\"transaction_id\":\"end\",\"timestamp\":"
                    "\"2026-01-01T00:00:00Z\",\"subscription_codes\":[\"",
                    code, "\"]}"));
  ASSERT_THAT(listener_.Await("/registry/on-unsubscribe "), SizeIs(1));
  EXPECT_THAT(ask("unsubscribe", "caller"),
              AllOf(HasSubstr("subscription_status"), HasSubstr(code)));
}

TEST_F(SubscriptionsTest, TheOperatorSeesAndStopsSubscriptions) {
  config_.mutable_registries(0)->mutable_subscriptions()->set_approval(true);
  StartSite();
  Send("subscribe",
       absl::StrCat("{\"transaction_id\":\"ask\",\"subscribe_request\":[{"
                    "\"reference_id\":\"r\",\"timestamp\":"
                    "\"2026-01-01T00:00:00Z\",\"subscribe_criteria\":{"
                    "\"reg_event_type\":\"any\",\"filter_type\":\"expression\","
                    "\"notify_record_type\":\"Group\",\"filter\":",
                    kPoor, "}}]}"));
  std::string code;
  const absl::Time until = absl::Now() + absl::Seconds(30);
  while (code.empty() && absl::Now() < until)
    code = MemberOf(Admin("/admin/subscriptions/list", "{}").body, "code");
  ASSERT_THAT(code, SizeIs(36));
  Load("h-0", "1");
  const std::string named = absl::StrCat("{\"code\":\"", code, "\"}");
  EXPECT_THAT(Admin("/admin/subscriptions/approve", named).body,
              HasSubstr("SUBSCRIPTION_STATE_ACTIVE"));
  // The subscriber is told by the callback it has waited for.
  const auto told = listener_.Await("/registry/on-subscribe ");
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_THAT(told[0],
              AllOf(HasSubstr(code), HasSubstr("\"status\":\"succ\"")));
  Load("h-1", "1");
  ASSERT_THAT(listener_.Await("\"h-1\""), SizeIs(1));
  EXPECT_THAT(Admin("/admin/subscriptions/suspend", named).body,
              HasSubstr("SUBSCRIPTION_STATE_SUSPENDED"));
  EXPECT_EQ(Admin("/admin/subscriptions/suspend", named).status / 100, 4);
  EXPECT_THAT(site_->Call(site_->Url("/metrics"), "").body,
              HasSubstr("dci_subscriptions{"));
  EXPECT_THAT(site_->Call(site_->Url("/capabilities"), "").body,
              HasSubstr("\"event_types\":[\"new_household_member\""));
  EXPECT_THAT(Admin("/admin/subscriptions/delete", named).body,
              HasSubstr("true"));
  EXPECT_THAT(listener_.Await("\"h-0\"", 0), IsEmpty());
}

TEST_F(SubscriptionsTest, NotificationsGoToTheAddressThatWasAskedFor) {
  config_.mutable_participants(0)->mutable_subscriptions()->set_notify_to(
      config::v1::NOTIFY_TO_SENDER_URI);
  StartSite();
  const std::string code =
      Subscribe("any", kPoor, "", "caller", Base() + "/my/own");
  ASSERT_THAT(code, SizeIs(36));
  Load("h-1", "1");
  const auto told = listener_.Await(MetaOf(code));
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_THAT(told[0], StartsWith("/my/own "));
}

TEST_F(SubscriptionsTest, AfterARestartWhatWasChangedIsTold) {
  StartSite();
  const std::string code = Subscribe("any", kPoor);
  ASSERT_THAT(code, SizeIs(36));
  listener_.Answer(503, "");
  Load("h-1", "1");
  Load("h-2", "2");
  ASSERT_THAT(listener_.Await(MetaOf(code)), Not(IsEmpty()));
  Restart();
  listener_.Answer(200, kAck);
  ASSERT_THAT(listener_.Await("h-2"), Not(IsEmpty()));
}

TEST_F(SubscriptionsTest, AReceiverThatRefusesIsSuspendedAndResumed) {
  StartSite();
  const std::string code = Subscribe("any", kPoor);
  ASSERT_THAT(code, SizeIs(36));
  listener_.Answer(200, kErr);
  Load("h-1", "1");
  // The one that was refused is parked, and stands for all that follow.
  const absl::Time until = absl::Now() + absl::Seconds(30);
  while (absl::Now() < until) {
    const auto parked = Admin("/admin/parked/list", "{}");
    if (absl::StrContains(parked.body, code)) break;
  }
  listener_.Answer(200, kAck);
  Load("h-2", "2");
  EXPECT_EQ(Subscribe("any", kPoor), code);
  const auto told = listener_.Await("h-2");
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_THAT(listener_.Await("\"h-1\"", 2), SizeIs(2));
}

}  // namespace
}  // namespace dci::e2e
