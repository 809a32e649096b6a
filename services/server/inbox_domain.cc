#include "services/server/inbox_domain.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/net/form.h"

namespace dci::server {
namespace {

// INVALID_ARGUMENT for a number that is none.
absl::StatusOr<spsystem::InboxQuery> QueryOf(absl::string_view text) {
  ASSIGN_OR_RETURN(const net::FormFields fields, net::ParseForm(text));
  spsystem::InboxQuery query;
  const auto number = [&](absl::string_view name, auto* value) {
    const auto field = net::FindField(fields, name);
    return !field || absl::SimpleAtoi(*field, value);
  };
  if (!number("after", &query.after) || !number("limit", &query.limit))
    return absl::InvalidArgumentError("after and limit are numbers");
  if (const auto id = net::FindField(fields, "correlation_id"))
    query.correlation_id = std::string(*id);
  return query;
}

net::HttpResponse ListResponse(const spsystem::Inbox& inbox,
                               const net::HttpRequest& request) {
  net::HttpResponse response;
  response.headers.Add("Content-Type", "application/json");
  const auto query = QueryOf(request.query);
  const absl::StatusOr<std::string> list =
      query.ok() ? inbox.List(*query) : query.status();
  if (list.ok())
    response.body = *list;
  else
    response.status = query.ok() ? 500 : 400;
  return response;
}

}  // namespace

transport::HttpPage InboxPage(const spsystem::Inbox* inbox) {
  return [inbox](net::HttpRequest request, net::Responder respond) {
    respond(ListResponse(*inbox, request));
  };
}

absl::Status InboxDomain::Start(const DomainParts& parts, Served* served) {
  ASSIGN_OR_RETURN(spsystem::Inbox inbox,
                   spsystem::Inbox::Create(parts.store, parts.codec));
  inbox_ = std::make_shared<const spsystem::Inbox>(std::move(inbox));
  for (const std::string& name : services_) {
    const schema::Service* service = parts.codec->model().FindService(name);
    if (service == nullptr)
      return absl::InvalidArgumentError(
          absl::StrCat("inbox: no service ", name));
    for (const schema::Method& method : service->methods)
      RETURN_IF_ERROR(parts.handlers->Register(method, inbox_));
    // Bare paths can mean one registry's callbacks only: the first's.
    const bool bare = name == services_.front();
    served->services.push_back({service, bare, true});
  }
  served->admin_pages["GET /inbox"] = InboxPage(inbox_.get());
  return absl::OkStatus();
}

}  // namespace dci::server
