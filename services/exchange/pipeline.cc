#include "services/exchange/pipeline.h"

#include <utility>

#include "services/base/status_macros.h"
#include "services/exchange/answer_body.h"
#include "services/exchange/pipeline_impl.h"
#include "services/exchange/search_stream.h"
#include "services/schema/reason.h"

namespace dci::exchange {

using dci::common::v1::MsgCallbackHeader;

namespace {

constexpr size_t kMaxItemsRefusedByName = 10000;

// Refused with their message, for no reason of their own; none where they are
// more than anybody reads.
std::vector<stored::Outcome> RefusedItems(const Request& request,
                                          absl::Time now) {
  std::vector<stored::Outcome> outcomes;
  if (!request.plan->items_have_status() ||
      request.items.size() > kMaxItemsRefusedByName) {
    return outcomes;
  }
  ItemOutcome refused;
  refused.status = dci::common::v1::REQUEST_STATUS_RJCT;
  for (const BatchItem& item : request.items) {
    outcomes.push_back(OutcomeOf(refused, item.reference_id, now));
  }
  return outcomes;
}

}  // namespace

Pipeline::Impl::Impl(PipelineOptions options, PipelineParts parts,
                     const Spaces& spaces)
    : options_(std::move(options)),
      parts_(parts),
      spaces_(spaces),
      outbox_(spaces.outbox, parts.ids),
      transactions_(spaces, parts.handlers, &outbox_, parts.participants,
                    parts.codec),
      envelopes_(parts.codec, parts.signer, parts.encrypter),
      answers_(options_.limits, parts.codec, parts.verifier, parts.handlers,
               &outbox_, &transactions_),
      renderer_(options_.id, options_.public_url, options_.send_timeout,
                &envelopes_, parts.participants, &answers_, parts.sources),
      intake_({options_.accepted_receiver_ids, options_.limits,
               options_.max_items, options_.replay_window},
              parts.codec, parts.verifier, parts.handlers, parts.clock,
              parts.ids),
      sweeper_(options_.retention, spaces, parts.store, parts.handlers),
      decider_({.backoff = options_.dispatch.backoff,
                .seed = options_.dispatch.seed},
               spaces, parts.store, &transactions_, &outbox_, parts.clock,
               &metrics_, parts.log),
      dispatcher_(
          options_.dispatch, parts.store, &outbox_, &renderer_, parts.sender,
          parts.clock, &metrics_, parts.log,
          [this] {
            if (dispatch_runner_ != nullptr) dispatch_runner_->Wake();
          },
          parts.sources) {
  if (!options_.run_in_background) return;
  dispatch_runner_ =
      std::make_unique<Runner>([this] { RunDispatcher(); }, options_.tick);
  decide_runner_ =
      std::make_unique<Runner>([this] { RunDecider(); }, options_.tick);
  // Their passes wake each other: both must be there.
  dispatch_runner_->Start();
  decide_runner_->Start();
}

Pipeline::Impl::~Impl() { Drain(); }

// An error of a pass is one of the store, which shows it in its own state;
// the next pass tries again.
void Pipeline::Impl::RunDecider() {
  while (!stopping_) {
    const absl::StatusOr<int> begun = decider_.ExecutePass(parts_.clock->Now());
    if (!begun.ok() || *begun == 0) return;
    dispatch_runner_->Wake();
  }
}

void Pipeline::Impl::RunDispatcher() {
  while (!stopping_) {
    const absl::StatusOr<int> begun =
        dispatcher_.ExecutePass(parts_.clock->Now());
    if (!begun.ok() || *begun == 0) return;
  }
}

void Pipeline::Impl::Wake() {
  if (decide_runner_ == nullptr) return;
  decide_runner_->Wake();
  dispatch_runner_->Wake();
}

void Pipeline::Impl::Drain() {
  {
    std::unique_lock<std::mutex> lock(mutex_);
    draining_ = true;
    idle_.wait(lock, [this] { return active_ == 0; });
  }
  stopping_ = true;
  // Stopped, not destroyed: answers that come late still wake them.
  if (decide_runner_ != nullptr) {
    decide_runner_->Stop();
    dispatch_runner_->Stop();
    FinishAcknowledged();
  }
  dispatcher_.Drain();
}

void Pipeline::Impl::FinishAcknowledged() {
  const absl::Time until = parts_.clock->Now() + options_.drain_time;
  for (absl::Time now; (now = parts_.clock->Now()) < until;) {
    const absl::StatusOr<int> decided = decider_.ExecutePass(now);
    if (!decided.ok() || *decided == 0) break;
  }
  // What fails is due later than now: each message has one try.
  for (absl::Time now; (now = parts_.clock->Now()) < until;) {
    const absl::StatusOr<int> begun = dispatcher_.ExecutePass(now);
    if (!begun.ok() || *begun == 0) break;
    dispatcher_.WaitIdle();
  }
}

void Pipeline::Impl::Handle(RawMessage raw, std::function<void(Answer)> done) {
  Begin(std::move(raw), std::move(done),
        [this](CallPtr call) { Proceed(std::move(call)); });
}

void Pipeline::Impl::HandleStream(RawMessage raw, PageTaker take,
                                  std::function<void(Answer)> done) {
  Begin(std::move(raw), std::move(done),
        [this, take = std::move(take)](CallPtr call) {
          call->streamed = true;
          if (call->request->plan->search == nullptr) {
            return Refuse(call, absl::InternalError("not a search"));
          }
          const auto snapshot = parts_.store->GetSnapshot();
          if (absl::Status recent = CheckRecent(*call, *snapshot);
              !recent.ok()) {
            return Refuse(call, recent);
          }
          std::make_shared<SearchStream>(this, std::move(call), take)->Next();
        });
}

void Pipeline::Impl::Begin(RawMessage raw, std::function<void(Answer)> done,
                           std::function<void(CallPtr)> then) {
  metrics_.received++;
  auto call = std::make_shared<Call>();
  call->wire = raw.wire;
  call->method = raw.method;
  call->received = raw.received;
  call->deadline = raw.deadline;
  call->done = std::move(done);
  bool draining;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    ++active_;
    draining = draining_;
  }
  if (draining) {
    return Refuse(call,
                  schema::Refusal(dci::common::v1::REASON_SERVICE_UNAVAILABLE,
                                  "the service is stopping"));
  }
  intake_.Take(call, std::move(raw),
               [this, call, then = std::move(then)](absl::Status status) {
                 if (!status.ok()) return Refuse(call, status);
                 metrics_.findings += call->findings;
                 then(call);
               });
}

MsgCallbackHeader Pipeline::Impl::FullHeader(const Call& call,
                                             MsgCallbackHeader header) const {
  header.set_version("1.0.0");
  header.set_message_id(parts_.ids->NewId());
  header.set_action(call.method->answer_action);
  header.set_sender_id(options_.id);
  header.set_receiver_id(call.sender_id);
  header.set_is_msg_encrypted(call.request->encrypted);
  return header;
}

Draft Pipeline::Impl::AnswerDraft(const Call& call, MsgCallbackHeader header,
                                  std::string body, absl::Time now) const {
  Draft draft;
  draft.wire = call.wire;
  draft.envelope = call.method->response;
  draft.body_type = call.method->response_body;
  draft.header = std::move(header);
  // Of this sending: a JWS is judged by it.
  draft.header.set_message_ts(FormatTimestamp(now));
  draft.body = std::move(body);
  draft.receiver = call.request->context.sender;
  draft.encrypt = call.request->encrypted;
  return draft;
}

void Pipeline::Impl::Give(CallPtr call, MsgCallbackHeader header,
                          std::string body, int items, int refused) {
  const absl::Time now = parts_.clock->Now();
  metrics_.items += items;
  metrics_.items_refused += refused;
  Draft draft = AnswerDraft(*call, std::move(header), std::move(body), now);
  envelopes_.Seal(std::move(draft), now,
                  [this, call, items, refused](absl::StatusOr<Sealed> sealed) {
                    if (!sealed.ok()) {
                      // A receiver without a key cannot mend that by asking
                      // again soon.
                      return Refuse(call, absl::UnavailableError(
                                              sealed.status().message()));
                    }
                    metrics_.answered++;
                    Answer answer;
                    answer.bytes = std::move(sealed->bytes);
                    answer.http_signature = std::move(sealed->http_signature);
                    LogEvent event = EventOf(*call, LogEvent::Kind::kAnswered);
                    event.items = items;
                    event.items_refused = refused;
                    Finish(call, std::move(answer), std::move(event));
                  });
}

Answer Pipeline::Impl::Refuse(Wire wire, const absl::Status& why) const {
  return envelopes_.Refuse(wire, why, parts_.ids->NewId(), parts_.clock->Now());
}

void Pipeline::Impl::Refuse(CallPtr call, const absl::Status& why) {
  const schema::Reason reason = schema::ReasonOf(why);
  // What a header can say is said there, where the answer has one: a caller
  // of a synchronous operation waits for that answer and no acknowledgement.
  const bool in_header = call->well_formed && !call->streamed &&
                         call->method->mode == schema::Mode::kSync &&
                         schema::Info(reason).in_header;
  return in_header ? RefuseInHeader(std::move(call), why)
                   : RefuseInAck(std::move(call), why);
}

LogEvent Pipeline::Impl::Refused(const Call& call, schema::Reason reason) {
  metrics_.refused++;
  metrics_.throttled +=
      reason == dci::common::v1::REASON_REQUEST_TOO_MANY_REQUESTS;
  metrics_.unavailable += reason == dci::common::v1::REASON_SERVICE_UNAVAILABLE;
  LogEvent event = EventOf(call, LogEvent::Kind::kRefused);
  event.outcome = schema::Info(reason).text;
  return event;
}

void Pipeline::Impl::RefuseInHeader(CallPtr call, const absl::Status& why) {
  const Request& request = *call->request;
  const absl::Time now = parts_.clock->Now();
  Draft draft = AnswerDraft(
      *call,
      FullHeader(*call,
                 RefusedHeader(why, static_cast<int>(request.items.size()))),
      AnswerBody(*request.plan, request.context.transaction_id,
                 request.context.correlation_id, RefusedItems(request, now)),
      now);
  envelopes_.Seal(
      std::move(draft), now, [this, call, why](absl::StatusOr<Sealed> sealed) {
        // Without a key for the receiver it is an error all the
        // same.
        if (!sealed.ok()) return RefuseInAck(call, why);
        Answer answer;
        answer.bytes = std::move(sealed->bytes);
        answer.http_signature = std::move(sealed->http_signature);
        Finish(call, std::move(answer), Refused(*call, schema::ReasonOf(why)));
      });
}

void Pipeline::Impl::RefuseInAck(CallPtr call, const absl::Status& why) {
  LogEvent event = Refused(*call, schema::ReasonOf(why));
  Answer answer = Refuse(call->wire, why);
  answer.retry_after = call->retry_after;
  Finish(call, std::move(answer), std::move(event));
}

LogEvent Pipeline::Impl::EventOf(const Call& call, LogEvent::Kind kind) const {
  LogEvent event;
  event.kind = kind;
  event.method = call.method->full_name;
  event.participant_id = call.sender_id;
  event.message_id = call.header.message_id();
  event.findings = call.findings;
  if (call.request != nullptr) {
    event.transaction_id = call.request->context.transaction_id;
    event.correlation_id = call.request->context.correlation_id;
  }
  return event;
}

void Pipeline::Impl::Finish(const CallPtr& call, Answer answer,
                            LogEvent event) {
  if (parts_.log != nullptr) {
    event.time = parts_.clock->Now();
    event.duration = event.time - call->received;
    parts_.log->Log(event);
  }
  call->done(std::move(answer));
  std::lock_guard<std::mutex> lock(mutex_);
  if (--active_ == 0) idle_.notify_all();
}

absl::StatusOr<std::unique_ptr<Pipeline>> Pipeline::Create(
    PipelineOptions options, PipelineParts parts) {
  ASSIGN_OR_RETURN(const Spaces spaces, Spaces::Find(*parts.store));
  return std::unique_ptr<Pipeline>(
      new Pipeline(std::make_unique<Impl>(std::move(options), parts, spaces)));
}

Pipeline::Pipeline(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Pipeline::~Pipeline() = default;

void Pipeline::Handle(RawMessage message, std::function<void(Answer)> done) {
  impl_->Handle(std::move(message), std::move(done));
}

void Pipeline::HandleStream(RawMessage message, PageTaker take,
                            std::function<void(Answer)> done) {
  impl_->HandleStream(std::move(message), std::move(take), std::move(done));
}

Answer Pipeline::Refuse(Wire wire, const absl::Status& status) const {
  return impl_->Refuse(wire, status);
}

absl::StatusOr<int> Pipeline::DecidePass(absl::Time now) {
  return impl_->decider_.ExecutePass(now);
}

absl::StatusOr<int> Pipeline::DispatchPass(absl::Time now) {
  return impl_->dispatcher_.ExecutePass(now);
}

absl::StatusOr<int> Pipeline::SweepPass(absl::Time now) {
  return impl_->sweeper_.ExecutePass(now);
}

void Pipeline::WaitIdle() { impl_->dispatcher_.WaitIdle(); }
void Pipeline::Wake() { impl_->Wake(); }
void Pipeline::Drain() { impl_->Drain(); }
const Outbox& Pipeline::outbox() const { return impl_->outbox_; }

absl::Status Pipeline::Complete(storage::CommitView& view,
                                const std::vector<Completion>& completions,
                                absl::Time now) const {
  return impl_->transactions_.Complete(view, completions, now);
}

const Metrics& Pipeline::metrics() const { return impl_->metrics_; }

}  // namespace dci::exchange
