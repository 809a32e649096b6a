// What is written for the protos of testdata, byte for byte. After a wanted
// change: bazel run //tools/dcigen:update_goldens, and read the difference.
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "tools/dcigen/generate.h"

namespace dci::dcigen {
namespace {

constexpr char kFolder[] = "tools/dcigen/golden/";

std::string ReadFile(const std::string& name) {
  std::ifstream in(name, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return in ? text.str() : "no such file: " + name;
}

const Files& Generated() {
  static const Files* const files = new Files(Goldens("."));
  return *files;
}

std::vector<std::string> Names() {
  std::vector<std::string> names;
  for (const auto& [name, text] : Generated()) names.push_back(name);
  return names;
}

class Golden : public testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(All, Golden, testing::ValuesIn(Names()),
                         [](const auto& info) {
                           return absl::StrReplaceAll(info.param, {{".", "_"}});
                         });

TEST_P(Golden, IsWhatIsWritten) {
  EXPECT_EQ(Generated().at(GetParam()), ReadFile(kFolder + GetParam()));
}

TEST(Goldens, AreAllOfTheseFiles) {
  std::set<std::string> on_disk;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    on_disk.insert(entry.path().filename().string());
  }
  const std::vector<std::string> names = Names();
  EXPECT_EQ(on_disk, std::set<std::string>(names.begin(), names.end()));
}

TEST(Generator, WritesTheSameTwice) { EXPECT_EQ(Goldens("."), Goldens(".")); }

TEST(Generator, WritesTheSameInWhateverOrderFilesAreGiven) {
  const std::string a = "tools/dcigen/testdata/kitchen_sink.proto";
  const std::string b = "tools/dcigen/testdata/minimal.proto";
  const std::string kinds = "skeleton,client,routes,codes";
  ASSERT_OK_AND_ASSIGN(const Files ab, GenerateFrom(".", {a, b}, kinds));
  ASSERT_OK_AND_ASSIGN(const Files ba, GenerateFrom(".", {b, a}, kinds));
  EXPECT_EQ(ab, ba);
}

TEST(Generator, WritesOnlyWhatIsAskedFor) {
  const std::string a = "tools/dcigen/testdata/kitchen_sink.proto";
  const std::string b = "tools/dcigen/testdata/minimal.proto";
  ASSERT_OK_AND_ASSIGN(
      const Files files,
      GenerateFrom(".", {a, b}, absl::StrCat("routes,only=", b)));
  ASSERT_EQ(files.size(), 1u);
  EXPECT_EQ(files.begin()->first, "tools/dcigen/testdata/minimal.routes.h");
}

TEST(Generator, WritesNothingForFilesWithoutServices) {
  ASSERT_OK_AND_ASSIGN(const Files files,
                       GenerateFrom(".", {"dci/common/v1/envelope.proto"},
                                    "skeleton,client,routes,codes"));
  EXPECT_TRUE(files.empty());
}

TEST(Generator, SaysWhichParametersItKnows) {
  const std::vector<std::string> protos = {"dci/common/v1/envelope.proto"};
  EXPECT_THAT(GenerateFrom(".", protos, "java"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       std::string("dcigen does not know the parameter "
                                   "\"java\"; it knows skeleton, client, "
                                   "routes, codes, only=")));
  EXPECT_THAT(GenerateFrom(".", protos, ""),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       testing::HasSubstr("writes nothing by itself")));
}

TEST(Generator, PassesOnWhatTheParserFinds) {
  EXPECT_THAT(GenerateFrom(".", {"tools/dcigen/testdata/none.proto"}, "client"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace dci::dcigen
