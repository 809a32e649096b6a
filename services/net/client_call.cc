#include "services/net/client_call.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "boost/asio/post.hpp"
#include "services/base/status_macros.h"
#include "services/net/address_guard.h"

namespace dci::net {
namespace {

bool IsOurs(absl::string_view name) {
  for (absl::string_view ours :
       {"host", "content-length", "transfer-encoding", "connection"}) {
    if (absl::EqualsIgnoreCase(name, ours)) return true;
  }
  return false;
}

bool IsIdempotent(absl::string_view method) {
  for (absl::string_view m : {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"}) {
    if (method == m) return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<WireRequest> MakeWireRequest(const Url& url,
                                            HttpClientRequest* request) {
  // A method is a token, as a field name is.
  RETURN_IF_ERROR(CheckHeaders({{request->method, ""}}));
  RETURN_IF_ERROR(CheckHeaders(request->headers));
  WireRequest wire;
  absl::StrAppend(&wire.head, request->method, " ", url.target,
                  " HTTP/1.1\r\nHost: ", url.HostHeader(), "\r\n");
  for (const auto& [name, value] : request->headers.fields()) {
    if (!IsOurs(name)) absl::StrAppend(&wire.head, name, ": ", value, "\r\n");
  }
  if (!request->body.empty() || !IsIdempotent(request->method) ||
      request->method == "PUT") {
    absl::StrAppend(&wire.head, "Content-Length: ", request->body.size(),
                    "\r\n");
  }
  absl::StrAppend(&wire.head, "\r\n");
  wire.body = std::move(request->body);
  wire.is_head = request->method == "HEAD";
  request->safe_to_resend |= IsIdempotent(request->method);
  return wire;
}

ClientCall::ClientCall(ClientThread* thread, Url url, WireRequest wire,
                       bool safe_to_resend)
    : thread_(*thread),
      url_(std::move(url)),
      origin_(url_.Origin()),
      wire_(std::move(wire)),
      safe_to_resend_(safe_to_resend),
      wake_(thread->context->get_executor()),
      deadline_(thread->context->get_executor(),
                [this] {
                  expired_ = true;
                  Interrupt();
                }),
      connect_deadline_(thread->context->get_executor(), [this] {
        if (connection_ != nullptr) connection_->Close();
      }) {}

absl::Status ClientCall::Ended() const {
  if (cancelled_) return absl::CancelledError("the HTTP client was closed");
  if (expired_) {
    return absl::DeadlineExceededError(
        absl::StrCat(origin_, " did not answer in time"));
  }
  return absl::OkStatus();
}

void ClientCall::Interrupt() {
  if (connection_ != nullptr) connection_->Close();
  wake_.Notify();
}

void ClientCall::Cancel() {
  cancelled_ = true;
  Interrupt();
}

Task<absl::StatusOr<HttpResponse>> ClientCall::Run(absl::Duration timeout) {
  deadline_.Set(timeout);
  absl::StatusOr<HttpResponse> answer = absl::UnknownError("");
  // The second time with a connection of its own, and that is the last.
  for (bool fresh = false;; fresh = true) {
    absl::Status status = co_await Acquire(fresh);
    if (!status.ok()) {
      answer = status;
      break;
    }
    const bool pooled = connection_ != nullptr;
    Exchanged exchanged;
    if (!pooled) status = co_await Connect();
    if (status.ok()) {
      exchanged = co_await connection_->Exchange(wire_);
    } else {
      exchanged.response = status;
    }
    answer = std::move(exchanged.response);
    Release();
    const bool stale = pooled && !answer.ok() && !exchanged.answer_began;
    if (fresh || !stale || !safe_to_resend_ || !Ended().ok()) break;
  }
  deadline_.Stop();
  connect_deadline_.Stop();
  // What failed because the time was up is told as that.
  if (!answer.ok() && !Ended().ok()) answer = Ended();
  co_return answer;
}

Task<absl::Status> ClientCall::Acquire(bool fresh) {
  for (bool waited = false;;) {
    if (!Ended().ok()) {
      if (waited) thread_.pool.StopWaiting(origin_, this);
      co_return Ended();
    }
    // Who comes later waits behind those who wait already.
    if (waited || !thread_.pool.HasWaiters(origin_)) {
      ConnectionPool::Lease lease = thread_.pool.TryTake(origin_, fresh);
      if (lease.granted) {
        connection_ = std::move(lease.connection);
        co_return absl::OkStatus();
      }
    }
    thread_.pool.Wait(origin_, this, /*at_front=*/waited);
    waited = true;
    woken_ = false;
    while (!woken_ && Ended().ok()) co_await wake_.Wait();
  }
}

void ClientCall::Release() {
  const bool keep =
      connection_ != nullptr && connection_->reusable() && Ended().ok();
  if (!keep) connection_.reset();
  thread_.pool.GiveBack(origin_, std::move(connection_));
}

Task<absl::Status> ClientCall::Connect() {
  absl::Status status = co_await Resolve();
  if (!status.ok()) co_return status;
  const auto allowed = AllowedAddresses();
  if (!allowed.ok()) co_return allowed.status();
  for (const asio::ip::address& address : *allowed) {
    status = co_await ConnectTo(address);
    if (status.ok() || !Ended().ok()) break;
  }
  co_return status;
}

Task<absl::Status> ClientCall::ConnectTo(const asio::ip::address& address) {
  const HttpClientOptions& options = *thread_.options;
  connection_ = std::make_unique<ClientConnection>(
      thread_.context->get_executor(),
      ResponseLimits{options.max_response_header_bytes,
                     options.max_response_bytes});
  connect_deadline_.Set(options.connect_timeout);
  const TlsContext* tls = url_.https ? &thread_.tls : nullptr;
  const tcp::endpoint endpoint(address, url_.port);
  absl::Status status = co_await connection_->Connect(endpoint, url_.host, tls);
  connect_deadline_.Clear();
  co_return status;
}

Task<absl::Status> ClientCall::Resolve() {
  error_code no_literal;
  asio::ip::make_address(url_.host, no_literal);
  if (!no_literal) {
    addresses_ = std::vector<std::string>{url_.host};
    co_return absl::OkStatus();
  }
  addresses_.reset();
  // The answer may come on any thread, and after the end of the call or the
  // client: it then finds nobody.
  auto done = [context = thread_.context,
               weak = weak_from_this()](Addresses addresses) {
    asio::post(*context, [weak, addresses = std::move(addresses)]() mutable {
      const std::shared_ptr<ClientCall> call = weak.lock();
      if (call != nullptr) call->OnResolved(std::move(addresses));
    });
  };
  thread_.options->resolver(url_.host, std::move(done));
  while (!addresses_.has_value() && Ended().ok()) co_await wake_.Wait();
  if (!Ended().ok()) co_return Ended();
  co_return addresses_->status();
}

void ClientCall::OnResolved(Addresses addresses) {
  if (addresses_.has_value()) return;
  addresses_ = std::move(addresses);
  wake_.Notify();
}

absl::StatusOr<std::vector<asio::ip::address>> ClientCall::AllowedAddresses()
    const {
  std::vector<asio::ip::address> allowed;
  absl::Status refused = absl::UnavailableError(
      absl::StrCat("host ", url_.host, " has no address"));
  for (const std::string& text : **addresses_) {
    absl::Status checked = CheckAddress(thread_.options->addresses, text);
    error_code ec;
    const asio::ip::address address = asio::ip::make_address(text, ec);
    if (checked.ok() && !ec) {
      allowed.push_back(address);
    } else if (!checked.ok()) {
      refused = absl::Status(checked.code(),
                             absl::StrCat(url_.host, ": ", checked.message()));
    }
  }
  if (allowed.empty()) return refused;
  return allowed;
}

}  // namespace dci::net
