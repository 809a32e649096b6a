// Contract: commits, their order, atomicity, and what is left of them.
#include <algorithm>
#include <atomic>
#include <future>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/base/status_matchers.h"
#include "services/storage/store_contract.h"

namespace dci::storage {
namespace {

using ::testing::HasSubstr;

absl::Status Add(CommitView& view, Space space, const std::string& key,
                 int delta) {
  auto old = view.Get(space, key);
  if (!old.ok()) return old.status();
  int value = 0;
  if (old->has_value() && !absl::SimpleAtoi(**old, &value))
    return absl::InternalError("not a number");
  view.Put(space, key, absl::StrCat(value + delta));
  return absl::OkStatus();
}

TEST_P(StoreContract, AnApplySeesItsOwnWrites) {
  ASSERT_OK(Put(a_, "old", "1"));
  ASSERT_OK(CommitAndWait(*store_, {{a_, "old"}},
                          [&](CommitView& view) -> absl::Status {
                            EXPECT_EQ(*view.Get(a_, "old"), "1");
                            view.Put(a_, "old", "2");
                            EXPECT_EQ(*view.Get(a_, "old"), "2");
                            view.Delete(a_, "old");
                            EXPECT_EQ(*view.Get(a_, "old"), std::nullopt);
                            view.Put(a_, "new", "3");
                            view.DeleteRange(a_, "n", "o");
                            EXPECT_EQ(*view.Get(a_, "new"), std::nullopt);
                            view.Put(a_, "new", "4");
                            EXPECT_EQ(*view.Get(a_, "new"), "4");
                            EXPECT_EQ(*view.Get(b_, "new"), std::nullopt);
                            return absl::OkStatus();
                          }));
  EXPECT_EQ(All({a_}), "new=4");
}

TEST_P(StoreContract, UndeclaredKeysAreReadTruly) {
  ASSERT_OK(Put(a_, "k", "v"));
  ASSERT_OK(CommitAndWait(*store_, {}, [&](CommitView& view) {
    EXPECT_EQ(*view.Get(a_, "k"), "v");
    return absl::OkStatus();
  }));
  EXPECT_GE(store_->Stats().undeclared_reads, 1u);
}

TEST_P(StoreContract, DeclaredKeysAreNotReadAgain) {
  ASSERT_OK(Put(a_, "k", "v"));
  ASSERT_OK(Put(b_, "k", "w"));
  ASSERT_OK(CommitAndWait(*store_,
                          {{b_, "k"}, {a_, "k"}, {a_, "none"}, {a_, "k"}},
                          [&](CommitView& view) {
                            EXPECT_EQ(*view.Get(a_, "k"), "v");
                            EXPECT_EQ(*view.Get(b_, "k"), "w");
                            EXPECT_EQ(*view.Get(a_, "none"), std::nullopt);
                            return absl::OkStatus();
                          }));
  EXPECT_EQ(store_->Stats().undeclared_reads, 0u);
}

TEST_P(StoreContract, AFailingApplyLeavesNothing) {
  ASSERT_OK(Put(a_, "k", "old"));
  EXPECT_THAT(CommitAndWait(*store_, {},
                            [&](CommitView& view) {
                              view.Put(a_, "k", "new");
                              view.Put(a_, "l", "new");
                              view.DeleteRange(a_, "", "");
                              view.NextSequence();
                              return absl::AbortedError("why");
                            }),
              StatusIs(absl::StatusCode::kAborted, "why"));
  EXPECT_EQ(All({a_}), "k=old");
  uint64_t sequence = 0;
  ASSERT_OK(CommitAndWait(*store_, {}, [&](CommitView& view) {
    sequence = view.NextSequence();
    return absl::OkStatus();
  }));
  EXPECT_EQ(sequence, 1u) << "a failing apply gives its numbers back";
}

TEST_P(StoreContract, WritesOutOfBoundsFailTheirTransactionOnly) {
  const std::string longest(kMaxKeyBytes, 'k');
  ASSERT_OK(Put(a_, longest, "v"));
  EXPECT_EQ(Get(a_, longest), "v");
  EXPECT_THAT(Put(a_, longest + "k", "v"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("2049")));
  EXPECT_THAT(Put(a_, "k", std::string(kMaxValueBytes + 1, 'v')),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Put(Space{77}, "k", "v"), StatusIs(absl::StatusCode::kInternal));
  EXPECT_THAT(CommitAndWait(*store_, {{Space{77}, "k"}},
                            [](CommitView&) { return absl::OkStatus(); }),
              StatusIs(absl::StatusCode::kInternal));
  EXPECT_EQ(Get(a_, "k"), "-");
  ASSERT_OK(Put(a_, "k", "v"));
}

TEST_P(StoreContract, AppliesAndDonesRunInTheOrderOfCommit) {
  std::vector<int> applied, done;
  for (int i = 0; i < 500; ++i) {
    std::vector<Key> keys;
    for (int k = i % 7; k > 0; --k) keys.push_back({a_, absl::StrCat(k)});
    store_->Commit({std::move(keys),
                    [&applied, i](CommitView&) {
                      applied.push_back(i);
                      return i % 3 == 0 ? absl::AbortedError("")
                                        : absl::OkStatus();
                    },
                    [&done, i](const absl::Status& status) {
                      EXPECT_EQ(status.ok(), i % 3 != 0);
                      done.push_back(i);
                    }});
  }
  store_->Drain();
  EXPECT_TRUE(std::is_sorted(applied.begin(), applied.end()));
  EXPECT_EQ(applied.size(), 500u);
  EXPECT_EQ(done, applied);
}

TEST_P(StoreContract, DoneComesWhenTheChangeIsVisible) {
  std::promise<std::string> seen;
  store_->Commit({{},
                  [&](CommitView& view) {
                    view.Put(a_, "k", "v");
                    return absl::OkStatus();
                  },
                  [&](const absl::Status&) { seen.set_value(Get(a_, "k")); }});
  EXPECT_EQ(seen.get_future().get(), "v");
}

TEST_P(StoreContract, DoneMayCommit) {
  std::promise<absl::Status> second;
  store_->Commit({{},
                  [](CommitView&) { return absl::OkStatus(); },
                  [&](const absl::Status&) {
                    store_->Commit({{},
                                    [&](CommitView& view) {
                                      view.Put(a_, "k", "v");
                                      return absl::OkStatus();
                                    },
                                    [&](const absl::Status& status) {
                                      second.set_value(status);
                                    }});
                  }});
  EXPECT_OK(second.get_future().get());
  EXPECT_EQ(Get(a_, "k"), "v");
}

TEST_P(StoreContract, OneHotKeyLosesNoUpdate) {
  constexpr int kThreads = 8, kEach = 500;
  std::vector<std::thread> threads;
  std::atomic<int> failures{0};
  for (int t = 0; t < kThreads; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i)
        // Every other thread declares the key; both ways must be right.
        store_->Commit(
            {t % 2 == 0 ? std::vector<Key>{{a_, "hot"}} : std::vector<Key>{},
             [&](CommitView& view) { return Add(view, a_, "hot", 1); },
             [&](const absl::Status& status) {
               if (!status.ok()) ++failures;
             }});
    });
  for (std::thread& thread : threads) thread.join();
  store_->Drain();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(Get(a_, "hot"), absl::StrCat(kThreads * kEach));
  const StoreStats stats = store_->Stats();
  EXPECT_EQ(stats.commits, static_cast<uint64_t>(kThreads * kEach));
  EXPECT_LE(stats.keys_written, stats.groups);
  Reopen();
  EXPECT_EQ(Get(a_, "hot"), absl::StrCat(kThreads * kEach));
}

TEST_P(StoreContract, EverySnapshotShowsWholeTransactions) {
  constexpr int kAccounts = 20, kThreads = 4, kEach = 200;
  std::atomic<bool> stop{false};
  std::thread reader([&] {
    while (!stop) {
      auto cursor = store_->GetSnapshot()->Scan({a_});
      int sum = 0, value = 0;
      for (; cursor->Valid(); cursor->Next())
        if (absl::SimpleAtoi(cursor->value(), &value)) sum += value;
      ASSERT_EQ(sum, 0);
    }
  });
  std::vector<std::thread> writers;
  for (int t = 0; t < kThreads; ++t)
    writers.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        const std::string from = absl::StrCat("n", (t * 7 + i) % kAccounts);
        const std::string to = absl::StrCat("n", (t + i * 3) % kAccounts);
        ASSERT_OK(
            CommitAndWait(*store_, {{a_, from}, {a_, to}},
                          [&](CommitView& view) -> absl::Status {
                            const absl::Status status = Add(view, a_, from, -1);
                            return status.ok() ? Add(view, a_, to, 1) : status;
                          }));
      }
    });
  for (std::thread& thread : writers) thread.join();
  stop = true;
  reader.join();
}

TEST_P(StoreContract, SequenceFollowsTheAppliesAndSurvives) {
  uint64_t expected = 0;
  for (int run = 0; run < 3; ++run) {
    std::vector<uint64_t> numbers;
    for (int i = 0; i < 50; ++i)
      store_->Commit({{},
                      [&](CommitView& view) {
                        numbers.push_back(view.NextSequence());
                        numbers.push_back(view.NextSequence());
                        return absl::OkStatus();
                      },
                      nullptr});
    store_->Drain();
    ASSERT_EQ(numbers.size(), 100u);
    for (uint64_t number : numbers) ASSERT_EQ(number, ++expected);
    Reopen();
  }
}

TEST_P(StoreContract, ReopeningFindsWhatWasCommitted) {
  ASSERT_OK(Put(a_, "k", "v"));
  ASSERT_OK(Put(b_, "k", "w"));
  ASSERT_OK(CommitAndWait(*store_, {}, [&](CommitView& view) {
    view.Delete(a_, "k");
    view.Put(a_, "l", "x");
    return absl::OkStatus();
  }));
  Reopen();
  EXPECT_EQ(All({a_}), "l=x");
  EXPECT_EQ(All({b_}), "k=w");
}

TEST_P(StoreContract, AFullQueueRefusesAndRecovers) {
  CommitterOptions options;
  options.max_queued = 2;
  options.max_group_commits = 1;
  Reopen(options);
  std::promise<void> entered, go_on;
  auto released = go_on.get_future().share();
  store_->Commit({{},
                  [&](CommitView&) {
                    entered.set_value();
                    released.wait();
                    return absl::OkStatus();
                  },
                  nullptr});
  entered.get_future().wait();
  int ok = 0, refused = 0;
  auto count = [&](const absl::Status& status) {
    if (status.ok()) ++ok;
    if (absl::IsResourceExhausted(status)) ++refused;
  };
  for (int i = 0; i < 5; ++i)
    store_->Commit({{}, [](CommitView&) { return absl::OkStatus(); }, count});
  EXPECT_EQ(refused, 3) << "refused before Commit returned";
  EXPECT_EQ(store_->Stats().queued, 2u);
  go_on.set_value();
  store_->Drain();
  EXPECT_EQ(ok, 2);
  EXPECT_EQ(store_->Stats().refused, 3u);
  EXPECT_OK(Put(a_, "k", "v"));
}

TEST_P(StoreContract, TheQueueIsBoundedInKeysToo) {
  CommitterOptions options;
  options.max_queued_keys = 10;
  Reopen(options);
  std::promise<void> entered, go_on;
  auto released = go_on.get_future().share();
  store_->Commit({{},
                  [&](CommitView&) {
                    entered.set_value();
                    released.wait();
                    return absl::OkStatus();
                  },
                  nullptr});
  entered.get_future().wait();
  std::vector<absl::StatusCode> codes;
  auto done = [&](const absl::Status& status) {
    codes.push_back(status.code());
  };
  auto nothing = [](CommitView&) { return absl::OkStatus(); };
  // One of any size is taken while there is room at all.
  store_->Commit({std::vector<Key>(20, {a_, "k"}), nothing, done});
  store_->Commit({{{a_, "k"}}, nothing, done});
  EXPECT_THAT(codes,
              ::testing::ElementsAre(absl::StatusCode::kResourceExhausted));
  go_on.set_value();
  store_->Drain();
  store_->Commit({{{a_, "k"}}, nothing, done});
  store_->Drain();
  EXPECT_THAT(codes, ::testing::ElementsAre(
                         absl::StatusCode::kResourceExhausted,
                         absl::StatusCode::kOk, absl::StatusCode::kOk));
}

TEST_P(StoreContract, ClosingFinishesWhatWasAccepted) {
  std::atomic<int> ok{0}, unavailable{0};
  for (int i = 0; i < 300; ++i)
    store_->Commit({{{a_, absl::StrCat(i)}},
                    [&, i](CommitView& view) {
                      view.Put(a_, absl::StrCat(i), "v");
                      return absl::OkStatus();
                    },
                    [&](const absl::Status& status) {
                      if (status.ok()) ++ok;
                      if (absl::IsUnavailable(status)) ++unavailable;
                    }});
  Reopen();
  EXPECT_EQ(ok, 300);
  EXPECT_EQ(unavailable, 0);
  for (int i = 0; i < 300; ++i) EXPECT_EQ(Get(a_, absl::StrCat(i)), "v");
}

TEST_P(StoreContract, IngestIsOneChangeInOrderWithTheOthers) {
  ASSERT_OK(Put(a_, "k", "old"));
  std::promise<void> entered, go_on;
  auto released = go_on.get_future().share();
  store_->Commit({{{a_, "k"}},
                  [&](CommitView& view) {
                    entered.set_value();
                    released.wait();
                    return Add(view, b_, "before", 1);
                  },
                  nullptr});
  entered.get_future().wait();
  std::thread loader([&] {
    EXPECT_OK(store_->Ingest({{b_, "x", "7"},
                              {a_, "k", "dropped"},
                              {a_, "j", "loaded"},
                              {a_, "k", "loaded"}}));
  });
  go_on.set_value();
  loader.join();
  ASSERT_OK(
      CommitAndWait(*store_, {{a_, "k"}, {b_, "x"}}, [&](CommitView& view) {
        EXPECT_EQ(*view.Get(a_, "k"), "loaded");
        EXPECT_EQ(*view.Get(a_, "j"), "loaded");
        return Add(view, b_, "x", 1);
      }));
  EXPECT_EQ(All({a_}), "j=loaded k=loaded");
  EXPECT_EQ(All({b_}), "before=1 x=8");
  Reopen();
  EXPECT_EQ(All({a_}), "j=loaded k=loaded");
  EXPECT_EQ(All({b_}), "before=1 x=8");
}

TEST_P(StoreContract, IngestAmongCommitsLosesNothing) {
  constexpr int kRounds = 20;
  std::thread loader([&] {
    for (int i = 0; i < kRounds; ++i)
      ASSERT_OK(store_->Ingest({{a_, absl::StrCat("i", i), "v"},
                                {b_, "n", absl::StrCat(i * 1000)}}));
  });
  for (int i = 0; i < 400; ++i)
    store_->Commit({{{a_, "n"}, {b_, "n"}},
                    [&](CommitView& view) -> absl::Status {
                      const absl::Status status = Add(view, a_, "n", 1);
                      return status.ok() ? Add(view, b_, "n", 1) : status;
                    },
                    [](const absl::Status& status) { EXPECT_OK(status); }});
  loader.join();
  store_->Drain();
  EXPECT_EQ(Get(a_, "n"), "400");
  for (int i = 0; i < kRounds; ++i)
    EXPECT_EQ(Get(a_, absl::StrCat("i", i)), "v");
  ASSERT_OK(store_->Ingest({}));
}

TEST_P(StoreContract, IngestOutOfBoundsLoadsNothing) {
  EXPECT_THAT(store_->Ingest({{a_, "k", "v"},
                              {a_, std::string(kMaxKeyBytes + 1, 'k'), "v"}}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(store_->Ingest({{a_, "k", "v"}, {Space{77}, "k", "v"}}),
              StatusIs(absl::StatusCode::kInternal));
  EXPECT_EQ(Get(a_, "k"), "-");
}

}  // namespace
}  // namespace dci::storage
