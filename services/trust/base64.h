// Base64 read strictly, so that one value has one spelling.
#ifndef CONVERGENCE_SERVICES_TRUST_BASE64_H_
#define CONVERGENCE_SERVICES_TRUST_BASE64_H_

#include <string>

#include "absl/strings/string_view.h"

namespace dci::trust {

// base64url without padding (RFC 7515, 2).
std::string EncodeBase64Url(absl::string_view bytes);
// False for any other character, padding, white space, or unused bits that
// are not zero.
bool DecodeBase64Url(absl::string_view text, std::string* bytes);

// Base64 with padding (RFC 4648, 4), as in the DCI string.
std::string EncodeBase64(absl::string_view bytes);
// Also takes the URL alphabet and missing padding, which senders write.
bool DecodeBase64(absl::string_view text, std::string* bytes);

}  // namespace dci::trust

#endif  // CONVERGENCE_SERVICES_TRUST_BASE64_H_
