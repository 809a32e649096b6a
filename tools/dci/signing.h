// The options about signatures that several commands share.
#ifndef CONVERGENCE_TOOLS_DCI_SIGNING_H_
#define CONVERGENCE_TOOLS_DCI_SIGNING_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dci/config/v1/participant.pb.h"
#include "services/trust/key.h"
#include "tools/dci/args.h"
#include "tools/dci/document.h"
#include "tools/dci/io.h"

namespace dci::cli {

// --form, --canonicalization, --digest, --digest_prefix, --jws_alg.
std::vector<Option> ProfileOptions();
// --key, --kid, --namespace, --validity, and the options of the profile.
std::vector<Option> SigningOptions();

// The profile that the options ask for; the form and the canonicalization are
// left unspecified where they are not given.
dci::config::v1::SignatureProfile ProfileOf(const Args& args);

// "dci-string" and the like; for options and for what is printed.
dci::config::v1::SignatureForm FormFromName(absl::string_view name);
absl::string_view FormName(dci::config::v1::SignatureForm form);
absl::string_view CanonicalizationName(
    dci::config::v1::Canonicalization canonicalization);

struct SignedDocument {
  std::string text;            // `signature` is its last member, if it has one
  std::string http_signature;  // value of the HTTP field `Signature`
};

// Signs as `sender_id` with the key of --key; a signature that the document
// had is replaced. ExitCode::kUsage where the key does not fit the form.
absl::StatusOr<SignedDocument> SignWith(const Args& args, const Io& io,
                                        const Document& document,
                                        const std::string& sender_id);
// The same with a key at hand.
absl::StatusOr<SignedDocument> SignWithKey(const Args& args, const Io& io,
                                           const trust::Key& key,
                                           const Document& document,
                                           const std::string& sender_id);

}  // namespace dci::cli

#endif  // CONVERGENCE_TOOLS_DCI_SIGNING_H_
