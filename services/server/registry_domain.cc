#include "services/server/registry_domain.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/exchange/txn_status.h"
#include "services/registry/search_handler.h"
#include "services/registry/serve.h"
#include "services/server/own_operations.h"

namespace dci::server {
namespace {

namespace ext = ::dci::ext::v1;

// Records that one step of the index pass looks at: some milliseconds.
constexpr int kStepRecords = 256;

ext::RecordType DescribeType(const registry::RecordType& type) {
  ext::RecordType described;
  described.set_type(type.name());
  for (const std::string& alias : type.record().aliases)
    described.add_aliases(alias);
  described.set_message(type.message->full_name);
  for (const registry::IndexInfo& index : type.indexes) {
    ext::IndexedAttribute* attribute = described.add_indexed_attributes();
    for (const schema::Path& path : index.schema->paths)
      attribute->add_paths(path.text);
    attribute->set_range(index.schema->kind == schema::IndexKind::kRange);
    attribute->set_unique(index.unique());
    attribute->set_ready(index.ready);
  }
  return described;
}

}  // namespace

std::vector<std::string> RegistryDomain::Spaces() const {
  std::vector<std::string> spaces = registry::SpaceNames();
  for (std::string& space : ReadRules::Spaces())
    spaces.push_back(std::move(space));
  for (std::string& space : ReactionServing::Spaces())
    spaces.push_back(std::move(space));
  for (const auto& config : configs_)
    for (std::string& space : OwnSpaces(config.service()))
      spaces.push_back(std::move(space));
  return spaces;
}

absl::Status RegistryDomain::ServeStream(const DomainParts& parts,
                                         Served* served) {
  std::vector<registry::ServedRegistry> all;
  for (size_t i = 0; i < registries_.size(); ++i) {
    const dci::config::v1::RegistryConfig& config = configs_[i];
    registry::ServedRegistry one;
    one.registry = registries_[i].get();
    one.options = registry::OptionsOf(parts.config->limits());
    one.receiver_ids.assign(config.accepted_receiver_ids().begin(),
                            config.accepted_receiver_ids().end());
    if (!config.id().empty()) one.receiver_ids.push_back(config.id());
    all.push_back(std::move(one));
  }
  const schema::Service* service =
      parts.codec->model().FindService("dci.ext.v1.SearchStream");
  RETURN_IF_ERROR(parts.handlers->Register(
      *service->FindMethod("StreamSearch"),
      std::make_shared<const registry::AnyRegistrySearch>(std::move(all))));
  served->services.push_back({service, false, false});
  return absl::OkStatus();
}

absl::Status RegistryDomain::StartOne(
    const DomainParts& parts, const dci::config::v1::RegistryConfig& config,
    Served* served) {
  ASSIGN_OR_RETURN(std::unique_ptr<registry::Registry> opened,
                   registry::Registry::Open(parts.store, parts.codec, config));
  registry::Registry* registry = opened.get();
  registries_.push_back(std::move(opened));
  RETURN_IF_ERROR(registry::ServeSearch(
      *registry, registry::OptionsOf(parts.config->limits()), parts.handlers));
  ASSIGN_OR_RETURN(
      const registry::Subscriptions* subscriptions,
      subscriptions_.Add(registry, config.subscriptions(), parts, served));
  if (const auto* status = registry->service().FindMethod("TxnStatus")) {
    ASSIGN_OR_RETURN(
        auto handler,
        exchange::TxnStatusHandler::Create(
            *parts.store, parts.handlers, parts.participants, parts.codec,
            [subscriptions](const storage::Snapshot& snapshot,
                            absl::string_view sender, absl::string_view code,
                            bool ended) {
              return subscriptions->HandleOf(snapshot, sender, code, ended);
            }));
    RETURN_IF_ERROR(parts.handlers->Register(*status, std::move(handler)));
  }
  const bool bare = configs_.size() == 1;
  served->services.push_back({&registry->service(), bare, true});
  RETURN_IF_ERROR(ServeOwnOperations(registry, config, parts, bare, served));
  served->passes.push_back(
      {absl::StrCat("indexes of ", config.service()),
       [registry](absl::Time now) -> absl::StatusOr<bool> {
         ASSIGN_OR_RETURN(const registry::PassStats stats,
                          registry->ExecuteIndexPass(now, kStepRecords));
         return !stats.done;
       }});
  return absl::OkStatus();
}

absl::Status RegistryDomain::Start(const DomainParts& parts, Served* served) {
  for (const auto& config : configs_)
    RETURN_IF_ERROR(StartOne(parts, config, served));
  RETURN_IF_ERROR(read_rules_.Start(parts, configs_, registries_, served));
  RETURN_IF_ERROR(reactions_.Start(parts, configs_, registries_, served));
  subscriptions_.ServeAll(parts, served);
  RETURN_IF_ERROR(ServeStream(parts, served));
  std::vector<registry::Registry*> registries;
  for (const auto& registry : registries_) registries.push_back(registry.get());
  admin_.emplace(std::move(registries), parts.clock);
  admin_->Serve(parts.codec->model(), parts.worker, served);
  return absl::OkStatus();
}

void RegistryDomain::AddCapabilities(ext::Capabilities* capabilities) const {
  subscriptions_.AddCapabilities(capabilities);
  for (const auto& held : registries_) {
    for (ext::RegistryCapability& registry :
         *capabilities->mutable_registries()) {
      if (registry.service() != held->service().full_name) continue;
      for (const char* type : {"idtype-value", "predicate", "expression"})
        registry.add_query_types(type);
      const std::vector<std::string> named = held->named_queries();
      for (const std::string& name : named) registry.add_named_queries(name);
      if (!named.empty()) registry.add_query_types("namedQuery");
      const auto catalog = held->catalog();
      for (const registry::RecordType& type : catalog->types)
        *registry.add_record_types() = DescribeType(type);
    }
  }
}

RegistryDomain* FindRegistries(
    const std::vector<std::unique_ptr<Domain>>& domains) {
  for (const auto& domain : domains)
    if (auto* found = dynamic_cast<RegistryDomain*>(domain.get())) return found;
  return nullptr;
}

}  // namespace dci::server
