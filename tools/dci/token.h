// Access tokens for calls.
#ifndef CONVERGENCE_TOOLS_DCI_TOKEN_H_
#define CONVERGENCE_TOOLS_DCI_TOKEN_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tools/dci/args.h"
#include "tools/dci/http.h"

namespace dci::cli {

// --token, --client_id, --client_secret, --token_url, --scope.
std::vector<Option> TokenOptions();

// The token given, or one fetched with the client's credentials (RFC 6749,
// 4.4); empty where the options ask for none. `base` is where the token
// endpoint of the standard is looked for unless --token_url says otherwise.
// ExitCode::kRefused with the error of RFC 6749, 5.2; kUntrusted for an answer
// without a token.
absl::StatusOr<std::string> TokenFor(const Args& args, const std::string& base,
                                     const Http& http);

}  // namespace dci::cli

#endif  // CONVERGENCE_TOOLS_DCI_TOKEN_H_
