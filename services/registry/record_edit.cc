#include "services/registry/record_edit.h"

#include "services/wire/wire_bytes.h"

namespace dci::registry {
namespace {

using Fields = absl::Span<const schema::Field* const>;

void Append(absl::string_view bytes, std::string* out) {
  out->append(bytes.data(), bytes.size());
}

std::string Occurrences(int32_t number, absl::string_view message) {
  std::string found;
  for (wire::WireReader field(message); field.Next();)
    if (static_cast<int32_t>(field.number()) == number)
      Append(field.whole(), &found);
  return found;
}

std::string Replaced(int32_t number, absl::string_view message,
                     absl::string_view occurrences) {
  std::string result;
  result.reserve(message.size() + occurrences.size());
  bool placed = false;
  for (wire::WireReader field(message); field.Next();) {
    const auto at = static_cast<int32_t>(field.number());
    if (!placed && at >= number) {
      Append(occurrences, &result);
      placed = true;
    }
    if (at != number) Append(field.whole(), &result);
  }
  if (!placed) Append(occurrences, &result);
  return result;
}

// A single object that comes in several pieces is all of them together.
std::string Joined(absl::string_view occurrences) {
  std::string whole;
  for (wire::WireReader field(occurrences); field.Next();)
    if (field.type() == wire::kLength) Append(field.bytes(), &whole);
  return whole;
}

// False once no more is wanted.
bool Carry(Fields fields, absl::string_view message, const schema::Field& to,
           std::string* out) {
  const schema::Field& field = *fields.front();
  for (wire::WireReader found(message); found.Next();) {
    if (static_cast<int>(found.number()) != field.number) continue;
    if (fields.size() > 1) {
      if (found.type() == wire::kLength &&
          !Carry(fields.subspan(1), found.bytes(), to, out))
        return false;
      continue;
    }
    if (found.type() == wire::kLength) {
      Append(Occurrence(to.number, found.bytes()), out);
    } else if (found.type() == wire::kVarint) {
      wire::AppendVarint(static_cast<uint32_t>(to.number) << 3 | wire::kVarint,
                         out);
      wire::AppendVarint(found.varint(), out);
    }
    if (!to.repeated) return false;
  }
  return true;
}

}  // namespace

FieldNumbers NumbersOf(const schema::Path& path) {
  FieldNumbers numbers;
  for (const schema::Field* field : path.fields)
    numbers.push_back(field->number);
  return numbers;
}

std::string FieldBytes(absl::Span<const int32_t> path,
                       absl::string_view record) {
  std::string found = Occurrences(path.front(), record);
  if (path.size() == 1) return found;
  return FieldBytes(path.subspan(1), Joined(found));
}

std::string WithField(absl::Span<const int32_t> path, absl::string_view record,
                      absl::string_view occurrences) {
  const int32_t number = path.front();
  if (path.size() == 1) return Replaced(number, record, occurrences);
  const std::string inner = WithField(
      path.subspan(1), Joined(Occurrences(number, record)), occurrences);
  return Replaced(number, record,
                  inner.empty() ? "" : Occurrence(number, inner));
}

std::vector<std::string> ValuesIn(absl::string_view occurrences) {
  std::vector<std::string> values;
  for (wire::WireReader field(occurrences); field.Next();)
    if (field.type() == wire::kLength)
      values.emplace_back(field.bytes().data(), field.bytes().size());
  return values;
}

std::string Occurrence(int32_t number, absl::string_view value) {
  std::string bytes;
  wire::AppendField(number, value, &bytes);
  return bytes;
}

std::string Carried(const schema::Path& from, absl::string_view record,
                    const schema::Field& to) {
  std::string occurrences;
  Carry(from.fields, record, to, &occurrences);
  return occurrences;
}

}  // namespace dci::registry
