// One message on its way through the pipeline.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_CALL_H_
#define CONVERGENCE_SERVICES_EXCHANGE_CALL_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "dci/common/v1/envelope.pb.h"
#include "services/exchange/raw_message.h"
#include "services/exchange/request.h"
#include "services/trust/participants.h"

namespace dci::exchange {

struct Call {
  Wire wire = Wire::kHttp;
  const schema::Method* method = nullptr;
  absl::Time received;
  absl::Time deadline;
  std::function<void(Answer)> done;

  // What the intake fills in, as far as it comes.
  std::string sender_id;
  dci::common::v1::MsgCallbackHeader header;
  std::shared_ptr<const Request> request;
  // Of {action, message}.
  std::string fingerprint;
  // In the space of messages; empty: the message has no id.
  std::string message_key;
  // Where the callback will go.
  std::string address;
  // The message has the form of its operation, and a sender: what it is refused
  // for can be said in the header of an answer.
  bool well_formed = false;
  // Answered page by page: a refusal is the status of the stream.
  bool streamed = false;
  // Until when its message id is remembered where nothing is stored of it.
  absl::Time remember_until;
  // Conflicting message ids of this sender pass.
  bool duplicates_pass = false;
  int findings = 0;
  // With a refusal for too many messages.
  absl::Duration retry_after;
};

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_CALL_H_
