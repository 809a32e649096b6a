#include "services/registry/criteria.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/registry/test_registry.h"
#include "services/schema/reason.h"

namespace dci::registry {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

MATCHER_P2(RefusedWith, reason, message, "") {
  *result_listener << StatusOf(arg).ToString();
  return schema::ReasonOf(StatusOf(arg)) == reason &&
         ::testing::Matches(message)(std::string(StatusOf(arg).message()));
}

constexpr auto kCriteria = common::v1::REASON_SEARCH_CRITERIA_INVALID;
constexpr auto kSort = common::v1::REASON_SORT_INVALID;

class CriteriaTest : public testing::Test {
 protected:
  absl::StatusOr<std::vector<Target>> Parse(
      const v1::SearchCriteria& criteria) const {
    return ParseCriteria(*registry_.catalog, registry_.named, criteria);
  }
  // "Group: poverty_score <", one for each target.
  std::string Text(const v1::SearchCriteria& criteria) const {
    const auto targets = Parse(criteria);
    if (!targets.ok()) return targets.status().ToString();
    std::string text;
    for (const Target& target : *targets)
      absl::StrAppend(&text, text.empty() ? "" : "; ", target.type->name(),
                      ": ", ToText(target.query));
    return text;
  }

  TestRegistry registry_;
};

v1::SearchCriteria Predicate(const std::string& name, const std::string& op,
                             const std::string& value) {
  v1::SearchCriteria criteria;
  criteria.set_query_type("predicate");
  v1::Predicate* predicate =
      criteria.mutable_predicate()->add_predicates()->mutable_expression1();
  predicate->set_attribute_name(name);
  predicate->set_operator_(op);
  predicate->mutable_attribute_value()->set_text(value);
  return criteria;
}

v1::SearchCriteria Identifier(const std::string& type,
                              const std::string& value) {
  v1::SearchCriteria criteria;
  criteria.set_query_type("idtype-value");
  criteria.mutable_idtype_value()->set_type(type);
  criteria.mutable_idtype_value()->set_value(value);
  return criteria;
}

TEST_F(CriteriaTest, TheRecordTypeIsWhatTheRequestNames) {
  v1::SearchCriteria criteria = NoSql("member", "{\"UIN\":\"1\"}");
  EXPECT_EQ(Text(criteria), "Member: UIN in 1");
  criteria.set_reg_record_type("spdci-extensions-dci:Group");
  EXPECT_EQ(Text(criteria), "Group: UIN in 1");
  EXPECT_EQ(Text(NoSql("Household", "{\"group_size\":1}")),
            "Group: group_size in 1");
  EXPECT_THAT(Parse(NoSql("Vehicle", "{}")),
              RefusedWith(kCriteria, AllOf(HasSubstr("response_entity"),
                                           HasSubstr("Vehicle"))));
}

TEST_F(CriteriaTest, ElseTheCollectionElseTheTypesThatHaveTheAttributes) {
  v1::SearchCriteria criteria = NoSql("", "{}");
  criteria.mutable_expression()->mutable_value()->set_text(
      R"({"expression":{"collection":"HouseHold","query":{"UIN":"1"}}})");
  EXPECT_EQ(Text(criteria), "Group: UIN in 1");
  EXPECT_EQ(Text(NoSql("", "{\"poverty_score\":{\"$lt\":5}}")),
            "Group: poverty_score <");
  EXPECT_EQ(Text(NoSql("", "{\"name.surname\":\"x\"}")),
            "Person: name.surname in 1");
  EXPECT_EQ(Text(Identifier("UIN", "1")),
            "Group: UIN in 1; Member: UIN in 1; Person: UIN in 1");
}

TEST_F(CriteriaTest, AnUnknownAttributeIsNamedAndWhereItIs) {
  EXPECT_THAT(
      Parse(NoSql("Member", "{\"poverty_score\":1}")),
      RefusedWith(kCriteria, AllOf(HasSubstr("\"poverty_score\""),
                                   HasSubstr("Member"), HasSubstr("Group"))));
  EXPECT_THAT(
      Parse(NoSql("", "{\"$and\":[{\"sex\":\"F\"},{\"age\":{\"$lt\":25}}]}")),
      RefusedWith(kCriteria, AllOf(HasSubstr("\"age\""),
                                   HasSubstr("nor of any other record"))));
  EXPECT_THAT(
      Parse(NoSql("", "{\"poverty_score\":1,\"marital_status\":\"W\"}")),
      RefusedWith(kCriteria, HasSubstr("marital_status")));
}

TEST_F(CriteriaTest, NamesMayCarryTheRecordsOwn) {
  EXPECT_EQ(Text(NoSql("Group", "{\"Group.poverty_score\":1}")),
            "Group: Group.poverty_score in 1");
  EXPECT_EQ(Text(NoSql("Member",
                       "{\"member.demographic_info.birth_date\":"
                       "\"1990-01-01\"}")),
            "Member: member.demographic_info.birth_date in 1");
  EXPECT_EQ(Text(NoSql("Member", "{\"demographic_info.person.sex\":\"F\"}")),
            "Member: demographic_info.person.sex in 1");
}

TEST_F(CriteriaTest, ReadsNoSqlAsItIsWritten) {
  const std::pair<const char*, const char*> queries[] = {
      {R"({"group_size":{"$gte":2,"$lt":5}})",
       "(group_size >= and group_size <)"},
      {R"({"$or":[{"group_size":1},{"location":"x"}]})",
       "(group_size in 1 or location in 1)"},
      {R"({"$nor":[{"group_size":1}]})", "not (group_size in 1)"},
      {R"({"$not":{"group_size":1}})", "not (group_size in 1)"},
      {R"({"group_size":{"$not":{"$lt":5}}})", "not group_size <"},
      {R"({"group_size":{"$ne":5}})", "not group_size in 1"},
      {R"({"group_size":{"$in":[1,2,"2.0"]}})", "group_size in 2"},
      {R"({"group_size":{"$nin":[1]}})", "not group_size in 1"},
      {R"({"group_size":{"$exists":false}})", "not group_size exists"},
      {R"({"group_size":null})", "not group_size exists"},
      {R"({"group_size":{"eq":1}})", "group_size in 1"},
      {R"({"and":[{"group_size":{"lte":1}}]})", "(group_size <=)"},
      {R"({"geographical_location":{"name":{"$eq":"x"}}})",
       "(geographical_location.name in 1)"},
      {R"([{"group_size":1},{"location":"x"}])",
       "(group_size in 1 and location in 1)"},
      {R"({})", "all"},
      {R"({"group_size":{"$in":[]}})", "group_size in 0"},
  };
  for (const auto& [json, text] : queries)
    EXPECT_EQ(Text(NoSql("Group", json)), absl::StrCat("Group: ", text))
        << json;
}

TEST_F(CriteriaTest, RefusesWhatIsNoQuery) {
  const std::pair<const char*, const char*> queries[] = {
      {R"({"group_size":{"$regex":"1"}})", "$regex"},
      {R"({"$where":"1"})", "$where"},
      {R"({"group_size":[1]})", "$in"},
      {R"({"group_size":{"$lt":{"a":1}}})", "$lt"},
      {R"({"group_size":{"$lt":[1]}})", "$lt"},
      {R"({"group_size":{"$lt":null}})", "null"},
      {R"({"group_size":{}})", "group_size"},
      {R"({"group_size":{"$exists":"maybe"}})", "exists"},
      {R"({"group_size":"many"})", "a number"},
      {R"({"registration_date":{"$gt":"soon"}})", "a date"},
      {R"({"place_address":"perhaps"})", "true or false"},
      {R"({"geographical_location":"x"})", "object"},
      {R"({"$and":[]})", "$and"},
      {R"({"$and":1})", "$and"},
      {R"({"$or":[1]})", "object"},
      {R"("x")", "object"},
      {R"({"group_size":1,"group_size":2})", "twice"},
      {R"({"group_size":1)", "no JSON"},
  };
  for (const auto& [json, word] : queries)
    EXPECT_THAT(Parse(NoSql("Group", json)),
                RefusedWith(kCriteria, HasSubstr(word)))
        << json;
}

TEST_F(CriteriaTest, DepthAndSizeOfAQueryAreBounded) {
  std::string deep = "{\"group_size\":1}";
  for (int i = 0; i < 100; ++i) deep = absl::StrCat("{\"$and\":[", deep, "]}");
  EXPECT_THAT(Parse(NoSql("Group", deep)),
              RefusedWith(kCriteria, HasSubstr("deeply")));
  std::string wide = "{\"group_size\":{\"$in\":[0";
  for (int i = 0; i < 20000; ++i) absl::StrAppend(&wide, ",", i);
  EXPECT_THAT(Parse(NoSql("Group", wide + "]}}")),
              RefusedWith(kCriteria, HasSubstr("many")));
}

TEST_F(CriteriaTest, ValuesAreNeverRepeated) {
  const auto refused = Parse(NoSql("Group", R"({"group_size":"secret-77"})"));
  EXPECT_FALSE(refused.ok());
  EXPECT_THAT(refused.status().ToString(),
              ::testing::Not(HasSubstr("secret-77")));
}

TEST_F(CriteriaTest, JoinsPredicatesByTheirCondition) {
  v1::SearchCriteria criteria = Predicate("poverty_score", "lt", "\"2.5\"");
  auto* pair = criteria.mutable_predicate()->mutable_predicates(0);
  auto* second = pair->mutable_expression2();
  second->set_attribute_name("group_size");
  second->set_operator_("ge");
  second->mutable_attribute_value()->set_text("3");
  for (const auto& [condition, text] :
       {std::pair<const char*, const char*>{
            "and", "((poverty_score < and group_size >=))"},
        {"OR", "((poverty_score < or group_size >=))"},
        {"not", "((poverty_score < and not group_size >=))"},
        {"", "((poverty_score < and group_size >=))"}}) {
    pair->set_condition(condition);
    EXPECT_EQ(Text(criteria), absl::StrCat("Group: ", text));
  }
  pair->set_condition("xor");
  EXPECT_THAT(Parse(criteria), RefusedWith(kCriteria, HasSubstr("xor")));
  pair->set_condition("or");
  pair->clear_expression2();
  EXPECT_THAT(Parse(criteria),
              RefusedWith(kCriteria, HasSubstr("without expression2")));
}

TEST_F(CriteriaTest, RefusesAThirdExpressionInsteadOfPassingOverIt) {
  v1::SearchCriteria criteria = Predicate("poverty_score", "lt", "5");
  auto* extra =
      criteria.mutable_predicate()->mutable_predicates(0)->add_extras();
  extra->set_path("expression3");
  extra->set_json("{}");
  EXPECT_THAT(Parse(criteria),
              RefusedWith(kCriteria, HasSubstr("expression3")));
}

TEST_F(CriteriaTest, RefusesHalfAPredicate) {
  for (const char* member : {"attribute_name", "operator", "attribute_value"}) {
    v1::SearchCriteria criteria = Predicate("group_size", "lt", "5");
    auto* predicate = criteria.mutable_predicate()
                          ->mutable_predicates(0)
                          ->mutable_expression1();
    if (member[0] == 'o') predicate->clear_operator_();
    if (std::string(member) == "attribute_name")
      predicate->clear_attribute_name();
    if (std::string(member) == "attribute_value")
      predicate->clear_attribute_value();
    EXPECT_THAT(Parse(criteria), RefusedWith(kCriteria, HasSubstr(member)));
  }
  v1::SearchCriteria none;
  none.mutable_predicate();
  EXPECT_THAT(Parse(none), RefusedWith(kCriteria, HasSubstr("empty")));
}

TEST_F(CriteriaTest, IdentifierTypesMayBePrefixedOrOfNoList) {
  v1::SearchCriteria criteria = Identifier("urn:dci:uin", "1");
  criteria.set_response_entity("Group");
  const auto targets = Parse(criteria);
  ASSERT_OK(targets);
  EXPECT_EQ(targets->front().query.attribute.identifier_type, "UIN");
  criteria.mutable_idtype_value()->set_type("FERRY_PASS");
  EXPECT_OK(Parse(criteria));
  criteria.mutable_idtype_value()->clear_value();
  EXPECT_THAT(Parse(criteria), RefusedWith(kCriteria, HasSubstr("value")));
}

TEST_F(CriteriaTest, RefusesWhatIsNotOffered) {
  v1::SearchCriteria criteria = NoSql("Group", "{}");
  criteria.set_query_type("graphql");
  EXPECT_THAT(Parse(criteria), RefusedWith(kCriteria, HasSubstr("graphql")));
  criteria = NoSql("Group", "{}");
  criteria.mutable_expression()->set_type("ns:org:QueryType:GraphQl");
  EXPECT_THAT(Parse(criteria), RefusedWith(kCriteria, HasSubstr("GraphQl")));
  criteria = v1::SearchCriteria();
  EXPECT_THAT(Parse(criteria), RefusedWith(kCriteria, HasSubstr("query")));
  criteria.mutable_other()->set_text("1");
  EXPECT_THAT(Parse(criteria), RefusedWith(kCriteria, HasSubstr("shape")));
  criteria = NoSql("Group", "{}");
  for (const char* type :
       {"ns:org:RegistryType:Social", "social", "SR", "", "unknown"}) {
    criteria.set_reg_type(type);
    EXPECT_OK(Parse(criteria)) << type;
  }
  criteria.set_reg_type("ns:org:RegistryType:Civil");
  EXPECT_THAT(Parse(criteria), RefusedWith(kCriteria, HasSubstr("Civil")));
}

TEST_F(CriteriaTest, SortsByWhatTheTypeHas) {
  v1::SearchCriteria criteria = NoSql("Member", "{}");
  v1::Sort* sort = criteria.add_sort();
  sort->set_attribute_name("birth_date");
  sort->set_sort_order("DESC");
  auto targets = Parse(criteria);
  ASSERT_OK(targets);
  ASSERT_EQ(targets->front().sort.size(), 1u);
  EXPECT_TRUE(targets->front().sort.front().descending);
  // Of another type: passed over, and said.
  sort->set_attribute_name("poverty_score");
  targets = Parse(criteria);
  ASSERT_OK(targets);
  EXPECT_TRUE(targets->front().sort.empty());
  EXPECT_THAT(targets->front().note, HasSubstr("Group"));
  sort->set_attribute_name("shoe_size");
  EXPECT_THAT(Parse(criteria), RefusedWith(kSort, HasSubstr("shoe_size")));
  sort->set_attribute_name("demographic_info");
  EXPECT_THAT(Parse(criteria), RefusedWith(kSort, HasSubstr("order")));
  sort->set_attribute_name("birth_date");
  sort->set_sort_order("sideways");
  EXPECT_THAT(Parse(criteria), RefusedWith(kSort, HasSubstr("sideways")));
  sort->clear_sort_order();
  while (criteria.sort_size() < 16) *criteria.add_sort() = criteria.sort(0);
  EXPECT_OK(Parse(criteria));
  *criteria.add_sort() = criteria.sort(0);
  EXPECT_THAT(Parse(criteria), RefusedWith(kSort, HasSubstr("at most 16")));
}

class NamedQueryTest : public CriteriaTest {
 protected:
  void SetUp() override {
    config_.set_name("dci:poor");
    config_.set_record("Group");
    config_.set_query(R"({"poverty_score":{"$lt":"${below}"},
                          "location":"${place}"})");
    auto named = NamedQueries::Build({&config_}, *registry_.catalog->service);
    ASSERT_OK(named);
    registry_.named = *std::move(named);
  }
  v1::SearchCriteria Ask(const std::string& params) const {
    v1::SearchCriteria criteria;
    criteria.set_query_type("namedQuery");
    criteria.mutable_named_query()->set_query_name("dci:poor");
    criteria.mutable_named_query()->mutable_query_params()->set_text(params);
    return criteria;
  }
  config::v1::NamedQueryConfig config_;
};

TEST_F(NamedQueryTest, FillsInItsParameters) {
  EXPECT_EQ(Text(Ask(R"({"below":"5","place":"central_region"})")),
            "Group: (poverty_score < and location in 1)");
}

TEST_F(NamedQueryTest, AParameterNeverBecomesAnOperator) {
  for (const char* params :
       {R"({"below":{"$gt":0},"place":"x"})", R"({"below":5})",
        R"({"below":5,"place":"x","more":1})", R"({"below":5,"place":[{}]})",
        R"([5])", R"({"below":null,"place":"x"})"})
    EXPECT_THAT(Parse(Ask(params)), RefusedWith(kCriteria, HasSubstr("param")))
        << params;
  // A text is a text, whatever it looks like.
  EXPECT_EQ(Text(Ask(R"({"below":5,"place":"${below}"})")),
            "Group: (poverty_score < and location in 1)");
  EXPECT_EQ(Text(Ask(R"({"below":5,"place":"\",\"$gt\":\""})")),
            "Group: (poverty_score < and location in 1)");
}

TEST_F(NamedQueryTest, IsForItsOwnRecordAlone) {
  v1::SearchCriteria criteria = Ask(R"({"below":5,"place":"x"})");
  criteria.set_response_entity("Member");
  EXPECT_THAT(Parse(criteria), RefusedWith(kCriteria, HasSubstr("Group")));
  criteria.clear_response_entity();
  criteria.mutable_named_query()->set_query_name("dci:rich");
  EXPECT_THAT(Parse(criteria), RefusedWith(kCriteria, HasSubstr("dci:rich")));
}

TEST_F(NamedQueryTest, AWrongConfigurationIsToldAtTheStart) {
  const schema::Service& service = *registry_.catalog->service;
  EXPECT_THAT(NamedQueries::Build({&config_, &config_}, service),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("twice")));
  config::v1::NamedQueryConfig bad = config_;
  bad.set_record("Vehicle");
  EXPECT_THAT(
      NamedQueries::Build({&bad}, service),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("Vehicle")));
  bad = config_;
  bad.set_query("{");
  EXPECT_THAT(NamedQueries::Build({&bad}, service),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("JSON")));
  bad.set_query(R"({"group_size":{"$near":1}})");
  EXPECT_THAT(NamedQueries::Build({&bad}, service),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("$near")));
}

}  // namespace
}  // namespace dci::registry
