#include "tools/dci/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "tools/dci/exit_code.h"

namespace dci::cli {
namespace {

std::string All(std::istream& in) {
  return std::string(std::istreambuf_iterator<char>(in),
                     std::istreambuf_iterator<char>());
}

bool WriteAll(int fd, absl::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) text.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

absl::Status Write(const std::string& name, absl::string_view text, int flags,
                   mode_t mode) {
  const int fd =
      ::open(name.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, mode);
  if (fd < 0)
    return Usage(
        absl::StrCat("cannot make ", name, ": ", std::strerror(errno)));
  const bool written = WriteAll(fd, text);
  const bool closed = ::close(fd) == 0;
  return written && closed ? absl::OkStatus()
                           : Usage(absl::StrCat("cannot write ", name));
}

}  // namespace

absl::StatusOr<std::string> ReadInput(const std::string& name, const Io& io) {
  if (name == "-") return All(*io.in);
  struct stat info;
  if (::stat(name.c_str(), &info) != 0)
    return Usage(
        absl::StrCat("cannot read ", name, ": ", std::strerror(errno)));
  if (S_ISDIR(info.st_mode))
    return Usage(absl::StrCat("cannot read ", name, ": it is a folder"));
  std::ifstream file(name, std::ios::binary);
  std::string text = All(file);
  if (!file.is_open() || file.bad())
    return Usage(absl::StrCat("cannot read ", name));
  return text;
}

absl::Status WriteSecret(const std::string& name, absl::string_view text) {
  return Write(name, text, O_EXCL, 0600);
}

absl::Status WriteFile(const std::string& name, absl::string_view text) {
  return Write(name, text, O_TRUNC, 0644);
}

std::string SandboxFolder(const Io& io) {
  if (std::string folder = io.env("DCI_SANDBOX"); !folder.empty())
    return folder;
  std::string data = io.env("XDG_DATA_HOME");
  if (data.empty()) data = io.env("HOME") + "/.local/share";
  return data + "/convergence/sandbox";
}

std::string SandboxToken(const Io& io) {
  std::ifstream file(SandboxFolder(io) + "/operator.token");
  return std::string(absl::StripAsciiWhitespace(All(file)));
}

}  // namespace dci::cli
