// dci listen, with messages from an HTTP client.
#include <condition_variable>
#include <future>
#include <mutex>
#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/net/http_client.h"
#include "tools/dci/commands.h"
#include "tools/dci/fixture.h"
#include "tools/dci/json.h"

namespace dci::cli {
namespace {

using ::testing::HasSubstr;

// A stream that another thread can wait for lines of.
class LineBuffer : public std::stringbuf {
 public:
  std::string AwaitLine(size_t index) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return lines_.size() > index; });
    return lines_[index];
  }

 protected:
  int sync() override {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::istringstream text(str());
    lines_.clear();
    for (std::string line; std::getline(text, line);) lines_.push_back(line);
    changed_.notify_all();
    return 0;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
};

class ListenTest : public ProgramTest {
 protected:
  ListenTest() : out_(&buffer_) {
    net::HttpClientOptions options;
    options.addresses.allow_loopback = true;
    client_ = *net::HttpClient::Create(options);
  }

  // Starts the program; its exit code comes when it stops.
  std::future<ExitCode> Start(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "listen");
    io_.in = &in_;
    io_.out = &out_;
    io_.err = &err_;
    io_.clock = &clock_;
    io_.ids = &ids_;
    io_.env = [](const std::string&) { return ""; };
    std::future<ExitCode> code =
        std::async(std::launch::async,
                   [this, arguments] { return RunProgram(arguments, io_); });
    url_ = TextAt(buffer_.AwaitLine(0), "/listening");
    return code;
  }

  net::HttpResponse Post(const std::string& body) {
    net::HttpClientRequest request;
    request.url = url_ + "/registry/on-search?x=1";
    request.body = body;
    const auto answer = client_->Call(std::move(request));
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.ok() ? *answer : net::HttpResponse();
  }

  LineBuffer buffer_;
  std::istringstream in_;
  std::ostream out_;
  std::ostringstream err_;
  Io io_;
  std::string url_;
  std::unique_ptr<net::HttpClient> client_;
};

constexpr char kCallback[] =
    "{\"header\":{\"sender_id\":\"sr\"},\n"
    "\"message\":{\"correlation_id\":\"c7\"}}\n";

TEST_F(ListenTest, PrintsAMessageAndAcknowledgesIt) {
  std::future<ExitCode> code = Start({"--count=1"});
  const net::HttpResponse answer = Post(kCallback);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(TextAt(answer.body, "/message/ack_status"), "ACK");
  EXPECT_EQ(TextAt(answer.body, "/message/correlation_id"), "c7");
  EXPECT_EQ(code.get(), ExitCode::kRight);
  const std::string line = buffer_.AwaitLine(1);
  EXPECT_EQ(TextAt(line, "/path"), "/registry/on-search?x=1");
  EXPECT_EQ(TextAt(line, "/answered"), "ACK");
  EXPECT_EQ(TextAt(line, "/document/header/sender_id"), "sr");
}

TEST_F(ListenTest, FailsAsItIsTold) {
  std::future<ExitCode> code = Start({"--count=4", "--answers=503,ERR,NACK"});
  EXPECT_EQ(Post(kCallback).status, 503);
  const net::HttpResponse err = Post(kCallback);
  EXPECT_EQ(err.status, 400);
  EXPECT_EQ(TextAt(err.body, "/message/ack_status"), "ERR");
  EXPECT_NE(TextAt(err.body, "/errors/0/code"), "");
  EXPECT_EQ(TextAt(Post(kCallback).body, "/message/ack_status"), "NACK");
  // The last one from then on.
  EXPECT_EQ(TextAt(Post(kCallback).body, "/message/ack_status"), "NACK");
  EXPECT_EQ(code.get(), ExitCode::kRight);
}

TEST_F(ListenTest, ShowsWhatIsNoJson) {
  std::future<ExitCode> code = Start({"--count=1"});
  Post("<xml/>");
  EXPECT_EQ(code.get(), ExitCode::kRight);
  EXPECT_EQ(TextAt(buffer_.AwaitLine(1), "/unreadable_bytes"), "6");
}

TEST_F(ListenTest, VerifiesWhatComes) {
  Run({"keygen", "--out", Path("k")});
  const std::string good = Run({"sign", "--key", Path("k")}, kCallback).out;
  std::future<ExitCode> code = Start({"--count=2", "--verify", Path("k")});
  Post(good);
  Post(kCallback);
  EXPECT_EQ(code.get(), ExitCode::kUntrusted);
  EXPECT_EQ(TextAt(buffer_.AwaitLine(1), "/signature/verified"), "true");
  EXPECT_EQ(TextAt(buffer_.AwaitLine(2), "/signature/failed"), "missing");
  EXPECT_THAT(err_.str(), HasSubstr("1 of 2"));
}

TEST_F(ListenTest, StopsWhenNothingComes) {
  EXPECT_EQ(Start({"--timeout=1"}).get(), ExitCode::kNotReached);
}

TEST_F(ListenTest, TakesPostsAlone) {
  std::future<ExitCode> code = Start({"--count=1"});
  net::HttpClientRequest get;
  get.method = "GET";
  get.url = url_;
  EXPECT_EQ(client_->Call(std::move(get))->status, 405);
  Post(kCallback);
  EXPECT_EQ(code.get(), ExitCode::kRight);
}

TEST_F(ListenTest, RefusesAScriptItCannotPlay) {
  EXPECT_EQ(Run({"listen", "--answers=503,MAYBE"}).code, ExitCode::kUsage);
  EXPECT_EQ(Run({"listen", "--answers=99"}).code, ExitCode::kUsage);
  EXPECT_EQ(Run({"listen", "--answers="}).code, ExitCode::kUsage);
  EXPECT_EQ(Run({"listen", "--port=65536"}).code, ExitCode::kUsage);
}

}  // namespace
}  // namespace dci::cli
