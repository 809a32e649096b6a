// Parts that the files have in common.
#ifndef CONVERGENCE_TOOLS_DCIGEN_EMIT_PARTS_H_
#define CONVERGENCE_TOOLS_DCIGEN_EMIT_PARTS_H_

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "tools/dcigen/emit/emit.h"

namespace dci::dcigen {

// Says what the file is and what it was made from.
void PrintOrigin(const Unit& unit, google::protobuf::io::Printer* out);

// Headers of the messages that `of` names for each method; sorted.
std::set<std::string> Headers(
    const Unit& unit, const std::function<std::vector<const schema::Message*>(
                          const schema::Method&)>& of);

// Methods of a service that a client calls: those with an envelope, one
// message for one.
std::vector<const schema::Method*> Calls(const schema::Service& service);
// Methods with which a service is called back.
std::vector<const schema::Method*> Callbacks(const schema::Service& service);
// What a call gives: the body of the answer, or an acknowledgement.
std::string ResultType(const schema::Method& method);

void PrintIncludes(const std::set<std::string>& headers,
                   google::protobuf::io::Printer* out);

}  // namespace dci::dcigen

#endif  // CONVERGENCE_TOOLS_DCIGEN_EMIT_PARTS_H_
