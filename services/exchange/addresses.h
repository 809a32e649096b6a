// What is in flight to which address, and which addresses do not answer.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_ADDRESSES_H_
#define CONVERGENCE_SERVICES_EXCHANGE_ADDRESSES_H_

#include <mutex>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"

namespace dci::exchange {

struct AddressLimits {
  // Messages in flight to one address.
  int max_in_flight = 32;
  // After so many failures in a row nothing is sent there for the pause; then
  // one message tries whether it is back.
  int breaker_failures = 5;
  absl::Duration pause = absl::Seconds(30);
};

// An address is a host and port: what lies behind one fails as one, whoever
// is reached there, and a participant may have several. Thread-safe.
class Addresses {
 public:
  explicit Addresses(const AddressLimits& limits) : limits_(limits) {}

  // Takes a place for one message; false where there is none now.
  bool Take(const std::string& address, absl::Time now);
  // What became of a message that was sent there. An answer of any kind shows
  // that somebody is there.
  void Note(const std::string& address, bool answered, absl::Time now);
  // Gives the place back.
  void Release(const std::string& address);

 private:
  struct State {
    int in_flight = 0;
    int failures = 0;  // in a row
    absl::Time closed_until = absl::InfinitePast();
  };

  const AddressLimits limits_;
  std::mutex mutex_;
  // Those with messages in flight, or failures.
  absl::flat_hash_map<std::string, State> states_;
};

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_ADDRESSES_H_
