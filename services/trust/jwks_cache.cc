#include "services/trust/jwks_cache.h"

#include <utility>

namespace dci::trust {
namespace {

const KeyList& NoKeys() {
  static const auto* none =
      new KeyList(std::make_shared<const std::vector<TimedKey>>());
  return *none;
}

}  // namespace

struct JwksCache::Entry {
  KeyList keys = NoKeys();
  absl::Time fetched = absl::InfinitePast();    // when `keys` were asked for
  absl::Time attempted = absl::InfinitePast();  // when anything last was
  bool fetching = false;
  std::vector<std::function<void(KeyList)>> waiting;
};

JwksCache::JwksCache(KeyFetcher* fetcher, JwksCacheOptions options)
    : fetcher_(fetcher), options_(options) {}

JwksCache::~JwksCache() = default;

void JwksCache::Get(const std::string& uri, absl::Time now,
                    const Enough& enough,
                    const std::function<void(KeyList keys)>& done) {
  KeyList at_once;
  bool fetch = false;
  {
    std::lock_guard<std::mutex> lock(mu_);
    std::unique_ptr<Entry>& slot = entries_[uri];
    if (slot == nullptr) slot = std::make_unique<Entry>();
    Entry& entry = *slot;
    const bool young = now < entry.fetched + options_.max_age;
    const KeyList usable = young ? entry.keys : NoKeys();
    const bool due =
        fetcher_ != nullptr && now >= entry.attempted + options_.min_interval;
    if ((young && enough(*usable)) || (!entry.fetching && !due) ||
        (entry.fetching && entry.waiting.size() >= options_.max_waiting)) {
      at_once = usable;
    } else {
      entry.waiting.push_back(done);
      fetch = !entry.fetching;
      entry.fetching = true;
      if (fetch) entry.attempted = now;
    }
  }
  // Outside the lock: either may come back here.
  if (at_once != nullptr) return done(at_once);
  if (!fetch) return;
  fetcher_->Fetch(uri, [this, uri, now](absl::StatusOr<std::string> json) {
    Finish(uri, now, std::move(json));
  });
}

void JwksCache::Finish(const std::string& uri, absl::Time started,
                       absl::StatusOr<std::string> json) {
  // Parsing costs more than the lock should be held for.
  KeyList fresh;
  if (json.ok()) {
    if (auto keys = ReadJwks(*json); keys.ok()) {
      fresh = std::make_shared<const std::vector<TimedKey>>(*std::move(keys));
    }
  }
  KeyList keys;
  std::vector<std::function<void(KeyList)>> waiting;
  {
    std::lock_guard<std::mutex> lock(mu_);
    Entry& entry = *entries_[uri];
    entry.fetching = false;
    if (fresh != nullptr) {
      entry.keys = std::move(fresh);
      entry.fetched = started;
    }
    // A peer whose document cannot be had just now keeps the keys it had, for
    // as long as they are young.
    keys = started < entry.fetched + options_.max_age ? entry.keys : NoKeys();
    waiting.swap(entry.waiting);
  }
  for (auto& done : waiting) done(keys);
}

}  // namespace dci::trust
