// What the arithmetic of signatures alone costs: the floor under which no
// signed exchange can be. As a test it runs each once; as a measurement:
//
//   bazel run -c opt //tests/bench:trust_bench -- --benchmark_filter=.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "services/trust/key.h"
#include "services/trust/keys.h"
#include "services/trust/signature_check.h"
#include "services/trust/signer.h"
#include "services/wire/message.h"

namespace dci::trust {
namespace {

constexpr absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);
constexpr char kHeader[] =
    R"({"action":"search","message_id":"m","message_ts":)"
    R"("2023-11-14T22:13:20.000Z","sender_id":"me","total_count":1,)"
    R"("version":"1.0.0"})";

// A body of about the size of an answer with one household.
std::string Body() {
  std::string text = "{\"search_response\":[";
  for (int i = 0; i < 20; ++i) {
    if (i > 0) text += ',';
    text += R"({"given_name":"Amina","identifier":[{"identifier_type":"UIN",)"
            R"("identifier_value":"1234567890"}],"surname":"Östberg"})";
  }
  return text + "],\"transaction_id\":\"t\"}";
}

struct Case {
  const char* name;
  const char* algorithm;
  dci::config::v1::SignatureForm form;
};
constexpr Case kCases[] = {
    {"dci_string", "EdDSA", dci::config::v1::SIGNATURE_FORM_DCI_STRING},
    {"jws_eddsa", "EdDSA", dci::config::v1::SIGNATURE_FORM_JWS_DETACHED},
    {"jws_es256", "ES256", dci::config::v1::SIGNATURE_FORM_JWS_DETACHED},
    {"jws_rs256", "RS256", dci::config::v1::SIGNATURE_FORM_JWS_DETACHED},
    {"compact_rs256", "RS256", dci::config::v1::SIGNATURE_FORM_JWS_COMPACT},
};

// One sender with one key, and what it accepts.
struct Peer {
  explicit Peer(const Case& c)
      : key(*Key::Generate(c.algorithm)),
        ring(*KeyRing::Create({{key, key.kid()}})),
        signer("me", &ring),
        keys({{key, key.kid()}}) {
    profiles.Add()->set_form(c.form);
  }

  Key key;
  KeyRing ring;
  Signer signer;
  std::vector<TimedKey> keys;
  google::protobuf::RepeatedPtrField<dci::config::v1::SignatureProfile>
      profiles;
};

void Sign(benchmark::State& state, const Case& c) {
  const Peer peer(c);
  const std::string body = Body();
  for (auto _ : state) {
    auto made = peer.signer.Sign(kHeader, body, peer.profiles[0], kNow);
    if (!made.ok()) state.SkipWithError("not signed");
    benchmark::DoNotOptimize(made);
  }
}

void Verify(benchmark::State& state, const Case& c) {
  const Peer peer(c);
  const std::string body = Body();
  const std::string signature =
      peer.signer.Sign(kHeader, body, peer.profiles[0], kNow)->signature_member;
  const std::string document = wire::AssembleDocument({kHeader, body}, "");
  for (auto _ : state) {
    const auto read = ReadSignature(signature, SignaturePlace::kMember);
    if (!read.ok() || !SignatureIsRight(*read, {document, ""}, peer.profiles,
                                        peer.keys, kNow)) {
      state.SkipWithError("not verified");
    }
  }
}

void Register() {
  for (const Case& c : kCases) {
    benchmark::RegisterBenchmark(
        (std::string("sign/") + c.name).c_str(),
        [c](benchmark::State& state) { Sign(state, c); });
    benchmark::RegisterBenchmark(
        (std::string("verify/") + c.name).c_str(),
        [c](benchmark::State& state) { Verify(state, c); });
  }
}

}  // namespace
}  // namespace dci::trust

int main(int argc, char** argv) {
  dci::trust::Register();
  if (argc == 1) {
    // A test: long enough to see that each works.
    char name[] = "trust_bench";
    char brief[] = "--benchmark_min_time=0.001";
    char* arguments[] = {name, brief, nullptr};
    int count = 2;
    benchmark::Initialize(&count, arguments);
  } else {
    benchmark::Initialize(&argc, argv);
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
