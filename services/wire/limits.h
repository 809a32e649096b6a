// What one message may cost.
#ifndef CONVERGENCE_SERVICES_WIRE_LIMITS_H_
#define CONVERGENCE_SERVICES_WIRE_LIMITS_H_

#include <cstddef>

namespace dci::wire {

// Bounds that are checked before anything is built from the text. Beyond one
// of them the error is RESOURCE_EXHAUSTED.
struct Limits {
  // Bytes of one JSON text or one gRPC message. Batches of 1,000 records of
  // 3 KB fit thrice.
  size_t max_bytes = 10 << 20;
  // Arrays and objects inside each other; what keeps recursion bounded.
  int max_depth = 64;
};

}  // namespace dci::wire

#endif  // CONVERGENCE_SERVICES_WIRE_LIMITS_H_
