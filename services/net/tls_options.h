// TLS settings of the server and the client. Everything is PEM text, not
// file names; TLS 1.2 is the least version on both sides.
#ifndef CONVERGENCE_SERVICES_NET_TLS_OPTIONS_H_
#define CONVERGENCE_SERVICES_NET_TLS_OPTIONS_H_

#include <string>

namespace dci::net {

struct TlsServerOptions {
  std::string certificate_chain_pem;  // own certificate first
  std::string private_key_pem;
  // Where set, clients are asked for a certificate that one of these signed.
  std::string client_ca_pem;
  // Refuses, in the handshake, clients that bring none (mutual TLS).
  bool require_client_certificate = false;
};

struct TlsClientOptions {
  // Authorities trusted instead of the system's; empty = the system's.
  std::string ca_pem;
  // Own certificate for servers that ask for one; both or none.
  std::string certificate_chain_pem;
  std::string private_key_pem;
};

}  // namespace dci::net

#endif  // CONVERGENCE_SERVICES_NET_TLS_OPTIONS_H_
