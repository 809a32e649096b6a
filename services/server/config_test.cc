#include "services/server/config.h"

#include "services/base/status_matchers.h"

namespace dci::server {
namespace {

using ::testing::HasSubstr;
constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

TEST(Config, DefaultsAreStrictAndBounded) {
  ASSERT_OK_AND_ASSIGN(auto config, ParseConfig("id: \"sr\"", "x.textproto"));
  EXPECT_EQ(config.http().address(), "127.0.0.1");
  EXPECT_EQ(config.limits().max_message_bytes(), 10 << 20);
  EXPECT_EQ(config.delivery().max_attempts(), 12);
  EXPECT_EQ(config.async_http_status(), 200);
  EXPECT_EQ(config.participants_size(), 0);
}

TEST(Config, ErrorsNameFileLineAndColumn) {
  EXPECT_THAT(ParseConfig("id: \"sr\"\nport: 1", "x.textproto"),
              StatusIs(kInvalid, HasSubstr("x.textproto:2:")));
  EXPECT_THAT(ParseConfig("", "x"), StatusIs(kInvalid, HasSubstr("id")));
}

TEST(Config, LimitsOutOfBoundsAreNamed) {
  EXPECT_THAT(ParseConfig("id: \"a\" limits { max_items: -1 }", "x"),
              StatusIs(kInvalid, HasSubstr("limits.max_items")));
  EXPECT_THAT(ParseConfig("id: \"a\" delivery { max_attempts: 1001 }", "x"),
              StatusIs(kInvalid, HasSubstr("delivery.max_attempts")));
  EXPECT_THAT(ParseConfig("id: \"a\" async_http_status: 201", "x"),
              StatusIs(kInvalid, HasSubstr("async_http_status")));
}

TEST(Config, ParticipantsAreUnique) {
  EXPECT_THAT(ParseConfig("id: \"a\" participants { sender_id: \"b\" } "
                          "participants { sender_id: \"b\" }",
                          "x"),
              StatusIs(kInvalid, HasSubstr("sender_id b")));
}

TEST(Config, StrangersAreLetInOnLoopbackOnly) {
  const std::string strangers =
      "id: \"a\" participants { sender_id: \"*\" signature: POLICY_OPTIONAL "
      "authorization: POLICY_OFF } ";
  EXPECT_OK(ParseConfig(strangers, "x"));
  EXPECT_THAT(ParseConfig(strangers + "http { address: \"0.0.0.0\" }", "x"),
              StatusIs(kInvalid, HasSubstr("loopback")));
  EXPECT_THAT(ParseConfig(strangers + "grpc { address: \"10.1.2.3\" }", "x"),
              StatusIs(kInvalid, HasSubstr("loopback")));
}

TEST(Config, AMissingFileIsSaid) {
  EXPECT_THAT(LoadConfig("/no/such/file"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("/no/such")));
}

}  // namespace
}  // namespace dci::server
