#include "tools/dci/signature_report.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/base/clock.h"
#include "services/trust/dci_string.h"
#include "services/trust/signature_check.h"
#include "services/wire/message.h"
#include "tools/dci/json.h"
#include "tools/dci/signing.h"

namespace dci::cli {
namespace {

namespace config = ::dci::config::v1;
using Profiles = google::protobuf::RepeatedPtrField<config::SignatureProfile>;

// Prefixes that systems are known to write before the digest.
constexpr absl::string_view kPrefixes[] = {
    "", "SHA-256=", "sha-256=", "BLAKE-512="};

class Check {
 public:
  explicit Check(const SignatureQuestion& question) : question_(question) {}

  SignatureReport Run() {
    // A check says what is wrong by setting `failed`; the first one counts.
    Present() && Form() && Key() && Time() && Sender() && Bytes();
    return std::move(report_);
  }

 private:
  bool Fail(absl::string_view check, std::string why) {
    report_.failed = std::string(check);
    report_.why = std::move(why);
    return false;
  }

  const std::string& text() const {
    return in_http_header() ? question_.http_signature
                            : question_.document.signature;
  }
  bool in_http_header() const {
    if (question_.profile.form() != config::SIGNATURE_FORM_UNSPECIFIED)
      return question_.profile.form() == config::SIGNATURE_FORM_JWS_HTTP_HEADER;
    return question_.document.signature.empty() &&
           !question_.http_signature.empty();
  }

  bool Present() {
    return !text().empty() ||
           Fail("missing", in_http_header() ? "there is no HTTP field Signature"
                                            : "the document has no signature");
  }

  bool Form() {
    const trust::SignaturePlace place = in_http_header()
                                            ? trust::SignaturePlace::kHttpHeader
                                            : trust::SignaturePlace::kMember;
    absl::StatusOr<trust::PresentedSignature> read =
        trust::ReadSignature(text(), place);
    if (!read.ok()) return Fail("form", std::string(read.status().message()));
    presented_ = *std::move(read);
    Describe();
    const config::SignatureForm wanted = question_.profile.form();
    if (wanted == config::SIGNATURE_FORM_UNSPECIFIED ||
        wanted == presented_.form)
      return true;
    return Fail("form", absl::StrCat("it is a ", report_.form, ", not a ",
                                     FormName(wanted)));
  }

  void Describe() {
    report_.form = std::string(FormName(presented_.form));
    report_.sender_id =
        TextAt(question_.document.parts.header_json, "/sender_id");
    if (const trust::DciSignature* dci = presented_.dci_string()) {
      report_.algorithm = "EdDSA";
      report_.kid = dci->key_id;
      report_.sender_id = dci->sender_id;
    } else {
      report_.algorithm = presented_.jws()->algorithm;
      report_.kid = presented_.jws()->kid;
    }
  }

  bool Key() {
    if (trust::NamesKeyIn(presented_, question_.keys, question_.now))
      return true;
    std::vector<std::string> kids;
    for (const trust::TimedKey& key : question_.keys)
      kids.push_back(key.key.kid());
    return Fail(
        "key", absl::StrCat("no key '", report_.kid, "' that serves ",
                            report_.algorithm,
                            kids.empty() ? "; there are none" : "; there are: ",
                            absl::StrJoin(kids, ", ")));
  }

  bool Time() {
    if (question_.any_time) return true;
    if (const trust::DciSignature* dci = presented_.dci_string()) {
      return trust::WithinWindow(*dci, question_.now, question_.skew) ||
             Fail("time",
                  absl::StrCat(
                      "valid from ",
                      FormatTimestamp(absl::FromUnixSeconds(dci->created)),
                      " to ",
                      FormatTimestamp(absl::FromUnixSeconds(dci->expires))));
    }
    const std::string ts =
        TextAt(question_.document.parts.header_json, "/message_ts");
    const absl::StatusOr<absl::Time> time = ParseTimestamp(ts);
    if (!time.ok()) return Fail("time", "message_ts cannot be read");
    return (*time <= question_.now + question_.skew &&
            *time >= question_.now - question_.max_age - question_.skew) ||
           Fail("time", absl::StrCat("message_ts is ", ts));
  }

  bool Sender() {
    const std::string sender =
        TextAt(question_.document.parts.header_json, "/sender_id");
    return sender.empty() || report_.sender_id == sender ||
           Fail("sender",
                absl::StrCat("signed by '", report_.sender_id,
                             "', but the header says '", sender, "'"));
  }

  config::SignatureProfile Settled() const {
    config::SignatureProfile profile = question_.profile;
    profile.set_form(presented_.form);
    if (profile.canonicalization() == config::CANONICALIZATION_UNSPECIFIED)
      profile.set_canonicalization(
          presented_.form == config::SIGNATURE_FORM_JWS_HTTP_HEADER
              ? config::CANONICALIZATION_AS_RECEIVED
              : config::CANONICALIZATION_JCS);
    return profile;
  }

  bool RightBy(const config::SignatureProfile& profile) const {
    const std::string document =
        wire::AssembleDocument(question_.document.parts, "");
    Profiles profiles;
    *profiles.Add() = profile;
    return trust::SignatureIsRight(presented_, {document, question_.raw_body},
                                   profiles, question_.keys, question_.now);
  }

  bool Bytes() {
    const config::SignatureProfile profile = Settled();
    report_.canonicalization =
        std::string(CanonicalizationName(profile.canonicalization()));
    if (RightBy(profile)) return true;
    report_.hint = FindHint(profile);
    return Fail(
        "signature",
        report_.hint.empty()
            ? "it does not fit the document"
            : absl::StrCat("it fits the document only with ", report_.hint));
  }

  // Tries what systems do otherwise: most signatures that fail were made over
  // other bytes, not by another key.
  std::string FindHint(config::SignatureProfile profile) const {
    for (const absl::string_view canonicalization :
         {"jcs", "sorted-ascii", "sorted-utf8", "as-received"}) {
      for (const config::Digest digest :
           {config::DIGEST_SHA256, config::DIGEST_BLAKE2B_512}) {
        for (const absl::string_view prefix : kPrefixes) {
          profile.set_canonicalization(CanonicalizationFor(canonicalization));
          profile.set_digest(digest);
          profile.set_digest_prefix(std::string(prefix));
          if (RightBy(profile)) return OptionsFor(profile);
        }
      }
    }
    return "";
  }

  static config::Canonicalization CanonicalizationFor(absl::string_view name) {
    for (const config::Canonicalization c :
         {config::CANONICALIZATION_JCS, config::CANONICALIZATION_SORTED_ASCII,
          config::CANONICALIZATION_SORTED_UTF8})
      if (CanonicalizationName(c) == name) return c;
    return config::CANONICALIZATION_AS_RECEIVED;
  }

  std::string OptionsFor(const config::SignatureProfile& profile) const {
    std::string options =
        absl::StrCat("--canonicalization ",
                     CanonicalizationName(profile.canonicalization()));
    if (presented_.dci_string() == nullptr) return options;
    if (profile.digest() == config::DIGEST_BLAKE2B_512)
      absl::StrAppend(&options, " --digest blake2b-512");
    if (!profile.digest_prefix().empty())
      absl::StrAppend(&options, " --digest_prefix ", profile.digest_prefix());
    return options;
  }

  const SignatureQuestion& question_;
  trust::PresentedSignature presented_;
  SignatureReport report_;
};

}  // namespace

std::string SignatureReport::ToJson() const {
  return JsonObject()
      .Bool("verified", right())
      .TextIf("failed", failed)
      .TextIf("why", why)
      .TextIf("hint", hint)
      .TextIf("form", form)
      .TextIf("algorithm", algorithm)
      .TextIf("kid", kid)
      .TextIf("canonicalization", canonicalization)
      .TextIf("sender_id", sender_id)
      .Build();
}

SignatureReport CheckSignature(const SignatureQuestion& question) {
  return Check(question).Run();
}

SignatureReport CheckReceived(const Args& args, const Io& io,
                              const std::vector<trust::TimedKey>& keys,
                              const std::string& body,
                              absl::string_view http_signature) {
  absl::StatusOr<Document> document = ReadDocument(body);
  if (!document.ok()) {
    SignatureReport report;
    report.failed = "missing";
    report.why = std::string(document.status().message());
    return report;
  }
  SignatureQuestion question;
  question.document = *std::move(document);
  question.raw_body = body;
  question.http_signature = std::string(http_signature);
  question.profile = ProfileOf(args);
  question.profile.clear_form();
  question.profile.clear_algorithm();
  question.keys = keys;
  question.now = io.clock->Now();
  return CheckSignature(question);
}

}  // namespace dci::cli
