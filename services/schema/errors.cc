#include "services/schema/errors.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/str_cat.h"

namespace dci::schema {

void ErrorList::Add(absl::string_view file, int line, absl::string_view name,
                    absl::string_view text) {
  std::string place = std::string(file);
  if (line > 0) absl::StrAppend(&place, ":", line);
  if (!name.empty()) absl::StrAppend(&place, ": ", name);
  errors_.push_back({std::string(file), line, absl::StrCat(place, ": ", text)});
}

absl::Status ErrorList::ToStatus() const {
  if (errors_.empty()) return absl::OkStatus();
  std::vector<Error> sorted = errors_;
  // Stable: breaches of one line stay in the order in which they were met.
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Error& a, const Error& b) {
                     return std::tie(a.file, a.line) < std::tie(b.file, b.line);
                   });
  std::string text;
  for (size_t i = 0; i < sorted.size(); ++i) {
    if (i > 0 && sorted[i].text == sorted[i - 1].text) continue;
    absl::StrAppend(&text, i == 0 ? "" : "\n", sorted[i].text);
  }
  return absl::InvalidArgumentError(text);
}

}  // namespace dci::schema
