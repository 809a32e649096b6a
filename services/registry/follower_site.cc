#include "services/registry/follower_site.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "dci/common/v1/code_list.pb.h"
#include "dci/crvs/v1/code_list.pb.h"
#include "dci/crvs/v1/crvs_service.pb.h"
#include "dci/social/v1/social_service.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "services/base/bytes.h"
#include "services/base/clock.h"
#include "services/base/status_matchers.h"
#include "services/exchange/layout.h"
#include "services/storage/memory/memory_store.h"

namespace dci::registry {
namespace {

const google::protobuf::FileDescriptor* FileOf(
    const google::protobuf::internal::DescriptorTable& table) {
  return google::protobuf::DescriptorPool::generated_pool()->FindFileByName(
      table.filename);
}

// 2026-11-24 06:40 UTC.
absl::Time Beginning() { return absl::FromUnixSeconds(1795502400); }

void SetUin(const std::string& uin, common::v1::Identifier* identifier) {
  identifier->set_identifier_type("UIN");
  identifier->set_identifier_value(uin);
}

}  // namespace

const schema::Model& FollowerModel() {
  static const schema::Model* const model = [] {
    auto built = schema::Model::Build(
        {social::v1::Group::descriptor()->file(),
         crvs::v1::Person::descriptor()->file(),
         common::v1::Sex_descriptor()->file(),
         FileOf(descriptor_table_dci_2fcrvs_2fv1_2fcode_5flist_2eproto),
         FileOf(descriptor_table_dci_2fcrvs_2fv1_2fcrvs_5fservice_2eproto),
         FileOf(
             descriptor_table_dci_2fsocial_2fv1_2fsocial_5fservice_2eproto)});
    EXPECT_OK(built);
    return built->release();
  }();
  return *model;
}

config::v1::Reaction ReactionOf(const std::string& text) {
  config::v1::Reaction reaction;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &reaction));
  return reaction;
}

FollowerSite::FollowerSite(const std::vector<std::string>& rules)
    : now(Beginning()),
      codec(std::make_unique<wire::Codec>(&FollowerModel())),
      rules_(rules) {
  std::vector<std::string> spaces = SpaceNames();
  for (std::string& space : exchange::ExchangeSpaces())
    spaces.push_back(std::move(space));
  spaces.push_back(kReactionsSpace);
  spaces.push_back(kSubscriberSpace);
  store = storage::NewMemoryStore(spaces);
  Restart();
}

void FollowerSite::Restart() {
  config::v1::RegistryConfig config;
  config.set_service("dci.social.v1.SocialRegistry");
  auto opened = Registry::Open(store.get(), codec.get(), config);
  ASSERT_OK(opened);
  registry = *std::move(opened);
  config::v1::StandingSubscription births;
  births.set_name("births");
  births.set_publisher("civil");
  births.set_service("dci.crvs.v1.CivilRegistry");
  births.set_event("LiveBirth");
  births.set_record("Person");
  auto subscribing =
      Subscriber::Create(store.get(), &FollowerModel(), nullptr, {births});
  ASSERT_OK(subscribing);
  subscriber = *std::move(subscribing);
  ReactionsOf of;
  of.registry = registry.get();
  for (const std::string& rule : rules_)
    *of.config.add_rules() = ReactionOf(rule);
  auto made = Reactions::Create(store.get(), subscriber.get(), {of});
  ASSERT_OK(made);
  reactions = *std::move(made);
}

void FollowerSite::Put(absl::string_view type,
                       const google::protobuf::MessageLite& record) {
  auto change = registry->Upsert(type, record.SerializeAsString());
  ASSERT_OK(change);
  ASSERT_OK(storage::CommitAndWait(
      *store, change->Keys(registry->spaces()), [&](storage::CommitView& view) {
        return registry->Apply(*change, now, view).status();
      }));
}

void FollowerSite::Put(const social::v1::Group& group) { Put("Group", group); }

std::optional<std::string> FollowerSite::Find(absl::string_view type,
                                              const std::string& id_type,
                                              const std::string& id) {
  const RecordType* found = registry->catalog()->FindByName(type);
  const std::vector<std::string> texts = {id_type, id};
  const auto key = PrimaryKeyOf(*found, texts);
  EXPECT_OK(key);
  auto record = store->GetSnapshot()->Get(registry->spaces().records,
                                          RecordKey(*found, *key));
  EXPECT_OK(record);
  return *record;
}

std::optional<social::v1::Group> FollowerSite::Group(const std::string& id) {
  const auto bytes = Find("Group", "HOUSEHOLD_ID", id);
  social::v1::Group group;
  if (!bytes.has_value() || !group.ParseFromString(*bytes)) return std::nullopt;
  return group;
}

std::optional<social::v1::Person> FollowerSite::Person(const std::string& uin) {
  const auto bytes = Find("Person", "UIN", uin);
  social::v1::Person person;
  if (!bytes.has_value() || !person.ParseFromString(*bytes))
    return std::nullopt;
  return person;
}

void FollowerSite::Notify(absl::string_view event, int number,
                          const crvs::v1::Person& person,
                          const std::string& from, const std::string& code) {
  v1::NotifyEventRequest notification;
  v1::NotifyEvent* notified = notification.add_notify_event();
  notified->set_reference_id(absl::StrCat(number));
  notified->set_timestamp(FormatTimestamp(Beginning() + absl::Seconds(number)));
  if (!event.empty())
    notified->mutable_data()->set_reg_event_type(
        absl::StrCat("spdci-common:RegistryEventType:", event));
  notified->mutable_data()->set_reg_record_type("Person");
  notified->mutable_data()->add_reg_records()->PackFrom(person);
  ASSERT_OK(storage::CommitAndWait(*store, {}, [&](storage::CommitView& view) {
    reactions->Queue(from, code, notification, now, view);
    return absl::OkStatus();
  }));
}

void FollowerSite::Pass() {
  for (bool more = true; more;) {
    const auto pass = reactions->ExecutePass(now);
    ASSERT_OK(pass);
    more = *pass;
  }
}

void FollowerSite::Wait(absl::Duration time) {
  now += time;
  Pass();
}

std::vector<Reactions::Unmatched> FollowerSite::Unmatched() {
  std::string cursor;
  auto found = reactions->List(1000, &cursor);
  EXPECT_OK(found);
  return found.ok() ? *std::move(found) : std::vector<Reactions::Unmatched>();
}

size_t FollowerSite::CountChanges() {
  size_t rows = 0;
  for (auto cursor = store->GetSnapshot()->Scan({registry->spaces().changes});
       cursor->Valid(); cursor->Next())
    ++rows;
  return rows;
}

social::v1::Group Household(const std::string& id,
                            const std::vector<std::string>& members) {
  social::v1::Group group;
  auto* identifier = group.add_group_identifier();
  identifier->set_identifier_type("HOUSEHOLD_ID");
  identifier->set_identifier_value(id);
  for (const std::string& uin : members)
    SetUin(uin, group.add_member_list()->add_member_identifier());
  group.set_group_size(absl::StrCat(members.size()));
  return group;
}

crvs::v1::Person Child(const std::string& uin, const std::string& name,
                       const std::string& parent1, const std::string& parent2) {
  crvs::v1::Person person;
  SetUin(uin, person.add_identifier());
  person.mutable_name()->set_given_name(name);
  person.set_birth_date("2026-11-20");
  if (!parent1.empty()) SetUin(parent1, person.mutable_parent1_identifier());
  if (!parent2.empty()) SetUin(parent2, person.mutable_parent2_identifier());
  return person;
}

std::vector<std::string> MembersOf(const social::v1::Group& group) {
  std::vector<std::string> uins;
  for (const auto& member : group.member_list())
    uins.push_back(member.member_identifier(0).identifier_value());
  std::sort(uins.begin(), uins.end());
  return uins;
}

}  // namespace dci::registry
