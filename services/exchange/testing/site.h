// An institution of the Tally domain: everything a pipeline needs, put
// together over a store and a sender that the test gives.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_TESTING_SITE_H_
#define CONVERGENCE_SERVICES_EXCHANGE_TESTING_SITE_H_

#include <memory>
#include <string>
#include <vector>

#include "services/exchange/handler_registry.h"
#include "services/exchange/participant_store.h"
#include "services/exchange/pipeline.h"
#include "services/exchange/testing/tally.h"
#include "services/schema/model.h"
#include "services/storage/store.h"
#include "services/trust/keys.h"
#include "services/trust/tokens.h"
#include "services/wire/codec.h"

namespace dci::exchange {

// The spaces that its store must have.
std::vector<std::string> SiteSpaces();

struct SiteOptions {
  std::vector<dci::config::v1::Participant> participants;
  std::vector<trust::TimedKey> keys;
  PipelineOptions pipeline;
  // All outlive the site.
  storage::Store* store = nullptr;
  Sender* sender = nullptr;
  Clock* clock = Clock::Real();
  IdSource* ids = IdSource::Random();
  LogSink* log = nullptr;
};

// Text proto; aborts where it is none.
dci::config::v1::Participant ParticipantOf(const std::string& text);

// Aborts, with the reason, where anything cannot be made.
class Site {
 public:
  explicit Site(SiteOptions options);

  Pipeline& pipeline() { return *pipeline_; }
  ParticipantStore& participants() { return *participants_; }
  const schema::Model& model() const { return *model_; }
  const wire::Codec& codec() const { return *codec_; }
  AddHandler& add() { return *add_; }
  // Of the service Tally.
  const schema::Method* Method(absl::string_view name) const;

 private:
  void RegisterHandlers(const storage::Store& store);

  std::unique_ptr<const schema::Model> model_;
  std::unique_ptr<wire::Codec> codec_;
  trust::KeyRing ring_;
  std::unique_ptr<ParticipantStore> participants_;
  std::unique_ptr<trust::TokenChecker> tokens_;
  std::unique_ptr<trust::Decrypter> decrypter_;
  std::unique_ptr<trust::Verifier> verifier_;
  std::unique_ptr<trust::Signer> signer_;
  std::unique_ptr<trust::Encrypter> encrypter_;
  HandlerRegistry handlers_;
  std::shared_ptr<AddHandler> add_;
  std::unique_ptr<Pipeline> pipeline_;
};

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_TESTING_SITE_H_
