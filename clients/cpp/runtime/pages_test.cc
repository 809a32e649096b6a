#include "clients/cpp/runtime/pages.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/schema/reason.h"

namespace dci::client {
namespace {

using dci::registry::v1::SearchRequest;
using dci::registry::v1::SearchResponse;
using testing::ElementsAre;

SearchRequest OneSearch() {
  SearchRequest request;
  request.add_search_request()
      ->mutable_search_criteria()
      ->mutable_pagination()
      ->set_page_size(2);
  return request;
}

// A page of `records` of a total.
SearchResponse Page(int records, int total, const std::string& cursor = "") {
  SearchResponse response;
  auto* item = response.add_search_response();
  item->set_status(dci::common::v1::REQUEST_STATUS_SUCC);
  for (int i = 0; i < records; ++i) item->mutable_data()->add_reg_records();
  item->mutable_pagination()->set_total_count(total);
  if (!cursor.empty()) item->mutable_pagination()->set_next_cursor(cursor);
  return response;
}

// Records on each page, as walked.
std::vector<int> Walk(Pages& pages) {
  std::vector<int> sizes;
  for (const auto& page : pages) {
    EXPECT_OK(page);
    if (page.ok()) sizes.push_back(page->data().reg_records_size());
  }
  return sizes;
}

TEST(Pages, AreAskedForByNumberUntilAllAreThere) {
  std::vector<int> asked;
  Pages pages(OneSearch(), [&](const SearchRequest& request) {
    const auto& pagination =
        request.search_request(0).search_criteria().pagination();
    asked.push_back(pagination.page_number());
    return Page(asked.size() < 3 ? 2 : 1, 5);
  });
  EXPECT_THAT(Walk(pages), ElementsAre(2, 2, 1));
  EXPECT_THAT(asked, ElementsAre(0, 2, 3));
}

TEST(Pages, FollowTheCursorWhereThereIsOne) {
  std::vector<std::string> asked;
  Pages pages(OneSearch(), [&](const SearchRequest& request) {
    const auto& pagination =
        request.search_request(0).search_criteria().pagination();
    asked.push_back(pagination.cursor());
    EXPECT_TRUE(asked.size() == 1 || !pagination.has_page_number());
    return Page(2, 0,
                asked.size() < 3 ? "c" + std::to_string(asked.size()) : "");
  });
  EXPECT_THAT(Walk(pages), ElementsAre(2, 2, 2));
  EXPECT_THAT(asked, ElementsAre("", "c1", "c2"));
}

TEST(Pages, OfNothingAreOneEmptyPage) {
  Pages pages(OneSearch(), [](const SearchRequest&) { return Page(0, 0); });
  EXPECT_THAT(Walk(pages), ElementsAre(0));
}

TEST(Pages, EndWithAnEmptyPageWhateverItPromises) {
  int calls = 0;
  Pages pages(OneSearch(), [&](const SearchRequest&) {
    ++calls;
    return Page(calls == 1 ? 2 : 0, 1'000'000, "again");
  });
  EXPECT_THAT(Walk(pages), ElementsAre(2, 0));
}

TEST(Pages, EndWithAnError) {
  int calls = 0;
  Pages pages(OneSearch(),
              [&](const SearchRequest&) -> absl::StatusOr<SearchResponse> {
                if (++calls == 2) return absl::UnavailableError("down");
                return Page(2, 5);
              });
  std::vector<absl::StatusCode> codes;
  for (const auto& page : pages) codes.push_back(page.status().code());
  EXPECT_THAT(codes, ElementsAre(absl::StatusCode::kOk,
                                 absl::StatusCode::kUnavailable));
}

TEST(Pages, GiveTheReasonOfARefusedItem) {
  Pages pages(OneSearch(), [](const SearchRequest&) {
    SearchResponse response;
    auto* item = response.add_search_response();
    item->set_status(dci::common::v1::REQUEST_STATUS_RJCT);
    item->set_status_reason_code("rjct.sort.invalid");
    return response;
  });
  const Pages::Page page = *pages.begin();
  EXPECT_EQ(schema::ReasonOf(page.status()),
            dci::common::v1::REASON_SORT_INVALID);
}

TEST(Pages, AreNotOfABatch) {
  SearchRequest request = OneSearch();
  request.add_search_request();
  Pages pages(request, [](const SearchRequest&) { return Page(1, 1); });
  EXPECT_THAT(*pages.begin(), StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace dci::client
