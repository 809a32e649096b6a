#include "services/net/connection_pool.h"

#include <algorithm>
#include <utility>

namespace dci::net {

ConnectionPool::Lease ConnectionPool::TryTake(const std::string& origin,
                                              bool fresh) {
  Origin& o = origins_[origin];
  Lease lease;
  if (fresh) {
    o.open -= o.idle.size();
    o.idle.clear();
  }
  // The latest used is the least likely to have been closed by the peer.
  while (!o.idle.empty() && lease.connection == nullptr) {
    std::unique_ptr<ClientConnection> connection = std::move(o.idle.back());
    o.idle.pop_back();
    connection->idle_deadline.reset();
    if (connection->LooksAlive()) {
      lease.connection = std::move(connection);
    } else {
      --o.open;
    }
  }
  lease.granted = lease.connection != nullptr || o.open < max_per_origin_;
  if (lease.granted && lease.connection == nullptr) ++o.open;
  return lease;
}

void ConnectionPool::GiveBack(const std::string& origin,
                              std::unique_ptr<ClientConnection> connection) {
  Origin& o = origins_[origin];
  if (connection == nullptr) {
    --o.open;
  } else {
    const ClientConnection* key = connection.get();
    connection->idle_deadline.emplace(
        executor_, [this, origin, key] { DropIdle(origin, key); });
    connection->idle_deadline->Set(idle_timeout_);
    o.idle.push_back(std::move(connection));
  }
  Settle(origin);
}

// Wakes who waits, or forgets an origin that nobody uses any more: a peer
// must not make this table grow by naming ever new hosts.
void ConnectionPool::Settle(const std::string& origin) {
  Origin& o = origins_[origin];
  if (!o.waiting.empty()) {
    PoolWaiter* waiter = o.waiting.front();
    o.waiting.pop_front();
    waiter->Wake();
  } else if (o.open == 0) {
    origins_.erase(origin);
  }
}

void ConnectionPool::DropIdle(const std::string& origin,
                              const ClientConnection* connection) {
  Origin& o = origins_[origin];
  const auto it =
      std::find_if(o.idle.begin(), o.idle.end(),
                   [&](const auto& c) { return c.get() == connection; });
  if (it != o.idle.end()) {
    o.idle.erase(it);
    --o.open;
  }
  Settle(origin);
}

void ConnectionPool::Wait(const std::string& origin, PoolWaiter* waiter,
                          bool at_front) {
  std::deque<PoolWaiter*>& waiting = origins_[origin].waiting;
  if (at_front) {
    waiting.push_front(waiter);
  } else {
    waiting.push_back(waiter);
  }
}

void ConnectionPool::StopWaiting(const std::string& origin,
                                 PoolWaiter* waiter) {
  const auto o = origins_.find(origin);
  if (o == origins_.end()) return;
  std::deque<PoolWaiter*>& waiting = o->second.waiting;
  const auto it = std::find(waiting.begin(), waiting.end(), waiter);
  if (it != waiting.end()) {
    waiting.erase(it);
  } else {
    // It was woken for nothing: the next one gets its turn.
    Settle(origin);
  }
}

bool ConnectionPool::HasWaiters(const std::string& origin) const {
  const auto o = origins_.find(origin);
  return o != origins_.end() && !o->second.waiting.empty();
}

void ConnectionPool::CloseIdle() {
  for (auto& [name, o] : origins_) {
    o.open -= o.idle.size();
    o.idle.clear();
  }
}

}  // namespace dci::net
