// Server and client over TLS, against each other.
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "services/base/status_matchers.h"
#include "services/net/holding_handler.h"
#include "services/net/http_client.h"
#include "services/net/http_server.h"
#include "services/net/raw_client.h"
#include "services/net/test_certificates.h"

namespace dci::net {
namespace {

using ::testing::HasSubstr;
using Code = absl::StatusCode;

// Answers with what TLS says of the client.
HttpResponse WhoAmI(HttpRequest request) {
  HttpResponse response;
  response.headers.Add("X-Tls", request.tls ? "yes" : "no");
  response.headers.Add("X-Subject", request.tls_client_subject);
  response.headers.Add("X-Fingerprint", request.tls_client_fingerprint);
  response.body = std::move(request.body);
  return response;
}

class TlsTest : public ::testing::Test {
 protected:
  TlsServerOptions ServerTls(const std::string& alt_name) {
    const TestAuthority::Issued own = authority_.Issue("server", alt_name);
    return {.certificate_chain_pem = own.certificate_pem,
            .private_key_pem = own.key_pem};
  }
  void Serve(const TlsServerOptions& tls) {
    HttpServerOptions options;
    options.tls = tls;
    auto server = HttpServer::Start(options, &handler_);
    ASSERT_OK(server);
    server_ = *std::move(server);
  }
  HttpClientOptions ClientOptions() {
    HttpClientOptions options;
    options.addresses.allow_loopback = true;
    options.tls.ca_pem = authority_.certificate_pem();
    return options;
  }
  absl::StatusOr<HttpResponse> Call(const HttpClientOptions& options,
                                    const std::string& host,
                                    std::string body = "") {
    auto client = HttpClient::Create(options);
    EXPECT_OK(client);
    HttpClientRequest request;
    request.url = absl::StrCat("https://", host, ":", server_->port(), "/");
    request.body = std::move(body);
    return (*client)->Call(std::move(request));
  }

  TestAuthority authority_{"Test Authority"};
  FunctionHandler handler_{WhoAmI};
  std::unique_ptr<HttpServer> server_;
};

TEST_F(TlsTest, CarriesRequestsBothWays) {
  Serve(ServerTls("DNS:localhost,IP:127.0.0.1"));
  const std::string body(1 << 20, 'b');
  ASSERT_OK_AND_ASSIGN(const HttpResponse answer,
                       Call(ClientOptions(), "localhost", body));
  EXPECT_EQ(answer.headers.GetOr("x-tls"), "yes");
  EXPECT_EQ(answer.headers.GetOr("x-subject"), "");
  EXPECT_EQ(answer.body, body);
  EXPECT_OK(Call(ClientOptions(), "127.0.0.1"));
}

TEST_F(TlsTest, AConnectionIsUsedAgain) {
  Serve(ServerTls("IP:127.0.0.1"));
  auto client = HttpClient::Create(ClientOptions());
  ASSERT_OK(client);
  HttpClientRequest request;
  request.url = absl::StrCat("https://127.0.0.1:", server_->port(), "/");
  for (int i = 0; i < 3; ++i) EXPECT_OK((*client)->Call(request));
  EXPECT_EQ(server_->connections(), 1u);
  EXPECT_OK(server_->Shutdown(absl::Seconds(20)));
}

TEST_F(TlsTest, TheCertificateMustBeForTheHost) {
  Serve(ServerTls("DNS:other.example,IP:127.0.0.2"));
  for (const char* host : {"localhost", "127.0.0.1"}) {
    EXPECT_THAT(Call(ClientOptions(), host),
                StatusIs(Code::kUnavailable, HasSubstr("mismatch")))
        << host;
  }
}

TEST_F(TlsTest, TheAuthorityMustBeTrusted) {
  Serve(ServerTls("DNS:localhost"));
  HttpClientOptions options = ClientOptions();
  const TestAuthority stranger("Another Authority");
  options.tls.ca_pem = stranger.certificate_pem();
  EXPECT_THAT(Call(options, "localhost"),
              StatusIs(Code::kUnavailable, HasSubstr("certificate")));
  options.tls.ca_pem = "";
  EXPECT_THAT(Call(options, "localhost"),
              StatusIs(Code::kUnavailable, HasSubstr("certificate")));
}

TEST_F(TlsTest, AClientCertificateIsGivenToTheHandler) {
  TlsServerOptions tls = ServerTls("DNS:localhost");
  tls.client_ca_pem = authority_.certificate_pem();
  tls.require_client_certificate = true;
  Serve(tls);
  HttpClientOptions options = ClientOptions();
  const TestAuthority::Issued own = authority_.Issue("ministry", "");
  options.tls.certificate_chain_pem = own.certificate_pem;
  options.tls.private_key_pem = own.key_pem;
  ASSERT_OK_AND_ASSIGN(const HttpResponse answer, Call(options, "localhost"));
  EXPECT_EQ(answer.headers.GetOr("x-subject"), "CN=ministry");
  const absl::string_view fingerprint = answer.headers.GetOr("x-fingerprint");
  EXPECT_EQ(fingerprint.size(), 64u);
  EXPECT_EQ(fingerprint.find_first_not_of("0123456789abcdef"),
            absl::string_view::npos);
}

TEST_F(TlsTest, ClientsWithoutOrWithAStrangersCertificateAreRefused) {
  TlsServerOptions tls = ServerTls("DNS:localhost");
  tls.client_ca_pem = authority_.certificate_pem();
  tls.require_client_certificate = true;
  Serve(tls);
  EXPECT_THAT(Call(ClientOptions(), "localhost"), StatusIs(Code::kUnavailable));
  HttpClientOptions options = ClientOptions();
  TestAuthority stranger("Another Authority");
  const TestAuthority::Issued own = stranger.Issue("ministry", "");
  options.tls.certificate_chain_pem = own.certificate_pem;
  options.tls.private_key_pem = own.key_pem;
  EXPECT_THAT(Call(options, "localhost"), StatusIs(Code::kUnavailable));
}

TEST_F(TlsTest, AClientCertificateMayBeOptional) {
  TlsServerOptions tls = ServerTls("DNS:localhost");
  tls.client_ca_pem = authority_.certificate_pem();
  Serve(tls);
  ASSERT_OK_AND_ASSIGN(const HttpResponse answer,
                       Call(ClientOptions(), "localhost"));
  EXPECT_EQ(answer.headers.GetOr("x-subject"), "");
}

TEST_F(TlsTest, PlainHttpToATlsPortGetsNoAnswer) {
  Serve(ServerTls("DNS:localhost"));
  RawClient client(server_->port());
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.ReadToEnd().find("HTTP"), std::string::npos);
}

TEST_F(TlsTest, AHandshakeThatNeverEndsIsCut) {
  HttpServerOptions options;
  options.tls = ServerTls("DNS:localhost");
  options.header_timeout = absl::Milliseconds(30);
  auto server = HttpServer::Start(options, &handler_);
  ASSERT_OK(server);
  RawClient client((*server)->port());
  client.Send("\x16\x03\x01");
  EXPECT_TRUE(client.AtEnd());
}

TEST(TlsOptionsTest, AKeyOfAnotherCertificateIsRefused) {
  TestAuthority authority("Test Authority");
  FunctionHandler handler(WhoAmI);
  HttpServerOptions options;
  options.tls = TlsServerOptions{
      .certificate_chain_pem = authority.Issue("a", "").certificate_pem,
      .private_key_pem = authority.Issue("b", "").key_pem};
  EXPECT_THAT(HttpServer::Start(options, &handler),
              StatusIs(Code::kInvalidArgument, HasSubstr("private key")));
}

TEST(TlsOptionsTest, RequiringCertificatesNeedsAnAuthority) {
  TestAuthority authority("Test Authority");
  const TestAuthority::Issued own = authority.Issue("a", "");
  FunctionHandler handler(WhoAmI);
  HttpServerOptions options;
  options.tls = TlsServerOptions{.certificate_chain_pem = own.certificate_pem,
                                 .private_key_pem = own.key_pem,
                                 .require_client_certificate = true};
  EXPECT_THAT(HttpServer::Start(options, &handler),
              StatusIs(Code::kInvalidArgument, HasSubstr("client CA")));
}

}  // namespace
}  // namespace dci::net
