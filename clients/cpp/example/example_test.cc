// The example works, and README shows it as it is.
#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/str_replace.h"
#include "clients/cpp/example/find_group.h"
#include "clients/cpp/runtime/testing/fake_server.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"

namespace dci::example {
namespace {

std::string ReadFile(const std::string& name) {
  std::ifstream in(name);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string Page(const std::string& number, const std::string& score) {
  return R"({"header":{"message_id":"1","action":"on-search","status":"succ"},)"
         R"("message":{"search_response":[{"reference_id":"1","status":"succ",)"
         R"("data":{"reg_record_type":"Group","reg_records":[{"@type":"Group",)"
         R"("poverty_score":")" +
         score + R"("}]},"pagination":{"page_size":1,"page_number":)" + number +
         R"(,"total_count":2}}]}})";
}

TEST(Example, WalksAllPages) {
  client::FakeServer server;
  server.Then(200, Page("1", "4.0"));
  server.Then(200, Page("2", "5.5"));
  ASSERT_OK_AND_ASSIGN(const auto groups,
                       FindGroup(server.url(), "UIN", "847951632"));
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].poverty_score(), "4.0");
  EXPECT_EQ(groups[1].poverty_score(), "5.5");
  EXPECT_EQ(server.requests().size(), 2u);
  EXPECT_THAT(server.requests()[1].body, testing::HasSubstr("page_number\":2"));
}

TEST(Example, StandsInReadmeAsItIsCompiled) {
  const std::string source = ReadFile("clients/cpp/example/find_group.cc");
  const size_t begin = source.find("  // README begins\n");
  const size_t end = source.find("  // README ends\n");
  ASSERT_NE(begin, std::string::npos);
  std::string shown;
  std::istringstream lines(source.substr(begin, end - begin));
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) shown += line.substr(2) + "\n";
  EXPECT_THAT(ReadFile("clients/cpp/README.md"), testing::HasSubstr(shown));
}

}  // namespace
}  // namespace dci::example
