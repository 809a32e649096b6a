// Sends the tour's messages and prints what goes over the wire.
#ifndef CONVERGENCE_SERVICES_SANDBOX_TOUR_WIRE_H_
#define CONVERGENCE_SERVICES_SANDBOX_TOUR_WIRE_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/net/http_client.h"

namespace dci::sandbox {

// A search request of one item, in the form of the published samples.
struct SampleRequest {
  std::string action = "search";
  std::string sender_id;
  std::string message_id;
  std::string body;  // value of `message`, JSON
};

// The document's `header` member.
std::string HeaderOf(const SampleRequest& request);
// The whole document, unsigned.
std::string DocumentOf(const SampleRequest& request);

// One client for the whole tour.
class TourWire {
 public:
  static absl::StatusOr<TourWire> Create();

  // POST of JSON, or GET where `body` is empty; prints both directions.
  absl::StatusOr<net::HttpResponse> Exchange(const std::string& url,
                                             const std::string& body,
                                             const net::Headers& headers = {});
  // The same without printing.
  absl::StatusOr<net::HttpResponse> Send(const std::string& url,
                                         const std::string& body,
                                         const net::Headers& headers);

 private:
  explicit TourWire(std::unique_ptr<net::HttpClient> client)
      : client_(std::move(client)) {}
  std::unique_ptr<net::HttpClient> client_;
};

// Prints a step's title.
void PrintStep(absl::string_view title);
// Prints JSON after `mark`, cut where it is long.
void PrintJson(absl::string_view mark, absl::string_view json);

// INTERNAL unless the answer has this status and contains each of the texts.
absl::Status Expect(const net::HttpResponse& response, int status,
                    std::initializer_list<absl::string_view> texts);

}  // namespace dci::sandbox

#endif  // CONVERGENCE_SERVICES_SANDBOX_TOUR_WIRE_H_
