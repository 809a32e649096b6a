// Where the institutions of a story are.
#ifndef CONVERGENCE_TOOLS_DCI_STORY_PLACES_H_
#define CONVERGENCE_TOOLS_DCI_STORY_PLACES_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tools/dci/args.h"
#include "tools/dci/io.h"

namespace dci::cli::story {

struct Place {
  std::string name;     // "crvs", as stories call it
  std::string id;       // its sender_id; empty: not known
  std::string url;      // before the standard's paths
  std::string admin;    // the operator's endpoint; empty: a person does it
  std::string grpc;     // "127.0.0.1:50051"; empty: none
  std::string service;  // of the operator's operations; empty: by its name
};

// --institutions, --against, --at, --no_wait.
std::vector<Option> PlaceOptions();

class Places {
 public:
  // Those of a file as the running sandbox leaves it in its folder,
  // "institutions.json"; over them what --at says; or, with --against, all at
  // one address. ExitCode::kUsage for what cannot be read.
  static absl::StatusOr<Places> Find(const Args& args, const Io& io);

  // ExitCode::kUsage where nothing says where it is, with what would.
  absl::StatusOr<Place> At(absl::string_view name) const;

 private:
  std::map<std::string, Place, std::less<>> places_;
  std::string against_;
};

}  // namespace dci::cli::story

#endif  // CONVERGENCE_TOOLS_DCI_STORY_PLACES_H_
