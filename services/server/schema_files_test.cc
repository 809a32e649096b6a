#include "services/server/schema_files.h"

#include <cstdlib>
#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/schema/model.h"
#include "services/server/compiled_schema.h"

namespace dci::server {
namespace {

using ::testing::HasSubstr;

constexpr char kEducation[] = "services/examples/education/education.proto";
constexpr char kPeru[] = "services/examples/peru/social_peru.proto";

class SchemaFilesTest : public testing::Test {
 protected:
  SchemaFilesTest() {
    std::string pattern = testing::TempDir() + "/schemas-XXXXXX";
    EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }

  std::string Write(const std::string& name, const std::string& body) {
    const std::string file = folder_ + "/" + name;
    EXPECT_TRUE(std::ofstream(file) << "syntax = \"proto3\";\n" << body);
    return file;
  }

  std::string folder_;
};

TEST_F(SchemaFilesTest, ServesADraftBesideWhatIsCompiled) {
  ASSERT_OK_AND_ASSIGN(const auto files, ReadSchemaFiles({kEducation}, ""));
  ASSERT_OK_AND_ASSIGN(const auto model, CompiledSchemaWith(files));
  const schema::Service* drafted =
      model->FindService("education.v1.EducationRegistry");
  ASSERT_NE(drafted, nullptr);
  ASSERT_EQ(drafted->records.size(), 1u);
  EXPECT_EQ(drafted->records[0]->full_name, "education.v1.Enrolment");
  EXPECT_NE(model->FindService("dci.social.v1.SocialRegistry"), nullptr);
  EXPECT_NE(model->FindService("dci.admin.v1.RegistryAdmin"), nullptr);
}

TEST_F(SchemaFilesTest, ReadsSeveralFiles) {
  ASSERT_OK_AND_ASSIGN(const auto files,
                       ReadSchemaFiles({kEducation, kPeru}, "services"));
  ASSERT_OK_AND_ASSIGN(const auto model, CompiledSchemaWith(files));
  EXPECT_NE(model->FindService("peru.social.v1.SocialRegistry"), nullptr);
  EXPECT_NE(model->FindService("education.v1.EducationRegistry"), nullptr);
}

TEST_F(SchemaFilesTest, NoFilesIsWhatIsCompiled) {
  ASSERT_OK_AND_ASSIGN(const auto files, ReadSchemaFiles({}, ""));
  ASSERT_OK_AND_ASSIGN(const auto with, CompiledSchemaWith(files));
  ASSERT_OK_AND_ASSIGN(const auto without, CompiledSchema());
  EXPECT_EQ(with->hash(), without->hash());
}

TEST_F(SchemaFilesTest, ImportsWhatLiesBesideIt) {
  Write("parts.proto",
        "package t.v1;\n"
        "import \"dci/wire/v1/options.proto\";\n"
        "import \"dci/common/v1/value.proto\";\n"
        "message Part {\n"
        "  option (dci.wire.v1.message).type = \"Part\";\n"
        "  optional string name = 1;\n"
        "  repeated dci.common.v1.Extra extras = 999;\n"
        "}\n");
  const std::string main = Write(
      "main.proto", "package t.v1;\nimport \"parts.proto\";\nmessage M {}\n");
  ASSERT_OK_AND_ASSIGN(const auto files, ReadSchemaFiles({main}, ""));
  ASSERT_EQ(files.file_size(), 2);
  // Imported ones come before.
  EXPECT_EQ(files.file(0).name(), "parts.proto");
  ASSERT_OK_AND_ASSIGN(const auto model, CompiledSchemaWith(files));
  EXPECT_NE(model->FindMessage("t.v1.Part"), nullptr);
}

TEST_F(SchemaFilesTest, NamesFileAndLineOfAFault) {
  const std::string file =
      Write("draft.proto", "package t.v1;\nmessage M { Nothing n = 1; }\n");
  const absl::Status status = ReadSchemaFiles({file}, "").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("draft.proto:3:"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("Nothing"));

  const std::string torn = Write("torn.proto", "message {\n");
  EXPECT_THAT(std::string(ReadSchemaFiles({torn}, "").status().message()),
              HasSubstr("torn.proto:2:"));
}

TEST_F(SchemaFilesTest, NamesFileAndLineOfABrokenRule) {
  const std::string file =
      Write("draft.proto",
            "package t.v1;\n"
            "import \"dci/wire/v1/options.proto\";\n"
            "message M {\n"
            "  option (dci.wire.v1.message).type = \"M\";\n"
            "  optional double amount = 1;\n"
            "}\n");
  ASSERT_OK_AND_ASSIGN(const auto files, ReadSchemaFiles({file}, ""));
  const absl::Status status = CompiledSchemaWith(files).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("draft.proto:6: t.v1.M.amount"));
}

TEST_F(SchemaFilesTest, SaysWhichFileOrImportIsMissing) {
  EXPECT_THAT(ReadSchemaFiles({folder_ + "/none.proto"}, "").status().code(),
              absl::StatusCode::kNotFound);
  const std::string file =
      Write("draft.proto", "import \"lost.proto\";\nmessage M {}\n");
  EXPECT_THAT(std::string(ReadSchemaFiles({file}, "").status().message()),
              HasSubstr("lost.proto"));
  EXPECT_EQ(ReadSchemaFiles({file}, "services/examples").status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace dci::server
