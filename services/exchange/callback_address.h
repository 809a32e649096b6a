// Where a callback may go.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_CALLBACK_ADDRESS_H_
#define CONVERGENCE_SERVICES_EXCHANGE_CALLBACK_ADDRESS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dci/config/v1/participant.pb.h"

namespace dci::exchange {

// The address that `participant` asked for, or its first base where `asked`
// is blank. It must lie within one of its callback_bases: the same scheme,
// host and port, and a path that begins with the base's, segment by segment.
// What could be read in two ways is refused: user information, dot segments
// (also escaped ones), backslashes, white space, a fragment. A base's port may
// be "*", which means every port of its host.
//
// A refusal with err.sender_uri.invalid where it does not, or where the
// participant has no base. Host names are not resolved here; the sender
// checks the addresses behind them at each try.
absl::StatusOr<std::string> CallbackAddress(
    const dci::config::v1::Participant& participant, absl::string_view asked);

// The URL to call: `address`, which CallbackAddress gave for `asked`, and what
// the participant's setting appends of the operation's `path`
// ("/registry/on-search"). Where nothing was asked for the address is a base,
// and the path is always appended.
std::string CallbackUrl(const dci::config::v1::Participant& participant,
                        absl::string_view asked, absl::string_view address,
                        absl::string_view path);

// "sp.example:443" of a URL that CallbackAddress gave; empty for any other.
std::string HostAndPort(absl::string_view url);

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_CALLBACK_ADDRESS_H_
