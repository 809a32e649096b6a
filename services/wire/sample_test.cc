// The sample messages that are published with the standard: 48 of them, not
// one of which passes the published schemas.
//
// They are not part of this repository. They are looked for in the folder
// that DCI_STANDARDS names, or else beside the repository.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/schema/registries.h"
#include "services/wire/cursor.h"
#include "services/wire/message.h"

namespace dci::wire {
namespace {

namespace fs = std::filesystem;

constexpr char kGolden[] = "services/wire/testdata/sample_findings.txt";

// What each file is.
enum class Operation {
  kSearch,      // /registry/search, /registry/sync/search
  kOnSearch,    // /registry/on-search, and the answer of the latter
  kSubscribe,   // /registry/subscribe
  kAck,         // acknowledgement, with a header that none should have
  kEnrolment,   // /registry/sync/enrollment/updates
  kEnrolled,    // /registry/sync/enrolled
  kDisabled,    // /registry/sync/disabled, whatever its action says
  kIsDisabled,  // the answer
};

struct Sample {
  const char* file;
  Operation operation;
};

constexpr Sample kSamples[] = {
    {"crvs/processflow1req copy.json", Operation::kSearch},
    {"crvs/processflow1req.json", Operation::kSearch},
    // A request, whatever its name says.
    {"crvs/processflow1res copy.json", Operation::kSearch},
    {"crvs/processflow1res.json", Operation::kOnSearch},
    {"crvs/processflow2req.json", Operation::kSearch},
    {"crvs/processflow2res.json", Operation::kOnSearch},
    {"crvs/processflow3req.json", Operation::kSearch},
    {"crvs/processflow3res.json", Operation::kOnSearch},
    {"crvs/processflow4req.json", Operation::kSearch},
    {"crvs/processflow4res.json", Operation::kOnSearch},
    {"crvs/processflow5req.json", Operation::kSearch},
    {"crvs/processflow5res.json", Operation::kOnSearch},
    {"crvs/processflow6req.json", Operation::kSearch},
    {"crvs/processflow6res.json", Operation::kOnSearch},
    {"dr/processflow1req.json", Operation::kSearch},
    {"dr/processflow1res.json", Operation::kOnSearch},
    {"dr/processflow2req.json", Operation::kDisabled},
    {"dr/processflow2res.json", Operation::kIsDisabled},
    {"dr/processflow3req.json", Operation::kSearch},
    {"dr/processflow3res.json", Operation::kOnSearch},
    {"dr/processflow4req.json", Operation::kSubscribe},
    {"dr/processflow4res.json", Operation::kAck},
    {"fr/processflow1req.json", Operation::kSearch},
    {"fr/processflow1res.json", Operation::kOnSearch},
    {"fr/processflow2req.json", Operation::kSearch},
    {"fr/processflow2res.json", Operation::kOnSearch},
    {"fr/processflow3req.json", Operation::kSubscribe},
    {"fr/processflow3res.json", Operation::kAck},
    {"ibr/processflow1req.json", Operation::kEnrolment},
    {"ibr/processflow1res.json", Operation::kAck},
    {"ibr/processflow2req.json", Operation::kEnrolled},
    {"ibr/processflow2res.json", Operation::kOnSearch},
    {"ibr/processflow3areq.json", Operation::kSearch},
    {"ibr/processflow3ares.json", Operation::kOnSearch},
    {"ibr/processflow4req.json", Operation::kSearch},
    {"ibr/processflow4res.json", Operation::kOnSearch},
    {"social/processflow1-1req.json", Operation::kSearch},
    {"social/processflow1-1res.json", Operation::kOnSearch},
    {"social/processflow1-2req.json", Operation::kSearch},
    {"social/processflow1-2res.json", Operation::kOnSearch},
    {"social/processflow1-3req.json", Operation::kSearch},
    {"social/processflow1-3res.json", Operation::kOnSearch},
    {"social/processflow2req.json", Operation::kSearch},
    {"social/processflow2res.json", Operation::kOnSearch},
    {"social/processflow3areq.json", Operation::kSearch},
    {"social/processflow3ares.json", Operation::kOnSearch},
    {"social/processflow4req.json", Operation::kSearch},
    {"social/processflow4res.json", Operation::kOnSearch},
};

// Every registry, each with its own records.
const Codec& SampleCodec() {
  static const Codec* const codec = [] {
    auto model = schema::Model::Build(schema::RegistryFiles());
    EXPECT_OK(model);
    return new Codec(model->release());
  }();
  return *codec;
}

const char* EnvelopeName(Operation operation) {
  switch (operation) {
    case Operation::kSearch:
      return "dci.registry.v1.SearchRequestEnvelope";
    case Operation::kOnSearch:
      return "dci.registry.v1.SearchResponseEnvelope";
    case Operation::kSubscribe:
      return "dci.registry.v1.SubscribeRequestEnvelope";
    case Operation::kAck:
      return "dci.common.v1.AckEnvelope";
    case Operation::kEnrolment:
      return "dci.ibr.v1.EnrollmentUpdatesRequestEnvelope";
    case Operation::kEnrolled:
      return "dci.ibr.v1.EnrolledRequestEnvelope";
    case Operation::kDisabled:
      return "dci.disability.v1.DisabledRequestEnvelope";
    case Operation::kIsDisabled:
      return "dci.disability.v1.DisabledResponseEnvelope";
  }
  return "";
}

const schema::Message& EnvelopeFor(const Sample& sample) {
  return *SampleCodec().model().FindMessage(EnvelopeName(sample.operation));
}

// The registry in whose folder the sample lies.
const schema::Service* RegistryOf(const Sample& sample) {
  static const std::map<std::string, std::string> kFolders = {
      {"crvs", "dci.crvs.v1.CivilRegistry"},
      {"dr", "dci.disability.v1.DisabilityRegistry"},
      {"fr", "dci.farmer.v1.FarmerRegistry"},
      {"ibr", "dci.ibr.v1.BeneficiaryRegistry"},
      {"social", "dci.social.v1.SocialRegistry"},
  };
  const std::string file = sample.file;
  return SampleCodec().model().FindService(
      kFolders.at(file.substr(0, file.find('/'))));
}

fs::path Standards() {
  if (const char* given = std::getenv("DCI_STANDARDS");
      given != nullptr && *given != '\0') {
    return given;
  }
  // Runfiles are links into the source tree.
  std::error_code error;
  const fs::path golden = fs::canonical(kGolden, error);
  if (error) return "";
  return golden.parent_path() / "../../../../shared/standards";
}

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

class SampleTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = Standards() / "d25/samples";
    if (!fs::exists(folder_)) {
      std::cout << "skipped: no published samples at " << folder_ << "\n";
      GTEST_SKIP() << "skipped: no published samples";
    }
  }
  std::string Text(const Sample& sample) const {
    return ReadFile(folder_ / sample.file);
  }

  fs::path folder_;
};

std::string Read(const Sample& sample, const std::string& json,
                 std::vector<Finding>* findings) {
  ReadOptions options;
  options.service = RegistryOf(sample);
  absl::StatusOr<std::string> wire =
      SampleCodec().JsonToWire(EnvelopeFor(sample), json, findings, options);
  EXPECT_OK(wire) << sample.file;
  return wire.value_or("");
}

TEST_F(SampleTest, AllAreInTheTable) {
  std::set<std::string> known;
  for (const Sample& sample : kSamples) known.insert(sample.file);
  EXPECT_EQ(known.size(), 48u);
  int stubs = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder_)) {
    const std::string file = fs::relative(entry.path(), folder_).string();
    if (!entry.is_regular_file() || known.count(file) > 0) continue;
    // Lists of use cases, and ten files of empty members.
    if (file.find("usecaselist") == std::string::npos) {
      EXPECT_LT(entry.file_size(), 100u) << file;
      ++stubs;
    }
  }
  EXPECT_EQ(stubs, 10);
}

// Paths and rules of all findings, in a file of our own wording. Run with
// UPDATE_GOLDEN=path to write it anew.
TEST_F(SampleTest, FindingsAreAsRecorded) {
  std::string text;
  for (const Sample& sample : kSamples) {
    std::vector<Finding> findings;
    Read(sample, Text(sample), &findings);
    absl::StrAppend(&text, sample.file, "\n");
    for (const Finding& f : findings) {
      absl::StrAppend(&text, "  ", f.path, " ", f.rule,
                      f.severe ? " severe" : "", "\n");
    }
  }
  if (const char* update = std::getenv("UPDATE_GOLDEN"); update != nullptr) {
    std::ofstream(update, std::ios::binary) << text;
  }
  const std::vector<std::string> is = absl::StrSplit(text, '\n');
  const std::vector<std::string> recorded =
      absl::StrSplit(ReadFile(kGolden), '\n');
  EXPECT_EQ(is.size(), recorded.size());
  for (size_t i = 0; i < std::min(is.size(), recorded.size()); ++i) {
    ASSERT_EQ(is[i], recorded[i]) << "line " << i + 1;
  }
}

// Every text and number of a document, as it reads, with how often.
void CountLeaves(absl::string_view json, std::map<std::string, int>* leaves) {
  Cursor cursor(json);
  std::string buffer;
  switch (cursor.Peek()) {
    case '{':
      if (!cursor.EnterObject()) return;
      do {
        cursor.Key();
        CountLeaves(cursor.Skip(), leaves);
      } while (cursor.NextMember());
      return;
    case '[':
      if (!cursor.EnterArray()) return;
      do {
        CountLeaves(cursor.Skip(), leaves);
      } while (cursor.NextElement());
      return;
    case '"':
      ++(*leaves)[std::string(cursor.String().Text(&buffer))];
      return;
    default:
      ++(*leaves)[std::string(cursor.Skip())];
  }
}

std::set<std::string> ValueTypes() {
  std::set<std::string> types;
  for (const schema::Message* message : SampleCodec().model().messages())
    if (message->type_written != 0) types.insert(message->written_type);
  return types;
}

TEST_F(SampleTest, NothingIsLostFromReadingToWriting) {
  for (const Sample& sample : kSamples) {
    SCOPED_TRACE(sample.file);
    const std::string json = Text(sample);
    std::vector<Finding> findings;
    const std::string wire = Read(sample, json, &findings);
    std::string written;
    ASSERT_OK(SampleCodec().WireToJson(EnvelopeFor(sample), wire,
                                       WriteOptions{.normal_form = true},
                                       &written));
    std::map<std::string, int> before, after;
    CountLeaves(json, &before);
    CountLeaves(written, &after);
    // Labels were read as codes, a type that does not fit its query was set
    // right, and of a key given twice one is left. What was personal is not
    // shown, so it can only be counted.
    int hidden = 0;
    for (const Finding& f : findings) {
      if (f.rule == rules::kDuplicateKey) --before["and"];
      if (f.rule == rules::kCodeLabel || f.rule == rules::kDiscriminatorShape) {
        f.seen.empty() ? ++hidden : --before[f.seen];
      }
    }
    for (const auto& [leaf, count] : before) {
      if (leaf.find_first_not_of(' ') == std::string::npos || leaf == "null") {
        continue;  // Absent.
      }
      // "@type" of values: the writer knows it.
      if (ValueTypes().count(leaf) > 0) continue;
      const int lost = count - after[leaf];
      if (lost > 0) hidden -= lost;
      EXPECT_GE(hidden, 0) << leaf;
    }
    // What was written reads as the same message.
    std::vector<Finding> again;
    const std::string reread = Read(sample, written, &again);
    std::string rewritten;
    ASSERT_OK(SampleCodec().WireToJson(EnvelopeFor(sample), reread,
                                       WriteOptions{.normal_form = true},
                                       &rewritten));
    EXPECT_EQ(written, rewritten);
  }
}

TEST_F(SampleTest, EveryDialectIsWritten) {
  for (const Sample& sample : kSamples) {
    const std::string wire = Read(sample, Text(sample), nullptr);
    for (schema::Dialect dialect : schema::kAllDialectValues) {
      std::string json;
      ASSERT_OK(
          SampleCodec().WireToJson(EnvelopeFor(sample), wire, dialect, &json));
      ASSERT_OK(SampleCodec().JsonToWire(EnvelopeFor(sample), json, nullptr));
    }
  }
}

TEST_F(SampleTest, MethodsReadTheirMessages) {
  for (const Sample& sample : kSamples) {
    const char* name = sample.operation == Operation::kSearch
                           ? "SocialRegistry.Search"
                       : sample.operation == Operation::kOnSearch
                           ? "SocialRegistryCallback.OnSearch"
                           : nullptr;
    if (name == nullptr) continue;
    const schema::Method* method =
        SampleCodec().model().FindMethod(absl::StrCat("dci.social.v1.", name));
    ASSERT_NE(method, nullptr);
    absl::StatusOr<DecodedMessage> message =
        DecodeJsonMessage(SampleCodec(), *method, Text(sample), Limits());
    ASSERT_OK(message) << sample.file;
    EXPECT_NE(message->signature, "");
    EXPECT_NE(message->header.message_id(), "");
    // Words for the action that no file of the standard has.
    const bool foreign = message->header.action() != "search";
    bool severe = false;
    for (const Finding& f : message->findings) {
      severe = severe || (f.rule == rules::kAction && f.severe);
    }
    EXPECT_EQ(severe, foreign) << sample.file;
  }
}

}  // namespace
}  // namespace dci::wire
