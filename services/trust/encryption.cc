#include "services/trust/encryption.h"

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "services/schema/reason.h"
#include "services/trust/jwe.h"

namespace dci::trust {
namespace {

using dci::common::v1::EncryptedMessage;
using dci::config::v1::EncryptionProfile;

absl::Status Undecipherable() {
  return schema::Refusal(dci::common::v1::REASON_ENCRYPTION_INVALID,
                         "the message cannot be decrypted");
}

// The newest valid key for encryption; null where there is none.
const Key* EncryptionKey(const std::vector<TimedKey>& keys,
                         const EncryptionProfile& profile, absl::Time now) {
  const TimedKey* best = nullptr;
  for (const TimedKey& timed : keys) {
    // A key without `use` that could sign may be meant for that alone.
    if (timed.key.use() != "enc" && !timed.key.SigningAlgorithm().empty()) {
      continue;
    }
    const std::string& asked = profile.key_algorithm();
    if (asked.empty() ? timed.key.EncryptionAlgorithm().empty()
                      : !timed.key.Serves(asked)) {
      continue;
    }
    if (!timed.ValidAt(now)) continue;
    if (best == nullptr || timed.not_before >= best->not_before) best = &timed;
  }
  return best == nullptr ? nullptr : &best->key;
}

absl::StatusOr<EncryptedMessage> EncryptTo(const std::vector<TimedKey>& keys,
                                           absl::string_view clear,
                                           const EncryptionProfile& profile,
                                           absl::Time now) {
  const Key* key = EncryptionKey(keys, profile, now);
  if (key == nullptr) {
    return absl::FailedPreconditionError(
        "the receiver has no valid key for encryption");
  }
  const bool protect =
      profile.header_place() == dci::config::v1::JWE_HEADER_PLACE_PROTECTED;
  return EncryptJwe(clear, *key,
                    {.protect = protect,
                     .key_algorithm = profile.key_algorithm(),
                     .content_algorithm = profile.content_algorithm()});
}

}  // namespace

absl::StatusOr<std::string> Decrypter::Decrypt(const EncryptedMessage& message,
                                               absl::Time now) const {
  const absl::StatusOr<JweHeader> header = ReadJweHeader(message);
  if (!header.ok()) return Undecipherable();
  // kid chooses; without one every key that could be meant is tried.
  for (const Key* key : ring_->DecryptionKeys(header->algorithm, now)) {
    if (!header->kid.empty() && header->kid != key->kid()) continue;
    absl::StatusOr<std::string> clear = DecryptJwe(message, *header, *key);
    if (clear.ok()) return clear;
  }
  return Undecipherable();
}

void Encrypter::Encrypt(
    const std::shared_ptr<const Participant>& to, std::string clear_json,
    absl::Time now,
    std::function<void(absl::StatusOr<EncryptedMessage>)> done) const {
  const EncryptionProfile& profile = to->config().encrypt();
  if (EncryptionKey(to->keys(), profile, now) != nullptr || cache_ == nullptr ||
      to->config().jwks_uri().empty()) {
    return done(EncryptTo(to->keys(), clear_json, profile, now));
  }
  cache_->Get(
      to->config().jwks_uri(), now,
      [to, now](const std::vector<TimedKey>& keys) {
        return EncryptionKey(keys, to->config().encrypt(), now) != nullptr;
      },
      [to, clear = std::move(clear_json), now,
       done = std::move(done)](const KeyList& keys) {
        done(EncryptTo(*keys, clear, to->config().encrypt(), now));
      });
}

}  // namespace dci::trust
