#include "services/trust/hash_chain.h"

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/hash.h"
#include "services/base/status_matchers.h"

namespace dci::trust {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Kept {
  std::string link;
  std::vector<std::pair<std::string, std::string>> rows;
};

std::vector<ChainRow> RowsOf(const Kept& kept) {
  std::vector<ChainRow> rows;
  for (const auto& [key, value] : kept.rows) rows.push_back({key, value});
  return rows;
}

// Five links of 1, 2, 3, 4 and 5 rows.
class Chain : public testing::Test {
 protected:
  void SetUp() override {
    int next = 100;
    for (int size = 1; size <= 5; ++size) {
      Kept kept;
      for (int i = 0; i < size; ++i, ++next)
        kept.rows.emplace_back(absl::StrCat(next), absl::StrCat("row ", next));
      kept.link = NextLink(head_, RowsOf(kept)).Encode();
      head_ = {head_.number + 1, LinkHash(kept.link)};
      chain_.push_back(kept);
    }
  }

  std::vector<std::string> Faults(std::optional<ChainHead> noted = std::nullopt,
                                  uint64_t loose = 0) {
    ChainVerifier verifier({}, std::move(noted));
    for (const Kept& kept : chain_) verifier.Take(kept.link, RowsOf(kept));
    verifier.Finish(loose);
    std::vector<std::string> faults;
    for (const ChainVerifier::Fault& fault : verifier.faults())
      faults.push_back(absl::StrCat(fault.link, ": ", fault.message));
    return faults;
  }

  std::vector<Kept> chain_;
  ChainHead head_;
};

TEST_F(Chain, AsWrittenHasNoFault) {
  EXPECT_THAT(Faults(head_), IsEmpty());
  ChainVerifier verifier;
  for (const Kept& kept : chain_) verifier.Take(kept.link, RowsOf(kept));
  EXPECT_EQ(verifier.head(), head_);
  EXPECT_EQ(verifier.links(), 5u);
  EXPECT_EQ(verifier.rows(), 15u);
}

TEST_F(Chain, ARemovedRowIsFound) {
  chain_[3].rows.erase(chain_[3].rows.begin() + 1);
  EXPECT_THAT(Faults(), ElementsAre(HasSubstr("4: it covers 4 rows, and 3"),
                                    HasSubstr("4: its rows are not those")));
}

TEST_F(Chain, AChangedRowIsFound) {
  chain_[2].rows[1].second = "row of somebody else";
  EXPECT_THAT(Faults(), ElementsAre(HasSubstr("3: its rows are not those")));
}

TEST_F(Chain, AByteMovedFromValueToKeyIsFound) {
  auto& [key, value] = chain_[0].rows[0];
  key += value[0];
  value.erase(0, 1);
  EXPECT_FALSE(Faults().empty());
}

TEST_F(Chain, ReorderedRowsAreFound) {
  std::swap(chain_[4].rows[0], chain_[4].rows[3]);
  EXPECT_THAT(Faults(), ElementsAre(HasSubstr("5: its rows are not in their"),
                                    HasSubstr("5: its rows are not those")));
}

TEST_F(Chain, ARowPutInLaterIsFound) {
  chain_[1].rows.emplace_back("102", "made up");
  EXPECT_FALSE(Faults().empty());
}

TEST_F(Chain, ARemovedLinkIsFound) {
  chain_.erase(chain_.begin() + 2);
  EXPECT_THAT(Faults(), ElementsAre(HasSubstr("4: it stands where link 3"),
                                    HasSubstr("4: it does not go on")));
}

TEST_F(Chain, SwappedLinksAreFound) {
  std::swap(chain_[1], chain_[2]);
  EXPECT_FALSE(Faults().empty());
}

TEST_F(Chain, ALinkMadeAnewOverChangedRowsIsFoundByTheNextOne) {
  chain_[1].rows[0].second = "changed";
  chain_[1].link =
      NextLink({1, LinkHash(chain_[0].link)}, RowsOf(chain_[1])).Encode();
  EXPECT_THAT(Faults(), ElementsAre(HasSubstr("3: it does not go on")));
}

TEST_F(Chain, AnEndThatWasCutOffIsFoundByANotedHeadAlone) {
  chain_.pop_back();
  EXPECT_THAT(Faults(), IsEmpty());
  EXPECT_THAT(Faults(head_), ElementsAre(HasSubstr("5: the end is missing")));
}

TEST_F(Chain, AChainMadeAnewFromSomewhereIsFoundByANotedHead) {
  chain_[4].rows[0].second = "changed";
  chain_[4].link =
      NextLink({4, LinkHash(chain_[3].link)}, RowsOf(chain_[4])).Encode();
  EXPECT_THAT(Faults(), IsEmpty());
  EXPECT_THAT(Faults(head_), ElementsAre("5: it is not the link that was "
                                         "noted"));
}

TEST_F(Chain, RowsBehindTheLastLinkAreFound) {
  EXPECT_THAT(Faults(std::nullopt, 2), ElementsAre(HasSubstr("2 rows lie")));
}

TEST_F(Chain, VerifyingGoesOnFromAnyLink) {
  ChainVerifier verifier({2, LinkHash(chain_[1].link)});
  for (int i = 2; i < 5; ++i) verifier.Take(chain_[i].link, RowsOf(chain_[i]));
  verifier.Finish(0);
  EXPECT_THAT(verifier.faults(), IsEmpty());
}

TEST_F(Chain, BytesThatAreNoLinkAreOneFault) {
  for (size_t size = 0; size < chain_[0].link.size(); ++size)
    EXPECT_FALSE(ChainLink::Decode(chain_[0].link.substr(0, size)).ok());
  EXPECT_FALSE(ChainLink::Decode(chain_[0].link + "x").ok());
  chain_[4].link = "garbage";
  EXPECT_THAT(Faults(), ElementsAre("5: it cannot be read"));
}

// The tree of RFC 6962 written out for three leaves: ((a b) c).
TEST(MerkleRoot, IsThatOfTheRfc) {
  auto leaf = [](const std::string& key, const std::string& value) {
    return Sha256(std::string(1, '\0') + std::string(7, '\0') +
                  static_cast<char>(key.size()) + key + value);
  };
  const std::vector<ChainRow> rows = {{"a", "1"}, {"bb", "2"}, {"c", ""}};
  const std::string left = Sha256("\x01" + leaf("a", "1") + leaf("bb", "2"));
  EXPECT_EQ(MerkleRoot(rows), Sha256("\x01" + left + leaf("c", "")));
  EXPECT_EQ(MerkleRoot(absl::MakeSpan(rows).first(1)), leaf("a", "1"));
  EXPECT_EQ(absl::BytesToHexString(MerkleRoot({})).substr(0, 8), "e3b0c442");
}

}  // namespace
}  // namespace dci::trust
