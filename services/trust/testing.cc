#include "services/trust/testing.h"

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

#include "services/trust/jws.h"

namespace dci::trust::testing {
namespace {

[[noreturn]] void Die(const absl::Status& status) {
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::abort();
}

}  // namespace

dci::config::v1::Participant Undemanding(absl::string_view sender_id) {
  dci::config::v1::Participant config;
  config.set_sender_id(std::string(sender_id));
  config.set_signature(dci::config::v1::POLICY_OFF);
  config.set_authorization(dci::config::v1::POLICY_OFF);
  config.set_encryption(dci::config::v1::POLICY_OFF);
  return config;
}

VerifiedMessage MustVerify(const wire::Codec& codec,
                           wire::DecodedMessage message,
                           const dci::config::v1::Participant& participant,
                           absl::Time now) {
  const auto directory = FixedDirectory::Create({participant});
  if (!directory.ok()) Die(directory.status());
  const Verifier verifier(VerifierOptions(), directory->get(), nullptr, nullptr,
                          nullptr, &codec);
  absl::StatusOr<VerifiedMessage> result = absl::UnknownError("not called");
  verifier.Verify(std::move(message), Credentials(), now,
                  [&result](auto r) { result = std::move(r); });
  if (!result.ok()) Die(result.status());
  return *std::move(result);
}

std::string MustSign(const Key& key, absl::string_view payload) {
  auto jws = SignJws(key, key.SigningAlgorithm(), payload, JwsPayload::kInside);
  if (!jws.ok()) Die(jws.status());
  return *std::move(jws);
}

}  // namespace dci::trust::testing
