#include "services/registry/event_types.h"

#include <memory>
#include <string>
#include <vector>

#include "dci/common/v1/code_list.pb.h"
#include "dci/crvs/v1/code_list.pb.h"
#include "dci/crvs/v1/crvs.pb.h"
#include "dci/crvs/v1/crvs_service.pb.h"
#include "dci/disability/v1/code_list.pb.h"
#include "dci/disability/v1/disability.pb.h"
#include "dci/disability/v1/disability_service.pb.h"
#include "dci/ibr/v1/code_list.pb.h"
#include "dci/ibr/v1/ibr.pb.h"
#include "dci/ibr/v1/ibr_service.pb.h"
#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/registry/schema_state.h"
#include "services/registry/test_registry.h"
#include "services/storage/memory/memory_store.h"

namespace dci::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using Events = google::protobuf::RepeatedPtrField<wire::v1::Event>;

// Of a file that has only services.
const google::protobuf::FileDescriptor* ServiceFile(
    const google::protobuf::internal::DescriptorTable& table) {
  return google::protobuf::DescriptorPool::generated_pool()->FindFileByName(
      table.filename);
}

const schema::Model& AllModel() {
  static const schema::Model* const model = [] {
    auto built = schema::Model::Build({
        common::v1::Sex_descriptor()->file(),
        crvs::v1::Person::descriptor()->file(),
        crvs::v1::VitalEventType_descriptor()->file(),
        disability::v1::DisabilityOnset_descriptor()->file(),
        ibr::v1::EnrollmentStatus_descriptor()->file(),
        disability::v1::DisabledPerson::descriptor()->file(),
        ibr::v1::Beneficiary::descriptor()->file(),
        ServiceFile(descriptor_table_dci_2fcrvs_2fv1_2fcrvs_5fservice_2eproto),
        ServiceFile(
            descriptor_table_dci_2fdisability_2fv1_2fdisability_5fservice_2eproto),
        ServiceFile(descriptor_table_dci_2fibr_2fv1_2fibr_5fservice_2eproto),
    });
    EXPECT_OK(built);
    return built->release();
  }();
  return *model;
}

// A registry's catalog, on a store of its own.
struct Held {
  explicit Held(const schema::Model& model, const std::string& service)
      : store(storage::NewMemoryStore(SpaceNames())) {
    const schema::Service* found = model.FindService(service);
    EXPECT_NE(found, nullptr) << service;
    const auto spaces = FindSpaces(*store);
    const auto state = OpenState(*store, *spaces, model, *found);
    EXPECT_OK(state);
    catalog = MakeCatalog(model, *found, *state);
  }
  std::unique_ptr<storage::Store> store;
  std::shared_ptr<const Catalog> catalog;
};

// Names of the events that a change is.
std::vector<std::string> NamesOf(const EventTypes& types,
                                 const ChangeView& change) {
  std::vector<std::string> names;
  const EventSet events = types.Of(change);
  for (size_t bit = 0; bit < types.names().size(); ++bit)
    if (events & (EventSet{1} << bit)) names.push_back(types.names()[bit]);
  return names;
}

class CrvsEvents : public testing::Test {
 protected:
  std::vector<std::string> Of(const crvs::v1::Person* before,
                              const crvs::v1::Person* after) {
    ChangeView change;
    change.type_id = held_.catalog->types.front().id;
    std::string old_bytes, new_bytes;
    if (before != nullptr) {
      old_bytes = before->SerializeAsString();
      change.before = old_bytes;
    }
    if (after != nullptr) {
      new_bytes = after->SerializeAsString();
      change.after = new_bytes;
    }
    return NamesOf(*types_, change);
  }

  Held held_{AllModel(), "dci.crvs.v1.CivilRegistry"};
  absl::StatusOr<EventTypes> types_ =
      EventTypes::Build(*held_.catalog, Events());
};

TEST_F(CrvsEvents, ABirthADeathAndItsReversal) {
  ASSERT_OK(types_);
  crvs::v1::Person born;
  born.set_birth_date("2026-11-01");
  EXPECT_THAT(Of(nullptr, &born),
              ElementsAre("live_birth", "register", "created"));
  crvs::v1::Person dead = born;
  dead.set_death_date("2026-11-20");
  EXPECT_THAT(Of(&born, &dead),
              ElementsAre("death", "data_modification", "updated"));
  EXPECT_THAT(Of(&dead, &born),
              ElementsAre("death_reversal", "data_modification", "updated"));
  EXPECT_THAT(Of(&dead, nullptr), ElementsAre("deleted"));
  // One that comes with both dates is both.
  EXPECT_THAT(Of(nullptr, &dead),
              ElementsAre("death", "live_birth", "register", "created"));
}

TEST_F(CrvsEvents, CorrectionsAndMarriages) {
  ASSERT_OK(types_);
  crvs::v1::Person born;
  born.set_birth_date("2026-11-01");
  crvs::v1::Person corrected = born;
  corrected.set_birth_date("2026-11-02");
  EXPECT_THAT(Of(&born, &corrected),
              ElementsAre("data_modification", "updated"));
  crvs::v1::Person married = born;
  married.add_marriage_date("2050-01-01");
  EXPECT_THAT(Of(&born, &married),
              ElementsAre("marriage", "data_modification", "updated"));
}

TEST_F(CrvsEvents, NamesCountByTheirLettersAlone) {
  ASSERT_OK(types_);
  const EventSet birth = *types_->Find("live_birth");
  for (const char* text :
       {"LiveBirth", "Live Birth", "LIVE-BIRTH", "BIRTH_REGISTERED",
        "spdci-common:RegistryEventType:LiveBirth"})
    EXPECT_EQ(types_->Find(text), birth) << text;
  EXPECT_EQ(types_->Find("Create"), types_->Find("created"));
  // The registry's own names come first.
  EXPECT_NE(types_->Find("REGISTER"), types_->Find("created"));
  for (const char* text : {"", "  ", "any", "ALL", "*"})
    EXPECT_EQ(types_->Find(text), kAllEvents) << text;
  EXPECT_EQ(types_->Find("fetal_death"), std::nullopt);
  EXPECT_EQ(types_->Find("death:"), std::nullopt);
}

TEST(EventTypes, EveryRegistryHasItsOwn) {
  const auto names = [](const char* service) {
    const Held held(AllModel(), service);
    const auto types = EventTypes::Build(*held.catalog, Events());
    EXPECT_OK(types);
    return types.ok() ? types->names() : std::vector<std::string>();
  };
  EXPECT_THAT(names("dci.ibr.v1.BeneficiaryRegistry"),
              IsSupersetOf({"enrollement", "enrollement_status_change"}));
  EXPECT_THAT(names("dci.disability.v1.DisabilityRegistry"),
              IsSupersetOf({"new_disabled_newborn", "disabled_person"}));
  const TestRegistry social;
  const auto types = EventTypes::Build(*social.catalog, Events());
  ASSERT_OK(types);
  EXPECT_THAT(types->names(),
              IsSupersetOf({"new_household_member", "register"}));
}

TEST(EventTypes, ConfigurationAddsAndReplaces) {
  const TestRegistry site;
  Events configured;
  wire::v1::Event* poor = configured.Add();
  poor->set_name("became_poor");
  poor->set_record("Household");
  poor->set_where("{\"poverty_score\":{\"$lt\":5}}");
  poor->add_changes("poverty_score");
  wire::v1::Event* created = configured.Add();
  created->set_name("Created");
  created->add_on(wire::v1::Event::CHANGE_DELETED);
  const auto types = EventTypes::Build(*site.catalog, configured);
  ASSERT_OK(types);
  social::v1::Group rich = MakeGroup("1"), low = MakeGroup("1");
  rich.set_poverty_score("9");
  low.set_poverty_score("1");
  const std::string before = rich.SerializeAsString();
  const std::string after = low.SerializeAsString();
  const uint32_t id = site.type("Group").id;
  EXPECT_THAT(NamesOf(*types, {id, before, after}),
              ElementsAre("became_poor", "updated"));
  EXPECT_THAT(NamesOf(*types, {id, after, before}), ElementsAre("updated"));
  EXPECT_EQ(types->NameOf(types->Of({id, before, after})), "became_poor");
  // What is configured under the name is what the name means.
  const EventSet deleted = types->Of({id, after, std::nullopt});
  EXPECT_NE(deleted & *types->Find("created"), 0u);
}

TEST(EventTypes, WrongOnesAreNamed) {
  const TestRegistry site;
  const auto build = [&](const auto& fill) {
    Events configured;
    fill(*configured.Add());
    return std::string(
        EventTypes::Build(*site.catalog, configured).status().message());
  };
  EXPECT_THAT(build([](wire::v1::Event& event) { event.set_name("--"); }),
              HasSubstr("name"));
  EXPECT_THAT(build([](wire::v1::Event& event) {
                event.set_name("x");
                event.set_record("Ship");
              }),
              HasSubstr("\"x\""));
  EXPECT_THAT(build([](wire::v1::Event& event) {
                event.set_name("x");
                event.add_appears("sails");
              }),
              HasSubstr("\"x\""));
  EXPECT_THAT(build([](wire::v1::Event& event) {
                event.set_name("x");
                event.set_where("{\"poverty_score\":");
              }),
              HasSubstr("\"x\""));
  EXPECT_THAT(build([](wire::v1::Event& event) {
                event.set_name("x");
                event.add_aliases("New Household-Member");
              }),
              HasSubstr("another"));
}

}  // namespace
}  // namespace dci::registry
