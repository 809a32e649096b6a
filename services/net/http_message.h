// What an HTTP/1.1 server and client of this house exchange. No Boost here:
// these headers are included everywhere.
#ifndef CONVERGENCE_SERVICES_NET_HTTP_MESSAGE_H_
#define CONVERGENCE_SERVICES_NET_HTTP_MESSAGE_H_

#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace dci::net {

// Header fields in the order they were sent. Names compare without regard to
// case (RFC 9110 5.1); a name may occur several times. Not thread-safe.
class Headers {
 public:
  using Field = std::pair<std::string, std::string>;

  Headers() = default;
  Headers(std::initializer_list<Field> fields) : fields_(fields) {}

  // Appends a field, whatever is there already.
  void Add(absl::string_view name, absl::string_view value);
  // Replaces all fields of that name by this one.
  void Set(absl::string_view name, absl::string_view value);
  void Remove(absl::string_view name);

  // The first value, valid until the next change.
  std::optional<absl::string_view> Get(absl::string_view name) const;
  // The first value, or the fallback where there is none.
  absl::string_view GetOr(absl::string_view name,
                          absl::string_view fallback = "") const;
  std::vector<absl::string_view> GetAll(absl::string_view name) const;
  bool Has(absl::string_view name) const { return Get(name).has_value(); }

  const std::vector<Field>& fields() const { return fields_; }
  bool empty() const { return fields_.empty(); }

 private:
  std::vector<Field> fields_;
};

// INVALID_ARGUMENT where a name is no token or a value holds a control
// character (RFC 9110 5.5): such a field could forge further fields.
absl::Status CheckHeaders(const Headers& headers);

// A request as it arrived, complete.
struct HttpRequest {
  std::string method;  // as sent: "GET", "POST", …
  std::string target;  // as sent, "/registry/search?x=1"
  std::string path;    // of the target, still percent-encoded
  std::string query;   // of the target, without '?', still encoded
  Headers headers;
  std::string body;          // exact bytes, chunks joined
  std::string peer_address;  // numeric, without port
  bool tls = false;
  // Of the verified client certificate; empty without one.
  std::string tls_client_subject;      // RFC 2253, "CN=ministry,O=…"
  std::string tls_client_fingerprint;  // SHA-256 of the DER, lower-case hex
  absl::Time received;                 // when the last byte was read
};

// Gives a long body piece by piece. Each call appends the next piece to
// `*chunk` (empty on entry) and returns true, or returns false after the last
// piece; what it appended then is still sent. An error cuts the connection,
// so that the peer cannot take a part for the whole. Called on a thread of
// the server, one call at a time, only as fast as the peer reads; it should
// return quickly. It is destroyed when the body is finished or the peer gone.
using BodyProducer = std::function<absl::StatusOr<bool>(std::string* chunk)>;

// A response, of our server or to our client. The server sets
// Content-Length, Transfer-Encoding, Connection and Date itself.
struct HttpResponse {
  int status = 200;
  Headers headers;
  std::string body;
  // Instead of `body`, on the server only: sent chunked.
  BodyProducer producer;
};

// "Not Found" for 404; "" for codes that RFC 9110 does not name.
absl::string_view ReasonPhrase(int status);

}  // namespace dci::net

#endif  // CONVERGENCE_SERVICES_NET_HTTP_MESSAGE_H_
