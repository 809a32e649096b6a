// The institutions of the sandbox, each with a store, keys and ports of its
// own, in one process, on loopback addresses only: a registry of each kind
// that the standard names, and a social-protection system.
#ifndef CONVERGENCE_SERVICES_SANDBOX_ECOSYSTEM_H_
#define CONVERGENCE_SERVICES_SANDBOX_ECOSYSTEM_H_

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/server/flags.h"
#include "services/server/institution.h"
#include "services/server/known_registries.h"
#include "services/server/registry_domain.h"

namespace dci::sandbox {

// Names of institutions, of their folders, and of the paths of registries.
inline constexpr char kSocial[] = "social";
inline constexpr char kSpSystem[] = "sp-system";
// sender_id of the social-protection system. Like those of the registries
// ("crvs-registry") it is none that published samples and kits send unsigned
// ("SP-System", "SR").
inline constexpr char kSpSystemId[] = "sandbox-sp-system";

// One institution, running.
struct Resident {
  std::string name;   // "crvs"
  std::string title;  // "civil registry"
  std::string id;     // sender_id
  int place = 0;
  // Null for the SP-System.
  const server::KnownRegistry* registry = nullptr;
  // Of the institution; null for the SP-System.
  server::RegistryDomain* domain = nullptr;
  std::unique_ptr<server::JsonLog> log;
  std::unique_ptr<server::Institution> institution;

  // Bases of the endpoints: "http://127.0.0.1:3333".
  std::string url() const;
  std::string admin_url() const;
  std::string grpc_target() const;  // "127.0.0.1:50051"
};

class Ecosystem {
 public:
  // Starts everything; makes keys, the operator's token and seed data where
  // `flags.data_dir`, which must be a folder, has none. Errors as
  // server::Institution::Start.
  static absl::StatusOr<std::unique_ptr<Ecosystem>> Start(
      const server::SandboxFlags& flags);
  ~Ecosystem();

  // In the order of their places.
  const std::vector<std::unique_ptr<Resident>>& residents() const {
    return residents_;
  }
  // By name; it must exist.
  const Resident& At(absl::string_view name) const;

  // Opens the admin endpoint of each.
  const std::string& operator_token() const { return operator_token_; }
  uint64_t records_seeded() const { return records_seeded_; }

  // Finishes what is in progress.
  void Shutdown();

 private:
  Ecosystem() = default;

  void AddResidents();
  absl::Status StartOne(const server::SandboxFlags& flags, Resident* resident);
  absl::StatusOr<config::v1::ServerConfig> ConfigOf(
      const server::SandboxFlags& flags, const Resident& resident) const;
  absl::Status Introduce(Resident* resident);
  absl::Status Seed(const server::SandboxFlags& flags, Resident* resident);
  // Says in a file of the folder where they all are.
  absl::Status Publish() const;

  std::unique_ptr<const schema::Model> model_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> log_file_{nullptr,
                                                            &std::fclose};
  std::string data_dir_;
  bool strict_ = false;
  std::string operator_token_;
  std::atomic<uint64_t> records_seeded_{0};
  std::vector<std::unique_ptr<Resident>> residents_;
};

}  // namespace dci::sandbox

#endif  // CONVERGENCE_SERVICES_SANDBOX_ECOSYSTEM_H_
