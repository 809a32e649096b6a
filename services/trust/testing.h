// Verified messages for the tests of other folders.
#ifndef CONVERGENCE_SERVICES_TRUST_TESTING_H_
#define CONVERGENCE_SERVICES_TRUST_TESTING_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dci/config/v1/participant.pb.h"
#include "services/trust/key.h"
#include "services/trust/participants.h"
#include "services/trust/verifier.h"
#include "services/wire/codec.h"
#include "services/wire/message.h"

namespace dci::trust::testing {

// Settings of a participant of whom nothing is demanded.
dci::config::v1::Participant Undemanding(absl::string_view sender_id);

// Lets the message through a Verifier that knows only this participant, whose
// policies should be such that it passes: ends the program otherwise.
VerifiedMessage MustVerify(const wire::Codec& codec,
                           wire::DecodedMessage message,
                           const dci::config::v1::Participant& participant,
                           absl::Time now);

// A compact JWS with its payload inside, as artefacts of consent are.
std::string MustSign(const Key& key, absl::string_view payload);

}  // namespace dci::trust::testing

#endif  // CONVERGENCE_SERVICES_TRUST_TESTING_H_
