#include "tests/crash/frames.h"

#include <errno.h>
#include <unistd.h>

#include <cstring>

namespace dci::crash {
namespace {

struct Head {
  uint64_t id;
  uint32_t size;
  char kind;
};

bool WriteAll(int fd, const char* bytes, size_t size) {
  while (size > 0) {
    const ssize_t n = write(fd, bytes, size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes += n;
    size -= static_cast<size_t>(n);
  }
  return true;
}

bool ReadAll(int fd, char* bytes, size_t size) {
  while (size > 0) {
    const ssize_t n = read(fd, bytes, size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes += n;
    size -= static_cast<size_t>(n);
  }
  return true;
}

}  // namespace

bool WriteFrame(int fd, const Frame& frame) {
  Head head = {};
  head.id = frame.id;
  head.size = static_cast<uint32_t>(frame.text.size());
  head.kind = frame.kind;
  std::string bytes(sizeof(head), '\0');
  std::memcpy(bytes.data(), &head, sizeof(head));
  bytes += frame.text;
  return WriteAll(fd, bytes.data(), bytes.size());
}

std::optional<Frame> ReadFrame(int fd) {
  Head head;
  if (!ReadAll(fd, reinterpret_cast<char*>(&head), sizeof(head))) {
    return std::nullopt;
  }
  Frame frame{head.kind, head.id, std::string(head.size, '\0')};
  if (!ReadAll(fd, frame.text.data(), frame.text.size())) return std::nullopt;
  return frame;
}

}  // namespace dci::crash
