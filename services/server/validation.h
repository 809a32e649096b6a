// POST /validate: what the server makes of a message, without any effect.
#ifndef CONVERGENCE_SERVICES_SERVER_VALIDATION_H_
#define CONVERGENCE_SERVICES_SERVER_VALIDATION_H_

#include "services/exchange/handler_registry.h"
#include "services/transport/http_endpoint.h"
#include "services/transport/plain.h"
#include "services/trust/participants.h"
#include "services/wire/codec.h"

namespace dci::server {

// Handler of dci.ext.v1.Discovery.Validate. INVALID_ARGUMENT where no served
// operation has such a message, or the dialect is unknown; a document that
// cannot be read is an answer, not an error. Everything outlives it.
transport::PlainHandler ValidateHandler(
    const wire::Codec* codec, const trust::ParticipantDirectory* participants,
    const exchange::HandlerRegistry* handlers);

// The same as a page: the request's body is the document itself, `path` and
// `dialect` are parameters of the query. The handler is of the method.
transport::HttpPage ValidatePage(const wire::Codec* codec,
                                 const schema::Method* method,
                                 transport::PlainHandler handler);

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_VALIDATION_H_
