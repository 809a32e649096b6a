// Handlers whose items have types: what the classes that tools/dcigen
// generates are made of.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_TYPED_HANDLER_H_
#define CONVERGENCE_SERVICES_EXCHANGE_TYPED_HANDLER_H_

#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "services/base/status_macros.h"
#include "services/exchange/handler.h"
#include "services/exchange/handler_registry.h"
#include "services/schema/model.h"
#include "services/schema/reason.h"
#include "services/storage/store.h"

namespace dci::exchange {

// An outcome whose result is a message. `outcome.result` is written from
// `answer`; what the exchange writes itself (reference_id, status …) may be
// left unset there.
template <typename Answer>
struct TypedOutcome {
  Answer answer;
  ItemOutcome outcome;
};

// Reads an item. A refusal for REASON_REQUEST_BAD where the bytes are none.
template <typename Item>
absl::StatusOr<Item> ReadItem(absl::string_view bytes) {
  Item item;
  if (!item.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return schema::Refusal(dci::common::v1::REASON_REQUEST_BAD,
                           "an item cannot be read");
  }
  return item;
}

template <typename Answer>
absl::StatusOr<ItemOutcome> WriteOutcome(
    absl::StatusOr<TypedOutcome<Answer>> typed) {
  if (!typed.ok()) return typed.status();
  typed->outcome.result = typed->answer.SerializeAsString();
  return std::move(typed->outcome);
}

// ItemHandler by types; see there for what each function must keep to.
template <typename Item, typename Answer>
class TypedItemHandler : public ItemHandler {
 public:
  absl::Status Validate(const ItemContext& context,
                        absl::string_view bytes) const final {
    ASSIGN_OR_RETURN(Item item, ReadItem<Item>(bytes));
    return ValidateItem(context, item);
  }
  void Keys(const ItemContext& context, absl::string_view bytes,
            std::vector<storage::Key>* keys) const final {
    // Apply refuses what cannot be read.
    absl::StatusOr<Item> item = ReadItem<Item>(bytes);
    if (item.ok()) ItemKeys(context, *item, keys);
  }
  absl::StatusOr<ItemOutcome> Apply(const ItemContext& context,
                                    absl::string_view bytes,
                                    storage::CommitView& view) const final {
    ASSIGN_OR_RETURN(Item item, ReadItem<Item>(bytes));
    return WriteOutcome(ApplyItem(context, item, view));
  }

 protected:
  virtual absl::Status ValidateItem(const ItemContext& context,
                                    const Item& item) const = 0;
  virtual void ItemKeys(const ItemContext& context, const Item& item,
                        std::vector<storage::Key>* keys) const = 0;
  virtual absl::StatusOr<TypedOutcome<Answer>> ApplyItem(
      const ItemContext& context, const Item& item,
      storage::CommitView& view) const = 0;
};

// SearchHandler by types.
template <typename Item, typename Answer>
class TypedSearchHandler : public SearchHandler {
 public:
  absl::Status Validate(const ItemContext& context,
                        absl::string_view bytes) const final {
    ASSIGN_OR_RETURN(Item item, ReadItem<Item>(bytes));
    return ValidateItem(context, item);
  }
  absl::StatusOr<ItemOutcome> Search(
      const ItemContext& context, absl::string_view bytes,
      const storage::Snapshot& snapshot,
      absl::string_view continuation) const final {
    ASSIGN_OR_RETURN(Item item, ReadItem<Item>(bytes));
    return WriteOutcome(SearchItem(context, item, snapshot, continuation));
  }

 protected:
  virtual absl::Status ValidateItem(const ItemContext& context,
                                    const Item& item) const = 0;
  virtual absl::StatusOr<TypedOutcome<Answer>> SearchItem(
      const ItemContext& context, const Item& item,
      const storage::Snapshot& snapshot,
      absl::string_view continuation) const = 0;
};

// CallbackHandler by types.
template <typename Body>
class TypedCallbackHandler : public CallbackHandler {
 public:
  void Keys(const ItemContext& context, absl::string_view bytes,
            std::vector<storage::Key>* keys) const final {
    absl::StatusOr<Body> body = ReadItem<Body>(bytes);
    if (body.ok()) BodyKeys(context, *body, keys);
  }
  absl::StatusOr<CallbackOutcome> Apply(const ItemContext& context,
                                        absl::string_view bytes,
                                        storage::CommitView& view) const final {
    ASSIGN_OR_RETURN(Body body, ReadItem<Body>(bytes));
    return ApplyBody(context, body, view);
  }

 protected:
  virtual void BodyKeys(const ItemContext& context, const Body& body,
                        std::vector<storage::Key>* keys) const = 0;
  virtual absl::StatusOr<CallbackOutcome> ApplyBody(
      const ItemContext& context, const Body& body,
      storage::CommitView& view) const = 0;
};

// Registers a handler for the method of that full name. NOT_FOUND where the
// model has no such method; otherwise as HandlerRegistry::Register.
template <typename HandlerType>
absl::Status RegisterMethod(const schema::Model& model,
                            absl::string_view full_name,
                            std::shared_ptr<HandlerType> handler,
                            HandlerRegistry* registry) {
  const schema::Method* method = model.FindMethod(full_name);
  if (method == nullptr) {
    return absl::NotFoundError(
        absl::StrCat(full_name, " is no method of the model"));
  }
  return registry->Register(*method, std::move(handler));
}

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_TYPED_HANDLER_H_
