#include "services/registry/log_trim.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/registry/change_log.h"
#include "services/registry/test_subscriptions.h"
#include "services/registry/watch.h"
#include "services/schema/reason.h"

namespace dci::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

SubscriptionsOptions Days(int days) {
  SubscriptionsOptions options;
  options.config.set_log_days(days);
  return options;
}

size_t Rows(const TestSubscriptions& site) {
  size_t rows = 0;
  for (auto cursor = site.store->GetSnapshot()->Scan(
           {site.registry->spaces().changes, "", ""});
       cursor->Valid(); cursor->Next())
    ++rows;
  return rows;
}

void Trim(TestSubscriptions& site) {
  const auto more =
      LogTrimmer({site.subscriptions.get()}).ExecutePass(site.now);
  ASSERT_OK(more);
  EXPECT_FALSE(*more);
}

TEST(LogTrim, OldChangesThatNobodyIsOwedGo) {
  TestSubscriptions site(Days(7));
  for (int i = 0; i < 3; ++i) site.Put("1", absl::StrCat(i));
  site.now += absl::Hours(24 * 7);
  site.Put("1", "9");
  Trim(site);
  EXPECT_EQ(Rows(site), 4u);
  site.now += absl::Seconds(1);
  Trim(site);
  EXPECT_EQ(Rows(site), 1u);
}

TEST(LogTrim, WithoutADayNothingGoes) {
  TestSubscriptions site;
  site.Put("1", "1");
  site.now += absl::Hours(24 * 10000);
  Trim(site);
  EXPECT_EQ(Rows(site), 1u);
}

TEST(LogTrim, WhatIsOwedStays) {
  TestSubscriptions site(Days(7));
  const std::string at_once = site.CodeFor("a", Criteria("any"));
  const std::string yearly =
      site.CodeFor("b", Criteria("any", "{}", "0 0 0 1 1 ? 2030"));
  const uint64_t first = site.Put("1", "1");
  site.now += absl::Hours(24 * 8);
  // Not handed on.
  Trim(site);
  EXPECT_EQ(Rows(site), 1u);
  // In the outbox, and collected.
  site.Pass();
  Trim(site);
  EXPECT_EQ(Rows(site), 1u);
  EXPECT_THAT(site.DeliverByCode()[at_once], ElementsAre(first));
  Trim(site);
  EXPECT_EQ(Rows(site), 1u);
  ASSERT_OK(site.Unsubscribe("b", {yearly}));
  site.Pass();
  EXPECT_THAT(site.DeliverByCode()[yearly], ElementsAre(first));
  Trim(site);
  EXPECT_EQ(Rows(site), 0u);
}

TEST(LogTrim, ASuspendedOneIsWaitedForAsLongAsTheLogIsKept) {
  TestSubscriptions site(Days(7));
  const std::string code = site.CodeFor("a", Criteria("any"));
  ASSERT_OK(site.Commit([&](storage::CommitView& view) {
    return Suspend(site.subscriptions->rows(), code, "down", site.now, view)
        .status();
  }));
  site.Put("1", "1");
  site.Pass();
  site.now += absl::Hours(24 * 7);
  Trim(site);
  EXPECT_EQ(Rows(site), 1u);
  site.now += absl::Hours(1);
  Trim(site);
  EXPECT_EQ(site.Row(code).state(), state::Subscription::EXPIRED);
  EXPECT_THAT(site.Row(code).note(), HasSubstr("change log"));
  EXPECT_EQ(Rows(site), 0u);
}

TEST(LogTrim, CursorsFromBeforeAreTooOld) {
  TestSubscriptions site(Days(7));
  const WatchReader reader(site.subscriptions.get());
  ext::v1::WatchRequest request;
  auto query = reader.Read(request, "sp", *site.store->GetSnapshot());
  ASSERT_OK(query);
  site.Put("1", "1");
  site.now += absl::Hours(24 * 8);
  Trim(site);
  request.set_cursor(reader.CursorOf(*query));
  EXPECT_EQ(
      schema::ReasonOf(
          reader.Read(request, "sp", *site.store->GetSnapshot()).status()),
      common::v1::REASON_REQUEST_NOT_FOUND);
  request.set_cursor("earliest");
  EXPECT_OK(reader.Read(request, "sp", *site.store->GetSnapshot()));
}

}  // namespace
}  // namespace dci::registry
