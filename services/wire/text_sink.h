// Appends JSON text to a string. For this folder.
#ifndef CONVERGENCE_SERVICES_WIRE_TEXT_SINK_H_
#define CONVERGENCE_SERVICES_WIRE_TEXT_SINK_H_

#include <cstdint>
#include <cstring>
#include <string>

#include "absl/strings/string_view.h"
#include "services/wire/json_text.h"

namespace dci::wire {

// An answer is put together of some thousand short pieces. A string that is
// made long first and cut at the end takes them at a third of what
// std::string::append costs. One thread.
class TextSink {
 public:
  // Whoever owns `out` leaves it alone until Finish(). `expected` bytes fit
  // without growing.
  TextSink(std::string* out, size_t expected) : out_(*out), size_(out->size()) {
    out_.resize(size_ + expected + kSlack);
  }
  ~TextSink() { Finish(); }
  TextSink(const TextSink&) = delete;
  TextSink& operator=(const TextSink&) = delete;

  // Of all the text, with what stood there before.
  size_t size() const { return size_; }
  char& operator[](size_t at) { return out_[at]; }
  // Takes back what was appended beyond `size`.
  void Truncate(size_t size) { size_ = size; }
  // Cuts the string where the text ends.
  void Finish() { out_.resize(size_); }

  void Push(char c) { *Room(1) = c, ++size_; }

  void Append(absl::string_view text) {
    Copy(Room(text.size()), text.data(), text.size());
    size_ += text.size();
  }

  // As wire::AppendQuoted.
  void AppendQuoted(absl::string_view text) {
    char* to = Room(text.size() + 2);
    const char* from = text.data();
    const char* const end = from + text.size();
    *to++ = '"';
    const char* special = FindSpecial(from, end);
    if (special != end) {
      // The rare case goes the long way.
      std::string quoted;
      wire::AppendQuoted(text, &quoted);
      return Append(quoted);
    }
    Copy(to, from, text.size());
    to[text.size()] = '"';
    size_ += text.size() + 2;
  }

 private:
  static constexpr size_t kSlack = 64;

  char* Room(size_t bytes) {
    if (out_.size() - size_ < bytes) {
      out_.resize(2 * out_.size() + bytes + kSlack);
    }
    return &out_[size_];
  }

  // Most pieces are short: two moves that overlap take any length up to 16,
  // where a call of memcpy takes longer than the copying.
  static void Copy(char* to, const char* from, size_t size) {
    if (size > 16) {
      std::memcpy(to, from, size);
    } else if (size >= 8) {
      Move<uint64_t>(to, from, size);
    } else if (size >= 4) {
      Move<uint32_t>(to, from, size);
    } else {
      for (size_t i = 0; i < size; ++i) to[i] = from[i];
    }
  }
  template <typename T>
  static void Move(char* to, const char* from, size_t size) {
    T first, last;
    std::memcpy(&first, from, sizeof(T));
    std::memcpy(&last, from + size - sizeof(T), sizeof(T));
    std::memcpy(to, &first, sizeof(T));
    std::memcpy(to + size - sizeof(T), &last, sizeof(T));
  }

  std::string& out_;
  size_t size_;
};

}  // namespace dci::wire

#endif  // CONVERGENCE_SERVICES_WIRE_TEXT_SINK_H_
