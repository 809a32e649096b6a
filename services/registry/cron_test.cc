#include "services/registry/cron.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/clock.h"
#include "services/base/status_matchers.h"

namespace dci::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kFormat[] = "%Y-%m-%d %H:%M:%S";

absl::Time At(absl::string_view text, absl::TimeZone zone) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(kFormat, text, zone, &time, &error)) << error;
  return time;
}

std::string NextOf(absl::string_view cron, absl::string_view after,
                   absl::TimeZone zone = absl::UTCTimeZone()) {
  const absl::StatusOr<Cron> parsed = Cron::Parse(cron);
  if (!parsed.ok()) return std::string(parsed.status().message());
  const auto next = parsed->Next(At(after, zone), zone);
  return next.has_value() ? absl::FormatTime(kFormat, *next, zone) : "never";
}

std::vector<std::string> Days(absl::string_view cron, absl::string_view after,
                              int count) {
  std::vector<std::string> days;
  const absl::StatusOr<Cron> parsed = Cron::Parse(cron);
  EXPECT_OK(parsed);
  absl::Time time = At(after, absl::UTCTimeZone());
  for (int i = 0; i < count; ++i) {
    time = parsed->Next(time, absl::UTCTimeZone())
               .value_or(absl::InfiniteFuture());
    days.push_back(absl::FormatTime("%m-%d", time, absl::UTCTimeZone()));
  }
  return days;
}

struct Case {
  const char* cron;
  const char* after;
  const char* next;
};

class CronNext : public testing::TestWithParam<Case> {};

TEST_P(CronNext, IsTheFirstThatFits) {
  EXPECT_EQ(NextOf(GetParam().cron, GetParam().after), GetParam().next)
      << GetParam().cron;
}

constexpr Case kCases[] = {
    // The standard's own example.
    {"0 0 0 5,15 * ? *", "2026-11-05 00:00:00", "2026-11-15 00:00:00"},
    {"0 0 0 5,15 * ? *", "2026-11-15 00:00:00", "2026-12-05 00:00:00"},
    {"* * * * * ? *", "2026-11-24 09:59:59", "2026-11-24 10:00:00"},
    {"0 0 12 * * ?", "2026-11-24 12:00:00", "2026-11-25 12:00:00"},
    {"0 0 12 * * *", "2026-11-24 11:00:00", "2026-11-24 12:00:00"},
    {"0 15 10 ? * *", "2026-12-31 10:15:00", "2027-01-01 10:15:00"},
    {"0/15 * * * * ?", "2026-11-24 09:00:46", "2026-11-24 09:01:00"},
    {"5/20 * * * * ?", "2026-11-24 09:00:26", "2026-11-24 09:00:45"},
    {"0 */7 * * * ?", "2026-11-24 09:56:00", "2026-11-24 10:00:00"},
    {"0 0-5 14 * * ?", "2026-11-24 14:05:00", "2026-11-25 14:00:00"},
    {"0 0 22-2 * * ?", "2026-11-24 22:30:00", "2026-11-24 23:00:00"},
    {"0 0 22-2 * * ?", "2026-11-25 02:00:00", "2026-11-25 22:00:00"},
    {"0 0 22-2/2 * * ?", "2026-11-24 22:00:00", "2026-11-25 00:00:00"},
    {"0 0 8 ? * MON-FRI", "2026-11-27 08:00:00", "2026-11-30 08:00:00"},
    {"0 0 8 ? * FRI-MON", "2026-11-23 08:00:00", "2026-11-27 08:00:00"},
    {"0 0 8 ? * 2", "2026-11-24 00:00:00", "2026-11-30 08:00:00"},
    {"0 0 8 ? * sun", "2026-11-24 00:00:00", "2026-11-29 08:00:00"},
    {"0 0 8 ? * L", "2026-11-24 00:00:00", "2026-11-28 08:00:00"},
    {"0 0 0 L * ?", "2027-02-01 00:00:00", "2027-02-28 00:00:00"},
    {"0 0 0 L * ?", "2028-02-01 00:00:00", "2028-02-29 00:00:00"},
    {"0 0 0 L-2 * ?", "2026-11-01 00:00:00", "2026-11-28 00:00:00"},
    {"0 0 0 L-30 * ?", "2026-11-01 00:00:00", "2026-12-01 00:00:00"},
    // 2026-10-31 is a Saturday, 2027-01-31 a Sunday.
    {"0 0 0 LW * ?", "2026-10-01 00:00:00", "2026-10-30 00:00:00"},
    {"0 0 0 LW * ?", "2027-01-01 00:00:00", "2027-01-29 00:00:00"},
    // 2026-11-15 is a Sunday, 2026-11-14 a Saturday.
    {"0 0 0 15W * ?", "2026-11-01 00:00:00", "2026-11-16 00:00:00"},
    {"0 0 0 14W * ?", "2026-11-01 00:00:00", "2026-11-13 00:00:00"},
    // 2026-08-01 is a Saturday: not into the month before.
    {"0 0 0 1W 8 ?", "2026-07-30 00:00:00", "2026-08-03 00:00:00"},
    // 2027-01-31 is a Sunday: not into the month after.
    {"0 0 0 31W 1 ?", "2027-01-01 00:00:00", "2027-01-29 00:00:00"},
    // No 31st in November.
    {"0 0 0 31W * ?", "2026-11-01 00:00:00", "2026-12-31 00:00:00"},
    {"0 0 0 ? * 6L", "2026-11-01 00:00:00", "2026-11-27 00:00:00"},
    {"0 0 0 ? * FRIL", "2026-11-27 00:00:00", "2026-12-25 00:00:00"},
    {"0 0 0 ? * 6#3", "2026-11-01 00:00:00", "2026-11-20 00:00:00"},
    {"0 0 0 ? * MON#5", "2026-11-01 00:00:00", "2026-11-30 00:00:00"},
    {"0 0 0 ? * MON#5", "2026-11-30 00:00:00", "2027-03-29 00:00:00"},
    {"0 0 0 29 2 ?", "2026-11-24 00:00:00", "2028-02-29 00:00:00"},
    {"0 0 0 29 2 ?", "2096-03-01 00:00:00", "2104-02-29 00:00:00"},
    {"0 0 0 1 JAN ? 2030", "2026-11-24 00:00:00", "2030-01-01 00:00:00"},
    {"0 0 0 1 JAN ? 2030", "2030-01-01 00:00:00", "never"},
    {"0 0 0 1 1 ? 2026-2030/2", "2027-05-01 00:00:00", "2028-01-01 00:00:00"},
    {"0 0 0 30 2 ?", "2026-11-24 00:00:00", "never"},
    {"0 0 0 1 * ?", "1960-06-05 00:00:00", "1970-01-01 00:00:00"},
    {"daily", "2026-11-24 09:00:00", "2026-11-25 00:00:00"},
    {"@hourly", "2026-11-24 09:00:00", "2026-11-24 10:00:00"},
    {"Weekly", "2026-11-24 09:00:00", "2026-11-29 00:00:00"},
    {"monthly", "2026-11-24 09:00:00", "2026-12-01 00:00:00"},
    {"yearly", "2026-11-24 09:00:00", "2027-01-01 00:00:00"},
    {"  0  0\t0 1 * ?  ", "2026-11-24 09:00:00", "2026-12-01 00:00:00"},
};
INSTANTIATE_TEST_SUITE_P(All, CronNext, testing::ValuesIn(kCases));

class CronRefuses : public testing::TestWithParam<Case> {};

TEST_P(CronRefuses, NamingTheField) {
  const auto cron = Cron::Parse(GetParam().cron);
  ASSERT_TRUE(absl::IsInvalidArgument(cron.status())) << GetParam().cron;
  EXPECT_THAT(std::string(cron.status().message()), HasSubstr(GetParam().next));
}

constexpr Case kWrong[] = {
    {"", "", "six or seven"},
    {"sometimes", "", "six or seven"},
    {"0 0 * * *", "", "six or seven"},
    {"0 0 0 1 * ? * *", "", "six or seven"},
    {"60 0 0 1 * ?", "", "seconds"},
    {"0 -1 0 1 * ?", "", "minutes"},
    {"0 0 24 1 * ?", "", "hours"},
    {"0 0 0 32 * ?", "", "day of month"},
    {"0 0 0 0 * ?", "", "day of month"},
    {"0 0 0 L-31 * ?", "", "day of month"},
    {"0 0 0 W * ?", "", "day of month"},
    {"0 0 0 1 13 ?", "", "month"},
    {"0 0 0 1 FOO ?", "", "month"},
    {"0 0 0 ? * 0", "", "day of week"},
    {"0 0 0 ? * 8", "", "day of week"},
    {"0 0 0 ? * 6#6", "", "day of week"},
    {"0 0 0 ? * #1", "", "day of week"},
    {"0 0 0 1 * ? 1969", "", "year"},
    {"0 0 0 1 * ? 99999", "", "year"},
    {"0 0 0 1 * MON", "", "must be ?"},
    {"0 0/0 0 1 * ?", "", "minutes"},
    {"0 0,, 0 1 * ?", "", "minutes"},
    {"0 1-2-3 0 1 * ?", "", "minutes"},
    {"0 */ 0 1 * ?", "", "minutes"},
    {"0 ? 0 1 * ?", "", "minutes"},
};
INSTANTIATE_TEST_SUITE_P(All, CronRefuses, testing::ValuesIn(kWrong));

TEST(Cron, ListsMayMixWhatADayCanBe) {
  EXPECT_THAT(Days("0 0 0 1,15W,L * ?", "2026-11-01 12:00:00", 4),
              ElementsAre("11-16", "11-30", "12-01", "12-15"));
  EXPECT_THAT(Days("0 0 0 ? * MON#1,FRIL", "2026-11-01 12:00:00", 4),
              ElementsAre("11-02", "11-27", "12-07", "12-25"));
}

TEST(Cron, IsOnTheClocksOfItsZone) {
  absl::TimeZone nairobi = absl::FixedTimeZone(3 * 60 * 60);
  const auto cron = Cron::Parse("0 0 6 * * ?");
  ASSERT_OK(cron);
  const auto next =
      cron->Next(At("2026-11-24 02:59:59", absl::UTCTimeZone()), nairobi);
  ASSERT_TRUE(next.has_value());
  EXPECT_EQ(*next, At("2026-11-24 03:00:00", absl::UTCTimeZone()));
}

TEST(Cron, TimesThatClocksSkipOrShowTwiceComeOnce) {
  absl::TimeZone berlin;
  if (!absl::LoadTimeZone("Europe/Berlin", &berlin))
    GTEST_SKIP() << "no zone data";
  const auto cron = Cron::Parse("0 30 2 * * ?");
  ASSERT_OK(cron);
  // 2027-03-28: from 02:00 to 03:00.
  EXPECT_EQ(cron->Next(At("2027-03-27 02:30:00", berlin), berlin),
            At("2027-03-28 01:00:00", absl::UTCTimeZone()));
  // 2026-10-25: 02:30 comes at 00:30 and at 01:30 UTC.
  const absl::Time first = At("2026-10-25 00:30:00", absl::UTCTimeZone());
  EXPECT_EQ(cron->Next(At("2026-10-24 12:00:00", berlin), berlin), first);
  EXPECT_EQ(cron->Next(first, berlin), At("2026-10-26 02:30:00", berlin));
}

TEST(Cron, FractionsOfASecondDoNotMatter) {
  const auto cron = Cron::Parse("* * * * * ?");
  ASSERT_OK(cron);
  const absl::Time time = At("2026-11-24 09:00:00", absl::UTCTimeZone());
  EXPECT_EQ(cron->Next(time + absl::Milliseconds(999), absl::UTCTimeZone()),
            time + absl::Seconds(1));
  EXPECT_EQ(cron->Next(time - absl::Nanoseconds(1), absl::UTCTimeZone()), time);
}

}  // namespace
}  // namespace dci::registry
