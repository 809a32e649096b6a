#include "services/sandbox/ecosystem.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "services/base/hash.h"
#include "services/base/status_macros.h"
#include "services/sandbox/own_files.h"
#include "services/sandbox/seed/seed.h"
#include "services/server/compiled_schema.h"
#include "services/server/config.h"
#include "services/server/inbox_domain.h"

namespace dci::sandbox {
namespace {

namespace config = ::dci::config::v1;

constexpr absl::Duration kDrain = absl::Seconds(10);

// Text that the published samples carry as a signature, up to its key.
constexpr char kSampleSignature[] =
    "Signature:  namespace=\"dci\", kidId=\"{sender_id}*";

std::string Url(int port) { return absl::StrCat("http://127.0.0.1:", port); }

// A configuration that both institutions share.
config::ServerConfig BaseConfig(const std::string& id,
                                const std::string& data_dir,
                                const std::string& operator_token) {
  config::ServerConfig server;
  server.set_id(id);
  server.set_data_dir(absl::StrCat(data_dir, "/", id, "/store"));
  server.set_sandbox(true);
  for (const char* use : {"sig", "enc"}) {
    config::OwnKey* key = server.add_keys();
    key->set_file(absl::StrCat(data_dir, "/", id, "/", use, ".jwk"));
    key->set_use(use);
  }
  // Whoever tries things out names addresses where nobody listens, and waits
  // for the next callback all the same.
  server.mutable_delivery()->set_max_delay_ms(5000);
  server.add_admin_token_sha256(absl::BytesToHexString(Sha256(operator_token)));
  return server;
}

config::SignatureProfile DciString() {
  config::SignatureProfile profile;
  profile.set_form(config::SIGNATURE_FORM_DCI_STRING);
  return profile;
}

// How the institutions of the sandbox see each other: signed both ways.
config::Participant Partner(const std::string& id, const std::string& base) {
  config::Participant partner;
  partner.set_sender_id(id);
  partner.set_signature(config::POLICY_REQUIRED);
  partner.set_authorization(config::POLICY_OPTIONAL);
  partner.set_encryption(config::POLICY_OPTIONAL);
  // Published samples have an empty transaction_id, and so has their answer.
  partner.set_tolerance(config::TOLERANCE_LENIENT);
  *partner.add_verify() = DciString();
  *partner.mutable_sign() = DciString();
  partner.set_jwks_uri(absl::StrCat(base, "/.well-known/jwks.json"));
  partner.add_callback_bases(base);
  partner.set_append_callback_path(true);
  partner.set_allow_private_addresses(true);
  for (const char* scope : {"registry.search", "registry.on-search"})
    partner.add_scopes(scope);
  return partner;
}

// Everybody else on this machine: taken as they come, so that a first message
// with curl, a published sample or a test kit gets an answer. Callbacks go to
// the SP-System unless sender_uri names another loopback address.
config::Participant Anybody(const std::string& sp_system_url) {
  config::Participant anybody = Partner("*", sp_system_url);
  anybody.clear_jwks_uri();
  anybody.set_signature(config::POLICY_OPTIONAL);
  anybody.set_duplicates(config::DUPLICATES_REPORT);
  // No sample needs it, and test kits look whether it is refused.
  anybody.add_errors("too_long");
  anybody.add_placeholder_signatures("unsigned-stub");
  anybody.add_placeholder_signatures(kSampleSignature);
  anybody.set_append_callback_path(false);
  for (const char* base :
       {"http://127.0.0.1:*", "http://localhost:*", "http://[::1]:*"})
    anybody.add_callback_bases(base);
  return anybody;
}

// Makes folder and keys of an institution.
absl::Status Prepare(const std::string& data_dir, const std::string& id) {
  const std::string folder = absl::StrCat(data_dir, "/", id);
  RETURN_IF_ERROR(MakeFolder(folder));
  RETURN_IF_ERROR(MakeKey(absl::StrCat(folder, "/sig.jwk"), "EdDSA"));
  return MakeKey(absl::StrCat(folder, "/enc.jwk"), "RSA-OAEP-256");
}

}  // namespace

Ecosystem::~Ecosystem() = default;

std::string Ecosystem::registry_url() const {
  return Url(registry_->http_port());
}
std::string Ecosystem::registry_admin_url() const {
  return Url(registry_->admin_port());
}
std::string Ecosystem::sp_system_url() const {
  return Url(sp_system_->http_port());
}
std::string Ecosystem::sp_system_admin_url() const {
  return Url(sp_system_->admin_port());
}

absl::StatusOr<std::unique_ptr<Ecosystem>> Ecosystem::Start(
    const server::SandboxFlags& flags) {
  std::unique_ptr<Ecosystem> all(new Ecosystem);
  all->data_dir_ = flags.data_dir;
  RETURN_IF_ERROR(MakeFolder(all->data_dir_));
  ASSIGN_OR_RETURN(all->operator_token_,
                   MakeToken(absl::StrCat(all->data_dir_, "/operator.token")));
  all->log_file_.reset(
      std::fopen(absl::StrCat(all->data_dir_, "/log.jsonl").c_str(), "a"));
  if (all->log_file_ == nullptr)
    return absl::UnavailableError(
        absl::StrCat("cannot write ", all->data_dir_, "/log.jsonl"));
  ASSIGN_OR_RETURN(all->model_, server::CompiledSchema());
  RETURN_IF_ERROR(all->StartRegistry(flags));
  RETURN_IF_ERROR(all->StartSpSystem(flags));
  RETURN_IF_ERROR(all->Introduce());
  RETURN_IF_ERROR(all->Seed(flags));
  return all;
}

absl::Status Ecosystem::StartRegistry(const server::SandboxFlags& flags) {
  RETURN_IF_ERROR(Prepare(data_dir_, kRegistryId));
  config::ServerConfig config =
      BaseConfig(kRegistryId, data_dir_, operator_token_);
  config.mutable_http()->set_port(flags.http_port);
  config.mutable_grpc()->set_port(flags.grpc_port);
  config.mutable_admin()->set_port(flags.admin_port);
  config::RegistryConfig* social = config.add_registries();
  social->set_service("dci.social.v1.SocialRegistry");
  // Samples and kits write names of their own for the registry.
  social->add_accepted_receiver_ids("*");
  config::NamedQueryConfig* named = social->add_named_queries();
  named->set_name("DCI:NamedQuery:groupsBelowPovertyScore");
  named->set_record("Group");
  named->set_query("{\"poverty_score\":{\"$lt\":\"${score}\"}}");
  named->set_description("Groups with a poverty score below `score`.");
  RETURN_IF_ERROR(server::CompleteConfig(&config));
  registry_log_ =
      std::make_unique<server::JsonLog>(kRegistryId, log_file_.get());
  server::InstitutionOptions options;
  auto domain = std::make_unique<server::RegistryDomain>(
      std::vector<config::RegistryConfig>{config.registries(0)});
  registry_domain_ = domain.get();
  options.domains.push_back(std::move(domain));
  options.config = std::move(config);
  options.model = model_.get();
  options.log = registry_log_.get();
  ASSIGN_OR_RETURN(registry_, server::Institution::Start(std::move(options)));
  return absl::OkStatus();
}

absl::Status Ecosystem::StartSpSystem(const server::SandboxFlags& flags) {
  RETURN_IF_ERROR(Prepare(data_dir_, kSpSystemId));
  sp_key_file_ = absl::StrCat(data_dir_, "/", kSpSystemId, "/sig.jwk");
  config::ServerConfig config =
      BaseConfig(kSpSystemId, data_dir_, operator_token_);
  config.mutable_http()->set_port(flags.sp_http_port);
  config.mutable_admin()->set_port(flags.sp_admin_port);
  config.add_inbox("dci.social.v1.SocialRegistryCallback");
  // It also takes the results for everybody who named no address.
  config.add_accepted_receiver_ids("*");
  RETURN_IF_ERROR(server::CompleteConfig(&config));
  sp_log_ = std::make_unique<server::JsonLog>(kSpSystemId, log_file_.get());
  server::InstitutionOptions options;
  options.domains.push_back(std::make_unique<server::InboxDomain>(
      std::vector<std::string>(config.inbox().begin(), config.inbox().end())));
  options.config = std::move(config);
  options.model = model_.get();
  options.log = sp_log_.get();
  ASSIGN_OR_RETURN(sp_system_, server::Institution::Start(std::move(options)));
  return absl::OkStatus();
}

// Done after the start, because each must know the other's port.
absl::Status Ecosystem::Introduce() {
  RETURN_IF_ERROR(
      registry_->participants().Put(Partner(kSpSystemId, sp_system_url())));
  RETURN_IF_ERROR(registry_->participants().Put(Anybody(sp_system_url())));
  return sp_system_->participants().Put(Partner(kRegistryId, registry_url()));
}

absl::Status Ecosystem::Seed(const server::SandboxFlags& flags) {
  registry::Registry& registry = registry_domain_->registry(0);
  const auto snapshot = registry.store().GetSnapshot();
  // What was seeded or loaded before stays as it is.
  if (snapshot->Scan({registry.spaces().records, "", ""})->Valid())
    return absl::OkStatus();
  SeedOptions options;
  options.households = static_cast<int>(flags.households);
  options.seed = static_cast<uint32_t>(flags.seed);
  absl::Status failed;
  RETURN_IF_ERROR(GiveSeed(options, [&](SeedRecord record) -> absl::Status {
    ASSIGN_OR_RETURN(registry::RecordChange change,
                     registry.Upsert(record.type, std::move(record.record)));
    ++records_seeded_;
    registry.Commit(std::move(change), absl::Now(),
                    [&failed](absl::StatusOr<registry::Outcome> outcome) {
                      if (!outcome.ok()) failed = outcome.status();
                    });
    // Keeps the committer's queue well below its bound.
    if (records_seeded_ % 10000 == 0) registry.store().Drain();
    return absl::OkStatus();
  }));
  registry.store().Drain();
  return failed;
}

void Ecosystem::Shutdown() {
  registry_->Shutdown(kDrain);
  sp_system_->Shutdown(kDrain);
}

}  // namespace dci::sandbox
