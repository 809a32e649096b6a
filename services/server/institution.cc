#include "services/server/institution.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/ids.h"
#include "services/base/status_macros.h"
#include "services/exchange/layout.h"
#include "services/exchange/pipeline.h"
#include "services/server/admin_gate.h"
#include "services/server/capabilities.h"
#include "services/server/config.h"
#include "services/server/exchange_admin.h"
#include "services/server/exchange_metrics.h"
#include "services/server/http_key_fetcher.h"
#include "services/server/pages.h"
#include "services/server/pass_runner.h"
#include "services/server/tls_files.h"
#include "services/server/validation.h"
#include "services/server/waker.h"
#include "services/storage/rocksdb/rocksdb_store.h"
#include "services/transport/grpc_endpoint.h"
#include "services/transport/http_endpoint.h"
#include "services/transport/message_sender.h"
#include "services/trust/encryption.h"
#include "services/trust/jwks_cache.h"
#include "services/trust/signer.h"
#include "services/trust/tokens.h"
#include "services/trust/verifier.h"

namespace dci::server {
namespace {

namespace config = ::dci::config::v1;

exchange::PipelineOptions PipelineOptionsOf(
    const config::ServerConfig& config) {
  exchange::PipelineOptions options;
  options.id = config.id();
  options.accepted_receiver_ids.push_back(config.id());
  for (const config::RegistryConfig& registry : config.registries()) {
    if (!registry.id().empty())
      options.accepted_receiver_ids.push_back(registry.id());
    for (const std::string& id : registry.accepted_receiver_ids())
      options.accepted_receiver_ids.push_back(id);
  }
  for (const std::string& id : config.accepted_receiver_ids())
    options.accepted_receiver_ids.push_back(id);
  options.public_url = config.public_url();
  const config::Limits& limits = config.limits();
  options.limits.max_bytes = limits.max_message_bytes();
  options.max_items = limits.max_items();
  options.max_answer_bytes = limits.max_answer_bytes();
  options.ack_http_status = config.async_http_status();
  options.replay_window = absl::Seconds(limits.message_age_seconds()) +
                          2 * absl::Seconds(limits.clock_skew_seconds());
  const config::Delivery& delivery = config.delivery();
  options.send_timeout = absl::Milliseconds(delivery.timeout_ms());
  options.dispatch.backoff.first_delay =
      absl::Milliseconds(delivery.first_delay_ms());
  options.dispatch.backoff.max_delay =
      absl::Milliseconds(delivery.max_delay_ms());
  options.dispatch.max_attempts = delivery.max_attempts();
  options.dispatch.max_in_flight = delivery.max_in_flight();
  return options;
}

trust::VerifierOptions VerifierOptionsOf(const config::Limits& limits) {
  return {absl::Seconds(limits.clock_skew_seconds()),
          absl::Seconds(limits.message_age_seconds()),
          absl::Seconds(limits.signature_seconds()),
          {}};
}

// Whether keys may be fetched from loopback and private addresses: in a
// sandbox, and where the configuration has such a neighbour.
bool AllowsPrivate(const config::ServerConfig& config) {
  if (config.sandbox()) return true;
  for (const config::Participant& participant : config.participants())
    if (participant.allow_private_addresses()) return true;
  return false;
}

}  // namespace

class Institution::Impl {
 public:
  explicit Impl(InstitutionOptions options)
      : config_(std::move(options.config)),
        model_(*options.model),
        log_(*options.log),
        domains_(std::move(options.domains)),
        codec_(options.model) {}

  ~Impl() { Shutdown(absl::ZeroDuration()); }

  absl::Status Start() {
    RETURN_IF_ERROR(OpenStore());
    RETURN_IF_ERROR(StartTrust());
    RETURN_IF_ERROR(StartDomains());
    RETURN_IF_ERROR(StartPipeline());
    RETURN_IF_ERROR(StartEndpoints());
    runner_ =
        std::make_unique<PassRunner>(served_.passes, clock_, &log_, &waker_);
    log_.Note("started",
              absl::StrCat("http ", http_->port(), ", grpc ", grpc_->port(),
                           ", admin ", admin_->port()));
    return absl::OkStatus();
  }

  void Shutdown(absl::Duration drain) {
    if (stopped_) return;
    stopped_ = true;
    for (const std::function<void()>& stop : served_.stopping) stop();
    // First no new messages, then no work, then no store.
    if (http_ != nullptr) {
      if (absl::Status status = http_->Shutdown(drain); !status.ok())
        log_.Note("cut", status.ToString());
    }
    if (grpc_ != nullptr) grpc_->Shutdown(drain);
    if (admin_ != nullptr) {
      if (absl::Status status = admin_->Shutdown(drain); !status.ok())
        log_.Note("cut", status.ToString());
    }
    if (admin_grpc_ != nullptr) admin_grpc_->Shutdown(drain);
    if (pipeline_ != nullptr) pipeline_->Drain();
    runner_.reset();
    log_.Note("stopped", "");
  }

  int http_port() const { return http_->port(); }
  int grpc_port() const { return grpc_->port(); }
  int admin_port() const { return admin_->port(); }
  int admin_grpc_port() const {
    return admin_grpc_ == nullptr ? 0 : admin_grpc_->port();
  }
  storage::Store& store() { return *store_; }
  exchange::ParticipantStore& participants() { return *participants_; }

 private:
  absl::Status OpenStore() {
    storage::RocksDbOptions options;
    options.path = config_.data_dir();
    options.spaces = exchange::ExchangeSpaces();
    // Two domains may share a space.
    std::set<std::string> spaces;
    for (const auto& domain : domains_)
      for (std::string& space : domain->Spaces())
        if (spaces.insert(space).second)
          options.spaces.push_back(std::move(space));
    ASSIGN_OR_RETURN(store_, storage::OpenRocksDbStore(options));
    return absl::OkStatus();
  }

  absl::Status StartTrust() {
    ASSIGN_OR_RETURN(participants_,
                     exchange::ParticipantStore::Open(
                         store_.get(), {config_.participants().begin(),
                                        config_.participants().end()}));
    ASSIGN_OR_RETURN(ring_, trust::KeyRing::Load(config_.keys()));
    trust::TokenOptions tokens;
    tokens.issuer = config_.id();
    tokens.lifetime = absl::Seconds(config_.limits().token_seconds());
    issuer_.emplace(tokens, &ring_, participants_.get());
    checker_.emplace(tokens, &ring_);
    ASSIGN_OR_RETURN(outgoing_tls_, ReadOutgoingTls(config_.outgoing_tls()));
    ASSIGN_OR_RETURN(fetcher_, HttpKeyFetcher::Create(AllowsPrivate(config_),
                                                      outgoing_tls_));
    cache_.emplace(fetcher_.get());
    decrypter_.emplace(&ring_);
    encrypter_.emplace(&*cache_);
    signer_.emplace(config_.id(), &ring_);
    verifier_.emplace(VerifierOptionsOf(config_.limits()), participants_.get(),
                      &*checker_, &*decrypter_, &*cache_, &codec_);
    return absl::OkStatus();
  }

  absl::Status StartDomains() {
    const DomainParts parts{
        .config = &config_,
        .codec = &codec_,
        .store = store_.get(),
        .handlers = &handlers_,
        .participants = participants_.get(),
        .keys = &*cache_,
        .clock = clock_,
        .worker = &worker_,
        .tokens = &*checker_,
        .wake_passes = [this] { waker_.Wake(); },
        .wake_exchange = [this] { pipeline_->Wake(); },
        .complete =
            [this](storage::CommitView& view, const auto& completions,
                   absl::Time now) {
              return pipeline_->Complete(view, completions, now);
            }};
    for (const auto& domain : domains_)
      RETURN_IF_ERROR(domain->Start(parts, &served_));
    return absl::OkStatus();
  }

  absl::Status StartPipeline() {
    transport::MessageSenderOptions sending;
    sending.tls = outgoing_tls_;
    ASSIGN_OR_RETURN(sender_, transport::MessageSender::Create(sending));
    exchange::PipelineParts parts;
    parts.codec = &codec_;
    parts.participants = participants_.get();
    parts.verifier = &*verifier_;
    parts.signer = &*signer_;
    parts.encrypter = &*encrypter_;
    parts.store = store_.get();
    parts.handlers = &handlers_;
    parts.sender = sender_.get();
    parts.log = &log_;
    parts.sources = &served_.sources;
    ASSIGN_OR_RETURN(pipeline_, exchange::Pipeline::Create(
                                    PipelineOptionsOf(config_), parts));
    return absl::OkStatus();
  }

  absl::Status StartEndpoints() {
    AddDiscovery();
    RETURN_IF_ERROR(StartHttp());
    RETURN_IF_ERROR(StartGrpc());
    return StartAdmin();
  }

  void AddDiscovery() {
    const schema::Service* discovery =
        model_.FindService("dci.ext.v1.Discovery");
    served_.services.push_back({discovery, true, false});
    capabilities_ = MakeCapabilities(config_, served_.services, handlers_);
    for (const auto& domain : domains_) domain->AddCapabilities(&capabilities_);
    served_.plain[discovery->FindMethod("GetCapabilities")] =
        [bytes = capabilities_.SerializeAsString()](
            transport::PlainCall, transport::PlainDone done) { done(bytes); };
    served_.plain[discovery->FindMethod("Validate")] =
        ValidateHandler(&codec_, participants_.get(), &handlers_);
  }

  absl::Status StartHttp() {
    transport::HttpEndpointOptions options;
    options.server.bind_address = config_.http().address();
    options.server.port = config_.http().port();
    options.server.max_body_bytes = config_.limits().max_message_bytes();
    ASSIGN_OR_RETURN(options.server.tls, ReadTls(config_.http()));
    options.codec = &codec_;
    options.pipeline = pipeline_.get();
    options.services = served_.services;
    options.plain = served_.plain;
    options.pages = served_.pages;
    options.pages["POST /oauth2/client/token"] = TokenPage(&*issuer_, clock_);
    options.pages["GET /.well-known/jwks.json"] = JwksPage(&ring_, clock_);
    options.pages["GET /health"] = HealthPage();
    options.pages["GET /ready"] = ReadyPage([this] { return Ready(); });
    const schema::Method* validate =
        model_.FindMethod("dci.ext.v1.Discovery.Validate");
    options.pages["POST /validate"] =
        ValidatePage(&codec_, validate, served_.plain.at(validate));
    for (auto& [path, page] : served_.pages) options.pages[path] = page;
    options.pages["GET /metrics"] = MetricsPageOf([this] { return Samples(); });
    ASSIGN_OR_RETURN(http_, transport::HttpEndpoint::Start(std::move(options)));
    return absl::OkStatus();
  }

  absl::Status StartGrpc() {
    transport::GrpcEndpointOptions options;
    options.bind_address = config_.grpc().address();
    options.port = config_.grpc().port();
    options.max_message_bytes = config_.limits().max_message_bytes();
    ASSIGN_OR_RETURN(options.tls, ReadTls(config_.grpc()));
    options.model = &model_;
    options.pipeline = pipeline_.get();
    for (const transport::ServedService& served : served_.services)
      options.services.push_back(served.service);
    options.plain = served_.plain;
    options.plain_streams = served_.plain_streams;
    ASSIGN_OR_RETURN(grpc_, transport::GrpcEndpoint::Start(std::move(options)));
    return absl::OkStatus();
  }

  absl::Status StartAdmin() {
    gate_.emplace(std::vector<std::string>(config_.admin_token_sha256().begin(),
                                           config_.admin_token_sha256().end()),
                  &*checker_, clock_);
    AddExchangeAdmin({&model_, participants_.get(), pipeline_.get(),
                      store_.get(), clock_, &worker_},
                     &served_);
    transport::HttpEndpointOptions options;
    options.server.bind_address = config_.admin().address();
    options.server.port = config_.admin().port();
    ASSIGN_OR_RETURN(options.server.tls, ReadTls(config_.admin()));
    options.codec = &codec_;
    options.pipeline = pipeline_.get();
    for (const schema::Service* service : served_.admin_services)
      options.services.push_back({service, true, false});
    options.plain = gate_->Guard(served_.admin);
    options.pages["GET /metrics"] = gate_->Guard(MetricsPageOf([this] {
      std::vector<Sample> samples = Samples();
      AddDestinationMetrics(*pipeline_, *store_, &samples);
      return samples;
    }));
    for (auto& [path, page] : served_.admin_pages)
      options.pages[path] = gate_->Guard(page);
    ASSIGN_OR_RETURN(admin_,
                     transport::HttpEndpoint::Start(std::move(options)));
    return StartAdminGrpc();
  }

  absl::Status StartAdminGrpc() {
    if (!config_.has_admin_grpc()) return absl::OkStatus();
    transport::GrpcEndpointOptions options;
    options.bind_address = config_.admin_grpc().address();
    options.port = config_.admin_grpc().port();
    ASSIGN_OR_RETURN(options.tls, ReadTls(config_.admin_grpc()));
    options.model = &model_;
    options.pipeline = pipeline_.get();
    options.services = served_.admin_services;
    options.plain = gate_->Guard(served_.admin);
    ASSIGN_OR_RETURN(admin_grpc_,
                     transport::GrpcEndpoint::Start(std::move(options)));
    return absl::OkStatus();
  }

  absl::Status Ready() const {
    return store_->Stats().failed
               ? absl::UnavailableError("the store takes no commits")
               : absl::OkStatus();
  }

  std::vector<Sample> Samples() const {
    std::vector<Sample> samples;
    AddExchangeMetrics(*pipeline_, *store_, &samples);
    for (const auto& domain : domains_) domain->AddMetrics(&samples);
    return samples;
  }

  const config::ServerConfig config_;
  const schema::Model& model_;
  JsonLog& log_;
  const Clock* const clock_ = Clock::Real();

  // Each member may use those above it, and is gone before them.
  Waker waker_;
  std::unique_ptr<storage::Store> store_;
  std::vector<std::unique_ptr<Domain>> domains_;
  const wire::Codec codec_;
  std::unique_ptr<exchange::ParticipantStore> participants_;
  trust::KeyRing ring_;
  std::optional<trust::TokenIssuer> issuer_;
  std::optional<trust::TokenChecker> checker_;
  std::optional<trust::JwksCache> cache_;
  // After the cache: it calls into it until it is gone.
  std::unique_ptr<HttpKeyFetcher> fetcher_;
  net::TlsClientOptions outgoing_tls_;
  std::optional<trust::Decrypter> decrypter_;
  std::optional<trust::Encrypter> encrypter_;
  std::optional<trust::Signer> signer_;
  std::optional<trust::Verifier> verifier_;
  exchange::HandlerRegistry handlers_;
  Served served_;
  dci::ext::v1::Capabilities capabilities_;
  std::unique_ptr<transport::MessageSender> sender_;
  std::unique_ptr<exchange::Pipeline> pipeline_;
  // Gone before what its jobs use.
  Worker worker_;
  std::optional<AdminGate> gate_;
  std::unique_ptr<transport::HttpEndpoint> http_;
  std::unique_ptr<transport::GrpcEndpoint> grpc_;
  std::unique_ptr<transport::HttpEndpoint> admin_;
  std::unique_ptr<transport::GrpcEndpoint> admin_grpc_;
  std::unique_ptr<PassRunner> runner_;
  bool stopped_ = false;
};

Institution::Institution(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Institution::~Institution() = default;

absl::StatusOr<std::unique_ptr<Institution>> Institution::Start(
    InstitutionOptions options) {
  auto impl = std::make_unique<Impl>(std::move(options));
  RETURN_IF_ERROR(impl->Start());
  return std::unique_ptr<Institution>(new Institution(std::move(impl)));
}

int Institution::http_port() const { return impl_->http_port(); }
int Institution::grpc_port() const { return impl_->grpc_port(); }
int Institution::admin_port() const { return impl_->admin_port(); }
int Institution::admin_grpc_port() const { return impl_->admin_grpc_port(); }
storage::Store& Institution::store() { return impl_->store(); }
exchange::ParticipantStore& Institution::participants() {
  return impl_->participants();
}
void Institution::Shutdown(absl::Duration drain) { impl_->Shutdown(drain); }

}  // namespace dci::server
