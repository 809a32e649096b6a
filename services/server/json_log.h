// Structured logs: one JSON object a line, ids and codes only.
#ifndef CONVERGENCE_SERVICES_SERVER_JSON_LOG_H_
#define CONVERGENCE_SERVICES_SERVER_JSON_LOG_H_

#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <string>
#include <thread>

#include "services/exchange/log_sink.h"

namespace dci::server {

// {"correlation_id":…,"event":"answered","method":…,"time":…}; members that
// have nothing to say are left out. Control characters in ids are escaped, so
// that no sender can forge a line.
std::string LogLine(const exchange::LogEvent& event);

// Writes lines to a stream, in the order they came, many with one call: a
// thread of its own does so several times a second. Thread-safe.
class JsonLog : public exchange::LogSink {
 public:
  // `institution` is put into each line. The stream must outlive the log.
  JsonLog(std::string institution, std::FILE* stream);
  // Writes what is waiting.
  ~JsonLog() override;

  // The line is written soon; that of a parked message at once.
  void Log(const exchange::LogEvent& event) override;
  // A line about the server itself: starting, stopping, a pass that failed.
  // Written when it returns, and so is all that came before.
  void Note(const std::string& event, const std::string& text);
  // Writes what is waiting.
  void Flush();

 private:
  // Whether so much is waiting that the caller should write it.
  bool Add(const std::string& members);
  void Run();

  const std::string start_;  // of each line
  std::FILE* const stream_;
  // Held while writing, so that lines stay in order; taken before mutex_.
  std::mutex write_mutex_;
  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;  // guarded by mutex_, as all that follows
  std::string waiting_;
  std::thread thread_;
};

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_JSON_LOG_H_
