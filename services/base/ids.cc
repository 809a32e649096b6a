#include "services/base/ids.h"

#include <openssl/rand.h>

#include <cstdlib>
#include <cstring>

namespace dci {
namespace {

constexpr size_t kIdBytes = 16;
constexpr size_t kIdLength = 36;  // as text, RFC 4122, 3
constexpr char kHex[] = "0123456789abcdef";

// Randomness for many ids at once: asking for little costs as much as asking
// for much, and each message needs two or three.
class Randomness {
 public:
  void Take(unsigned char* id) {
    if (used_ == sizeof(bytes_)) {
      // Without it no id can be trusted: there is nothing to go on with.
      if (RAND_bytes(bytes_, sizeof(bytes_)) != 1) std::abort();
      used_ = 0;
    }
    std::memcpy(id, bytes_ + used_, kIdBytes);
    used_ += kIdBytes;
  }

 private:
  unsigned char bytes_[32 * kIdBytes];
  size_t used_ = sizeof(bytes_);
};

class RandomIds : public IdSource {
 public:
  std::string NewId() override {
    thread_local Randomness randomness;
    unsigned char b[kIdBytes];
    randomness.Take(b);
    b[6] = (b[6] & 0x0f) | 0x40;
    b[8] = (b[8] & 0x3f) | 0x80;
    std::string id;
    id.reserve(kIdLength);
    for (size_t i = 0; i < kIdBytes; ++i) {
      if (i == 4 || i == 6 || i == 8 || i == 10) id.push_back('-');
      id.push_back(kHex[b[i] >> 4]);
      id.push_back(kHex[b[i] & 15]);
    }
    return id;
  }
};

}  // namespace

IdSource* IdSource::Random() {
  static RandomIds* ids = new RandomIds;
  return ids;
}

}  // namespace dci
