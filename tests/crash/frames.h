// What the kill test and its child say to each other over two pipes.
#ifndef CONVERGENCE_TESTS_CRASH_FRAMES_H_
#define CONVERGENCE_TESTS_CRASH_FRAMES_H_

#include <cstdint>
#include <optional>
#include <string>

namespace dci::crash {

// 'Q' a request (text: method, newline, document), answered by 'A' of the same
//     id (text: HTTP status, newline, body);
// 'C' a callback that the child sends (text: document), answered by 'K' (text:
//     HTTP status);
// 'S' asks what is left to do, answered by 'S' (text: a number);
// 'V' asks for a counter by name, answered by 'V' (text: a number).
struct Frame {
  char kind = 0;
  uint64_t id = 0;
  std::string text;
};

// False where the other side is gone.
bool WriteFrame(int fd, const Frame& frame);
// Nothing at the end of the stream, and for a frame that was cut off.
std::optional<Frame> ReadFrame(int fd);

}  // namespace dci::crash

#endif  // CONVERGENCE_TESTS_CRASH_FRAMES_H_
