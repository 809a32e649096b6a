// A signature as a message presents it, and whether it is right.
#ifndef CONVERGENCE_SERVICES_TRUST_SIGNATURE_CHECK_H_
#define CONVERGENCE_SERVICES_TRUST_SIGNATURE_CHECK_H_

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dci/config/v1/participant.pb.h"
#include "services/trust/dci_string.h"
#include "services/trust/jws.h"
#include "services/trust/keys.h"

namespace dci::trust {

// Where the text stood.
enum class SignaturePlace { kMember, kHttpHeader };

// A signature taken apart; nothing has been verified.
struct PresentedSignature {
  dci::config::v1::SignatureForm form =
      dci::config::v1::SIGNATURE_FORM_UNSPECIFIED;
  std::variant<DciSignature, Jws> parts;

  const DciSignature* dci_string() const {
    return std::get_if<DciSignature>(&parts);
  }
  const Jws* jws() const { return std::get_if<Jws>(&parts); }
};

// Which form a text has, by its looks. UNSPECIFIED for none of them. A DCI
// string in the HTTP header is one too (DCI security, Signature).
dci::config::v1::SignatureForm FormOf(absl::string_view text,
                                      SignaturePlace place);

// INVALID_ARGUMENT for a text of no form, or not well-formed.
absl::StatusOr<PresentedSignature> ReadSignature(absl::string_view text,
                                                 SignaturePlace place);

// Whether a valid one of the keys is the one that the signature names. A JWS
// without kid names every key that serves its algorithm.
bool NamesKeyIn(const PresentedSignature& signature,
                const std::vector<TimedKey>& keys, absl::Time now);

// What is signed.
struct SignedContent {
  absl::string_view document;  // {"header":…,"message":…}
  absl::string_view raw_body;  // for the HTTP header form
};

// Whether one of the profiles accepts the signature with one of the keys that
// it names and that are valid at `now`. Time windows are judged elsewhere.
bool SignatureIsRight(
    const PresentedSignature& signature, const SignedContent& content,
    const google::protobuf::RepeatedPtrField<dci::config::v1::SignatureProfile>&
        profiles,
    const std::vector<TimedKey>& keys, absl::Time now);

}  // namespace dci::trust

#endif  // CONVERGENCE_SERVICES_TRUST_SIGNATURE_CHECK_H_
