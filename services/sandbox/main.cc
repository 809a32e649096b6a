// sandbox: every service in one process, on this machine only, with made data.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "services/sandbox/child.h"
#include "services/sandbox/ecosystem.h"
#include "services/server/flags.h"
#include "services/server/own_files.h"
#include "services/server/stop_signal.h"

namespace dci::sandbox {
namespace {

// A folder that is gone with the object.
class FreshFolder {
 public:
  FreshFolder() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "convergence-XXXXXX")
            .string();
    if (::mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ~FreshFolder() {
    std::error_code ignored;  // a leftover in the folder for leftovers
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

void PrintWelcome(const Ecosystem& all, const std::string& data_dir) {
  std::printf(
      "The sandbox is PERMISSIVE: unsigned messages of unknown senders are "
      "taken.\nIt listens on loopback addresses only and is not for real "
      "data.\n\n");
  for (const auto& one : all.residents())
    std::printf("  %-20s %s   gRPC %s   operator %s\n", one->title.c_str(),
                one->url().c_str(), one->grpc_target().c_str(),
                one->admin_url().c_str());
  const Resident& social = all.At(kSocial);
  std::printf(
      "\n  operator             %s   bearer token: %s   (of all of them)\n"
      "  arrived callbacks    %s/inbox\n"
      "  data, log            %s\n",
      social.admin_url().c_str(), all.operator_token().c_str(),
      all.At(kSpSystem).admin_url().c_str(), data_dir.c_str());
  std::printf(
      "\nTry:\n"
      "  curl -s %s/capabilities\n"
      "  tools/dci/dci call search --id UIN=847951632 --record Person\n"
      "  tools/dci/dci story first-contact\n"
      "  tools/dci/dci --help\n"
      "and README.md, \"Five minutes\".\n\nStop with Ctrl-C.\n",
      social.url().c_str());
  std::fflush(stdout);
}

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "sandbox: %s\n", status.ToString().c_str());
  return 1;
}

// Runs a program against a sandbox of its own.
int RunAgainst(server::SandboxFlags flags) {
  const FreshFolder folder;
  flags.data_dir = folder.path();
  flags.first_ports = {};
  auto all = Ecosystem::Start(flags);
  if (!all.ok()) return Fail(all.status());
  const auto code =
      RunChild(flags.command, absl::StrCat("DCI_SANDBOX=", flags.data_dir));
  (*all)->Shutdown();
  return code.ok() ? *code : Fail(code.status());
}

int Serve(server::SandboxFlags flags, server::StopSignal& stop) {
  if (flags.data_dir.empty())
    flags.data_dir = server::UserDataFolder("sandbox");
  auto all = Ecosystem::Start(flags);
  if (!all.ok()) return Fail(all.status());
  PrintWelcome(**all, flags.data_dir);
  stop.Wait();
  (*all)->Shutdown();
  return 0;
}

}  // namespace
}  // namespace dci::sandbox

int main(int argc, char** argv) {
  const dci::server::SandboxFlags flags =
      dci::server::ParseSandboxFlags(argc, argv);
  if (!flags.command.empty()) return dci::sandbox::RunAgainst(flags);
  // Debian's Abseil looks for deadlocks at every lock that gRPC takes, which
  // is a sixteenth of what a call costs.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  dci::server::StopSignal stop;  // before any thread is started
  return dci::sandbox::Serve(flags, stop);
}
