#include "tools/dcigen/generator.h"

#include <algorithm>
#include <memory>
#include <set>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "google/protobuf/io/printer.h"
#include "google/protobuf/io/zero_copy_stream.h"
#include "services/base/status_macros.h"
#include "services/schema/model.h"
#include "tools/dcigen/cpp.h"
#include "tools/dcigen/emit/emit.h"

namespace dci::dcigen {
namespace {

namespace pb = google::protobuf;

struct Output {
  absl::string_view kind;
  absl::string_view suffix;
  void (*emit)(const Unit& unit, pb::io::Printer* out);
  // Made from code lists instead of services.
  bool of_codes;
};

constexpr Output kOutputs[] = {
    {"skeleton", ".dci.h", EmitSkeletonHeader, false},
    {"skeleton", ".dci.cc", EmitSkeletonSource, false},
    {"client", ".client.h", EmitClientHeader, false},
    {"client", ".client.cc", EmitClientSource, false},
    {"routes", ".routes.h", EmitRoutesHeader, false},
    {"codes", ".codes.h", EmitCodesHeader, true},
};

struct Settings {
  std::set<std::string> kinds;
  std::set<std::string> only;
};

bool IsKind(absl::string_view text) {
  for (const Output& output : kOutputs) {
    if (output.kind == text) return true;
  }
  return false;
}

absl::StatusOr<Settings> ReadSettings(absl::string_view parameter) {
  Settings settings;
  for (absl::string_view part :
       absl::StrSplit(parameter, ',', absl::SkipEmpty())) {
    absl::string_view file = part;
    if (absl::ConsumePrefix(&file, "only=")) {
      settings.only.insert(std::string(file));
    } else if (IsKind(part)) {
      settings.kinds.insert(std::string(part));
    } else {
      return absl::InvalidArgumentError(
          absl::StrCat("dcigen does not know the parameter \"", part,
                       "\"; it knows skeleton, client, routes, codes, only="));
    }
  }
  if (settings.kinds.empty()) {
    return absl::InvalidArgumentError(
        "dcigen writes nothing by itself; name skeleton, client, routes or "
        "codes in --dci_opt");
  }
  return settings;
}

Unit UnitOf(const pb::FileDescriptor& file, const schema::Model& model,
            const std::vector<const pb::FileDescriptor*>& files) {
  Unit unit;
  unit.file = &file;
  unit.schema_files = files;
  std::sort(unit.schema_files.begin(), unit.schema_files.end(),
            [](auto* a, auto* b) { return a->name() < b->name(); });
  for (int i = 0; i < file.service_count(); ++i) {
    unit.services.push_back(model.FindService(file.service(i)->full_name()));
  }
  for (const schema::CodeList* list : model.code_lists()) {
    if (list->descriptor->file() == &file) unit.code_lists.push_back(list);
  }
  return unit;
}

void Write(const Unit& unit, const Settings& settings,
           pb::compiler::GeneratorContext* context) {
  for (const Output& output : kOutputs) {
    if (settings.kinds.count(std::string(output.kind)) == 0) continue;
    const bool empty =
        output.of_codes ? unit.code_lists.empty() : unit.services.empty();
    if (empty) continue;
    std::unique_ptr<pb::io::ZeroCopyOutputStream> stream(
        context->Open(absl::StrCat(BaseName(*unit.file), output.suffix)));
    pb::io::Printer printer(stream.get(), '$');
    output.emit(unit, &printer);
  }
}

absl::Status Run(const std::vector<const pb::FileDescriptor*>& files,
                 absl::string_view parameter,
                 pb::compiler::GeneratorContext* context) {
  ASSIGN_OR_RETURN(const Settings settings, ReadSettings(parameter));
  ASSIGN_OR_RETURN(const auto model, schema::Model::Build(files));
  for (const pb::FileDescriptor* file : files) {
    if (!settings.only.empty() && settings.only.count(file->name()) == 0) {
      continue;
    }
    Write(UnitOf(*file, *model, files), settings, context);
  }
  return absl::OkStatus();
}

}  // namespace

bool Generator::GenerateAll(const std::vector<const pb::FileDescriptor*>& files,
                            const std::string& parameter,
                            pb::compiler::GeneratorContext* context,
                            std::string* error) const {
  const absl::Status status = Run(files, parameter, context);
  *error = std::string(status.message());
  return status.ok();
}

bool Generator::Generate(const pb::FileDescriptor* file,
                         const std::string& parameter,
                         pb::compiler::GeneratorContext* context,
                         std::string* error) const {
  return GenerateAll({file}, parameter, context, error);
}

}  // namespace dci::dcigen
