#include "tools/dci/keys.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "tools/dci/exit_code.h"
#include "tools/dci/files.h"
#include "tools/dci/json.h"

namespace dci::cli {
namespace {

bool IsUrl(const std::string& source) {
  return absl::StartsWith(source, "http://") ||
         absl::StartsWith(source, "https://");
}

absl::StatusOr<trust::Key> KeyOf(absl::string_view text) {
  return absl::StartsWith(absl::StripLeadingAsciiWhitespace(text), "{")
             ? trust::Key::FromJwk(text)
             : trust::Key::FromPem(text);
}

absl::StatusOr<std::vector<trust::TimedKey>> Fetch(const std::string& url,
                                                   const Http& http) {
  net::HttpClientRequest request;
  request.method = "GET";
  request.url = url;
  ASSIGN_OR_RETURN(const net::HttpResponse answer,
                   http.Send(std::move(request)));
  if (answer.status != 200)
    return Refused(absl::StrCat(url, ": HTTP ", answer.status));
  auto keys = trust::ReadJwks(answer.body);
  if (!keys.ok())
    return Untrusted(absl::StrCat(url, ": ", keys.status().message()));
  return keys;
}

}  // namespace

absl::StatusOr<trust::Key> ReadKey(const std::string& file,
                                   const std::string& kid, const Io& io) {
  ASSIGN_OR_RETURN(const std::string text, ReadInput(file, io));
  absl::StatusOr<trust::Key> key = KeyOf(text);
  if (!key.ok()) return Usage(absl::StrCat(file, ": ", key.status().message()));
  return kid.empty() ? *key : key->WithKid(kid);
}

absl::StatusOr<std::vector<trust::TimedKey>> ReadKeys(const std::string& source,
                                                      const Http* http,
                                                      const Io& io) {
  if (IsUrl(source)) return Fetch(source, *http);
  ASSIGN_OR_RETURN(const std::string text, ReadInput(source, io));
  if (CheckJson(text).ok() && At(text, "/keys")) {
    auto keys = trust::ReadJwks(text);
    if (!keys.ok())
      return Usage(absl::StrCat(source, ": ", keys.status().message()));
    return keys;
  }
  ASSIGN_OR_RETURN(trust::Key key, ReadKey(source, "", io));
  const std::string kid = key.kid();
  return std::vector<trust::TimedKey>{{std::move(key), kid}};
}

}  // namespace dci::cli
