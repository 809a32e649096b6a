// The institutions of the sandbox, each with a store, keys and ports of its
// own, in one process, on loopback addresses only.
#ifndef CONVERGENCE_SERVICES_SANDBOX_ECOSYSTEM_H_
#define CONVERGENCE_SERVICES_SANDBOX_ECOSYSTEM_H_

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "services/server/flags.h"
#include "services/server/institution.h"
#include "services/server/registry_domain.h"

namespace dci::sandbox {

// sender_id of the social registry and of the social-protection system; not
// those that published samples and kits send unsigned ("SP-System", "SR").
inline constexpr char kRegistryId[] = "social-registry";
inline constexpr char kSpSystemId[] = "sandbox-sp-system";

class Ecosystem {
 public:
  // Starts everything; makes keys, the operator's token and seed data where
  // `flags.data_dir`, which must be a folder, has none. Errors as
  // server::Institution::Start.
  static absl::StatusOr<std::unique_ptr<Ecosystem>> Start(
      const server::SandboxFlags& flags);
  ~Ecosystem();

  server::Institution& registry() { return *registry_; }
  server::Institution& sp_system() { return *sp_system_; }

  // Bases of the endpoints: "http://127.0.0.1:3333".
  std::string registry_url() const;
  std::string registry_admin_url() const;
  std::string sp_system_url() const;
  std::string sp_system_admin_url() const;
  // Opens the admin endpoints of both.
  const std::string& operator_token() const { return operator_token_; }
  // File with the private key with which the SP-System signs.
  const std::string& sp_system_key_file() const { return sp_key_file_; }
  uint64_t records_seeded() const { return records_seeded_; }

  // Finishes what is in progress.
  void Shutdown();

 private:
  Ecosystem() = default;

  absl::Status StartRegistry(const server::SandboxFlags& flags);
  absl::Status StartSpSystem(const server::SandboxFlags& flags);
  absl::Status Introduce();
  absl::Status Seed(const server::SandboxFlags& flags);

  std::unique_ptr<const schema::Model> model_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> log_file_{nullptr,
                                                            &std::fclose};
  std::unique_ptr<server::JsonLog> registry_log_;
  std::unique_ptr<server::JsonLog> sp_log_;
  std::string data_dir_;
  std::string operator_token_;
  std::string sp_key_file_;
  uint64_t records_seeded_ = 0;
  server::RegistryDomain* registry_domain_ = nullptr;  // of registry_
  std::unique_ptr<server::Institution> registry_;
  std::unique_ptr<server::Institution> sp_system_;
};

}  // namespace dci::sandbox

#endif  // CONVERGENCE_SERVICES_SANDBOX_ECOSYSTEM_H_
