#include "services/schema/collect.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "dci/wire/v1/options.pb.h"

namespace dci::schema {
namespace {

namespace pb = google::protobuf;
using dci::wire::v1::MODE_PLAIN;
using Set = absl::flat_hash_set<const pb::Descriptor*>;

template <typename T>
bool ByFullName(const T* a, const T* b) {
  return a->full_name() < b->full_name();
}

void AddFile(const pb::FileDescriptor* file,
             absl::flat_hash_set<const pb::FileDescriptor*>* seen,
             std::vector<const pb::FileDescriptor*>* out) {
  if (!seen->insert(file).second) return;
  std::vector<const pb::FileDescriptor*> imports;
  for (int i = 0; i < file->dependency_count(); ++i) {
    imports.push_back(file->dependency(i));
  }
  std::sort(imports.begin(), imports.end(),
            [](auto* a, auto* b) { return a->name() < b->name(); });
  for (const pb::FileDescriptor* import : imports) AddFile(import, seen, out);
  out->push_back(file);
}

// Protobuf's own types have no rules of the wire; the field that holds one is
// where that is an error.
bool IsForeign(const pb::Descriptor* type) {
  return absl::StartsWith(type->full_name(), "google.protobuf.");
}

void Reach(const pb::Descriptor* type, Set* reached) {
  if (IsForeign(type) || type->options().map_entry()) return;
  if (!reached->insert(type).second) return;
  for (int i = 0; i < type->field_count(); ++i) {
    const pb::Descriptor* inner = type->field(i)->message_type();
    if (inner != nullptr) Reach(inner, reached);
  }
}

void ReachDeclared(const pb::Descriptor* type, Set* reached) {
  if (type->options().HasExtension(dci::wire::v1::message)) {
    Reach(type, reached);
  }
  for (int i = 0; i < type->nested_type_count(); ++i) {
    ReachDeclared(type->nested_type(i), reached);
  }
}

void ReachMethods(const pb::ServiceDescriptor* service, Set* reached,
                  Set* plain) {
  const bool admin =
      service->options().GetExtension(dci::wire::v1::service).admin();
  for (int i = 0; i < service->method_count(); ++i) {
    const pb::MethodDescriptor* method = service->method(i);
    const auto mode =
        method->options().GetExtension(dci::wire::v1::method).mode();
    if (mode == MODE_PLAIN && admin) continue;
    Set* into = mode == MODE_PLAIN ? plain : reached;
    Reach(method->input_type(), into);
    Reach(method->output_type(), into);
  }
}

}  // namespace

std::vector<const pb::FileDescriptor*> WithImports(
    const std::vector<const pb::FileDescriptor*>& files) {
  absl::flat_hash_set<const pb::FileDescriptor*> seen;
  std::vector<const pb::FileDescriptor*> all;
  for (const pb::FileDescriptor* file : files) AddFile(file, &seen, &all);
  // Once more from every file by name: the order no longer depends on which
  // files were asked for and which only imported.
  std::sort(all.begin(), all.end(),
            [](auto* a, auto* b) { return a->name() < b->name(); });
  seen.clear();
  std::vector<const pb::FileDescriptor*> sorted;
  for (const pb::FileDescriptor* file : all) AddFile(file, &seen, &sorted);
  return sorted;
}

WireMessages CollectWireMessages(
    const std::vector<const pb::FileDescriptor*>& files) {
  Set reached;
  Set plain;
  for (const pb::FileDescriptor* file : files) {
    for (int i = 0; i < file->message_type_count(); ++i) {
      ReachDeclared(file->message_type(i), &reached);
    }
    for (int i = 0; i < file->service_count(); ++i) {
      ReachMethods(file->service(i), &reached, &plain);
    }
  }
  WireMessages result;
  result.all.assign(reached.begin(), reached.end());
  for (const pb::Descriptor* type : plain) {
    if (reached.contains(type)) continue;
    result.plain.insert(type);
    result.all.push_back(type);
  }
  std::sort(result.all.begin(), result.all.end(), ByFullName<pb::Descriptor>);
  return result;
}

}  // namespace dci::schema
