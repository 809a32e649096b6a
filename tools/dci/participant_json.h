// A participant's configuration from options.
#ifndef CONVERGENCE_TOOLS_DCI_PARTICIPANT_JSON_H_
#define CONVERGENCE_TOOLS_DCI_PARTICIPANT_JSON_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tools/dci/args.h"
#include "tools/dci/io.h"

namespace dci::cli {

std::vector<Option> ParticipantOptions();

// A dci.config.v1.Participant as protobuf's JSON has it. Of key files only the
// public part is taken, of a client's secret only its SHA-256.
absl::StatusOr<std::string> ParticipantJson(const Args& args, const Io& io);

}  // namespace dci::cli

#endif  // CONVERGENCE_TOOLS_DCI_PARTICIPANT_JSON_H_
