// The document that a **Send** step sends.
#ifndef CONVERGENCE_TOOLS_DCI_STORY_MESSAGE_H_
#define CONVERGENCE_TOOLS_DCI_STORY_MESSAGE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "services/schema/service.h"
#include "tools/dci/document.h"
#include "tools/dci/io.h"
#include "tools/dci/story/value.h"

namespace dci::cli::story {

struct Correspondents {
  std::string sender_id;
  std::string sender_uri;   // empty: none is written
  std::string receiver_id;  // empty: none is written
};

// Puts a header before the message of a step. `json` is the message, or
// {"header": …, "message": …}, whose header members stand over the ones made
// here: action and number of items as the method has them, a new message id,
// the present time. `method` may be null, for operations that this program
// does not know; their action is the last part of the path.
Document MakeMessage(const Value& json, const schema::Method* method,
                     absl::string_view path, const Correspondents& between,
                     const Io& io);

}  // namespace dci::cli::story

#endif  // CONVERGENCE_TOOLS_DCI_STORY_MESSAGE_H_
