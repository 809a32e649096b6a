#include "services/net/form.h"

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/base/status_macros.h"

namespace dci::net {
namespace {

constexpr size_t kMaxFields = 1000;

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = absl::ascii_tolower(static_cast<unsigned char>(c));
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

absl::StatusOr<std::string> FormDecode(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i] == '+' ? ' ' : text[i]);
      continue;
    }
    const int high = i + 2 < text.size() ? HexValue(text[i + 1]) : -1;
    const int low = high >= 0 ? HexValue(text[i + 2]) : -1;
    if (low < 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "form: '%' at ", i, " is not followed by two hex digits"));
    }
    out.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return out;
}

std::string FormEncode(absl::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(u) || absl::StrContains("*-._", c)) {
      out.push_back(c);
    } else if (c == ' ') {
      out.push_back('+');
    } else {
      out.append({'%', kHex[u >> 4], kHex[u & 15]});
    }
  }
  return out;
}

absl::StatusOr<FormFields> ParseForm(absl::string_view text) {
  FormFields fields;
  for (absl::string_view part : absl::StrSplit(text, '&', absl::SkipEmpty())) {
    if (fields.size() == kMaxFields) {
      return absl::InvalidArgumentError("form: more than 1000 fields");
    }
    const std::pair<absl::string_view, absl::string_view> raw =
        absl::StrSplit(part, absl::MaxSplits('=', 1));
    ASSIGN_OR_RETURN(std::string name, FormDecode(raw.first));
    ASSIGN_OR_RETURN(std::string value, FormDecode(raw.second));
    fields.emplace_back(std::move(name), std::move(value));
  }
  return fields;
}

std::string EncodeForm(const FormFields& fields) {
  std::string out;
  for (const auto& [name, value] : fields) {
    absl::StrAppend(&out, out.empty() ? "" : "&", FormEncode(name), "=",
                    FormEncode(value));
  }
  return out;
}

std::optional<absl::string_view> FindField(const FormFields& fields,
                                           absl::string_view name) {
  for (const auto& [n, value] : fields) {
    if (n == name) return value;
  }
  return std::nullopt;
}

bool HasRepeatedField(const FormFields& fields) {
  absl::flat_hash_set<absl::string_view> seen;
  for (const auto& [name, value] : fields) {
    if (!seen.insert(name).second) return true;
  }
  return false;
}

absl::StatusOr<BasicCredentials> ParseBasic(absl::string_view authorization) {
  const absl::string_view scheme =
      authorization.substr(0, authorization.find(' '));
  if (!absl::EqualsIgnoreCase(scheme, "Basic")) {
    return absl::NotFoundError("no Basic credentials");
  }
  std::string decoded;
  const absl::string_view encoded =
      absl::StripAsciiWhitespace(authorization.substr(scheme.size()));
  if (encoded.empty() || !absl::Base64Unescape(encoded, &decoded)) {
    return absl::InvalidArgumentError("Basic credentials are not base64");
  }
  const size_t colon = decoded.find(':');
  if (colon == std::string::npos) {
    return absl::InvalidArgumentError("Basic credentials have no ':'");
  }
  return BasicCredentials{decoded.substr(0, colon), decoded.substr(colon + 1)};
}

std::string EncodeBasic(const BasicCredentials& credentials) {
  return absl::StrCat(
      "Basic ", absl::Base64Escape(
                    absl::StrCat(credentials.user, ":", credentials.password)));
}

}  // namespace dci::net
