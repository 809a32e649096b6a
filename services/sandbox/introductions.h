// How the institutions of the sandbox see each other, and everybody else.
#ifndef CONVERGENCE_SERVICES_SANDBOX_INTRODUCTIONS_H_
#define CONVERGENCE_SERVICES_SANDBOX_INTRODUCTIONS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "dci/config/v1/participant.pb.h"

namespace dci::sandbox {

// Another institution: signed both ways, with the keys that it publishes.
// Callbacks go to `<base>/<folder>`, where `folder` is not empty: a system
// that hears from several registries tells them apart by it.
config::v1::Participant Partner(const std::string& id, const std::string& base,
                                absl::string_view folder);

// Everybody else on this machine: taken as they come, so that a first message
// with curl, a published sample or a test kit gets an answer. Callbacks go to
// the SP-System unless sender_uri names another loopback address.
// `strict`: what departs from the standard is refused, as to anybody who is
// not of the sandbox, and so is a message id that is used again.
config::v1::Participant Anybody(const std::string& sp_system_url,
                                absl::string_view folder, bool strict);

}  // namespace dci::sandbox

#endif  // CONVERGENCE_SERVICES_SANDBOX_INTRODUCTIONS_H_
