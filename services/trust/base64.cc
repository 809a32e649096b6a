#include "services/trust/base64.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

namespace dci::trust {

std::string EncodeBase64Url(absl::string_view bytes) {
  return absl::WebSafeBase64Escape(bytes);
}

bool DecodeBase64Url(absl::string_view text, std::string* bytes) {
  for (const char c : text) {
    if (!absl::ascii_isalnum(c) && c != '-' && c != '_') return false;
  }
  // Abseil skips what it does not need; the way back shows whether it did.
  return absl::WebSafeBase64Unescape(text, bytes) &&
         absl::WebSafeBase64Escape(*bytes) == text;
}

std::string EncodeBase64(absl::string_view bytes) {
  return absl::Base64Escape(bytes);
}

bool DecodeBase64(absl::string_view text, std::string* bytes) {
  if (absl::ConsumeSuffix(&text, "=")) absl::ConsumeSuffix(&text, "=");
  return DecodeBase64Url(absl::StrReplaceAll(text, {{"+", "-"}, {"/", "_"}}),
                         bytes);
}

}  // namespace dci::trust
