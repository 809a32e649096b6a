#include "tools/dci/outgoing.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/schema/dialect.h"
#include "services/wire/message.h"
#include "tools/dci/document.h"
#include "tools/dci/envelope.h"
#include "tools/dci/exit_code.h"
#include "tools/dci/files.h"
#include "tools/dci/json.h"
#include "tools/dci/query.h"
#include "tools/dci/signing.h"

namespace dci::cli {
namespace {

class Preparation {
 public:
  Preparation(const Args& args, const Io& io, const wire::Codec& codec,
              const Operation& operation)
      : args_(args), io_(io), codec_(codec), operation_(operation) {}

  absl::StatusOr<Outgoing> Run() const {
    Outgoing outgoing;
    ASSIGN_OR_RETURN(outgoing.body, Body());
    if (plain()) {
      outgoing.verb = operation_.method->http_verb;
      return outgoing;
    }
    // What is sent as it stands need not even be JSON: servers are tested so.
    if (args_.Has("raw")) return outgoing;
    ASSIGN_OR_RETURN(Document document, MakeDocument(outgoing.body));
    if (args_.Has("dialect")) {
      ASSIGN_OR_RETURN(document, Rewritten(document));
    }
    return args_.Has("key") ? Signed(document) : Unsigned(document);
  }

 private:
  bool plain() const {
    return operation_.method != nullptr &&
           operation_.method->mode == schema::Mode::kPlain;
  }

  absl::StatusOr<std::string> Body() const {
    if (args_.Has("body") && HasQuery(args_))
      return Usage(
          "--body says what is searched: --id, --query and --named are then "
          "of no use");
    if (args_.Has("body")) return ReadInput(args_.Get("body"), io_);
    if (plain()) return std::string();
    if (operation_.method != nullptr &&
        absl::StrContains(operation_.method->name, "Search"))
      return SearchBody(args_, io_);
    return Usage("say with --body FILE what is sent; - is the standard input");
  }

  absl::StatusOr<Document> MakeDocument(const std::string& body) const {
    const absl::Status readable = CheckJson(body);
    if (!readable.ok())
      return Usage(absl::StrCat("the body is no JSON: ", readable.message(),
                                "; --raw sends it all the same"));
    if (IsDocument(body)) {
      absl::StatusOr<Document> document = ReadDocument(body);
      return document.ok() ? document : As(ExitCode::kUsage, document.status());
    }
    if (operation_.method == nullptr)
      return Usage(absl::StrCat("the schema does not know ", operation_.path,
                                ": the body must be a whole document with "
                                "header and message"));
    return MakeEnvelope(*operation_.method, body, args_, io_);
  }

  absl::StatusOr<Document> Rewritten(const Document& document) const {
    const auto dialect = schema::DialectFromName(args_.Get("dialect"));
    if (!dialect)
      return Usage(absl::StrCat("no dialect ", args_.Get("dialect")));
    if (operation_.method == nullptr)
      return Usage("--dialect needs an operation that the schema knows");
    return InDialect(codec_, *operation_.method, document, *dialect);
  }

  Outgoing Unsigned(const Document& document) const {
    Outgoing outgoing;
    outgoing.body = wire::AssembleDocument(document.parts, document.signature);
    return outgoing;
  }

  absl::StatusOr<Outgoing> Signed(const Document& document) const {
    std::string sender = TextAt(document.parts.header_json, "/sender_id");
    if (sender.empty()) sender = args_.Get("sender_id");
    ASSIGN_OR_RETURN(SignedDocument signed_document,
                     SignWith(args_, io_, document, sender));
    Outgoing outgoing;
    outgoing.body = std::move(signed_document.text);
    outgoing.http_signature = std::move(signed_document.http_signature);
    return outgoing;
  }

  const Args& args_;
  const Io& io_;
  const wire::Codec& codec_;
  const Operation& operation_;
};

}  // namespace

absl::StatusOr<Outgoing> PrepareMessage(const Args& args, const Io& io,
                                        const wire::Codec& codec,
                                        const Operation& operation) {
  return Preparation(args, io, codec, operation).Run();
}

}  // namespace dci::cli
