#include "services/wire/json_text.h"

#include "absl/strings/str_replace.h"

namespace dci::wire {
namespace {

constexpr char kHex[] = "0123456789abcdef";

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return (c | 0x20) - 'a' + 10;
}

uint32_t Hex4(const char* p) {
  return HexDigit(p[0]) << 12 | HexDigit(p[1]) << 8 | HexDigit(p[2]) << 4 |
         HexDigit(p[3]);
}

void AppendUtf8(uint32_t c, std::string* out) {
  if (c < 0x80) {
    out->push_back(static_cast<char>(c));
  } else if (c < 0x800) {
    out->push_back(static_cast<char>(0xc0 | c >> 6));
    out->push_back(static_cast<char>(0x80 | (c & 0x3f)));
  } else if (c < 0x10000) {
    out->push_back(static_cast<char>(0xe0 | c >> 12));
    out->push_back(static_cast<char>(0x80 | (c >> 6 & 0x3f)));
    out->push_back(static_cast<char>(0x80 | (c & 0x3f)));
  } else {
    out->push_back(static_cast<char>(0xf0 | c >> 18));
    out->push_back(static_cast<char>(0x80 | (c >> 12 & 0x3f)));
    out->push_back(static_cast<char>(0x80 | (c >> 6 & 0x3f)));
    out->push_back(static_cast<char>(0x80 | (c & 0x3f)));
  }
}

// Reads what follows a backslash; returns the byte after it.
const char* AppendEscape(const char* p, std::string* out) {
  switch (*p) {
    case 'b':
      out->push_back('\b');
      return p + 1;
    case 'f':
      out->push_back('\f');
      return p + 1;
    case 'n':
      out->push_back('\n');
      return p + 1;
    case 'r':
      out->push_back('\r');
      return p + 1;
    case 't':
      out->push_back('\t');
      return p + 1;
    case 'u': {
      uint32_t c = Hex4(p + 1);
      p += 5;
      if (c >= 0xd800 && c < 0xdc00) {
        c = 0x10000 + ((c - 0xd800) << 10) + (Hex4(p + 2) - 0xdc00);
        p += 6;
      }
      AppendUtf8(c, out);
      return p;
    }
    default:
      out->push_back(*p);
      return p + 1;
  }
}

void AppendUnicodeEscape(uint32_t unit, std::string* out) {
  const char escape[6] = {'\\',
                          'u',
                          kHex[unit >> 12 & 15],
                          kHex[unit >> 8 & 15],
                          kHex[unit >> 4 & 15],
                          kHex[unit & 15]};
  out->append(escape, sizeof(escape));
}

void AppendEscaped(unsigned char c, std::string* out) {
  const char* kShort = "btnufr";  // For 0x08 to 0x0d; 0x0b has none.
  if (c == '"' || c == '\\') {
    out->push_back('\\');
    out->push_back(static_cast<char>(c));
  } else if (c >= 0x08 && c <= 0x0d && c != 0x0b) {
    out->push_back('\\');
    out->push_back(kShort[c - 0x08]);
  } else {
    AppendUnicodeEscape(c, out);
  }
}

// Reads one character of valid UTF-8 that is not ASCII.
uint32_t ReadUtf8(const char** p) {
  const unsigned char lead = static_cast<unsigned char>(*(*p)++);
  const int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
  uint32_t c = lead & (0x3f >> more);
  for (int i = 0; i < more; ++i) c = c << 6 | (*(*p)++ & 0x3f);
  return c;
}

}  // namespace

void AppendUnescaped(absl::string_view inside, std::string* out) {
  const char* p = inside.data();
  const char* end = p + inside.size();
  while (p < end) {
    const char* special =
        static_cast<const char*>(std::memchr(p, '\\', end - p));
    if (special == nullptr) special = end;
    out->append(p, special - p);
    if (special == end) return;
    p = AppendEscape(special + 1, out);
  }
}

void AppendQuoted(absl::string_view text, std::string* out) {
  const char* p = text.data();
  const char* end = p + text.size();
  out->push_back('"');
  while (true) {
    const char* special = FindSpecial(p, end);
    out->append(p, special - p);
    if (special == end) break;
    AppendEscaped(static_cast<unsigned char>(*special), out);
    p = special + 1;
  }
  out->push_back('"');
}

void AppendQuotedAscii(absl::string_view text, std::string* out) {
  const char* p = text.data();
  const char* end = p + text.size();
  out->push_back('"');
  while (p < end) {
    const unsigned char c = static_cast<unsigned char>(*p);
    if (c >= 0x80) {
      const uint32_t code = ReadUtf8(&p);
      if (code >= 0x10000) {
        AppendUnicodeEscape(0xd800 + ((code - 0x10000) >> 10), out);
        AppendUnicodeEscape(0xdc00 + (code & 0x3ff), out);
      } else {
        AppendUnicodeEscape(code, out);
      }
      continue;
    }
    if (c < 0x20 || c == '"' || c == '\\' || c == 0x7f) {
      AppendEscaped(c, out);
    } else {
      out->push_back(static_cast<char>(c));
    }
    ++p;
  }
  out->push_back('"');
}

bool Utf16Less(absl::string_view a, absl::string_view b) {
  const size_t n = a.size() < b.size() ? a.size() : b.size();
  size_t i = 0;
  while (i < n && a[i] == b[i]) ++i;
  if (i == n) return a.size() < b.size();
  const auto x = static_cast<unsigned char>(a[i]);
  const auto y = static_cast<unsigned char>(b[i]);
  // UTF-8 sorts by code point. In UTF-16 the characters beyond U+FFFF (lead
  // byte 0xf0 and more) are surrogates, which come before U+E000..U+FFFF
  // (lead bytes 0xee and 0xef).
  if (x >= 0xee && y >= 0xee && (x >= 0xf0) != (y >= 0xf0)) return x > y;
  return x < y;
}

std::string PointerStep(absl::string_view key) {
  return absl::StrReplaceAll(key, {{"~", "~0"}, {"/", "~1"}});
}

std::string FromPointerStep(absl::string_view step) {
  return absl::StrReplaceAll(step, {{"~1", "/"}, {"~0", "~"}});
}

}  // namespace dci::wire
