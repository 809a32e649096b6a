// The page that Prometheus scrapes.
#ifndef CONVERGENCE_SERVICES_SERVER_METRICS_PAGE_H_
#define CONVERGENCE_SERVICES_SERVER_METRICS_PAGE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace dci::server {

// One number at the time of asking.
struct Sample {
  std::string name;  // "dci_exchange_received_total"
  std::string help;
  bool counter = true;  // otherwise a gauge
  std::vector<std::pair<std::string, std::string>> labels;
  double value = 0;
};

// Text in the Prometheus exposition format 0.0.4. Samples of one name must
// stand together, with the same help and kind.
std::string MetricsPage(const std::vector<Sample>& samples);

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_METRICS_PAGE_H_
