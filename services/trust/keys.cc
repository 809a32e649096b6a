#include "services/trust/keys.h"

#include <fstream>
#include <iterator>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/base/clock.h"
#include "services/base/status_macros.h"
#include "services/trust/json_object.h"

namespace dci::trust {
namespace {

// Sets the bound unless the text is empty.
absl::Status ReadBound(absl::string_view name, absl::string_view text,
                       absl::Time* bound) {
  if (text.empty()) return absl::OkStatus();
  auto time = ParseTimestamp(text);
  if (!time.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, ": ", time.status().message()));
  }
  *bound = *time;
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)),
                   std::istreambuf_iterator<char>());
  if (!file.good() && !file.eof()) {
    return absl::NotFoundError("cannot be read");
  }
  return text;
}

absl::StatusOr<TimedKey> ReadOwnKey(const dci::config::v1::OwnKey& config) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(config.file()));
  const bool jwk =
      absl::StartsWith(absl::StripLeadingAsciiWhitespace(text), "{");
  ASSIGN_OR_RETURN(Key key, jwk ? Key::FromJwk(text) : Key::FromPem(text));
  if (!config.kid().empty()) key = key.WithKid(config.kid());
  if (!config.use().empty()) {
    if (config.use() != "sig" && config.use() != "enc") {
      return absl::InvalidArgumentError("use must be sig or enc");
    }
    key = key.WithUse(config.use());
  }
  const std::string kid = key.kid();
  TimedKey timed{std::move(key), kid};
  RETURN_IF_ERROR(
      ReadBound("not_before", config.not_before(), &timed.not_before));
  RETURN_IF_ERROR(ReadBound("not_after", config.not_after(), &timed.not_after));
  return timed;
}

absl::Status WithContext(absl::string_view context,
                         const absl::Status& status) {
  return absl::Status(status.code(),
                      absl::StrCat(context, ": ", status.message()));
}

}  // namespace

absl::StatusOr<TimedKey> ReadParticipantKey(
    const dci::config::v1::ParticipantKey& config) {
  ASSIGN_OR_RETURN(const Key key, Key::FromJwk(config.jwk()));
  if (key.is_private()) {
    return absl::InvalidArgumentError("the key is private");
  }
  TimedKey timed{key, config.key_id().empty() ? key.kid() : config.key_id()};
  RETURN_IF_ERROR(
      ReadBound("not_before", config.not_before(), &timed.not_before));
  RETURN_IF_ERROR(ReadBound("not_after", config.not_after(), &timed.not_after));
  RETURN_IF_ERROR(
      ReadBound("revoked_at", config.revoked_at(), &timed.revoked_at));
  return timed;
}

absl::StatusOr<std::vector<TimedKey>> ReadJwks(absl::string_view json) {
  ASSIGN_OR_RETURN(const JsonObject set, JsonObject::Parse(json));
  const auto jwks = set.Array("keys");
  if (!jwks.has_value()) {
    return absl::InvalidArgumentError("no JWK Set: \"keys\" is no array");
  }
  if (jwks->size() > kMaxJwksKeys) {
    return absl::InvalidArgumentError("the JWK Set has too many keys");
  }
  std::vector<TimedKey> keys;
  for (const std::string& jwk : *jwks) {
    absl::StatusOr<Key> key = Key::FromJwk(jwk);
    // What is of no use here, or private by mistake, is no key for us.
    if (!key.ok() || key->is_private()) continue;
    const std::string kid = key->kid();
    keys.push_back({*std::move(key), kid});
  }
  return keys;
}

absl::StatusOr<KeyRing> KeyRing::Create(std::vector<TimedKey> keys) {
  absl::flat_hash_set<std::string> kids;
  for (const TimedKey& timed : keys) {
    if (!timed.key.is_private()) {
      return absl::InvalidArgumentError(
          absl::StrCat("key ", timed.key.kid(), " is not private"));
    }
    if (!kids.insert(timed.key.kid()).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("two keys are named ", timed.key.kid()));
    }
  }
  KeyRing ring;
  ring.keys_ = std::move(keys);
  return ring;
}

absl::StatusOr<KeyRing> KeyRing::Load(
    const google::protobuf::RepeatedPtrField<dci::config::v1::OwnKey>& keys) {
  std::vector<TimedKey> timed;
  for (const dci::config::v1::OwnKey& config : keys) {
    absl::StatusOr<TimedKey> key = ReadOwnKey(config);
    if (!key.ok()) {
      return WithContext(absl::StrCat("key file ", config.file()),
                         key.status());
    }
    timed.push_back(*std::move(key));
  }
  return Create(std::move(timed));
}

const Key* KeyRing::SigningKey(absl::string_view algorithm,
                               absl::Time now) const {
  const TimedKey* best = nullptr;
  for (const TimedKey& timed : keys_) {
    const bool serves = algorithm.empty()
                            ? !timed.key.SigningAlgorithm().empty()
                            : timed.key.Serves(algorithm);
    if (!serves || !timed.ValidAt(now)) continue;
    if (best == nullptr || timed.not_before >= best->not_before) best = &timed;
  }
  return best == nullptr ? nullptr : &best->key;
}

const Key* KeyRing::Find(absl::string_view kid, absl::string_view algorithm,
                         absl::Time now) const {
  for (const TimedKey& timed : keys_) {
    if (timed.key.kid() == kid && timed.key.Serves(algorithm) &&
        timed.ValidAt(now)) {
      return &timed.key;
    }
  }
  return nullptr;
}

std::vector<const Key*> KeyRing::DecryptionKeys(absl::string_view algorithm,
                                                absl::Time now) const {
  std::vector<const Key*> keys;
  for (const TimedKey& timed : keys_) {
    if (timed.key.Serves(algorithm) && timed.ValidAt(now)) {
      keys.push_back(&timed.key);
    }
  }
  return keys;
}

std::string KeyRing::PublicJwks(absl::Time now) const {
  std::string json = "{\"keys\":[";
  bool first = true;
  for (const TimedKey& timed : keys_) {
    if (!timed.ValidAt(now)) continue;
    absl::StrAppend(&json, first ? "" : ",", timed.key.PublicJwk());
    first = false;
  }
  return json + "]}";
}

}  // namespace dci::trust
