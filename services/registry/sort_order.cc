#include "services/registry/sort_order.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "services/base/bytes.h"
#include "services/registry/extract.h"
#include "services/registry/normal_form.h"

namespace dci::registry {
namespace {

constexpr char kPresent = '\x01';
constexpr char kMissing = '\x02';

void Offer(std::string normal, bool descending,
           std::optional<std::string>* best) {
  if (!best->has_value() || (descending ? normal > **best : normal < **best))
    *best = std::move(normal);
}

std::optional<std::string> BestValue(const SortKey& key,
                                     absl::string_view record) {
  std::optional<std::string> best;
  if (key.attribute.identifiers != nullptr) {
    auto tuples = Tuples(key.attribute.identifiers->paths, record);
    if (!tuples.ok()) return best;
    for (Tuple& tuple : *tuples)
      if (tuple[0] == key.attribute.identifier_type)
        Offer(std::move(tuple[1]), key.descending, &best);
    return best;
  }
  const schema::Field& leaf = key.attribute.path.leaf();
  VisitValues(key.attribute.path, record, [&](absl::string_view text) {
    if (std::optional<std::string> normal = NormalForm(leaf, text))
      Offer(*std::move(normal), key.descending, &best);
    return false;
  });
  return best;
}

}  // namespace

std::string SortBytes(absl::Span<const SortKey> keys,
                      absl::string_view record) {
  std::string bytes;
  for (const SortKey& key : keys) {
    const std::optional<std::string> value = BestValue(key, record);
    if (!value.has_value()) {
      bytes.push_back(kMissing);
      continue;
    }
    bytes.push_back(kPresent);
    const size_t begin = bytes.size();
    AppendOrderedText(&bytes, *value);
    // No piece is the beginning of another, so complements order backwards.
    if (key.descending)
      for (size_t i = begin; i < bytes.size(); ++i)
        bytes[i] = static_cast<char>(~bytes[i]);
  }
  return bytes;
}

}  // namespace dci::registry
