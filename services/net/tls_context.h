// From PEM text to what OpenSSL wants, and back to who the peer is. Internal.
#ifndef CONVERGENCE_SERVICES_NET_TLS_CONTEXT_H_
#define CONVERGENCE_SERVICES_NET_TLS_CONTEXT_H_

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "boost/asio/ssl/context.hpp"
#include "services/net/tls_options.h"

namespace dci::net {

using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

// Both INVALID_ARGUMENT, naming the part, where PEM text cannot be read or
// the key does not belong to the certificate.
absl::StatusOr<TlsContext> MakeServerContext(const TlsServerOptions& options);
absl::StatusOr<TlsContext> MakeClientContext(const TlsClientOptions& options);

// Makes a client's connection send the name (SNI, not for addresses) and
// accept only a certificate for it.
absl::Status ExpectHost(SSL* ssl, const std::string& host);

struct PeerIdentity {
  std::string subject;
  std::string fingerprint;
};
// Of a finished handshake; empty where the peer sent no certificate.
PeerIdentity IdentifyPeer(SSL* ssl);

}  // namespace dci::net

#endif  // CONVERGENCE_SERVICES_NET_TLS_CONTEXT_H_
