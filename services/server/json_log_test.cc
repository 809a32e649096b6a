#include "services/server/json_log.h"

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

}  // namespace
}  // namespace dci::server
