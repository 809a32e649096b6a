// What is wrong with a schema, all of it, each with its place in the file.
#ifndef CONVERGENCE_SERVICES_SCHEMA_ERRORS_H_
#define CONVERGENCE_SERVICES_SCHEMA_ERRORS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"

namespace dci::schema {

// Collects breaches. Not thread-safe.
class ErrorList {
 public:
  // `at` is any descriptor: message, field, oneof, enum, value, service or
  // method; the line is that of its declaration where it is known.
  template <typename Descriptor>
  void Add(const Descriptor* at, absl::string_view text) {
    google::protobuf::SourceLocation location;
    const int line =
        at->GetSourceLocation(&location) ? location.start_line + 1 : 0;
    Add(FileOf(at)->name(), line, at->full_name(), text);
  }
  // Line 0: unknown.
  void Add(absl::string_view file, int line, absl::string_view name,
           absl::string_view text);

  bool empty() const { return errors_.empty(); }
  // OK without errors; otherwise INVALID_ARGUMENT with a line for each, by
  // file and line.
  absl::Status ToStatus() const;

 private:
  struct Error {
    std::string file;
    int line;
    std::string text;
  };

  template <typename Descriptor>
  static const google::protobuf::FileDescriptor* FileOf(const Descriptor* at) {
    return at->file();
  }
  static const google::protobuf::FileDescriptor* FileOf(
      const google::protobuf::OneofDescriptor* at) {
    return at->containing_type()->file();
  }
  static const google::protobuf::FileDescriptor* FileOf(
      const google::protobuf::EnumValueDescriptor* at) {
    return at->type()->file();
  }

  std::vector<Error> errors_;
};

}  // namespace dci::schema

#endif  // CONVERGENCE_SERVICES_SCHEMA_ERRORS_H_
