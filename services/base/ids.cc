#include "services/base/ids.h"

#include <openssl/rand.h>

#include <cstdlib>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace dci {
namespace {

class RandomIds : public IdSource {
 public:
  std::string NewId() override {
    unsigned char b[16];
    // Without randomness no id can be trusted: there is nothing to go on with.
    if (RAND_bytes(b, sizeof(b)) != 1) std::abort();
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
