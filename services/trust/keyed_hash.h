// Names that only the holder of a key can make.
#ifndef CONVERGENCE_SERVICES_TRUST_KEYED_HASH_H_
#define CONVERGENCE_SERVICES_TRUST_KEYED_HASH_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"

namespace dci::trust {

// HMAC-SHA256 (RFC 2104) under one key. Thread-safe.
class KeyedHash {
 public:
  explicit KeyedHash(absl::string_view key);
  ~KeyedHash();

  // 32 bytes.
  std::string Of(absl::string_view data) const;

 private:
  struct State;
  const std::unique_ptr<const State> state_;
};

// Bytes of the operating system's randomness.
std::string RandomBytes(size_t size);

}  // namespace dci::trust

#endif  // CONVERGENCE_SERVICES_TRUST_KEYED_HASH_H_
