// OAuth2 scopes in both published spellings.
#ifndef CONVERGENCE_SERVICES_TRUST_SCOPE_H_
#define CONVERGENCE_SERVICES_TRUST_SCOPE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace dci::trust {

// "registry/search" and "registry.search" are one scope; this is the second
// spelling, which is canonical here.
std::string CanonicalScope(absl::string_view scope);

// Splits a list at spaces, and at the commas that some clients write; each
// scope canonical, without repetitions, in the order given.
std::vector<std::string> SplitScopes(absl::string_view text);

}  // namespace dci::trust

#endif  // CONVERGENCE_SERVICES_TRUST_SCOPE_H_
