// The body of a search from a few options.
#ifndef CONVERGENCE_TOOLS_DCI_QUERY_H_
#define CONVERGENCE_TOOLS_DCI_QUERY_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tools/dci/args.h"
#include "tools/dci/io.h"

namespace dci::cli {

// --id, --query, --named, --record, --page_size, --page, --sort.
std::vector<Option> QueryOptions();

// Whether the options say what to search for.
bool HasQuery(const Args& args);

// A SearchRequest with one item, JSON. ExitCode::kUsage for options that
// exclude each other or are malformed.
absl::StatusOr<std::string> SearchBody(const Args& args, const Io& io);

}  // namespace dci::cli

#endif  // CONVERGENCE_TOOLS_DCI_QUERY_H_
