#include "services/wire/scan.h"

#include <simdjson.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/wire/json_text.h"
#include "services/wire/key_set.h"

namespace dci::wire {
namespace {

constexpr absl::StatusCode kBad = absl::StatusCode::kInvalidArgument;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// An array or object that is being read.
struct Frame {
  bool is_object;
  uint32_t index;  // Of the element being read, or of the member in KeySet.
};

class Scanner {
 public:
  Scanner(absl::string_view text, const Limits& limits,
          std::vector<std::string>* repeated)
      : text_(text), limits_(limits), repeated_(repeated), keys_(text) {}

  absl::Status Run() {
    if (text_.size() > limits_.max_bytes) {
      return ErrorAt(
          absl::StatusCode::kResourceExhausted,
          absl::StrCat("text of ", text_.size(),
                       " bytes, more than the limit of ", limits_.max_bytes),
          "", limits_.max_bytes);
    }
    if (!simdjson::validate_utf8(text_.data(), text_.size())) {
      bad_utf8_ = FirstBadUtf8(text_);
    }
    p_ = text_.data();
    end_ = p_ + text_.size();
    if (!Value()) return error_;
    SkipSpace();
    if (p_ != end_) Fail("text after the end of the value");
    return error_;
  }

 private:
  bool Fail(absl::string_view what, absl::StatusCode code = kBad) {
    error_ = ErrorAt(code, what, Path(), p_ - text_.data());
    return false;
  }

  std::string Path() const {
    std::string path;
    for (const Frame& f : frames_) {
      if (!f.is_object) {
        absl::StrAppend(&path, "/", f.index);
      } else if (f.index != kNoMember) {
        absl::StrAppend(&path, "/", PointerStep(keys_.Key(keys_.at(f.index))));
      }
    }
    return path;
  }

  void SkipSpace() {
    while (p_ < end_ && IsSpace(*p_)) ++p_;
  }

  bool Value() {
    SkipSpace();
    if (p_ == end_) return Fail("text ends where a value should be");
    switch (*p_) {
      case '{':
        return Object();
      case '[':
        return Array();
      case '"': {
        bool escaped;
        return String(&escaped);
      }
      case 't':
        return Literal("true");
      case 'f':
        return Literal("false");
      case 'n':
        return Literal("null");
      default:
        return Number();
    }
  }

  bool Enter(bool is_object) {
    if (static_cast<int>(frames_.size()) >= limits_.max_depth) {
      return Fail(absl::StrCat("nested deeper than ", limits_.max_depth),
                  absl::StatusCode::kResourceExhausted);
    }
    frames_.push_back({is_object, is_object ? kNoMember : 0});
    ++p_;
    SkipSpace();
    return true;
  }

  // After an element: whether another follows, or `close` stood.
  bool More(char close, bool* more) {
    SkipSpace();
    if (p_ == end_) return Fail("text ends inside an array or object");
    if (*p_ == close) {
      ++p_;
      frames_.pop_back();
      *more = false;
      return true;
    }
    if (*p_ != ',') {
      return Fail(close == ']' ? "expected , or ]" : "expected , or }");
    }
    ++p_;
    *more = true;
    return true;
  }

  bool Array() {
    if (!Enter(false)) return false;
    if (p_ < end_ && *p_ == ']') {
      ++p_;
      frames_.pop_back();
      return true;
    }
    while (true) {
      bool more;
      if (!Value() || !More(']', &more)) return false;
      if (!more) return true;
      ++frames_.back().index;
    }
  }

  bool Object() {
    if (!Enter(true)) return false;
    if (p_ < end_ && *p_ == '}') {
      ++p_;
      frames_.pop_back();
      return true;
    }
    keys_.Open();
    while (true) {
      bool more;
      if (!ObjectMember() || !More('}', &more)) return false;
      if (!more) break;
      SkipSpace();
    }
    keys_.Close();
    return true;
  }

  bool ObjectMember() {
    if (p_ == end_ || *p_ != '"') return Fail("expected a key");
    Member member{};
    bool escaped;
    member.key_begin = Offset() + 1;
    if (!String(&escaped)) return false;
    member.key_end = Offset() - 1;
    member.escaped = escaped;
    const int64_t same = keys_.Add(member);
    const uint32_t index = keys_.size() - 1;
    frames_.back().index = index;
    SkipSpace();
    if (p_ == end_ || *p_ != ':') return Fail("expected a colon");
    ++p_;
    SkipSpace();
    keys_.at(index).value_begin = Offset();
    if (!Value()) return false;
    keys_.at(index).value_end = Offset();
    return same < 0 || Repeated(keys_.at(same), index);
  }

  bool Repeated(const Member& first, uint32_t index) {
    const Member& second = keys_.at(index);
    const auto value = [this](const Member& m) {
      return text_.substr(m.value_begin, m.value_end - m.value_begin);
    };
    if (value(first) == value(second)) {
      if (++repeats_ > kMaxRepeated) return Fail("too many keys given twice");
      if (repeated_ != nullptr) repeated_->push_back(Path());
      return true;
    }
    p_ = text_.data() + second.key_begin - 1;
    return Fail("key given twice with different values");
  }

  bool String(bool* escaped) {
    const char* begin = p_;
    *escaped = false;
    ++p_;
    while (true) {
      p_ = FindSpecial(p_, end_);
      if (p_ == end_) return Fail("text ends inside a string");
      if (*p_ == '"') break;
      if (*p_ != '\\') return Fail("control character in a string");
      *escaped = true;
      if (!Escape()) return false;
    }
    const size_t first = begin - text_.data();
    if (bad_utf8_ >= first && bad_utf8_ < Offset()) {
      p_ = text_.data() + bad_utf8_;
      return Fail("invalid UTF-8");
    }
    ++p_;
    return true;
  }

  // The four hexadecimal digits at p_, or -1.
  int Hex4() const {
    if (end_ - p_ < 4) return -1;
    int value = 0;
    for (int i = 0; i < 4; ++i) {
      const char c = p_[i];
      const char lower = c | 0x20;
      if (!IsDigit(c) && !(lower >= 'a' && lower <= 'f')) return -1;
      value = value << 4 | (IsDigit(c) ? c - '0' : lower - 'a' + 10);
    }
    return value;
  }

  bool Escape() {
    ++p_;
    if (p_ == end_) return Fail("text ends inside a string");
    if (*p_ != 'u') {
      if (std::strchr("\"\\/bfnrt", *p_) == nullptr || *p_ == '\0') {
        return Fail("unknown escape");
      }
      ++p_;
      return true;
    }
    ++p_;
    const int unit = Hex4();
    if (unit < 0) return Fail("\\u without four hexadecimal digits");
    if (unit >= 0xdc00 && unit < 0xe000) return Fail("lone surrogate");
    p_ += 4;
    if (unit < 0xd800 || unit >= 0xdc00) return true;
    if (end_ - p_ < 6 || p_[0] != '\\' || p_[1] != 'u') {
      return Fail("lone surrogate");
    }
    p_ += 2;
    const int low = Hex4();
    if (low < 0xdc00 || low >= 0xe000) return Fail("lone surrogate");
    p_ += 4;
    return true;
  }

  bool Literal(absl::string_view word) {
    if (!absl::StartsWith(absl::string_view(p_, end_ - p_), word)) {
      return Fail("not a value");
    }
    p_ += word.size();
    return true;
  }

  bool Digits() {
    if (p_ == end_ || !IsDigit(*p_)) return Fail("expected a digit");
    while (p_ < end_ && IsDigit(*p_)) ++p_;
    return true;
  }

  bool Number() {
    if (*p_ != '-' && !IsDigit(*p_)) return Fail("not a value");
    if (*p_ == '-') ++p_;
    if (p_ < end_ && *p_ == '0') {
      ++p_;
      if (p_ < end_ && IsDigit(*p_)) return Fail("number with a leading zero");
    } else {
      if (!Digits()) return false;
    }
    if (p_ < end_ && *p_ == '.') {
      ++p_;
      if (!Digits()) return false;
    }
    if (p_ < end_ && (*p_ == 'e' || *p_ == 'E')) {
      ++p_;
      if (p_ < end_ && (*p_ == '+' || *p_ == '-')) ++p_;
      if (!Digits()) return false;
    }
    return true;
  }

  uint32_t Offset() const { return static_cast<uint32_t>(p_ - text_.data()); }

  static constexpr uint32_t kNoMember = 0xffffffff;

  const absl::string_view text_;
  const Limits limits_;
  std::vector<std::string>* const repeated_;
  KeySet keys_;
  std::vector<Frame> frames_;
  size_t repeats_ = 0;
  size_t bad_utf8_ = absl::string_view::npos;
  absl::Status error_;
  const char* p_ = nullptr;
  const char* end_ = nullptr;
};

}  // namespace

absl::Status Scan(absl::string_view text, const Limits& limits,
                  std::vector<std::string>* repeated) {
  // Offsets are kept in 31 bits.
  Limits bounded = limits;
  bounded.max_bytes = std::min<size_t>(bounded.max_bytes, 0x7fffffff);
  return Scanner(text, bounded, repeated).Run();
}

}  // namespace dci::wire
