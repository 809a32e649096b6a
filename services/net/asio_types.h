// The few Asio types that the sources of this folder share. Internal: no
// public header includes Boost.
#ifndef CONVERGENCE_SERVICES_NET_ASIO_TYPES_H_
#define CONVERGENCE_SERVICES_NET_ASIO_TYPES_H_

#include <chrono>
#include <functional>
#include <limits>
#include <memory>
#include <tuple>

#include "absl/time/time.h"
#include "boost/asio/as_tuple.hpp"
#include "boost/asio/awaitable.hpp"
#include "boost/asio/basic_stream_socket.hpp"
#include "boost/asio/basic_waitable_timer.hpp"
#include "boost/asio/io_context.hpp"
#include "boost/asio/ip/tcp.hpp"
#include "boost/asio/use_awaitable.hpp"

namespace dci::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// One thread runs each io_context, and a connection lives on one of them:
// nothing below needs a lock. The concrete executor saves an allocation and
// an indirect call per operation.
using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<tcp, Executor>;
using SteadyClock = std::chrono::steady_clock;
using Timer =
    asio::basic_waitable_timer<SteadyClock, asio::wait_traits<SteadyClock>,
                               Executor>;

template <typename T>
using Task = asio::awaitable<T, Executor>;
using IoResult = std::tuple<error_code, size_t>;

// GCC 12 loses its place in `if (!co_await f()) co_return …;` within a loop,
// and destroys a temporary among the arguments of a co_await twice. So in this
// folder a co_await stands in a statement of its own, and coroutines take
// references to variables, and plain values.
//
// Completion token: results as a tuple that starts with the error code.
inline constexpr asio::as_tuple_t<asio::use_awaitable_t<Executor>> kTuple;

// Lets one coroutine at a time wait until another part of the same thread
// has changed something. Wakes without a change are possible.
class Event {
 public:
  explicit Event(const Executor& executor)
      : timer_(executor, SteadyClock::time_point::max()) {}
  Task<void> Wait() { co_await timer_.async_wait(kTuple); }
  void Notify() { timer_.cancel(); }

 private:
  Timer timer_;
};

// Calls back once when a time has passed that was not cleared or moved.
// Moving it costs nothing mostly: the timer is set again only when it fires
// early or would fire late. One thread.
class Watchdog {
 public:
  Watchdog(const Executor& executor, std::function<void()> expired)
      : state_(std::make_shared<State>(executor, std::move(expired))) {}
  ~Watchdog() { Clear(); }

  void Set(absl::Duration after) {
    state_->deadline = SteadyClock::now() + absl::ToChronoNanoseconds(after);
    if (state_->deadline < state_->armed) Arm(state_);
  }
  void Clear() { state_->deadline = kNever; }
  // Gives the timer back, so that the thread has nothing left to wait for.
  void Stop() {
    Clear();
    state_->timer.cancel();
  }

 private:
  static constexpr SteadyClock::time_point kNever =
      SteadyClock::time_point::max();

  struct State {
    State(const Executor& executor, std::function<void()> f)
        : timer(executor), expired(std::move(f)) {}
    Timer timer;
    std::function<void()> expired;
    SteadyClock::time_point deadline = kNever;
    SteadyClock::time_point armed = kNever;
  };

  static void Arm(const std::shared_ptr<State>& state) {
    state->armed = state->deadline;
    state->timer.expires_at(state->armed);
    state->timer.async_wait(
        [weak = std::weak_ptr<State>(state)](error_code ec) {
          const std::shared_ptr<State> state = weak.lock();
          if (ec || state == nullptr) return;
          state->armed = kNever;
          if (state->deadline == kNever) return;
          if (state->deadline > SteadyClock::now()) return Arm(state);
          state->deadline = kNever;
          state->expired();
        });
  }

  std::shared_ptr<State> state_;
};

}  // namespace dci::net

#endif  // CONVERGENCE_SERVICES_NET_ASIO_TYPES_H_
