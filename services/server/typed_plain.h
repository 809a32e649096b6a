// Plain handlers with types, on the worker's thread.
#ifndef CONVERGENCE_SERVICES_SERVER_TYPED_PLAIN_H_
#define CONVERGENCE_SERVICES_SERVER_TYPED_PLAIN_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "services/server/worker.h"
#include "services/transport/plain.h"

namespace dci::server {

// A handler that reads a Request and gives a Response or an error, computed by
// `handle(const Request&) -> absl::StatusOr<Response>` on the worker.
template <typename Request, typename Response, typename Handle>
transport::PlainHandler OnWorker(Worker* worker, Handle handle) {
  return
      [worker, handle](transport::PlainCall call, transport::PlainDone done) {
        worker->Do(
            [handle, bytes = std::move(call.request), done = std::move(done)] {
              Request request;
              if (!request.ParseFromString(bytes))
                return done(absl::InvalidArgumentError("unreadable request"));
              const absl::StatusOr<Response> response = handle(request);
              if (response.ok())
                done(response->SerializeAsString());
              else
                done(response.status());
            });
      };
}

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_TYPED_PLAIN_H_
