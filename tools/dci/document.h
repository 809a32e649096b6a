// A DCI document as text: {"signature":…,"header":…,"message":…}.
#ifndef CONVERGENCE_TOOLS_DCI_DOCUMENT_H_
#define CONVERGENCE_TOOLS_DCI_DOCUMENT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/wire/message.h"

namespace dci::cli {

struct Document {
  wire::OutgoingParts parts;  // header and message as they stand
  std::string signature;      // empty: none
};

// INVALID_ARGUMENT where the text is no JSON object with header and message.
absl::StatusOr<Document> ReadDocument(absl::string_view json);

// Whether the text is an object with header and message.
bool IsDocument(absl::string_view json);

// OK where the answer to a message takes it: an ACK or NACK, a header that is
// not `rjct`, items that are not all `rjct`, an HTTP status below 400.
// Otherwise ExitCode::kRefused with code and text of the refusal;
// kUntrusted where the answer is no JSON.
absl::Status JudgeAnswer(int http_status, absl::string_view body);

}  // namespace dci::cli

#endif  // CONVERGENCE_TOOLS_DCI_DOCUMENT_H_
