// A small real social-protection system: programmes, intakes, enrolments,
// benefit lists.
//
// Everything it knows of others it learns through the standard's messages, and
// everything it tells them it tells by these, so another system can do it in
// its place (docs/replace-sp-system.md). Each step of a flow is a row of the
// store and the next message in the outbox, written by the commit that takes
// the message before: a restart between two steps changes nothing.
#ifndef CONVERGENCE_SERVICES_SPSYSTEM_SP_SYSTEM_H_
#define CONVERGENCE_SERVICES_SPSYSTEM_SP_SYSTEM_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dci/config/v1/sp_system.pb.h"
#include "dci/registry/v1/search.pb.h"
#include "dci/registry/v1/subscribe.pb.h"
#include "services/base/ids.h"
#include "services/exchange/handler.h"
#include "services/exchange/handler_registry.h"
#include "services/registry/reaction_rule.h"
#include "services/registry/subscriber.h"
#include "services/schema/model.h"
#include "services/spsystem/asking.h"
#include "services/spsystem/benefits.h"
#include "services/spsystem/book.h"
#include "services/spsystem/inbox.h"
#include "services/storage/store.h"

namespace dci::spsystem {

// Spaces that the store must have, beside those of the exchange.
std::vector<std::string> SpSystemSpaces();

// Thread-safe.
class SpSystem {
 public:
  // All outlive this; `participants` as for a Subscriber. INVALID_ARGUMENT,
  // naming what is wrong, for a configuration that cannot work.
  static absl::StatusOr<std::unique_ptr<SpSystem>> Create(
      storage::Store* store, const wire::Codec* codec,
      const trust::ParticipantDirectory* participants,
      const config::v1::SpSystem& config, IdSource* ids = IdSource::Random());

  // Registers what takes callbacks, notifications and answers; each callback
  // is also listed in the inbox. This must outlive `handlers`.
  absl::Status Register(exchange::HandlerRegistry* handlers);
  // Callback services that are served, each once.
  const std::vector<const schema::Service*>& callback_services() const {
    return callback_services_;
  }

  // Parts of a commit; see Step.
  absl::StatusOr<IntakeRow> StartIntake(const config::v1::Programme& programme,
                                        const std::string& id,
                                        const std::vector<PersonId>& only,
                                        const Step& step) const;
  absl::Status TakeSearch(const std::string& sender,
                          const registry::v1::SearchResponse& response,
                          const Step& step) const;
  absl::Status TakeNotification(
      const std::string& sender, const std::string& subscription_code,
      const registry::v1::NotifyEventRequest& notification,
      const Step& step) const;

  const Book& book() const { return book_; }
  const Asking& asking() const { return asking_; }
  Benefits& benefits() { return benefits_; }
  registry::Subscriber& subscriber() { return *subscriber_; }
  const Inbox& inbox() const { return inbox_; }
  storage::Store& store() const { return *store_; }

 private:
  // A stop rule, resolved against the schema.
  struct StopOn {
    std::string name;
    registry::NewsRule news;
    const schema::Message* record = nullptr;
    std::vector<schema::Path> identifiers;
    registry::Query condition;
    config::v1::SourceOrder order = config::v1::SOURCE_ORDER_UNSPECIFIED;
    std::string status;
  };
  // A record that was notified.
  struct Notified {
    std::string sender;
    std::string event;
    const registry::v1::NotifyEvent* notify = nullptr;
    const schema::Message* message = nullptr;
    absl::string_view record;
  };

  SpSystem(storage::Store* store, Asking asking, Inbox inbox,
           std::map<std::string, config::v1::Programme> programmes,
           storage::Space space)
      : store_(store),
        asking_(std::move(asking)),
        inbox_(std::move(inbox)),
        book_(space, &asking_, std::move(programmes)),
        benefits_(store, &book_) {}

  absl::Status AddStop(const config::v1::StopRule& config);
  absl::Status AddCallbacks(const config::v1::SpSystem& config);
  absl::Status ApplyStop(const StopOn& rule, const Notified& notified,
                         const Step& step) const;
  absl::Status ApplyTriggers(const Notified& notified, const Step& step) const;
  absl::StatusOr<bool> ConsiderRecord(const config::v1::Programme& programme,
                                      absl::string_view message,
                                      absl::string_view record,
                                      const Step& step) const;

  storage::Store* const store_;
  const Asking asking_;
  const Inbox inbox_;
  const Book book_;
  Benefits benefits_;
  std::unique_ptr<registry::Subscriber> subscriber_;
  std::vector<StopOn> stops_;
  std::vector<const schema::Service*> callback_services_;
};

// The identifiers at a path, in the order of the record.
std::vector<PersonId> PersonsAt(const schema::Path& path,
                                absl::string_view record);

}  // namespace dci::spsystem

#endif  // CONVERGENCE_SERVICES_SPSYSTEM_SP_SYSTEM_H_
