// Notifications end to end: a change is committed, matched, put into the
// outbox, rendered, posted over HTTP to a server on loopback, acknowledged and
// written off. Against a bare loop that posts as many bytes to the same server
// with as many requests in flight, and against the outbox alone: as many
// messages put in and sent without a change log or a subscription. Prints
// ratios from one run; asserts that every subscriber got every change, once.
//   bazel run -c opt //tests/bench:notify_bench -- 10000
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "dci/registry/v1/subscribe.pb.h"
#include "dci/social/v1/social.pb.h"
#include "services/base/ids.h"
#include "services/exchange/layout.h"
#include "services/exchange/outbox.h"
#include "services/exchange/pipeline.h"
#include "services/net/http_client.h"
#include "services/net/http_server.h"
#include "services/registry/change_log.h"
#include "services/registry/notification_source.h"
#include "services/registry/permit.h"
#include "services/registry/registry.h"
#include "services/registry/subscriptions.h"
#include "services/server/compiled_schema.h"
#include "services/storage/rocksdb/rocksdb_store.h"
#include "services/transport/message_sender.h"
#include "services/trust/encryption.h"
#include "services/trust/keys.h"
#include "services/trust/participants.h"
#include "services/trust/signer.h"
#include "services/trust/verifier.h"
#include "services/wire/codec.h"
#include "tests/bench/callers.h"

namespace dci::bench {
namespace {

namespace v1 = ::dci::registry::v1;

constexpr int kInFlight = 32;
constexpr char kAck[] = "{\"message\":{\"ack_status\":\"ACK\"}}";

template <typename T>
T Take(absl::StatusOr<T> value) {
  Check(value.ok(), value.status().ToString());
  return *std::move(value);
}

// Acknowledges everything; counts what came for which subscription.
class Receiver : public net::HttpHandler {
 public:
  void Handle(net::HttpRequest request, net::Responder respond) override {
    net::HttpResponse response;
    response.headers.Add("Content-Type", "application/json");
    response.body = kAck;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      ++count_;
      bytes_ += request.body.size();
      const std::string mark = "\"subscription_code\":\"";
      const size_t at = request.body.find(mark);
      if (at != std::string::npos)
        ++by_code_[request.body.substr(at + mark.size(), 36)];
      if (count_ >= wanted_) arrived_.notify_all();
    }
    respond(std::move(response));
  }

  void Expect(size_t count) {
    std::lock_guard<std::mutex> lock(mutex_);
    count_ = bytes_ = 0;
    wanted_ = count;
    by_code_.clear();
  }
  void Await() {
    std::unique_lock<std::mutex> lock(mutex_);
    arrived_.wait(lock, [&] { return count_ >= wanted_; });
  }
  size_t bytes_each() {
    std::lock_guard<std::mutex> lock(mutex_);
    return count_ == 0 ? 0 : bytes_ / count_;
  }
  // Whether so many subscriptions got so many messages each, and no others.
  bool GotEach(size_t subscriptions, size_t messages) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (by_code_.size() != subscriptions) return false;
    for (const auto& [code, count] : by_code_)
      if (count != messages) return false;
    return count_ == subscriptions * messages;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  size_t count_ = 0, bytes_ = 0, wanted_ = 0;
  absl::flat_hash_map<std::string, size_t> by_code_;
};

// A registry with its pipeline, on a store of its own.
class Server {
 public:
  Server(const schema::Model* model, const std::string& folder, int port)
      : codec_(model) {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    storage::RocksDbOptions options;
    options.path = folder;
    options.spaces = registry::SpaceNames();
    for (std::string& space : exchange::ExchangeSpaces())
      options.spaces.push_back(std::move(space));
    store_ = Take(storage::OpenRocksDbStore(options));
    config::v1::Participant receiver;
    receiver.set_sender_id("sp");
    receiver.set_signature(config::v1::POLICY_OFF);
    receiver.add_callback_bases(absl::StrCat("http://127.0.0.1:", port));
    receiver.set_allow_private_addresses(true);
    directory_ = Take(trust::FixedDirectory::Create({receiver}));
    outbox_ = std::make_unique<exchange::Outbox>(
        Take(exchange::Spaces::Find(*store_)).outbox, IdSource::Random());
    config::v1::RegistryConfig config;
    config.set_service("dci.social.v1.SocialRegistry");
    registry_ = Take(registry::Registry::Open(store_.get(), &codec_, config));
    registry::SubscriptionsOptions subscribing;
    subscribing.config.set_max_per_sender(1 << 30);
    subscriptions_ = Take(registry::Subscriptions::Open(
        registry_.get(), outbox_.get(), subscribing));
    sources_[subscriptions_->source_name()] = &subscriptions_->source();
    StartPipeline();
  }
  ~Server() {
    pipeline_->Drain();
    pipeline_.reset();
  }

  // Subscriptions, no two with the same filter.
  void Subscribe(size_t count) {
    const registry::SubscribeHandler handler(subscriptions_->parts());
    v1::SubscribeRequestItem item;
    auto* criteria = item.mutable_subscribe_criteria();
    criteria->set_reg_event_type("any");
    criteria->set_notify_record_type("Group");
    criteria->set_filter_type("expression");
    for (size_t i = 0; i < count; ++i) {
      // Each its own, all satisfied by the records that are written.
      criteria->mutable_expression()->mutable_value()->set_text(
          absl::StrCat("{\"poverty_score\":{\"$lt\":", 1000 + i, "}}"));
      exchange::RequestContext request;
      request.sender = directory_->Find("sp");
      request.sender_id = "sp";
      exchange::ItemContext context;
      context.request = &request;
      context.handle = absl::StrCat("item:", i);
      context.now = absl::Now();
      const std::string bytes = item.SerializeAsString();
      CheckOk(
          storage::CommitAndWait(*store_, {}, [&](storage::CommitView& view) {
            return handler.Apply(context, bytes, view).status();
          }));
    }
    while (Take(subscriptions_->fan_out().Execute(absl::Now())).more) {
    }
  }

  // Commits so many changes of one record, then hands them on and sends them.
  void Change(int changes) {
    for (int i = 0; i < changes; ++i) {
      social::v1::Group group;
      auto* identifier = group.add_group_identifier();
      identifier->set_identifier_type("HOUSEHOLD_ID");
      identifier->set_identifier_value(absl::StrCat("h", i % 7));
      group.set_poverty_score(absl::StrCat(++score_ % 900));
      group.set_registration_date("2026-01-01");
      auto change = Take(registry_->Upsert("Group", group.SerializeAsString()));
      std::promise<absl::Status> written;
      registry_->Commit(std::move(change), absl::Now(), [&](auto outcome) {
        written.set_value(outcome.status());
      });
      CheckOk(written.get_future().get());
    }
    bool more = true;
    while (more) {
      more = Take(subscriptions_->fan_out().Execute(absl::Now())).more;
      pipeline_->Wake();
    }
  }

  // The same messages put into the outbox as they are.
  void PutDirectly(size_t count, const std::string& body) {
    exchange::Outgoing message;
    message.method = codec_.model().FindMethod(
        "dci.social.v1.SocialRegistryCallback.Notify");
    message.receiver_id = "sp";
    message.body = body;
    for (size_t done = 0; done < count;) {
      const size_t end = std::min<size_t>(done + 500, count);
      CheckOk(storage::CommitAndWait(
          *store_, {}, [&](storage::CommitView& view) -> absl::Status {
            for (size_t i = done; i < end; ++i) {
              message.lane = absl::StrCat("lane", i);
              const absl::Status put =
                  outbox_->Enqueue(view, message, absl::Now());
              if (!put.ok()) return put;
            }
            return absl::OkStatus();
          }));
      pipeline_->Wake();
      done = end;
    }
  }

  // A body as a notification of one group has it.
  std::string Body() {
    const auto change = Take(
        registry::ReadChange(*store_->GetSnapshot(), registry_->spaces(),
                             Take(registry::LastChange(*store_->GetSnapshot(),
                                                       registry_->spaces()))));
    v1::NotifyEventRequest body;
    body.set_transaction_id(IdSource::Random()->NewId());
    *body.add_notify_event() = *Take(
        registry::MakeEvent(*registry_, registry::Permit(),
                            subscriptions_->events(), *change, 1, "", ""));
    return body.SerializeAsString();
  }

 private:
  static void CheckOk(const absl::Status& status) {
    Check(status.ok(), status.ToString());
  }

  void StartPipeline() {
    ring_ = Take(trust::KeyRing::Load({}));
    signer_ = std::make_unique<trust::Signer>("registry", &ring_);
    encrypter_ = std::make_unique<trust::Encrypter>(nullptr);
    verifier_ = std::make_unique<trust::Verifier>(trust::VerifierOptions(),
                                                  directory_.get(), nullptr,
                                                  nullptr, nullptr, &codec_);
    sender_ = Take(transport::MessageSender::Create({}));
    exchange::PipelineParts parts;
    parts.codec = &codec_;
    parts.participants = directory_.get();
    parts.verifier = verifier_.get();
    parts.signer = signer_.get();
    parts.encrypter = encrypter_.get();
    parts.store = store_.get();
    parts.handlers = &handlers_;
    parts.sender = sender_.get();
    parts.sources = &sources_;
    exchange::PipelineOptions options;
    options.id = "registry";
    options.dispatch.max_in_flight = kInFlight;
    pipeline_ = Take(exchange::Pipeline::Create(options, parts));
  }

  const wire::Codec codec_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<trust::FixedDirectory> directory_;
  std::unique_ptr<exchange::Outbox> outbox_;
  std::unique_ptr<registry::Registry> registry_;
  std::unique_ptr<registry::Subscriptions> subscriptions_;
  exchange::MessageSources sources_;
  exchange::HandlerRegistry handlers_;
  trust::KeyRing ring_;
  std::unique_ptr<trust::Signer> signer_;
  std::unique_ptr<trust::Encrypter> encrypter_;
  std::unique_ptr<trust::Verifier> verifier_;
  std::unique_ptr<transport::MessageSender> sender_;
  std::unique_ptr<exchange::Pipeline> pipeline_;
  int score_ = 0;
};

// How fast `run` makes `count` messages arrive.
Rate RateOf(Receiver& receiver, size_t count,
            const std::function<void()>& run) {
  receiver.Expect(count);
  const Stopwatch watch;
  run();
  receiver.Await();
  return watch.Of(static_cast<double>(count));
}

// Posts so many bytes again and again, kInFlight at a time.
void PostBare(int port, size_t count, size_t bytes) {
  net::HttpClientOptions options;
  options.addresses.allow_loopback = true;
  auto client = Take(net::HttpClient::Create(options));
  std::mutex mutex;
  std::condition_variable done;
  size_t begun = 0, ended = 0;
  std::function<void()> next = [&] {
    net::HttpClientRequest request;
    request.method = "POST";
    request.url = absl::StrCat("http://127.0.0.1:", port, "/registry/notify");
    request.headers.Add("Content-Type", "application/json");
    request.body = std::string(bytes, ' ');
    client->Send(std::move(request), [&](auto response) {
      Check(response.ok(), "a bare post");
      bool more = false;
      {
        std::lock_guard<std::mutex> lock(mutex);
        more = begun < count;
        begun += more;
        if (++ended == count) done.notify_all();
      }
      if (more) next();
    });
  };
  const size_t first = std::min<size_t>(count, kInFlight);
  begun = first;
  for (size_t i = 0; i < first; ++i) next();
  std::unique_lock<std::mutex> lock(mutex);
  done.wait(lock, [&] { return ended == count; });
}

void Measure(const schema::Model* model, const std::string& folder,
             Receiver& receiver, int port, size_t subscriptions,
             size_t messages) {
  Server server(model, absl::StrCat(folder, "/", subscriptions), port);
  server.Subscribe(subscriptions);
  const size_t changes = std::max<size_t>(1, messages / subscriptions);
  const size_t count = changes * subscriptions;
  const Rate told = RateOf(receiver, count,
                           [&] { server.Change(static_cast<int>(changes)); });
  Check(receiver.GotEach(subscriptions, changes),
        "a subscriber missed a change, or got one twice");
  const size_t bytes = receiver.bytes_each();
  const std::string body = server.Body();
  const Rate direct =
      RateOf(receiver, count, [&] { server.PutDirectly(count, body); });
  const Rate bare =
      RateOf(receiver, count, [&] { PostBare(port, count, bytes); });
  std::printf(
      "%6zu subscriptions, %6zu notifications of %zu bytes: %8.0f/s, %.2f of "
      "the outbox alone, %.2f of bare posts; by time of a core %8.0f/s, %.2f, "
      "%.2f\n",
      subscriptions, count, bytes, told.wall, told.wall / direct.wall,
      told.wall / bare.wall, told.cpu, told.cpu / direct.cpu,
      told.cpu / bare.cpu);
}

int Main(int argc, char** argv) {
  int most = 100;
  if (argc > 1) Check(absl::SimpleAtoi(argv[1], &most), "a number");
  const char* temp = std::getenv("TEST_TMPDIR");
  const std::string folder =
      absl::StrCat(temp == nullptr ? "/tmp" : temp, "/notify_bench");
  const auto model = Take(server::CompiledSchema());
  Receiver receiver;
  auto http = Take(net::HttpServer::Start({}, &receiver));
  for (const size_t subscriptions : {1, 100, 10000})
    if (subscriptions <= static_cast<size_t>(most))
      Measure(model.get(), folder, receiver, http->port(), subscriptions,
              most >= 10000 ? 10000 : 200);
  http->Shutdown(absl::Seconds(10)).IgnoreError();
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace
}  // namespace dci::bench

int main(int argc, char** argv) { return dci::bench::Main(argc, argv); }
