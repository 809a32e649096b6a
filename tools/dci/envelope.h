// Puts a header before a body, and writes both as a dialect has them.
#ifndef CONVERGENCE_TOOLS_DCI_ENVELOPE_H_
#define CONVERGENCE_TOOLS_DCI_ENVELOPE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/schema/dialect.h"
#include "services/schema/service.h"
#include "services/wire/codec.h"
#include "tools/dci/args.h"
#include "tools/dci/document.h"
#include "tools/dci/io.h"

namespace dci::cli {

// --sender_id, --sender_uri, --receiver_id, --message_id.
std::vector<Option> EnvelopeOptions();

// A document around `body`, JSON: action and number of items as the method
// has them, a new message id and the present time.
Document MakeEnvelope(const schema::Method& method, absl::string_view body,
                      const Args& args, const Io& io);

// The document as the dialect writes it; its signature, if any, is dropped.
// ExitCode::kUsage where the schema cannot read it.
absl::StatusOr<Document> InDialect(const wire::Codec& codec,
                                   const schema::Method& method,
                                   const Document& document,
                                   schema::Dialect dialect);

}  // namespace dci::cli

#endif  // CONVERGENCE_TOOLS_DCI_ENVELOPE_H_
