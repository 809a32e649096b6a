#include "services/schema/json_text.h"

#include "simdjson.h"

namespace dci::schema {

bool IsJsonText(absl::string_view text) {
  simdjson::dom::parser parser;
  simdjson::dom::element element;
  const simdjson::padded_string padded(text.data(), text.size());
  return parser.parse(padded).get(element) == simdjson::SUCCESS;
}

}  // namespace dci::schema
