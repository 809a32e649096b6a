// Numbers of the exchange and the store, for the page of metrics.
#ifndef CONVERGENCE_SERVICES_SERVER_EXCHANGE_METRICS_H_
#define CONVERGENCE_SERVICES_SERVER_EXCHANGE_METRICS_H_

#include <vector>

#include "services/exchange/pipeline.h"
#include "services/server/metrics_page.h"
#include "services/storage/store.h"

namespace dci::server {

// Counters of messages, of the store, and what waits in the outbox. Queues
// that cannot be read are left out.
void AddExchangeMetrics(const exchange::Pipeline& pipeline,
                        const storage::Store& store,
                        std::vector<Sample>* samples);

// The same of the outbox by receiver, for the operator: ids of participants
// are nobody else's business.
void AddDestinationMetrics(const exchange::Pipeline& pipeline,
                           const storage::Store& store,
                           std::vector<Sample>* samples);

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_EXCHANGE_METRICS_H_
