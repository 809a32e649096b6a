// gRPC server reflection over a descriptor pool, also one made at run time,
// which gRPC's own reflection (generated pool only) does not serve.
#ifndef CONVERGENCE_SERVICES_TRANSPORT_REFLECTION_H_
#define CONVERGENCE_SERVICES_TRANSPORT_REFLECTION_H_

#include <memory>
#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "grpcpp/impl/codegen/service_type.h"

namespace dci::transport {

// What is reflected. The pool must outlive the services made of it.
struct ReflectedSchema {
  const google::protobuf::DescriptorPool* pool = nullptr;
  // Full names of the services that the server offers.
  std::vector<std::string> services;
};

// The versions of the protocol that clients ask for; their messages have the
// same wire form, so one piece of code answers both.
inline constexpr char kReflectionV1[] = "grpc.reflection.v1.ServerReflection";
inline constexpr char kReflectionV1Alpha[] =
    "grpc.reflection.v1alpha.ServerReflection";

// Answers one ServerReflectionRequest (wire bytes) with a
// ServerReflectionResponse (wire bytes). What cannot be found is an
// ErrorResponse with NOT_FOUND; what cannot be read, INVALID_ARGUMENT; numbers
// of extensions are not listed (UNIMPLEMENTED). Thread-safe.
std::string AnswerReflection(const ReflectedSchema& schema,
                             const std::string& request);

// A service of the full name `service_name` that answers with the above.
std::unique_ptr<grpc::Service> MakeReflectionService(
    const std::string& service_name, ReflectedSchema schema);

}  // namespace dci::transport

#endif  // CONVERGENCE_SERVICES_TRANSPORT_REFLECTION_H_
