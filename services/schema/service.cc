#include "services/schema/service.h"

#include "absl/strings/match.h"

namespace dci::schema {

const Method* Service::FindMethod(absl::string_view method_name) const {
  for (const Method& method : methods) {
    if (method.name == method_name) return &method;
  }
  return nullptr;
}

namespace {

template <typename Equal>
const Message* FirstOfType(const std::vector<const Message*>& records,
                           absl::string_view type, Equal equal) {
  for (const Message* message : records) {
    if (equal(type, message->record->type)) return message;
    for (const std::string& alias : message->record->aliases) {
      if (equal(type, alias)) return message;
    }
  }
  return nullptr;
}

}  // namespace

const Message* Service::FindRecord(absl::string_view type) const {
  const absl::string_view segment = LastSegment(type);
  const Message* found = FirstOfType(
      records, segment,
      [](absl::string_view a, absl::string_view b) { return a == b; });
  return found != nullptr
             ? found
             : FirstOfType(records, segment, absl::EqualsIgnoreCase);
}

std::vector<const Method*> Service::Operations() const {
  std::vector<const Method*> operations;
  for (const Method& method : methods) {
    if (method.mode != Mode::kPlain && method.async == nullptr &&
        !method.txn_status && !method.client_streaming &&
        !method.server_streaming) {
      operations.push_back(&method);
    }
  }
  return operations;
}

absl::string_view LastSegment(absl::string_view type) {
  const size_t at = type.find_last_of(":/#");
  return at == absl::string_view::npos ? type : type.substr(at + 1);
}

}  // namespace dci::schema
