#include "services/exchange/search_stream.h"

#include <utility>

#include "services/schema/reason.h"

namespace dci::exchange {

Pipeline::Impl::SearchStream::~SearchStream() {
  // The receiver went away between two pages.
  if (!ended_) End(absl::OkStatus());
}

void Pipeline::Impl::SearchStream::End(const absl::Status& status) {
  ended_ = true;
  if (!status.ok()) return impl_->Refuse(call_, status);
  LogEvent event = impl_->EventOf(*call_, LogEvent::Kind::kAnswered);
  event.items = tally_.completed;
  event.items_refused = tally_.refused;
  impl_->metrics_.answered++;
  impl_->metrics_.items += tally_.completed;
  impl_->metrics_.items_refused += tally_.refused;
  impl_->Finish(call_, Answer(), std::move(event));
}

void Pipeline::Impl::SearchStream::Next() {
  const Request& request = *call_->request;
  if (item_ == request.items.size()) return End(absl::OkStatus());
  const absl::Time now = impl_->parts_.clock->Now();
  if (now >= call_->deadline) {
    return End(schema::Refusal(dci::common::v1::REASON_REQUEST_TIMEOUT,
                               "the deadline has passed"));
  }
  absl::StatusOr<ItemOutcome> outcome = SearchItem(
      request, item_, *impl_->parts_.store->GetSnapshot(), continuation_, now);
  continuation_.clear();
  if (outcome.ok()) return Write(*std::move(outcome), now);
  if (IsFault(outcome.status()) || !request.plan->items_have_status()) {
    return End(outcome.status());
  }
  Seal(RefusedOutcome(outcome.status(), request.items[item_].reference_id, now),
       now);
}

void Pipeline::Impl::SearchStream::Write(ItemOutcome outcome, absl::Time now) {
  continuation_ = outcome.continuation.value_or("");
  const stored::Outcome stored =
      OutcomeOf(outcome, call_->request->items[item_].reference_id, now);
  if (!outcome.record) return Seal(stored, now);
  impl_->parts_.store->Commit(
      {.keys = {},
       .apply = std::move(outcome.record),
       .done = [self = shared_from_this(), stored, now](absl::Status status) {
         if (status.ok()) return self->Seal(stored, now);
         self->End(absl::UnavailableError(status.message()));
       }});
}

void Pipeline::Impl::SearchStream::Seal(const stored::Outcome& outcome,
                                        absl::Time now) {
  const Request& request = *call_->request;
  tally_.total = static_cast<int>(request.items.size());
  if (continuation_.empty()) {
    ++item_;
    ++tally_.completed;
    tally_.refused += outcome.status() == dci::common::v1::REQUEST_STATUS_RJCT;
  }
  Draft draft = impl_->AnswerDraft(
      *call_, impl_->FullHeader(*call_, AnswerHeader(tally_)),
      AnswerBody(*request.plan, request.context.transaction_id,
                 request.context.correlation_id, {outcome}),
      now);
  impl_->envelopes_.Seal(
      std::move(draft), now,
      [self = shared_from_this()](absl::StatusOr<Sealed> sealed) {
        if (sealed.ok()) return self->Give(*std::move(sealed));
        self->End(absl::UnavailableError(sealed.status().message()));
      });
}

void Pipeline::Impl::SearchStream::Give(Sealed sealed) {
  Answer page;
  page.bytes = std::move(sealed.bytes);
  page.http_signature = std::move(sealed.http_signature);
  take_(std::move(page), [self = shared_from_this()] { self->Next(); });
}

}  // namespace dci::exchange
