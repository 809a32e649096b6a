// The committer over an engine that can be held up and made to fail.
#include "services/storage/committer.h"

#include <atomic>
#include <future>
#include <thread>

#include "absl/strings/str_cat.h"
#include "services/base/status_matchers.h"
#include "services/storage/memory/memory_store.h"

namespace dci::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A door that a thread of the store waits at until the test opens it.
class Gate {
 public:
  void Pass() {
    if (!arrived_set_.exchange(true)) arrived_.set_value();
    opened_.wait();
  }
  void AwaitArrival() { arrived_future_.wait(); }
  void Open() { open_.set_value(); }

 private:
  std::promise<void> arrived_, open_;
  std::future<void> arrived_future_ = arrived_.get_future();
  std::shared_future<void> opened_ = open_.get_future().share();
  std::atomic<bool> arrived_set_{false};
};

class StubbornEngine final : public Engine {
 public:
  // Called in Write before, and in Read after the engine did it.
  std::function<absl::Status()> on_write = [] { return absl::OkStatus(); };
  std::function<absl::Status()> on_read = [] { return absl::OkStatus(); };
  std::function<void()> on_ingest = [] {};  // before the entries are there
  std::atomic<int> writes{0};
  std::vector<size_t> sizes;  // keys of each write

  absl::StatusOr<Space> FindSpace(absl::string_view name) const override {
    return under_->FindSpace(name);
  }
  size_t space_count() const override { return under_->space_count(); }
  absl::Status Read(Space space, absl::Span<const absl::string_view> keys,
                    View::Visitor visit) const override {
    std::vector<std::optional<std::string>> values(keys.size());
    absl::Status status = under_->Read(
        space, keys, [&](size_t i, std::optional<absl::string_view> value) {
          if (value.has_value()) values[i].emplace(*value);
        });
    if (!status.ok()) return status;
    absl::Status hook = on_read();
    if (!hook.ok()) return hook;
    for (size_t i = 0; i < keys.size(); ++i)
      visit(i, values[i].has_value()
                   ? std::optional<absl::string_view>(*values[i])
                   : std::nullopt);
    return absl::OkStatus();
  }
  std::unique_ptr<Snapshot> GetSnapshot() const override {
    return under_->GetSnapshot();
  }
  absl::StatusOr<uint64_t> LastSequence() const override {
    return under_->LastSequence();
  }
  absl::Status Write(const Overlay& changes, uint64_t sequence) override {
    ++writes;
    sizes.push_back(changes.values().size());
    absl::Status hook = on_write();
    return hook.ok() ? under_->Write(changes, sequence) : hook;
  }
  absl::StatusOr<std::function<absl::Status()>> PrepareIngest(
      std::vector<Entry> entries) override {
    auto step = under_->PrepareIngest(std::move(entries));
    if (!step.ok()) return step.status();
    return std::function<absl::Status()>([this, step = *std::move(step)] {
      on_ingest();
      return step();
    });
  }

 private:
  const std::shared_ptr<Engine> under_ = NewMemoryEngine({"a"});
};

class CommitterTest : public ::testing::Test {
 protected:
  void Open(int prefetch_threads, size_t max_group_commits = 1000) {
    CommitterOptions options;
    options.prefetch_threads = prefetch_threads;
    options.max_group_commits = max_group_commits;
    ASSERT_OK_AND_ASSIGN(store_, Committer::Create(engine_, options));
  }

  // Puts, and keeps the status in `results` at the time of `done`.
  void CommitPut(const std::string& key, const std::string& value) {
    store_->Commit(
        {{},
         [this, key, value](CommitView& view) {
           view.Put(a_, key, value);
           ++applied_;
           return absl::OkStatus();
         },
         [this](const absl::Status& s) { results_.push_back(s.code()); }});
  }

  const Space a_{0};
  const std::shared_ptr<StubbornEngine> engine_ =
      std::make_shared<StubbornEngine>();
  std::vector<absl::StatusCode> results_;  // written by the store's thread
  std::atomic<int> applied_{0};
  std::unique_ptr<Store> store_;
};

TEST_F(CommitterTest, WhatWaitsForTheDiskBecomesOneWriteWithEachKeyOnce) {
  Gate gate;
  engine_->on_write = [&] {
    if (engine_->writes == 1) gate.Pass();
    return absl::OkStatus();
  };
  Open(0);
  CommitPut("first", "v");
  gate.AwaitArrival();
  std::promise<void> last_applied;
  for (int i = 0; i < 50; ++i) CommitPut("hot", absl::StrCat(i));
  store_->Commit({{},
                  [&](CommitView&) {
                    last_applied.set_value();
                    return absl::OkStatus();
                  },
                  nullptr});
  last_applied.get_future().wait();
  gate.Open();
  store_->Drain();
  EXPECT_THAT(engine_->sizes, ElementsAre(1, 1));
}

TEST_F(CommitterTest, GroupsKeepTheirBound) {
  Gate gate;
  engine_->on_write = [&] {
    if (engine_->writes == 1) gate.Pass();
    return absl::OkStatus();
  };
  Open(0, /*max_group_commits=*/4);
  CommitPut("first", "v");
  gate.AwaitArrival();
  for (int i = 0; i < 22; ++i) CommitPut(absl::StrCat("k", i), "v");
  gate.Open();
  store_->Drain();
  for (size_t size : engine_->sizes) EXPECT_LE(size, 4u);
  EXPECT_EQ(results_.size(), 23u);
}

TEST_F(CommitterTest, NothingIsSaidBeforeTheWrite) {
  Gate gate;
  engine_->on_write = [&] {
    gate.Pass();
    return absl::OkStatus();
  };
  Open(0);
  CommitPut("k", "v");
  std::atomic<bool> said{false};
  std::promise<void> decided;
  // Its refusal rests on a change that may still be lost.
  store_->Commit({{{a_, "k"}},
                  [&](CommitView& view) {
                    const bool there = view.Get(a_, "k")->has_value();
                    decided.set_value();
                    return there ? absl::AlreadyExistsError("k")
                                 : absl::OkStatus();
                  },
                  [&](const absl::Status& status) {
                    EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
                    said = true;
                  }});
  gate.AwaitArrival();
  decided.get_future().wait();
  EXPECT_FALSE(said);
  EXPECT_FALSE(store_->GetSnapshot()->Get(a_, "k")->has_value());
  gate.Open();
  store_->Drain();
  EXPECT_TRUE(said);
}

TEST_F(CommitterTest, WhatWasReadAheadOfAnUnwrittenGroupIsCorrected) {
  Gate write;
  engine_->on_write = [&] {
    if (engine_->writes == 1) write.Pass();
    return absl::OkStatus();
  };
  Open(1);
  CommitPut("k", "new");
  write.AwaitArrival();
  std::promise<std::string> seen;
  store_->Commit({{{a_, "k"}},
                  [&](CommitView& view) {
                    seen.set_value(view.Get(a_, "k")->value_or("-"));
                    return absl::OkStatus();
                  },
                  nullptr});
  EXPECT_EQ(seen.get_future().get(), "new");
  write.Open();
  store_->Drain();
  EXPECT_EQ(store_->Stats().stale_reads, 1u);
  EXPECT_EQ(store_->Stats().undeclared_reads, 0u);
}

TEST_F(CommitterTest, WhatWasReadAheadOfADurableGroupIsCorrected) {
  Gate read;
  engine_->on_read = [&] {
    read.Pass();
    return absl::OkStatus();
  };
  Open(1);
  // The first change is held up in its apply until the second one's key has
  // been read, without it.
  Gate apply;
  store_->Commit({{},
                  [&](CommitView& view) {
                    apply.Pass();
                    view.Put(a_, "k", "new");
                    return absl::OkStatus();
                  },
                  nullptr});
  apply.AwaitArrival();
  std::promise<std::string> seen;
  store_->Commit({{{a_, "k"}},
                  [&](CommitView& view) {
                    seen.set_value(view.Get(a_, "k")->value_or("-"));
                    return absl::OkStatus();
                  },
                  nullptr});
  read.AwaitArrival();
  apply.Open();
  while (store_->GetSnapshot()->Get(a_, "k")->value_or("-") != "new")
    std::this_thread::yield();
  read.Open();
  EXPECT_EQ(seen.get_future().get(), "new");
  store_->Drain();
  EXPECT_EQ(store_->Stats().stale_reads, 1u);
}

TEST_F(CommitterTest, WhatWasReadAheadOfABulkLoadIsReadAgain) {
  Gate read;
  std::atomic<int> reads{0};
  engine_->on_read = [&] {
    if (++reads == 1) read.Pass();
    return absl::OkStatus();
  };
  Open(1);
  Gate apply;
  store_->Commit({{},
                  [&](CommitView&) {
                    apply.Pass();
                    return absl::OkStatus();
                  },
                  nullptr});
  apply.AwaitArrival();
  std::thread loader([&] { EXPECT_OK(store_->Ingest({{a_, "k", "loaded"}})); });
  while (store_->Stats().queued == 0) std::this_thread::yield();
  std::promise<std::string> seen;
  store_->Commit({{{a_, "k"}},
                  [&](CommitView& view) {
                    seen.set_value(view.Get(a_, "k")->value_or("-"));
                    return absl::OkStatus();
                  },
                  nullptr});
  read.AwaitArrival();
  apply.Open();
  loader.join();
  read.Open();
  EXPECT_EQ(seen.get_future().get(), "loaded");
  store_->Drain();
}

TEST_F(CommitterTest, NothingIsAppliedWhileABulkLoadGoesOn) {
  Gate load;
  engine_->on_ingest = [&] { load.Pass(); };
  Open(1);
  std::thread loader([&] { EXPECT_OK(store_->Ingest({{a_, "k", "loaded"}})); });
  load.AwaitArrival();
  std::string seen;
  store_->Commit({{},
                  [&](CommitView& view) {
                    seen = view.Get(a_, "k")->value_or("-");
                    return absl::OkStatus();
                  },
                  nullptr});
  // The apply thread has had every chance to take it too early.
  bool waited = true;
  for (int i = 0; i < 1000; ++i) {
    waited = waited && store_->Stats().queued == 1;
    std::this_thread::yield();
  }
  load.Open();
  loader.join();
  store_->Drain();
  EXPECT_TRUE(waited);
  EXPECT_EQ(seen, "loaded");
}

TEST_F(CommitterTest, AFailedReadFailsItsTransactionOnly) {
  std::atomic<int> reads{0};
  engine_->on_read = [&] {
    return ++reads == 1 ? absl::InternalError("bad block") : absl::OkStatus();
  };
  Open(1);
  EXPECT_THAT(CommitAndWait(*store_, {{a_, "k"}},
                            [](CommitView&) -> absl::Status {
                              ADD_FAILURE() << "applied without its keys";
                              return absl::OkStatus();
                            }),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("bad block")));
  EXPECT_OK(CommitAndWait(*store_, {{a_, "k"}},
                          [](CommitView&) { return absl::OkStatus(); }));
}

TEST_F(CommitterTest, AFailedWriteFailsAllThatRestsOnIt) {
  Gate gate;
  engine_->on_write = [&] {
    gate.Pass();
    return absl::DataLossError("disk gone");
  };
  Open(0);
  CommitPut("k", "v");
  gate.AwaitArrival();
  for (int i = 0; i < 30; ++i) CommitPut(absl::StrCat(i), "v");
  gate.Open();
  store_->Drain();
  EXPECT_EQ(results_,
            std::vector<absl::StatusCode>(31, absl::StatusCode::kUnavailable));
  const int applied = applied_;
  EXPECT_THAT(
      CommitAndWait(*store_, {}, [](CommitView&) { return absl::OkStatus(); }),
      StatusIs(absl::StatusCode::kUnavailable, HasSubstr("disk gone")));
  EXPECT_THAT(store_->Ingest({{a_, "k", "v"}}),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(applied_, applied);
  EXPECT_EQ(engine_->writes, 1);
  EXPECT_TRUE(store_->Stats().failed);
  EXPECT_FALSE(store_->GetSnapshot()->Get(a_, "k")->has_value());
}

TEST_F(CommitterTest, CommitsGivenWhileClosingAreRefused) {
  Gate gate;
  engine_->on_write = [&] {
    gate.Pass();
    return absl::OkStatus();
  };
  Open(0);
  Store* const store = store_.get();
  std::promise<std::string> late;
  store->Commit({{},
                 [&](CommitView& view) {
                   view.Put(a_, "k", "v");
                   return absl::OkStatus();
                 },
                 [&](const absl::Status& status) {
                   EXPECT_OK(status);
                   // Accepted until closing has begun.
                   auto refusal = std::make_shared<std::string>();
                   while (refusal->find("closing") == std::string::npos)
                     store->Commit(
                         {{},
                          [](CommitView&) { return absl::OkStatus(); },
                          [refusal](const absl::Status& s) {
                            if (!s.ok()) *refusal = s.ToString();
                          }});
                   late.set_value(*refusal);
                 }});
  gate.AwaitArrival();
  std::thread closer([&] { store_.reset(); });
  gate.Open();
  EXPECT_THAT(late.get_future().get(), HasSubstr("UNAVAILABLE"));
  closer.join();
}

TEST_F(CommitterTest, AnApplyThatWritesNothingWritesNothing) {
  Open(1);
  EXPECT_OK(CommitAndWait(*store_, {{a_, "k"}},
                          [](CommitView&) { return absl::OkStatus(); }));
  EXPECT_EQ(engine_->writes, 0);
  EXPECT_OK(CommitAndWait(*store_, {}, [](CommitView& view) {
    view.NextSequence();
    return absl::OkStatus();
  }));
  EXPECT_EQ(engine_->writes, 1) << "but a number that was given is kept";
}

}  // namespace
}  // namespace dci::storage
