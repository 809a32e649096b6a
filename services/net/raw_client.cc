#include "services/net/raw_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"

namespace dci::net {
namespace {

// The value of a field as our own server and tests write it.
std::string Field(absl::string_view head, absl::string_view name) {
  const size_t at = head.find(name);
  if (at == absl::string_view::npos) return "";
  head.remove_prefix(at + name.size());
  return std::string(head.substr(0, head.find("\r\n")));
}

}  // namespace

RawClient::RawClient(uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval limit = {.tv_sec = 20, .tv_usec = 0};
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  if (connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address))) {
    close(fd_);
    fd_ = -1;
  }
}

RawClient::~RawClient() {
  if (fd_ >= 0) close(fd_);
}

bool RawClient::Send(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

void RawClient::CloseWrite() { shutdown(fd_, SHUT_WR); }

bool RawClient::Fill() {
  char bytes[16384];
  const ssize_t n = recv(fd_, bytes, sizeof(bytes), 0);
  if (n > 0) {
    buffer_.append(bytes, static_cast<size_t>(n));
    return true;
  }
  // A reset is an end as well; a timeout is not.
  closed_ = n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
  return false;
}

std::string RawClient::ReadResponse(bool head_request) {
  size_t end;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!Fill()) return std::exchange(buffer_, "");
  }
  end += 4;
  const std::string head = buffer_.substr(0, end);
  size_t length = 0;
  if (!head_request && absl::StrContains(head, "chunked\r\n")) {
    size_t last;
    while ((last = buffer_.find("0\r\n\r\n", end)) == std::string::npos) {
      if (!Fill()) return std::exchange(buffer_, "");
    }
    length = last + 5 - end;
  } else if (!head_request &&
             !absl::SimpleAtoi(Field(head, "Content-Length: "), &length)) {
    length = 0;
  }
  while (buffer_.size() < end + length) {
    if (!Fill()) return std::exchange(buffer_, "");
  }
  std::string response = buffer_.substr(0, end + length);
  buffer_.erase(0, end + length);
  return response;
}

std::string RawClient::ReadToEnd() {
  while (Fill()) {
  }
  return std::exchange(buffer_, "");
}

}  // namespace dci::net
