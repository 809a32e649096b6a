#include "services/trust/tokens.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/base/hash.h"
#include "services/schema/reason.h"
#include "services/trust/json_object.h"
#include "services/trust/jws.h"
#include "services/trust/scope.h"
#include "services/wire/json_text.h"

namespace dci::trust {
namespace {

// RFC 9068, 2.1: keeps a signed message of ours from being taken for a token.
constexpr absl::string_view kTokenType = "at+jwt";
constexpr absl::string_view kGrant = "client_credentials";

std::string Quoted(absl::string_view text) {
  std::string json;
  wire::AppendQuoted(text, &json);
  return json;
}

TokenResponse Respond(int status, std::string body) {
  // RFC 6749, 5.1.
  return {status,
          {{"Content-Type", "application/json"},
           {"Cache-Control", "no-store"},
           {"Pragma", "no-cache"}},
          std::move(body)};
}

TokenResponse Error(int status, absl::string_view code,
                    absl::string_view description) {
  return Respond(status, absl::StrCat("{\"error\":", Quoted(code),
                                      ",\"error_description\":",
                                      Quoted(description), "}"));
}

TokenResponse InvalidClient() {
  TokenResponse response =
      Error(401, "invalid_client", "unknown client or wrong secret");
  response.headers.emplace_back("WWW-Authenticate", "Basic realm=\"token\"");
  return response;
}

// The only field of that name. Null where it is missing or blank: a field
// without a value counts as left out (RFC 6749, 3.2).
const std::string* Field(const TokenRequest& request, absl::string_view name) {
  for (const auto& [key, value] : request.fields) {
    if (key == name && !value.empty()) return &value;
  }
  return nullptr;
}

bool HasRepeatedField(const TokenRequest& request) {
  std::vector<absl::string_view> names;
  for (const auto& [key, value] : request.fields) names.push_back(key);
  std::sort(names.begin(), names.end());
  return std::adjacent_find(names.begin(), names.end()) != names.end();
}

bool SecretMatches(const Participant* participant,
                   const ClientCredentials& credentials) {
  // Compared also where there is no such client: how long the answer takes
  // must not tell the two apart.
  std::string expected(64, '0');
  bool found = false;
  if (participant != nullptr) {
    for (const auto& client : participant->config().clients()) {
      if (client.client_id() != credentials.id) continue;
      expected = client.secret_sha256();
      found = true;
    }
  }
  const std::string actual =
      absl::BytesToHexString(absl::string_view(Sha256(credentials.secret)));
  const bool equal =
      CRYPTO_memcmp(expected.data(), actual.data(), actual.size()) == 0;
  return found && equal;
}

struct Client {
  std::string id;
  std::shared_ptr<const Participant> participant;
};

std::optional<Client> Authenticate(const std::vector<ClientCredentials>& given,
                                   const ParticipantDirectory& directory) {
  for (const ClientCredentials& credentials : given) {
    auto participant = directory.FindClient(credentials.id);
    if (SecretMatches(participant.get(), credentials)) {
      return Client{credentials.id, std::move(participant)};
    }
  }
  return std::nullopt;
}

// A malformed request, or nothing.
std::optional<TokenResponse> Malformed(const TokenRequest& request) {
  if (HasRepeatedField(request)) {
    return Error(400, "invalid_request", "a field is repeated");
  }
  if (Field(request, "grant_type") == nullptr) {
    return Error(400, "invalid_request", "grant_type is missing");
  }
  if (!request.basic.empty() && Field(request, "client_secret") != nullptr) {
    return Error(400, "invalid_request",
                 "credentials stand in the form and in the header");
  }
  return std::nullopt;
}

std::vector<ClientCredentials> CredentialsOf(const TokenRequest& request) {
  if (!request.basic.empty()) return request.basic;
  const std::string* id = Field(request, "client_id");
  const std::string* secret = Field(request, "client_secret");
  if (id == nullptr || secret == nullptr) return {};
  return {{*id, *secret}};
}

// "bearer" in any case (RFC 7235, 2.1), then the token.
std::string BearerToken(absl::string_view authorization) {
  constexpr absl::string_view kScheme = "bearer ";
  if (!absl::StartsWithIgnoreCase(authorization, kScheme)) return "";
  return std::string(
      absl::StripAsciiWhitespace(authorization.substr(kScheme.size())));
}

std::string TokenOf(const Credentials& credentials) {
  std::string token = BearerToken(credentials.authorization);
  if (!token.empty()) return token;
  // DCI authorization 1.0.0 names this field; some put the scheme there too.
  token = BearerToken(credentials.x_api_token);
  if (!token.empty()) return token;
  return std::string(absl::StripAsciiWhitespace(credentials.x_api_token));
}

absl::Status Unauthorized(absl::string_view text) {
  return schema::Refusal(dci::common::v1::REASON_REQUEST_UNAUTHORIZED, text);
}

absl::Status NotValid() {
  return Unauthorized("the access token is not valid");
}

}  // namespace

TokenIssuer::TokenIssuer(TokenOptions options, const KeyRing* ring,
                         const ParticipantDirectory* directory, IdSource* ids)
    : options_(std::move(options)),
      ring_(ring),
      directory_(directory),
      ids_(ids) {}

TokenResponse TokenIssuer::HandleTokenRequest(const TokenRequest& request,
                                              absl::Time now) const {
  if (auto malformed = Malformed(request)) return *std::move(malformed);
  const auto client = Authenticate(CredentialsOf(request), *directory_);
  if (!client.has_value() || request.malformed_authorization) {
    return InvalidClient();
  }
  if (*Field(request, "grant_type") != kGrant) {
    return Error(400, "unsupported_grant_type",
                 "only client_credentials is offered");
  }
  const Participant& participant = *client->participant;
  std::vector<std::string> scopes = participant.scopes();
  if (scopes.empty()) {
    return Error(400, "unauthorized_client", "the client has no scopes");
  }
  if (const std::string* asked = Field(request, "scope")) {
    scopes = SplitScopes(*asked);
    if (scopes.empty() ||
        !std::all_of(scopes.begin(), scopes.end(),
                     [&participant](const std::string& scope) {
                       return participant.MayHaveScope(scope);
                     })) {
      return Error(400, "invalid_scope", "the client may not have this scope");
    }
  }
  return Issue(participant.sender_id(), client->id, scopes, now);
}

TokenResponse TokenIssuer::Issue(const std::string& sender_id,
                                 const std::string& client_id,
                                 const std::vector<std::string>& scopes,
                                 absl::Time now) const {
  const std::string scope = absl::StrJoin(scopes, " ");
  const std::string issuer = Quoted(options_.issuer);
  const std::string claims = absl::StrCat(
      "{\"iss\":", issuer, ",\"aud\":", issuer, ",\"sub\":", Quoted(sender_id),
      ",\"client_id\":", Quoted(client_id), ",\"scope\":", Quoted(scope),
      ",\"iat\":", absl::ToUnixSeconds(now),
      ",\"exp\":", absl::ToUnixSeconds(now + options_.lifetime),
      ",\"jti\":", Quoted(ids_->NewId()), "}");
  const Key* key = ring_->SigningKey("", now);
  absl::StatusOr<std::string> token =
      key == nullptr
          ? absl::FailedPreconditionError("no key is valid for signing")
          : SignJws(*key, key->SigningAlgorithm(), claims, JwsPayload::kInside,
                    kTokenType);
  if (!token.ok()) {
    return Error(503, "temporarily_unavailable", "no token can be given now");
  }
  const std::string seconds =
      absl::StrCat(absl::ToInt64Seconds(options_.lifetime));
  return Respond(
      200, absl::StrCat("{\"access_token\":\"", *token,
                        "\",\"token_type\":\"bearer\",\"expires_in\":",
                        options_.expires_in_as_text ? Quoted(seconds) : seconds,
                        ",\"scope\":", Quoted(scope), "}"));
}

TokenChecker::TokenChecker(TokenOptions options, const KeyRing* ring)
    : options_(std::move(options)), ring_(ring) {}

bool TokenChecker::NoToken(const Credentials& credentials) {
  return TokenOf(credentials).empty();
}

absl::StatusOr<AccessToken> TokenChecker::Check(const Credentials& credentials,
                                                absl::Time now) const {
  const std::string text = TokenOf(credentials);
  if (text.empty()) return Unauthorized("an access token is required");
  const absl::StatusOr<Jws> jws = ParseJws(text);
  if (!jws.ok() || jws->detached() || jws->type != kTokenType) {
    return NotValid();
  }
  const Key* key = ring_->Find(jws->kid, jws->algorithm, now);
  if (key == nullptr || !VerifyJws(*jws, "", *key)) return NotValid();
  const absl::StatusOr<std::string> payload = PayloadOf(*jws);
  if (!payload.ok()) return NotValid();
  const absl::StatusOr<JsonObject> claims = JsonObject::Parse(*payload);
  if (!claims.ok() || claims->StringOr("iss") != options_.issuer ||
      claims->StringOr("aud") != options_.issuer) {
    return NotValid();
  }
  const std::optional<int64_t> expires = claims->Int("exp");
  if (!expires.has_value() || now >= absl::FromUnixSeconds(*expires)) {
    return Unauthorized("the access token has expired");
  }
  return AccessToken{claims->StringOr("sub"), claims->StringOr("client_id"),
                     SplitScopes(claims->StringOr("scope")),
                     absl::FromUnixSeconds(*expires)};
}

}  // namespace dci::trust
