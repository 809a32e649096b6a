#include "clients/cpp/runtime/judge.h"

#include <future>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/schema/reason.h"

namespace dci::client {
namespace {

constexpr absl::Duration kFetchTimeout = absl::Seconds(5);

}  // namespace

// Fetches published keys with the client's own connections.
class Judge::Fetcher : public trust::KeyFetcher {
 public:
  explicit Fetcher(net::HttpClient* http) : http_(http) {}

  void Fetch(const std::string& jwks_uri,
             std::function<void(absl::StatusOr<std::string>)> done) override {
    net::HttpClientRequest request;
    request.method = "GET";
    request.url = jwks_uri;
    request.timeout = kFetchTimeout;
    http_->Send(std::move(request),
                [done](absl::StatusOr<net::HttpResponse> response) {
                  if (!response.ok()) return done(response.status());
                  if (response->status != 200) {
                    return done(absl::UnavailableError(
                        absl::StrCat("HTTP ", response->status)));
                  }
                  done(std::move(response->body));
                });
  }

 private:
  net::HttpClient* const http_;
};

Judge::Judge(const trust::ParticipantDirectory* directory,
             trust::VerifierOptions options, const trust::KeyRing* keys,
             net::HttpClient* http)
    : directory_(directory),
      options_(options),
      decrypter_(keys == nullptr ? &no_keys_ : keys),
      fetcher_(http == nullptr ? nullptr : new Fetcher(http)),
      cache_(fetcher_.get()) {}

Judge::~Judge() = default;

absl::StatusOr<Judged> Judge::Check(const Schema& schema,
                                    wire::DecodedMessage message,
                                    const trust::Credentials& credentials,
                                    absl::Time now) {
  if (directory_ != nullptr) {
    return Verify(schema, std::move(message), credentials, now);
  }
  RETURN_IF_ERROR(Decrypt(schema, &message, now));
  Judged judged;
  judged.sender_id = message.header.sender_id();
  judged.header = std::move(message.header);
  judged.body = std::move(message.body);
  judged.findings = std::move(message.findings);
  return judged;
}

absl::StatusOr<Judged> Judge::Verify(const Schema& schema,
                                     wire::DecodedMessage message,
                                     const trust::Credentials& credentials,
                                     absl::Time now) {
  // Tokens are for requests; this side receives none.
  const trust::Verifier verifier(options_, directory_, nullptr, &decrypter_,
                                 &cache_, &schema.codec());
  std::promise<absl::StatusOr<trust::VerifiedMessage>> promise;
  verifier.Verify(std::move(message), credentials, now,
                  [&promise](absl::StatusOr<trust::VerifiedMessage> verified) {
                    promise.set_value(std::move(verified));
                  });
  absl::StatusOr<trust::VerifiedMessage> verified = promise.get_future().get();
  if (!verified.ok()) return verified.status();
  Judged judged;
  judged.sender_id = verified->sender_id();
  judged.header = verified->header();
  judged.body = verified->body();
  judged.findings = verified->findings();
  judged.was_signed = verified->was_signed();
  return judged;
}

absl::Status Judge::Decrypt(const Schema& schema, wire::DecodedMessage* message,
                            absl::Time now) const {
  if (!message->encrypted) return absl::OkStatus();
  dci::common::v1::EncryptedMessage sealed;
  if (!sealed.ParseFromString(message->body)) {
    return schema::Refusal(dci::common::v1::REASON_ENCRYPTION_INVALID,
                           "the message cannot be decrypted");
  }
  ASSIGN_OR_RETURN(const std::string clear, decrypter_.Decrypt(sealed, now));
  return wire::DecodeClearBody(schema.codec(), clear, options_.limits, message);
}

}  // namespace dci::client
