// How things of a proto are called in C++.
#ifndef CONVERGENCE_TOOLS_DCIGEN_CPP_H_
#define CONVERGENCE_TOOLS_DCIGEN_CPP_H_

#include <string>

#include "google/protobuf/descriptor.h"
#include "services/schema/model.h"

namespace dci::dcigen {

// "::dci::social::v1::Group"; of a nested message "::p::Outer_Inner".
std::string TypeName(const schema::Message& message);
// "dci::social::v1", of the file's package.
std::string Namespace(const google::protobuf::FileDescriptor& file);
// "dci/social/v1/social": the file's name without ".proto".
std::string BaseName(const google::protobuf::FileDescriptor& file);
// Header with the C++ class of the message: "dci/social/v1/social.pb.h".
std::string HeaderOf(const schema::Message& message);
// "DCI_SOCIAL_V1_SOCIAL_CLIENT_H_" for the suffix "client".
std::string Guard(const google::protobuf::FileDescriptor& file,
                  const std::string& suffix);
// Name of the table in which protoc keeps the file's descriptors.
std::string DescriptorTable(const google::protobuf::FileDescriptor& file);
// A C++ string literal.
std::string Quote(const std::string& text);

// The comment that stands before the descriptor in its file, a line each
// beginning with `indent` and "//"; "" where there is none.
template <typename Descriptor>
std::string Comment(const Descriptor& descriptor, const std::string& indent);
std::string CommentLines(const std::string& text, const std::string& indent);

template <typename Descriptor>
std::string Comment(const Descriptor& descriptor, const std::string& indent) {
  google::protobuf::SourceLocation location;
  if (!descriptor.GetSourceLocation(&location)) return "";
  return CommentLines(location.leading_comments, indent);
}

}  // namespace dci::dcigen

#endif  // CONVERGENCE_TOOLS_DCIGEN_CPP_H_
