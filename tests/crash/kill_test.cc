// Kills the server at random moments under load, each time like a power cut,
// starts it again on the same store, and holds what it did against the
// client's own ledger: each acknowledged message has its callback, and nothing
// was applied twice.
//
//   bazel test //tests/crash:kill_test --test_env=KILLS=1000 --test_env=SEED=7
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "tests/crash/frames.h"
#include "tests/crash/ledger.h"

extern char** environ;

namespace dci::crash {
namespace {

constexpr char kChild[] = "tests/crash/crash_child";
// Messages that are unanswered at a time. They fit into a pipe, so that the
// two never wait for each other.
constexpr int kWindow = 32;

uint64_t FromEnvironment(const char* name, uint64_t fallback) {
  const char* text = std::getenv(name);
  uint64_t value = 0;
  return text != nullptr && absl::SimpleAtoi(text, &value) ? value : fallback;
}

// The server's process, and the pipes to it.
class Child {
 public:
  Child(const std::string& folder, bool sync) {
    int to[2], from[2];
    EXPECT_EQ(pipe(to), 0);
    EXPECT_EQ(pipe(from), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, to[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, from[1], STDOUT_FILENO);
    for (int end : {to[0], to[1], from[0], from[1]}) {
      posix_spawn_file_actions_addclose(&actions, end);
    }
    std::string path = kChild, where = folder, mode = sync ? "sync" : "nosync";
    char* argv[] = {path.data(), where.data(), mode.data(), nullptr};
    EXPECT_EQ(posix_spawn(&pid_, kChild, &actions, nullptr, argv, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(to[0]);
    close(from[1]);
    in_ = from[0];
    out_ = to[1];
  }
  ~Child() {
    close(out_);
    close(in_);
    Kill();
    int status = 0;
    waitpid(pid_, &status, 0);
  }

  bool Write(const Frame& frame) { return WriteFrame(out_, frame); }
  std::optional<Frame> Read() { return ReadFrame(in_); }
  void Kill() { kill(pid_, SIGKILL); }

 private:
  pid_t pid_ = 0;
  int in_ = -1;
  int out_ = -1;
};

// The client of one life of the server.
class Client {
 public:
  Client(Child* child, Ledger* ledger, std::vector<std::string>* sent)
      : child_(child), ledger_(ledger), sent_(sent) {}

  void Send(const Letter& letter) {
    sent_->push_back(letter.message_id);
    ++open_;
    child_->Write({'Q', sent_->size() - 1,
                   absl::StrCat(letter.method, "\n", letter.json)});
  }
  // Takes what the server says. A callback is not always acknowledged at
  // once, as in life.
  void Take(const Frame& frame) {
    if (frame.kind == 'A') {
      --open_;
      ledger_->Answered((*sent_)[frame.id], frame.text);
    } else if (frame.kind == 'C') {
      const Letter* settlement = ledger_->CalledBack(frame.text);
      child_->Write({'K', frame.id, ledger_->Random(8) == 0 ? "503" : "200"});
      if (settlement != nullptr) Send(*settlement);
    }
  }
  // Sends, and takes `frames` of the server's. False where it ended before.
  bool Load(uint64_t frames) {
    for (const Letter* letter : ledger_->Unanswered()) Send(*letter);
    for (uint64_t i = 0; i < frames; ++i) {
      while (open_ < kWindow) Send(*ledger_->Next());
      const std::optional<Frame> frame = child_->Read();
      if (!frame.has_value()) return false;
      Take(*frame);
    }
    return true;
  }
  // Waits until all is answered and the server has nothing left to do.
  bool Settle() {
    for (const Letter* letter : ledger_->Unanswered()) Send(*letter);
    for (bool settled = false; !settled;) {
      child_->Write({'S', 0, ""});
      std::optional<Frame> frame;
      while ((frame = child_->Read()).has_value() && frame->kind != 'S') {
        Take(*frame);
      }
      if (!frame.has_value()) return false;
      settled = frame->text == "0" && open_ == 0;
    }
    return true;
  }
  int Value(const std::string& name) {
    child_->Write({'V', 0, name});
    while (std::optional<Frame> frame = child_->Read()) {
      int value = -1;
      if (frame->kind == 'V' && absl::SimpleAtoi(frame->text, &value)) {
        return value;
      }
      Take(*frame);
    }
    return -1;
  }

 private:
  Child* const child_;
  Ledger* const ledger_;
  std::vector<std::string>* const sent_;
  int open_ = 0;
};

struct Outcome {
  std::vector<std::string> violations;
  size_t acknowledged = 0;
  size_t called_back = 0;
};

Outcome Storm(const std::string& name, bool sync, uint64_t kills,
              uint64_t seed) {
  const std::string folder =
      absl::StrCat(std::getenv("TEST_TMPDIR"), "/", name);
  Ledger ledger(seed);
  std::vector<std::string> sent;  // message ids, by the number of the frame
  Outcome outcome;
  for (uint64_t i = 0; i < kills; ++i) {
    Child child(folder, sync);
    Client client(&child, &ledger, &sent);
    if (!client.Load(1 + ledger.Random(150))) {
      outcome.violations.push_back("the server ended by itself");
      return outcome;
    }
    child.Kill();
    // What it said before counts: it was durable when it was said.
    while (std::optional<Frame> frame = child.Read()) client.Take(*frame);
  }
  Child child(folder, sync);
  Client client(&child, &ledger, &sent);
  if (client.Settle()) {
    for (const std::string& counter : ledger.names()) {
      ledger.Compare(counter, client.Value(counter));
    }
  }
  outcome.violations = ledger.Violations();
  outcome.acknowledged = ledger.acknowledged();
  outcome.called_back = ledger.called_back();
  return outcome;
}

class KillTest : public ::testing::Test {
 protected:
  void SetUp() override { signal(SIGPIPE, SIG_IGN); }
};

TEST_F(KillTest, NothingAcknowledgedIsLostAndNothingIsAppliedTwice) {
  const uint64_t kills = FromEnvironment("KILLS", 60);
  const uint64_t seed = FromEnvironment("SEED", 1);
  const Outcome outcome = Storm("sync", true, kills, seed);
  EXPECT_TRUE(outcome.violations.empty())
      << "seed " << seed << "\n"
      << absl::StrJoin(outcome.violations, "\n");
  EXPECT_GT(outcome.acknowledged, 20 * kills);
  EXPECT_GT(outcome.called_back, 10 * kills);
  printf("%zu kills, %zu messages acknowledged, %zu callbacks\n",
         static_cast<size_t>(kills), outcome.acknowledged, outcome.called_back);
}

TEST_F(KillTest, AServerThatDoesNotSyncIsFound) {
  const Outcome outcome = Storm("nosync", false, 5, FromEnvironment("SEED", 1));
  EXPECT_FALSE(outcome.violations.empty());
}

}  // namespace
}  // namespace dci::crash
