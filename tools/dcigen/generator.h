// From the files that protoc was given to the files that are written.
#ifndef CONVERGENCE_TOOLS_DCIGEN_GENERATOR_H_
#define CONVERGENCE_TOOLS_DCIGEN_GENERATOR_H_

#include <cstdint>
#include <string>
#include <vector>

#include "google/protobuf/compiler/code_generator.h"

namespace dci::dcigen {

// The plugin's parameter names what is written, apart by commas: "skeleton",
// "client", "routes", "codes"; at least one. Of file x/y.proto:
//   skeleton  x/y.dci.h, x/y.dci.cc   where the file has services
//   client    x/y.client.h and .cc    where the file has services
//   routes    x/y.routes.h            where the file has services
//   codes     x/y.codes.h             where the file has open code lists
// With "only=x/y.proto" nothing is written for the other files: those are
// named because options refer to what they declare.
//
// Errors are those of schema::Model, file and line first.
class Generator : public google::protobuf::compiler::CodeGenerator {
 public:
  bool GenerateAll(
      const std::vector<const google::protobuf::FileDescriptor*>& files,
      const std::string& parameter,
      google::protobuf::compiler::GeneratorContext* context,
      std::string* error) const override;
  // Not called: the model is made from all files at once.
  bool Generate(const google::protobuf::FileDescriptor* file,
                const std::string& parameter,
                google::protobuf::compiler::GeneratorContext* context,
                std::string* error) const override;
  uint64_t GetSupportedFeatures() const override {
    return FEATURE_PROTO3_OPTIONAL;
  }
};

}  // namespace dci::dcigen

#endif  // CONVERGENCE_TOOLS_DCIGEN_GENERATOR_H_
