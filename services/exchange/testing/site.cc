#include "services/exchange/testing/site.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "services/exchange/layout.h"
#include "services/exchange/txn_status.h"

namespace dci::exchange {
namespace {

void Must(const absl::Status& status) {
  if (status.ok()) return;
  fprintf(stderr, "%s\n", status.ToString().c_str());
  std::abort();
}
template <typename T>
T Must(absl::StatusOr<T> value) {
  Must(value.status());
  return *std::move(value);
}

}  // namespace

std::vector<std::string> SiteSpaces() {
  std::vector<std::string> spaces = ExchangeSpaces();
  spaces.push_back(kTallySpace);
  return spaces;
}

dci::config::v1::Participant ParticipantOf(const std::string& text) {
  dci::config::v1::Participant participant;
  if (!google::protobuf::TextFormat::ParseFromString(text, &participant)) {
    std::abort();
  }
  return participant;
}

Site::Site(SiteOptions options)
    : model_(TallyModel()),
      codec_(std::make_unique<wire::Codec>(model_.get())),
      ring_(Must(trust::KeyRing::Create(options.keys))),
      participants_(
          Must(ParticipantStore::Open(options.store, options.participants))),
      tokens_(std::make_unique<trust::TokenChecker>(
          trust::TokenOptions{.issuer = options.pipeline.id}, &ring_)),
      decrypter_(std::make_unique<trust::Decrypter>(&ring_)),
      verifier_(std::make_unique<trust::Verifier>(
          trust::VerifierOptions{}, participants_.get(), tokens_.get(),
          decrypter_.get(), nullptr, codec_.get())),
      signer_(std::make_unique<trust::Signer>(options.pipeline.id, &ring_)),
      encrypter_(std::make_unique<trust::Encrypter>(nullptr)) {
  RegisterHandlers(*options.store);
  PipelineParts parts;
  parts.codec = codec_.get();
  parts.participants = participants_.get();
  parts.verifier = verifier_.get();
  parts.signer = signer_.get();
  parts.encrypter = encrypter_.get();
  parts.store = options.store;
  parts.handlers = &handlers_;
  parts.sender = options.sender;
  parts.clock = options.clock;
  parts.ids = options.ids;
  parts.log = options.log;
  pipeline_ = Must(Pipeline::Create(options.pipeline, parts));
}

void Site::RegisterHandlers(const storage::Store& store) {
  const storage::Space space = Must(store.FindSpace(kTallySpace));
  add_ = std::make_shared<AddHandler>(space, model_.get());
  std::shared_ptr<const SearchHandler> status = Must(TxnStatusHandler::Create(
      store, &handlers_, participants_.get(), codec_.get()));
  Must(handlers_.Register(*Method("Add"), add_));
  Must(handlers_.Register(*Method("List"),
                          std::make_shared<ListHandler>(space)));
  Must(handlers_.Register(*Method("OnSettled"),
                          std::make_shared<SettledHandler>(space)));
  Must(handlers_.RegisterAnswer(
      *Method("SyncAdd"),
      std::make_shared<AnsweredHandler>(space, model_.get())));
  Must(handlers_.Register(*Method("Status"), status));
}

const schema::Method* Site::Method(absl::string_view name) const {
  return model_->FindMethod(absl::StrCat("dci.exchange.testing.Tally.", name));
}

}  // namespace dci::exchange
