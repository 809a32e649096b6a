#include "services/server/own_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/ids.h"
#include "services/base/status_macros.h"
#include "services/server/config.h"
#include "services/trust/key.h"

namespace dci::server {
namespace {

// Only the user may read what is written here.
absl::Status WriteSecret(const std::string& file, const std::string& text) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0600);
  if (fd < 0) return absl::UnavailableError(absl::StrCat("cannot make ", file));
  const bool written = ::write(fd, text.data(), text.size()) ==
                       static_cast<ssize_t>(text.size());
  const bool closed = ::close(fd) == 0;
  return written && closed
             ? absl::OkStatus()
             : absl::UnavailableError(absl::StrCat("cannot write ", file));
}

}  // namespace

std::string UserDataFolder(absl::string_view name) {
  if (const char* data = std::getenv("XDG_DATA_HOME"); data && *data)
    return absl::StrCat(data, "/convergence/", name);
  const char* home = std::getenv("HOME");
  return absl::StrCat(home ? home : ".", "/.local/share/convergence/", name);
}

absl::Status MakeFolder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error)
    std::filesystem::permissions(path, std::filesystem::perms::owner_all,
                                 error);
  return error ? absl::UnavailableError(
                     absl::StrCat("cannot make ", path, ": ", error.message()))
               : absl::OkStatus();
}

absl::Status MakeKey(const std::string& file, const std::string& algorithm) {
  if (std::filesystem::exists(file)) return absl::OkStatus();
  ASSIGN_OR_RETURN(const trust::Key key, trust::Key::Generate(algorithm));
  ASSIGN_OR_RETURN(const std::string jwk, key.PrivateJwk());
  return WriteSecret(file, jwk);
}

absl::StatusOr<std::string> MakeToken(const std::string& file) {
  if (!std::filesystem::exists(file))
    RETURN_IF_ERROR(WriteSecret(file, IdSource::Random()->NewId()));
  return ReadFile(file);
}

absl::Status MakeOwnKeys(const std::string& folder,
                         dci::config::v1::ServerConfig* config) {
  RETURN_IF_ERROR(MakeFolder(folder));
  for (const auto& [use, algorithm] :
       {std::pair<const char*, const char*>{"sig", "EdDSA"},
        {"enc", "RSA-OAEP-256"}}) {
    dci::config::v1::OwnKey* key = config->add_keys();
    key->set_file(absl::StrCat(folder, "/", use, ".jwk"));
    key->set_use(use);
    RETURN_IF_ERROR(MakeKey(key->file(), algorithm));
  }
  return absl::OkStatus();
}

}  // namespace dci::server
