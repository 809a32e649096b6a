// keygen, sign and verify together, as a user runs them.
#include <sys/stat.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/dci/fixture.h"
#include "tools/dci/json.h"

namespace dci::cli {
namespace {

using ::testing::HasSubstr;

constexpr char kRequest[] =
    R"({"header":{"message_id":"1","message_ts":"2026-09-21T14:13:20Z",)"
    R"("sender_id":"sp"},"message":{"text":"é","n":1.50}})";

class SignVerifyTest : public ProgramTest {
 protected:
  std::string MakeKey(const std::string& algorithm, const std::string& name) {
    const Result made =
        Run({"keygen", "--alg", algorithm, "--out", Path(name)});
    EXPECT_EQ(made.code, ExitCode::kRight) << made.err;
    Write(name + ".pub", made.out);
    return Path(name);
  }
  Result Sign(std::vector<std::string> more, const std::string& document) {
    more.insert(more.begin(), {"sign", "-"});
    return Run(more, document);
  }
  Result Verify(std::vector<std::string> more, const std::string& document) {
    more.insert(more.begin(), {"verify", "-"});
    return Run(more, document);
  }
  static std::string Failed(const Result& result) {
    return TextAt(result.out, "/failed");
  }
};

TEST_F(SignVerifyTest, KeygenMakesAPrivateFileOnce) {
  const Result made = Run({"keygen", "--out", Path("k"), "--kid", "k1"});
  EXPECT_EQ(made.code, ExitCode::kRight) << made.err;
  EXPECT_EQ(TextAt(made.out, "/kid"), "k1");
  EXPECT_EQ(TextAt(made.out, "/use"), "sig");
  EXPECT_FALSE(At(made.out, "/d").has_value());
  const std::string text = Read(Path("k"));
  EXPECT_TRUE(At(text, "/d").has_value());
  struct stat info;
  ASSERT_EQ(::stat(Path("k").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);

  EXPECT_EQ(Run({"keygen", "--out", Path("k")}).code, ExitCode::kUsage);
  EXPECT_EQ(Read(Path("k")), text);
}

TEST_F(SignVerifyTest, KeygenMakesEveryKindOfKey) {
  for (const std::string algorithm :
       {"EdDSA", "ES256", "PS256", "RS256", "RSA-OAEP-256", "ECDH-ES+A256KW"}) {
    const Result made =
        Run({"keygen", "--alg", algorithm, "--out", Path(algorithm)});
    EXPECT_EQ(made.code, ExitCode::kRight) << algorithm << made.err;
    EXPECT_EQ(TextAt(made.out, "/alg"), algorithm);
  }
  EXPECT_EQ(Run({"keygen", "--alg=HS256", "--out", Path("x")}).code,
            ExitCode::kUsage);
}

TEST_F(SignVerifyTest, EveryFormRoundTrips) {
  const std::string ed = MakeKey("EdDSA", "ed");
  const std::string ps = MakeKey("PS256", "ps");
  const std::vector<std::vector<std::string>> cases = {
      {"--key", ed},
      {"--key", ed, "--canonicalization=sorted-ascii", "--digest=blake2b-512",
       "--digest_prefix=BLAKE-512="},
      {"--key", ed, "--form=jws-compact"},
      {"--key", ps, "--form=jws-detached"},
      {"--key", ps, "--form=jws-detached", "--canonicalization=as-received"},
  };
  for (std::vector<std::string> options : cases) {
    const Result signed_document = Sign(options, kRequest);
    ASSERT_EQ(signed_document.code, ExitCode::kRight) << signed_document.err;
    // Byte for byte, with the signature last.
    EXPECT_THAT(signed_document.out, HasSubstr(R"("n":1.50},"signature":)"));
    options[0] = "--jwks";
    options[1] += ".pub";
    const Result verified = Verify(options, signed_document.out);
    EXPECT_EQ(verified.code, ExitCode::kRight) << verified.out << verified.err;
    EXPECT_EQ(TextAt(verified.out, "/verified"), "true");
  }
}

TEST_F(SignVerifyTest, TheHttpHeaderFormGoesThroughAFile) {
  const std::string key = MakeKey("ES256", "es");
  EXPECT_THAT(Sign({"--key", key, "--form=jws-http-header"}, kRequest).err,
              HasSubstr("--http_signature"));
  const Result signed_document = Sign(
      {"--key", key, "--form=jws-http-header", "--http_signature", Path("sig")},
      kRequest);
  ASSERT_EQ(signed_document.code, ExitCode::kRight) << signed_document.err;
  EXPECT_FALSE(At(signed_document.out, "/signature").has_value());
  const std::vector<std::string> options = {"--jwks", key + ".pub",
                                            "--http_signature", Path("sig")};
  EXPECT_EQ(Verify(options, signed_document.out).code, ExitCode::kRight);
  EXPECT_EQ(Failed(Verify(options, signed_document.out + " ")), "signature");
}

TEST_F(SignVerifyTest, VerifyNamesTheCheckThatFailed) {
  const std::string key = MakeKey("EdDSA", "ed");
  const std::string other = MakeKey("EdDSA", "other");
  const std::string text = Sign({"--key", key}, kRequest).out;
  const std::string keys = key + ".pub";

  EXPECT_EQ(Failed(Verify({"--jwks", keys}, kRequest)), "missing");
  EXPECT_EQ(Failed(Verify({"--jwks", keys, "--form=jws-compact"}, text)),
            "form");
  EXPECT_EQ(Failed(Verify({"--jwks", other + ".pub"}, text)), "key");
  std::string changed = text;
  changed.replace(changed.find("1.50"), 4, "2.50");
  const Result wrong = Verify({"--jwks", keys}, changed);
  EXPECT_EQ(wrong.code, ExitCode::kRefused);
  EXPECT_EQ(Failed(wrong), "signature");
  EXPECT_EQ(TextAt(wrong.out, "/hint"), "");
  EXPECT_EQ(
      Failed(Verify({"--jwks", keys},
                    Sign({"--key", key, "--sender_id=other"}, kRequest).out)),
      "sender");
  clock_.now += absl::Seconds(361);
  EXPECT_EQ(Failed(Verify({"--jwks", keys}, text)), "time");
  EXPECT_EQ(Verify({"--jwks", keys, "--any_time"}, text).code,
            ExitCode::kRight);
  EXPECT_EQ(Verify({"--jwks", keys, "--at=2026-09-21T14:14:00Z"}, text).code,
            ExitCode::kRight);
}

TEST_F(SignVerifyTest, VerifyTellsHowOtherBytesWouldFit) {
  const std::string key = MakeKey("EdDSA", "ed");
  const std::string text =
      Sign({"--key", key, "--canonicalization=sorted-ascii",
            "--digest_prefix=SHA-256="},
           kRequest)
          .out;
  const Result result = Verify({"--jwks", key + ".pub"}, text);
  EXPECT_EQ(result.code, ExitCode::kRefused);
  EXPECT_EQ(TextAt(result.out, "/hint"),
            "--canonicalization sorted-ascii --digest_prefix SHA-256=");
}

TEST_F(SignVerifyTest, AJwsIsJudgedByMessageTs) {
  const std::string key = MakeKey("EdDSA", "ed");
  const std::string text =
      Sign({"--key", key, "--form=jws-compact"}, kRequest).out;
  EXPECT_EQ(Verify({"--jwks", key + ".pub"}, text).code, ExitCode::kRight);
  clock_.now += absl::Seconds(361);
  EXPECT_EQ(Failed(Verify({"--jwks", key + ".pub"}, text)), "time");
  EXPECT_EQ(Verify({"--jwks", key + ".pub", "--max_age=400"}, text).code,
            ExitCode::kRight);
}

TEST_F(SignVerifyTest, KeysAreFetchedFromAUrl) {
  const std::string key = MakeKey("EdDSA", "ed");
  const std::string jwk = Read(key + ".pub");
  FakePeer peer([&jwk](const net::HttpRequest& request) {
    return request.path == "/jwks" ? JsonAnswer("{\"keys\":[" + jwk + "]}")
           : request.path == "/no" ? JsonAnswer("[]")
                                   : JsonAnswer("{}", 404);
  });
  const std::string text = Sign({"--key", key}, kRequest).out;
  EXPECT_EQ(Verify({"--jwks", peer.url() + "/jwks"}, text).code,
            ExitCode::kRight);
  EXPECT_EQ(Verify({"--jwks", peer.url() + "/no"}, text).code,
            ExitCode::kUntrusted);
  EXPECT_EQ(Verify({"--jwks", peer.url() + "/x"}, text).code,
            ExitCode::kRefused);
}

TEST_F(SignVerifyTest, FilesThatCannotBeUsedAreUsageErrors) {
  const std::string key = MakeKey("EdDSA", "ed");
  const std::string enc = MakeKey("RSA-OAEP-256", "enc");
  EXPECT_EQ(Sign({"--key", key}, "{}").code, ExitCode::kUsage);
  EXPECT_EQ(Sign({"--key", key + ".pub"}, kRequest).code, ExitCode::kUsage);
  EXPECT_EQ(Sign({"--key", enc}, kRequest).code, ExitCode::kUsage);
  EXPECT_EQ(Sign({"--key", Path("none")}, kRequest).code, ExitCode::kUsage);
  EXPECT_EQ(Run({"sign", Path("none"), "--key", key}).code, ExitCode::kUsage);
  EXPECT_EQ(Verify({"--jwks", key}, "{").code, ExitCode::kUntrusted);
}

}  // namespace
}  // namespace dci::cli
