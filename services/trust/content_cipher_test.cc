#include "services/trust/content_cipher.h"

#include <string>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"
#include "services/trust/algorithm.h"
#include "services/trust/keyed_hash.h"

namespace dci::trust {
namespace {

std::string Hex(absl::string_view hex) { return absl::HexStringToBytes(hex); }

TEST(ContentCipher, OpensWhatItSealedAndNothingElse) {
  const std::string clear = R"({"transaction_id":"1"})";
  for (const absl::string_view algorithm : kContentAlgorithms) {
    SCOPED_TRACE(std::string(algorithm));
    const std::string key = RandomBytes(ContentKeyBytes(algorithm));
    ASSERT_FALSE(key.empty());
    SealedContent good;
    ASSERT_TRUE(SealContent(algorithm, key, "aad", clear, &good));
    std::string opened;
    ASSERT_TRUE(OpenContent(algorithm, key, "aad", good, &opened));
    EXPECT_EQ(opened, clear);
    EXPECT_FALSE(OpenContent(algorithm, key, "aae", good, &opened));
    EXPECT_FALSE(
        OpenContent(algorithm, RandomBytes(key.size()), "aad", good, &opened));
    EXPECT_FALSE(OpenContent(algorithm, key.substr(1), "aad", good, &opened));
    for (std::string SealedContent::*part :
         {&SealedContent::iv, &SealedContent::ciphertext,
          &SealedContent::tag}) {
      SealedContent bad = good;
      (bad.*part).back() ^= 1;
      EXPECT_FALSE(OpenContent(algorithm, key, "aad", bad, &opened));
      bad = good;
      (bad.*part).pop_back();
      EXPECT_FALSE(OpenContent(algorithm, key, "aad", bad, &opened));
    }
  }
}

TEST(ContentCipher, AnEmptyTextIsOne) {
  for (const absl::string_view algorithm : kContentAlgorithms) {
    const std::string key = RandomBytes(ContentKeyBytes(algorithm));
    SealedContent sealed;
    std::string opened = "x";
    ASSERT_TRUE(SealContent(algorithm, key, "", "", &sealed));
    ASSERT_TRUE(OpenContent(algorithm, key, "", sealed, &opened));
    EXPECT_EQ(opened, "");
  }
}

TEST(ContentCipher, WhatIsNotAllowedHasNoKey) {
  for (const char* algorithm : {"", "none", "A128CBC", "A192CBC-HS384", "dir"})
    EXPECT_EQ(ContentKeyBytes(algorithm), 0u) << algorithm;
}

// RFC 7518, appendix B.1.
TEST(ContentCipher, OpensThePublishedExample) {
  SealedContent sealed;
  sealed.iv = Hex("1af38c2dc2b96ffdd86694092341bc04");
  sealed.ciphertext =
      Hex("c80edfa32ddf39d5ef00c0b468834279a2e46a1b8049f792f76bfe54b903a9c9"
          "a94ac9b47ad2655c5f10f9aef71427e2fc6f9b3f399a221489f16362c7032336"
          "09d45ac69864e3321cf82935ac4096c86e133314c54019e8ca7980dfa4b9cf1b"
          "384c486f3a54c51078158ee5d79de59fbd34d848b3d69550a67646344427ade5"
          "4b8851ffb598f7f80074b9473c82e2db");
  sealed.tag = Hex("652c3fa36b0a7c5b3219fab3a30bc1c4");
  std::string clear;
  ASSERT_TRUE(OpenContent(
      kA128CbcHs256,
      Hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"),
      "The second principle of Auguste Kerckhoffs", sealed, &clear));
  EXPECT_EQ(clear,
            "A cipher system must not be required to be secret, and it must be "
            "able to fall into the hands of the enemy without inconvenience");
}

}  // namespace
}  // namespace dci::trust
