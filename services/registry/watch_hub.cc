#include "services/registry/watch_hub.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "services/base/status_macros.h"
#include "services/schema/reason.h"

namespace dci::registry {
namespace {

absl::Status Stopping() {
  return schema::Refusal(common::v1::REASON_SERVICE_UNAVAILABLE,
                         "the service is stopping");
}

}  // namespace

void WatchHub::Add(Watcher watcher) {
  auto call = std::make_shared<Call>();
  call->watcher = std::move(watcher);
  absl::Status refusal;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (stopped_) {
      refusal = Stopping();
    } else if (calls_ >= options_.max_watchers) {
      refusal = schema::Refusal(common::v1::REASON_REQUEST_TOO_MANY_REQUESTS,
                                "too many are waiting");
    } else {
      ++calls_;
      waiting_.push_back(call);
    }
  }
  if (!refusal.ok()) return call->watcher.give(refusal, nullptr);
  if (wake_) wake_();
}

size_t WatchHub::waiting() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return calls_;
}

absl::StatusOr<const WatchReader*> WatchHub::ReaderFor(const Call& call) const {
  const std::string& name = call.watcher.request.registry();
  if (name.empty() && readers_.size() == 1) return &readers_.front();
  for (const WatchReader& reader : readers_) {
    const schema::Service& service =
        reader.subscriptions().registry().service();
    const bool prefix =
        std::any_of(service.prefixes.begin(), service.prefixes.end(),
                    [&](const std::string& one) {
                      return absl::EqualsIgnoreCase(one, name);
                    });
    if (!name.empty() && (prefix || service.full_name == name)) return &reader;
  }
  return schema::Refusal(
      common::v1::REASON_REQUEST_NOT_FOUND,
      name.empty() ? "registry is missing" : "no such registry is held here");
}

absl::Duration WatchHub::WaitOf(const Call& call) const {
  const ext::v1::WatchRequest& request = call.watcher.request;
  // A stream that is silent says so as often as a long poll would.
  if (!call.watcher.once || !request.has_wait_seconds())
    return std::min(options_.default_wait, options_.max_wait);
  return std::min(absl::Seconds(std::max(request.wait_seconds(), 0)),
                  options_.max_wait);
}

absl::Status WatchHub::Begin(Call& call, const storage::Snapshot& snapshot,
                             absl::Time now) const {
  ASSIGN_OR_RETURN(call.query,
                   call.reader->Read(call.watcher.request,
                                     call.watcher.sender_id, snapshot));
  call.deadline = now + WaitOf(call);
  return absl::OkStatus();
}

void WatchHub::End(const CallPtr& call,
                   absl::StatusOr<ext::v1::WatchResponse> last) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    --calls_;
  }
  call->watcher.give(std::move(last), nullptr);
}

void WatchHub::GoOn(CallPtr call, bool ok) {
  bool stopped = false;
  if (ok) {
    std::lock_guard<std::mutex> lock(mutex_);
    stopped = stopped_;
    if (!stopped) waiting_.push_back(call);
  }
  if (!ok) return End(call, absl::CancelledError("the caller is gone"));
  if (stopped) return End(call, Stopping());
  if (wake_) wake_();
}

bool WatchHub::Serve(const CallPtr& call, absl::Time now, bool* more) {
  if (call->watcher.gone->load()) {
    End(call, absl::CancelledError("the caller is gone"));
    return false;
  }
  if (call->reader == nullptr) {
    const absl::StatusOr<const WatchReader*> reader = ReaderFor(*call);
    if (!reader.ok()) {
      End(call, reader.status());
      return false;
    }
    call->reader = *reader;
  }
  const auto snapshot =
      call->reader->subscriptions().registry().store().GetSnapshot();
  if (!call->query.has_value()) {
    if (absl::Status begun = Begin(*call, *snapshot, now); !begun.ok()) {
      End(call, begun);
      return false;
    }
  }
  bool left = false;
  auto answer = Collect(*call, *snapshot, now, &left);
  if (!answer.ok() ||
      (call->watcher.once &&
       (!answer->events().empty() || (now >= call->deadline && !left)))) {
    End(call, std::move(answer));
    return false;
  }
  if (answer->events().empty() && now < call->deadline) {
    *more |= left;
    return true;
  }
  call->deadline = now + WaitOf(*call);
  call->watcher.give(std::move(answer),
                     [this, call](bool ok) { GoOn(call, ok); });
  return false;
}

absl::StatusOr<ext::v1::WatchResponse> WatchHub::Collect(
    Call& call, const storage::Snapshot& snapshot, absl::Time now,
    bool* more) const {
  ASSIGN_OR_RETURN(WatchAnswer answer,
                   call.reader->Collect(snapshot, &*call.query, now));
  *more = answer.more;
  if (answer.write_down.empty()) return std::move(answer.response);
  RETURN_IF_ERROR(storage::CommitAndWait(
      call.reader->subscriptions().registry().store(), {},
      [&](storage::CommitView& view) -> absl::Status {
        for (const DisclosureLog::Write& write : answer.write_down)
          RETURN_IF_ERROR(write(view));
        return absl::OkStatus();
      }));
  return std::move(answer.response);
}

absl::StatusOr<bool> WatchHub::ExecutePass(absl::Time now) {
  std::lock_guard<std::mutex> pass(pass_mutex_);
  std::list<CallPtr> calls;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (stopped_) return false;
    calls.swap(waiting_);
  }
  bool more = false;
  for (auto call = calls.begin(); call != calls.end();)
    call = Serve(*call, now, &more) ? std::next(call) : calls.erase(call);
  std::lock_guard<std::mutex> lock(mutex_);
  waiting_.splice(waiting_.begin(), calls);
  return more;
}

void WatchHub::Stop() {
  std::lock_guard<std::mutex> pass(pass_mutex_);
  std::list<CallPtr> calls;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopped_ = true;
    calls.swap(waiting_);
  }
  for (const CallPtr& call : calls) {
    absl::StatusOr<ext::v1::WatchResponse> last = Stopping();
    if (call->watcher.once && call->query.has_value()) {
      // With nothing: what there is comes to the next poll.
      last = ext::v1::WatchResponse();
      last->set_cursor(call->reader->CursorOf(*call->query));
    }
    End(call, std::move(last));
  }
}

}  // namespace dci::registry
