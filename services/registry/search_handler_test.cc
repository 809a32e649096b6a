#include "services/registry/search_handler.h"

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/registry/disclosure.h"
#include "services/registry/disclosure_state.pb.h"
#include "services/registry/load.h"
#include "services/registry/test_registry.h"
#include "services/schema/reason.h"
#include "services/storage/memory/memory_store.h"

namespace dci::registry {
namespace {

using ::testing::HasSubstr;

class SearchHandlerTest : public testing::Test {
 protected:
  void SetUp() override {
    config::v1::RegistryConfig config;
    config.set_service(kSocialService);
    auto opened = Registry::Open(store_.get(), &codec_, config);
    ASSERT_OK(opened);
    registry_ = *std::move(opened);
    Loader loader(registry_.get(), LoadOptions());
    for (int i = 0; i < 25; ++i)
      ASSERT_OK(loader.AddWire(
          "Group", MakeGroup(absl::StrCat(100 + i)).SerializeAsString()));
    ASSERT_OK(loader.Finish());
    handler_ =
        std::make_unique<RegistrySearch>(registry_.get(), SearchOptions());
  }

  absl::StatusOr<exchange::ItemOutcome> Search(
      const char* method, const v1::SearchCriteria& criteria,
      absl::string_view continuation = "") {
    return SearchBy(*SocialModel().FindMethod(
                        absl::StrCat("dci.social.v1.SocialRegistry.", method)),
                    criteria, continuation);
  }
  absl::StatusOr<exchange::ItemOutcome> SearchBy(
      const schema::Method& method, const v1::SearchCriteria& criteria,
      absl::string_view continuation) {
    exchange::RequestContext request;
    request.method = &method;
    exchange::ItemContext context;
    context.request = &request;
    v1::SearchRequestItem item;
    *item.mutable_search_criteria() = criteria;
    const std::string bytes = item.SerializeAsString();
    if (auto valid = handler_->Validate(context, bytes); !valid.ok())
      return valid;
    return handler_->Search(context, bytes, *store_->GetSnapshot(),
                            continuation);
  }
  static v1::SearchResponseItem Parsed(const exchange::ItemOutcome& outcome) {
    v1::SearchResponseItem item;
    EXPECT_TRUE(item.ParseFromString(outcome.result));
    return item;
  }

  static std::vector<std::string> AllSpaces() {
    std::vector<std::string> spaces = SpaceNames();
    for (std::string& space : DisclosureLog::SpaceNames())
      spaces.push_back(std::move(space));
    return spaces;
  }

  std::unique_ptr<storage::Store> store_ = storage::NewMemoryStore(AllSpaces());
  wire::Codec codec_{&SocialModel()};
  std::unique_ptr<Registry> registry_;
  std::unique_ptr<RegistrySearch> handler_;
};

v1::SearchCriteria TenAPage() {
  v1::SearchCriteria criteria = NoSql("Group", "{}");
  criteria.mutable_pagination()->set_page_size(10);
  return criteria;
}

TEST_F(SearchHandlerTest, SyncGivesOnePageAndACursor) {
  const auto outcome = Search("SyncSearch", TenAPage());
  ASSERT_OK(outcome);
  EXPECT_FALSE(outcome->continuation.has_value());
  const v1::SearchResponseItem item = Parsed(*outcome);
  EXPECT_EQ(item.data().reg_records_size(), 10);
  EXPECT_EQ(item.pagination().total_count(), 25);
  EXPECT_FALSE(item.pagination().next_cursor().empty());
}

TEST_F(SearchHandlerTest, PaginationBesideTheCriteriaCounts) {
  const auto records = [&](const char* pagination) -> absl::StatusOr<int> {
    v1::SearchRequestItem item;
    *item.mutable_search_criteria() = NoSql("Group", "{}");
    common::v1::Extra* extra = item.add_extras();
    extra->set_path("pagination");
    extra->set_json(pagination);
    const std::string bytes = item.SerializeAsString();
    if (auto valid = handler_->Validate({}, bytes); !valid.ok()) return valid;
    const auto outcome =
        handler_->Search({}, bytes, *store_->GetSnapshot(), "");
    if (!outcome.ok()) return outcome.status();
    return Parsed(*outcome).data().reg_records_size();
  };
  const auto seven = records(R"({"page_size":7,"page_number":1})");
  ASSERT_OK(seven);
  EXPECT_EQ(*seven, 7);
  for (const char* bad :
       {R"({"page_size":0,"page_number":1})", R"({"page_size":-1})",
        R"({"page_size":10,"page_number":0})", "7", "[]"}) {
    EXPECT_EQ(schema::ReasonOf(records(bad).status()),
              common::v1::REASON_PAGINATION_INVALID)
        << bad;
  }
}

TEST_F(SearchHandlerTest, AsyncGivesEveryPageWithNumberAndCount) {
  std::string continuation;
  int records = 0;
  for (int number = 1; number <= 3; ++number) {
    const auto outcome = Search("Search", TenAPage(), continuation);
    ASSERT_OK(outcome);
    const v1::SearchResponseItem item = Parsed(*outcome);
    records += item.data().reg_records_size();
    EXPECT_EQ(item.pagination().page_number(), number);
    EXPECT_EQ(item.pagination().total_count(), 25);
    EXPECT_FALSE(item.pagination().has_next_cursor());
    EXPECT_EQ(outcome->continuation.has_value(), number < 3);
    continuation = outcome->continuation.value_or("");
  }
  EXPECT_EQ(records, 25);
}

TEST_F(SearchHandlerTest, AStreamCountsFirstAndCanBeResumed) {
  schema::Method stream =
      *SocialModel().FindMethod("dci.social.v1.SocialRegistry.SyncSearch");
  stream.server_streaming = true;
  const auto first = SearchBy(stream, TenAPage(), "");
  ASSERT_OK(first);
  ASSERT_TRUE(first->continuation.has_value());
  EXPECT_EQ(Parsed(*first).pagination().total_count(), 25);
  const auto second = SearchBy(stream, TenAPage(), *first->continuation);
  ASSERT_OK(second);
  EXPECT_FALSE(Parsed(*second).pagination().has_total_count());
  v1::SearchCriteria resumed = TenAPage();
  resumed.mutable_pagination()->set_cursor(
      Parsed(*first).pagination().next_cursor());
  const auto again = SearchBy(stream, resumed, "");
  ASSERT_OK(again);
  EXPECT_EQ(Parsed(*again).data().SerializeAsString(),
            Parsed(*second).data().SerializeAsString());
}

TEST_F(SearchHandlerTest, AsyncWithALaterPageNumberGivesThatPage) {
  v1::SearchCriteria criteria = TenAPage();
  criteria.mutable_pagination()->set_page_number(2);
  const auto outcome = Search("Search", criteria);
  ASSERT_OK(outcome);
  EXPECT_FALSE(outcome->continuation.has_value());
  EXPECT_EQ(Parsed(*outcome).pagination().page_number(), 2);
}

TEST_F(SearchHandlerTest, RefusesBeforeAnythingIsStored) {
  EXPECT_EQ(schema::ReasonOf(
                Search("Search", NoSql("Group", R"({"age":1})")).status()),
            common::v1::REASON_SEARCH_CRITERIA_INVALID);
  v1::SearchCriteria criteria = TenAPage();
  criteria.mutable_pagination()->set_page_size(0);
  EXPECT_EQ(schema::ReasonOf(Search("Search", criteria).status()),
            common::v1::REASON_PAGINATION_INVALID);
  exchange::ItemContext context;
  EXPECT_THAT(handler_->Validate(context, ""),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("search_criteria")));
  EXPECT_THAT(handler_->Validate(context, "\x1a\x7f"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(SearchHandlerTest, SaysWhatItPassedOver) {
  social::v1::Member member;
  auto* id = member.add_member_identifier();
  id->set_identifier_type("UIN");
  id->set_identifier_value("1");
  Loader loader(registry_.get(), LoadOptions());
  ASSERT_OK(loader.AddWire("Member", member.SerializeAsString()));
  ASSERT_OK(loader.Finish());
  v1::SearchCriteria criteria = NoSql("Member", "{}");
  criteria.add_sort()->set_attribute_name("poverty_score");
  const auto outcome = Search("SyncSearch", criteria);
  ASSERT_OK(outcome);
  EXPECT_THAT(outcome->reason_message, HasSubstr("poverty_score"));
  EXPECT_EQ(Parsed(*outcome).data().reg_records_size(), 1);
}

TEST_F(SearchHandlerTest, WithoutALogAnAnswerWritesNothing) {
  EXPECT_EQ(Search("SyncSearch", TenAPage())->record, nullptr);
}

TEST_F(SearchHandlerTest, EveryPageWithRecordsIsWrittenDown) {
  const auto log = DisclosureLog::Open(store_.get());
  ASSERT_OK(log);
  registry_->SetReadRules({log->get()});
  std::string continuation;
  for (int page = 1; page <= 3; ++page) {
    const auto outcome = Search("Search", TenAPage(), continuation);
    ASSERT_OK(outcome);
    ASSERT_NE(outcome->record, nullptr);
    ASSERT_OK(storage::CommitAndWait(*store_, {}, outcome->record));
    continuation = outcome->continuation.value_or("");
  }
  v1::SearchCriteria nothing = NoSql("Group", R"({"poverty_score":{"$gt":9}})");
  EXPECT_EQ(Search("SyncSearch", nothing)->record, nullptr);
  const auto snapshot = store_->GetSnapshot();
  const auto rows = snapshot->Scan({(*log)->spaces().rows, "", ""});
  int records = 0;
  for (; rows->Valid(); rows->Next()) {
    state::DisclosureRow row;
    ASSERT_TRUE(row.ParseFromString(std::string(rows->value())));
    EXPECT_EQ(row.operation(), "dci.social.v1.SocialRegistry.Search");
    EXPECT_EQ(row.record_message(), "dci.social.v1.Group");
    records += row.records();
  }
  EXPECT_EQ(records, 25);
}

TEST_F(SearchHandlerTest, LimitsOfTheConfigurationCount) {
  config::v1::Limits limits;
  EXPECT_EQ(OptionsOf(limits).max_matches, 10000u);
  limits.set_max_page_size(5);
  limits.set_max_sync_matches(20);
  handler_ =
      std::make_unique<RegistrySearch>(registry_.get(), OptionsOf(limits));
  v1::SearchCriteria criteria = TenAPage();
  EXPECT_EQ(schema::ReasonOf(Search("SyncSearch", criteria).status()),
            common::v1::REASON_PAGINATION_INVALID);
  criteria.mutable_pagination()->set_page_size(5);
  EXPECT_EQ(schema::ReasonOf(Search("SyncSearch", criteria).status()),
            common::v1::REASON_SEARCH_TOO_MANY_RECORDS_FOUND);
  // An asynchronous one may be of any size.
  EXPECT_OK(Search("Search", criteria));
}

}  // namespace
}  // namespace dci::registry
