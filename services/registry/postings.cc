#include "services/registry/postings.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace dci::registry {
namespace {

class PrefixList : public Postings {
 public:
  PrefixList(const storage::Snapshot& snapshot, storage::Space space,
             std::string prefix, Budget* budget)
      : prefix_(std::move(prefix)),
        cursor_(snapshot.Scan(storage::ScanOptions::Prefix(space, prefix_))),
        budget_(budget) {
    Count();
  }

  bool Valid() const override { return alive_ && cursor_->Valid(); }
  absl::string_view key() const override {
    return cursor_->key().substr(prefix_.size());
  }
  void Next() override {
    cursor_->Next();
    Count();
  }
  void Seek(absl::string_view target) override {
    if (!Valid() || key() >= target) return;
    // The neighbour is often the one: a step is cheaper than a seek.
    cursor_->Next();
    if (cursor_->Valid() && key() < target)
      cursor_->Seek(absl::StrCat(prefix_, target));
    Count();
  }
  absl::Status status() const override { return cursor_->status(); }

 private:
  void Count() {
    if (cursor_->Valid()) alive_ = budget_->Spend();
  }

  const std::string prefix_;
  const std::unique_ptr<storage::Cursor> cursor_;
  Budget* const budget_;
  bool alive_ = true;
};

class KnownList : public Postings {
 public:
  explicit KnownList(std::vector<std::string> keys) : keys_(std::move(keys)) {}

  bool Valid() const override { return at_ < keys_.size(); }
  absl::string_view key() const override { return keys_[at_]; }
  void Next() override { ++at_; }
  void Seek(absl::string_view target) override {
    at_ = std::lower_bound(keys_.begin() + at_, keys_.end(), target) -
          keys_.begin();
  }
  absl::Status status() const override { return absl::OkStatus(); }

 private:
  const std::vector<std::string> keys_;
  size_t at_ = 0;
};

absl::Status FirstError(
    const std::vector<std::unique_ptr<Postings>>& children) {
  for (const auto& child : children)
    if (absl::Status status = child->status(); !status.ok()) return status;
  return absl::OkStatus();
}

class All : public Postings {
 public:
  explicit All(std::vector<std::unique_ptr<Postings>> children)
      : children_(std::move(children)) {
    Align();
  }

  bool Valid() const override {
    return std::all_of(children_.begin(), children_.end(),
                       [](const auto& child) { return child->Valid(); });
  }
  absl::string_view key() const override { return children_[0]->key(); }
  void Next() override {
    children_[0]->Next();
    Align();
  }
  void Seek(absl::string_view target) override {
    children_[0]->Seek(target);
    Align();
  }
  absl::Status status() const override { return FirstError(children_); }

 private:
  // Moves every child to the greatest key of any, until they agree.
  void Align() {
    for (size_t agreed = 0, i = 0; agreed < children_.size();
         i = (i + 1) % children_.size()) {
      if (!Valid()) return;
      const size_t before = (i + children_.size() - 1) % children_.size();
      const absl::string_view target = children_[before]->key();
      if (children_[i]->key() < target) children_[i]->Seek(target);
      if (!children_[i]->Valid()) return;
      agreed = children_[i]->key() == target ? agreed + 1 : 1;
    }
  }

  const std::vector<std::unique_ptr<Postings>> children_;
};

class Any : public Postings {
 public:
  explicit Any(std::vector<std::unique_ptr<Postings>> children)
      : children_(std::move(children)) {
    FindLeast();
  }

  bool Valid() const override { return least_ != nullptr; }
  absl::string_view key() const override { return least_->key(); }
  void Next() override {
    const std::string past(key());
    for (const auto& child : children_)
      if (child->Valid() && child->key() == past) child->Next();
    FindLeast();
  }
  void Seek(absl::string_view target) override {
    for (const auto& child : children_)
      if (child->Valid()) child->Seek(target);
    FindLeast();
  }
  absl::Status status() const override { return FirstError(children_); }

 private:
  // Children are few: a query has them written out.
  void FindLeast() {
    least_ = nullptr;
    for (const auto& child : children_)
      if (child->Valid() && (least_ == nullptr || child->key() < least_->key()))
        least_ = child.get();
  }

  const std::vector<std::unique_ptr<Postings>> children_;
  Postings* least_ = nullptr;
};

}  // namespace

std::unique_ptr<Postings> PrefixPostings(const storage::Snapshot& snapshot,
                                         storage::Space space,
                                         std::string prefix, Budget* budget) {
  return std::make_unique<PrefixList>(snapshot, space, std::move(prefix),
                                      budget);
}

std::unique_ptr<Postings> ListPostings(std::vector<std::string> keys) {
  return std::make_unique<KnownList>(std::move(keys));
}

std::unique_ptr<Postings> Intersection(
    std::vector<std::unique_ptr<Postings>> children) {
  if (children.size() == 1) return std::move(children.front());
  return std::make_unique<All>(std::move(children));
}

std::unique_ptr<Postings> Union(
    std::vector<std::unique_ptr<Postings>> children) {
  if (children.size() == 1) return std::move(children.front());
  return std::make_unique<Any>(std::move(children));
}

}  // namespace dci::registry
