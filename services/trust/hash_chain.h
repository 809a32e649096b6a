// A chain of links over batches of rows: evidence that no row was removed,
// changed, moved or put in later.
//
//   ChainHead head;                                    // of an empty chain
//   const ChainLink link = NextLink(head, rows);
//   const std::string bytes = link.Encode();           // kept
//   head = {link.number, LinkHash(bytes)};
//
// Whoever can write to all of it can make it anew from any place on; so a head
// is noted from time to time where the writer cannot reach.
#ifndef CONVERGENCE_SERVICES_TRUST_HASH_CHAIN_H_
#define CONVERGENCE_SERVICES_TRUST_HASH_CHAIN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace dci::trust {

struct ChainRow {
  absl::string_view key;
  absl::string_view value;
};

// Merkle tree hash (RFC 6962, 2.1, SHA-256) of the rows in the order given.
// The data of a leaf are length of the key in eight bytes, key, value. Of no
// rows: the hash of nothing.
std::string MerkleRoot(absl::Span<const ChainRow> rows);

// The latest link of a chain.
struct ChainHead {
  uint64_t number = 0;  // links are counted from 1; 0: there is none
  std::string hash;     // of 32 bytes; empty: there is none

  friend bool operator==(const ChainHead& a, const ChainHead& b) {
    return a.number == b.number && a.hash == b.hash;
  }
};

struct ChainLink {
  uint64_t number = 0;
  std::string first, last;  // keys of the first and the last row
  uint64_t rows = 0;
  std::string previous;  // hash of the link before
  std::string root;

  std::string Encode() const;
  // INVALID_ARGUMENT for other bytes than Encode makes.
  static absl::StatusOr<ChainLink> Decode(absl::string_view bytes);
};

// The link after `head`; `rows` are not empty.
ChainLink NextLink(const ChainHead& head, absl::Span<const ChainRow> rows);
std::string LinkHash(absl::string_view encoded);

// Looks at links one after another and says what is wrong with them.
class ChainVerifier {
 public:
  static constexpr size_t kMaxFaults = 100;
  struct Fault {
    uint64_t link = 0;
    std::string message;
  };

  // Begins after `start`; with `noted`, a head known from earlier, the link of
  // that number must be that one.
  explicit ChainVerifier(ChainHead start = {},
                         std::optional<ChainHead> noted = std::nullopt)
      : head_(std::move(start)), noted_(std::move(noted)) {}

  // A link as it is kept, and every row that lies after the last row of the
  // link before and not after its own, in the order of their keys.
  void Take(absl::string_view encoded, absl::Span<const ChainRow> rows);
  // At the end of the chain: `loose` is how many rows lie behind it.
  void Finish(uint64_t loose);

  const ChainHead& head() const { return head_; }
  uint64_t links() const { return links_; }
  uint64_t rows() const { return rows_; }
  // The first kMaxFaults; empty: all is as it was written.
  const std::vector<Fault>& faults() const { return faults_; }

 private:
  void CheckPlace(const ChainLink& link);
  void CheckRows(const ChainLink& link, absl::Span<const ChainRow> rows);
  void Report(uint64_t link, std::string message);

  ChainHead head_;
  std::string last_key_;
  const std::optional<ChainHead> noted_;
  uint64_t links_ = 0, rows_ = 0;
  std::vector<Fault> faults_;
};

}  // namespace dci::trust

#endif  // CONVERGENCE_SERVICES_TRUST_HASH_CHAIN_H_
