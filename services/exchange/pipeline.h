// The one entrance: what every message passes, on either wire.
//
// decode, verify, check the header, know a repetition, then decide. A
// synchronous message is one commit, or none where nothing changes. An
// asynchronous one is two: accepted, then the ACK leaves; a pass commits what
// was decided, and the callback stands in the outbox.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_PIPELINE_H_
#define CONVERGENCE_SERVICES_EXCHANGE_PIPELINE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/base/clock.h"
#include "services/base/ids.h"
#include "services/exchange/dispatcher.h"
#include "services/exchange/handler_registry.h"
#include "services/exchange/log_sink.h"
#include "services/exchange/metrics.h"
#include "services/exchange/outbox.h"
#include "services/exchange/raw_message.h"
#include "services/exchange/sender.h"
#include "services/storage/store.h"
#include "services/trust/encryption.h"
#include "services/trust/participants.h"
#include "services/trust/signer.h"
#include "services/trust/verifier.h"
#include "services/wire/codec.h"
#include "services/wire/limits.h"

namespace dci::exchange {

struct PipelineOptions {
  // sender_id of what leaves.
  std::string id;
  // Texts of receiver_id that mean this server; "*": any. An absent one
  // always does.
  std::vector<std::string> accepted_receiver_ids;
  // sender_uri of requests that leave.
  std::string public_url;
  wire::Limits limits;
  // Items of a message; a participant may have less.
  int max_items = 10000;
  // Bytes of results that a synchronous search answers at most, so that the
  // answer's JSON, about twice as long, is within the 10 MiB that are read by
  // default. An item that would go beyond is refused, and may be asked for by
  // smaller pages, in another message or asynchronously.
  size_t max_answer_bytes = 4 << 20;
  // HTTP status of an ACK: 200, or 202.
  int ack_http_status = 200;
  // How long a message id is remembered whose message changes nothing: as
  // long as a JWS over it would be accepted. Where a signature says itself how
  // long it is valid, until then, if that is longer.
  absl::Duration replay_window = absl::Seconds(420);
  // How long asynchronous messages that change nothing are kept, with their
  // outcomes: for their repetition, and for transaction status. Those that
  // change something are kept for ever.
  absl::Duration retention = absl::Hours(24 * 7);
  // For one try of an outgoing message.
  absl::Duration send_timeout = absl::Seconds(10);
  DispatcherOptions dispatch;
  // How long Drain goes on deciding what was accepted.
  absl::Duration drain_time = absl::Seconds(5);
  // Longest time between two passes where nobody asked for one.
  absl::Duration tick = absl::Milliseconds(250);
  // Starts the background threads. Tests drive the passes themselves.
  bool run_in_background = true;
};

// What the pipeline works with. All of it outlives the pipeline; all but
// `log` and `sources` must be there.
struct PipelineParts {
  const wire::Codec* codec = nullptr;
  const trust::ParticipantDirectory* participants = nullptr;
  const trust::Verifier* verifier = nullptr;
  const trust::Signer* signer = nullptr;
  const trust::Encrypter* encrypter = nullptr;
  storage::Store* store = nullptr;  // opened with ExchangeSpaces()
  const HandlerRegistry* handlers = nullptr;
  Sender* sender = nullptr;
  Clock* clock = Clock::Real();
  IdSource* ids = IdSource::Random();
  LogSink* log = nullptr;
  // Of messages that stand in the outbox as references; may be null.
  const MessageSources* sources = nullptr;
};

// Thread-safe.
class Pipeline {
 public:
  // NOT_FOUND where the store lacks a space.
  static absl::StatusOr<std::unique_ptr<Pipeline>> Create(
      PipelineOptions options, PipelineParts parts);
  // As Drain.
  ~Pipeline();

  // Takes a message and calls `done` exactly once, on any thread. A refusal
  // is an answer too. Nothing is acknowledged, and no result told, before it
  // is durable. May read the disk; the caller chooses the thread.
  void Handle(RawMessage message, std::function<void(Answer)> done);

  // Takes one page of a streamed answer, and asks for the next by calling
  // `next` once, on any thread; letting go of it uncalled ends the stream.
  using PageTaker =
      std::function<void(Answer page, std::function<void()> next)>;
  // The same for a synchronous message that changes nothing, answered page by
  // page: each page is an envelope of its own, with one page of one item. Then,
  // or with a refusal at any time, `done` is called once; its answer has no
  // bytes where all pages were given.
  void HandleStream(RawMessage message, PageTaker take,
                    std::function<void(Answer)> done);

  // The answer to a message that a transport could not take: too long, too
  // slow, for no operation. `status` as Refusal makes them.
  Answer Refuse(Wire wire, const absl::Status& status) const;

  // Decides what is accepted; returns how many messages were begun. Waits for
  // their commits.
  absl::StatusOr<int> DecidePass(absl::Time now);
  // Sends what is due; returns how many messages were begun.
  absl::StatusOr<int> DispatchPass(absl::Time now);
  // Forgets what is older than the retention, a bounded number of messages;
  // returns how many.
  absl::StatusOr<int> SweepPass(absl::Time now);
  // Waits until nothing that was sent is unanswered.
  void WaitIdle();
  // Asks for passes soon: after a commit of somebody else that put messages
  // into the outbox.
  void Wake();

  // Refuses new messages with err.service.unavailable, and returns once all
  // that was taken is answered, what was acknowledged is decided (within
  // drain_time; where passes run in the background), what was due has had one
  // try, and what is in flight has its outcome written. The rest stays in the
  // store. The sender must still send.
  void Drain();

  // For commits of others: fan-out, timers, the operator.
  const Outbox& outbox() const;
  // Completes pending items within the caller's commit; call Wake after it.
  absl::Status Complete(storage::CommitView& view,
                        const std::vector<Completion>& completions,
                        absl::Time now) const;
  const Metrics& metrics() const;

 private:
  class Impl;
  explicit Pipeline(std::unique_ptr<Impl> impl);
  const std::unique_ptr<Impl> impl_;
};

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_PIPELINE_H_
