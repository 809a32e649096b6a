// Structured logs: one JSON object a line, ids and codes only.
#ifndef CONVERGENCE_SERVICES_SERVER_JSON_LOG_H_
#define CONVERGENCE_SERVICES_SERVER_JSON_LOG_H_

#include <cstdio>
#include <mutex>
#include <string>

#include "services/exchange/log_sink.h"

namespace dci::server {

// {"correlation_id":…,"event":"answered","method":…,"time":…}; members that
// have nothing to say are left out. Control characters in ids are escaped, so
// that no sender can forge a line.
std::string LogLine(const exchange::LogEvent& event);

// Writes lines to a stream. Thread-safe.
class JsonLog : public exchange::LogSink {
 public:
  // `institution` is put into each line. The stream must outlive the log.
  JsonLog(std::string institution, std::FILE* stream);

  void Log(const exchange::LogEvent& event) override;
  // A line about the server itself: starting, stopping, a pass that failed.
  void Note(const std::string& event, const std::string& text);

 private:
  void Write(const std::string& members);

  const std::string institution_;
  std::FILE* const stream_;
  std::mutex mutex_;
};

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_JSON_LOG_H_
