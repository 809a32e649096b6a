#include "services/server/json_log.h"

#include <string>
#include <thread>
#include <vector>

#include "services/base/status_matchers.h"

namespace dci::server {
namespace {

TEST(JsonLog, LeavesOutWhatIsEmpty) {
  exchange::LogEvent event;
  event.kind = exchange::LogEvent::Kind::kRefused;
  event.time = absl::UnixEpoch();
  event.method = "dci.social.v1.SocialRegistry.Search";
  event.outcome = "err.signature.missing";
  EXPECT_EQ(LogLine(event),
            "{\"event\":\"refused\",\"time\":\"1970-01-01T00:00:00.000Z\","
            "\"method\":\"dci.social.v1.SocialRegistry.Search\","
            "\"outcome\":\"err.signature.missing\"}");
}

TEST(JsonLog, ASenderCannotForgeALine) {
  exchange::LogEvent event;
  event.message_id = "x\"}\n{\"event\":\"answered";
  const std::string line = LogLine(event);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_NE(line.find("x\\\"}\\n{"), std::string::npos);
}

TEST(JsonLog, WritesOneLineWithTheInstitution) {
  std::FILE* file = std::tmpfile();
  ASSERT_NE(file, nullptr);
  JsonLog log("sr", file);
  log.Note("started", "http 1");
  std::rewind(file);
  char line[512] = {};
  ASSERT_NE(std::fgets(line, sizeof(line), file), nullptr);
  EXPECT_THAT(line, ::testing::StartsWith("{\"institution\":\"sr\",\"event\":"
                                          "\"started\""));
  EXPECT_EQ(std::fgets(line, sizeof(line), file), nullptr);
  std::fclose(file);
}

std::vector<std::string> LinesOf(std::FILE* file) {
  std::vector<std::string> lines;
  std::rewind(file);
  for (char line[512]; std::fgets(line, sizeof(line), file) != nullptr;)
    lines.push_back(line);
  return lines;
}

exchange::LogEvent EventWithId(const std::string& id) {
  exchange::LogEvent event;
  event.message_id = id;
  return event;
}

TEST(JsonLog, WritesWhatIsWaitingBeforeItGoes) {
  std::FILE* file = std::tmpfile();
  ASSERT_NE(file, nullptr);
  {
    JsonLog log("sr", file);
    for (int i = 0; i < 100; ++i) log.Log(EventWithId(std::to_string(i)));
  }
  const std::vector<std::string> lines = LinesOf(file);
  ASSERT_EQ(lines.size(), 100u);
  for (int i = 0; i < 100; ++i) {
    EXPECT_THAT(lines[i], ::testing::HasSubstr("\"message_id\":\"" +
                                               std::to_string(i) + "\""));
  }
  std::fclose(file);
}

// What an operator must act upon waits for nothing, and overtakes nothing.
TEST(JsonLog, ANoteAndAParkedMessageAreWrittenAtOnceAfterWhatCameBefore) {
  std::FILE* file = std::tmpfile();
  ASSERT_NE(file, nullptr);
  JsonLog log("sr", file);
  log.Log(EventWithId("first"));
  exchange::LogEvent parked = EventWithId("second");
  parked.kind = exchange::LogEvent::Kind::kParked;
  log.Log(parked);
  ASSERT_EQ(LinesOf(file).size(), 2u);
  log.Log(EventWithId("third"));
  log.Note("stopping", "");
  const std::vector<std::string> lines = LinesOf(file);
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_THAT(lines[0], ::testing::HasSubstr("first"));
  EXPECT_THAT(lines[1], ::testing::HasSubstr("parked"));
  EXPECT_THAT(lines[2], ::testing::HasSubstr("third"));
  EXPECT_THAT(lines[3], ::testing::HasSubstr("stopping"));
  std::fclose(file);
}

TEST(JsonLog, ALongIdDoesNotFillTheDisk) {
  const std::string line = LogLine(EventWithId(std::string(1 << 20, 'x')));
  EXPECT_THAT(line, ::testing::HasSubstr(std::string(256, 'x')));
  EXPECT_LT(line.size(), 1000u);
  // Cut between characters.
  std::string id(255, 'x');
  id += "\xc3\xa4\xc3\xa4";
  EXPECT_THAT(LogLine(EventWithId(id)),
              ::testing::HasSubstr(std::string(255, 'x') + "\""));
}

TEST(JsonLog, KeepsLinesWholeAndHoldsABoundedAmount) {
  std::FILE* file = std::tmpfile();
  ASSERT_NE(file, nullptr);
  constexpr int kThreads = 4, kEach = 10000;  // several times what may wait
  {
    JsonLog log("sr", file);
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t)
      threads.emplace_back([&log] {
        for (int i = 0; i < kEach; ++i) log.Log(EventWithId("some-id"));
      });
    for (std::thread& thread : threads) thread.join();
    EXPECT_GT(LinesOf(file).size(), 0u);
  }
  const std::vector<std::string> lines = LinesOf(file);
  ASSERT_EQ(lines.size(), static_cast<size_t>(kThreads * kEach));
  for (const std::string& line : lines) {
    EXPECT_THAT(line, ::testing::StartsWith("{\"institution\":\"sr\","));
    EXPECT_THAT(line, ::testing::EndsWith("}\n"));
  }
  std::fclose(file);
}

}  // namespace
}  // namespace dci::server
