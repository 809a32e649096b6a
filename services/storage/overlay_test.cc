#include "services/storage/overlay.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/storage/history.h"

namespace dci::storage {
namespace {

constexpr Space kA{0}, kB{1};

// The state of a key: its value, "-" where deleted, "?" where not changed.
std::string Show(const Overlay& overlay, Space space, absl::string_view key) {
  const auto state = overlay.Find({space, key});
  if (!state.has_value()) return "?";
  return std::string(state->value_or("-"));
}

TEST(Overlay, TheLaterChangeWins) {
  Overlay o;
  EXPECT_TRUE(o.empty());
  EXPECT_EQ(Show(o, kA, "k"), "?");
  o.Put({kA, "k"}, "1");
  o.Put({kA, "k"}, "22");
  EXPECT_EQ(Show(o, kA, "k"), "22");
  EXPECT_EQ(Show(o, kB, "k"), "?");
  o.Delete({kA, "k"});
  EXPECT_EQ(Show(o, kA, "k"), "-");
  o.Delete({kA, "l"});
  EXPECT_EQ(Show(o, kA, "l"), "-");
  o.Put({kA, "k"}, "3");
  EXPECT_EQ(Show(o, kA, "k"), "3");
}

TEST(Overlay, ARangeHidesWhatWasBeforeItOnly) {
  Overlay o;
  o.Put({kA, "b"}, "1");
  o.Put({kA, "d"}, "1");
  o.Put({kB, "b"}, "1");
  o.DeleteRange({kA, "b", "d"});
  EXPECT_EQ(Show(o, kA, "a"), "?");
  EXPECT_EQ(Show(o, kA, "b"), "-");
  EXPECT_EQ(Show(o, kA, "c"), "-");
  EXPECT_EQ(Show(o, kA, "d"), "1") << "the end is not in the range";
  EXPECT_EQ(Show(o, kB, "b"), "1");
  o.Put({kA, "c"}, "2");
  EXPECT_EQ(Show(o, kA, "c"), "2");
  o.DeleteRange({kA, "c", ""});
  EXPECT_EQ(Show(o, kA, "c"), "-");
  EXPECT_EQ(Show(o, kA, "zzz"), "-");
}

TEST(Overlay, MergingIsDoingTheLaterAfterTheEarlier) {
  Overlay first;
  first.Put({kA, "a"}, "1");
  first.Put({kA, "b"}, "1");
  first.Put({kA, "c"}, "1");
  Overlay second;
  second.DeleteRange({kA, "b", "d"});
  second.Put({kA, "c"}, "2");
  second.Put({kA, "e"}, "2");
  second.Delete({kA, "a"});
  first.Merge(std::move(second));
  EXPECT_EQ(Show(first, kA, "a"), "-");
  EXPECT_EQ(Show(first, kA, "b"), "-");
  EXPECT_EQ(Show(first, kA, "c"), "2");
  EXPECT_EQ(Show(first, kA, "e"), "2");
  first.Merge(Overlay());
  EXPECT_EQ(first.values().size(), 3u);
}

TEST(Overlay, BytesAreThoseOfTheKeysAndValuesLeft) {
  Overlay o;
  o.Put({kA, "key"}, "12345");
  EXPECT_EQ(o.bytes(), 8u);
  o.Put({kA, "key"}, "1");
  EXPECT_EQ(o.bytes(), 4u);
  o.Delete({kA, "key"});
  EXPECT_EQ(o.bytes(), 3u);
  Overlay later;
  later.Put({kA, "key"}, "1234567");
  later.Put({kA, "l"}, "1");
  o.Merge(std::move(later));
  EXPECT_EQ(o.bytes(), 12u);
  o.DeleteRange({kA, "k", "l"});
  EXPECT_EQ(o.bytes(), 4u) << "one entry and the bounds of the range";
}

std::shared_ptr<const Overlay> OnePut(absl::string_view key,
                                      absl::string_view value) {
  auto overlay = std::make_shared<Overlay>();
  overlay->Put({kA, key}, value);
  return overlay;
}

TEST(History, OnlyLaterGroupsCorrectWhatWasRead) {
  History history;
  history.Add(1, OnePut("k", "one"));
  history.Add(2, OnePut("k", "two"));
  history.Add(3, OnePut("other", "x"));
  EXPECT_EQ(history.Find({kA, "k"}, 0).value, "two");
  EXPECT_EQ(history.Find({kA, "k"}, 1).value, "two");
  EXPECT_EQ(history.Find({kA, "k"}, 2).kind, History::Answer::kUnchanged);
  EXPECT_EQ(history.Find({kA, "none"}, 0).kind, History::Answer::kUnchanged);
  history.Forget(2);
  EXPECT_EQ(history.Find({kA, "k"}, 2).kind, History::Answer::kUnchanged);
  EXPECT_EQ(history.Find({kA, "other"}, 2).value, "x");
}

TEST(History, ABulkLoadSendsToTheEngineUnlessALaterGroupKnows) {
  History history;
  history.Add(1, OnePut("k", "before"));
  history.Add(2, nullptr);
  EXPECT_EQ(history.Find({kA, "k"}, 0).kind, History::Answer::kAskEngine);
  EXPECT_EQ(history.Find({kA, "k"}, 2).kind, History::Answer::kUnchanged);
  history.Add(3, OnePut("k", "after"));
  EXPECT_EQ(history.Find({kA, "k"}, 0).value, "after");
}

}  // namespace
}  // namespace dci::storage
