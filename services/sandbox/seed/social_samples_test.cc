// The published sample requests of the social registry, as they stand, asked
// of the seed: what each is answered, or why it is refused.
//
// The samples are not part of this repository. They are looked for in the
// folder that DCI_STANDARDS names, or else beside the repository.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "dci/common/v1/code_list.pb.h"
#include "dci/registry/v1/search.pb.h"
#include "dci/social/v1/social.pb.h"
#include "dci/social/v1/social_service.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/registry/load.h"
#include "services/registry/registry.h"
#include "services/sandbox/seed/seed.h"
#include "services/schema/reason.h"
#include "services/storage/memory/memory_store.h"

namespace dci::sandbox {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr char kHere[] = "services/sandbox/seed/seed.h";

fs::path Samples() {
  const char* given = std::getenv("DCI_STANDARDS");
  if (given != nullptr && *given != '\0')
    return fs::path(given) / "d25/samples/social";
  // Runfiles are links into the source tree.
  std::error_code error;
  const fs::path here = fs::canonical(kHere, error);
  if (error) return "";
  return here.parent_path() / "../../../../shared/standards/d25/samples/social";
}

const schema::Model& SocialModel() {
  static const schema::Model* const model = [] {
    auto built = schema::Model::Build(
        {social::v1::Group::descriptor()->file(),
         common::v1::Sex_descriptor()->file(),
         google::protobuf::DescriptorPool::generated_pool()->FindFileByName(
             descriptor_table_dci_2fsocial_2fv1_2fsocial_5fservice_2eproto
                 .filename)});
    EXPECT_OK(built);
    return built->release();
  }();
  return *model;
}

class SocialSamplesTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = Samples();
    if (!fs::exists(folder_)) {
      std::cout << "skipped: no published samples at " << folder_ << "\n";
      GTEST_SKIP() << "skipped: no published samples";
    }
    config::v1::RegistryConfig config;
    config.set_service("dci.social.v1.SocialRegistry");
    auto opened = registry::Registry::Open(store_.get(), &codec_, config);
    ASSERT_OK(opened);
    registry_ = *std::move(opened);
    registry::Loader loader(registry_.get(), registry::LoadOptions());
    ASSERT_OK(GiveSeed("social", {300, 1}, [&](SeedRecord record) {
      records_.push_back(record);
      return loader.AddWire(record.type, std::move(record.record));
    }));
    ASSERT_OK(loader.Finish());
  }

  // The answer to the one item of a sample request.
  absl::StatusOr<registry::v1::SearchResponseItem> Ask(const char* file) {
    std::ifstream in(folder_ / file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    absl::StatusOr<std::string> wire = codec_.JsonToWire(
        *SocialModel().FindMessage("dci.registry.v1.SearchRequestEnvelope"),
        text.str(), nullptr);
    if (!wire.ok()) return wire.status();
    registry::v1::SearchRequestEnvelope envelope;
    EXPECT_TRUE(envelope.ParseFromString(*wire));
    EXPECT_EQ(envelope.message().search_request_size(), 1);
    const auto snapshot = store_->GetSnapshot();
    const auto page = registry_->Search(
        envelope.message().search_request(0).search_criteria(), *snapshot,
        registry::SearchOptions());
    if (!page.ok()) return page.status();
    note_ = page->note;
    const auto bytes = registry_->Render(*page, *snapshot);
    if (!bytes.ok()) return bytes.status();
    registry::v1::SearchResponseItem item;
    EXPECT_TRUE(item.ParseFromString(*bytes));
    return item;
  }

  template <typename T>
  int Count(const std::string& type,
            const std::function<bool(const T&)>& holds) const {
    int count = 0;
    for (const SeedRecord& record : records_) {
      T parsed;
      if (record.type != type) continue;
      EXPECT_TRUE(parsed.ParseFromString(record.record));
      count += holds(parsed) ? 1 : 0;
    }
    return count;
  }

  // What was found, unpacked.
  template <typename T>
  static std::vector<T> Found(const registry::v1::SearchResponseItem& item) {
    std::vector<T> found;
    for (const auto& any : item.data().reg_records()) {
      found.emplace_back();
      EXPECT_TRUE(any.UnpackTo(&found.back()));
    }
    return found;
  }

  fs::path folder_;
  std::unique_ptr<storage::Store> store_ =
      storage::NewMemoryStore(registry::SpaceNames());
  wire::Codec codec_{&SocialModel()};
  std::unique_ptr<registry::Registry> registry_;
  std::vector<SeedRecord> records_;
  std::string note_;
};

// Groups below a poverty score of 5, the poorest first.
TEST_F(SocialSamplesTest, PovertyScore) {
  const auto item = Ask("processflow1-1req.json");
  ASSERT_OK(item);
  const auto poor = [](const social::v1::Group& group) {
    return std::stod(group.poverty_score()) < 5;
  };
  EXPECT_EQ(item->pagination().total_count(),
            Count<social::v1::Group>("Group", poor));
  const auto groups = Found<social::v1::Group>(*item);
  ASSERT_EQ(groups.size(), 10u);
  for (size_t i = 1; i < groups.size(); ++i)
    EXPECT_LE(std::stod(groups[i - 1].poverty_score()),
              std::stod(groups[i].poverty_score()));
}

// "Household" and "HouseHold" are Group, household_size is group_size.
TEST_F(SocialSamplesTest, GroupSize) {
  const auto item = Ask("processflow1-2req.json");
  ASSERT_OK(item);
  const auto small = [](const social::v1::Group& group) {
    return group.member_list_size() < 5;
  };
  EXPECT_EQ(item->pagination().total_count(),
            Count<social::v1::Group>("Group", small));
  const auto groups = Found<social::v1::Group>(*item);
  ASSERT_EQ(groups.size(), 10u);
  for (const social::v1::Group& group : groups)
    EXPECT_EQ(group.group_size(), "1");
}

// response_entity "member" goes before collection "Group"; the poverty score
// it is to be sorted by belongs to groups, and is passed over.
TEST_F(SocialSamplesTest, FemaleWidows) {
  const auto item = Ask("processflow1-3req.json");
  ASSERT_OK(item);
  const auto widow = [](const social::v1::Member& member) {
    return member.marital_status() == "W" &&
           member.demographic_info().sex() == "female";
  };
  EXPECT_EQ(item->data().reg_record_type(), "Member");
  EXPECT_EQ(item->pagination().total_count(),
            Count<social::v1::Member>("Member", widow));
  EXPECT_GE(item->pagination().total_count(), 3);
  for (const auto& member : Found<social::v1::Member>(*item))
    EXPECT_TRUE(widow(member));
  EXPECT_THAT(note_, HasSubstr("poverty_score"));
}

// An "expression" that is a list of predicates; the identifier's type is the
// attribute, and no record type is named: the one that has it answers.
TEST_F(SocialSamplesTest, PersonByUin) {
  const auto item = Ask("processflow2req.json");
  ASSERT_OK(item);
  EXPECT_EQ(item->data().reg_record_type(), "Person");
  EXPECT_EQ(item->pagination().total_count(), 1);
  const auto people = Found<social::v1::Person>(*item);
  ASSERT_EQ(people.size(), 1u);
  EXPECT_EQ(people[0].identifier(0).identifier_value(), "847951632");
}

// A third expression is in no schema, and leaving it out would disclose more
// than was asked for. (Their `age` is no attribute either, and `condition`
// stands twice.)
TEST_F(SocialSamplesTest, ThirdExpressionsAreRefused) {
  for (const char* file : {"processflow3areq.json", "processflow4req.json"}) {
    const auto item = Ask(file);
    EXPECT_EQ(schema::ReasonOf(item.status()),
              common::v1::REASON_SEARCH_CRITERIA_INVALID);
    EXPECT_THAT(item, StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("expression3")));
  }
}

}  // namespace
}  // namespace dci::sandbox
