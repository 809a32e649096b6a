// The places of the country: /.well-known/locations.json (DCI locations
// 1.0.0).
#ifndef CONVERGENCE_SERVICES_SERVER_LOCATIONS_H_
#define CONVERGENCE_SERVICES_SERVER_LOCATIONS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/transport/http_endpoint.h"
#include "services/wire/codec.h"

namespace dci::server {

// Rendered once. Plain data.
struct Locations {
  std::string bytes;  // of dci.locations.v1.LocationHierarchy
  std::string json;
  std::string etag;           // of the JSON, in quotes
  std::string last_modified;  // HTTP date; empty where last_updated is unclear
};

// Reads the JSON of a LocationHierarchy, in the form that is published; what
// the file leaves out of "@context" and last_updated is put there, the latter
// from `changed`.
//
// INVALID_ARGUMENT with the name of the file and the place in it: no JSON, a
// member that cannot be read, a place without name or identifier, two with the
// same identifier, one within a place that is not there, or within itself.
absl::StatusOr<Locations> ParseLocations(const wire::Codec& codec,
                                         absl::string_view text,
                                         absl::string_view file_name,
                                         absl::Time changed);

// The same of a file, and when it was changed. NOT_FOUND.
absl::StatusOr<Locations> LoadLocations(const wire::Codec& codec,
                                        const std::string& file);

// GET, with ETag and Last-Modified; 304 where If-None-Match has the ETag.
transport::HttpPage LocationsPage(Locations locations);

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_LOCATIONS_H_
