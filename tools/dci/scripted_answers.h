// What dci listen answers: the ACK of the standard, or failures by script.
#ifndef CONVERGENCE_TOOLS_DCI_SCRIPTED_ANSWERS_H_
#define CONVERGENCE_TOOLS_DCI_SCRIPTED_ANSWERS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/net/http_message.h"
#include "tools/dci/io.h"

namespace dci::cli {

// Answers that are given one after the other; the last one from then on.
class ScriptedAnswers {
 public:
  // "503,ERR,ACK": ACK, NACK, ERR, or HTTP statuses from 200 to 599.
  // ExitCode::kUsage for anything else.
  static absl::StatusOr<ScriptedAnswers> Create(const std::string& list);

  const std::string& Next();

 private:
  std::vector<std::string> answers_;
  size_t next_ = 0;
};

// The answer to a message. An acknowledgement carries the message's
// correlation_id, or a new one where it has none.
net::HttpResponse AnswerTo(const net::HttpRequest& request,
                           const std::string& answer, const Io& io);

}  // namespace dci::cli

#endif  // CONVERGENCE_TOOLS_DCI_SCRIPTED_ANSWERS_H_
