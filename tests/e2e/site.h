// A registry as a server runs it, for tests: free ports, a folder of its own,
// made households, and callers over HTTP.
#ifndef CONVERGENCE_TESTS_E2E_SITE_H_
#define CONVERGENCE_TESTS_E2E_SITE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "dci/config/v1/server.pb.h"
#include "dci/registry/v1/search.pb.h"
#include "services/net/http_client.h"
#include "services/schema/model.h"
#include "services/server/institution.h"
#include "services/server/json_log.h"

namespace dci::e2e {

// Opens the admin endpoint of a Site.
inline constexpr char kOperatorToken[] = "operator-of-the-test";
// Households in the store; each has a group.
inline constexpr int kHouseholds = 30;

// A new folder of the test; a text file in it.
std::string NewFolder();
std::string WriteFile(const std::string& folder, const std::string& name,
                      const std::string& text);

// What a registry, by its name ("crvs"), needs to start with its data in
// `folder`, and nobody known.
config::v1::ServerConfig SiteConfig(const std::string& folder,
                                    const std::string& registry = "social");

// A participant that neither signs nor brings a token, strictly read, with
// the scopes of a caller.
config::v1::Participant Caller(const std::string& sender_id);

class Site {
 public:
  // CompleteConfig, then Institution::Start, and households on an empty
  // store. Errors as theirs.
  static absl::StatusOr<std::unique_ptr<Site>> Start(
      config::v1::ServerConfig config);
  ~Site();

  server::Institution& institution() { return *institution_; }
  std::string Url(const std::string& path) const;
  std::string AdminUrl(const std::string& path) const;
  std::string GrpcTarget() const;

  // An answer of any status; what fails on the way fails the test. Without a
  // verb, a body that is empty makes it a GET, any other a POST.
  net::HttpResponse Call(const std::string& url, const std::string& body,
                         net::Headers headers = {},
                         const std::string& verb = "");

 private:
  Site() = default;

  std::unique_ptr<const schema::Model> model_;
  std::unique_ptr<server::JsonLog> log_;
  std::unique_ptr<net::HttpClient> client_;
  std::unique_ptr<server::Institution> institution_;
};

// header and message of a search for the person that the published samples
// name, of one item; and the document of both.
std::string HeaderJson(const std::string& sender, const std::string& id,
                       const std::string& sender_uri = "");
std::string SearchJson(const std::string& id);
std::string SearchDocument(const std::string& sender, const std::string& id,
                           const std::string& sender_uri = "");

// The same search as an envelope.
registry::v1::SearchRequestEnvelope SearchEnvelope(const std::string& sender,
                                                   const std::string& id);

}  // namespace dci::e2e

#endif  // CONVERGENCE_TESTS_E2E_SITE_H_
