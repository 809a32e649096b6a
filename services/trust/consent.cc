#include "services/trust/consent.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/base/clock.h"
#include "services/base/hash.h"
#include "services/base/status_macros.h"
#include "services/schema/reason.h"
#include "services/trust/json_object.h"
#include "services/trust/jws.h"

namespace dci::trust {
namespace {

namespace common = ::dci::common::v1;

// A token of ours (RFC 9068) is signed too, and is no consent.
constexpr char kAccessTokenType[] = "at+jwt";

absl::Status Invalid(absl::string_view why) {
  return schema::Refusal(common::REASON_CONSENT_INVALID,
                         absl::StrCat("the artefact ", why));
}

// The text of a JSON value that is a string; else nothing.
std::optional<std::string> TextOf(absl::string_view json) {
  const auto object = JsonObject::Parse(absl::StrCat("{\"v\":", json, "}"));
  return object.ok() ? object->String("v") : std::nullopt;
}

// A purpose as it may be written: a code, or an object with one. Empty where
// it is neither.
std::string PurposeCode(absl::string_view json) {
  if (const auto text = TextOf(json)) return *text;
  const auto object = JsonObject::Parse(json);
  return object.ok() ? object->StringOr("code") : "";
}

// One text or a list of them; nothing where any is something else.
std::optional<std::vector<std::string>> Texts(const JsonObject& claims,
                                              const char* key) {
  if (const auto text = claims.String(key))
    return std::vector<std::string>{*text};
  const auto elements = claims.Array(key);
  if (!elements.has_value()) return std::nullopt;
  std::vector<std::string> texts;
  for (const std::string& element : *elements) {
    const auto text = TextOf(element);
    if (!text.has_value()) return std::nullopt;
    texts.push_back(*text);
  }
  return texts;
}

absl::Status ReadSubject(const JsonObject& claims, ConsentArtefact* artefact) {
  std::optional<std::string> nested = claims.Json("subject_id");
  if (!nested.has_value()) nested = claims.Json("sub");
  if (nested.has_value()) {
    const absl::StatusOr<JsonObject> subject = JsonObject::Parse(*nested);
    if (!subject.ok()) return Invalid("has an unreadable subject");
    artefact->subject_type = subject->StringOr("type");
    artefact->subject_value = subject->StringOr("value");
  } else if (const auto text = claims.String("sub")) {
    // Kinds of identifiers may have colons of their own in front.
    const size_t colon = text->rfind(':');
    if (colon == std::string::npos) return Invalid("names no kind of subject");
    artefact->subject_type = text->substr(0, colon);
    artefact->subject_value = text->substr(colon + 1);
  } else {
    return absl::OkStatus();
  }
  if (artefact->subject_type.empty() || artefact->subject_value.empty())
    return Invalid("names its subject by halves");
  return absl::OkStatus();
}

absl::Status ReadPurposes(const JsonObject& claims, ConsentArtefact* artefact) {
  std::vector<std::string> written;
  if (const auto text = claims.String("purpose")) {
    artefact->purposes.push_back(*text);
  } else if (const auto several = claims.Array("purpose")) {
    written = *several;
  } else if (const auto one = claims.Json("purpose")) {
    written.push_back(*one);
  }
  for (const std::string& json : written)
    artefact->purposes.push_back(PurposeCode(json));
  for (const std::string& purpose : artefact->purposes)
    if (purpose.empty()) return Invalid("has a purpose without a code");
  if (artefact->purposes.empty()) return Invalid("states no purpose");
  return absl::OkStatus();
}

absl::Status ReadScopes(const JsonObject& claims, ConsentArtefact* artefact) {
  if (const auto text = claims.String("scope")) {
    artefact->scopes =
        std::vector<std::string>(absl::StrSplit(*text, ' ', absl::SkipEmpty()));
    return absl::OkStatus();
  }
  for (const char* key : {"data_scopes", "scopes", "scope"}) {
    if (!claims.Has(key)) continue;
    artefact->scopes = Texts(claims, key);
    if (!artefact->scopes.has_value()) return Invalid("has unreadable scopes");
    return absl::OkStatus();
  }
  return absl::OkStatus();
}

// A time as RFC 7519 or RFC 3339 writes it; nothing where it is absent.
absl::StatusOr<std::optional<absl::Time>> ReadTime(const JsonObject& claims,
                                                   const char* key) {
  if (!claims.Has(key)) return std::nullopt;
  if (const auto seconds = claims.Int(key))
    return absl::FromUnixSeconds(*seconds);
  const auto time = ParseTimestamp(claims.StringOr(key));
  if (!time.ok()) return Invalid("has an unreadable time");
  return *time;
}

absl::Status ReadValidity(const JsonObject& claims, ConsentArtefact* artefact) {
  JsonObject validity = claims;
  const bool nested = claims.Has("validity");
  if (nested) {
    const auto parsed = JsonObject::Parse(claims.Json("validity").value_or(""));
    if (!parsed.ok()) return Invalid("has an unreadable validity");
    validity = *parsed;
  }
  ASSIGN_OR_RETURN(const auto from,
                   ReadTime(validity, nested ? "valid_from" : "nbf"));
  ASSIGN_OR_RETURN(const auto until,
                   ReadTime(validity, nested ? "valid_until" : "exp"));
  ASSIGN_OR_RETURN(const auto issued,
                   ReadTime(claims, claims.Has("iat") ? "iat" : "issued_at"));
  if (!until.has_value()) return Invalid("does not say until when it holds");
  artefact->not_after = *until;
  // What was not issued yet does not hold yet either.
  artefact->not_before = std::max(from.value_or(absl::InfinitePast()),
                                  issued.value_or(absl::InfinitePast()));
  return absl::OkStatus();
}

absl::Status CheckDecision(const JsonObject& claims) {
  if (!claims.Has("decision")) return absl::OkStatus();
  const std::string decision =
      absl::AsciiStrToLower(claims.StringOr("decision"));
  for (const char* yes : {"permit", "allow", "granted"})
    if (decision == yes) return absl::OkStatus();
  return Invalid("permits nothing");
}

bool Signed(const Jws& jws, const std::vector<TimedKey>& keys, absl::Time now) {
  return std::any_of(keys.begin(), keys.end(), [&](const TimedKey& key) {
    return (jws.kid.empty() || key.key.kid() == jws.kid) && key.ValidAt(now) &&
           VerifyJws(jws, "", key.key);
  });
}

bool HasKid(const std::vector<TimedKey>& keys, const std::string& kid) {
  return std::any_of(keys.begin(), keys.end(),
                     [&](const TimedKey& key) { return key.key.kid() == kid; });
}

// What the cache has at once; null where it has to fetch first.
KeyList KeysAtOnce(JwksCache& cache, const std::string& uri,
                   const std::string& kid, absl::Time now) {
  struct Answer {
    std::mutex mutex;
    KeyList keys;
  };
  const auto answer = std::make_shared<Answer>();
  cache.Get(
      uri, now,
      [&](const std::vector<TimedKey>& keys) { return HasKid(keys, kid); },
      [answer](KeyList keys) {
        std::lock_guard<std::mutex> lock(answer->mutex);
        answer->keys = std::move(keys);
      });
  std::lock_guard<std::mutex> lock(answer->mutex);
  return answer->keys;
}

}  // namespace

absl::StatusOr<ConsentArtefact> ReadArtefact(absl::string_view payload) {
  const absl::StatusOr<JsonObject> claims = JsonObject::Parse(payload);
  if (!claims.ok()) return Invalid("is no JSON object");
  ConsentArtefact artefact;
  artefact.id = claims->StringOr("jti");
  artefact.issuer = claims->StringOr("iss");
  RETURN_IF_ERROR(CheckDecision(*claims));
  RETURN_IF_ERROR(ReadSubject(*claims, &artefact));
  RETURN_IF_ERROR(ReadPurposes(*claims, &artefact));
  RETURN_IF_ERROR(ReadScopes(*claims, &artefact));
  RETURN_IF_ERROR(ReadValidity(*claims, &artefact));
  artefact.audience =
      Texts(*claims, "aud").value_or(std::vector<std::string>());
  if (artefact.audience.empty())
    return Invalid("does not say to whom it is given");
  return artefact;
}

absl::StatusOr<std::unique_ptr<ConsentVerifier>> ConsentVerifier::Create(
    const dci::config::v1::ConsentConfig& config, JwksCache* cache,
    absl::Duration clock_skew) {
  std::unique_ptr<ConsentVerifier> verifier(
      new ConsentVerifier(cache, clock_skew));
  for (const auto& configured : config.issuers()) {
    Issuer issuer{configured.id(), {}, configured.jwks_uri()};
    if (issuer.id.empty() ||
        (configured.jwk().empty() && issuer.jwks_uri.empty()))
      return absl::InvalidArgumentError(
          "an issuer of consents has no id, or no key");
    for (const Issuer& other : verifier->issuers_)
      if (other.id == issuer.id)
        return absl::InvalidArgumentError(
            absl::StrCat("issuer ", issuer.id, " is there twice"));
    for (const std::string& jwk : configured.jwk()) {
      const absl::StatusOr<Key> key = Key::FromJwk(jwk);
      if (!key.ok() || key->is_private())
        return absl::InvalidArgumentError(absl::StrCat(
            "issuer ", issuer.id, ": ",
            key.ok() ? "a private key" : std::string(key.status().message())));
      issuer.keys.push_back({*key, key->kid()});
    }
    verifier->issuers_.push_back(std::move(issuer));
  }
  return verifier;
}

absl::Status ConsentVerifier::CheckSignature(absl::string_view text,
                                             absl::string_view issuer,
                                             absl::Time now) const {
  const absl::StatusOr<Jws> jws = ParseJws(text);
  if (!jws.ok() || jws->detached()) return Invalid("is no compact JWS");
  if (jws->type == kAccessTokenType) return Invalid("is an access token");
  if (issuer.empty() && jws->kid.empty())
    return Invalid("names neither issuer nor key");
  bool fetching = false;
  for (const Issuer& known : issuers_) {
    if (!issuer.empty() && known.id != issuer) continue;
    if (Signed(*jws, known.keys, now)) return absl::OkStatus();
    if (known.jwks_uri.empty() || cache_ == nullptr) continue;
    const KeyList fetched = KeysAtOnce(*cache_, known.jwks_uri, jws->kid, now);
    fetching = fetching || fetched == nullptr;
    if (fetched != nullptr && Signed(*jws, *fetched, now))
      return absl::OkStatus();
  }
  // Waiting would hold up a thread that others need, perhaps the fetch itself.
  if (fetching)
    return schema::Refusal(
        common::REASON_SERVICE_UNAVAILABLE,
        "the keys of the artefact's issuer are being fetched: repeat");
  return Invalid("is not signed by an issuer that is trusted here");
}

absl::StatusOr<ConsentArtefact> ConsentVerifier::Verify(
    absl::string_view text, absl::string_view receiver, absl::Time now) const {
  const absl::StatusOr<Jws> jws = ParseJws(text);
  if (!jws.ok() || jws->detached()) return Invalid("is no compact JWS");
  const absl::StatusOr<std::string> payload = PayloadOf(*jws);
  if (!payload.ok()) return Invalid("is no compact JWS");
  // Its claims choose the key, and are believed after it.
  absl::StatusOr<ConsentArtefact> artefact = ReadArtefact(*payload);
  RETURN_IF_ERROR(artefact.status());
  RETURN_IF_ERROR(CheckSignature(text, artefact->issuer, now));
  if (std::find(artefact->audience.begin(), artefact->audience.end(),
                std::string(receiver)) == artefact->audience.end())
    return Invalid("is given to somebody else");
  if (now + clock_skew_ < artefact->not_before)
    return schema::Refusal(common::REASON_CONSENT_EXPIRED,
                           "the artefact does not hold yet");
  if (artefact->not_after + clock_skew_ <= now)
    return schema::Refusal(common::REASON_CONSENT_EXPIRED,
                           "the artefact no longer holds");
  if (artefact->id.empty())
    artefact->id = absl::WebSafeBase64Escape(Sha256(text));
  return artefact;
}

void ConsentVerifier::FetchKeys(absl::Time now) const {
  if (cache_ == nullptr) return;
  for (const Issuer& issuer : issuers_)
    if (!issuer.jwks_uri.empty())
      cache_->Get(
          issuer.jwks_uri, now,
          [](const std::vector<TimedKey>&) { return true; }, [](KeyList) {});
}

}  // namespace dci::trust
