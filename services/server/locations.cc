#include "services/server/locations.h"

#include <sys/stat.h>

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "dci/locations/v1/locations.pb.h"
#include "services/base/clock.h"
#include "services/base/hash.h"
#include "services/base/status_macros.h"
#include "services/server/config.h"

namespace dci::server {
namespace {

namespace locations = ::dci::locations::v1;

constexpr char kMessage[] = "dci.locations.v1.LocationHierarchy";
constexpr char kContext[] =
    "{\"@context\":\"http://spdci.org/\","
    "\"xsd\":\"http://www.w3.org/2001/XMLSchema#\","
    "\"schema\":\"http://schema.org/\"}";

// Holds the places against each other.
class Checker {
 public:
  Checker(const locations::LocationHierarchy& all, absl::string_view file)
      : all_(all), file_(file), parents_(all.locations_size(), kRoot) {}

  absl::Status Check() {
    for (int i = 0; i < all_.locations_size(); ++i)
      RETURN_IF_ERROR(AddIdentifiers(i));
    for (int i = 0; i < all_.locations_size(); ++i)
      RETURN_IF_ERROR(FindParent(i));
    return CheckCycles();
  }

 private:
  static constexpr int kRoot = -1;

  absl::Status Wrong(int place, absl::string_view what) const {
    return absl::InvalidArgumentError(
        absl::StrCat(file_, ": /locations/", place, ": ", what));
  }

  absl::Status AddIdentifiers(int i) {
    const locations::Place& place = all_.locations(i);
    if (place.name().empty()) return Wrong(i, "has no name");
    if (place.identifier().empty()) return Wrong(i, "has no identifier");
    for (const locations::PropertyValue& id : place.identifier()) {
      if (id.identifier().empty()) return Wrong(i, "has an empty identifier");
      const auto [it, added] = by_id_.emplace(id.identifier(), i);
      if (!added)
        return Wrong(
            i, absl::StrCat("identifier \"", id.identifier(),
                            "\" is also that of /locations/", it->second));
    }
    return absl::OkStatus();
  }

  absl::Status FindParent(int i) {
    const locations::Place& place = all_.locations(i);
    if (place.contained_in_place().empty()) return absl::OkStatus();
    const auto parent = by_id_.find(place.contained_in_place());
    if (parent == by_id_.end())
      return Wrong(i, absl::StrCat("contained_in_place: there is no place \"",
                                   place.contained_in_place(), "\""));
    parents_[i] = parent->second;
    return absl::OkStatus();
  }

  // Every place is walked from once, and only as far as nobody came before.
  absl::Status CheckCycles() const {
    std::vector<int> walk(parents_.size(), -1);
    for (int start = 0; start < static_cast<int>(parents_.size()); ++start) {
      int i = start;
      while (i != kRoot && walk[i] < 0) {
        walk[i] = start;
        i = parents_[i];
      }
      if (i != kRoot && walk[i] == start) return Wrong(i, "is within itself");
    }
    return absl::OkStatus();
  }

  const locations::LocationHierarchy& all_;
  const absl::string_view file_;
  std::map<std::string, int> by_id_;
  std::vector<int> parents_;
};

absl::StatusOr<locations::LocationHierarchy> Read(const wire::Codec& codec,
                                                  const schema::Message& type,
                                                  absl::string_view text,
                                                  absl::string_view file_name) {
  std::vector<wire::Finding> findings;
  const auto bytes = codec.JsonToWire(type, text, &findings);
  if (!bytes.ok())
    return absl::InvalidArgumentError(
        absl::StrCat(file_name, ": ", bytes.status().message()));
  for (const wire::Finding& finding : findings)
    if (finding.severe)
      return absl::InvalidArgumentError(
          absl::StrCat(file_name, ": ", finding.path, ": ", finding.rule));
  locations::LocationHierarchy all;
  if (!all.ParseFromString(*bytes))
    return absl::InternalError("the schema is another than the program's");
  return all;
}

std::string HttpDate(absl::string_view timestamp) {
  const absl::StatusOr<absl::Time> time = ParseTimestamp(timestamp);
  if (!time.ok()) return "";
  return absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", *time,
                          absl::UTCTimeZone());
}

}  // namespace

absl::StatusOr<Locations> ParseLocations(const wire::Codec& codec,
                                         absl::string_view text,
                                         absl::string_view file_name,
                                         absl::Time changed) {
  const schema::Message* type = codec.model().FindMessage(kMessage);
  if (type == nullptr)
    return absl::FailedPreconditionError(
        absl::StrCat("the schema has no ", kMessage));
  ASSIGN_OR_RETURN(locations::LocationHierarchy all,
                   Read(codec, *type, text, file_name));
  RETURN_IF_ERROR(Checker(all, file_name).Check());
  if (!all.has_context()) all.mutable_context()->set_text(kContext);
  if (!all.has_last_updated()) all.set_last_updated(FormatTimestamp(changed));
  Locations result;
  result.bytes = all.SerializeAsString();
  RETURN_IF_ERROR(codec.WireToJson(*type, result.bytes, schema::Dialect::kD25,
                                   &result.json));
  result.etag =
      absl::StrCat("\"", absl::BytesToHexString(Sha256(result.json)), "\"");
  result.last_modified = HttpDate(all.last_updated());
  return result;
}

absl::StatusOr<Locations> LoadLocations(const wire::Codec& codec,
                                        const std::string& file) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(file));
  struct stat info;
  const absl::Time changed = stat(file.c_str(), &info) == 0
                                 ? absl::FromTimeT(info.st_mtime)
                                 : absl::UnixEpoch();
  return ParseLocations(codec, text, file, changed);
}

transport::HttpPage LocationsPage(Locations locations) {
  auto kept = std::make_shared<const Locations>(std::move(locations));
  return [kept](net::HttpRequest request, net::Responder respond) {
    net::HttpResponse response;
    response.headers.Add("ETag", kept->etag);
    if (!kept->last_modified.empty())
      response.headers.Add("Last-Modified", kept->last_modified);
    if (absl::StrContains(request.headers.GetOr("If-None-Match"), kept->etag)) {
      response.status = 304;
    } else {
      response.headers.Add("Content-Type", "application/json");
      response.body = kept->json;
    }
    respond(std::move(response));
  };
}

}  // namespace dci::server
