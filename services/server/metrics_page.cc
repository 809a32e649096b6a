#include "services/server/metrics_page.h"

#include "prometheus/metric_family.h"
#include "prometheus/text_serializer.h"

namespace dci::server {
namespace {

prometheus::ClientMetric MetricOf(const Sample& sample) {
  prometheus::ClientMetric metric;
  for (const auto& [name, value] : sample.labels)
    metric.label.push_back({name, value});
  if (sample.counter)
    metric.counter.value = sample.value;
  else
    metric.gauge.value = sample.value;
  return metric;
}

}  // namespace

std::string MetricsPage(const std::vector<Sample>& samples) {
  std::vector<prometheus::MetricFamily> families;
  for (const Sample& sample : samples) {
    if (families.empty() || families.back().name != sample.name) {
      prometheus::MetricFamily family;
      family.name = sample.name;
      family.help = sample.help;
      family.type = sample.counter ? prometheus::MetricType::Counter
                                   : prometheus::MetricType::Gauge;
      families.push_back(std::move(family));
    }
    families.back().metric.push_back(MetricOf(sample));
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace dci::server
