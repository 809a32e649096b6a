#include "services/trust/verifier.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "services/base/clock.h"
#include "services/base/status_macros.h"
#include "services/schema/reason.h"
#include "services/trust/scope.h"
#include "services/trust/signature_check.h"

namespace dci::trust {
namespace {

using dci::config::v1::POLICY_OFF;
using dci::config::v1::POLICY_REQUIRED;
using dci::config::v1::SignatureForm;
using schema::Refusal;

// One text for whatever is wrong with a signature's key or its bytes: the
// difference would help nobody but a forger.
absl::Status SignatureInvalid() {
  return Refusal(dci::common::v1::REASON_SIGNATURE_INVALID,
                 "the signature is not valid");
}

absl::Status SignatureInvalid(absl::string_view why) {
  return Refusal(dci::common::v1::REASON_SIGNATURE_INVALID, why);
}

absl::Status SenderInvalid(absl::string_view why) {
  return Refusal(dci::common::v1::REASON_SENDER_ID_INVALID, why);
}

bool Accepts(const Participant& participant, SignatureForm form) {
  const auto& profiles = participant.config().verify();
  return std::any_of(profiles.begin(), profiles.end(),
                     [form](const auto& p) { return p.form() == form; });
}

// Leaves out keys that the operator has revoked: their owner may still
// publish them.
std::vector<TimedKey> WithoutRevoked(const std::vector<TimedKey>& published,
                                     const std::vector<TimedKey>& configured,
                                     absl::Time now) {
  std::vector<TimedKey> trusted;
  for (const TimedKey& key : published) {
    const bool revoked = std::any_of(
        configured.begin(), configured.end(), [&](const TimedKey& own) {
          return own.revoked_at <= now &&
                 own.key.thumbprint() == key.key.thumbprint();
        });
    if (!revoked) trusted.push_back(key);
  }
  return trusted;
}

}  // namespace

// A message on its way. Shared by the callbacks that may have to wait.
struct Verifier::Task {
  const Verifier* verifier;
  Credentials credentials;
  absl::Time now;
  Done done;
  VerifiedMessage result;
  std::vector<PresentedSignature> signatures;
  size_t next_signature = 0;

  const Participant& participant() const { return *result.participant_; }
  const dci::common::v1::MsgCallbackHeader& header() const {
    return result.message_.header;
  }

  absl::Status Begin();
  absl::Status FindSender();
  absl::Status CheckToken();
  absl::Status ReadSignatures();
  absl::Status AddSignature(absl::string_view text, SignaturePlace place);
  absl::Status CheckClaims(const PresentedSignature& signature) const;
  absl::Status CheckMessageTime() const;
  bool IsRight(const std::vector<TimedKey>& keys) const;
  absl::Status Decrypt();

  static void CheckSignatures(const std::shared_ptr<Task>& task);
  static void Finish(const std::shared_ptr<Task>& task, absl::Status status);
};

// Whoever the header names; a callback need not name its sender, then it is
// whom the signature, and else the token, claims to be from, which the checks
// that follow must bear out.
absl::Status Verifier::Task::FindSender() {
  std::string& sender = result.sender_id_;
  sender = header().sender_id();
  if (sender.empty()) {
    const auto claimed =
        ReadSignature(result.message_.signature, SignaturePlace::kMember);
    if (claimed.ok() && claimed->dci_string() != nullptr) {
      sender = claimed->dci_string()->sender_id;
    }
  }
  if (sender.empty() && verifier->tokens_ != nullptr) {
    const auto token = verifier->tokens_->Check(credentials, now);
    if (token.ok()) sender = token->sender_id;
  }
  result.participant_ = verifier->directory_->Find(sender);
  if (result.participant_ == nullptr) {
    return SenderInvalid("the sender is not registered");
  }
  const std::string& subject = participant().config().tls_subject();
  if (!subject.empty() && subject != credentials.tls_subject) {
    return SenderInvalid("the client certificate is not the sender's");
  }
  return absl::OkStatus();
}

absl::Status Verifier::Task::CheckToken() {
  const auto policy = participant().config().authorization();
  // An answer comes to whoever asked; only a request must be allowed.
  if (policy == POLICY_OFF || result.message_.side == wire::Side::kAnswer) {
    return absl::OkStatus();
  }
  if (policy != POLICY_REQUIRED && TokenChecker::NoToken(credentials)) {
    return absl::OkStatus();
  }
  if (verifier->tokens_ == nullptr) {
    return Refusal(dci::common::v1::REASON_REQUEST_UNAUTHORIZED,
                   "access tokens are not accepted here");
  }
  ASSIGN_OR_RETURN(AccessToken token,
                   verifier->tokens_->Check(credentials, now));
  if (token.sender_id != result.sender_id_ &&
      token.sender_id != participant().sender_id()) {
    return SenderInvalid("the access token is not the sender's");
  }
  const std::string scope = CanonicalScope(result.method().scope);
  const bool permitted =
      scope.empty() || (std::find(token.scopes.begin(), token.scopes.end(),
                                  scope) != token.scopes.end() &&
                        participant().MayHaveScope(scope));
  if (!permitted) {
    return Refusal(dci::common::v1::REASON_REQUEST_FORBIDDEN,
                   "the access token does not permit this operation");
  }
  result.scopes_ = std::move(token.scopes);
  return absl::OkStatus();
}

absl::Status Verifier::Task::CheckMessageTime() const {
  const auto time = ParseTimestamp(header().message_ts());
  if (!time.ok()) return SignatureInvalid("message_ts cannot be read");
  const VerifierOptions& options = verifier->options_;
  if (*time > now + options.clock_skew ||
      *time < now - options.message_age - options.clock_skew) {
    return SignatureInvalid("message_ts is outside the accepted window");
  }
  return absl::OkStatus();
}

// What a signature says of itself, before any key is looked for.
absl::Status Verifier::Task::CheckClaims(
    const PresentedSignature& signature) const {
  const DciSignature* dci = signature.dci_string();
  if (dci == nullptr) return CheckMessageTime();
  if (dci->sender_id != result.sender_id_) {
    return SignatureInvalid("kidId does not name the sender");
  }
  const VerifierOptions& options = verifier->options_;
  if (!WithinWindow(*dci, now, options.clock_skew)) {
    return SignatureInvalid("the signature is outside its time window");
  }
  if (absl::Seconds(dci->expires - dci->created) > options.signature_validity) {
    return SignatureInvalid("the signature is valid for too long a time");
  }
  return absl::OkStatus();
}

absl::Status Verifier::Task::AddSignature(absl::string_view text,
                                          SignaturePlace place) {
  absl::StatusOr<PresentedSignature> signature = ReadSignature(text, place);
  if (!signature.ok()) {
    return SignatureInvalid("the signature is not well-formed");
  }
  RETURN_IF_ERROR(CheckClaims(*signature));
  if (const DciSignature* dci = signature->dci_string(); dci != nullptr) {
    result.valid_until_ =
        std::max(result.valid_until_, absl::FromUnixSeconds(dci->expires) +
                                          verifier->options_.clock_skew);
  }
  signatures.push_back(*std::move(signature));
  return absl::OkStatus();
}

// Collects every signature in a form that is accepted; each must be right.
absl::Status Verifier::Task::ReadSignatures() {
  const auto policy = participant().config().signature();
  if (policy == POLICY_OFF) return absl::OkStatus();
  const std::string& member = result.message_.signature;
  const bool absent = participant().IsPlaceholder(member);
  if (!absent &&
      Accepts(participant(), FormOf(member, SignaturePlace::kMember))) {
    RETURN_IF_ERROR(AddSignature(member, SignaturePlace::kMember));
  }
  // A field that gateways and other schemes use as well: what is no form of
  // this sender's is not about this message.
  const std::string& field = credentials.http_signature;
  if (!field.empty() &&
      Accepts(participant(), FormOf(field, SignaturePlace::kHttpHeader))) {
    RETURN_IF_ERROR(AddSignature(field, SignaturePlace::kHttpHeader));
  }
  if (!signatures.empty()) return absl::OkStatus();
  if (!absent) {
    return SignatureInvalid("the signature has a form that is not accepted");
  }
  if (policy == POLICY_REQUIRED) {
    return Refusal(dci::common::v1::REASON_SIGNATURE_MISSING,
                   "a signature is required");
  }
  return absl::OkStatus();
}

absl::Status Verifier::Task::Begin() {
  RETURN_IF_ERROR(FindSender());
  RETURN_IF_ERROR(CheckToken());
  return ReadSignatures();
}

bool Verifier::Task::IsRight(const std::vector<TimedKey>& keys) const {
  return SignatureIsRight(signatures[next_signature],
                          {result.message_.document, credentials.raw_body},
                          participant().config().verify(), keys, now);
}

// Judges the signatures one after another, each with the configured keys or,
// where these do not have its key, with the published ones.
void Verifier::Task::CheckSignatures(const std::shared_ptr<Task>& task) {
  const Participant& participant = task->participant();
  for (; task->next_signature < task->signatures.size();
       ++task->next_signature) {
    const PresentedSignature& signature =
        task->signatures[task->next_signature];
    const std::string& uri = participant.config().jwks_uri();
    if (!NamesKeyIn(signature, participant.keys(), task->now) &&
        task->verifier->cache_ != nullptr && !uri.empty()) {
      const absl::Time now = task->now;
      return task->verifier->cache_->Get(
          uri, now,
          [&signature, now](const std::vector<TimedKey>& keys) {
            return NamesKeyIn(signature, keys, now);
          },
          [task](const KeyList& keys) {
            if (!task->IsRight(WithoutRevoked(*keys, task->participant().keys(),
                                              task->now))) {
              return Finish(task, SignatureInvalid());
            }
            ++task->next_signature;
            CheckSignatures(task);
          });
    }
    if (!task->IsRight(participant.keys())) {
      return Finish(task, SignatureInvalid());
    }
  }
  task->result.signed_ = !task->signatures.empty();
  Finish(task, task->Decrypt());
}

absl::Status Verifier::Task::Decrypt() {
  wire::DecodedMessage& message = result.message_;
  result.encrypted_ = message.encrypted;
  if (!message.encrypted) {
    if (participant().config().encryption() != POLICY_REQUIRED) {
      return absl::OkStatus();
    }
    return Refusal(dci::common::v1::REASON_ENCRYPTION_INVALID,
                   "the message must be encrypted");
  }
  dci::common::v1::EncryptedMessage sealed;
  if (verifier->decrypter_ == nullptr ||
      !sealed.ParseFromString(message.body)) {
    return Refusal(dci::common::v1::REASON_ENCRYPTION_INVALID,
                   "the message cannot be decrypted");
  }
  ASSIGN_OR_RETURN(const std::string clear,
                   verifier->decrypter_->Decrypt(sealed, now));
  return wire::DecodeClearBody(*verifier->codec_, clear,
                               verifier->options_.limits, &message);
}

void Verifier::Task::Finish(const std::shared_ptr<Task>& task,
                            absl::Status status) {
  if (!status.ok()) return task->done(std::move(status));
  task->done(std::move(task->result));
}

Verifier::Verifier(VerifierOptions options,
                   const ParticipantDirectory* directory,
                   const TokenChecker* tokens, const Decrypter* decrypter,
                   JwksCache* cache, const wire::Codec* codec)
    : options_(options),
      directory_(directory),
      tokens_(tokens),
      decrypter_(decrypter),
      cache_(cache),
      codec_(codec) {}

void Verifier::Verify(wire::DecodedMessage message,
                      const Credentials& credentials, absl::Time now,
                      Done done) const {
  VerifiedMessage result;
  result.message_ = std::move(message);
  auto task = std::make_shared<Task>(
      Task{this, credentials, now, std::move(done), std::move(result)});
  const absl::Status status = task->Begin();
  if (!status.ok()) return Task::Finish(task, status);
  Task::CheckSignatures(task);
}

}  // namespace dci::trust
