#include "absl/strings/str_cat.h"
#include "clients/cpp/runtime/connection.h"
#include "services/schema/reason.h"

namespace dci::client {

absl::Status RefusalIn(const dci::common::v1::AckEnvelope& ack,
                       absl::StatusCode fallback) {
  const dci::common::v1::Error& error =
      ack.message().has_error() || ack.errors().empty() ? ack.message().error()
                                                        : ack.errors(0);
  const auto reason = schema::ReasonFromText(error.code());
  if (reason.has_value()) {
    return schema::Refusal(*reason,
                           absl::StrCat(error.code(), ": ", error.message()));
  }
  return absl::Status(fallback,
                      absl::StrCat(error.code(), ": ", error.message()));
}

}  // namespace dci::client
