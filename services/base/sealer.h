// Texts that go out and come back: nobody else reads or makes them.
#ifndef CONVERGENCE_SERVICES_BASE_SEALER_H_
#define CONVERGENCE_SERVICES_BASE_SEALER_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace dci {

// AES-256-GCM under one key, a fresh nonce for each text: good for some 2^32
// texts (NIST SP 800-38D, 8.3). Thread-safe.
class Sealer {
 public:
  static constexpr size_t kKeyBytes = 32;

  // `key` must have kKeyBytes.
  explicit Sealer(std::string key);
  static std::string NewKey();

  // 28 bytes longer than `text`.
  std::string Seal(absl::string_view text) const;
  // The text; nothing where `sealed` was not sealed under this key, or was
  // changed since.
  std::optional<std::string> Open(absl::string_view sealed) const;

 private:
  const std::string key_;
};

}  // namespace dci

#endif  // CONVERGENCE_SERVICES_BASE_SEALER_H_
