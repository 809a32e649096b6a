// A server for tests that must answer what no HTTP server would.
#ifndef CONVERGENCE_SERVICES_NET_RAW_SERVER_H_
#define CONVERGENCE_SERVICES_NET_RAW_SERVER_H_

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace dci::net {

// On 127.0.0.1, one connection at a time. Each request gets the next of the
// answers, byte for byte; the connection stays open only after an answer
// that another request may follow (a Content-Length that is met).
class RawServer {
 public:
  // With `hold` it does not close after the last answer.
  explicit RawServer(std::vector<std::string> answers, bool hold = false);
  ~RawServer();
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  uint16_t port() const { return port_; }
  int connections() const { return connections_; }
  int requests() const { return requests_; }

 private:
  void Serve();
  bool ReadRequest(int fd);

  const std::vector<std::string> answers_;
  const bool hold_;
  int listener_ = -1;
  int stop_[2] = {-1, -1};  // a pipe: closing it ends a read that waits
  uint16_t port_ = 0;
  std::atomic<int> connections_ = 0;
  std::atomic<int> requests_ = 0;
  std::thread thread_;
};

}  // namespace dci::net

#endif  // CONVERGENCE_SERVICES_NET_RAW_SERVER_H_
