#include "services/server/code_lists.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/schema/registries.h"

namespace dci::server {
namespace {

namespace ext = ::dci::ext::v1;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kSpanish[] = R"(
  language: "es"
  lists {
    list: "dci.common.v1.Sex"
    labels { code: "male" label: "Hombre" }
    labels { code: "female" label: "Mujer" }
  })";

const schema::Model& TestModel() {
  static const schema::Model* const model = [] {
    auto built = schema::Model::Build(schema::RegistryFiles());
    EXPECT_OK(built);
    return built->release();
  }();
  return *model;
}

class CodeListsTest : public testing::Test {
 protected:
  CodeListsTest() { EXPECT_OK(labels_.Add(TestModel(), kSpanish, "es.txt")); }

  ext::LookUpCodeResponse LookUp(const char* list, const char* value,
                                 const char* language = "",
                                 const char* dialect = "") {
    ext::LookUpCodeRequest request;
    request.set_list(list);
    request.set_value(value);
    request.set_language(language);
    request.set_dialect(dialect);
    auto response = catalog_.LookUp(request);
    EXPECT_OK(response);
    return response.value_or(ext::LookUpCodeResponse());
  }
  absl::Status Failure(const char* list, const char* dialect = "") {
    ext::GetCodeListRequest request;
    request.set_name(list);
    request.set_dialect(dialect);
    return catalog_.Get(request).status();
  }

  CodeLabels labels_;
  CodeListCatalog catalog_{&TestModel(), &labels_};
};

TEST_F(CodeListsTest, ListsAllOrThoseOfAPackage) {
  const auto all = catalog_.List({});
  EXPECT_EQ(all.code_lists_size(),
            static_cast<int>(TestModel().code_lists().size()));
  ext::ListCodeListsRequest request;
  request.set_package("dci.crvs.v1");
  const auto some = catalog_.List(request);
  ASSERT_EQ(some.code_lists_size(), 1);
  EXPECT_EQ(some.code_lists(0).name(), "dci.crvs.v1.VitalEventType");
  EXPECT_EQ(some.code_lists(0).source(), "VitalEventTypeEnum");
  EXPECT_EQ(some.code_lists(0).size(), 6);
  EXPECT_THAT(some.code_lists(0).languages(), ElementsAre("en"));
}

TEST_F(CodeListsTest, FindsAListByAnyOfItsNames) {
  for (const char* name : {"dci.common.v1.Sex", "Sex", "SexCategoryEnum"}) {
    ext::GetCodeListRequest request;
    request.set_name(name);
    ASSERT_OK_AND_ASSIGN(const auto list, catalog_.Get(request));
    EXPECT_EQ(list.code_list().name(), "dci.common.v1.Sex");
    EXPECT_EQ(list.codes_size(), 4);
  }
  EXPECT_THAT(Failure("NoSuch"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Failure("ex"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Failure(""), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(CodeListsTest, SaysWhatATextMeans) {
  EXPECT_EQ(LookUp("DisabilityStatus", "0").matched(), "code");
  const auto label = LookUp("DisabilityStatus", "approved");
  EXPECT_TRUE(label.member());
  EXPECT_EQ(label.matched(), "label");
  EXPECT_EQ(label.code().code(), "0");
  EXPECT_EQ(label.code().label(), "Approved");
  EXPECT_EQ(LookUp("SupportStatus", "Required").matched(), "alias");
  const auto none = LookUp("DisabilityStatus", "Revoked");
  EXPECT_FALSE(none.member());
  EXPECT_FALSE(none.has_code());
  EXPECT_FALSE(LookUp("DisabilityStatus", "").member());
}

TEST_F(CodeListsTest, SaysWhatADialectWrites) {
  const auto written = [&](const char* dialect) {
    return LookUp("DisabilityStatus", "0", "", dialect).code().written();
  };
  EXPECT_EQ(written("dci-2025-01"), "Approved");
  EXPECT_EQ(written(""), "Approved");
  EXPECT_EQ(written("g2p-connect-2023"), "0");
  EXPECT_THAT(
      Failure("Sex", "dci-1999"),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("dci-1999")));
}

TEST_F(CodeListsTest, LabelsAreInTheLanguageAskedForWhereThereIsOne) {
  const auto woman = LookUp("Sex", "female", "es").code();
  EXPECT_EQ(woman.label(), "Mujer");
  EXPECT_EQ(woman.language(), "es");
  const auto other = LookUp("Sex", "other", "es").code();
  EXPECT_EQ(other.label(), "Other");
  EXPECT_EQ(other.language(), "en");
  // What is read and written stays English.
  EXPECT_FALSE(LookUp("Sex", "Mujer", "es").member());
  ext::GetCodeListRequest request;
  request.set_name("Sex");
  ASSERT_OK_AND_ASSIGN(const auto list, catalog_.Get(request));
  EXPECT_THAT(list.code_list().languages(), ElementsAre("en", "es"));
}

TEST(CodeLabelsTest, FaultsSayWhere) {
  const auto fault = [](const std::string& text) {
    CodeLabels labels;
    return labels.Add(TestModel(), text, "x.txt");
  };
  const auto says = [](const char* text) {
    return StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(text));
  };
  EXPECT_THAT(fault("language: \"es\"\nlists { lost: 1 }"), says("x.txt:2:"));
  EXPECT_THAT(fault(""), says("x.txt: language is not set"));
  EXPECT_THAT(fault("language: \"en\""), says("those of the schema"));
  EXPECT_THAT(fault("language: \"es\" lists { list: \"no.List\" }"),
              says("no code list no.List"));
  const std::string sex =
      "language: \"es\" lists { list: \"dci.common.v1.Sex\" labels { code: ";
  EXPECT_THAT(fault(sex + "\"Male\" label: \"H\" } }"),
              says("has no code \"Male\""));
  EXPECT_THAT(fault(sex + "\"male\" } }"), says("has no label"));
  EXPECT_THAT(fault(sex + "\"male\" label: \"H\" } labels { code: \"male\" "
                          "label: \"V\" } }"),
              says("stands twice"));
}

}  // namespace
}  // namespace dci::server
