// Labels of codes in languages besides English, from configuration files.
#ifndef CONVERGENCE_SERVICES_SERVER_CODE_LABELS_H_
#define CONVERGENCE_SERVICES_SERVER_CODE_LABELS_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/schema/model.h"

namespace dci::server {

// The language of the labels in the schema.
inline constexpr char kEnglish[] = "en";

// Immutable once all files are added; then thread-safe.
class CodeLabels {
 public:
  // Reads a text proto of dci.config.v1.CodeLabels. INVALID_ARGUMENT with the
  // file, and line and column or the name of the list: what cannot be read,
  // no language, a list or code that the model has not, a label given twice.
  absl::Status Add(const schema::Model& model, absl::string_view text,
                   absl::string_view file_name);

  // Null where nobody gave one.
  const std::string* Find(const schema::CodeList& list,
                          const schema::Code& code,
                          absl::string_view language) const;

  // English first, then those in which the list has a label, by name.
  std::vector<std::string> Languages(const schema::CodeList& list) const;

 private:
  // By list and language, then by code.
  std::map<std::pair<const schema::CodeList*, std::string>,
           std::map<std::string, std::string>>
      labels_;
};

// Adds every file. NOT_FOUND where one is not there; otherwise as Add.
absl::StatusOr<CodeLabels> LoadCodeLabels(
    const schema::Model& model, const std::vector<std::string>& files);

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_CODE_LABELS_H_
