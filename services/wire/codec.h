// From the JSON of the standards to protobuf wire bytes and back.
#ifndef CONVERGENCE_SERVICES_WIRE_CODEC_H_
#define CONVERGENCE_SERVICES_WIRE_CODEC_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/schema/model.h"
#include "services/wire/finding.h"
#include "services/wire/limits.h"

namespace dci::wire {

class Tables;

struct ReadOptions {
  Limits limits;
  // JSON pointer of the text in its document: findings and errors start with
  // it.
  std::string at;
  // Whose records "@type" names first; may be null.
  const schema::Service* service = nullptr;
  // The text is part of one that Scan has passed.
  bool scanned = false;
  // Key that may stand around the members: "message" for the body of an
  // envelope, which some senders put into a second one.
  absl::string_view inner;
};

// What is written for a code of a code list. Texts that are no code of their
// list are written as they are.
enum class CodeTexts {
  kDialects,  // the label where the list says so of the dialect
  kCodes,
  kLabels,
};

struct WriteOptions {
  schema::Dialect dialect = schema::Dialect::kC25;
  // Instead of a dialect: what a signature covers that came without a JSON
  // document. Canonical names, every field whatever dialect has it, values as
  // the newest dialect writes them.
  bool normal_form = false;
  // Members of the outermost object that are absent are written as null, for
  // peers that verify what their own model dumps.
  bool nulls = false;
  // The normal form has codes, whatever is said here.
  CodeTexts code_texts = CodeTexts::kDialects;
};

// Tables made once from the schema. Immutable, so thread-safe.
class Codec {
 public:
  // The model must outlive the codec.
  explicit Codec(const schema::Model* model);
  ~Codec();

  // Reads `json` as `message`. Reads every generation of the standard;
  // `findings` (may be null) receives each tolerance taken, in the order of
  // the text. What the schema does not know and what cannot be read goes into
  // `extras`, byte for byte.
  //
  // INVALID_ARGUMENT "what: at /path (offset N)" for what Scan refuses, for a
  // value that is no object where `message` is one, and for a whole number
  // beyond 32 bits where a count is expected; RESOURCE_EXHAUSTED beyond the
  // limits.
  absl::StatusOr<std::string> JsonToWire(
      const schema::Message& message, absl::string_view json,
      std::vector<Finding>* findings,
      const ReadOptions& options = ReadOptions()) const;

  // Appends the message as JSON: keys in the order of RFC 8785, no white
  // space, names and forms as the dialect writes them, extras and `Json` as
  // they came. Fields that the schema does not know are not written.
  //
  // INVALID_ARGUMENT where `wire` is no message of this type: bytes, nesting,
  // texts that are not UTF-8, or `Json` and extras that hold no JSON text.
  // `out` is then unspecified beyond what it held.
  absl::Status WireToJson(const schema::Message& message,
                          absl::string_view wire, schema::Dialect dialect,
                          std::string* out) const;
  absl::Status WireToJson(const schema::Message& message,
                          absl::string_view wire, const WriteOptions& options,
                          std::string* out) const;

  const schema::Model& model() const { return *model_; }

 private:
  const schema::Model* const model_;
  std::unique_ptr<const Tables> tables_;
};

}  // namespace dci::wire

#endif  // CONVERGENCE_SERVICES_WIRE_CODEC_H_
