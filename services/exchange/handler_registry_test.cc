#include "services/exchange/handler_registry.h"

#include <memory>

#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/exchange/testing/tally.h"

namespace dci::exchange {
namespace {

class HandlerRegistryTest : public ::testing::Test {
 protected:
  const schema::Method& Method(absl::string_view name) {
    return *model_->FindMethod(absl::StrCat("dci.exchange.testing.", name));
  }

  std::unique_ptr<const schema::Model> model_ = TallyModel();
  std::shared_ptr<const ItemHandler> add_ =
      std::make_shared<AddHandler>(storage::Space{}, model_.get());
  std::shared_ptr<const SearchHandler> list_ =
      std::make_shared<ListHandler>(storage::Space{});
  std::shared_ptr<const CallbackHandler> settled_ =
      std::make_shared<SettledHandler>(storage::Space{});
  HandlerRegistry handlers_;
};

TEST_F(HandlerRegistryTest, BothFormsOfAPairHaveOneHandler) {
  ASSERT_OK(handlers_.Register(Method("Tally.Add"), add_));
  const MethodPlan* async = handlers_.Find("dci.exchange.testing.Tally.Add");
  const MethodPlan* sync = handlers_.Find("dci.exchange.testing.Tally.SyncAdd");
  ASSERT_NE(async, nullptr);
  ASSERT_NE(sync, nullptr);
  EXPECT_EQ(async->items, add_.get());
  EXPECT_EQ(sync->items, add_.get());
  EXPECT_EQ(async->operation, sync->operation);
  EXPECT_EQ(handlers_.plans().size(), 2u);
}

TEST_F(HandlerRegistryTest, KnowsWhereTheMembersStand) {
  ASSERT_OK(handlers_.Register(Method("Tally.Add"), add_));
  const MethodPlan& plan = *handlers_.Find("dci.exchange.testing.Tally.Add");
  EXPECT_EQ(plan.request.transaction_id, 1);
  EXPECT_EQ(plan.request.list, 2);
  EXPECT_EQ(plan.request.locale, 5);
  EXPECT_EQ(plan.request.status, 0);
  EXPECT_EQ(plan.answer.correlation_id, 2);
  EXPECT_EQ(plan.answer.list, 3);
  EXPECT_EQ(plan.answer.reason_message, 5);
  EXPECT_TRUE(plan.items_have_status());
}

TEST_F(HandlerRegistryTest, AnAnswerWithoutStatusIsKnown) {
  ASSERT_OK(handlers_.Register(Method("Tally.Status"), list_));
  EXPECT_FALSE(
      handlers_.Find("dci.exchange.testing.Tally.Status")->items_have_status());
}

TEST_F(HandlerRegistryTest, AHandlerMustFitItsMethod) {
  const auto invalid = StatusIs(absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(handlers_.Register(Method("Tally.List"), add_), invalid);
  EXPECT_THAT(handlers_.Register(Method("Tally.Add"), list_), invalid);
  EXPECT_THAT(handlers_.Register(Method("Tally.Add"), settled_), invalid);
  EXPECT_THAT(handlers_.Register(Method("TallyCallback.OnAdd"), add_), invalid);
  schema::Method plain;
  plain.mode = schema::Mode::kSync;
  EXPECT_THAT(handlers_.Register(plain, add_), invalid);
}

TEST_F(HandlerRegistryTest, AMethodIsServedOnce) {
  ASSERT_OK(handlers_.Register(Method("Tally.SyncAdd"), add_));
  EXPECT_THAT(handlers_.Register(Method("Tally.Add"), add_),
              StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_EQ(handlers_.Find("dci.exchange.testing.Tally.Nothing"), nullptr);
}

}  // namespace
}  // namespace dci::exchange
