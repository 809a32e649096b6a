// The signature string of the standards:
//
//   Signature: namespace="dci", kidId="{sender_id}|{key}|{algorithm}",
//   algorithm="ed25519", created="1606970629", expires="1607030629",
//   headers="(created) (expires) digest", signature="{base64}"
//
// DCI registry core 1.0.0 and G2P Connect 1.0.0, MsgSignature. They do not
// say what is signed; this is what living systems sign, with Ed25519:
//
//   (created): 1606970629
//   (expires): 1607030629
//   digest: {prefix}{base64 of the digest of the document}
#ifndef CONVERGENCE_SERVICES_TRUST_DCI_STRING_H_
#define CONVERGENCE_SERVICES_TRUST_DCI_STRING_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dci/config/v1/participant.pb.h"
#include "services/trust/key.h"

namespace dci::trust {

// The string taken apart; nothing has been verified.
struct DciSignature {
  std::string sender_id;  // first part of kidId
  std::string key_id;     // second part
  int64_t created = 0;    // seconds since 1970
  int64_t expires = 0;
  std::string signature;  // 64 bytes
};

// Whether the text looks like one: it has a kidId or keyId parameter.
bool LooksLikeDciString(absl::string_view text);

// Reads the string with what is published and sent: "Signature:" before it or
// not, any white space between, kidId or keyId, no namespace, names in any
// case, single quotes or none, no closing quote at the end, a third part of
// kidId that is missing. INVALID_ARGUMENT for a parameter that is missing,
// given twice or malformed; an algorithm other than Ed25519, or two that
// differ; `headers` other than the three of above, in this order.
absl::StatusOr<DciSignature> ParseDciString(absl::string_view text);

// Whether `now` lies between created and expires, give or take `skew`, and
// these are in order.
bool WithinWindow(const DciSignature& signature, absl::Time now,
                  absl::Duration skew);

// Whether the key signed the document, which is canonical by now.
bool VerifyDciString(const DciSignature& signature, absl::string_view canonical,
                     const dci::config::v1::SignatureProfile& profile,
                     const Key& key);

// Signs a canonical document. Times are cut to seconds. FAILED_PRECONDITION
// where the key is not a private Ed25519 key for signing.
absl::StatusOr<std::string> SignDciString(
    const Key& key, absl::string_view sender_id, absl::string_view canonical,
    const dci::config::v1::SignatureProfile& profile, absl::Time now);

}  // namespace dci::trust

#endif  // CONVERGENCE_SERVICES_TRUST_DCI_STRING_H_
