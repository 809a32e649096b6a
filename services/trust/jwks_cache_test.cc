#include "services/trust/jwks_cache.h"

#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/trust/key.h"

namespace dci::trust {
namespace {

constexpr char kUri[] = "https://crvs.example/.well-known/jwks.json";
constexpr absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

// Answers when the test says so.
class FakeFetcher : public KeyFetcher {
 public:
  void Fetch(const std::string& uri,
             std::function<void(absl::StatusOr<std::string>)> done) override {
    uris.push_back(uri);
    pending.push_back(std::move(done));
  }
  void Answer(absl::StatusOr<std::string> json) {
    auto done = std::move(pending.at(0));
    pending.erase(pending.begin());
    done(std::move(json));
  }

  std::vector<std::string> uris;
  std::vector<std::function<void(absl::StatusOr<std::string>)>> pending;
};

std::string Document(const std::vector<std::string>& kids) {
  std::string json;
  for (const std::string& kid : kids) {
    absl::StrAppend(&json, json.empty() ? "" : ",",
                    Key::Generate("EdDSA")->WithKid(kid).PublicJwk());
  }
  return absl::StrCat("{\"keys\":[", json, "]}");
}

class JwksCacheTest : public ::testing::Test {
 protected:
  // Asks for a key by name; the names that came back, "?" until they do.
  std::shared_ptr<std::string> Ask(const std::string& kid, absl::Time now,
                                   const std::string& uri = kUri) {
    auto names = std::make_shared<std::string>("?");
    cache_.Get(
        uri, now,
        [kid](const std::vector<TimedKey>& keys) {
          for (const TimedKey& k : keys) {
            if (k.key.kid() == kid) return true;
          }
          return false;
        },
        [names](KeyList keys) {
          names->clear();
          for (const TimedKey& k : *keys)
            absl::StrAppend(names.get(), k.key_id);
        });
    return names;
  }

  FakeFetcher fetcher_;
  JwksCache cache_{&fetcher_};
};

TEST_F(JwksCacheTest, AKnownKeyIsGivenWithoutAFetch) {
  const auto first = Ask("a", kNow);
  EXPECT_EQ(*first, "?");
  fetcher_.Answer(Document({"a", "b"}));
  EXPECT_EQ(*first, "ab");
  EXPECT_EQ(*Ask("b", kNow + absl::Minutes(30)), "ab");
  EXPECT_EQ(fetcher_.uris.size(), 1u);
}

TEST_F(JwksCacheTest, RequestsAtTheSameTimeShareOneFetch) {
  const auto first = Ask("a", kNow);
  const auto second = Ask("b", kNow);
  EXPECT_EQ(fetcher_.uris.size(), 1u);
  EXPECT_EQ(*second, "?");
  fetcher_.Answer(Document({"a", "b"}));
  EXPECT_EQ(*first, "ab");
  EXPECT_EQ(*second, "ab");
}

TEST_F(JwksCacheTest, AnUnknownKeyFetchesAtMostOnceAMinute) {
  Ask("a", kNow);
  fetcher_.Answer(Document({"a"}));
  EXPECT_EQ(*Ask("new", kNow + absl::Seconds(59)), "a");
  EXPECT_EQ(fetcher_.uris.size(), 1u);
  const auto later = Ask("new", kNow + absl::Seconds(60));
  EXPECT_EQ(*later, "?");
  fetcher_.Answer(Document({"new"}));
  EXPECT_EQ(*later, "new");
}

TEST_F(JwksCacheTest, AFetchReplacesTheWholeDocument) {
  Ask("a", kNow);
  fetcher_.Answer(Document({"a", "b"}));
  Ask("c", kNow + absl::Minutes(2));
  fetcher_.Answer(Document({"b", "c"}));
  const auto withdrawn = Ask("a", kNow + absl::Minutes(2));
  EXPECT_EQ(*withdrawn, "bc");
}

TEST_F(JwksCacheTest, AWithdrawnKeyIsTrustedNoLongerThanAnHour) {
  Ask("a", kNow);
  fetcher_.Answer(Document({"a"}));
  const auto later = Ask("a", kNow + absl::Hours(1));
  EXPECT_EQ(*later, "?");
  fetcher_.Answer(Document({}));
  EXPECT_EQ(*later, "");
}

TEST_F(JwksCacheTest, AFailureIsRememberedForAMinute) {
  const auto first = Ask("a", kNow);
  fetcher_.Answer(absl::DeadlineExceededError("slow"));
  EXPECT_EQ(*first, "");
  EXPECT_EQ(*Ask("a", kNow + absl::Seconds(30)), "");
  EXPECT_EQ(fetcher_.uris.size(), 1u);
  const auto again = Ask("a", kNow + absl::Minutes(1));
  fetcher_.Answer(std::string("<html>not found</html>"));
  EXPECT_EQ(*again, "");
}

TEST_F(JwksCacheTest, AFailureLeavesTheKeysThatAreYoung) {
  Ask("a", kNow);
  fetcher_.Answer(Document({"a"}));
  const auto other = Ask("b", kNow + absl::Minutes(2));
  fetcher_.Answer(absl::UnavailableError("down"));
  EXPECT_EQ(*other, "a");
  EXPECT_EQ(*Ask("a", kNow + absl::Minutes(59)), "a");
  const auto old = Ask("a", kNow + absl::Minutes(61));
  fetcher_.Answer(absl::UnavailableError("down"));
  EXPECT_EQ(*old, "");
}

TEST_F(JwksCacheTest, DocumentsAreKeptApart) {
  Ask("a", kNow);
  const auto other = Ask("a", kNow, "https://other.example/jwks");
  EXPECT_EQ(fetcher_.uris.size(), 2u);
  fetcher_.Answer(Document({"a"}));
  EXPECT_EQ(*other, "?");
  fetcher_.Answer(Document({"z"}));
  EXPECT_EQ(*other, "z");
}

TEST_F(JwksCacheTest, WaitingIsBounded) {
  JwksCacheOptions options;
  options.max_waiting = 2;
  JwksCache cache(&fetcher_, options);
  int answered = 0;
  for (int i = 0; i < 5; ++i) {
    cache.Get(
        kUri, kNow, [](const std::vector<TimedKey>&) { return false; },
        [&answered](KeyList) { ++answered; });
  }
  EXPECT_EQ(answered, 3);
  fetcher_.Answer(Document({"a"}));
  EXPECT_EQ(answered, 5);
}

TEST_F(JwksCacheTest, ManyThreadsShareOneFetchAndAreAllAnswered) {
  std::atomic<int> answered{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this, &answered] {
      for (int i = 0; i < 250; ++i) {
        cache_.Get(
            kUri, kNow, [](const std::vector<TimedKey>&) { return false; },
            [&answered](KeyList) { ++answered; });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(answered, 0);
  ASSERT_EQ(fetcher_.uris.size(), 1u);
  fetcher_.Answer(Document({"a"}));
  EXPECT_EQ(answered, 1000);
}

TEST_F(JwksCacheTest, WithoutAFetcherThereAreNoKeys) {
  JwksCache cache(nullptr);
  size_t keys = 99;
  cache.Get(
      kUri, kNow, [](const std::vector<TimedKey>&) { return false; },
      [&keys](KeyList list) { keys = list->size(); });
  EXPECT_EQ(keys, 0u);
}

}  // namespace
}  // namespace dci::trust
