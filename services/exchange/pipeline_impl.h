// The inside of the pipeline.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_PIPELINE_IMPL_H_
#define CONVERGENCE_SERVICES_EXCHANGE_PIPELINE_IMPL_H_

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "services/exchange/answer_reader.h"
#include "services/exchange/call.h"
#include "services/exchange/decider.h"
#include "services/exchange/dispatcher.h"
#include "services/exchange/envelopes.h"
#include "services/exchange/intake.h"
#include "services/exchange/pipeline.h"
#include "services/exchange/recent_ids.h"
#include "services/exchange/runner.h"
#include "services/exchange/sweeper.h"
#include "services/exchange/transactions.h"
#include "services/schema/reason.h"

namespace dci::exchange {

class Pipeline::Impl {
 public:
  Impl(PipelineOptions options, PipelineParts parts, const Spaces& spaces);
  ~Impl();

  void Handle(RawMessage raw, std::function<void(Answer)> done);
  void HandleStream(RawMessage raw, PageTaker take,
                    std::function<void(Answer)> done);
  Answer Refuse(Wire wire, const absl::Status& why) const;
  void Wake();
  void Drain();

  const PipelineOptions options_;
  const PipelineParts parts_;
  const Spaces spaces_;
  Metrics metrics_;
  const Outbox outbox_;
  const Transactions transactions_;
  const Envelopes envelopes_;
  const AnswerReader answers_;
  OutboxRenderer renderer_;
  Intake intake_;
  RecentIds recent_;
  Sweeper sweeper_;
  Decider decider_;
  Dispatcher dispatcher_;

 private:
  // What a commit found and made; shared by its apply and its done.
  struct Result;
  class SearchStream;
  using CallPtr = std::shared_ptr<Call>;

  // Passes the intake and goes on with `then`.
  void Begin(RawMessage raw, std::function<void(Answer)> done,
             std::function<void(CallPtr)> then);

  void Proceed(CallPtr call);
  // Asynchronous: the first commit, then the ACK.
  void Accept(CallPtr call);
  // Synchronous and read-only: a snapshot.
  void Search(CallPtr call);
  absl::Status CheckRecent(const Call& call, const storage::View& view);
  // Synchronous and changing: one commit.
  void Decide(CallPtr call);
  absl::Status ApplyDecision(const Call& call, absl::Time now,
                             storage::CommitView& view, Result* result);
  // A callback: one commit, then the ACK.
  void TakeCallback(CallPtr call);
  absl::Status ApplyCallback(const Call& call, absl::Time now,
                             storage::CommitView& view, Result* result);

  // True where the message was handled before; then `result` is as it was
  // then. A refusal where another one had its id.
  absl::StatusOr<bool> IsRepetition(const Call& call, storage::CommitView& view,
                                    Result* result);
  void PutMessageRow(const Call& call, const Result& result,
                     storage::CommitView& view) const;
  // Runs `apply` in a commit and goes on with its result.
  void Commit(CallPtr call, std::vector<storage::Key> keys,
              std::function<absl::Status(storage::CommitView&, Result*)> apply,
              std::function<void(const Result&)> then);

  dci::common::v1::MsgCallbackHeader FullHeader(
      const Call& call, dci::common::v1::MsgCallbackHeader header) const;
  Draft AnswerDraft(const Call& call, dci::common::v1::MsgCallbackHeader header,
                    std::string body, absl::Time now) const;
  void Give(CallPtr call, dci::common::v1::MsgCallbackHeader header,
            std::string body, int items, int refused);
  void Acknowledge(CallPtr call, const Result& result);
  // In the header of the answer or as an ERR, by mode and reason.
  void Refuse(CallPtr call, const absl::Status& why);
  void RefuseInHeader(CallPtr call, const absl::Status& why);
  void RefuseInAck(CallPtr call, const absl::Status& why);
  // Counts it.
  LogEvent Refused(const Call& call, schema::Reason reason);
  void Finish(const CallPtr& call, Answer answer, LogEvent event);
  LogEvent EventOf(const Call& call, LogEvent::Kind kind) const;

  // Decides what was accepted, and sends what is due.
  void FinishAcknowledged();
  void RunDecider();
  void RunDispatcher();

  std::mutex mutex_;
  std::condition_variable idle_;
  bool draining_ = false;
  int active_ = 0;  // messages that are not answered
  std::atomic<bool> stopping_{false};
  absl::Time next_sweep_;  // of the decider's thread
  std::unique_ptr<Runner> decide_runner_;
  std::unique_ptr<Runner> dispatch_runner_;
};

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_PIPELINE_IMPL_H_
