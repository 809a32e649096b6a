#include "services/server/schema_files.h"

#include <filesystem>
#include <memory>
#include <set>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/compiler/importer.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor_database.h"
#include "google/protobuf/io/zero_copy_stream.h"
#include "services/base/status_macros.h"

namespace dci::server {
namespace {

namespace pb = ::google::protobuf;

// Collects what the compiler complains of, as file:line:column.
class Errors : public pb::compiler::MultiFileErrorCollector {
 public:
  void AddError(const std::string& file, int line, int column,
                const std::string& message) override {
    // -1: of the whole file.
    lines_.push_back(line < 0 ? absl::StrCat(file, ": ", message)
                              : absl::StrCat(file, ":", line + 1, ":",
                                             column + 1, ": ", message));
  }

  absl::Status ToStatus() const {
    return absl::InvalidArgumentError(absl::StrJoin(lines_, "\n"));
  }

 private:
  std::vector<std::string> lines_;
};

class Reader {
 public:
  explicit Reader(const std::string& root)
      : has_root_(!root.empty()),
        linked_(*pb::DescriptorPool::generated_pool()),
        on_disk_(&tree_, &linked_) {
    if (has_root_) tree_.MapPath("", root);
    on_disk_.RecordErrorsTo(&errors_);
    pool_ = std::make_unique<pb::DescriptorPool>(
        &on_disk_, on_disk_.GetValidationErrorCollector());
  }

  absl::Status Read(const std::string& path) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error))
      return absl::NotFoundError(absl::StrCat("no file ", path));
    ASSIGN_OR_RETURN(const std::string name, NameOf(path));
    const pb::FileDescriptor* file = pool_->FindFileByName(name);
    if (file == nullptr) return errors_.ToStatus();
    Collect(*file);
    return absl::OkStatus();
  }

  pb::FileDescriptorSet Take() { return std::move(set_); }

 private:
  // As others import it.
  absl::StatusOr<std::string> NameOf(const std::string& path) {
    if (!has_root_) {
      std::string folder = std::filesystem::path(path).parent_path().string();
      tree_.MapPath("", folder.empty() ? "." : folder);
    }
    std::string name, shadowing;
    switch (tree_.DiskFileToVirtualFile(path, &name, &shadowing)) {
      case pb::compiler::DiskSourceTree::SUCCESS:
        return name;
      case pb::compiler::DiskSourceTree::SHADOWED:
        return absl::InvalidArgumentError(absl::StrCat(
            path, " has the same name for imports as ", shadowing));
      case pb::compiler::DiskSourceTree::CANNOT_OPEN:
        return absl::NotFoundError(absl::StrCat("cannot read ", path));
      case pb::compiler::DiskSourceTree::NO_MAPPING:
        break;
    }
    return absl::NotFoundError(
        absl::StrCat(path, " is not below the folder of schemas"));
  }

  // The file and its imports, as far as they are not the compiled ones.
  void Collect(const pb::FileDescriptor& file) {
    if (!seen_.insert(file.name()).second || !IsOnDisk(file.name())) return;
    for (int i = 0; i < file.dependency_count(); ++i)
      Collect(*file.dependency(i));
    on_disk_.FindFileByName(file.name(), set_.add_file());
  }

  bool IsOnDisk(const std::string& name) {
    return std::unique_ptr<pb::io::ZeroCopyInputStream>(tree_.Open(name)) !=
           nullptr;
  }

  const bool has_root_;
  Errors errors_;
  pb::compiler::DiskSourceTree tree_;
  pb::DescriptorPoolDatabase linked_;
  pb::compiler::SourceTreeDescriptorDatabase on_disk_;
  std::unique_ptr<pb::DescriptorPool> pool_;
  std::set<std::string> seen_;
  pb::FileDescriptorSet set_;
};

}  // namespace

absl::StatusOr<pb::FileDescriptorSet> ReadSchemaFiles(
    const std::vector<std::string>& files, const std::string& root) {
  Reader reader(root);
  for (const std::string& file : files) RETURN_IF_ERROR(reader.Read(file));
  return reader.Take();
}

}  // namespace dci::server
