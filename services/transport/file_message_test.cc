#include "services/transport/file_message.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/schema/reason.h"

namespace dci::transport {
namespace {

using ::testing::HasSubstr;

constexpr char kType[] = "multipart/form-data; boundary=xx";

schema::Method SearchMethod() {
  schema::Method method;
  method.actions = {"search", "find"};
  return method;
}

std::string Form(
    const std::vector<std::pair<std::string, std::string>>& parts) {
  std::string body;
  for (const auto& [name, value] : parts)
    absl::StrAppend(&body, "--xx\r\nContent-Disposition: form-data; name=\"",
                    name, "\"\r\n\r\n", value, "\r\n");
  return body + "--xx--\r\n";
}

void ExpectRefused(const std::string& body, const std::string& why) {
  const absl::Status status =
      MessageOfFile(SearchMethod(), kType, body).status();
  EXPECT_EQ(schema::ReasonOf(status), dci::common::v1::REASON_REQUEST_BAD);
  EXPECT_THAT(std::string(status.message()), HasSubstr(why));
}

TEST(MessageOfFileTest, IsTheFileByteForByte) {
  const std::string message = "{ \"header\":{},\r\n\"message\":{} }\n";
  for (const auto& format : {"json", "JSON", ""}) {
    ASSERT_OK_AND_ASSIGN(const std::string read,
                         MessageOfFile(SearchMethod(), kType,
                                       Form({{"action", "find"},
                                             {"fileFormat", format},
                                             {"fileName", message}})));
    EXPECT_EQ(read, message);
  }
  EXPECT_OK(MessageOfFile(SearchMethod(), kType,
                          Form({{"fileName", message}, {"action", "search"}})));
}

TEST(MessageOfFileTest, SaysWhatIsWrong) {
  ExpectRefused("no parts at all", "no boundary");
  ExpectRefused(Form({{"fileName", "{}"}}), "action is missing");
  ExpectRefused(Form({{"action", "search"}}), "fileName");
  ExpectRefused(Form({{"action", "subscribe"}, {"fileName", "{}"}}),
                "no action of this operation");
  ExpectRefused(
      Form({{"action", "search"}, {"fileFormat", "csv"}, {"fileName", "a,b"}}),
      "only json");
  ExpectRefused(
      Form({{"action", "search"}, {"fileName", "{}"}, {"fileName", "{}"}}),
      "twice");
}

}  // namespace
}  // namespace dci::transport
