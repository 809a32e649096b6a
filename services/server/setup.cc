#include "services/server/setup.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.pb.h"
#include "services/base/hash.h"
#include "services/base/status_macros.h"
#include "services/server/compiled_schema.h"
#include "services/server/config.h"
#include "services/server/known_registries.h"
#include "services/server/own_files.h"
#include "services/server/schema_files.h"

namespace dci::server {
namespace {

namespace config = ::dci::config::v1;

// The registries that the files declare, in their order.
std::vector<const schema::Service*> Declared(
    const google::protobuf::FileDescriptorSet& files,
    const schema::Model& model) {
  std::vector<const schema::Service*> declared;
  for (const auto& file : files.file()) {
    for (const auto& service : file.service()) {
      const schema::Service* found =
          model.FindService(absl::StrCat(file.package(), ".", service.name()));
      if (found != nullptr && !found->records.empty())
        declared.push_back(found);
    }
  }
  return declared;
}

bool IsCalled(const schema::Service& service, const std::string& name) {
  return service.full_name == name ||
         std::find(service.prefixes.begin(), service.prefixes.end(), name) !=
             service.prefixes.end();
}

// What a registry that nobody foresaw is run with; points into the model.
KnownRegistry AsKnown(const schema::Service& service) {
  return {service.prefixes.empty() ? service.name.c_str()
                                   : service.prefixes.front().c_str(),
          service.full_name.c_str(), service.name.c_str(), kDraftedPlace};
}

absl::StatusOr<KnownRegistry> Choose(
    const std::string& name,
    const std::vector<const schema::Service*>& declared) {
  if (name.empty()) {
    if (declared.size() == 1) return AsKnown(*declared.front());
    return absl::InvalidArgumentError(absl::StrCat(
        "--schema: ", declared.size(),
        " registries are declared; --registry says which one is meant"));
  }
  for (const schema::Service* service : declared)
    if (IsCalled(*service, name)) return AsKnown(*service);
  if (const KnownRegistry* known = FindKnownRegistry(name)) return *known;
  return absl::InvalidArgumentError(
      absl::StrCat("--registry: none is called ", name));
}

// What the registry is run with where the file, if any, says nothing: its own
// folder, keys that are made once, a token for the operator.
absl::Status PutDefaults(const KnownRegistry& registry,
                         const std::string& data_dir,
                         config::ServerConfig* config) {
  const std::string folder =
      data_dir.empty() ? UserDataFolder(registry.name) : data_dir;
  ApplyDefaults(registry, folder, config);
  RETURN_IF_ERROR(MakeFolder(folder));
  if (config->keys_size() == 0) RETURN_IF_ERROR(MakeOwnKeys(folder, config));
  if (config->admin_token_sha256_size() == 0) {
    ASSIGN_OR_RETURN(const std::string token,
                     MakeToken(absl::StrCat(folder, "/operator.token")));
    config->add_admin_token_sha256(absl::BytesToHexString(Sha256(token)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Setup> SetUp(const ServerFlags& flags) {
  if (flags.config.empty() && flags.registry.empty() && flags.schema.empty())
    return absl::InvalidArgumentError(
        "--config=FILE, --registry=NAME or --schema=FILE is needed");
  Setup setup;
  if (!flags.config.empty()) {
    ASSIGN_OR_RETURN(setup.config, ReadConfig(flags.config));
  }
  for (const std::string& file : flags.schema)
    setup.config.add_schema_files(file);
  if (!flags.schema_root.empty())
    setup.config.set_schema_root(flags.schema_root);
  ASSIGN_OR_RETURN(const auto files,
                   ReadSchemaFiles({setup.config.schema_files().begin(),
                                    setup.config.schema_files().end()},
                                   setup.config.schema_root()));
  ASSIGN_OR_RETURN(setup.model, CompiledSchemaWith(files));
  if (flags.config.empty() || !flags.registry.empty()) {
    ASSIGN_OR_RETURN(const KnownRegistry registry,
                     Choose(flags.registry, Declared(files, *setup.model)));
    RETURN_IF_ERROR(PutDefaults(registry, flags.data_dir, &setup.config));
  }
  RETURN_IF_ERROR(CompleteConfig(&setup.config));
  return setup;
}

}  // namespace dci::server
