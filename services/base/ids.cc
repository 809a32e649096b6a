#include "services/base/ids.h"

#include <openssl/rand.h>

#include <cstdlib>
#include <cstring>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace dci {
namespace {

constexpr size_t kIdBytes = 16;

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
    const std::string hex = absl::BytesToHexString(
        absl::string_view(reinterpret_cast<char*>(b), sizeof(b)));
    const absl::string_view h = hex;
    return absl::StrCat(h.substr(0, 8), "-", h.substr(8, 4), "-",
                        h.substr(12, 4), "-", h.substr(16, 4), "-",
                        h.substr(20));
  }
};

}  // namespace

IdSource* IdSource::Random() {
  static RandomIds* ids = new RandomIds;
  return ids;
}

}  // namespace dci
