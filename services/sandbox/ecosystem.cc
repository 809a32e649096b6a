#include "services/sandbox/ecosystem.h"

#include <algorithm>
#include <functional>
#include <future>
#include <thread>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "services/base/hash.h"
#include "services/base/status_macros.h"
#include "services/sandbox/addresses.h"
#include "services/sandbox/following.h"
#include "services/sandbox/introductions.h"
#include "services/sandbox/seed/seed.h"
#include "services/server/compiled_schema.h"
#include "services/server/config.h"
#include "services/server/domains.h"
#include "services/server/own_files.h"

namespace dci::sandbox {
namespace {

namespace config = ::dci::config::v1;

constexpr absl::Duration kDrain = absl::Seconds(10);

std::string Url(int port) { return absl::StrCat("http://127.0.0.1:", port); }

// Does a step for each institution at once: what takes long is the disk's and
// each one's own. The first error, in their order.
absl::Status ForEach(const std::vector<std::unique_ptr<Resident>>& residents,
                     const std::function<absl::Status(Resident*)>& step) {
  std::vector<std::future<absl::Status>> steps;
  for (const auto& resident : residents)
    steps.push_back(std::async(std::launch::async, step, resident.get()));
  absl::Status result;
  for (auto& one : steps) result.Update(one.get());
  return result;
}

// What a registry of the sandbox answers beyond the defaults.
void Open(config::RegistryConfig* registry) {
  // Samples and kits write names of their own for the registry.
  registry->add_accepted_receiver_ids("*");
  if (registry->service() != "dci.social.v1.SocialRegistry") return;
  config::NamedQueryConfig* named = registry->add_named_queries();
  named->set_name("DCI:NamedQuery:groupsBelowPovertyScore");
  named->set_record("Group");
  named->set_query("{\"poverty_score\":{\"$lt\":\"${score}\"}}");
  named->set_description("Groups with a poverty score below `score`.");
}

}  // namespace

std::string Resident::url() const { return Url(institution->http_port()); }
std::string Resident::admin_url() const {
  return Url(institution->admin_port());
}
std::string Resident::grpc_target() const {
  return absl::StrCat("127.0.0.1:", institution->grpc_port());
}

Ecosystem::~Ecosystem() = default;

const Resident& Ecosystem::At(absl::string_view name) const {
  return **std::find_if(
      residents_.begin(), residents_.end(),
      [name](const auto& resident) { return resident->name == name; });
}

absl::StatusOr<std::unique_ptr<Ecosystem>> Ecosystem::Start(
    const server::SandboxFlags& flags) {
  std::unique_ptr<Ecosystem> all(new Ecosystem);
  all->data_dir_ = flags.data_dir;
  all->strict_ = flags.strict;
  RETURN_IF_ERROR(server::MakeFolder(all->data_dir_));
  ASSIGN_OR_RETURN(
      all->operator_token_,
      server::MakeToken(absl::StrCat(all->data_dir_, "/operator.token")));
  all->log_file_.reset(
      std::fopen(absl::StrCat(all->data_dir_, "/log.jsonl").c_str(), "a"));
  if (all->log_file_ == nullptr)
    return absl::UnavailableError(
        absl::StrCat("cannot write ", all->data_dir_, "/log.jsonl"));
  ASSIGN_OR_RETURN(all->model_, server::CompiledSchema());
  all->AddResidents();
  RETURN_IF_ERROR(ForEach(all->residents_, [&](Resident* resident) {
    return all->StartOne(flags, resident);
  }));
  RETURN_IF_ERROR(ForEach(all->residents_, [&](Resident* resident) {
    return all->Seed(flags, resident);
  }));
  // Only now does each know the others' ports; and nobody is told of people
  // who were always there.
  RETURN_IF_ERROR(ForEach(all->residents_, [&](Resident* resident) {
    return all->Introduce(resident);
  }));
  RETURN_IF_ERROR(all->Publish());
  return all;
}

void Ecosystem::AddResidents() {
  for (const server::KnownRegistry& known : server::KnownRegistries()) {
    auto resident = std::make_unique<Resident>();
    resident->name = known.name;
    resident->title = known.title;
    resident->id = server::IdOf(known);
    resident->place = known.place;
    resident->registry = &known;
    residents_.push_back(std::move(resident));
  }
  auto sp_system = std::make_unique<Resident>();
  sp_system->name = kSpSystem;
  sp_system->title = "SP-System";
  sp_system->id = kSpSystemId;
  sp_system->place = server::kSpSystemPlace;
  residents_.push_back(std::move(sp_system));
  std::sort(residents_.begin(), residents_.end(),
            [](const auto& a, const auto& b) { return a->place < b->place; });
}

absl::StatusOr<config::ServerConfig> Ecosystem::ConfigOf(
    const server::SandboxFlags& flags, const Resident& resident) const {
  const std::string folder = absl::StrCat(data_dir_, "/", resident.id);
  config::ServerConfig server;
  server.set_id(resident.id);
  server.set_data_dir(absl::StrCat(folder, "/store"));
  server.set_sandbox(true);
  RETURN_IF_ERROR(server::MakeOwnKeys(folder, &server));
  const server::Ports ports =
      server::PortsAt(flags.first_ports, resident.place);
  server.mutable_http()->set_port(ports.http);
  server.mutable_grpc()->set_port(ports.grpc);
  server.mutable_admin()->set_port(ports.admin);
  // Whoever tries things out names addresses where nobody listens, and waits
  // for the next callback all the same.
  server.mutable_delivery()->set_max_delay_ms(5000);
  server.add_admin_token_sha256(
      absl::BytesToHexString(Sha256(operator_token_)));
  if (resident.registry != nullptr) {
    server::ApplyDefaults(*resident.registry, folder, &server);
    Open(server.mutable_registries(0));
  } else {
    for (const server::KnownRegistry& known : server::KnownRegistries())
      server.add_inbox(absl::StrCat(known.service, "Callback"));
    // It also takes the results for everybody who named no address.
    server.add_accepted_receiver_ids("*");
  }
  AddFollowing(resident.name, &server);
  RETURN_IF_ERROR(server::CompleteConfig(&server));
  return server;
}

absl::Status Ecosystem::StartOne(const server::SandboxFlags& flags,
                                 Resident* resident) {
  server::InstitutionOptions options;
  ASSIGN_OR_RETURN(options.config, ConfigOf(flags, *resident));
  options.domains = server::DomainsFor(options.config);
  resident->domain = server::FindRegistries(options.domains);
  resident->log =
      std::make_unique<server::JsonLog>(resident->id, log_file_.get());
  options.model = model_.get();
  options.log = resident->log.get();
  ASSIGN_OR_RETURN(resident->institution,
                   server::Institution::Start(std::move(options)));
  return absl::OkStatus();
}

absl::Status Ecosystem::Introduce(Resident* resident) {
  const bool serves = resident->registry != nullptr;
  exchange::ParticipantStore& known = resident->institution->participants();
  for (const auto& other : residents_) {
    if (other.get() == resident) continue;
    // The SP-System hears from all registries; a registry hears from some as
    // their only caller.
    const bool apart = serves && other->registry == nullptr;
    RETURN_IF_ERROR(known.Put(
        Partner(other->id, other->url(), apart ? resident->name : "")));
  }
  return serves
             ? known.Put(Anybody(At(kSpSystem).url(), resident->name, strict_))
             : absl::OkStatus();
}

absl::Status Ecosystem::Seed(const server::SandboxFlags& flags,
                             Resident* resident) {
  if (resident->domain == nullptr) return absl::OkStatus();
  registry::Registry& registry = resident->domain->registry(0);
  const auto snapshot = registry.store().GetSnapshot();
  // What was seeded or loaded before stays as it is.
  if (snapshot->Scan({registry.spaces().records, "", ""})->Valid())
    return absl::OkStatus();
  SeedOptions options;
  options.households = static_cast<int>(flags.households);
  options.seed = static_cast<uint32_t>(flags.seed);
  absl::Status failed;  // written by the committer's one thread
  uint64_t given = 0;
  const absl::Status given_all =
      GiveSeed(resident->name, options, [&](SeedRecord record) -> absl::Status {
        ASSIGN_OR_RETURN(
            registry::RecordChange change,
            registry.Upsert(record.type, std::move(record.record)));
        registry.Commit(std::move(change), absl::Now(),
                        [&failed](absl::StatusOr<registry::Outcome> outcome) {
                          if (!outcome.ok()) failed = outcome.status();
                        });
        // Keeps the committer's queue well below its bound.
        if (++given % 10000 == 0) registry.store().Drain();
        return absl::OkStatus();
      });
  registry.store().Drain();
  records_seeded_ += given;
  return given_all.ok() ? failed : given_all;
}

absl::Status Ecosystem::Publish() const {
  std::vector<Address> addresses;
  for (const auto& resident : residents_)
    addresses.push_back({resident->name, resident->id, resident->url(),
                         resident->admin_url(), resident->grpc_target()});
  return WriteAddresses(data_dir_, addresses);
}

void Ecosystem::Shutdown() {
  std::vector<std::thread> stopping;
  for (const auto& resident : residents_)
    stopping.emplace_back([&] { resident->institution->Shutdown(kDrain); });
  for (std::thread& one : stopping) one.join();
}

}  // namespace dci::sandbox
