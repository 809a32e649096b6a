// sandbox: every service in one process, on this machine only, with made data.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "services/sandbox/ecosystem.h"
#include "services/sandbox/tour.h"
#include "services/server/flags.h"
#include "services/server/stop_signal.h"

namespace dci::sandbox {
namespace {

std::string UserDataFolder() {
  if (const char* data = std::getenv("XDG_DATA_HOME"); data && *data)
    return absl::StrCat(data, "/convergence/sandbox");
  const char* home = std::getenv("HOME");
  return absl::StrCat(home ? home : ".", "/.local/share/convergence/sandbox");
}

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

void PrintWelcome(Ecosystem& all, const std::string& data_dir) {
  std::printf(
      "The sandbox is PERMISSIVE: unsigned messages of unknown senders are "
      "taken.\nIt listens on loopback addresses only and is not for real "
      "data.\n\n"
      "  social registry   %s   gRPC 127.0.0.1:%d\n"
      "  SP-System         %s   (the caller's side)\n"
      "  operator          %s   bearer token: %s\n"
      "  arrived callbacks %s/inbox\n"
      "  data, log         %s\n",
      all.registry_url().c_str(), all.registry().grpc_port(),
      all.sp_system_url().c_str(), all.registry_admin_url().c_str(),
      all.operator_token().c_str(), all.sp_system_admin_url().c_str(),
      data_dir.c_str());
  std::printf(
      "\nTry:\n"
      "  curl -s %s/capabilities\n"
      "  tools/dci/dci call search --id UIN=847951632 --record Person\n"
      "  tools/dci/dci --help\n"
      "and README.md, \"Five minutes\".\n\nStop with Ctrl-C.\n",
      all.registry_url().c_str());
  std::fflush(stdout);
}

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "sandbox: %s\n", status.ToString().c_str());
  return 1;
}

int Check(server::SandboxFlags flags) {
  const FreshFolder folder;
  flags.data_dir = folder.path();
  flags.http_port = flags.grpc_port = flags.admin_port = 0;
  flags.sp_http_port = flags.sp_admin_port = 0;
  auto all = Ecosystem::Start(flags);
  if (!all.ok()) return Fail(all.status());
  const absl::Status tour = RunTour(**all);
  (*all)->Shutdown();
  if (!tour.ok()) return Fail(tour);
  std::printf("\nEvery step was right.\n");
  return 0;
}

int Serve(server::SandboxFlags flags, server::StopSignal& stop) {
  if (flags.data_dir.empty()) flags.data_dir = UserDataFolder();
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
  dci::server::StopSignal stop;  // before any thread is started
  return flags.check ? dci::sandbox::Check(flags)
                     : dci::sandbox::Serve(flags, stop);
}
