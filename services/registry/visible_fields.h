// Which fields of a record may be seen, and records cut down to them.
#ifndef CONVERGENCE_SERVICES_REGISTRY_VISIBLE_FIELDS_H_
#define CONVERGENCE_SERVICES_REGISTRY_VISIBLE_FIELDS_H_

#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "services/schema/message.h"

namespace dci::registry {

// A set of fields of one message, by paths. Cheap to copy where it is small.
class VisibleFields {
 public:
  // None.
  VisibleFields() = default;
  static VisibleFields All() {
    VisibleFields all;
    all.root_.whole = true;
    return all;
  }

  // Everything at the path and below it.
  void Add(const schema::Path& path);
  void Add(const VisibleFields& more) { root_ = Union(root_, more.root_); }
  // Leaves what both have.
  void Intersect(const VisibleFields& other) {
    root_ = Intersection(root_, other.root_);
  }

  bool all() const { return root_.whole; }
  bool none() const { return !root_.whole && root_.fields.empty(); }
  // Whether all that stands at the path may be seen.
  bool Covers(const schema::Path& path) const;

  // The record, wire bytes of the message, without the rest. Of an object
  // that is seen in part, a member that the schema does not know is left out,
  // and so is a value that the reader could not take unless its field is seen.
  // Nothing is kept of bytes that are no message.
  std::string Cut(const schema::Message& message,
                  absl::string_view record) const;

 private:
  struct Node {
    bool whole = false;
    std::map<int, Node> fields;  // by number
  };
  static Node Union(const Node& a, const Node& b);
  static Node Intersection(const Node& a, const Node& b);
  static bool Cut(const Node& node, const schema::Message& message,
                  absl::string_view bytes, std::string* out);
  static bool ShowsExtra(const Node& node, const schema::Message& message,
                         absl::string_view extra);

  Node root_;
};

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_VISIBLE_FIELDS_H_
