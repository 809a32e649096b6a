// What a message brings along besides itself.
#ifndef CONVERGENCE_SERVICES_TRUST_CREDENTIALS_H_
#define CONVERGENCE_SERVICES_TRUST_CREDENTIALS_H_

#include <string>

namespace dci::trust {

// HTTP fields, or gRPC metadata of the same names in lower case. Empty: not
// there.
struct Credentials {
  std::string authorization;   // "Authorization"
  std::string x_api_token;     // "x-api-token"
  std::string http_signature;  // "Signature"
  std::string tls_subject;     // of the client's certificate, RFC 2253
  // The whole body as received; only where http_signature is set.
  std::string raw_body;
};

}  // namespace dci::trust

#endif  // CONVERGENCE_SERVICES_TRUST_CREDENTIALS_H_
