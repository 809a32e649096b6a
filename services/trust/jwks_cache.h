// Keys that peers publish, fetched when they are needed.
#ifndef CONVERGENCE_SERVICES_TRUST_JWKS_CACHE_H_
#define CONVERGENCE_SERVICES_TRUST_JWKS_CACHE_H_

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/trust/keys.h"

namespace dci::trust {

// Fetches a JWK Set. Implemented above this folder, over HTTP.
class KeyFetcher {
 public:
  virtual ~KeyFetcher() = default;
  // Calls `done` exactly once, from any thread, within a time of its own
  // choosing that is short (seconds): a message waits for it. Must follow no
  // redirect and bound the size.
  virtual void Fetch(
      const std::string& jwks_uri,
      std::function<void(absl::StatusOr<std::string> json)> done) = 0;
};

using KeyList = std::shared_ptr<const std::vector<TimedKey>>;

struct JwksCacheOptions {
  // A document is not fetched again before this has passed since the last
  // attempt, whatever came of it.
  absl::Duration min_interval = absl::Minutes(1);
  // Older keys are not used without a fetch: the bound on how long a key
  // that its owner withdrew is still trusted.
  absl::Duration max_age = absl::Hours(1);
  // Messages that wait for one document; more are refused at once.
  size_t max_waiting = 10'000;
};

// One document a URI, replaced whole by each successful fetch; concurrent
// requests share one fetch. Thread-safe.
class JwksCache {
 public:
  // `fetcher` may be null, then nothing is ever fetched; otherwise it
  // outlives the cache, and every `done` is called before the cache dies.
  explicit JwksCache(KeyFetcher* fetcher, JwksCacheOptions options = {});
  ~JwksCache();

  // Whether a list of keys answers the question of the caller.
  using Enough = std::function<bool(const std::vector<TimedKey>&)>;
  // Gives the keys under `uri`. Those at hand are given at once if they are
  // young enough and `enough`, or if the time for the next fetch has not
  // come and they are young enough. Otherwise a fetch is made or joined, and
  // its outcome is given from the fetcher's thread. `keys` is empty, never
  // null, where there are none to be had.
  void Get(const std::string& uri, absl::Time now, const Enough& enough,
           const std::function<void(KeyList keys)>& done);

 private:
  struct Entry;
  void Finish(const std::string& uri, absl::Time started,
              absl::StatusOr<std::string> json);

  KeyFetcher* const fetcher_;
  const JwksCacheOptions options_;
  std::mutex mu_;
  absl::flat_hash_map<std::string, std::unique_ptr<Entry>> entries_;
};

}  // namespace dci::trust

#endif  // CONVERGENCE_SERVICES_TRUST_JWKS_CACHE_H_
