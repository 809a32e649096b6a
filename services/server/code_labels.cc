#include "services/server/code_labels.h"

#include "absl/strings/str_cat.h"
#include "dci/config/v1/code_labels.pb.h"
#include "services/base/status_macros.h"
#include "services/server/config.h"
#include "services/server/text_proto.h"

namespace dci::server {

absl::Status CodeLabels::Add(const schema::Model& model, absl::string_view text,
                             absl::string_view file_name) {
  const auto wrong = [&](const auto&... parts) {
    return absl::InvalidArgumentError(absl::StrCat(file_name, ": ", parts...));
  };
  dci::config::v1::CodeLabels file;
  RETURN_IF_ERROR(ParseTextProto(text, file_name, &file));
  if (file.language().empty()) return wrong("language is not set");
  if (file.language() == kEnglish)
    return wrong("English labels are those of the schema");
  for (const auto& given : file.lists()) {
    const schema::CodeList* list = model.FindCodeList(given.list());
    if (list == nullptr) return wrong("no code list ", given.list());
    auto& labels = labels_[{list, file.language()}];
    for (const auto& label : given.labels()) {
      const schema::Code* code = list->Find(label.code());
      if (code == nullptr || code->code != label.code())
        return wrong(given.list(), " has no code \"", label.code(), "\"");
      if (label.label().empty())
        return wrong(given.list(), ": \"", label.code(), "\" has no label");
      if (!labels.emplace(label.code(), label.label()).second)
        return wrong(given.list(), ": \"", label.code(), "\" stands twice");
    }
  }
  return absl::OkStatus();
}

const std::string* CodeLabels::Find(const schema::CodeList& list,
                                    const schema::Code& code,
                                    absl::string_view language) const {
  const auto labels = labels_.find({&list, std::string(language)});
  if (labels == labels_.end()) return nullptr;
  const auto label = labels->second.find(code.code);
  return label == labels->second.end() ? nullptr : &label->second;
}

std::vector<std::string> CodeLabels::Languages(
    const schema::CodeList& list) const {
  std::vector<std::string> languages = {kEnglish};
  for (auto it = labels_.lower_bound({&list, ""});
       it != labels_.end() && it->first.first == &list; ++it)
    languages.push_back(it->first.second);
  return languages;
}

absl::StatusOr<CodeLabels> LoadCodeLabels(
    const schema::Model& model, const std::vector<std::string>& files) {
  CodeLabels labels;
  for (const std::string& file : files) {
    ASSIGN_OR_RETURN(const std::string text, ReadFile(file));
    RETURN_IF_ERROR(labels.Add(model, text, file));
  }
  return labels;
}

}  // namespace dci::server
