// gRPC's byte buffers to and from strings, one copy each.
#ifndef CONVERGENCE_SERVICES_TRANSPORT_BYTE_BUFFER_H_
#define CONVERGENCE_SERVICES_TRANSPORT_BYTE_BUFFER_H_

#include <string>

#include "grpcpp/support/byte_buffer.h"

namespace dci::transport {

std::string ToString(const grpc::ByteBuffer& buffer);
grpc::ByteBuffer ToByteBuffer(const std::string& bytes);

}  // namespace dci::transport

#endif  // CONVERGENCE_SERVICES_TRANSPORT_BYTE_BUFFER_H_
