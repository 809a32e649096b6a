// Consent and authority as a search meets them: what is refused, what is
// found, what is shown.
#include "services/registry/consent.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/registry/disclosure.h"
#include "services/registry/disclosure_state.pb.h"
#include "services/registry/load.h"
#include "services/registry/search_handler.h"
#include "services/registry/standing_read.h"
#include "services/registry/test_registry.h"
#include "services/schema/reason.h"
#include "services/storage/memory/memory_store.h"
#include "services/trust/key.h"
#include "services/trust/participants.h"
#include "services/trust/testing.h"

namespace dci::registry {
namespace {

using ::testing::HasSubstr;
namespace common = ::dci::common::v1;

const absl::Time kNow = absl::FromUnixSeconds(1'790'000'000);

constexpr char kPurposes[] = R"(
  purposes {
    code: "eligibility"
    records { record: "Person" paths: "sex" paths: "birth_date"
              search_by: "identifier" search_by: "marital_status" }
    records { record: "Group" paths: "poverty_score" }
  }
  purposes { code: "everything" }
)";

class ConsentTest : public testing::Test {
 protected:
  void SetUp() override {
    config::v1::RegistryConfig registry;
    registry.set_service(kSocialService);
    auto opened = Registry::Open(store_.get(), &codec_, registry);
    ASSERT_OK(opened);
    registry_ = *std::move(opened);
    Loader loader(registry_.get(), LoadOptions());
    for (int i = 1; i <= 3; ++i)
      ASSERT_OK(loader.AddWire("Person", MakePerson(i).SerializeAsString()));
    ASSERT_OK(loader.AddWire("Group", MakeGroup("100").SerializeAsString()));
    ASSERT_OK(loader.Finish());
    auto log = DisclosureLog::Open(store_.get());
    ASSERT_OK(log);
    log_ = *std::move(log);
    handler_ =
        std::make_unique<RegistrySearch>(registry_.get(), SearchOptions());
    sender_ = trust::testing::Undemanding("ministry");
  }

  static social::v1::Person MakePerson(int i) {
    social::v1::Person person;
    auto* id = person.add_identifier();
    id->set_identifier_type("UIN");
    id->set_identifier_value(absl::StrCat(i));
    person.mutable_name()->set_surname(absl::StrCat("Doe", i));
    person.set_sex(i == 2 ? "male" : "female");
    person.set_birth_date(absl::StrCat("199", i, "-01-01"));
    auto* extra = person.add_extras();
    extra->set_path("shoe_size");
    extra->set_json("42");
    return person;
  }

  // The server's configuration and the sender's policy, as text protos.
  void Configure(const std::string& server, const std::string& policy) {
    config::v1::ConsentConfig config;
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(server, &config));
    auto* issuer = config.add_issuers();
    issuer->set_id("consents.example");
    issuer->add_jwk(key_.PublicJwk());
    auto gate = ConsentGate::Create(config, SocialModel(), nullptr);
    ASSERT_OK(gate);
    gate_ = *std::move(gate);
    registry_->SetReadRules({log_.get(), gate_.get()});
    if (policy.empty()) return;
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
        policy, sender_.mutable_consent()));
  }

  std::string Artefact(const std::string& subject, const std::string& purpose,
                       const std::string& more = "") {
    return trust::testing::MustSign(
        key_, absl::StrCat(R"({"iss":"consents.example","aud":"ministry",)",
                           R"("jti":"c1","exp":1790000600,"sub":")", subject,
                           R"(","purpose":")", purpose, "\"", more, "}"));
  }
  static std::string Consent(const std::string& purpose,
                             const std::string& jws = "") {
    std::string json = R"({"@type":"Consent")";
    if (!purpose.empty())
      absl::StrAppend(&json, R"(,"purpose":{"code":")", purpose, "\"}");
    if (!jws.empty()) absl::StrAppend(&json, R"(,"consent_jws":")", jws, "\"");
    return json + "}";
  }

  static v1::SearchCriteria Persons(const std::string& query,
                                    const std::string& consent,
                                    const std::string& authorize = "") {
    v1::SearchCriteria criteria = NoSql("Person", query);
    criteria.set_reg_record_type("Person");
    if (!consent.empty()) criteria.mutable_consent()->set_text(consent);
    if (!authorize.empty()) criteria.mutable_authorize()->set_text(authorize);
    return criteria;
  }

  absl::StatusOr<exchange::ItemOutcome> Search(
      const v1::SearchCriteria& criteria, absl::Time now = kNow) {
    exchange::RequestContext request;
    request.method = SocialModel().FindMethod(method_);
    request.sender_id = "ministry";
    request.sender = *trust::Participant::Create(sender_);
    exchange::ItemContext context;
    context.request = &request;
    context.now = now;
    v1::SearchRequestItem item;
    *item.mutable_search_criteria() = criteria;
    const std::string bytes = item.SerializeAsString();
    if (auto valid = handler_->Validate(context, bytes); !valid.ok())
      return valid;
    return handler_->Search(context, bytes, *store_->GetSnapshot(), "");
  }
  common::Reason ReasonFor(const v1::SearchCriteria& criteria,
                           absl::Time now = kNow) {
    return schema::ReasonOf(Search(criteria, now).status());
  }
  std::vector<social::v1::Person> Found(const v1::SearchCriteria& criteria) {
    std::vector<social::v1::Person> persons;
    const auto outcome = Search(criteria);
    EXPECT_OK(outcome);
    v1::SearchResponseItem item;
    if (!outcome.ok() || !item.ParseFromString(outcome->result)) return persons;
    total_ = item.pagination().total_count();
    for (const auto& any : item.data().reg_records()) {
      persons.emplace_back();
      EXPECT_TRUE(persons.back().ParseFromString(any.value()));
    }
    return persons;
  }

  std::string method_ = "dci.social.v1.SocialRegistry.SyncSearch";
  const trust::Key key_ = *trust::Key::Generate("EdDSA");
  std::unique_ptr<storage::Store> store_ = storage::NewMemoryStore([] {
    std::vector<std::string> spaces = SpaceNames();
    for (std::string& space : DisclosureLog::SpaceNames())
      spaces.push_back(space);
    return spaces;
  }());
  wire::Codec codec_{&SocialModel()};
  std::unique_ptr<Registry> registry_;
  std::unique_ptr<DisclosureLog> log_;
  std::unique_ptr<ConsentGate> gate_;
  std::unique_ptr<RegistrySearch> handler_;
  config::v1::Participant sender_;
  int total_ = 0;
};

TEST_F(ConsentTest, WithoutPurposesAndPoliciesNothingIsRestricted) {
  Configure("", "");
  for (const char* consent :
       {"", "\"\"", "{}", "null", R"({"purpose":{"text":"x","code":"any"}})"}) {
    const auto found = Found(Persons("{}", consent));
    ASSERT_EQ(found.size(), 3u) << consent;
    EXPECT_TRUE(found[0].has_name());
  }
}

TEST_F(ConsentTest, APurposeShowsItsFieldsAndNoOthers) {
  Configure(kPurposes, "");
  const auto found = Found(Persons("{}", Consent("eligibility")));
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].sex(), "female");
  EXPECT_TRUE(found[0].has_birth_date());
  EXPECT_FALSE(found[0].has_name());
  EXPECT_EQ(found[0].identifier_size(), 0);
  EXPECT_EQ(found[0].extras_size(), 0);
  EXPECT_TRUE(Found(Persons("{}", Consent("everything")))[0].has_name());
}

TEST_F(ConsentTest, WhatIsNotShownCannotBeAskedFor) {
  Configure(kPurposes, "");
  for (const char* query :
       {R"({"name.surname":"Doe1"})", R"({"$not":{"name.surname":"Doe1"}})",
        R"({"$or":[{"sex":"male"},{"name.surname":{"$gt":"D"}}]})",
        R"({"name.surname":{"$exists":true}})",
        R"({"address.sub_region_code":"x"})"})
    EXPECT_EQ(ReasonFor(Persons(query, Consent("eligibility"))),
              common::REASON_ATTRIBUTE_FORBIDDEN)
        << query;
  EXPECT_EQ(Found(Persons(R"({"sex":"male"})", Consent("eligibility"))).size(),
            1u);
  EXPECT_THAT(std::string(Search(Persons(R"({"name.surname":"x"})",
                                         Consent("eligibility")))
                              .status()
                              .message()),
              HasSubstr("name.surname"));
}

TEST_F(ConsentTest, WhatIsNotShownCannotOrder) {
  Configure(kPurposes, "");
  v1::SearchCriteria criteria = Persons("{}", Consent("eligibility"));
  criteria.add_sort()->set_attribute_name("birth_date");
  EXPECT_EQ(Found(criteria).size(), 3u);
  criteria.mutable_sort(0)->set_attribute_name("name.surname");
  EXPECT_EQ(ReasonFor(criteria), common::REASON_ATTRIBUTE_FORBIDDEN);
  criteria.mutable_sort(0)->set_attribute_name("marital_status");
  EXPECT_EQ(ReasonFor(criteria), common::REASON_ATTRIBUTE_FORBIDDEN);
}

TEST_F(ConsentTest, SearchedByIsForEqualityAlone) {
  Configure(kPurposes, "");
  EXPECT_EQ(Found(Persons(R"({"UIN":"2"})", Consent("eligibility"))).size(),
            1u);
  EXPECT_EQ(ReasonFor(Persons(R"({"identifier.identifier_value":{"$gt":"1"}})",
                              Consent("eligibility"))),
            common::REASON_ATTRIBUTE_FORBIDDEN);
}

TEST_F(ConsentTest, RecordsThatAPurposeDoesNotNameAreNotSearched) {
  Configure(R"(purposes { code: "p" records { record: "Group" paths: "*" } })",
            "");
  EXPECT_EQ(ReasonFor(Persons("{}", Consent("p"))),
            common::REASON_ATTRIBUTE_FORBIDDEN);
}

TEST_F(ConsentTest, APurposeMustBeOneThatTheSenderMayHave) {
  Configure(kPurposes, R"(purposes: "eligibility")");
  EXPECT_EQ(ReasonFor(Persons("{}", "")), common::REASON_PURPOSE_INVALID);
  EXPECT_EQ(ReasonFor(Persons("{}", Consent("everything"))),
            common::REASON_PURPOSE_INVALID);
  EXPECT_EQ(Found(Persons("{}", "", Consent("eligibility"))).size(), 3u);
  EXPECT_EQ(
      ReasonFor(Persons("{}", Consent("eligibility"), Consent("everything"))),
      common::REASON_PURPOSE_INVALID);
  sender_.mutable_consent()->set_default_purpose("eligibility");
  EXPECT_FALSE(Found(Persons("{}", ""))[0].has_name());
}

TEST_F(ConsentTest, AnUnknownPurposeIsRefusedWherePurposesAreKnown) {
  Configure(kPurposes, "");
  EXPECT_EQ(ReasonFor(Persons("{}", Consent("curiosity"))),
            common::REASON_PURPOSE_INVALID);
  Configure(kPurposes, "consent: NEED_OFF authorize: NEED_OFF");
  EXPECT_TRUE(Found(Persons("{}", Consent("curiosity")))[0].has_name());
}

TEST_F(ConsentTest, ARequiredConsentMustCome) {
  Configure(kPurposes, "consent: NEED_REQUIRED");
  EXPECT_EQ(ReasonFor(Persons("{}", "")), common::REASON_CONSENT_MISSING);
  EXPECT_EQ(ReasonFor(Persons("{}", Consent("eligibility"))),
            common::REASON_CONSENT_MISSING);
  EXPECT_EQ(ReasonFor(Persons("{}", Consent("eligibility", "no.jws.x"))),
            common::REASON_CONSENT_INVALID);
  EXPECT_OK(
      Search(Persons("{}", Consent("", Artefact("UIN:2", "eligibility")))));
  // Where OpenG2P's registries look for it.
  EXPECT_OK(
      Search(Persons("{}", "", Consent("", Artefact("UIN:2", "eligibility")))));
}

TEST_F(ConsentTest, NobodyIsFoundButWhoConsented) {
  Configure(kPurposes, "consent: NEED_REQUIRED");
  const std::string consent = Consent("", Artefact("UIN:2", "everything"));
  const auto found = Found(Persons("{}", consent));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].name().surname(), "Doe2");
  // Not even how many there are.
  EXPECT_EQ(total_, 1);
  EXPECT_EQ(Found(Persons(R"({"sex":"female"})", consent)).size(), 0u);
  EXPECT_EQ(total_, 0);
  EXPECT_EQ(Found(Persons(R"({"UIN":"2"})", consent)).size(), 1u);
  EXPECT_EQ(ReasonFor(Persons(R"({"UIN":"1"})", consent)),
            common::REASON_CONSENT_INVALID);
  EXPECT_EQ(Found(Persons(R"({"UIN":{"$in":["1","2"]}})", consent)).size(), 1u);
}

TEST_F(ConsentTest, TheSubjectMayBeSoughtWhateverIsShown) {
  Configure(
      R"(purposes { code: "p" records { record: "Person" paths: "sex" } })",
      "consent: NEED_REQUIRED");
  const std::string consent = Consent("", Artefact("UIN:2", "p"));
  const auto found = Found(Persons(R"({"UIN":"2"})", consent));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].identifier_size(), 0);
}

TEST_F(ConsentTest, ScopesCutThePurpose) {
  Configure(kPurposes, "");
  auto with = [&](const std::string& scopes) {
    return Persons("{}",
                   Consent("", Artefact("UIN:2", "eligibility",
                                        ",\"scope\":\"" + scopes + "\"")));
  };
  auto found = Found(with("sex name"));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].sex(), "male");
  EXPECT_FALSE(found[0].has_birth_date());
  EXPECT_FALSE(found[0].has_name());
  EXPECT_TRUE(Found(with("Person.birth_date"))[0].has_birth_date());
  EXPECT_TRUE(Found(with("SRPerson"))[0].has_sex());
  for (const char* nothing : {"", "Group", "nonsense", "name.surname"})
    EXPECT_EQ(ReasonFor(with(nothing)), common::REASON_ATTRIBUTE_FORBIDDEN)
        << nothing;
}

TEST_F(ConsentTest, ExpiryIsJudgedWhenTheItemIsDecided) {
  Configure(kPurposes, "");
  const auto criteria =
      Persons("{}", Consent("", Artefact("UIN:2", "eligibility")));
  EXPECT_OK(Search(criteria));
  EXPECT_EQ(ReasonFor(criteria, kNow + absl::Hours(1)),
            common::REASON_CONSENT_EXPIRED);
}

TEST_F(ConsentTest, AnAsynchronousRequestHearsOfItBeforeTheAck) {
  method_ = "dci.social.v1.SocialRegistry.Search";
  Configure(kPurposes, "consent: NEED_REQUIRED");
  exchange::RequestContext request;
  request.method = SocialModel().FindMethod(method_);
  request.sender_id = "ministry";
  request.sender = *trust::Participant::Create(sender_);
  exchange::ItemContext context;
  context.request = &request;
  context.now = kNow;
  v1::SearchRequestItem item;
  *item.mutable_search_criteria() = Persons("{}", "");
  EXPECT_EQ(
      schema::ReasonOf(handler_->Validate(context, item.SerializeAsString())),
      common::REASON_CONSENT_MISSING);
}

TEST_F(ConsentTest, AuthorityIsAPurposeOrAnArtefact) {
  Configure(kPurposes, "authorize: NEED_REQUIRED");
  EXPECT_EQ(ReasonFor(Persons("{}", Consent("eligibility"))),
            common::REASON_CONSENT_MISSING);
  EXPECT_EQ(Found(Persons("{}", "", Consent("eligibility"))).size(), 3u);
  const std::string office = trust::testing::MustSign(
      key_, R"({"iss":"consents.example","aud":"ministry","exp":1790000600,
                "purpose":"eligibility","scope":"sex"})");
  const auto found = Found(
      Persons("{}", "", absl::StrCat(R"({"authorize_jws":")", office, "\"}")));
  ASSERT_EQ(found.size(), 3u);
  EXPECT_FALSE(found[0].has_birth_date());
  EXPECT_EQ(ReasonFor(Persons("{}", "", R"({"authorize_jws":"x"})")),
            common::REASON_CONSENT_INVALID);
}

TEST_F(ConsentTest, AConsentNeedsASubjectThatRecordsName) {
  Configure(kPurposes, "");
  const std::string nobody = trust::testing::MustSign(
      key_, R"({"iss":"consents.example","aud":"ministry","exp":1790000600,
                "purpose":"eligibility"})");
  EXPECT_EQ(ReasonFor(Persons("{}", Consent("", nobody))),
            common::REASON_CONSENT_INVALID);
}

TEST_F(ConsentTest, TheLogHasPurposeAndConsentAndOnlyWhatWasShown) {
  Configure(kPurposes, "");
  const auto outcome =
      Search(Persons("{}", Consent("", Artefact("UIN:2", "eligibility"))));
  ASSERT_OK(outcome);
  ASSERT_OK(storage::CommitAndWait(*store_, {}, outcome->record));
  const auto snapshot = store_->GetSnapshot();
  const auto rows = snapshot->Scan({log_->spaces().rows, "", ""});
  state::DisclosureRow row;
  ASSERT_TRUE(row.ParseFromString(std::string(rows->value())));
  EXPECT_EQ(row.purpose(), "eligibility");
  EXPECT_EQ(row.consent_id(), "c1");
  EXPECT_EQ(row.receiver_id(), "ministry");
  EXPECT_EQ(row.fields_size(), 2);
}

TEST_F(ConsentTest, AStandingReadIsJudgedByTheSenderAsItIsNow) {
  Configure(kPurposes, R"(purposes: "eligibility")");
  const auto directory = trust::FixedDirectory::Create({sender_});
  ASSERT_OK(directory);
  registry_->SetReadRules({log_.get(), gate_.get(), directory->get()});
  EXPECT_EQ(schema::ReasonOf(
                JudgeStanding(*registry_, "ministry", "", kNow).status()),
            common::REASON_PURPOSE_INVALID);
  ASSERT_OK_AND_ASSIGN(
      const Permit permit,
      JudgeStanding(*registry_, "ministry", Consent("eligibility"), kNow));
  const auto catalog = registry_->catalog();
  const auto told = permit.Tell(*catalog->FindByName("Person"),
                                MakePerson(1).SerializeAsString());
  social::v1::Person person;
  ASSERT_TRUE(told.has_value() && person.ParseFromString(*told));
  EXPECT_TRUE(person.has_sex());
  EXPECT_FALSE(person.has_name());
  EXPECT_FALSE(permit.Tell(*catalog->FindByName("Member"), "").has_value());
  registry_->SetReadRules({log_.get(), nullptr, nullptr});
  EXPECT_FALSE(JudgeStanding(*registry_, "ministry", "", kNow)->restricts());
}

TEST_F(ConsentTest, AStandingReadWithConsentTellsOfItsSubjectAlone) {
  Configure(kPurposes, "");
  const auto directory = trust::FixedDirectory::Create({sender_});
  ASSERT_OK(directory);
  registry_->SetReadRules({log_.get(), gate_.get(), directory->get()});
  const std::string authorize = Consent("", Artefact("UIN:2", "everything"));
  ASSERT_OK_AND_ASSIGN(const Permit permit,
                       JudgeStanding(*registry_, "ministry", authorize, kNow));
  const auto catalog = registry_->catalog();
  const RecordType& type = *catalog->FindByName("Person");
  EXPECT_FALSE(
      permit.Tell(type, MakePerson(1).SerializeAsString()).has_value());
  EXPECT_EQ(permit.Tell(type, MakePerson(2).SerializeAsString()),
            MakePerson(2).SerializeAsString());
  EXPECT_EQ(schema::ReasonOf(JudgeStanding(*registry_, "ministry", authorize,
                                           kNow + absl::Hours(1))
                                 .status()),
            common::REASON_CONSENT_EXPIRED);
}

TEST_F(ConsentTest, ConfigurationThatNamesWhatIsNotThereIsRefused) {
  for (const char* text :
       {R"(purposes { })",
        R"(purposes { code: "p" records { record: "Ship" } })",
        R"(purposes { code: "p" records { record: "Person" paths: "shoes" } })",
        R"(purposes { code: "p"
                      records { record: "Person" search_by: "shoes" } })"}) {
    config::v1::ConsentConfig config;
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &config));
    EXPECT_THAT(ConsentGate::Create(config, SocialModel(), nullptr),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << text;
  }
}

}  // namespace
}  // namespace dci::registry
