// A JSON value that is a text or a list of texts.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_TEXT_LIST_H_
#define CONVERGENCE_SERVICES_EXCHANGE_TEXT_LIST_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace dci::exchange {

// Most texts that are read.
inline constexpr size_t kMaxTexts = 1000;

// The texts; whole numbers, which some senders write for ids, as their own
// text. Empty for anything else, and beyond kMaxTexts.
std::vector<std::string> ReadTexts(absl::string_view json);

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_TEXT_LIST_H_
