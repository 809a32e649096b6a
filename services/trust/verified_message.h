// A message that may be acted upon.
#ifndef CONVERGENCE_SERVICES_TRUST_VERIFIED_MESSAGE_H_
#define CONVERGENCE_SERVICES_TRUST_VERIFIED_MESSAGE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "dci/common/v1/envelope.pb.h"
#include "services/schema/service.h"
#include "services/trust/participants.h"
#include "services/wire/message.h"

namespace dci::trust {

// Sender, signature, token and encryption have been judged by the policies of
// the participant that sent it, and its body is clear. Only a Verifier makes
// one; move-only.
class VerifiedMessage {
 public:
  VerifiedMessage(VerifiedMessage&&) = default;
  VerifiedMessage& operator=(VerifiedMessage&&) = default;

  const schema::Method& method() const { return *message_.method; }
  // Whose policies it passed: for unregistered senders that of "*".
  const Participant& participant() const { return *participant_; }
  const std::shared_ptr<const Participant>& shared_participant() const {
    return participant_;
  }
  // Who sent it: header.sender_id, or, where a callback has none, whom its
  // signature or token names.
  const std::string& sender_id() const { return sender_id_; }
  const dci::common::v1::MsgCallbackHeader& header() const {
    return message_.header;
  }
  // A request of the method, or the answer to one.
  wire::Side side() const { return message_.side; }
  // Wire bytes of the body of that side, clear.
  const std::string& body() const { return message_.body; }
  // The JSON that a signature covers, as it came: encrypted if it was.
  const std::string& document() const { return message_.document; }
  // The signature member, as it came.
  const std::string& signature() const { return message_.signature; }
  const std::vector<wire::Finding>& findings() const {
    return message_.findings;
  }
  bool was_encrypted() const { return encrypted_; }
  // A signature was there and is right; false where policy let it pass.
  bool was_signed() const { return signed_; }
  // The end of the validity that its signatures claim, by our clock and with
  // its skew; infinite past where they claim none.
  absl::Time valid_until() const { return valid_until_; }
  // Scopes of its token, canonical; empty where policy did without.
  const std::vector<std::string>& scopes() const { return scopes_; }

 private:
  friend class Verifier;
  VerifiedMessage() = default;

  wire::DecodedMessage message_;
  std::shared_ptr<const Participant> participant_;
  std::string sender_id_;
  std::vector<std::string> scopes_;
  absl::Time valid_until_ = absl::InfinitePast();
  bool signed_ = false;
  bool encrypted_ = false;
};

}  // namespace dci::trust

#endif  // CONVERGENCE_SERVICES_TRUST_VERIFIED_MESSAGE_H_
