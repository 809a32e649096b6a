// The pages of a search as a range.
//
//   for (const auto& page : Pages(search, [&](const SearchRequest& request) {
//          return registry.SyncSearch(request);
//        })) {
//     if (!page.ok()) return page.status();
//     for (const auto& record : page->data().reg_records()) …
//   }
#ifndef CONVERGENCE_CLIENTS_CPP_RUNTIME_PAGES_H_
#define CONVERGENCE_CLIENTS_CPP_RUNTIME_PAGES_H_

#include <functional>
#include <iterator>

#include "absl/status/statusor.h"
#include "dci/registry/v1/search.pb.h"

namespace dci::client {

using Search = std::function<absl::StatusOr<dci::registry::v1::SearchResponse>(
    const dci::registry::v1::SearchRequest&)>;

// Asks for one page after another, as the range is walked: by cursor where
// the answer gives one, otherwise by number until total_count is reached. Each
// element is the item of a page, or an error, after which there are no more:
// INVALID_ARGUMENT where the request has not exactly one item; a refused item
// with its reason; whatever `search` gives. Walked once, by one thread.
class Pages {
 public:
  using Page = absl::StatusOr<dci::registry::v1::SearchResponseItem>;

  Pages(dci::registry::v1::SearchRequest request, Search search);

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Page;
    using difference_type = std::ptrdiff_t;
    using pointer = const Page*;
    using reference = const Page&;

    explicit Iterator(Pages* pages) : pages_(pages) {}
    const Page& operator*() const { return pages_->page_; }
    const Page* operator->() const { return &pages_->page_; }
    Iterator& operator++() {
      if (!pages_->Next()) pages_ = nullptr;
      return *this;
    }
    friend bool operator==(Iterator a, Iterator b) {
      return a.pages_ == b.pages_;
    }
    friend bool operator!=(Iterator a, Iterator b) { return !(a == b); }

   private:
    Pages* pages_;
  };

  // Fetches the first page.
  Iterator begin();
  Iterator end() { return Iterator(nullptr); }

 private:
  bool Next();
  Page Fetch();
  // Turns the request to the page after page_; false where there is none.
  bool Advance();

  dci::registry::v1::SearchRequest request_;
  const Search search_;
  Page page_;
  int fetched_ = 0;
};

}  // namespace dci::client

#endif  // CONVERGENCE_CLIENTS_CPP_RUNTIME_PAGES_H_
