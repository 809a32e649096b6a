#include "tools/dci/sign.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "tools/dci/document.h"
#include "tools/dci/exit_code.h"
#include "tools/dci/files.h"
#include "tools/dci/json.h"
#include "tools/dci/signing.h"

namespace dci::cli {
namespace {

absl::Status Run(const Args& args, const Io& io) {
  const bool in_http_header = args.Get("form") == "jws-http-header";
  if (in_http_header && !args.Has("http_signature"))
    return Usage(
        "jws-http-header puts the signature into an HTTP field: say with "
        "--http_signature FILE where it goes");
  const std::string file = args.words().empty() ? "-" : args.word(0);
  ASSIGN_OR_RETURN(const std::string text, ReadInput(file, io));
  const absl::StatusOr<Document> document = ReadDocument(text);
  if (!document.ok())
    return Usage(absl::StrCat(file, ": ", document.status().message()));
  std::string sender = args.Get("sender_id");
  if (sender.empty())
    sender = TextAt(document->parts.header_json, "/sender_id");
  if (sender.empty())
    return Usage("the header has no sender_id: say it with --sender_id");
  ASSIGN_OR_RETURN(const SignedDocument signed_document,
                   SignWith(args, io, *document, sender));
  if (in_http_header)
    RETURN_IF_ERROR(
        WriteFile(args.Get("http_signature"), signed_document.http_signature));
  *io.out << signed_document.text;
  // The HTTP header form covers the body byte for byte: no line end there.
  if (!in_http_header) *io.out << "\n";
  return absl::OkStatus();
}

}  // namespace

Command SignCommand() {
  Command command;
  command.name = "sign";
  command.summary =
      "Signs a document {\"header\":…,\"message\":…}, and prints it with "
      "`signature` as its last member.";
  command.details =
      "Header and message stay byte for byte as they are; a signature that "
      "was there is replaced.";
  command.words = "[FILE|-]";
  command.max_words = 1;
  command.options = SigningOptions();
  command.options[0].kind = kRequired;
  command.options.push_back(
      {"sender_id", "TEXT", "who signs; default: the header's sender_id"});
  command.options.push_back({"http_signature", "FILE",
                             "where jws-http-header writes the value of the "
                             "HTTP field Signature"});
  command.examples =
      "dci sign request.json --key my.jwk > signed.json\n"
      "dci sign request.json --key my.jwk --form jws-detached | dci verify "
      "--jwks my.jwk";
  command.run = Run;
  return command;
}

}  // namespace dci::cli
