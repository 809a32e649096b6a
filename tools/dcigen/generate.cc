#include "tools/dcigen/generate.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "google/protobuf/compiler/importer.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "tools/dcigen/generator.h"

namespace dci::dcigen {
namespace {

namespace pb = google::protobuf;

constexpr absl::string_view kFolder = "tools/dcigen/testdata/";
constexpr absl::string_view kGood[] = {"kitchen_sink", "minimal"};
constexpr absl::string_view kBad[] = {"bad_field", "bad_record", "bad_service"};
constexpr char kEverything[] = "skeleton,routes,client,codes";

class MemoryContext : public pb::compiler::GeneratorContext {
 public:
  pb::io::ZeroCopyOutputStream* Open(const std::string& name) override {
    return new pb::io::StringOutputStream(&files[name]);
  }
  Files files;
};

class Errors : public pb::compiler::MultiFileErrorCollector {
 public:
  void AddError(const std::string& file, int line, int column,
                const std::string& message) override {
    absl::StrAppend(&text, file, ":", line + 1, ":", column + 1, ": ", message,
                    "\n");
  }
  std::string text;
};

std::string LastPart(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

absl::StatusOr<Files> GenerateFrom(absl::string_view root,
                                   const std::vector<std::string>& protos,
                                   const std::string& parameter) {
  pb::compiler::DiskSourceTree tree;
  tree.MapPath("", absl::StrCat(root, "/protos"));
  tree.MapPath("", std::string(root));
  // descriptor.proto and any.proto are those linked in.
  pb::DescriptorPoolDatabase linked(*pb::DescriptorPool::generated_pool());
  pb::compiler::SourceTreeDescriptorDatabase sources(&tree, &linked);
  Errors errors;
  sources.RecordErrorsTo(&errors);
  pb::DescriptorPool pool(&sources, sources.GetValidationErrorCollector());
  std::vector<const pb::FileDescriptor*> files;
  for (const std::string& name : protos) {
    files.push_back(pool.FindFileByName(name));
    if (files.back() == nullptr) return absl::InvalidArgumentError(errors.text);
  }
  MemoryContext context;
  std::string error;
  if (!Generator().GenerateAll(files, parameter, &context, &error)) {
    return absl::InvalidArgumentError(error);
  }
  return std::move(context.files);
}

Files Goldens(absl::string_view root) {
  Files goldens;
  for (absl::string_view name : kGood) {
    const auto files = GenerateFrom(
        root, {absl::StrCat(kFolder, name, ".proto")}, kEverything);
    if (!files.ok()) {
      goldens[absl::StrCat(name, ".error")] = files.status().ToString();
      continue;
    }
    for (const auto& [file, text] : *files)
      goldens[LastPart(file) + ".golden"] = text;
  }
  for (absl::string_view name : kBad) {
    const auto files = GenerateFrom(
        root, {absl::StrCat(kFolder, name, ".proto")}, kEverything);
    goldens[absl::StrCat(name, ".error")] =
        absl::StrCat(files.status().message(), "\n");
  }
  return goldens;
}

}  // namespace dci::dcigen
