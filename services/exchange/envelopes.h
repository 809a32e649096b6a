// Makes messages ready to leave: in the receiver's dialect, encrypted, signed.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_ENVELOPES_H_
#define CONVERGENCE_SERVICES_EXCHANGE_ENVELOPES_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "dci/common/v1/envelope.pb.h"
#include "services/exchange/answer_reader.h"
#include "services/exchange/dispatcher.h"
#include "services/exchange/raw_message.h"
#include "services/exchange/stored.pb.h"
#include "services/exchange/wires.h"
#include "services/trust/encryption.h"
#include "services/trust/participants.h"
#include "services/trust/signer.h"
#include "services/wire/codec.h"

namespace dci::exchange {

// A message to one receiver.
struct Draft {
  Wire wire = Wire::kHttp;
  const schema::Message* envelope = nullptr;
  const schema::Message* body_type = nullptr;
  dci::common::v1::MsgCallbackHeader header;
  std::string body;  // wire bytes, clear
  std::shared_ptr<const trust::Participant> receiver;
  bool encrypt = false;
};

struct Sealed {
  // The JSON document, or the typed envelope.
  std::string bytes;
  // For the HTTP header field Signature; empty: none.
  std::string http_signature;
};

// Thread-safe.
class Envelopes {
 public:
  // All outlive this.
  Envelopes(const wire::Codec* codec, const trust::Signer* signer,
            const trust::Encrypter* encrypter)
      : codec_(codec), signer_(signer), encrypter_(encrypter) {}

  // Calls `done` once, at once unless the receiver's key must be fetched.
  // FAILED_PRECONDITION without a key to sign or to encrypt with: a message
  // never leaves unsigned or clear that should not.
  void Seal(Draft draft, absl::Time now,
            std::function<void(absl::StatusOr<Sealed>)> done) const;

  // The acknowledgement of a message, in the form of the wire.
  Answer Acknowledge(Wire wire, absl::string_view correlation_id,
                     absl::Time now, int http_status) const;
  // The refusal of a message. The text of a fault of this side is not told.
  Answer Refuse(Wire wire, const absl::Status& why,
                absl::string_view correlation_id, absl::Time now) const;

  const wire::Codec& codec() const { return *codec_; }

 private:
  absl::StatusOr<Sealed> Finish(Draft draft, absl::Time now) const;
  std::string AckBytes(Wire wire,
                       const dci::common::v1::AckEnvelope& ack) const;

  const wire::Codec* const codec_;
  const trust::Signer* const signer_;
  const trust::Encrypter* const encrypter_;
};

// The Renderer of the outbox's messages.
class OutboxRenderer : public Renderer {
 public:
  // All outlive this. `id` and `public_url` are sender_id and sender_uri.
  // `sources` may be null.
  OutboxRenderer(std::string id, std::string public_url, absl::Duration timeout,
                 const Envelopes* envelopes,
                 const trust::ParticipantDirectory* participants,
                 const AnswerReader* answers,
                 const MessageSources* sources = nullptr)
      : id_(std::move(id)),
        public_url_(std::move(public_url)),
        timeout_(timeout),
        envelopes_(envelopes),
        participants_(participants),
        answers_(answers),
        sources_(sources) {}

  std::string AddressOf(const stored::OutboxRow& message) override;
  void Render(const stored::OutboxRow& message, absl::Time now,
              std::function<void(absl::StatusOr<Delivery>)> done) override;
  absl::Status Judge(const Delivery& delivery, const Reply& reply) override;
  void ReadAnswer(const stored::OutboxRow& message, const Delivery& delivery,
                  const Reply& reply, absl::Time now,
                  std::function<void(absl::StatusOr<Effect>)> done) override;

 private:
  absl::StatusOr<Draft> MakeDraft(const stored::OutboxRow& message,
                                  absl::Time now) const;
  absl::StatusOr<std::string> BodyOf(const stored::OutboxRow& message,
                                     const Draft& draft) const;
  absl::StatusOr<Delivery> MakeDelivery(const stored::OutboxRow& message,
                                        const Draft& draft) const;

  const std::string id_;
  const std::string public_url_;
  const absl::Duration timeout_;
  const Envelopes* const envelopes_;
  const trust::ParticipantDirectory* const participants_;
  const AnswerReader* const answers_;
  const MessageSources* const sources_;
};

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_ENVELOPES_H_
