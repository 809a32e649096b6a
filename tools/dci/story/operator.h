// What an institution's operator does in a story: by the operator's endpoint
// where there is one, and otherwise a person, who is asked.
#ifndef CONVERGENCE_TOOLS_DCI_STORY_OPERATOR_H_
#define CONVERGENCE_TOOLS_DCI_STORY_OPERATOR_H_

#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/schema/model.h"
#include "tools/dci/admin.h"
#include "tools/dci/args.h"
#include "tools/dci/io.h"
#include "tools/dci/story/places.h"
#include "tools/dci/story/value.h"

namespace dci::cli::story {

class Operator {
 public:
  // All outlive it.
  Operator(const Args& args, const Io& io, const schema::Model& model)
      : args_(args), io_(io), model_(model) {}

  // `participant`: a dci.config.v1.Participant as JSON.
  absl::Status PutParticipant(const Place& place,
                              const std::string& participant);
  absl::Status RemoveParticipant(const Place& place,
                                 const std::string& sender_id);
  // Anything else, which a person does: of a place without such an endpoint.
  absl::Status Do(const Place& place, const std::string& path,
                  const Value& request) const;
  // Creates or replaces records of a type; one, or an array of them.
  absl::Status Record(const Place& place, const std::string& type,
                      const Value& records);
  // Removes the record with this primary key, an array of texts. That there is
  // none is no error.
  absl::Status Remove(const Place& place, const std::string& type,
                      const Value& key);

 private:
  absl::StatusOr<std::string> Call(const Place& place, absl::string_view method,
                                   const std::string& request);
  // Says what is to be done there, and waits for the Enter key.
  absl::Status Ask(const Place& place, absl::string_view what) const;
  std::string ServiceOf(const Place& place) const;

  const Args& args_;
  const Io& io_;
  const schema::Model& model_;
  std::map<std::string, std::unique_ptr<AdminClient>> clients_;  // by URL
};

}  // namespace dci::cli::story

#endif  // CONVERGENCE_TOOLS_DCI_STORY_OPERATOR_H_
