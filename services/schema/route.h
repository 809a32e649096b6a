// A row of the route tables that tools/dcigen generates.
#ifndef CONVERGENCE_SERVICES_SCHEMA_ROUTE_H_
#define CONVERGENCE_SERVICES_SCHEMA_ROUTE_H_

#include "absl/strings/string_view.h"
#include "services/schema/service.h"

namespace dci::schema {

struct Route {
  absl::string_view grpc_path;  // "/dci.social.v1.SocialRegistry/Search"
  absl::string_view http_verb;  // "POST"
  absl::string_view path;       // below the prefix; empty: gRPC alone
  Mode mode;
  absl::string_view action;  // header.action; empty for Mode::kPlain
  absl::string_view scope;   // empty: none is needed
  bool canonical;            // the path that the newest dialect publishes
};

}  // namespace dci::schema

#endif  // CONVERGENCE_SERVICES_SCHEMA_ROUTE_H_
