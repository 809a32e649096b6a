// Protos as text in tests.
#ifndef CONVERGENCE_SERVICES_SCHEMA_TEST_PROTOS_H_
#define CONVERGENCE_SERVICES_SCHEMA_TEST_PROTOS_H_

#include <string>
#include <utility>
#include <vector>

#include "google/protobuf/descriptor.pb.h"

namespace dci::schema {

// Parses files, name and text, with the lines of everything in them. A syntax
// error fails the test. For Model::BuildFromSet.
google::protobuf::FileDescriptorSet ParseProtos(
    const std::vector<std::pair<std::string, std::string>>& files);

// One file "t.proto" of package t.v1 that begins with a fixed head of
// kHeadLines lines (syntax, package, imports of options, value and envelope);
// `body` begins on the line after it.
inline constexpr int kHeadLines = 6;
google::protobuf::FileDescriptorSet ParseBody(const std::string& body);

}  // namespace dci::schema

#endif  // CONVERGENCE_SERVICES_SCHEMA_TEST_PROTOS_H_
