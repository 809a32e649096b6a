#include "services/registry/visible_fields.h"

#include "services/wire/json_text.h"
#include "services/wire/wire_bytes.h"
#include "services/wire/wire_fields.h"

namespace dci::registry {
namespace {

// dci.common.v1.Extra.path.
constexpr int kExtraPath = 1;

}  // namespace

void VisibleFields::Add(const schema::Path& path) {
  Node* node = &root_;
  for (const schema::Field* field : path.fields) {
    if (node->whole) return;
    node = &node->fields[field->number];
  }
  node->whole = true;
  node->fields.clear();
}

bool VisibleFields::Covers(const schema::Path& path) const {
  const Node* node = &root_;
  for (const schema::Field* field : path.fields) {
    if (node->whole) return true;
    const auto child = node->fields.find(field->number);
    if (child == node->fields.end()) return false;
    node = &child->second;
  }
  return node->whole;
}

VisibleFields::Node VisibleFields::Union(const Node& a, const Node& b) {
  Node both;
  both.whole = a.whole || b.whole;
  if (both.whole) return both;
  both.fields = a.fields;
  for (const auto& [number, node] : b.fields) {
    const auto [place, fresh] = both.fields.emplace(number, node);
    if (!fresh) place->second = Union(place->second, node);
  }
  return both;
}

VisibleFields::Node VisibleFields::Intersection(const Node& a, const Node& b) {
  if (a.whole) return b;
  if (b.whole) return a;
  Node both;
  for (const auto& [number, node] : a.fields) {
    const auto other = b.fields.find(number);
    if (other == b.fields.end()) continue;
    Node common = Intersection(node, other->second);
    if (common.whole || !common.fields.empty())
      both.fields.emplace(number, std::move(common));
  }
  return both;
}

bool VisibleFields::ShowsExtra(const Node& node, const schema::Message& message,
                               absl::string_view extra) {
  // The key, and for an element of a list its place behind a slash.
  absl::string_view path = wire::FindBytes(extra, kExtraPath);
  const std::string key = wire::FromPointerStep(path.substr(0, path.find('/')));
  const schema::FieldRef* ref = message.Find(key);
  if (ref == nullptr || ref->field == nullptr) return false;
  const auto field = node.fields.find(ref->field->number);
  return field != node.fields.end() && field->second.whole;
}

bool VisibleFields::Cut(const Node& node, const schema::Message& message,
                        absl::string_view bytes, std::string* out) {
  wire::WireReader reader(bytes);
  while (reader.Next()) {
    const schema::Field* field =
        message.FindNumber(static_cast<int>(reader.number()));
    if (field == nullptr) continue;
    if (field->kind == schema::Kind::kExtras) {
      if (ShowsExtra(node, message, reader.bytes()))
        out->append(reader.whole().data(), reader.whole().size());
      continue;
    }
    const auto child = node.fields.find(field->number);
    if (child == node.fields.end()) continue;
    if (child->second.whole) {
      out->append(reader.whole().data(), reader.whole().size());
      continue;
    }
    // What lies within a record of another type, or in free JSON, no path of
    // this schema leads to.
    if (field->kind != schema::Kind::kMessage || field->message == nullptr)
      continue;
    const size_t before = out->size();
    wire::AppendVarint(field->number << 3 | wire::kLength, out);
    wire::Nested nested(out);
    const size_t begin = out->size();
    if (!Cut(child->second, *field->message, reader.bytes(), out)) return false;
    if (out->size() == begin) {
      // Even that there is such an object would be said by an empty one.
      out->resize(before);
    } else {
      nested.Close();
    }
  }
  return reader.ok();
}

std::string VisibleFields::Cut(const schema::Message& message,
                               absl::string_view record) const {
  if (all()) return std::string(record);
  std::string out;
  if (!Cut(root_, message, record, &out)) out.clear();
  return out;
}

}  // namespace dci::registry
