// How the exchange hands messages to the system.
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "dci/ext/v1/reserve.pb.h"
#include "dci/ibr/v1/enrolment.pb.h"
#include "services/base/status_macros.h"
#include "services/exchange/typed_handler.h"
#include "services/spsystem/sp_system.h"

namespace dci::spsystem {
namespace {

using exchange::CallbackOutcome;
using exchange::ItemContext;
using exchange::ReadItem;

// Callbacks and notifications; each is also listed in the inbox.
class Callbacks : public exchange::CallbackHandler {
 public:
  explicit Callbacks(SpSystem* system) : system_(system) {}

  // Which rows are read is known only once the message is.
  void Keys(const ItemContext& context, absl::string_view body,
            std::vector<storage::Key>* keys) const override {}
  absl::StatusOr<CallbackOutcome> Apply(
      const ItemContext& context, absl::string_view body,
      storage::CommitView& view) const override {
    ASSIGN_OR_RETURN(CallbackOutcome outcome,
                     system_->inbox().Apply(context, body, view));
    const exchange::RequestContext& request = *context.request;
    const Step step{&view, context.now, "", &outcome.messages};
    const std::string& kind = request.method->request_body->full_name;
    if (kind == "dci.registry.v1.SearchResponse") {
      ASSIGN_OR_RETURN(const auto response,
                       ReadItem<registry::v1::SearchResponse>(body));
      RETURN_IF_ERROR(system_->TakeSearch(request.sender_id, response, step));
    } else if (kind == "dci.registry.v1.SubscribeResponse") {
      ASSIGN_OR_RETURN(const auto answer,
                       ReadItem<registry::v1::SubscribeResponse>(body));
      RETURN_IF_ERROR(system_->subscriber().TakeAnswer(context, answer, view));
    } else if (kind == "dci.registry.v1.NotifyEventRequest") {
      ASSIGN_OR_RETURN(const auto notification,
                       ReadItem<registry::v1::NotifyEventRequest>(body));
      RETURN_IF_ERROR(system_->TakeNotification(
          request.sender_id, registry::SubscriptionCodeOf(request.header),
          notification, step));
    }
    return outcome;
  }

 private:
  SpSystem* const system_;
};

// Answers of the IBR whether somebody is enrolled. One that cannot be read as
// an answer parks the question: nobody is enrolled on a guess.
class Checks : public exchange::CallbackHandler {
 public:
  explicit Checks(SpSystem* system) : system_(system) {}

  void Keys(const ItemContext& context, absl::string_view body,
            std::vector<storage::Key>* keys) const override {}
  absl::StatusOr<CallbackOutcome> Apply(
      const ItemContext& context, absl::string_view body,
      storage::CommitView& view) const override {
    CallbackOutcome outcome;
    Handle handle;
    ASSIGN_OR_RETURN(const auto response,
                     ReadItem<ibr::v1::EnrolledResponse>(body));
    if (!Handle::FromText(context.handle, &handle) ||
        response.enrolled_response().empty())
      return absl::InvalidArgumentError("no answer whether one is enrolled");
    std::optional<std::string> against;
    for (const auto& item : response.enrolled_response()) {
      if (item.enrolled_status() == ibr::v1::ENROLLED_STATUS_UNSPECIFIED)
        return absl::InvalidArgumentError("an answer that is not yes or no");
      if (item.enrolled_status() == ibr::v1::ENROLLED_STATUS_YES)
        against = absl::StrCat("enrolled in ", handle.asked, " already");
    }
    const Step step{&view, context.now, "not enrolled elsewhere",
                    &outcome.messages};
    RETURN_IF_ERROR(system_->book().TakeCheck(handle, against, step));
    return outcome;
  }

 private:
  SpSystem* const system_;
};

// Answers of the IBR to reservations.
class Reservations : public exchange::CallbackHandler {
 public:
  explicit Reservations(SpSystem* system) : system_(system) {}

  void Keys(const ItemContext& context, absl::string_view body,
            std::vector<storage::Key>* keys) const override {}
  absl::StatusOr<CallbackOutcome> Apply(
      const ItemContext& context, absl::string_view body,
      storage::CommitView& view) const override {
    CallbackOutcome outcome;
    Handle handle;
    ASSIGN_OR_RETURN(const auto response,
                     ReadItem<ext::v1::ReserveResponse>(body));
    if (!Handle::FromText(context.handle, &handle) ||
        response.reserve_response_size() != 1)
      return absl::InvalidArgumentError("no answer to a reservation");
    const ext::v1::ReserveResponseItem& item = response.reserve_response(0);
    std::optional<std::string> against;
    if (item.status() != common::v1::REQUEST_STATUS_SUCC)
      against = absl::StrCat("the IBR says ", item.status_reason_code());
    const Step step{&view, context.now, "reserved at the IBR",
                    &outcome.messages};
    RETURN_IF_ERROR(system_->book().TakeCheck(handle, against, step));
    return outcome;
  }

 private:
  SpSystem* const system_;
};

// Answers of the IBR to reports; a mere acknowledgement is one.
class Reports : public exchange::CallbackHandler {
 public:
  explicit Reports(SpSystem* system) : system_(system) {}

  void Keys(const ItemContext& context, absl::string_view body,
            std::vector<storage::Key>* keys) const override {}
  absl::StatusOr<CallbackOutcome> Apply(
      const ItemContext& context, absl::string_view body,
      storage::CommitView& view) const override {
    CallbackOutcome outcome;
    Handle handle;
    ASSIGN_OR_RETURN(const auto response,
                     ReadItem<ibr::v1::EnrollmentUpdatesResponse>(body));
    if (!Handle::FromText(context.handle, &handle))
      return absl::InvalidArgumentError("no report of this system");
    std::optional<std::string> refusal;
    for (const auto& item : response.enrolled_response())
      if (item.status() == common::v1::REQUEST_STATUS_RJCT)
        refusal = absl::StrCat(item.status_reason_code(), " ",
                               item.status_reason_message());
    const Step step{&view, context.now, "", &outcome.messages};
    RETURN_IF_ERROR(system_->book().TakeReport(handle, refusal, step));
    return outcome;
  }

 private:
  SpSystem* const system_;
};

}  // namespace

absl::Status SpSystem::Register(exchange::HandlerRegistry* handlers) {
  const auto callbacks = std::make_shared<const Callbacks>(this);
  for (const schema::Service* service : callback_services_)
    for (const schema::Method& method : service->methods)
      RETURN_IF_ERROR(handlers->Register(method, callbacks));
  if (!asking_.has_ibr()) return absl::OkStatus();
  if (asking_.enrolled() != nullptr)
    RETURN_IF_ERROR(handlers->RegisterAnswer(
        *asking_.enrolled(), std::make_shared<const Checks>(this)));
  if (asking_.reserve() != nullptr)
    RETURN_IF_ERROR(handlers->RegisterAnswer(
        *asking_.reserve(), std::make_shared<const Reservations>(this)));
  return handlers->RegisterAnswer(*asking_.updates(),
                                  std::make_shared<const Reports>(this));
}

}  // namespace dci::spsystem
