#include "services/storage/store_contract.h"

#include "absl/strings/str_cat.h"
#include "services/base/status_matchers.h"

namespace dci::storage {

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(StoreContract);

void StoreContract::Reopen(const CommitterOptions& options) {
  store_.reset();
  ASSERT_OK_AND_ASSIGN(store_, harness_->Open(options));
  ASSERT_OK_AND_ASSIGN(a_, store_->FindSpace("a"));
  ASSERT_OK_AND_ASSIGN(b_, store_->FindSpace("b"));
}

absl::Status StoreContract::Put(Space space, absl::string_view key,
                                absl::string_view value) {
  return CommitAndWait(*store_, {}, [&](CommitView& view) {
    view.Put(space, key, value);
    return absl::OkStatus();
  });
}

std::string StoreContract::Get(Space space, absl::string_view key) {
  auto value = store_->GetSnapshot()->Get(space, key);
  if (!value.ok()) return value.status().ToString();
  return value->value_or("-");
}

std::string StoreContract::Rest(Cursor& cursor) {
  std::string text;
  for (; cursor.Valid(); cursor.Next())
    absl::StrAppend(&text, text.empty() ? "" : " ", cursor.key(), "=",
                    cursor.value());
  EXPECT_OK(cursor.status());
  return text;
}

std::string StoreContract::All(const ScanOptions& options) {
  return Rest(*store_->GetSnapshot()->Scan(options));
}

}  // namespace dci::storage
