#include "services/net/tls_context.h"

#include <openssl/bio.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "boost/asio/buffer.hpp"
#include "boost/asio/ip/address.hpp"
#include "services/base/status_macros.h"

namespace dci::net {
namespace {

using boost::asio::ssl::context;
using boost::system::error_code;

absl::Status Check(const error_code& ec, absl::string_view what) {
  if (!ec) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("TLS: ", what, ": ", ec.message()));
}

absl::Status UseCertificate(const std::string& chain, const std::string& key,
                            context* tls) {
  error_code ec;
  tls->use_certificate_chain(boost::asio::buffer(chain), ec);
  RETURN_IF_ERROR(Check(ec, "certificate chain"));
  tls->use_private_key(boost::asio::buffer(key), context::pem, ec);
  return Check(ec, "private key");
}

TlsContext NewContext(context::method method) {
  auto tls = std::make_shared<context>(method);
  SSL_CTX_set_min_proto_version(tls->native_handle(), TLS1_2_VERSION);
  // Renegotiation lets a client spend our time at no cost of its own.
  SSL_CTX_set_options(tls->native_handle(),
                      SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // An idle connection then holds no buffers.
  SSL_CTX_set_mode(tls->native_handle(), SSL_MODE_RELEASE_BUFFERS);
  return tls;
}

// Names the authorities in the handshake, so that a client can choose.
void AdvertiseAuthorities(const std::string& pem, context* tls) {
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  while (X509* ca = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr)) {
    SSL_CTX_add_client_CA(tls->native_handle(), ca);
    X509_free(ca);
  }
  ERR_clear_error();  // reading ends with one
  BIO_free(bio);
}

}  // namespace

absl::StatusOr<TlsContext> MakeServerContext(const TlsServerOptions& options) {
  TlsContext tls = NewContext(context::tls_server);
  RETURN_IF_ERROR(UseCertificate(options.certificate_chain_pem,
                                 options.private_key_pem, tls.get()));
  // Without it OpenSSL refuses to resume sessions once it asks for client
  // certificates.
  static constexpr unsigned char kSessionContext[] = "convergence";
  SSL_CTX_set_session_id_context(tls->native_handle(), kSessionContext,
                                 sizeof(kSessionContext) - 1);
  if (options.client_ca_pem.empty()) {
    if (!options.require_client_certificate) return tls;
    return absl::InvalidArgumentError(
        "TLS: client certificates are required but no client CA is given");
  }
  error_code ec;
  tls->add_certificate_authority(boost::asio::buffer(options.client_ca_pem),
                                 ec);
  RETURN_IF_ERROR(Check(ec, "client CA"));
  AdvertiseAuthorities(options.client_ca_pem, tls.get());
  int mode = boost::asio::ssl::verify_peer;
  if (options.require_client_certificate) {
    mode |= boost::asio::ssl::verify_fail_if_no_peer_cert;
  }
  tls->set_verify_mode(mode);
  return tls;
}

absl::StatusOr<TlsContext> MakeClientContext(const TlsClientOptions& options) {
  TlsContext tls = NewContext(context::tls_client);
  tls->set_verify_mode(boost::asio::ssl::verify_peer);
  error_code ec;
  if (options.ca_pem.empty()) {
    tls->set_default_verify_paths(ec);
    RETURN_IF_ERROR(Check(ec, "the system's authorities"));
  } else {
    tls->add_certificate_authority(boost::asio::buffer(options.ca_pem), ec);
    RETURN_IF_ERROR(Check(ec, "CA"));
  }
  if (options.certificate_chain_pem.empty() !=
      options.private_key_pem.empty()) {
    return absl::InvalidArgumentError(
        "TLS: a client certificate needs its key, and a key its certificate");
  }
  if (!options.private_key_pem.empty()) {
    RETURN_IF_ERROR(UseCertificate(options.certificate_chain_pem,
                                   options.private_key_pem, tls.get()));
  }
  return tls;
}

absl::Status ExpectHost(SSL* ssl, const std::string& host) {
  X509_VERIFY_PARAM* param = SSL_get0_param(ssl);
  error_code ec;
  boost::asio::ip::make_address(host, ec);
  bool ok;
  if (!ec) {
    ok = X509_VERIFY_PARAM_set1_ip_asc(param, host.c_str()) == 1;
  } else {
    X509_VERIFY_PARAM_set_hostflags(param,
                                    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    ok = X509_VERIFY_PARAM_set1_host(param, host.c_str(), host.size()) == 1 &&
         SSL_set_tlsext_host_name(ssl, host.c_str()) == 1;
  }
  if (ok) return absl::OkStatus();
  return absl::InvalidArgumentError("TLS: the host name cannot be verified");
}

PeerIdentity IdentifyPeer(SSL* ssl) {
  PeerIdentity identity;
  X509* certificate = SSL_get0_peer_certificate(ssl);
  if (certificate == nullptr) return identity;
  BIO* bio = BIO_new(BIO_s_mem());
  X509_NAME_print_ex(bio, X509_get_subject_name(certificate), 0,
                     XN_FLAG_RFC2253);
  char* text = nullptr;
  const int64_t size = BIO_get_mem_data(bio, &text);
  identity.subject.assign(text, static_cast<size_t>(size));
  BIO_free(bio);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int digest_size = 0;
  X509_digest(certificate, EVP_sha256(), digest, &digest_size);
  identity.fingerprint = absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest), digest_size));
  return identity;
}

}  // namespace dci::net
