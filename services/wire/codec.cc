#include "services/wire/codec.h"

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/wire/reader.h"
#include "services/wire/scan.h"
#include "services/wire/tables.h"
#include "services/wire/writer.h"

namespace dci::wire {
namespace {

absl::Status NotOfThisModel(const schema::Message& message) {
  return absl::InternalError(
      absl::StrCat(message.full_name, " is of another schema model"));
}

}  // namespace

Codec::Codec(const schema::Model* model)
    : model_(model), tables_(std::make_unique<Tables>(*model)) {}
Codec::~Codec() = default;

absl::StatusOr<std::string> Codec::JsonToWire(
    const schema::Message& message, absl::string_view json,
    std::vector<Finding>* findings, const ReadOptions& options) const {
  const MessagePlan* plan = tables_->Find(message);
  if (plan == nullptr) return NotOfThisModel(message);
  if (!options.scanned) {
    std::vector<std::string> repeated;
    RETURN_IF_ERROR(Scan(json, options.limits, &repeated));
    for (const std::string& path : repeated) {
      if (findings == nullptr) break;
      findings->push_back(
          {absl::StrCat(options.at, path), std::string(rules::kDuplicateKey)});
    }
  }
  std::string wire;
  RETURN_IF_ERROR(Reader(*tables_, json, findings, options)
                      .Read(*plan, options.inner, &wire));
  return wire;
}

absl::Status Codec::WireToJson(const schema::Message& message,
                               absl::string_view wire, schema::Dialect dialect,
                               std::string* out) const {
  WriteOptions options;
  options.dialect = dialect;
  return WireToJson(message, wire, options, out);
}

absl::Status Codec::WireToJson(const schema::Message& message,
                               absl::string_view wire,
                               const WriteOptions& options,
                               std::string* out) const {
  const MessagePlan* plan = tables_->Find(message);
  if (plan == nullptr) return NotOfThisModel(message);
  return Writer(*tables_, options, 2 * wire.size(), out).Write(*plan, wire);
}

}  // namespace dci::wire
