// Checks a signature step by step, and says which step failed.
#ifndef CONVERGENCE_TOOLS_DCI_SIGNATURE_REPORT_H_
#define CONVERGENCE_TOOLS_DCI_SIGNATURE_REPORT_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dci/config/v1/participant.pb.h"
#include "services/trust/keys.h"
#include "tools/dci/args.h"
#include "tools/dci/document.h"
#include "tools/dci/io.h"

namespace dci::cli {

// What is to be checked, and by what.
struct SignatureQuestion {
  Document document;
  std::string raw_body;        // as received; for jws-http-header
  std::string http_signature;  // value of the HTTP field; may be empty
  // Unspecified members: any form, the usual canonicalization.
  dci::config::v1::SignatureProfile profile;
  std::vector<trust::TimedKey> keys;
  absl::Time now;
  absl::Duration skew = absl::Seconds(60);
  absl::Duration max_age = absl::Seconds(300);  // of a JWS, by message_ts
  bool any_time = false;
};

// The answer. Without a signature everything but `failed` and `why` is empty.
struct SignatureReport {
  // Empty: right. Otherwise the first check that failed: "missing", "form",
  // "key", "time", "sender", "signature".
  std::string failed;
  std::string why;
  std::string form;  // "jws-compact"
  std::string algorithm;
  std::string kid;
  std::string canonicalization;
  std::string sender_id;  // of a DCI string, else of the header
  // Where the bytes are wrong: options with which they would be right.
  std::string hint;

  bool right() const { return failed.empty(); }
  std::string ToJson() const;
};

SignatureReport CheckSignature(const SignatureQuestion& question);

// The same of a body that has just come in: of any form and algorithm, because
// the other side may sign otherwise than we do, over the bytes that the options
// of the profile say. What is no document is "missing".
SignatureReport CheckReceived(const Args& args, const Io& io,
                              const std::vector<trust::TimedKey>& keys,
                              const std::string& body,
                              absl::string_view http_signature);

}  // namespace dci::cli

#endif  // CONVERGENCE_TOOLS_DCI_SIGNATURE_REPORT_H_
