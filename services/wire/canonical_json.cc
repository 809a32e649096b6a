#include "services/wire/canonical_json.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/wire/cursor.h"
#include "services/wire/json_text.h"
#include "services/wire/number_text.h"
#include "services/wire/scan.h"

namespace dci::wire {
namespace {

using dci::config::v1::Canonicalization;

// Writes values in document order, and puts the members of an object in
// order once all of them are written.
class Canonicalizer {
 public:
  Canonicalizer(absl::string_view text, Canonicalization form)
      : text_(text), cursor_(text), form_(form) {}

  absl::StatusOr<std::string> Run() {
    out_.reserve(text_.size());
    RETURN_IF_ERROR(Value());
    return std::move(out_);
  }

 private:
  struct Written {
    std::string key;
    size_t begin;  // In out_, of the quoted key.
    size_t end;
  };

  bool python() const {
    return form_ == dci::config::v1::CANONICALIZATION_SORTED_ASCII ||
           form_ == dci::config::v1::CANONICALIZATION_SORTED_UTF8;
  }

  absl::Status Value() {
    switch (cursor_.Peek()) {
      case '{':
        return Object();
      case '[':
        return Array();
      case '"':
        String(cursor_.String());
        return absl::OkStatus();
      case 't':
      case 'f':
      case 'n':
        absl::StrAppend(&out_, cursor_.Skip());
        return absl::OkStatus();
      default:
        return Number();
    }
  }

  void String(const RawString& s) {
    if (form_ == dci::config::v1::CANONICALIZATION_SORTED_ASCII) {
      AppendQuotedAscii(s.Text(&buffer_), &out_);
    } else {
      AppendQuoted(s.Text(&buffer_), &out_);
    }
  }

  absl::Status Number() {
    const absl::string_view number = cursor_.Skip();
    const bool written = python() ? AppendPythonNumber(number, &out_)
                                  : AppendEcmaScriptNumber(number, &out_);
    if (written) return absl::OkStatus();
    const size_t offset = number.data() - text_.data();
    return ErrorAt(absl::StatusCode::kInvalidArgument,
                   "number beyond the range of a double",
                   PointerAt(text_, offset), offset);
  }

  absl::Status Array() {
    out_.push_back('[');
    if (cursor_.EnterArray()) {
      while (true) {
        RETURN_IF_ERROR(Value());
        if (!cursor_.NextElement()) break;
        out_.push_back(',');
      }
    }
    out_.push_back(']');
    return absl::OkStatus();
  }

  bool Before(const Written& a, const Written& b) const {
    // Code point order, which Python has, is the order of the UTF-8 bytes.
    return python() ? a.key < b.key : Utf16Less(a.key, b.key);
  }

  absl::Status Object() {
    const size_t first = members_.size();
    const size_t begin = out_.size();
    out_.push_back('{');
    bool sorted = true;
    if (cursor_.EnterObject()) {
      do {
        const RawString key = cursor_.Key();
        const size_t index = members_.size();
        members_.push_back({std::string(key.Text(&buffer_)), out_.size(), 0});
        String(key);
        out_.push_back(':');
        RETURN_IF_ERROR(Value());
        members_[index].end = out_.size();
        out_.push_back(',');
        sorted = sorted && (index == first ||
                            Before(members_[index - 1], members_[index]));
      } while (cursor_.NextMember());
    }
    if (!sorted) Reorder(first, begin);
    if (out_.back() == ',') out_.pop_back();
    out_.push_back('}');
    members_.resize(first);
    return absl::OkStatus();
  }

  void Reorder(size_t first, size_t begin) {
    const auto from = members_.begin() + first;
    std::stable_sort(
        from, members_.end(),
        [this](const Written& a, const Written& b) { return Before(a, b); });
    std::string ordered = "{";
    ordered.reserve(out_.size() - begin);
    for (auto it = from; it != members_.end(); ++it) {
      // A key given twice has the same value twice: Scan let nothing else by.
      if (it != from && it->key == (it - 1)->key) continue;
      ordered.append(out_, it->begin, it->end - it->begin);
      ordered.push_back(',');
    }
    out_.replace(begin, std::string::npos, ordered);
  }

  const absl::string_view text_;
  Cursor cursor_;
  const Canonicalization form_;
  std::string out_;
  std::string buffer_;
  std::vector<Written> members_;  // Of the open objects, innermost last.
};

absl::StatusOr<std::string> AsReceived(absl::string_view json) {
  Cursor cursor(json);
  absl::string_view header, message;
  std::string buffer;
  if (cursor.Peek() == '{' && cursor.EnterObject()) {
    do {
      const RawString key = cursor.Key();
      const absl::string_view name = key.Text(&buffer);
      absl::string_view* value = name == "header"    ? &header
                                 : name == "message" ? &message
                                                     : nullptr;
      const absl::string_view raw = cursor.Skip();
      if (value != nullptr) *value = raw;
    } while (cursor.NextMember());
  }
  if (header.empty() || message.empty()) {
    return absl::InvalidArgumentError("no object with header and message");
  }
  return absl::StrCat("{\"header\":", header, ",\"message\":", message, "}");
}

}  // namespace

absl::StatusOr<std::string> Canonicalize(absl::string_view json,
                                         Canonicalization form,
                                         const Limits& limits) {
  RETURN_IF_ERROR(Scan(json, limits));
  if (form == dci::config::v1::CANONICALIZATION_AS_RECEIVED) {
    return AsReceived(json);
  }
  return Canonicalizer(json, form).Run();
}

}  // namespace dci::wire
