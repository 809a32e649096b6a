#include "tests/bench/callers.h"

#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "grpcpp/client_context.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/security/credentials.h"
#include "services/net/raw_client.h"

namespace dci::bench {
namespace {

constexpr int kThreads = 2;
constexpr int kChannels = 2;

grpc::ByteBuffer BufferOf(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

std::unique_ptr<grpc::GenericStub> StubOf(const std::string& target, int i) {
  // Equal channels would share one connection.
  grpc::ChannelArguments arguments;
  arguments.SetInt("bench.channel", i);
  return std::make_unique<grpc::GenericStub>(grpc::CreateCustomChannel(
      target, grpc::InsecureChannelCredentials(), arguments));
}

// The callers of one measurement over gRPC.
class GrpcCallers {
 public:
  GrpcCallers(const std::string& target, const std::string& method,
              const Load& load, absl::Time end)
      : method_(method), load_(load), end_(end) {
    for (int i = 0; i < kChannels; ++i) stubs_.push_back(StubOf(target, i));
  }

  // Answers that came before the end.
  uint64_t Run() {
    for (int i = 0; i < kCallers; ++i) callers_.emplace_back();
    for (int i = 0; i < kCallers; ++i) Next(i);
    std::unique_lock<std::mutex> lock(mutex_);
    idle_.wait(lock, [this] { return finished_ == kCallers; });
    return answers_;
  }

 private:
  struct Caller {
    std::optional<grpc::ClientContext> context;
    grpc::ByteBuffer request, response;
  };

  void Next(int i) {
    const uint64_t number = next_++;
    const std::string request = absl::Now() < end_ ? load_.request(number) : "";
    if (request.empty()) {
      std::lock_guard<std::mutex> lock(mutex_);
      ++finished_;
      idle_.notify_one();
      return;
    }
    Caller& caller = callers_[i];
    caller.context.emplace();
    caller.request = BufferOf(request);
    caller.response.Clear();
    stubs_[i % kChannels]->UnaryCall(
        &*caller.context, method_, {}, &caller.request, &caller.response,
        [this, i, number](const grpc::Status& status) {
          Check(status.ok(), status.error_message());
          Check(load_.right(number, callers_[i].response.Length()),
                absl::StrCat("wrong answer to ", number));
          ++answers_;
          Next(i);
        });
  }

  const std::string method_;
  const Load& load_;
  const absl::Time end_;
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs_;
  std::deque<Caller> callers_;
  std::atomic<uint64_t> next_{0}, answers_{0};
  std::mutex mutex_;
  std::condition_variable idle_;
  int finished_ = 0;
};

double CpuSeconds() {
  timespec now = {};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec + now.tv_nsec * 1e-9;
}

}  // namespace

Stopwatch::Stopwatch() : start_(absl::Now()), cpu_(CpuSeconds()) {}

Rate Stopwatch::Of(double answers) const {
  return {answers / absl::ToDoubleSeconds(absl::Now() - start_),
          answers / (CpuSeconds() - cpu_)};
}

void Check(bool ok, absl::string_view what) {
  if (ok) return;
  std::fprintf(stderr, "%s\n", std::string(what).c_str());
  std::_Exit(1);
}

Rate MeasureGrpc(const std::string& target, const std::string& method,
                 const Load& load, absl::Duration length) {
  const Stopwatch watch;
  GrpcCallers callers(target, method, load, absl::Now() + length);
  return watch.Of(callers.Run());
}

Rate MeasureHttp(uint16_t port, const Load& load, absl::Duration length) {
  const Stopwatch watch;
  const absl::Time end = absl::Now() + length;
  std::atomic<uint64_t> next{0}, answers{0};
  auto caller = [&] {
    std::vector<std::unique_ptr<net::RawClient>> connections;
    for (int i = 0; i < kCallers / kThreads; ++i)
      connections.push_back(std::make_unique<net::RawClient>(port));
    std::vector<uint64_t> asked(connections.size());
    for (bool more = true; more;) {
      size_t sent = 0;
      for (; sent < connections.size(); ++sent) {
        asked[sent] = next++;
        const std::string request =
            absl::Now() < end ? load.request(asked[sent]) : "";
        more = !request.empty();
        if (!more) break;
        Check(connections[sent]->Send(request), "a connection was closed");
      }
      for (size_t i = 0; i < sent; ++i, ++answers) {
        const std::string answer = connections[i]->ReadResponse();
        Check(load.right(asked[i], answer.size()),
              absl::StrCat("wrong answer: ", answer));
      }
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(caller);
  for (std::thread& thread : threads) thread.join();
  return watch.Of(answers);
}

std::string CallGrpc(const std::string& target, const std::string& method,
                     const std::string& request) {
  const auto stub = StubOf(target, 0);
  grpc::ClientContext context;
  const grpc::ByteBuffer sent = BufferOf(request);
  grpc::ByteBuffer response;
  std::mutex mutex;
  std::condition_variable done;
  std::optional<grpc::Status> status;
  stub->UnaryCall(&context, method, {}, &sent, &response, [&](grpc::Status s) {
    std::lock_guard<std::mutex> lock(mutex);
    status = std::move(s);
    done.notify_one();
  });
  std::unique_lock<std::mutex> lock(mutex);
  done.wait(lock, [&] { return status.has_value(); });
  Check(status->ok(), status->error_message());
  std::string bytes;
  std::vector<grpc::Slice> slices;
  Check(response.Dump(&slices).ok(), "an answer cannot be read");
  for (const grpc::Slice& slice : slices)
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return bytes;
}

std::string CallHttp(uint16_t port, const std::string& request) {
  net::RawClient client(port);
  Check(client.Send(request), "a connection was closed");
  return client.ReadResponse();
}

std::string HttpPost(absl::string_view path, absl::string_view json) {
  return absl::StrCat("POST ", path, " HTTP/1.1\r\nHost: h\r\n",
                      "Content-Type: application/json\r\nContent-Length: ",
                      json.size(), "\r\n\r\n", json);
}

}  // namespace dci::bench
