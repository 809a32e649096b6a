#include "services/server/reference_domain.h"

#include <utility>

#include "services/base/status_macros.h"
#include "services/server/locations.h"

namespace dci::server {

absl::Status ReferenceDomain::ServeCodeLists(const DomainParts& parts,
                                             Served* served) {
  const schema::Model& model = parts.codec->model();
  const schema::Service* service = model.FindService("dci.ext.v1.CodeLists");
  // A schema made for a test may be without it.
  if (service == nullptr) return absl::OkStatus();
  const auto& files = parts.config->code_label_files();
  ASSIGN_OR_RETURN(labels_,
                   LoadCodeLabels(model, {files.begin(), files.end()}));
  catalog_.emplace(&model, &labels_);
  AddCodeListHandlers(model, &*catalog_, &served->plain);
  served->services.push_back({service, true, false});
  return absl::OkStatus();
}

absl::Status ReferenceDomain::ServeLocations(const DomainParts& parts,
                                             Served* served) {
  const std::string& file = parts.config->locations_file();
  const schema::Service* service =
      parts.codec->model().FindService("dci.locations.v1.LocationDirectory");
  if (file.empty() || service == nullptr) return absl::OkStatus();
  ASSIGN_OR_RETURN(Locations locations, LoadLocations(*parts.codec, file));
  const schema::Method* method = service->FindMethod("GetLocations");
  served->plain[method] = [bytes = locations.bytes](transport::PlainCall,
                                                    transport::PlainDone done) {
    done(bytes);
  };
  served->pages["GET " + method->path] = LocationsPage(std::move(locations));
  served->services.push_back({service, true, false});
  return absl::OkStatus();
}

absl::Status ReferenceDomain::Start(const DomainParts& parts, Served* served) {
  RETURN_IF_ERROR(ServeCodeLists(parts, served));
  return ServeLocations(parts, served);
}

}  // namespace dci::server
