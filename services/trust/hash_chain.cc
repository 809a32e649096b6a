#include "services/trust/hash_chain.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/bytes.h"
#include "services/base/hash.h"

namespace dci::trust {
namespace {

// First byte of what is hashed: a leaf never passes for a node, nor either
// for a link (RFC 6962, 2.1).
constexpr char kLeaf = 0;
constexpr char kNode = 1;
constexpr char kLink = 2;

std::string LeafHash(const ChainRow& row) {
  std::string data(1, kLeaf);
  AppendOrderedU64(&data, row.key.size());
  absl::StrAppend(&data, row.key, row.value);
  return Sha256(data);
}

// One level of the tree over the one below it. A node without a sibling goes
// up as it is: that is the tree of RFC 6962, whose left half is the largest
// power of two.
std::vector<std::string> LevelAbove(std::vector<std::string> level) {
  std::vector<std::string> above;
  above.reserve((level.size() + 1) / 2);
  for (size_t i = 0; i + 1 < level.size(); i += 2)
    above.push_back(
        Sha256(absl::StrCat(std::string(1, kNode), level[i], level[i + 1])));
  if (level.size() % 2 == 1) above.push_back(std::move(level.back()));
  return above;
}

}  // namespace

std::string MerkleRoot(absl::Span<const ChainRow> rows) {
  if (rows.empty()) return Sha256("");
  std::vector<std::string> level;
  level.reserve(rows.size());
  for (const ChainRow& row : rows) level.push_back(LeafHash(row));
  while (level.size() > 1) level = LevelAbove(std::move(level));
  return std::move(level.front());
}

std::string ChainLink::Encode() const {
  std::string bytes;
  AppendOrderedU64(&bytes, number);
  AppendOrderedU64(&bytes, rows);
  for (const std::string* text : {&first, &last, &previous, &root})
    AppendOrderedText(&bytes, *text);
  return bytes;
}

absl::StatusOr<ChainLink> ChainLink::Decode(absl::string_view bytes) {
  ChainLink link;
  if (ConsumeOrderedU64(&bytes, &link.number) &&
      ConsumeOrderedU64(&bytes, &link.rows) &&
      ConsumeOrderedText(&bytes, &link.first) &&
      ConsumeOrderedText(&bytes, &link.last) &&
      ConsumeOrderedText(&bytes, &link.previous) &&
      ConsumeOrderedText(&bytes, &link.root) && bytes.empty())
    return link;
  return absl::InvalidArgumentError("these bytes are no link");
}

ChainLink NextLink(const ChainHead& head, absl::Span<const ChainRow> rows) {
  ChainLink link;
  link.number = head.number + 1;
  link.first = std::string(rows.front().key);
  link.last = std::string(rows.back().key);
  link.rows = rows.size();
  link.previous = head.hash;
  link.root = MerkleRoot(rows);
  return link;
}

std::string LinkHash(absl::string_view encoded) {
  return Sha256(absl::StrCat(std::string(1, kLink), encoded));
}

void ChainVerifier::Report(uint64_t link, std::string message) {
  if (faults_.size() < kMaxFaults) faults_.push_back({link, message});
}

void ChainVerifier::CheckPlace(const ChainLink& link) {
  if (link.number != head_.number + 1)
    Report(link.number, absl::StrCat("it stands where link ", head_.number + 1,
                                     " should: links are missing or moved"));
  if (link.previous != head_.hash)
    Report(link.number, "it does not go on from the link before it");
}

void ChainVerifier::CheckRows(const ChainLink& link,
                              absl::Span<const ChainRow> rows) {
  if (rows.size() != link.rows)
    Report(link.number, absl::StrCat("it covers ", link.rows, " rows, and ",
                                     rows.size(), " are there"));
  for (size_t i = 0; i < rows.size(); ++i) {
    const absl::string_view before =
        i == 0 ? absl::string_view(last_key_) : rows[i - 1].key;
    if (before < rows[i].key && rows[i].key <= link.last) continue;
    Report(link.number, "its rows are not in their order");
    break;
  }
  if (MerkleRoot(rows) != link.root)
    Report(link.number, "its rows are not those that were written");
}

void ChainVerifier::Take(absl::string_view encoded,
                         absl::Span<const ChainRow> rows) {
  ++links_;
  rows_ += rows.size();
  const absl::StatusOr<ChainLink> link = ChainLink::Decode(encoded);
  if (!link.ok()) {
    Report(head_.number + 1, "it cannot be read");
    // Whatever it was: what follows is judged by its number and hash alone.
    head_ = {head_.number + 1, LinkHash(encoded)};
    if (!rows.empty()) last_key_ = std::string(rows.back().key);
    return;
  }
  CheckPlace(*link);
  CheckRows(*link, rows);
  // One fault is told once: the next link is held against this one as it is.
  head_ = {link->number, LinkHash(encoded)};
  last_key_ = link->last;
  if (noted_.has_value() && noted_->number == head_.number &&
      noted_->hash != head_.hash)
    Report(link->number, "it is not the link that was noted");
}

void ChainVerifier::Finish(uint64_t loose) {
  if (loose > 0)
    Report(head_.number, absl::StrCat(loose, " rows lie behind the last link"));
  if (noted_.has_value() && noted_->number > head_.number)
    Report(noted_->number,
           absl::StrCat("the end is missing: the chain has ", head_.number,
                        " links, and this one was noted"));
}

}  // namespace dci::trust
