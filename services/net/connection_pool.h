// The connections of one client thread, by origin. Internal.
#ifndef CONVERGENCE_SERVICES_NET_CONNECTION_POOL_H_
#define CONVERGENCE_SERVICES_NET_CONNECTION_POOL_H_

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "services/net/client_connection.h"

namespace dci::net {

// Who waits for a connection. Woken at most once per Wait(); tries again then.
class PoolWaiter {
 public:
  virtual ~PoolWaiter() = default;
  virtual void Wake() = 0;
};

// Bounds the connections of each origin and keeps the unused ones. One thread.
class ConnectionPool {
 public:
  ConnectionPool(const Executor& executor, size_t max_per_origin,
                 absl::Duration idle_timeout)
      : executor_(executor),
        max_per_origin_(max_per_origin),
        idle_timeout_(idle_timeout) {}

  struct Lease {
    bool granted = false;
    // Absent: the right to open one.
    std::unique_ptr<ClientConnection> connection;
  };
  // Not granted where the origin has all its connections in use. `fresh`
  // throws the unused ones away first: one of them was found dead, so the
  // others are likely to be. Whoever was granted calls GiveBack.
  Lease TryTake(const std::string& origin, bool fresh);

  // With a connection that may serve again, or null; wakes a waiter.
  void GiveBack(const std::string& origin,
                std::unique_ptr<ClientConnection> connection);

  // A newcomer waits at the end, one that waited in vain at the front.
  void Wait(const std::string& origin, PoolWaiter* waiter, bool at_front);
  void StopWaiting(const std::string& origin, PoolWaiter* waiter);
  bool HasWaiters(const std::string& origin) const;

  void CloseIdle();

 private:
  struct Origin {
    size_t open = 0;  // in use, promised or idle
    std::vector<std::unique_ptr<ClientConnection>> idle;  // latest last
    std::deque<PoolWaiter*> waiting;
  };

  void DropIdle(const std::string& origin, const ClientConnection* connection);
  void Settle(const std::string& origin);

  const Executor executor_;
  const size_t max_per_origin_;
  const absl::Duration idle_timeout_;
  absl::flat_hash_map<std::string, Origin> origins_;
};

}  // namespace dci::net

#endif  // CONVERGENCE_SERVICES_NET_CONNECTION_POOL_H_
