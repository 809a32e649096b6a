// The participants of a story: systems with keys of their own, made known
// where they are needed, and forgotten afterwards.
#ifndef CONVERGENCE_TOOLS_DCI_STORY_CAST_H_
#define CONVERGENCE_TOOLS_DCI_STORY_CAST_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/schema/model.h"
#include "services/trust/key.h"
#include "tools/dci/args.h"
#include "tools/dci/io.h"
#include "tools/dci/story/mailbox.h"
#include "tools/dci/story/operator.h"
#include "tools/dci/story/places.h"

namespace dci::cli::story {

// --sender_id, --callback, --listen, --address: of a participant that the
// other side knows already. Its key is that of --key.
std::vector<Option> CastOptions();

struct Participant {
  std::string who;        // "sp-system", as the story calls it
  std::string sender_id;  // "sp-system-5f3c9a0e"
  std::string box;        // in the mailbox
  std::string callback;   // base of its addresses
  trust::Key key;
  bool known_already = false;
};

class Cast {
 public:
  // All outlive it.
  Cast(const Args& args, const Io& io, const schema::Model& model,
       const Mailbox& mailbox, Operator* the_operator)
      : args_(args),
        io_(io),
        model_(model),
        mailbox_(mailbox),
        operator_(the_operator) {}

  // Made when it is first asked for.
  absl::StatusOr<const Participant*> Get(const std::string& who);
  // Makes it known at a place, once.
  absl::Status Introduce(const Participant& participant, const Place& place);
  // Makes all unknown again, where they were made known; the first error.
  absl::Status Leave();

 private:
  absl::StatusOr<Participant> Make(const std::string& who);
  std::string Configuration(const Participant& participant) const;

  const Args& args_;
  const Io& io_;
  const schema::Model& model_;
  const Mailbox& mailbox_;
  Operator* operator_;
  std::map<std::string, Participant> participants_;
  // sender_id and name of the place.
  std::map<std::pair<std::string, std::string>, Place> introduced_;
};

}  // namespace dci::cli::story

#endif  // CONVERGENCE_TOOLS_DCI_STORY_CAST_H_
