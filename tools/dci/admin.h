// The operator's operations of a server, as JSON over HTTP.
#ifndef CONVERGENCE_TOOLS_DCI_ADMIN_H_
#define CONVERGENCE_TOOLS_DCI_ADMIN_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/schema/model.h"
#include "tools/dci/args.h"
#include "tools/dci/http.h"
#include "tools/dci/io.h"

namespace dci::cli {

// --admin, --token, and those of HTTP.
std::vector<Option> AdminOptions();

class AdminClient {
 public:
  // Without --token the sandbox's own is taken; ExitCode::kUsage where there
  // is none either.
  static absl::StatusOr<std::unique_ptr<AdminClient>> Create(const Args& args,
                                                             const Io& io);
  // Of the endpoint at `base`, with this token.
  static absl::StatusOr<std::unique_ptr<AdminClient>> Create(
      const std::string& base, const std::string& token, const Args& args,
      const Io& io);

  // Calls a method, "dci.admin.v1.ParticipantAdmin.PutParticipant", and gives
  // the answer's JSON. Requests and answers are protobuf's JSON with the names
  // of the proto; members with default values may be absent.
  // ExitCode::kRefused with the server's reason.
  absl::StatusOr<std::string> Call(absl::string_view method,
                                   const std::string& request) const;

 private:
  AdminClient() = default;
  std::unique_ptr<const schema::Model> model_;
  std::unique_ptr<Http> http_;
  std::string base_;
  std::string token_;
};

}  // namespace dci::cli

#endif  // CONVERGENCE_TOOLS_DCI_ADMIN_H_
