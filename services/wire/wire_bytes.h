// Protobuf's wire format, as little of it as is needed here: the one reader and
// writer of it in this repository.
#ifndef CONVERGENCE_SERVICES_WIRE_WIRE_BYTES_H_
#define CONVERGENCE_SERVICES_WIRE_WIRE_BYTES_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace dci::wire {

enum WireType : uint32_t {
  kVarint = 0,
  kFixed64 = 1,
  kLength = 2,
  kFixed32 = 5,
};

inline void AppendVarint(uint64_t value, std::string* out) {
  char bytes[10];
  int n = 0;
  while (value >= 0x80) {
    bytes[n++] = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  bytes[n++] = static_cast<char>(value);
  out->append(bytes, n);
}

// A value with its length in front; the tag stands before already.
inline void AppendLengthAndBytes(absl::string_view bytes, std::string* out) {
  AppendVarint(bytes.size(), out);
  out->append(bytes.data(), bytes.size());
}

inline void AppendField(int number, absl::string_view bytes, std::string* out) {
  AppendVarint(static_cast<uint32_t>(number) << 3 | kLength, out);
  AppendLengthAndBytes(bytes, out);
}

// A length-delimited value that is written before its length is known.
class Nested {
 public:
  explicit Nested(std::string* out) : out_(out), begin_(out->size() + 1) {
    out_->push_back('\0');
  }
  // Puts the length where it belongs. Most values are shorter than 128 bytes
  // and stay where they are; others are moved once.
  void Close() {
    uint64_t size = out_->size() - begin_;
    if (size < 0x80) {
      (*out_)[begin_ - 1] = static_cast<char>(size);
      return;
    }
    std::string length;
    AppendVarint(size, &length);
    out_->insert(begin_, length.size() - 1, '\0');
    length.copy(&(*out_)[begin_ - 1], length.size());
  }
  // Takes back everything since the constructor.
  void Drop() { out_->resize(begin_ - 1); }

 private:
  std::string* const out_;
  const size_t begin_;
};

// Reads fields one after another. Nothing is trusted.
class WireReader {
 public:
  explicit WireReader(absl::string_view bytes)
      : p_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool done() const { return p_ == end_; }

  // Reads one field. False at the end, and from the first malformed field on
  // (see ok()); groups, which proto3 does not have, are malformed.
  bool Next() {
    if (!ok_ || done()) return false;
    start_ = p_;
    ok_ = Read();
    return ok_;
  }
  // No malformed field was met.
  bool ok() const { return ok_; }

  uint32_t number() const { return number_; }
  uint32_t type() const { return type_; }
  uint64_t varint() const { return varint_; }
  absl::string_view bytes() const { return bytes_; }
  // Tag and value together.
  absl::string_view whole() const {
    return absl::string_view(start_, p_ - start_);
  }

  // A bare varint, as packed fields hold them.
  bool Varint(uint64_t* value) {
    // Nearly all are of one byte.
    if (p_ < end_ && static_cast<signed char>(*p_) >= 0) {
      *value = static_cast<unsigned char>(*p_++);
      return true;
    }
    *value = 0;
    for (int shift = 0; shift < 70 && p_ < end_; shift += 7) {
      const uint64_t byte = static_cast<unsigned char>(*p_++);
      *value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return true;
    }
    return false;
  }

 private:
  bool Read() {
    uint64_t tag;
    if (!Varint(&tag) || tag > 0xffffffffu || tag >> 3 == 0) return false;
    number_ = static_cast<uint32_t>(tag >> 3);
    type_ = static_cast<uint32_t>(tag & 7);
    switch (type_) {
      case kVarint:
        return Varint(&varint_);
      case kLength: {
        uint64_t size;
        if (!Varint(&size)) return false;
        return Take(size);
      }
      case kFixed64:
        return Take(8);
      case kFixed32:
        return Take(4);
      default:
        return false;
    }
  }

  bool Take(uint64_t size) {
    if (size > static_cast<uint64_t>(end_ - p_)) return false;
    bytes_ = absl::string_view(p_, size);
    p_ += size;
    return true;
  }

  const char* p_;
  const char* end_;
  const char* start_ = nullptr;
  bool ok_ = true;
  uint32_t number_ = 0;
  uint32_t type_ = 0;
  uint64_t varint_ = 0;
  absl::string_view bytes_;
};

}  // namespace dci::wire

#endif  // CONVERGENCE_SERVICES_WIRE_WIRE_BYTES_H_
