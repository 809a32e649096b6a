// What dci call sends.
#ifndef CONVERGENCE_TOOLS_DCI_OUTGOING_H_
#define CONVERGENCE_TOOLS_DCI_OUTGOING_H_

#include <string>

#include "absl/status/statusor.h"
#include "services/wire/codec.h"
#include "tools/dci/args.h"
#include "tools/dci/io.h"
#include "tools/dci/schema.h"

namespace dci::cli {

// A document, or whatever text an operation without envelope takes.
struct Outgoing {
  std::string verb = "POST";
  std::string body;
  std::string http_signature;  // value of the HTTP field; may be empty
};

// Makes it of the options: reads or makes the body, puts an envelope around
// it, writes it as the dialect says, signs it. ExitCode::kUsage for options
// and files that do not fit.
absl::StatusOr<Outgoing> PrepareMessage(const Args& args, const Io& io,
                                        const wire::Codec& codec,
                                        const Operation& operation);

}  // namespace dci::cli

#endif  // CONVERGENCE_TOOLS_DCI_OUTGOING_H_
