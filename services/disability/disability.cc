#include "services/disability/disability.h"

#include <memory>

#include "services/disability/query_handler.h"

namespace dci::disability {

absl::Status Serve(const registry::Registry* registry,
                   exchange::HandlerRegistry* handlers) {
  return v1::RegisterDisabilityQuery(registry->codec().model(),
                                     std::make_shared<QueryHandler>(registry),
                                     handlers);
}

}  // namespace dci::disability
