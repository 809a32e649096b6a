#include "services/exchange/fingerprint.h"

#include "absl/strings/str_cat.h"
#include "services/base/hash.h"
#include "services/base/status_macros.h"
#include "services/wire/wire_fields.h"

namespace dci::exchange {
namespace {

// Every field counts, whatever dialect has it.
wire::WriteOptions NormalForm() {
  wire::WriteOptions options;
  options.normal_form = true;
  return options;
}

}  // namespace

absl::StatusOr<std::string> MessageFingerprint(const wire::Codec& codec,
                                               const MethodPlan& plan,
                                               absl::string_view body) {
  // Actions are words of the schema: nothing in them needs escaping.
  const std::vector<std::string>& actions = plan.method->actions;
  std::string json =
      absl::StrCat("{\"action\":\"", actions.empty() ? "" : actions.front(),
                   "\",\"message\":");
  RETURN_IF_ERROR(
      codec.WireToJson(*plan.method->request_body, body, NormalForm(), &json));
  json.push_back('}');
  return Sha256(json);
}

absl::StatusOr<std::string> ItemFingerprint(const wire::Codec& codec,
                                            const MethodPlan& plan,
                                            absl::string_view item) {
  const schema::Method& method = *plan.method;
  const schema::Message& type =
      method.items == nullptr ? *method.request_body : *method.items->message;
  std::string json;
  RETURN_IF_ERROR(codec.WireToJson(
      type, wire::Without(item, plan.request.timestamp, plan.request.locale),
      NormalForm(), &json));
  return Sha256(json).substr(0, 16);
}

}  // namespace dci::exchange
