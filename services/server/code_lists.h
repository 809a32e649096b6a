// What the server says about its code lists.
#ifndef CONVERGENCE_SERVICES_SERVER_CODE_LISTS_H_
#define CONVERGENCE_SERVICES_SERVER_CODE_LISTS_H_

#include "absl/status/statusor.h"
#include "dci/ext/v1/code_lists.pb.h"
#include "services/schema/model.h"
#include "services/server/code_labels.h"
#include "services/transport/plain.h"

namespace dci::server {

// Answers of dci.ext.v1.CodeLists from the lists of the model. Thread-safe;
// both outlive it. Errors as the service says.
class CodeListCatalog {
 public:
  CodeListCatalog(const schema::Model* model, const CodeLabels* labels)
      : model_(*model), labels_(*labels) {}

  dci::ext::v1::ListCodeListsResponse List(
      const dci::ext::v1::ListCodeListsRequest& request) const;
  absl::StatusOr<dci::ext::v1::GetCodeListResponse> Get(
      const dci::ext::v1::GetCodeListRequest& request) const;
  absl::StatusOr<dci::ext::v1::LookUpCodeResponse> LookUp(
      const dci::ext::v1::LookUpCodeRequest& request) const;

 private:
  // By full name, last part of it, or published name.
  absl::StatusOr<const schema::CodeList*> Find(absl::string_view name) const;
  dci::ext::v1::CodeListSummary Summary(const schema::CodeList& list) const;
  dci::ext::v1::CodeEntry Entry(const schema::CodeList& list,
                                const schema::Code& code,
                                const std::string& language,
                                schema::Dialect dialect) const;

  const schema::Model& model_;
  const CodeLabels& labels_;
};

// The same as handlers. The catalog outlives them.
void AddCodeListHandlers(const schema::Model& model,
                         const CodeListCatalog* catalog,
                         transport::PlainHandlers* handlers);

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_CODE_LISTS_H_
