#include "services/sandbox/child.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace dci::sandbox {
namespace {

// The environment with one variable put in.
std::vector<std::string> EnvironmentWith(const std::string& variable) {
  const std::string name = variable.substr(0, variable.find('=') + 1);
  std::vector<std::string> environment = {variable};
  for (char** one = environ; *one != nullptr; ++one)
    if (!absl::StartsWith(*one, name)) environment.emplace_back(*one);
  return environment;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

absl::StatusOr<int> RunChild(const std::vector<std::string>& command,
                             const std::string& variable) {
  std::vector<std::string> words = command;
  std::vector<std::string> environment = EnvironmentWith(variable);
  pid_t pid = 0;
  const int error =
      ::posix_spawnp(&pid, words[0].c_str(), nullptr, nullptr,
                     Pointers(words).data(), Pointers(environment).data());
  if (error != 0)
    return absl::NotFoundError(
        absl::StrCat("cannot start ", command[0], ": ", std::strerror(error)));
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0)
    if (errno != EINTR)
      return absl::InternalError(absl::StrCat("cannot wait for ", command[0]));
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace dci::sandbox
