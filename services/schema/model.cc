#include "services/schema/model.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "services/base/hash.h"
#include "services/base/status_macros.h"
#include "services/schema/collect.h"
#include "services/schema/contents.h"
#include "services/schema/errors.h"
#include "services/schema/message_builder.h"
#include "services/schema/record_builder.h"
#include "services/schema/service_builder.h"
#include "services/schema/vocabulary_builder.h"

namespace dci::schema {
namespace {

namespace pb = google::protobuf;

// CopyTo leaves source positions out, so that a comment changes no hash.
void SetDescriptorSet(Contents* contents) {
  pb::FileDescriptorSet set;
  for (const pb::FileDescriptor* file : contents->files) {
    file->CopyTo(set.add_file());
  }
  {
    pb::io::StringOutputStream stream(&contents->descriptor_set);
    pb::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    set.SerializeToCodedStream(&coded);
  }
  contents->hash = Sha256(contents->descriptor_set);
}

absl::Status Fill(const std::vector<const pb::FileDescriptor*>& files,
                  Contents* contents) {
  ErrorList errors;
  contents->files = WithImports(files);
  BuildCodeLists(contents, &errors);
  BuildMessages(CollectWireMessages(contents->files), contents, &errors);
  // A path through a broken message says nothing new.
  RETURN_IF_ERROR(errors.ToStatus());
  BuildRecords(contents, &errors);
  BuildServices(contents, &errors);
  RETURN_IF_ERROR(errors.ToStatus());
  for (const auto& [name, list] : contents->code_lists) {
    contents->code_list_list.push_back(list.get());
  }
  std::sort(contents->code_list_list.begin(), contents->code_list_list.end(),
            [](auto* a, auto* b) { return a->full_name < b->full_name; });
  SetDescriptorSet(contents);
  return absl::OkStatus();
}

// What the descriptor pool finds wrong.
class PoolErrors : public pb::DescriptorPool::ErrorCollector {
 public:
  void AddError(const std::string& file, const std::string& element,
                const pb::Message* descriptor, ErrorLocation location,
                const std::string& message) override {
    errors.Add(file, 0, element == file ? "" : element, message);
  }

  ErrorList errors;
};

// Returns the pool's errors, which live as long as the pool.
ErrorList* MakePool(Contents* contents) {
  auto collector = std::make_unique<PoolErrors>();
  ErrorList* errors = &collector->errors;
  contents->pool_errors = std::move(collector);
  contents->linked_database = std::make_unique<pb::DescriptorPoolDatabase>(
      *pb::DescriptorPool::generated_pool());
  contents->database = std::make_unique<pb::MergedDescriptorDatabase>(
      contents->set_database.get(), contents->linked_database.get());
  contents->owned_pool = std::make_unique<pb::DescriptorPool>(
      contents->database.get(), contents->pool_errors.get());
  contents->pool = contents->owned_pool.get();
  return errors;
}

}  // namespace

Model::Model(std::unique_ptr<Contents> contents)
    : contents_(std::move(contents)) {}

Model::~Model() = default;

absl::StatusOr<std::unique_ptr<const Model>> Model::Build(
    absl::Span<const pb::FileDescriptor* const> files) {
  if (files.empty()) return absl::InvalidArgumentError("no files");
  // FindFileByName gives null for what was not linked in.
  if (std::find(files.begin(), files.end(), nullptr) != files.end())
    return absl::InvalidArgumentError(
        "a file is not there: nothing of it was linked into the program");
  auto contents = std::make_unique<Contents>();
  contents->pool = files.front()->pool();
  RETURN_IF_ERROR(Fill({files.begin(), files.end()}, contents.get()));
  return std::unique_ptr<const Model>(new Model(std::move(contents)));
}

absl::StatusOr<std::unique_ptr<const Model>> Model::BuildFromSet(
    const pb::FileDescriptorSet& set) {
  auto contents = std::make_unique<Contents>();
  contents->set_database = std::make_unique<pb::SimpleDescriptorDatabase>();
  ErrorList* errors = MakePool(contents.get());
  for (const pb::FileDescriptorProto& file : set.file()) {
    if (!contents->set_database->Add(file)) {
      errors->Add(file.name(), 0, "", "stands twice in the set");
    }
  }
  std::vector<const pb::FileDescriptor*> files;
  for (const pb::FileDescriptorProto& file : set.file()) {
    const pb::FileDescriptor* found =
        contents->pool->FindFileByName(file.name());
    if (found != nullptr) files.push_back(found);
  }
  RETURN_IF_ERROR(errors->ToStatus());
  RETURN_IF_ERROR(Fill(files, contents.get()));
  return std::unique_ptr<const Model>(new Model(std::move(contents)));
}

const Message* Model::FindMessage(absl::string_view full_name) const {
  return FindIn(contents_->messages, std::string(full_name));
}

const Service* Model::FindService(absl::string_view full_name) const {
  return FindIn(contents_->services, std::string(full_name));
}

const CodeList* Model::FindCodeList(absl::string_view full_name) const {
  return FindIn(contents_->code_lists, std::string(full_name));
}

const Method* Model::FindMethod(absl::string_view name) const {
  std::string full_name(name);
  if (absl::StartsWith(name, "/")) {
    full_name = absl::StrReplaceAll(name.substr(1), {{"/", "."}});
  }
  auto it = contents_->methods.find(full_name);
  return it == contents_->methods.end() ? nullptr : it->second;
}

namespace {

// The one record that is called so; null where none is, or several.
template <typename Equal>
const Message* OnlyOfType(const std::vector<const Message*>& records,
                          absl::string_view type, Equal equal) {
  const Message* only = nullptr;
  for (const Message* message : records) {
    const Record& record = *message->record;
    const bool means = equal(type, record.type) ||
                       std::any_of(record.aliases.begin(), record.aliases.end(),
                                   [&](const std::string& alias) {
                                     return equal(type, alias);
                                   });
    if (!means) continue;
    if (only != nullptr) return nullptr;
    only = message;
  }
  return only;
}

absl::string_view PackageOf(const Service& service) {
  const absl::string_view name = service.full_name;
  return name.substr(0, name.rfind('.'));
}

}  // namespace

const Message* Model::FindRecord(absl::string_view type,
                                 const Service* near) const {
  if (near != nullptr) {
    if (const Message* found = near->FindRecord(type)) return found;
    // The registry beside a caller's side, or beside its own operations.
    const absl::string_view package = PackageOf(*near);
    for (const Service* service : contents_->service_list) {
      if (PackageOf(*service) != package) continue;
      if (const Message* found = service->FindRecord(type)) return found;
    }
  }
  const absl::string_view segment = LastSegment(type);
  const Message* found = OnlyOfType(
      contents_->record_list, segment,
      [](absl::string_view a, absl::string_view b) { return a == b; });
  return found != nullptr ? found
                          : OnlyOfType(contents_->record_list, segment,
                                       absl::EqualsIgnoreCase);
}

const std::vector<const Service*>& Model::services() const {
  return contents_->service_list;
}
const std::vector<const Message*>& Model::messages() const {
  return contents_->message_list;
}
const std::vector<const Message*>& Model::records() const {
  return contents_->record_list;
}
const std::vector<const CodeList*>& Model::code_lists() const {
  return contents_->code_list_list;
}
const std::vector<const pb::FileDescriptor*>& Model::files() const {
  return contents_->files;
}
const std::string& Model::descriptor_set() const {
  return contents_->descriptor_set;
}
const std::string& Model::hash() const { return contents_->hash; }
const pb::DescriptorPool* Model::pool() const { return contents_->pool; }

}  // namespace dci::schema
