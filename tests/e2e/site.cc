#include "tests/e2e/site.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "services/base/clock.h"
#include "services/base/hash.h"
#include "services/base/status_macros.h"
#include "services/sandbox/seed/seed.h"
#include "services/server/compiled_schema.h"
#include "services/server/config.h"
#include "services/server/domains.h"
#include "services/server/known_registries.h"
#include "services/server/registry_domain.h"
#include "services/trust/key.h"

namespace dci::e2e {
namespace {

absl::Status Fill(registry::Registry& registry) {
  // Named as its paths are.
  const std::string& name = registry.service().prefixes.front();
  const auto snapshot = registry.store().GetSnapshot();
  if (snapshot->Scan({registry.spaces().records, "", ""})->Valid())
    return absl::OkStatus();
  RETURN_IF_ERROR(sandbox::GiveSeed(
      name, {kHouseholds, 1}, [&](sandbox::SeedRecord record) -> absl::Status {
        ASSIGN_OR_RETURN(
            auto change,
            registry.Upsert(record.type, std::move(record.record)));
        registry.Commit(std::move(change), absl::Now(),
                        [](absl::StatusOr<registry::Outcome> outcome) {
                          EXPECT_TRUE(outcome.ok()) << outcome.status();
                        });
        return absl::OkStatus();
      }));
  registry.store().Drain();
  return absl::OkStatus();
}

}  // namespace

std::string NewFolder() {
  std::string pattern = testing::TempDir() + "/site-XXXXXX";
  EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
  return pattern;
}

std::string WriteFile(const std::string& folder, const std::string& name,
                      const std::string& text) {
  const std::string file = absl::StrCat(folder, "/", name);
  EXPECT_TRUE(std::ofstream(file, std::ios::binary) << text);
  return file;
}

config::v1::ServerConfig SiteConfig(const std::string& folder,
                                    const std::string& registry) {
  config::v1::ServerConfig config;
  config.set_id("registry");
  config.set_data_dir(folder + "/store");
  config.add_admin_token_sha256(absl::BytesToHexString(Sha256(kOperatorToken)));
  const std::string key_file = folder + "/sig.jwk";
  if (!std::ifstream(key_file)) {
    const auto key = trust::Key::Generate("EdDSA");
    EXPECT_TRUE(key.ok()) << key.status();
    WriteFile(folder, "sig.jwk", *key->PrivateJwk());
  }
  config::v1::OwnKey* own = config.add_keys();
  own->set_file(key_file);
  own->set_use("sig");
  const server::KnownRegistry* known = server::FindKnownRegistry(registry);
  EXPECT_NE(known, nullptr) << registry;
  config.add_registries()->set_service(known->service);
  return config;
}

config::v1::Participant Caller(const std::string& sender_id) {
  config::v1::Participant caller;
  caller.set_sender_id(sender_id);
  caller.set_signature(config::v1::POLICY_OPTIONAL);
  caller.set_authorization(config::v1::POLICY_OPTIONAL);
  caller.set_encryption(config::v1::POLICY_OPTIONAL);
  caller.add_scopes("registry.search");
  return caller;
}

Site::~Site() = default;

absl::StatusOr<std::unique_ptr<Site>> Site::Start(
    config::v1::ServerConfig config) {
  std::unique_ptr<Site> site(new Site);
  RETURN_IF_ERROR(server::CompleteConfig(&config));
  ASSIGN_OR_RETURN(site->model_, server::CompiledSchema());
  site->log_ = std::make_unique<server::JsonLog>(config.id(), stderr);
  net::HttpClientOptions client;
  client.addresses.allow_loopback = true;
  ASSIGN_OR_RETURN(site->client_, net::HttpClient::Create(client));
  server::InstitutionOptions options;
  options.domains = server::DomainsFor(config);
  const server::RegistryDomain* const registries =
      server::FindRegistries(options.domains);
  if (registries == nullptr)
    return absl::InvalidArgumentError("the configuration has no registry");
  options.config = std::move(config);
  options.model = site->model_.get();
  options.log = site->log_.get();
  ASSIGN_OR_RETURN(site->institution_,
                   server::Institution::Start(std::move(options)));
  RETURN_IF_ERROR(Fill(registries->registry(0)));
  return site;
}

std::string Site::Url(const std::string& path) const {
  return absl::StrCat("http://127.0.0.1:", institution_->http_port(), path);
}

std::string Site::AdminUrl(const std::string& path) const {
  return absl::StrCat("http://127.0.0.1:", institution_->admin_port(), path);
}

std::string Site::GrpcTarget() const {
  return absl::StrCat("127.0.0.1:", institution_->grpc_port());
}

net::HttpResponse Site::Call(const std::string& url, const std::string& body,
                             net::Headers headers, const std::string& verb) {
  net::HttpClientRequest request;
  request.method = !verb.empty() ? verb : body.empty() ? "GET" : "POST";
  request.url = url;
  request.headers = std::move(headers);
  if (!body.empty() && !request.headers.Has("Content-Type"))
    request.headers.Add("Content-Type", "application/json");
  request.body = body;
  auto answer = client_->Call(std::move(request));
  EXPECT_TRUE(answer.ok()) << url << ": " << answer.status();
  return answer.ok() ? *std::move(answer) : net::HttpResponse{.status = 0};
}

std::string HeaderJson(const std::string& sender, const std::string& id,
                       const std::string& sender_uri) {
  return absl::StrCat(
      "{\"action\":\"search\",\"is_msg_encrypted\":false,\"message_id\":\"", id,
      "\",\"message_ts\":\"", FormatTimestamp(absl::Now()),
      "\",\"receiver_id\":\"registry\",\"sender_id\":\"", sender, "\",",
      sender_uri.empty() ? std::string()
                         : absl::StrCat("\"sender_uri\":\"", sender_uri, "\","),
      "\"total_count\":1,\"version\":\"1.0.0\"}");
}

std::string SearchJson(const std::string& id) {
  return absl::StrCat(
      "{\"search_request\":[{\"locale\":\"eng\",\"reference_id\":\"1\","
      "\"search_criteria\":{\"pagination\":{\"page_number\":1,"
      "\"page_size\":10},\"query\":{\"type\":\"UIN\",\"value\":\"847951632\"},"
      "\"query_type\":\"idtype-value\",\"reg_record_type\":\"Person\"},"
      "\"timestamp\":\"2026-01-01T00:00:00Z\"}],\"transaction_id\":\"t-",
      id, "\"}");
}

std::string SearchDocument(const std::string& sender, const std::string& id,
                           const std::string& sender_uri) {
  return absl::StrCat(
      "{\"signature\":\"\",\"header\":", HeaderJson(sender, id, sender_uri),
      ",\"message\":", SearchJson(id), "}");
}

registry::v1::SearchRequestEnvelope SearchEnvelope(const std::string& sender,
                                                   const std::string& id) {
  registry::v1::SearchRequestEnvelope envelope;
  auto* header = envelope.mutable_header();
  header->set_version("1.0.0");
  header->set_message_id(id);
  header->set_message_ts(FormatTimestamp(absl::Now()));
  header->set_action("search");
  header->set_sender_id(sender);
  header->set_receiver_id("registry");
  header->set_total_count(1);
  auto* message = envelope.mutable_message();
  message->set_transaction_id("t-" + id);
  auto* item = message->add_search_request();
  item->set_reference_id("1");
  item->set_timestamp("2026-01-01T00:00:00Z");
  auto* criteria = item->mutable_search_criteria();
  criteria->set_query_type("idtype-value");
  criteria->set_reg_record_type("Person");
  criteria->mutable_idtype_value()->set_type("UIN");
  criteria->mutable_idtype_value()->set_value("847951632");
  criteria->mutable_pagination()->set_page_size(10);
  criteria->mutable_pagination()->set_page_number(1);
  return envelope;
}

}  // namespace dci::e2e
