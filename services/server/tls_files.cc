#include "services/server/tls_files.h"

#include "services/base/status_macros.h"
#include "services/server/config.h"

namespace dci::server {

absl::StatusOr<std::optional<net::TlsServerOptions>> ReadTls(
    const dci::config::v1::Listen& listen) {
  if (!listen.has_tls()) return std::nullopt;
  const dci::config::v1::Tls& tls = listen.tls();
  if (tls.certificate_file().empty() || tls.key_file().empty())
    return absl::InvalidArgumentError(
        "tls needs certificate_file and key_file");
  if (tls.require_client_certificate() && tls.client_ca_file().empty())
    return absl::InvalidArgumentError(
        "tls.require_client_certificate needs client_ca_file");
  net::TlsServerOptions options;
  ASSIGN_OR_RETURN(options.certificate_chain_pem,
                   ReadFile(tls.certificate_file()));
  ASSIGN_OR_RETURN(options.private_key_pem, ReadFile(tls.key_file()));
  if (!tls.client_ca_file().empty()) {
    ASSIGN_OR_RETURN(options.client_ca_pem, ReadFile(tls.client_ca_file()));
  }
  options.require_client_certificate = tls.require_client_certificate();
  return options;
}

absl::StatusOr<net::TlsClientOptions> ReadOutgoingTls(
    const dci::config::v1::OutgoingTls& tls) {
  if (tls.certificate_file().empty() != tls.key_file().empty())
    return absl::InvalidArgumentError(
        "outgoing_tls needs certificate_file and key_file, or neither");
  net::TlsClientOptions options;
  if (!tls.ca_file().empty()) {
    ASSIGN_OR_RETURN(options.ca_pem, ReadFile(tls.ca_file()));
  }
  if (!tls.certificate_file().empty()) {
    ASSIGN_OR_RETURN(options.certificate_chain_pem,
                     ReadFile(tls.certificate_file()));
    ASSIGN_OR_RETURN(options.private_key_pem, ReadFile(tls.key_file()));
  }
  return options;
}

}  // namespace dci::server
