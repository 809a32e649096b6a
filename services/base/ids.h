// Identifiers that this side makes.
#ifndef CONVERGENCE_SERVICES_BASE_IDS_H_
#define CONVERGENCE_SERVICES_BASE_IDS_H_

#include <string>

namespace dci {

// Source of new identifiers; an argument, so that a test can fix them.
// Thread-safe.
class IdSource {
 public:
  virtual ~IdSource() = default;
  // A text of 36 characters, unique and not guessable.
  virtual std::string NewId() = 0;

  // Version 4 UUIDs from the operating system's randomness; never deleted.
  static IdSource* Random();
};

}  // namespace dci

#endif  // CONVERGENCE_SERVICES_BASE_IDS_H_
