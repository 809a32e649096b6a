#include "services/net/test_certificates.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace dci::net {
namespace {

struct Free {
  void operator()(X509* x) const { X509_free(x); }
  void operator()(EVP_PKEY* k) const { EVP_PKEY_free(k); }
  void operator()(BIO* b) const { BIO_free(b); }
};
using Certificate = std::unique_ptr<X509, Free>;
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Bio = std::unique_ptr<BIO, Free>;

std::string Text(BIO* bio) {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<size_t>(size));
}

std::string Pem(X509* x) {
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), x);
  return Text(bio.get());
}

std::string Pem(EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr,
                           nullptr);
  return Text(bio.get());
}

void Extend(X509* x, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, x, nullptr, nullptr, 0);
  X509_EXTENSION* extension =
      X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  X509_add_ext(x, extension, -1);
  X509_EXTENSION_free(extension);
}

// Not yet signed.
Certificate NewCertificate(const std::string& common_name, EVP_PKEY* key) {
  static long serial = 1;
  Certificate x(X509_new());
  X509_set_version(x.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x.get()), serial++);
  X509_gmtime_adj(X509_getm_notBefore(x.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(x.get()), 86400);
  X509_set_pubkey(x.get(), key);
  X509_NAME_add_entry_by_txt(
      X509_get_subject_name(x.get()), "CN", MBSTRING_UTF8,
      reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0);
  return x;
}

}  // namespace

struct TestAuthority::Parts {
  Key key;
  Certificate certificate;
};

TestAuthority::TestAuthority(const std::string& common_name)
    : parts_(std::make_unique<Parts>()) {
  parts_->key.reset(EVP_EC_gen("P-256"));
  parts_->certificate = NewCertificate(common_name, parts_->key.get());
  X509* x = parts_->certificate.get();
  X509_set_issuer_name(x, X509_get_subject_name(x));
  Extend(x, x, NID_basic_constraints, "critical,CA:TRUE");
  Extend(x, x, NID_key_usage, "critical,keyCertSign");
  X509_sign(x, parts_->key.get(), EVP_sha256());
  pem_ = Pem(x);
}

TestAuthority::~TestAuthority() = default;

TestAuthority::Issued TestAuthority::Issue(const std::string& common_name,
                                           const std::string& alt_name) {
  const Key key(EVP_EC_gen("P-256"));
  const Certificate x = NewCertificate(common_name, key.get());
  X509* issuer = parts_->certificate.get();
  X509_set_issuer_name(x.get(), X509_get_subject_name(issuer));
  if (!alt_name.empty()) {
    Extend(x.get(), issuer, NID_subject_alt_name, alt_name);
  }
  X509_sign(x.get(), parts_->key.get(), EVP_sha256());
  return {Pem(x.get()), Pem(key.get())};
}

}  // namespace dci::net
