// Sends messages and checks the signatures of what comes.
#ifndef CONVERGENCE_TOOLS_DCI_STORY_POST_H_
#define CONVERGENCE_TOOLS_DCI_STORY_POST_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/net/http_message.h"
#include "services/schema/model.h"
#include "services/trust/keys.h"
#include "services/wire/codec.h"
#include "tools/dci/args.h"
#include "tools/dci/http.h"
#include "tools/dci/io.h"
#include "tools/dci/story/cast.h"
#include "tools/dci/story/places.h"
#include "tools/dci/story/story.h"
#include "tools/dci/story/transcript.h"

namespace dci::cli::story {

class Post {
 public:
  // All outlive it.
  Post(const Args& args, const Io& io, const schema::Model& model,
       const Http& http, Transcript* transcript)
      : args_(args),
        io_(io),
        model_(model),
        codec_(&model),
        http_(http),
        transcript_(transcript) {}

  // Sends a message of a **Send** step, its names filled in, and gives the
  // answer. ExitCode::kNotReached where there is none.
  absl::StatusOr<net::HttpResponse> Send(const Step& step, const Place& place,
                                         const Participant& sender,
                                         const Value& message);
  absl::StatusOr<net::HttpResponse> Get(const Place& place,
                                        const std::string& path);

  // What the operator of a place with such an endpoint asks there.
  absl::StatusOr<net::HttpResponse> Operate(const Place& place,
                                            const std::string& path,
                                            const Value& request);

  // How a body that came from a place is signed: "unsigned", or "signed
  // (ed25519)" where its keys confirm it. ExitCode::kUntrusted where they do
  // not.
  absl::StatusOr<std::string> Signature(const Place& place,
                                        const std::string& body,
                                        absl::string_view http_signature);

  // Null for operations that this program does not know.
  const schema::Method* MethodOf(const Place& place,
                                 const std::string& path) const;

 private:
  const std::vector<trust::TimedKey>& KeysOf(const Place& place);

  const Args& args_;
  const Io& io_;
  const schema::Model& model_;
  const wire::Codec codec_;
  const Http& http_;
  Transcript* transcript_;
  // By URL; none where a place publishes none.
  std::map<std::string, std::vector<trust::TimedKey>> keys_;
};

}  // namespace dci::cli::story

#endif  // CONVERGENCE_TOOLS_DCI_STORY_POST_H_
