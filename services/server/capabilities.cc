#include "services/server/capabilities.h"

#include "absl/strings/string_view.h"
#include "services/schema/dialect.h"
#include "services/trust/algorithm.h"

namespace dci::server {
namespace {

namespace ext = ::dci::ext::v1;

absl::string_view ModeName(schema::Mode mode) {
  switch (mode) {
    case schema::Mode::kAsync:
      return "async";
    case schema::Mode::kSync:
      return "sync";
    case schema::Mode::kCallback:
      return "callback";
    case schema::Mode::kPlain:
      return "plain";
  }
  return "plain";
}

constexpr schema::Dialect kDialectList[] = {
    schema::Dialect::kG23, schema::Dialect::kD25, schema::Dialect::kC25};

void AddOperation(const schema::Method& method,
                  ext::RegistryCapability* registry) {
  ext::Operation* operation = registry->add_operations();
  if (!method.path.empty()) {
    operation->set_path(method.path);
    operation->set_http_verb(method.http_verb);
  }
  operation->set_grpc_method(method.grpc_path);
  operation->set_mode(std::string(ModeName(method.mode)));
  if (!method.actions.empty()) operation->set_action(method.actions.front());
  if (!method.scope.empty()) operation->set_scope(method.scope);
  for (schema::Dialect dialect : kDialectList)
    if (method.extension_in & schema::MaskOf(dialect))
      operation->add_extension_in(std::string(schema::DialectName(dialect)));
}

void AddService(const dci::config::v1::ServerConfig& config,
                const transport::ServedService& served,
                const exchange::HandlerRegistry& handlers,
                ext::Capabilities* capabilities) {
  const schema::Service& service = *served.service;
  ext::RegistryCapability* registry = service.records.empty()
                                          ? capabilities->add_other_services()
                                          : capabilities->add_registries();
  registry->set_service(service.full_name);
  registry->set_id(config.id());
  for (const auto& configured : config.registries())
    if (configured.service() == service.full_name && !configured.id().empty())
      registry->set_id(configured.id());
  if (served.bare) registry->add_prefixes("");
  if (served.prefixed)
    for (const std::string& prefix : service.prefixes)
      registry->add_prefixes(prefix);
  if (!service.reg_type.empty()) registry->set_reg_type(service.reg_type);
  for (const schema::Method& method : service.methods)
    if (method.request_body == nullptr || handlers.Find(method.full_name))
      AddOperation(method, registry);
}

void AddLimit(const char* name, int32_t value,
              ext::Capabilities* capabilities) {
  ext::Limit* limit = capabilities->add_limits();
  limit->set_name(name);
  limit->set_value(value);
}

void AddLimits(const dci::config::v1::Limits& limits,
               ext::Capabilities* capabilities) {
  AddLimit("max_message_bytes", limits.max_message_bytes(), capabilities);
  AddLimit("max_items", limits.max_items(), capabilities);
  AddLimit("max_page_size", limits.max_page_size(), capabilities);
  AddLimit("max_sync_matches", limits.max_sync_matches(), capabilities);
  AddLimit("max_answer_bytes", limits.max_answer_bytes(), capabilities);
  AddLimit("clock_skew_seconds", limits.clock_skew_seconds(), capabilities);
  AddLimit("message_age_seconds", limits.message_age_seconds(), capabilities);
  AddLimit("signature_seconds", limits.signature_seconds(), capabilities);
}

}  // namespace

ext::Capabilities MakeCapabilities(
    const dci::config::v1::ServerConfig& config,
    const std::vector<transport::ServedService>& services,
    const exchange::HandlerRegistry& handlers) {
  ext::Capabilities capabilities;
  capabilities.set_id(config.id());
  for (schema::Dialect dialect : kDialectList)
    capabilities.add_dialects(std::string(schema::DialectName(dialect)));
  for (const transport::ServedService& served : services)
    AddService(config, served, handlers, &capabilities);
  AddLimits(config.limits(), &capabilities);
  for (const char* form :
       {"dci-string", "jws-compact", "jws-detached", "jws-http-header"})
    capabilities.add_signature_forms(form);
  for (absl::string_view algorithm : trust::kSignatureAlgorithms)
    capabilities.add_signature_algorithms(std::string(algorithm));
  for (absl::string_view algorithm : trust::kKeyManagementAlgorithms)
    capabilities.add_encryption_algorithms(std::string(algorithm));
  capabilities.set_jwks_path("/.well-known/jwks.json");
  capabilities.set_token_path("/oauth2/client/token");
  capabilities.set_sandbox(config.sandbox());
  return capabilities;
}

}  // namespace dci::server
