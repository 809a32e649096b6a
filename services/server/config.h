// Reads the configuration of a server.
#ifndef CONVERGENCE_SERVICES_SERVER_CONFIG_H_
#define CONVERGENCE_SERVICES_SERVER_CONFIG_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dci/config/v1/server.pb.h"

namespace dci::server {

// Defaults of dci.config.v1.Limits and Delivery, with their reasons.
// A household with all its members is some 10 KB; a thousand fit.
inline constexpr int kMaxMessageBytes = 10 << 20;
inline constexpr int kMaxItems = 10000;
inline constexpr int kMaxPageSize = 1000;
// Counting is exact up to here; it costs about a millisecond a thousand.
inline constexpr int kMaxSyncMatches = 10000;
// As JSON it is within the 10 MiB that peers read by default.
inline constexpr int kMaxAnswerBytes = 4 << 20;
inline constexpr int kClockSkewSeconds = 60;
inline constexpr int kMessageAgeSeconds = 300;
// The published example of a DCI string is valid for 60,000 s.
inline constexpr int kSignatureSeconds = 86400;
inline constexpr int kTokenSeconds = 3600;
inline constexpr int kFirstDelayMs = 1000;
inline constexpr int kMaxDelayMs = 300000;
inline constexpr int kMaxAttempts = 12;
inline constexpr int kTimeoutMs = 10000;
inline constexpr int kMaxInFlight = 32;

// Reads text proto. INVALID_ARGUMENT with line and column, and name of the
// file, where it cannot be read; otherwise as CompleteConfig.
absl::StatusOr<dci::config::v1::ServerConfig> ParseConfig(
    absl::string_view text, absl::string_view file_name);

// Reads a file, and puts no defaults. NOT_FOUND where there is none,
// INVALID_ARGUMENT where it cannot be read.
absl::StatusOr<dci::config::v1::ServerConfig> ReadConfig(
    const std::string& file);

// Reads a file. NOT_FOUND where there is none; otherwise as ParseConfig.
absl::StatusOr<dci::config::v1::ServerConfig> LoadConfig(
    const std::string& file);

// Puts the defaults where nothing is set. INVALID_ARGUMENT, naming the field,
// for what cannot work: no id, no registry, two participants of one id, a
// limit out of bounds, a permissive policy for unknown senders on an address
// that is not loopback.
absl::Status CompleteConfig(dci::config::v1::ServerConfig* config);

// The whole of a file. NOT_FOUND.
absl::StatusOr<std::string> ReadFile(const std::string& file);

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_CONFIG_H_
