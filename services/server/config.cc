#include "services/server/config.h"

#include <fstream>
#include <set>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/server/text_proto.h"

namespace dci::server {
namespace {

namespace config = ::dci::config::v1;

// A limit of 0 takes its default; any other must lie within its bounds.
template <typename Message>
absl::Status Complete(Message* message, absl::string_view name,
                      int32_t (Message::*get)() const,
                      void (Message::*set)(int32_t), int32_t fallback,
                      int32_t most) {
  const int32_t value = (message->*get)();
  if (value < 0 || value > most)
    return absl::InvalidArgumentError(
        absl::StrCat(name, " is ", value, "; it must be between 1 and ", most));
  if (value == 0) (message->*set)(fallback);
  return absl::OkStatus();
}

absl::Status CompleteLimits(config::Limits* limits) {
  using L = config::Limits;
  // 1 GiB: a message is held in memory, with a parse of about its size.
  RETURN_IF_ERROR(Complete(limits, "limits.max_message_bytes",
                           &L::max_message_bytes, &L::set_max_message_bytes,
                           kMaxMessageBytes, 1 << 30));
  RETURN_IF_ERROR(Complete(limits, "limits.max_items", &L::max_items,
                           &L::set_max_items, kMaxItems, 1000000));
  RETURN_IF_ERROR(Complete(limits, "limits.max_page_size", &L::max_page_size,
                           &L::set_max_page_size, kMaxPageSize, 100000));
  RETURN_IF_ERROR(Complete(limits, "limits.max_sync_matches",
                           &L::max_sync_matches, &L::set_max_sync_matches,
                           kMaxSyncMatches, 10000000));
  RETURN_IF_ERROR(Complete(limits, "limits.clock_skew_seconds",
                           &L::clock_skew_seconds, &L::set_clock_skew_seconds,
                           kClockSkewSeconds, 3600));
  RETURN_IF_ERROR(Complete(limits, "limits.message_age_seconds",
                           &L::message_age_seconds, &L::set_message_age_seconds,
                           kMessageAgeSeconds, 86400));
  // 256 MiB: its JSON, twice that, is held in memory while it is signed.
  RETURN_IF_ERROR(Complete(limits, "limits.max_answer_bytes",
                           &L::max_answer_bytes, &L::set_max_answer_bytes,
                           kMaxAnswerBytes, 256 << 20));
  RETURN_IF_ERROR(Complete(limits, "limits.signature_seconds",
                           &L::signature_seconds, &L::set_signature_seconds,
                           kSignatureSeconds, 366 * 86400));
  return Complete(limits, "limits.token_seconds", &L::token_seconds,
                  &L::set_token_seconds, kTokenSeconds, 30 * 86400);
}

absl::Status CompleteDelivery(config::Delivery* delivery) {
  using D = config::Delivery;
  RETURN_IF_ERROR(Complete(delivery, "delivery.first_delay_ms",
                           &D::first_delay_ms, &D::set_first_delay_ms,
                           kFirstDelayMs, 3600 * 1000));
  RETURN_IF_ERROR(Complete(delivery, "delivery.max_delay_ms", &D::max_delay_ms,
                           &D::set_max_delay_ms, kMaxDelayMs,
                           24 * 3600 * 1000));
  RETURN_IF_ERROR(Complete(delivery, "delivery.max_attempts", &D::max_attempts,
                           &D::set_max_attempts, kMaxAttempts, 1000));
  RETURN_IF_ERROR(Complete(delivery, "delivery.timeout_ms", &D::timeout_ms,
                           &D::set_timeout_ms, kTimeoutMs, 600 * 1000));
  return Complete(delivery, "delivery.max_in_flight", &D::max_in_flight,
                  &D::set_max_in_flight, kMaxInFlight, 10000);
}

bool IsLoopback(const std::string& address) {
  return address == "::1" || address.rfind("127.", 0) == 0;
}

void DefaultAddress(config::Listen* listen) {
  if (listen->address().empty()) listen->set_address("127.0.0.1");
}

// Whether everybody is let in unasked.
bool LetsStrangersIn(const config::Participant& participant) {
  const auto lax = [](config::Policy policy) {
    return policy == config::POLICY_OPTIONAL || policy == config::POLICY_OFF;
  };
  return participant.sender_id() == "*" && lax(participant.signature()) &&
         lax(participant.authorization());
}

absl::Status CheckParticipants(const config::ServerConfig& config) {
  std::set<std::string> seen;
  for (const config::Participant& participant : config.participants()) {
    if (participant.sender_id().empty())
      return absl::InvalidArgumentError("participants.sender_id is empty");
    if (!seen.insert(participant.sender_id()).second)
      return absl::InvalidArgumentError(absl::StrCat(
          "participants: two have the sender_id ", participant.sender_id()));
    const bool local = IsLoopback(config.http().address()) &&
                       IsLoopback(config.grpc().address());
    if (LetsStrangersIn(participant) && !local)
      return absl::InvalidArgumentError(
          "participants: \"*\" is let in without signature and token, which "
          "is allowed on loopback addresses only");
  }
  return absl::OkStatus();
}

absl::StatusOr<config::ServerConfig> ParseText(absl::string_view text,
                                               absl::string_view file_name) {
  config::ServerConfig config;
  RETURN_IF_ERROR(ParseTextProto(text, file_name, &config));
  return config;
}

}  // namespace

absl::Status CompleteConfig(config::ServerConfig* config) {
  if (config->id().empty())
    return absl::InvalidArgumentError("id is empty: it is the sender_id");
  if (config->async_http_status() == 0) config->set_async_http_status(200);
  if (config->async_http_status() != 200 && config->async_http_status() != 202)
    return absl::InvalidArgumentError("async_http_status must be 200 or 202");
  DefaultAddress(config->mutable_http());
  DefaultAddress(config->mutable_grpc());
  DefaultAddress(config->mutable_admin());
  if (config->has_admin_grpc()) DefaultAddress(config->mutable_admin_grpc());
  RETURN_IF_ERROR(CompleteLimits(config->mutable_limits()));
  RETURN_IF_ERROR(CompleteDelivery(config->mutable_delivery()));
  return CheckParticipants(*config);
}

absl::StatusOr<config::ServerConfig> ParseConfig(absl::string_view text,
                                                 absl::string_view file_name) {
  ASSIGN_OR_RETURN(config::ServerConfig config, ParseText(text, file_name));
  RETURN_IF_ERROR(CompleteConfig(&config));
  return config;
}

absl::StatusOr<std::string> ReadFile(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf()))
    return absl::NotFoundError(absl::StrCat("cannot read ", file));
  return text.str();
}

absl::StatusOr<config::ServerConfig> ReadConfig(const std::string& file) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(file));
  return ParseText(text, file);
}

absl::StatusOr<config::ServerConfig> LoadConfig(const std::string& file) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(file));
  return ParseConfig(text, file);
}

}  // namespace dci::server
