#include "services/server/admin_gate.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "services/base/hash.h"
#include "services/schema/reason.h"

namespace dci::server {
namespace {

// The bearer token, of either field.
std::string TokenOf(const trust::Credentials& credentials) {
  absl::string_view text = credentials.authorization;
  if (absl::StartsWithIgnoreCase(text, "bearer ")) {
    text.remove_prefix(7);
    return std::string(absl::StripAsciiWhitespace(text));
  }
  return credentials.x_api_token;
}

}  // namespace

AdminGate::AdminGate(std::vector<std::string> token_sha256,
                     const trust::TokenChecker* tokens, const Clock* clock)
    : token_sha256_(std::move(token_sha256)), tokens_(tokens), clock_(clock) {}

absl::Status AdminGate::Check(const trust::Credentials& credentials,
                              absl::string_view scope) const {
  const std::string token = TokenOf(credentials);
  // Comparing hashes in plain: their bytes tell nothing of the token's.
  const std::string hash = absl::BytesToHexString(Sha256(token));
  if (!token.empty() && std::find(token_sha256_.begin(), token_sha256_.end(),
                                  hash) != token_sha256_.end())
    return absl::OkStatus();
  const auto access = tokens_->Check(credentials, clock_->Now());
  if (!access.ok()) return access.status();
  for (const std::string& given : access->scopes)
    if (given == kAdminScope || given == scope) return absl::OkStatus();
  return schema::Refusal(dci::common::v1::REASON_REQUEST_FORBIDDEN,
                         "the token lacks the scope");
}

transport::PlainHandlers AdminGate::Guard(
    transport::PlainHandlers handlers) const {
  for (auto& [method, handler] : handlers)
    handler = [this, inner = std::move(handler)](transport::PlainCall call,
                                                 transport::PlainDone done) {
      const absl::Status allowed = Check(call.credentials, call.method->scope);
      if (!allowed.ok()) return done(allowed);
      inner(std::move(call), std::move(done));
    };
  return handlers;
}

transport::HttpPage AdminGate::Guard(transport::HttpPage page) const {
  return [this, inner = std::move(page)](net::HttpRequest request,
                                         net::Responder respond) {
    const absl::Status allowed =
        Check(transport::CredentialsOf(request), kAdminScope);
    if (allowed.ok()) return inner(std::move(request), std::move(respond));
    net::HttpResponse response;
    response.status = schema::Info(schema::ReasonOf(allowed)).http_status;
    respond(std::move(response));
  };
}

}  // namespace dci::server
