// What an institution does beside exchanging messages: one registry, the
// caller's side, a mapper. Implemented in this folder over the domain's own.
#ifndef CONVERGENCE_SERVICES_SERVER_DOMAIN_H_
#define CONVERGENCE_SERVICES_SERVER_DOMAIN_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "dci/config/v1/server.pb.h"
#include "dci/ext/v1/discovery.pb.h"
#include "services/base/clock.h"
#include "services/exchange/handler_registry.h"
#include "services/exchange/message_source.h"
#include "services/server/metrics_page.h"
#include "services/server/worker.h"
#include "services/storage/store.h"
#include "services/transport/http_endpoint.h"
#include "services/trust/jwks_cache.h"
#include "services/trust/participants.h"
#include "services/trust/tokens.h"
#include "services/wire/codec.h"

namespace dci::server {

// What a domain is given. All of it outlives the domain.
struct DomainParts {
  const dci::config::v1::ServerConfig* config = nullptr;
  const wire::Codec* codec = nullptr;
  storage::Store* store = nullptr;
  exchange::HandlerRegistry* handlers = nullptr;
  const trust::ParticipantDirectory* participants = nullptr;
  trust::JwksCache* keys = nullptr;  // that others publish
  const Clock* clock = nullptr;
  Worker* worker = nullptr;  // for the operator's changes
  // Judges the access tokens of public operations outside the envelope.
  const trust::TokenChecker* tokens = nullptr;
  // Ask for a round of the passes, and of those of the exchange. Quick, from
  // any thread, once the server is started.
  std::function<void()> wake_passes, wake_exchange;
  // Pipeline::Complete, once the server is started.
  std::function<absl::Status(storage::CommitView&,
                             const std::vector<exchange::Completion>&,
                             absl::Time now)>
      complete;
};

// A piece of background work, `now` given. Called now and then, and again at
// once where it says that there is more.
struct Pass {
  std::string name;
  std::function<absl::StatusOr<bool>(absl::Time now)> execute;
  // Called also whenever somebody wakes the passes: it is cheap where there is
  // nothing to do.
  bool when_woken = false;
};

// What a domain adds to the endpoints.
struct Served {
  std::vector<transport::ServedService> services;  // public
  transport::PlainHandlers plain;                  // public
  transport::PlainStreamHandlers plain_streams;    // public, gRPC alone
  // Pages of the public endpoint, by "VERB /path".
  absl::flat_hash_map<std::string, transport::HttpPage> pages;
  std::vector<const schema::Service*> admin_services;
  transport::PlainHandlers admin;
  // Pages of the admin endpoint, by "VERB /path".
  absl::flat_hash_map<std::string, transport::HttpPage> admin_pages;
  std::vector<Pass> passes;
  // Of messages that stand in the outbox as references.
  exchange::MessageSources sources;
  // Called first when the server stops: ends the calls that wait.
  std::vector<std::function<void()>> stopping;
};

class Domain {
 public:
  virtual ~Domain() = default;

  // Key spaces that the store must have.
  virtual std::vector<std::string> Spaces() const = 0;
  // Registers handlers, and says what is served. Called once.
  virtual absl::Status Start(const DomainParts& parts, Served* served) = 0;
  // Adds what the domain can do.
  virtual void AddCapabilities(dci::ext::v1::Capabilities* capabilities) const {
  }
  virtual void AddMetrics(std::vector<Sample>* samples) const {}
};

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_DOMAIN_H_
