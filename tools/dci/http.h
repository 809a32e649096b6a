// One HTTP exchange, its failures as exit codes.
#ifndef CONVERGENCE_TOOLS_DCI_HTTP_H_
#define CONVERGENCE_TOOLS_DCI_HTTP_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/net/http_client.h"
#include "tools/dci/args.h"
#include "tools/dci/io.h"

namespace dci::cli {

// --timeout, --ca_file, --cert_file, --cert_key_file.
std::vector<Option> HttpOptions();

// Thread-safe.
class Http {
 public:
  // ExitCode::kUsage where TLS files cannot be used.
  static absl::StatusOr<std::unique_ptr<Http>> Create(const Args& args,
                                                      const Io& io);

  // Sends and waits. Any complete answer is one, whatever its status. A
  // malformed URL is ExitCode::kUsage, an answer that is no HTTP or beyond
  // the limits kUntrusted, everything else kNotReached.
  absl::StatusOr<net::HttpResponse> Send(net::HttpClientRequest request) const;

 private:
  Http() = default;
  std::unique_ptr<net::HttpClient> client_;
  absl::Duration timeout_;
};

// Base and path with one slash between them.
std::string JoinUrl(absl::string_view base, absl::string_view path);

// "NAME: VALUE" texts as header fields.
absl::StatusOr<net::Headers> ReadHeaders(const std::vector<std::string>& texts);

}  // namespace dci::cli

#endif  // CONVERGENCE_TOOLS_DCI_HTTP_H_
