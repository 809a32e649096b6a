#include "services/server/code_lists.h"

#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/schema/dialect.h"

namespace dci::server {
namespace {

namespace ext = ::dci::ext::v1;

constexpr char kService[] = "dci.ext.v1.CodeLists";

absl::StatusOr<schema::Dialect> DialectOf(const std::string& name) {
  if (name.empty()) return schema::Dialect::kC25;
  const std::optional<schema::Dialect> dialect = schema::DialectFromName(name);
  if (!dialect)
    return absl::InvalidArgumentError(
        absl::StrCat("no dialect of the name ", name));
  return *dialect;
}

absl::string_view PackageOf(const schema::CodeList& list) {
  const absl::string_view name = list.full_name;
  return name.substr(0, name.rfind('.'));
}

// How a text that means the code does: as BuildIndex orders them.
const char* MatchOf(const schema::Code& code, absl::string_view text) {
  if (absl::EqualsIgnoreCase(code.code, text)) return "code";
  return absl::EqualsIgnoreCase(code.label, text) ? "label" : "alias";
}

template <typename Request, typename Answer>
transport::PlainHandler Handler(Answer answer) {
  return [answer](transport::PlainCall call, transport::PlainDone done) {
    Request request;
    if (!request.ParseFromString(call.request))
      return done(absl::InvalidArgumentError("unreadable request"));
    const auto response = answer(request);
    if (!response.ok()) return done(response.status());
    done(response->SerializeAsString());
  };
}

}  // namespace

absl::StatusOr<const schema::CodeList*> CodeListCatalog::Find(
    absl::string_view name) const {
  if (name.empty()) return absl::InvalidArgumentError("no code list is named");
  const schema::CodeList* found = nullptr;
  int count = 0;
  for (const schema::CodeList* list : model_.code_lists()) {
    if (list->full_name == name) return list;
    if (list->source != name &&
        !absl::EndsWith(list->full_name, absl::StrCat(".", name)))
      continue;
    found = list;
    ++count;
  }
  if (count == 1) return found;
  return absl::NotFoundError(count == 0 ? "no code list of that name"
                                        : "several code lists have that name");
}

ext::CodeListSummary CodeListCatalog::Summary(
    const schema::CodeList& list) const {
  ext::CodeListSummary summary;
  summary.set_name(list.full_name);
  if (!list.source.empty()) summary.set_source(list.source);
  summary.set_size(static_cast<int32_t>(list.codes.size()));
  for (const std::string& language : labels_.Languages(list))
    summary.add_languages(language);
  return summary;
}

ext::CodeEntry CodeListCatalog::Entry(const schema::CodeList& list,
                                      const schema::Code& code,
                                      const std::string& language,
                                      schema::Dialect dialect) const {
  ext::CodeEntry entry;
  entry.set_code(code.code);
  if (const std::string* label = labels_.Find(list, code, language)) {
    entry.set_label(*label);
    entry.set_language(language);
  } else if (!code.label.empty()) {
    entry.set_label(code.label);
    entry.set_language(kEnglish);
  }
  for (const std::string& alias : code.aliases) entry.add_aliases(alias);
  entry.set_written(schema::Contains(list.written_label, dialect)
                        ? list.WrittenLabel(code)
                        : code.code);
  return entry;
}

ext::ListCodeListsResponse CodeListCatalog::List(
    const ext::ListCodeListsRequest& request) const {
  ext::ListCodeListsResponse response;
  for (const schema::CodeList* list : model_.code_lists())
    if (request.package().empty() || PackageOf(*list) == request.package())
      *response.add_code_lists() = Summary(*list);
  return response;
}

absl::StatusOr<ext::GetCodeListResponse> CodeListCatalog::Get(
    const ext::GetCodeListRequest& request) const {
  ASSIGN_OR_RETURN(const schema::Dialect dialect, DialectOf(request.dialect()));
  ASSIGN_OR_RETURN(const schema::CodeList* list, Find(request.name()));
  ext::GetCodeListResponse response;
  *response.mutable_code_list() = Summary(*list);
  for (const schema::Code& code : list->codes)
    *response.add_codes() = Entry(*list, code, request.language(), dialect);
  return response;
}

absl::StatusOr<ext::LookUpCodeResponse> CodeListCatalog::LookUp(
    const ext::LookUpCodeRequest& request) const {
  ASSIGN_OR_RETURN(const schema::Dialect dialect, DialectOf(request.dialect()));
  ASSIGN_OR_RETURN(const schema::CodeList* list, Find(request.list()));
  if (!request.has_value()) return absl::InvalidArgumentError("no value");
  // The reader's own function: what it says is what a message gets.
  const schema::Code* code = list->Find(request.value());
  ext::LookUpCodeResponse response;
  response.set_member(code != nullptr);
  if (code == nullptr) return response;
  response.set_matched(MatchOf(*code, request.value()));
  *response.mutable_code() = Entry(*list, *code, request.language(), dialect);
  return response;
}

void AddCodeListHandlers(const schema::Model& model,
                         const CodeListCatalog* catalog,
                         transport::PlainHandlers* handlers) {
  const schema::Service* service = model.FindService(kService);
  if (service == nullptr) return;
  (*handlers)[service->FindMethod("ListCodeLists")] =
      Handler<ext::ListCodeListsRequest>(
          [catalog](const ext::ListCodeListsRequest& request)
              -> absl::StatusOr<ext::ListCodeListsResponse> {
            return catalog->List(request);
          });
  (*handlers)[service->FindMethod("GetCodeList")] =
      Handler<ext::GetCodeListRequest>(
          [catalog](const ext::GetCodeListRequest& request) {
            return catalog->Get(request);
          });
  (*handlers)[service->FindMethod("LookUpCode")] =
      Handler<ext::LookUpCodeRequest>(
          [catalog](const ext::LookUpCodeRequest& request) {
            return catalog->LookUp(request);
          });
}

}  // namespace dci::server
