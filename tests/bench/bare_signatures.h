// What signatures cost at least: the other side of the ratio.
#ifndef CONVERGENCE_TESTS_BENCH_BARE_SIGNATURES_H_
#define CONVERGENCE_TESTS_BENCH_BARE_SIGNATURES_H_

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "openssl/evp.h"
#include "services/trust/key.h"
#include "tests/bench/callers.h"

namespace dci::bench {

// One signing and one verifying of Ed25519, on every core at once, and
// nothing around them.
inline Rate MeasureArithmetic(const trust::Key& key, int cores,
                              absl::Duration length) {
  const std::string text(200, 't');  // about a signing string
  auto once = [&](EVP_MD_CTX* context) {
    unsigned char signature[64];
    size_t size = sizeof(signature);
    const auto* data = reinterpret_cast<const unsigned char*>(text.data());
    EVP_MD_CTX_reset(context);
    EVP_DigestSignInit(context, nullptr, nullptr, nullptr, key.pkey());
    EVP_DigestSign(context, signature, &size, data, text.size());
    EVP_MD_CTX_reset(context);
    EVP_DigestVerifyInit(context, nullptr, nullptr, nullptr, key.pkey());
    Check(EVP_DigestVerify(context, signature, size, data, text.size()) == 1,
          "not verified");
  };
  std::atomic<uint64_t> count{0};
  const Stopwatch watch;
  const absl::Time end = absl::Now() + length;
  std::vector<std::thread> threads;
  for (int i = 0; i < cores; ++i)
    threads.emplace_back([&] {
      EVP_MD_CTX* const context = EVP_MD_CTX_new();
      for (; absl::Now() < end; ++count) once(context);
      EVP_MD_CTX_free(context);
    });
  for (std::thread& thread : threads) thread.join();
  return watch.Of(count);
}

}  // namespace dci::bench

#endif  // CONVERGENCE_TESTS_BENCH_BARE_SIGNATURES_H_
