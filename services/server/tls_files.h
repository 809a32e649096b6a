// TLS material from the files that the configuration names.
#ifndef CONVERGENCE_SERVICES_SERVER_TLS_FILES_H_
#define CONVERGENCE_SERVICES_SERVER_TLS_FILES_H_

#include <optional>

#include "absl/status/statusor.h"
#include "dci/config/v1/server.pb.h"
#include "services/net/tls_options.h"

namespace dci::server {

// Nothing where the configuration has no TLS. INVALID_ARGUMENT where a
// certificate has no key, or clients must bring a certificate that nobody
// could have signed; NOT_FOUND where a file cannot be read.
absl::StatusOr<std::optional<net::TlsServerOptions>> ReadTls(
    const dci::config::v1::Listen& listen);

// The same of the side that calls. INVALID_ARGUMENT for a certificate without
// key, or the other way round.
absl::StatusOr<net::TlsClientOptions> ReadOutgoingTls(
    const dci::config::v1::OutgoingTls& tls);

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_TLS_FILES_H_
