// What the client of the kill test has sent and has been told: its own book,
// that nobody else writes in.
#ifndef CONVERGENCE_TESTS_CRASH_LEDGER_H_
#define CONVERGENCE_TESTS_CRASH_LEDGER_H_

#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace dci::crash {

// A message as the client sends it, again and again until it is answered.
struct Letter {
  std::string message_id;
  std::string method;
  std::string json;
  bool answered = false;
  // From the ACK; empty for a synchronous message.
  std::string correlation_id;
};

class Ledger {
 public:
  explicit Ledger(uint64_t seed) : random_(seed) {}

  // A new message, or one that was sent before; never null.
  const Letter* Next();
  // Messages that wait for an answer; they are sent again after a crash.
  std::vector<const Letter*> Unanswered() const;

  void Answered(const std::string& message_id, const std::string& answer);
  // Takes a callback, or a request of the server's to settle an item; gives
  // the message that settles it, if it is new.
  const Letter* CalledBack(const std::string& document);

  // Names of the counters, and of what was claimed.
  std::set<std::string> names() const;
  // To be called at the end, with what the server's counter holds.
  void Compare(const std::string& name, int value);
  // What must not be: each a line. To be called last.
  std::vector<std::string> Violations();

  size_t acknowledged() const { return acknowledged_; }
  size_t called_back() const { return called_back_; }
  uint64_t Random(uint64_t below) { return random_() % below; }

 private:
  struct Item {
    std::string name;
    std::string how;
    // Outcomes it was told to have: "succ 3", "rjct".
    std::set<std::string> outcomes;
  };

  Letter* NewLetter(const std::string& method,
                    const std::vector<std::string>& references);
  const Letter* NewSettlement(const std::string& name);
  // Only an asynchronous message is told how a pending item ends.
  std::string NewItem(bool may_be_pending);
  void NoteOutcomes(const std::string& document);
  void Violation(const std::string& what) { violations_.push_back(what); }

  std::mt19937_64 random_;
  std::map<std::string, Letter> letters_;  // by message id
  std::vector<std::string> order_;
  std::map<std::string, Item> items_;  // by reference id
  std::vector<std::string> references_;
  std::set<std::string> correlations_;  // that a callback came for
  std::vector<std::string> violations_;
  size_t acknowledged_ = 0;
  size_t called_back_ = 0;
};

}  // namespace dci::crash

#endif  // CONVERGENCE_TESTS_CRASH_LEDGER_H_
