#include "tools/dci/verify.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/base/clock.h"
#include "services/base/status_macros.h"
#include "tools/dci/document.h"
#include "tools/dci/exit_code.h"
#include "tools/dci/files.h"
#include "tools/dci/http.h"
#include "tools/dci/keys.h"
#include "tools/dci/signature_report.h"
#include "tools/dci/signing.h"

namespace dci::cli {
namespace {

absl::Status SetTime(const Args& args, const Io& io,
                     SignatureQuestion* question) {
  question->now = io.clock->Now();
  question->skew = absl::Seconds(args.Number("skew"));
  question->max_age = absl::Seconds(args.Number("max_age"));
  question->any_time = args.Has("any_time");
  if (!args.Has("at")) return absl::OkStatus();
  const absl::StatusOr<absl::Time> at = ParseTimestamp(args.Get("at"));
  if (!at.ok()) return Usage(absl::StrCat("--at: ", at.status().message()));
  question->now = *at;
  return absl::OkStatus();
}

absl::Status Run(const Args& args, const Io& io) {
  SignatureQuestion question;
  question.profile = ProfileOf(args);
  RETURN_IF_ERROR(SetTime(args, io, &question));
  ASSIGN_OR_RETURN(const std::unique_ptr<Http> http, Http::Create(args, io));
  ASSIGN_OR_RETURN(question.keys, ReadKeys(args.Get("jwks"), http.get(), io));
  const std::string file = args.words().empty() ? "-" : args.word(0);
  ASSIGN_OR_RETURN(question.raw_body, ReadInput(file, io));
  if (args.Has("http_signature")) {
    ASSIGN_OR_RETURN(question.http_signature,
                     ReadInput(args.Get("http_signature"), io));
    absl::StripAsciiWhitespace(&question.http_signature);
  }
  absl::StatusOr<Document> document = ReadDocument(question.raw_body);
  if (!document.ok())
    return Untrusted(absl::StrCat(file, ": ", document.status().message()));
  question.document = *std::move(document);
  const SignatureReport report = CheckSignature(question);
  *io.out << report.ToJson() << "\n";
  if (report.right()) return absl::OkStatus();
  return Refused(
      absl::StrCat("the check '", report.failed, "' failed: ", report.why));
}

}  // namespace

Command VerifyCommand() {
  Command command;
  command.name = "verify";
  command.summary =
      "Checks the signature of a document, and says which check failed.";
  command.details =
      "The checks, in this order: missing, form, key, time, sender (the "
      "header's against the DCI string's), signature. Where the bytes do not "
      "fit, other canonicalizations and digests are tried, and the options "
      "that fit are named.";
  command.words = "[FILE|-]";
  command.max_words = 1;
  command.options = {
      {"jwks", "FILE-or-URL", "public keys: JWK Set, JWK or PEM", kRequired}};
  for (Option& option : ProfileOptions())
    command.options.push_back(std::move(option));
  command.options.push_back(
      {"http_signature", "FILE", "value of the HTTP field Signature"});
  command.options.push_back({"at", "TIME", "judge as at that time (RFC 3339)"});
  command.options.push_back(
      {"any_time", "", "whatever the time, for samples of long ago"});
  command.options.push_back(
      {"skew", "N", "seconds that clocks may differ", kOptional, "60"});
  command.options.push_back({"max_age", "N",
                             "seconds since message_ts that a JWS is taken",
                             kOptional, "300"});
  for (Option& option : HttpOptions())
    command.options.push_back(std::move(option));
  command.examples =
      "dci verify signed.json --jwks my.jwk\n"
      "dci verify answer.json --jwks "
      "http://127.0.0.1:3333/.well-known/jwks.json\n"
      "dci verify old.json --jwks their.json --canonicalization sorted-ascii "
      "--any_time";
  command.run = Run;
  return command;
}

}  // namespace dci::cli
