#include "clients/cpp/example/find_group.h"

#include "clients/cpp/runtime/client.h"
#include "clients/cpp/runtime/pages.h"
#include "clients/cpp/runtime/searches.h"
#include "dci/social/v1/social_service.client.h"
#include "services/base/status_macros.h"

namespace dci::example {

using dci::registry::v1::SearchRequest;
using dci::social::v1::Group;

absl::StatusOr<std::vector<Group>> FindGroup(const std::string& base_url,
                                             const std::string& type,
                                             const std::string& value) {
  client::ClientOptions options;
  options.sender_id = "spmis";
  options.base_url = base_url;
  options.http.addresses.allow_loopback = true;

  // README begins
  ASSIGN_OR_RETURN(auto client, client::Client::Create(options));
  dci::social::v1::SocialRegistryClient registry(client.get());
  SearchRequest request = client::NewSearch("Group");
  client::AskForIdentifier(type, value, &request);
  std::vector<Group> groups;
  for (const auto& page : client::Pages(request, [&](const auto& one_page) {
         return registry.SyncSearch(one_page);
       })) {
    RETURN_IF_ERROR(page.status());
    client::AppendRecords(*page, &groups);
  }
  // README ends
  return groups;
}

}  // namespace dci::example
