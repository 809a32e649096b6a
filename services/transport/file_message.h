// Messages that come as a file: the multipart/form-data body that the
// standard's operations also take.
#ifndef CONVERGENCE_SERVICES_TRANSPORT_FILE_MESSAGE_H_
#define CONVERGENCE_SERVICES_TRANSPORT_FILE_MESSAGE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/schema/model.h"

namespace dci::transport {

// The message in a body of DCI core 1.0.0's FileInfo: part `fileName` is the
// file, `action` an action of the operation, `fileFormat` "json", its default.
// The file holds one message {signature, header, message}, byte for byte as
// it was signed; a batch is its items.
//
// A refusal with err.request.bad, saying which part is wrong.
absl::StatusOr<std::string> MessageOfFile(const schema::Method& method,
                                          absl::string_view content_type,
                                          absl::string_view body);

}  // namespace dci::transport

#endif  // CONVERGENCE_SERVICES_TRANSPORT_FILE_MESSAGE_H_
