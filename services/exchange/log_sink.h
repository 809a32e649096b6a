// One line for each thing that happened to a message.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_LOG_SINK_H_
#define CONVERGENCE_SERVICES_EXCHANGE_LOG_SINK_H_

#include <string>

#include "absl/time/time.h"

namespace dci::exchange {

// Holds ids and codes only: no content, no names, no identifiers of persons.
struct LogEvent {
  enum class Kind {
    kAnswered,      // a synchronous answer left
    kAcknowledged,  // an ACK left
    kRefused,       // the message was refused
    kDecided,       // an asynchronous message was decided
    kDelivered,     // an outgoing message was acknowledged
    kRetry,         // a try failed; there will be another
    kParked,        // an outgoing message was given up
  };
  Kind kind = Kind::kAnswered;
  absl::Time time;
  std::string method;  // full name
  // The other side: sender of what came in, receiver of what goes out.
  std::string participant_id;
  std::string message_id;
  std::string transaction_id;
  std::string correlation_id;
  // Reason code, or how the try failed; empty: all is well.
  std::string outcome;
  int items = 0;
  int items_refused = 0;
  int findings = 0;
  int attempt = 0;  // of an outgoing message, from 1
  absl::Duration duration;
};

// Thread-safe.
class LogSink {
 public:
  virtual ~LogSink() = default;
  // Must not block.
  virtual void Log(const LogEvent& event) = 0;
};

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_LOG_SINK_H_
