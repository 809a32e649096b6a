#include "services/transport/routes.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/base/status_macros.h"

namespace dci::transport {

absl::Status Routes::Add(std::string path, const schema::Method* method) {
  auto [it, inserted] = by_path_.emplace(std::move(path), method);
  if (inserted || it->second == method) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(it->first, " is the path of ", it->second->full_name,
                   " and of ", method->full_name));
}

absl::StatusOr<Routes> Routes::Make(
    const std::vector<ServedService>& services) {
  Routes routes;
  for (const ServedService& served : services) {
    for (const schema::Method& method : served.service->methods) {
      std::vector<std::string> paths = method.other_paths;
      paths.push_back(method.path);
      for (const std::string& path : paths) {
        if (path.empty()) continue;
        if (served.bare) RETURN_IF_ERROR(routes.Add(path, &method));
        if (!served.prefixed) continue;
        for (const std::string& prefix : served.service->prefixes) {
          RETURN_IF_ERROR(routes.Add(absl::StrCat("/", prefix, path), &method));
          absl::string_view rest = path;
          if (absl::ConsumePrefix(&rest, "/registry"))
            RETURN_IF_ERROR(
                routes.Add(absl::StrCat("/", prefix, rest), &method));
        }
      }
    }
  }
  return routes;
}

const schema::Method* Routes::Find(absl::string_view path) const {
  if (path.size() > 1) absl::ConsumeSuffix(&path, "/");
  auto it = by_path_.find(path);
  return it == by_path_.end() ? nullptr : it->second;
}

}  // namespace dci::transport
