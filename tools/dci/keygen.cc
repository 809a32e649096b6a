#include "tools/dci/keygen.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/trust/algorithm.h"
#include "services/trust/key.h"
#include "tools/dci/exit_code.h"
#include "tools/dci/files.h"

namespace dci::cli {
namespace {

absl::Status Run(const Args& args, const Io& io) {
  const std::string algorithm = args.Get("alg");
  ASSIGN_OR_RETURN(trust::Key key, trust::Key::Generate(algorithm));
  if (args.Has("kid")) key = key.WithKid(args.Get("kid"));
  // A key that signs must not decrypt: each use leaks something of its key.
  key = key.WithUse(trust::IsSignature(algorithm) ? "sig" : "enc");
  ASSIGN_OR_RETURN(const std::string jwk, key.PrivateJwk());
  const std::string file = args.Get("out");
  RETURN_IF_ERROR(WriteSecret(file, absl::StrCat(jwk, "\n")));
  *io.out << key.PublicJwk() << "\n";
  *io.err << "private key in " << file << "; its name (kid) is " << key.kid()
          << "\n";
  return absl::OkStatus();
}

}  // namespace

Command KeygenCommand() {
  Command command;
  command.name = "keygen";
  command.summary = "Makes a private key, and prints its public part as a JWK.";
  command.details =
      "The file is a private JWK, readable by you alone; a file that is there "
      "already is left as it is. EdDSA signs in every form, the DCI string "
      "included; the last two algorithms are for encryption.";
  command.options = {
      {"alg", "EdDSA|ES256|PS256|RS256|RSA-OAEP-256|ECDH-ES+A256KW",
       "what the key is for", kOptional, "EdDSA"},
      {"out", "FILE", "where the private key goes", kRequired},
      {"kid", "TEXT", "the key's name; default: its RFC 7638 thumbprint"},
  };
  command.examples =
      "dci keygen --out my.jwk\n"
      "dci keygen --alg RSA-OAEP-256 --out my-enc.jwk --kid enc-2026";
  command.run = Run;
  return command;
}

}  // namespace dci::cli
