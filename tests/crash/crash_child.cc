// The server that the kill test kills: a pipeline of the Tally domain over
// RocksDB, on a file system where SIGKILL is a power cut. It speaks frames on
// standard input and output instead of HTTP.
//
//   crash_child FOLDER sync|nosync
#include <signal.h>

#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "rocksdb/env.h"
#include "services/exchange/layout.h"
#include "services/exchange/testing/site.h"
#include "services/storage/rocksdb/power_cut_file_system.h"
#include "services/storage/rocksdb/rocksdb_store.h"
#include "tests/crash/frames.h"

namespace dci::crash {
namespace {

constexpr int kIn = 0, kOut = 1;

std::mutex out_mutex;

void Say(const Frame& frame) {
  std::lock_guard<std::mutex> lock(out_mutex);
  // A parent that is gone ends the reading, too.
  if (!WriteFrame(kOut, frame)) fprintf(stderr, "the parent is gone\n");
}

// Hands callbacks to the parent.
class PipeSender : public exchange::Sender {
 public:
  using Done = std::function<void(absl::StatusOr<exchange::Reply>)>;

  void Send(exchange::Delivery delivery, Done done) override {
    uint64_t id;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      id = ++last_;
      waiting_[id] = std::move(done);
    }
    Say({'C', id, std::move(delivery.bytes)});
  }
  void Answer(const Frame& frame) {
    Done done;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      done = std::move(waiting_[frame.id]);
      waiting_.erase(frame.id);
    }
    exchange::Reply reply;
    if (!absl::SimpleAtoi(frame.text, &reply.http_status)) {
      reply.http_status = 500;
    }
    if (done) done(std::move(reply));
  }

 private:
  std::mutex mutex_;
  uint64_t last_ = 0;
  std::map<uint64_t, Done> waiting_;
};

exchange::SiteOptions Options(storage::Store* store, PipeSender* sender) {
  exchange::SiteOptions options;
  for (const char* id : {"sp", "bank"}) {
    options.participants.push_back(exchange::ParticipantOf(absl::StrCat(
        "sender_id: '", id,
        "' signature: POLICY_OFF authorization: POLICY_OFF encryption: "
        "POLICY_OFF callback_bases: 'https://peer.example'")));
  }
  options.pipeline.id = "registry";
  options.pipeline.accepted_receiver_ids = {"registry"};
  options.pipeline.tick = absl::Milliseconds(5);
  options.pipeline.dispatch.backoff = {absl::Milliseconds(1),
                                       absl::Milliseconds(20)};
  options.pipeline.dispatch.max_attempts = 1000;
  options.pipeline.dispatch.breaker_failures = 1000;
  options.store = store;
  options.sender = sender;
  return options;
}

// Messages that are accepted and not decided, or decided and not delivered.
uint64_t LeftToDo(storage::Store& store, const exchange::Outbox& outbox) {
  const auto snapshot = store.GetSnapshot();
  const auto spaces = exchange::Spaces::Find(store);
  uint64_t left = 0;
  auto queue = snapshot->Scan(storage::ScanOptions::Prefix(
      spaces->transactions, exchange::QueuePrefix()));
  for (; queue->Valid(); queue->Next()) ++left;
  const auto counts = outbox.Counts(*snapshot);
  for (const auto& count : *counts) left += count.queued;
  return left;
}

void Request(exchange::Site& site, Frame frame) {
  const size_t end = frame.text.find('\n');
  exchange::RawMessage raw;
  raw.method = site.Method(frame.text.substr(0, end));
  raw.bytes = frame.text.substr(end + 1);
  raw.received = absl::Now();
  site.pipeline().Handle(
      std::move(raw), [id = frame.id](exchange::Answer answer) {
        Say({'A', id, absl::StrCat(answer.http_status, "\n", answer.bytes)});
      });
}

void Serve(storage::Store& store, PipeSender& sender, exchange::Site& site) {
  const storage::Space tally = *store.FindSpace(exchange::kTallySpace);
  while (std::optional<Frame> frame = ReadFrame(kIn)) {
    switch (frame->kind) {
      case 'Q':
        Request(site, *std::move(frame));
        break;
      case 'K':
        sender.Answer(*frame);
        break;
      case 'S':
        Say({'S', frame->id,
             absl::StrCat(LeftToDo(store, site.pipeline().outbox()))});
        break;
      case 'V':
        Say({'V', frame->id,
             absl::StrCat(
                 exchange::TallyOf(*store.GetSnapshot(), tally, frame->text))});
        break;
    }
  }
}

int Main(const std::string& folder, bool sync) {
  auto files = std::make_shared<storage::PowerCutFileSystem>();
  std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(files);
  storage::RocksDbOptions options;
  options.path = folder;
  options.spaces = exchange::SiteSpaces();
  options.sync = sync;
  options.env = env.get();
  auto store = storage::OpenRocksDbStore(options);
  if (!store.ok()) {
    fprintf(stderr, "%s\n", store.status().ToString().c_str());
    return 1;
  }
  PipeSender sender;
  exchange::Site site(Options(store->get(), &sender));
  Serve(**store, sender, site);
  return 0;
}

}  // namespace
}  // namespace dci::crash

int main(int argc, char** argv) {
  signal(SIGPIPE, SIG_IGN);
  if (argc != 3) return 2;
  return dci::crash::Main(argv[1], std::string(argv[2]) == "sync");
}
