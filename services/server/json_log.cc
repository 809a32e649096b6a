#include "services/server/json_log.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "services/base/clock.h"
#include "services/wire/json_text.h"

namespace dci::server {
namespace {

using Kind = exchange::LogEvent::Kind;

// How long a line waits for others. Who reads a log does not see the delay;
// writing each line by itself costs as much as reading a request.
constexpr auto kDelay = std::chrono::milliseconds(100);
// Bytes that wait at most; beyond, whoever logs writes them.
constexpr size_t kMostWaiting = 1u << 20;

absl::string_view Name(Kind kind) {
  switch (kind) {
    case Kind::kAnswered:
      return "answered";
    case Kind::kAcknowledged:
      return "acknowledged";
    case Kind::kRefused:
      return "refused";
    case Kind::kDecided:
      return "decided";
    case Kind::kDelivered:
      return "delivered";
    case Kind::kRetry:
      return "retry";
    case Kind::kParked:
      return "parked";
  }
  return "unknown";
}

// What peers call themselves and their messages may be as long as a message.
constexpr size_t kMaxTextBytes = 256;

absl::string_view Cut(absl::string_view text) {
  size_t size = std::min(text.size(), kMaxTextBytes);
  // Not within a character of UTF-8.
  while (size < text.size() && size > 0 &&
         (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80)
    --size;
  return text.substr(0, size);
}

// Members of a JSON object, those without content left out.
class Members {
 public:
  Members& Text(absl::string_view name, absl::string_view value) {
    if (value.empty()) return *this;
    Key(name);
    wire::AppendQuoted(Cut(value), &json_);
    return *this;
  }
  Members& Number(absl::string_view name, int64_t value) {
    if (value == 0) return *this;
    Key(name);
    absl::StrAppend(&json_, value);
    return *this;
  }
  std::string Take() { return std::move(json_); }

 private:
  void Key(absl::string_view name) {
    absl::StrAppend(&json_, json_.empty() ? "" : ",", "\"", name, "\":");
  }
  std::string json_;
};

std::string MembersOf(const exchange::LogEvent& event) {
  return Members()
      .Text("event", Name(event.kind))
      .Text("time", FormatTimestamp(event.time))
      .Text("method", event.method)
      .Text("participant_id", event.participant_id)
      .Text("message_id", event.message_id)
      .Text("transaction_id", event.transaction_id)
      .Text("correlation_id", event.correlation_id)
      .Text("outcome", event.outcome)
      .Number("items", event.items)
      .Number("items_refused", event.items_refused)
      .Number("findings", event.findings)
      .Number("attempt", event.attempt)
      .Number("duration_us", absl::ToInt64Microseconds(event.duration))
      .Take();
}

}  // namespace

std::string LogLine(const exchange::LogEvent& event) {
  return absl::StrCat("{", MembersOf(event), "}");
}

JsonLog::JsonLog(std::string institution, std::FILE* stream)
    : start_(absl::StrCat(
          "{", Members().Text("institution", institution).Take(), ",")),
      stream_(stream),
      thread_([this] { Run(); }) {}

JsonLog::~JsonLog() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_one();
  thread_.join();
  Flush();
}

void JsonLog::Log(const exchange::LogEvent& event) {
  if (Add(MembersOf(event)) || event.kind == Kind::kParked) Flush();
}

void JsonLog::Note(const std::string& event, const std::string& text) {
  Add(Members()
          .Text("event", event)
          .Text("time", FormatTimestamp(absl::Now()))
          .Text("text", text)
          .Take());
  Flush();
}

bool JsonLog::Add(const std::string& members) {
  std::lock_guard<std::mutex> lock(mutex_);
  absl::StrAppend(&waiting_, start_, members, "}\n");
  return waiting_.size() > kMostWaiting;
}

void JsonLog::Flush() {
  std::lock_guard<std::mutex> write_lock(write_mutex_);
  std::string lines;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    lines.swap(waiting_);
  }
  if (lines.empty()) return;
  std::fwrite(lines.data(), 1, lines.size(), stream_);
  std::fflush(stream_);
}

void JsonLog::Run() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!stop_.wait_for(lock, kDelay, [this] { return stopping_; })) {
    lock.unlock();
    Flush();
    lock.lock();
  }
}

}  // namespace dci::server
