// The reactors behind the generic gRPC endpoint.
#ifndef CONVERGENCE_SERVICES_TRANSPORT_GRPC_CALLS_H_
#define CONVERGENCE_SERVICES_TRANSPORT_GRPC_CALLS_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"
#include "grpcpp/support/status.h"
#include "services/exchange/pipeline.h"
#include "services/schema/model.h"
#include "services/transport/plain.h"

namespace dci::transport {

// Credentials in the call's metadata and its TLS session.
trust::Credentials CredentialsOf(const grpc::CallbackServerContext& context);

// Status, and trailers, of a refusal; OK for an answer that is none.
grpc::Status FinishWith(const exchange::Answer& answer,
                        grpc::CallbackServerContext* context);

// Starts a unary call of an envelope method. The reactor ends itself.
grpc::ServerUnaryReactor* StartEnvelopeCall(
    const schema::Method* method, exchange::Pipeline* pipeline,
    absl::Duration default_timeout, grpc::CallbackServerContext* context,
    const grpc::ByteBuffer* request, grpc::ByteBuffer* response);

// Starts a streamed answer of an envelope method: one envelope a page.
grpc::ServerWriteReactor<grpc::ByteBuffer>* StartEnvelopeStream(
    const schema::Method* method, exchange::Pipeline* pipeline,
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request);

// Starts a unary call of a plain method.
grpc::ServerUnaryReactor* StartPlainCall(const schema::Method* method,
                                         const PlainHandler* handler,
                                         grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response);

// Starts a streamed answer of a plain method.
grpc::ServerWriteReactor<grpc::ByteBuffer>* StartPlainStream(
    const schema::Method* method, const PlainStreamHandler* handler,
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request);

}  // namespace dci::transport

#endif  // CONVERGENCE_SERVICES_TRANSPORT_GRPC_CALLS_H_
