// Bodies of several parts, as browsers and scripts send files: reading of
// multipart/form-data (RFC 7578 over RFC 2046, 5.1).
#ifndef CONVERGENCE_SERVICES_NET_MULTIPART_H_
#define CONVERGENCE_SERVICES_NET_MULTIPART_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace dci::net {

// More parts than any form of ours has; header bytes of one part.
inline constexpr int kMaxParts = 32;
inline constexpr int kMaxPartHeaderBytes = 8 << 10;

// A part; `body` lies within what was parsed.
struct Part {
  std::string name;
  std::string file_name;  // empty: none was given
  std::string content_type;
  absl::string_view body;
};

// Whether a Content-Type is multipart/form-data, in any case.
bool IsMultipartForm(absl::string_view content_type);

// The parts in the order of the body, each as it came: no character set is
// converted and no transfer encoding undone. INVALID_ARGUMENT, with the byte
// where it is, for a boundary that is missing or longer than 70 characters, a
// body that does not end as it must, a part without a name, one that says
// that it is encoded, and beyond the bounds above.
absl::StatusOr<std::vector<Part>> ParseMultipart(absl::string_view content_type,
                                                 absl::string_view body);

}  // namespace dci::net

#endif  // CONVERGENCE_SERVICES_NET_MULTIPART_H_
