// Early return for absl::Status, which Debian's Abseil lacks.
//
//   RETURN_IF_ERROR(Check(x));
//   ASSIGN_OR_RETURN(Key key, ParseKey(text));
#ifndef CONVERGENCE_SERVICES_BASE_STATUS_MACROS_H_
#define CONVERGENCE_SERVICES_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define DCI_CONCAT_INNER_(a, b) a##b
#define DCI_CONCAT_(a, b) DCI_CONCAT_INNER_(a, b)

// Returns the status of `expr` from the enclosing function unless it is OK.
#define RETURN_IF_ERROR(expr)                                 \
  do {                                                        \
    if (absl::Status dci_status_ = (expr); !dci_status_.ok()) \
      return dci_status_;                                     \
  } while (false)

// Evaluates `expr`, a StatusOr; returns its status, or assigns its value.
#define ASSIGN_OR_RETURN(lhs, expr) \
  DCI_ASSIGN_OR_RETURN_(DCI_CONCAT_(dci_status_or_, __LINE__), lhs, expr)

#define DCI_ASSIGN_OR_RETURN_(tmp, lhs, expr)    \
  auto tmp = (expr);                             \
  if (!tmp.ok()) return std::move(tmp).status(); \
  lhs = *std::move(tmp)

#endif  // CONVERGENCE_SERVICES_BASE_STATUS_MACROS_H_
