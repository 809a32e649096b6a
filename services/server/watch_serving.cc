#include "services/server/watch_serving.h"

#include <algorithm>
#include <string>
#include <utility>

#include "services/base/status_macros.h"
#include "services/schema/reason.h"
#include "services/transport/plain_json.h"
#include "services/wire/json_text.h"

namespace dci::server {
namespace {

using dci::ext::v1::WatchResponse;

registry::WatchHubOptions OptionsOf(
    const dci::config::v1::ServerConfig& config) {
  registry::WatchHubOptions options;
  for (const auto& registry : config.registries()) {
    const auto& own = registry.subscriptions();
    if (own.max_wait_seconds() > 0)
      options.max_wait = absl::Seconds(own.max_wait_seconds());
    if (own.max_watchers() > 0)
      options.max_watchers = static_cast<size_t>(own.max_watchers());
  }
  return options;
}

std::string ErrorJson(const absl::Status& status) {
  std::string body = "{\"errors\":[{\"code\":";
  wire::AppendQuoted(schema::Info(schema::ReasonOf(status)).text, &body);
  body += ",\"message\":";
  wire::AppendQuoted(status.message(), &body);
  body += "}]}";
  return body;
}

// The same operation with its members as query parameters.
transport::HttpPage GetPage(const wire::Codec* codec,
                            const schema::Method* method,
                            transport::PlainHandler handler) {
  return [codec, method, handler = std::move(handler)](net::HttpRequest request,
                                                       net::Responder respond) {
    auto json = transport::JsonOfQuery(request.query);
    auto bytes = json.ok()
                     ? transport::PlainRequestFromJson(*codec, *method, *json)
                     : json.status();
    const auto answer = [codec, method,
                         respond](absl::StatusOr<std::string> given) {
      net::HttpResponse response;
      response.headers.Add("Content-Type", "application/json");
      if (given.ok())
        given = transport::PlainResponseToJson(*codec, *method, *given);
      response.status =
          given.ok()
              ? 200
              : schema::Info(schema::ReasonOf(given.status())).http_status;
      response.body = given.ok() ? *given : ErrorJson(given.status());
      respond(std::move(response));
    };
    if (!bytes.ok()) return answer(bytes.status());
    handler(transport::PlainCall{method, *std::move(bytes),
                                 transport::CredentialsOf(request),
                                 request.peer_address},
            answer);
  };
}

}  // namespace

absl::StatusOr<registry::Watcher> WatchServing::Admit(
    const transport::PlainCall& call) const {
  ASSIGN_OR_RETURN(const trust::AccessToken token,
                   tokens_->Check(call.credentials, clock_->Now()));
  if (std::find(token.scopes.begin(), token.scopes.end(), call.method->scope) ==
      token.scopes.end())
    return schema::Refusal(dci::common::v1::REASON_REQUEST_FORBIDDEN,
                           "the token lacks the scope");
  registry::Watcher watcher;
  watcher.sender_id = token.sender_id;
  if (!watcher.request.ParseFromString(call.request))
    return schema::Refusal(dci::common::v1::REASON_REQUEST_BAD,
                           "unreadable request");
  return watcher;
}

void WatchServing::Serve(std::vector<registry::Subscriptions*> all,
                         const DomainParts& parts, Served* served) {
  tokens_ = parts.tokens;
  clock_ = parts.clock;
  std::vector<registry::WatchReader> readers;
  for (const registry::Subscriptions* one : all) readers.emplace_back(one);
  hub_ = std::make_unique<registry::WatchHub>(
      std::move(readers), OptionsOf(*parts.config), parts.wake_passes);
  const schema::Service* service =
      parts.codec->model().FindService("dci.ext.v1.ChangeWatch");
  const schema::Method* poll = service->FindMethod("Poll");
  served->plain[poll] = [this](transport::PlainCall call,
                               transport::PlainDone done) {
    absl::StatusOr<registry::Watcher> watcher = Admit(call);
    if (!watcher.ok()) return done(watcher.status());
    watcher->give = [done = std::move(done)](
                        absl::StatusOr<WatchResponse> response,
                        const std::function<void(bool)>&) {
      if (!response.ok()) return done(response.status());
      done(response->SerializeAsString());
    };
    hub_->Add(*std::move(watcher));
  };
  served->pages["GET /watch"] = GetPage(parts.codec, poll, served->plain[poll]);
  served->plain_streams[service->FindMethod("Watch")] =
      [this, wake = parts.wake_passes](
          transport::PlainCall call,
          std::shared_ptr<transport::PlainStream> stream) {
        absl::StatusOr<registry::Watcher> watcher = Admit(call);
        if (!watcher.ok()) return stream->Finish(watcher.status());
        watcher->once = false;
        watcher->give = [stream](absl::StatusOr<WatchResponse> response,
                                 std::function<void(bool)> next) {
          if (!next)
            return stream->Finish(response.ok() ? absl::OkStatus()
                                                : response.status());
          stream->Write(response->SerializeAsString(), std::move(next));
        };
        stream->OnGone([gone = watcher->gone, wake] {
          gone->store(true);
          if (wake) wake();
        });
        hub_->Add(*std::move(watcher));
      };
  served->services.push_back({service, true, false});
  served->passes.push_back(
      {"watchers", [this](absl::Time now) { return hub_->ExecutePass(now); },
       /*when_woken=*/true});
  served->stopping.push_back([this] { hub_->Stop(); });
}

void WatchServing::AddMetrics(std::vector<Sample>* samples) const {
  if (hub_ == nullptr) return;
  samples->push_back({"dci_watchers",
                      "Long polls and streams of changes.",
                      false,
                      {},
                      static_cast<double>(hub_->waiting())});
}

}  // namespace dci::server
