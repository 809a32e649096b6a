// Contract: snapshots, cursors, estimates, ranges.
#include <iterator>
#include <map>
#include <random>

#include "absl/strings/str_cat.h"
#include "services/base/status_matchers.h"
#include "services/storage/store_contract.h"

namespace dci::storage {
namespace {

TEST_P(StoreContract, AbsentKeysAreNotErrors) {
  EXPECT_EQ(Get(a_, "k"), "-");
  ASSERT_OK(Put(a_, "k", "v"));
  EXPECT_EQ(Get(a_, "k"), "v");
  EXPECT_EQ(Get(b_, "k"), "-") << "spaces are separate";
}

TEST_P(StoreContract, KeysAndValuesAreAnyBytes) {
  const std::string zero("\0", 1), high("\xff\xff", 2);
  ASSERT_OK(Put(a_, "", "empty key"));
  ASSERT_OK(Put(a_, zero, ""));
  ASSERT_OK(Put(a_, high, zero));
  EXPECT_EQ(Get(a_, ""), "empty key");
  EXPECT_EQ(Get(a_, zero), "");
  EXPECT_EQ(Get(a_, high), zero);
  EXPECT_EQ(All({a_}),
            absl::StrCat("=empty key ", zero, "= ", high, "=", zero));
}

TEST_P(StoreContract, MultiGetAnswersInTheOrderAsked) {
  ASSERT_OK(Put(a_, "1", "one"));
  ASSERT_OK(Put(a_, "2", "two"));
  ASSERT_OK_AND_ASSIGN(auto values, store_->GetSnapshot()->MultiGet(
                                        a_, {"2", "none", "1", "2"}));
  EXPECT_THAT(values,
              ::testing::ElementsAre("two", std::nullopt, "one", "two"));
  ASSERT_OK_AND_ASSIGN(values, store_->GetSnapshot()->MultiGet(a_, {}));
  EXPECT_TRUE(values.empty());
}

TEST_P(StoreContract, UnknownSpacesAreReported) {
  EXPECT_THAT(store_->FindSpace("none"), StatusIs(absl::StatusCode::kNotFound));
  const Space none{77};
  auto snapshot = store_->GetSnapshot();
  EXPECT_THAT(snapshot->Get(none, "k"), StatusIs(absl::StatusCode::kInternal));
  auto cursor = snapshot->Scan({none});
  EXPECT_FALSE(cursor->Valid());
  cursor->Seek("k");
  EXPECT_FALSE(cursor->Valid());
  EXPECT_THAT(cursor->status(), StatusIs(absl::StatusCode::kInternal));
  EXPECT_THAT(snapshot->EstimateRange(none, "", ""),
              StatusIs(absl::StatusCode::kInternal));
}

TEST_P(StoreContract, SnapshotsAndCursorsDoNotMove) {
  ASSERT_OK(Put(a_, "1", "old"));
  ASSERT_OK(Put(a_, "2", "old"));
  auto snapshot = store_->GetSnapshot();
  auto cursor = snapshot->Scan({a_});
  ASSERT_OK(CommitAndWait(*store_, {}, [&](CommitView& view) {
    view.DeleteRange(a_, "", "");
    view.Put(a_, "1", "new");
    view.Put(a_, "3", "new");
    return absl::OkStatus();
  }));
  EXPECT_EQ(Rest(*cursor), "1=old 2=old");
  EXPECT_EQ(Rest(*snapshot->Scan({a_})), "1=old 2=old");
  ASSERT_OK_AND_ASSIGN(auto two, snapshot->Get(a_, "2"));
  EXPECT_EQ(two, "old");
  EXPECT_EQ(All({a_}), "1=new 3=new");
}

TEST_P(StoreContract, CursorsKeepTheirSnapshotAndItsStore) {
  ASSERT_OK(Put(a_, "1", "old"));
  auto cursor = store_->GetSnapshot()->Scan({a_});
  ASSERT_OK(Put(a_, "1", "new"));
  store_.reset();
  EXPECT_EQ(Rest(*cursor), "1=old");
}

TEST_P(StoreContract, OldSnapshotsComeAndGoInAnyOrder) {
  ASSERT_OK(Put(a_, "k", "1"));
  auto first = store_->GetSnapshot();
  ASSERT_OK(Put(a_, "k", "2"));
  auto second = store_->GetSnapshot();
  ASSERT_OK(CommitAndWait(*store_, {}, [&](CommitView& view) {
    view.Delete(a_, "k");
    return absl::OkStatus();
  }));
  auto third = store_->GetSnapshot();
  first.reset();
  EXPECT_EQ(Rest(*second->Scan({a_})), "k=2");
  EXPECT_EQ(Rest(*third->Scan({a_})), "");
  second.reset();
  ASSERT_OK(Put(a_, "k", "3"));
  EXPECT_EQ(Rest(*third->Scan({a_})), "");
  third.reset();
  EXPECT_EQ(Get(a_, "k"), "3");
}

TEST_P(StoreContract, ScansKeepWithinTheirRange) {
  for (absl::string_view key : {"a", "b", "ba", "bb", "c"})
    ASSERT_OK(Put(a_, key, "v"));
  EXPECT_EQ(All({a_, "b", "c"}), "b=v ba=v bb=v");
  EXPECT_EQ(All({a_, "b", "c", true}), "bb=v ba=v b=v");
  EXPECT_EQ(All({a_, "bb", ""}), "bb=v c=v");
  EXPECT_EQ(All({a_, "", "", true}), "c=v bb=v ba=v b=v a=v");
  EXPECT_EQ(All({a_, "c", "b"}), "") << "an empty range";
  EXPECT_EQ(All({a_, "b", "b", true}), "");
  EXPECT_EQ(All(ScanOptions::Prefix(a_, "b")), "b=v ba=v bb=v");
  EXPECT_EQ(All(ScanOptions::Prefix(a_, "b", true)), "bb=v ba=v b=v");
}

TEST_P(StoreContract, SeekGoesAnywhereWithinTheRange) {
  for (absl::string_view key : {"a", "c", "e", "g"})
    ASSERT_OK(Put(a_, key, "v"));
  auto snapshot = store_->GetSnapshot();
  auto forward = snapshot->Scan({a_, "b", "g"});
  for (auto [target, rest] :
       std::map<std::string, std::string>{{"c", "c=v e=v"},
                                          {"d", "e=v"},
                                          {"a", "c=v e=v"},
                                          {"f", ""},
                                          {"g", ""},
                                          {"z", ""},
                                          {"", "c=v e=v"}}) {
    forward->Seek(target);
    EXPECT_EQ(Rest(*forward), rest) << target;
  }
  auto reverse = snapshot->Scan({a_, "b", "g", true});
  for (auto [target, rest] :
       std::map<std::string, std::string>{{"e", "e=v c=v"},
                                          {"d", "c=v"},
                                          {"a", ""},
                                          {"b", ""},
                                          {"g", "e=v c=v"},
                                          {"z", "e=v c=v"},
                                          {"", ""}}) {
    reverse->Seek(target);
    EXPECT_EQ(Rest(*reverse), rest) << target;
  }
}

TEST_P(StoreContract, EstimatesAreExactForFewAndSaneForMany) {
  constexpr int kMany = 5000;
  ASSERT_OK(CommitAndWait(*store_, {}, [&](CommitView& view) {
    for (int i = 0; i < kMany; ++i)
      view.Put(a_, absl::StrCat(10000 + i), std::string(100, 'v'));
    return absl::OkStatus();
  }));
  auto snapshot = store_->GetSnapshot();
  EXPECT_EQ(*snapshot->EstimateRange(a_, "2", ""), 0u);
  EXPECT_EQ(*snapshot->EstimateRange(a_, "10000", "10001"), 1u);
  EXPECT_EQ(*snapshot->EstimateRange(a_, "10000", "10100"), 100u);
  ASSERT_OK_AND_ASSIGN(uint64_t all, snapshot->EstimateRange(a_, "", ""));
  EXPECT_GE(all, kMany / 4u);
  EXPECT_LE(all, kMany * 4u);
  ASSERT_OK_AND_ASSIGN(uint64_t half,
                       snapshot->EstimateRange(a_, "10000", "12500"));
  EXPECT_GT(half, 100u);
  EXPECT_LT(half, all + kMany / 2u);
}

// A std::map is the model: whatever is done, the store shows the same.
class ModelRun {
 public:
  ModelRun(Store& store, Space space, uint32_t seed)
      : store_(store), space_(space), random_(seed) {}

  void Step() {
    const bool fails = random_() % 5 == 0;
    auto next = model_;
    const absl::Status status = CommitAndWait(
        store_, {{space_, RandomKey()}}, [&](CommitView& view) -> absl::Status {
          for (int i = random_() % 8; i >= 0; --i) Change(view, &next);
          return fails ? absl::AbortedError("no") : absl::OkStatus();
        });
    ASSERT_EQ(status.ok(), !fails);
    if (!fails) model_ = std::move(next);
    Compare();
  }

 private:
  using Model = std::map<std::string, std::string>;

  std::string RandomKey() { return absl::StrCat("k", random_() % 30); }

  void Change(CommitView& view, Model* model) {
    const std::string key = RandomKey();
    const uint32_t kind = random_() % 10;
    if (kind == 0) {
      const std::string end = random_() % 3 == 0 ? "" : RandomKey();
      view.DeleteRange(space_, key, end);
      if (end.empty() || key < end)
        model->erase(model->lower_bound(key),
                     end.empty() ? model->end() : model->lower_bound(end));
    } else if (kind < 4) {
      view.Delete(space_, key);
      model->erase(key);
    } else {
      const std::string value = absl::StrCat(random_());
      view.Put(space_, key, value);
      (*model)[key] = value;
    }
    const std::string probe = RandomKey();
    ASSERT_OK_AND_ASSIGN(auto seen, view.Get(space_, probe));
    const auto it = model->find(probe);
    ASSERT_EQ(seen.has_value(), it != model->end()) << probe;
    if (seen.has_value()) ASSERT_EQ(*seen, it->second);
  }

  void Compare() {
    const bool reverse = random_() % 2 == 0;
    auto cursor = store_.GetSnapshot()->Scan({space_, "", "", reverse});
    Model seen;
    for (; cursor->Valid(); cursor->Next())
      seen.emplace(cursor->key(), cursor->value());
    ASSERT_EQ(seen, model_);
  }

  Store& store_;
  const Space space_;
  std::mt19937 random_;
  Model model_;
};

TEST_P(StoreContract, RandomChangesMatchAModel) {
  for (uint32_t seed = 1; seed <= 3; ++seed) {
    ASSERT_OK(CommitAndWait(*store_, {}, [&](CommitView& view) {
      view.DeleteRange(a_, "", "");
      return absl::OkStatus();
    }));
    ModelRun run(*store_, a_, seed);
    for (int i = 0; i < 60 && !HasFatalFailure(); ++i) run.Step();
  }
}

}  // namespace
}  // namespace dci::storage
