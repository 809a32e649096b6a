#include "services/registry/read_record.h"

#include <string_view>

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/registry/attribute.h"
#include "simdjson.h"

namespace dci::registry {
namespace {

// The text of "@type"; empty where there is none.
absl::StatusOr<std::string> TypeOf(absl::string_view json) {
  // One for each thread: it keeps the memory of the texts before.
  thread_local simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (auto error = parser.parse(json.data(), json.size()).get(object))
    return absl::InvalidArgumentError(
        absl::StrCat("no JSON object: ", simdjson::error_message(error)));
  std::string_view type;
  if (object["@type"].get(type)) return std::string();
  return std::string(type);
}

}  // namespace

absl::StatusOr<ReadRecord> ReadJsonRecord(const wire::Codec& codec,
                                          const schema::Service& service,
                                          absl::string_view default_type,
                                          absl::string_view json) {
  ASSIGN_OR_RETURN(std::string type, TypeOf(json));
  if (type.empty()) type = std::string(default_type);
  if (type.empty()) return absl::InvalidArgumentError("@type is missing");
  ReadRecord result;
  result.message = service.FindRecord(type);
  if (result.message == nullptr)
    return absl::InvalidArgumentError(
        absl::StrCat("@type ", Quoted(type), " is not held here"));
  ASSIGN_OR_RETURN(result.record,
                   codec.JsonToWire(*result.message, json, nullptr));
  return result;
}

}  // namespace dci::registry
