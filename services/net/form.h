// What a token endpoint (RFC 6749) needs of HTTP: form fields and Basic
// credentials, read and written.
#ifndef CONVERGENCE_SERVICES_NET_FORM_H_
#define CONVERGENCE_SERVICES_NET_FORM_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace dci::net {

// Fields in the order they were sent.
using FormFields = std::vector<std::pair<std::string, std::string>>;

// Reads application/x-www-form-urlencoded, also the query of a URL: '+' is a
// space, %XX a byte, a field without '=' has an empty value, empty fields are
// skipped. INVALID_ARGUMENT for a malformed escape or more than 1,000 fields.
absl::StatusOr<FormFields> ParseForm(absl::string_view text);
std::string EncodeForm(const FormFields& fields);

// The first value of that exact name.
std::optional<absl::string_view> FindField(const FormFields& fields,
                                           absl::string_view name);
// Whether any name occurs twice, which RFC 6749 3.2 forbids.
bool HasRepeatedField(const FormFields& fields);

// One name or value of a form, decoded and encoded.
absl::StatusOr<std::string> FormDecode(absl::string_view text);
std::string FormEncode(absl::string_view text);

struct BasicCredentials {
  std::string user;
  std::string password;
};

// Reads the value of an Authorization field, "Basic dXNlcjpwYXNz" (RFC 7617).
// NOT_FOUND for another scheme, INVALID_ARGUMENT where the credentials are
// malformed. RFC 6749 2.3.1 wants both parts form-encoded before, which many
// clients do not do: try FormDecode on the parts as well.
absl::StatusOr<BasicCredentials> ParseBasic(absl::string_view authorization);
std::string EncodeBasic(const BasicCredentials& credentials);

}  // namespace dci::net

#endif  // CONVERGENCE_SERVICES_NET_FORM_H_
