#include "services/server/metrics_page.h"

#include "services/base/status_matchers.h"

namespace dci::server {
namespace {

using ::testing::HasSubstr;

TEST(MetricsPage, WritesFamiliesWithLabels) {
  const std::string page = MetricsPage({
      {"dci_messages_total", "Messages.", true, {}, 3},
      {"dci_queue", "Waiting.", false, {{"destination", "a\"b"}}, 2},
      {"dci_queue", "Waiting.", false, {{"destination", "c"}}, 0},
  });
  EXPECT_THAT(page, HasSubstr("# TYPE dci_messages_total counter\n"));
  EXPECT_THAT(page, HasSubstr("dci_messages_total 3"));
  EXPECT_THAT(page, HasSubstr("# TYPE dci_queue gauge\n"));
  EXPECT_THAT(page, HasSubstr("dci_queue{destination=\"a\\\"b\"} 2"));
  EXPECT_THAT(page, HasSubstr("dci_queue{destination=\"c\"} 0"));
  EXPECT_EQ(page.find("# TYPE dci_queue"), page.rfind("# TYPE dci_queue"));
}

}  // namespace
}  // namespace dci::server
