#include "services/trust/scope.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace dci::trust {

std::string CanonicalScope(absl::string_view scope) {
  return absl::StrReplaceAll(scope, {{"/", "."}});
}

std::vector<std::string> SplitScopes(absl::string_view text) {
  std::vector<std::string> scopes;
  for (const absl::string_view part :
       absl::StrSplit(text, absl::ByAnyChar(" ,\t\r\n"), absl::SkipEmpty())) {
    std::string scope = CanonicalScope(part);
    if (std::find(scopes.begin(), scopes.end(), scope) == scopes.end()) {
      scopes.push_back(std::move(scope));
    }
  }
  return scopes;
}

}  // namespace dci::trust
