#include "services/trust/keyed_hash.h"

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace dci::trust {
namespace {

// RFC 4231, test cases 1, 2 and 6.
TEST(KeyedHash, IsHmacSha256) {
  EXPECT_EQ(
      absl::BytesToHexString(KeyedHash(std::string(20, '\x0b')).Of("Hi There")),
      "b0344c61d8db38535ca8afceaf0bf12b"
      "881dc200c9833da726e9376c2e32cff7");
  const KeyedHash jefe("Jefe");
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(absl::BytesToHexString(jefe.Of("what do ya want for nothing?")),
              "5bdcc146bf60754e6a042426089575c7"
              "5a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(absl::BytesToHexString(
                KeyedHash(std::string(131, '\xaa'))
                    .Of("Test Using Larger Than Block-Size Key - Hash Key "
                        "First")),
            "60e431591ee0b67f0d8a26aacbf5b77f"
            "8e0bc6213728c5140546040f0ee37f54");
}

TEST(RandomBytes, AreNeverTheSame) {
  EXPECT_EQ(RandomBytes(16).size(), 16u);
  EXPECT_NE(RandomBytes(16), RandomBytes(16));
  EXPECT_EQ(RandomBytes(0), "");
}

}  // namespace
}  // namespace dci::trust
