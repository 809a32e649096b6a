#include "services/net/raw_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"

namespace dci::net {
namespace {

// The bytes of body that a header announces, 0 without Content-Length.
size_t BodySize(absl::string_view head) {
  static constexpr absl::string_view kName = "Content-Length: ";
  const size_t at = head.find(kName);
  size_t size = 0;
  if (at == absl::string_view::npos) return 0;
  head.remove_prefix(at + kName.size());
  return absl::SimpleAtoi(head.substr(0, head.find("\r\n")), &size) ? size : 0;
}

bool MayFollow(const std::string& answer) {
  const size_t head = answer.find("\r\n\r\n");
  return head != std::string::npos &&
         absl::StrContains(answer, "Content-Length: ") &&
         answer.size() == head + 4 + BodySize(answer);
}

}  // namespace

RawServer::RawServer(std::vector<std::string> answers, bool hold)
    : answers_(std::move(answers)),
      hold_(hold),
      listener_(socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address = {};
  socklen_t size = sizeof(address);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (pipe(stop_) != 0 || bind(listener_, generic, size) != 0 ||
      listen(listener_, 16) != 0) {
    return;  // port() stays 0
  }
  getsockname(listener_, generic, &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Serve(); });
}

RawServer::~RawServer() {
  close(stop_[1]);
  if (thread_.joinable()) thread_.join();
  close(stop_[0]);
  close(listener_);
}

// False once the peer has closed or the server ends.
bool RawServer::ReadRequest(int fd) {
  std::string text;
  for (;;) {
    pollfd events[2] = {{fd, POLLIN, 0}, {stop_[0], POLLIN, 0}};
    poll(events, 2, -1);
    char bytes[4096];
    const ssize_t n = events[1].revents ? 0 : recv(fd, bytes, sizeof(bytes), 0);
    if (n <= 0) return false;
    text.append(bytes, static_cast<size_t>(n));
    const size_t head = text.find("\r\n\r\n");
    if (head != std::string::npos && text.size() >= head + 4 + BodySize(text)) {
      return true;
    }
  }
}

void RawServer::Serve() {
  size_t next = 0;
  for (;;) {
    pollfd events[2] = {{listener_, POLLIN, 0}, {stop_[0], POLLIN, 0}};
    poll(events, 2, -1);
    if (events[1].revents != 0) return;
    const int fd = accept(listener_, nullptr, nullptr);
    ++connections_;
    while (next < answers_.size() && ReadRequest(fd)) {
      ++requests_;
      const std::string& answer = answers_[next++];
      send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
      if (!MayFollow(answer) && !hold_) break;
    }
    if (hold_) ReadRequest(fd);
    close(fd);
  }
}

}  // namespace dci::net
