#include "services/net/response_head.h"

#include "services/base/status_matchers.h"

namespace dci::net {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// RFC 9110 5.6.7's example.
const absl::Time kNow = absl::FromUnixSeconds(784111777);

TEST(ResponseHeadTest, IsWrittenLineByLine) {
  HttpResponse response;
  response.status = 404;
  response.headers = {{"Content-Type", "text/plain"}, {"X", "1"}, {"X", "2"}};
  response.body = "abc";
  EXPECT_EQ(ResponseHead(response, {.now = kNow}),
            "HTTP/1.1 404 Not Found\r\n"
            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Content-Type: text/plain\r\nX: 1\r\nX: 2\r\n"
            "Content-Length: 3\r\n\r\n");
}

TEST(ResponseHeadTest, TheDateFollowsTheTime) {
  EXPECT_THAT(ResponseHead({}, {.now = kNow + absl::Seconds(1)}),
              HasSubstr("08:49:38 GMT"));
  EXPECT_THAT(ResponseHead({}, {.now = kNow}), HasSubstr("08:49:37 GMT"));
}

TEST(ResponseHeadTest, FramingFieldsAreOurs) {
  HttpResponse response;
  response.headers = {{"content-length", "12345"},
                      {"Transfer-encoding", "gzip"},
                      {"Connection", "upgrade"},
                      {"DATE", "never"}};
  const std::string head =
      ResponseHead(response, {.framing = Framing::kChunked, .now = kNow});
  EXPECT_THAT(head, HasSubstr("Transfer-Encoding: chunked\r\n"));
  for (const char* theirs :
       {"12345", "gzip", "upgrade", "never", "Connection"}) {
    EXPECT_THAT(head, Not(HasSubstr(theirs)));
  }
}

TEST(ResponseHeadTest, SaysWhetherTheConnectionStays) {
  EXPECT_THAT(ResponseHead({}, {.close = true, .http10 = true, .now = kNow}),
              HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(ResponseHead({}, {.http10 = true, .now = kNow}),
              HasSubstr("Connection: keep-alive\r\n"));
}

TEST(ResponseHeadTest, NothingTellsTheLengthOfNoBody) {
  for (const Framing framing : {Framing::kNone, Framing::kClose}) {
    const std::string head =
        ResponseHead({}, {.framing = framing, .now = kNow});
    EXPECT_THAT(head, Not(HasSubstr("Content-Length")));
    EXPECT_THAT(head, Not(HasSubstr("Transfer-Encoding")));
  }
}

}  // namespace
}  // namespace dci::net
