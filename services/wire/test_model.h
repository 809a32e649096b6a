// The schema that tests of the wire read and write with.
#ifndef CONVERGENCE_SERVICES_WIRE_TEST_MODEL_H_
#define CONVERGENCE_SERVICES_WIRE_TEST_MODEL_H_

#include "absl/strings/string_view.h"
#include "services/schema/model.h"
#include "services/wire/codec.h"

namespace dci::wire {

// Common, registry and social messages and services. Never deleted. Ends the
// program where the protos break a rule.
const schema::Model& TestModel();
const Codec& TestCodec();
// A message of the model, which must have it.
const schema::Message& TestMessage(absl::string_view full_name);

}  // namespace dci::wire

#endif  // CONVERGENCE_SERVICES_WIRE_TEST_MODEL_H_
