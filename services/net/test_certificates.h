// Certificates for tests, made when they are needed: none can expire in the
// repository.
#ifndef CONVERGENCE_SERVICES_NET_TEST_CERTIFICATES_H_
#define CONVERGENCE_SERVICES_NET_TEST_CERTIFICATES_H_

#include <memory>
#include <string>

namespace dci::net {

// An authority with a P-256 key.
class TestAuthority {
 public:
  struct Issued {
    std::string certificate_pem;
    std::string key_pem;
  };

  explicit TestAuthority(const std::string& common_name);
  ~TestAuthority();

  const std::string& certificate_pem() const { return pem_; }
  // Valid for a day. `alt_name` as OpenSSL writes it, "DNS:localhost" or
  // "IP:127.0.0.1,DNS:x"; may be empty.
  Issued Issue(const std::string& common_name, const std::string& alt_name);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
  std::string pem_;
};

}  // namespace dci::net

#endif  // CONVERGENCE_SERVICES_NET_TEST_CERTIFICATES_H_
