// The model as text, for people and for goldens.
#ifndef CONVERGENCE_SERVICES_SCHEMA_DUMP_H_
#define CONVERGENCE_SERVICES_SCHEMA_DUMP_H_

#include <string>

#include "services/schema/model.h"

namespace dci::schema {

// Everything the model says of messages, code lists and services, a line for
// each field and method, in the order of full names; what has its default is
// left out. Equal for equal models.
std::string Dump(const Model& model);

// The part of one message or service.
std::string Dump(const Message& message);
std::string Dump(const Service& service);

}  // namespace dci::schema

#endif  // CONVERGENCE_SERVICES_SCHEMA_DUMP_H_
