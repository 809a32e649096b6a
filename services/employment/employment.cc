#include "services/employment/employment.h"

#include <memory>

#include "services/employment/check_handler.h"

namespace dci::employment {

absl::Status Serve(const registry::Registry* registry,
                   exchange::HandlerRegistry* handlers) {
  return v1::RegisterEnrolmentCheck(registry->codec().model(),
                                    std::make_shared<CheckHandler>(registry),
                                    handlers);
}

}  // namespace dci::employment
