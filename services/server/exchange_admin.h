// The operator's view of the exchange: participants, and what waits to leave.
#ifndef CONVERGENCE_SERVICES_SERVER_EXCHANGE_ADMIN_H_
#define CONVERGENCE_SERVICES_SERVER_EXCHANGE_ADMIN_H_

#include "services/exchange/participant_store.h"
#include "services/exchange/pipeline.h"
#include "services/schema/model.h"
#include "services/server/domain.h"
#include "services/storage/store.h"

namespace dci::server {

// What the operations work with; outlives them.
struct ExchangeAdminParts {
  const schema::Model* model = nullptr;
  exchange::ParticipantStore* participants = nullptr;
  exchange::Pipeline* pipeline = nullptr;
  storage::Store* store = nullptr;
  const Clock* clock = nullptr;
  Worker* worker = nullptr;
};

// Adds dci.admin.v1.ParticipantAdmin and OutgoingAdmin.
void AddExchangeAdmin(const ExchangeAdminParts& parts, Served* served);

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_EXCHANGE_ADMIN_H_
