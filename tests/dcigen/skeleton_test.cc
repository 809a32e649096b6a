// A service written on the generated skeleton, driven as the exchange drives
// it: by method, with bytes.
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/storage/memory/memory_store.h"
#include "tools/dcigen/testdata/kitchen_sink.codes.h"
#include "tools/dcigen/testdata/kitchen_sink.dci.h"
#include "tools/dcigen/testdata/kitchen_sink.routes.h"
#include "tools/dcigen/testdata/minimal.dci.h"
#include "tools/dcigen/testdata/minimal.pb.h"

namespace dci::testdata::v1 {
namespace {

using exchange::CallbackOutcome;
using exchange::ItemContext;
using exchange::ItemOutcome;
using exchange::MethodPlan;
using exchange::TypedOutcome;
using storage::Space;

// Each garden has a row with the litres it got.
class WellHandler : public GardensHandler {
 public:
  explicit WellHandler(Space gardens) : gardens_(gardens) {}

  absl::Status ValidateWater(const ItemContext& context,
                             const WaterItem& item) const override {
    if (item.garden().has_id()) return absl::OkStatus();
    return schema::Refusal(dci::common::v1::REASON_REFERENCE_ID_INVALID,
                           "which garden?");
  }

  void WaterKeys(const ItemContext& context, const WaterItem& item,
                 std::vector<storage::Key>* keys) const override {
    keys->push_back({gardens_, item.garden().id()});
  }

  absl::StatusOr<TypedOutcome<WateredItem>> WaterApply(
      const ItemContext& context, const WaterItem& item,
      storage::CommitView& view) const override {
    ASSIGN_OR_RETURN(const auto row, view.Get(gardens_, item.garden().id()));
    const std::string litres = row.value_or("") + "l";
    view.Put(gardens_, item.garden().id(), litres);
    TypedOutcome<WateredItem> result;
    result.answer.set_litres(static_cast<int>(litres.size()));
    result.outcome.reason_code = "succ.watered";
    return result;
  }

  absl::StatusOr<TypedOutcome<WateredItem>> SyncLook(
      const ItemContext& context, const WaterItem& item,
      const storage::Snapshot& snapshot,
      absl::string_view continuation) const override {
    ASSIGN_OR_RETURN(const auto row,
                     snapshot.Get(gardens_, item.garden().id()));
    TypedOutcome<WateredItem> result;
    result.answer.set_litres(static_cast<int>(row.value_or("").size()));
    if (continuation.empty()) result.outcome.continuation = "more";
    return result;
  }

  absl::StatusOr<TypedOutcome<Watered>> SyncLookAll(
      const ItemContext& context, const Water& item,
      const storage::Snapshot& snapshot,
      absl::string_view continuation) const override {
    return schema::Refusal(dci::common::v1::REASON_REQUEST_NOT_FOUND, "none");
  }

 private:
  const Space gardens_;
};

class NoteHandler : public GardensCallbackHandler {
 public:
  explicit NoteHandler(Space gardens) : gardens_(gardens) {}
  absl::StatusOr<CallbackOutcome> OnWater(
      const ItemContext& context, const Watered& body,
      storage::CommitView& view) const override {
    view.Put(gardens_, body.correlation_id(), "noted");
    return CallbackOutcome();
  }

 private:
  const Space gardens_;
};

class Skeleton : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(model_,
                         schema::Model::Build({Garden::descriptor()->file()}));
    store_ = storage::NewMemoryStore({"gardens"});
    ASSERT_OK_AND_ASSIGN(gardens_, store_->FindSpace("gardens"));
    ASSERT_OK(RegisterGardens(*model_, std::make_shared<WellHandler>(gardens_),
                              &registry_));
  }

  const MethodPlan& Plan(const std::string& method) {
    const MethodPlan* plan = registry_.Find("dci.testdata.v1." + method);
    EXPECT_NE(plan, nullptr) << method;
    return *plan;
  }

  absl::StatusOr<ItemOutcome> Apply(const MethodPlan& plan,
                                    const std::string& bytes) {
    absl::StatusOr<ItemOutcome> outcome = absl::UnknownError("not applied");
    std::vector<storage::Key> keys;
    plan.items->Keys(context_, bytes, &keys);
    keys_ = keys.size();
    RETURN_IF_ERROR(
        storage::CommitAndWait(*store_, keys, [&](storage::CommitView& view) {
          outcome = plan.items->Apply(context_, bytes, view);
          return outcome.status();
        }));
    return outcome;
  }

  std::unique_ptr<const schema::Model> model_;
  std::unique_ptr<storage::Store> store_;
  exchange::HandlerRegistry registry_;
  Space gardens_;
  ItemContext context_;
  size_t keys_ = 0;
};

WaterItem ItemFor(const std::string& id) {
  WaterItem item;
  item.mutable_garden()->set_id(id);
  return item;
}

TEST_F(Skeleton, ItemIsDecidedByKeysAndApply) {
  const std::string bytes = ItemFor("7").SerializeAsString();
  ASSERT_OK(Apply(Plan("Gardens.Water"), bytes));
  // The synchronous form is decided by the same two functions.
  ASSERT_OK_AND_ASSIGN(const ItemOutcome outcome,
                       Apply(Plan("Gardens.SyncWater"), bytes));
  EXPECT_EQ(keys_, 1u);
  EXPECT_EQ(outcome.reason_code, "succ.watered");
  WateredItem answer;
  ASSERT_TRUE(answer.ParseFromString(outcome.result));
  EXPECT_EQ(answer.litres(), 2);
}

TEST_F(Skeleton, ItemIsValidatedByType) {
  const MethodPlan& plan = Plan("Gardens.Water");
  EXPECT_OK(plan.handler->Validate(context_, ItemFor("7").SerializeAsString()));
  const absl::Status refused =
      plan.handler->Validate(context_, WaterItem().SerializeAsString());
  EXPECT_EQ(schema::ReasonOf(refused),
            dci::common::v1::REASON_REFERENCE_ID_INVALID);
}

TEST_F(Skeleton, BytesThatAreNoItemAreRefusedEverywhere) {
  const MethodPlan& plan = Plan("Gardens.Water");
  const std::string garbage = "\x0a\xff";
  EXPECT_EQ(schema::ReasonOf(plan.handler->Validate(context_, garbage)),
            dci::common::v1::REASON_REQUEST_BAD);
  EXPECT_EQ(schema::ReasonOf(Apply(plan, garbage).status()),
            dci::common::v1::REASON_REQUEST_BAD);
  EXPECT_EQ(keys_, 0u);
  EXPECT_EQ(
      schema::ReasonOf(
          Plan("Gardens.SyncLook")
              .search->Search(context_, garbage, *store_->GetSnapshot(), "")
              .status()),
      dci::common::v1::REASON_REQUEST_BAD);
}

TEST_F(Skeleton, SearchSeesASnapshotAndItsContinuation) {
  const std::string bytes = ItemFor("7").SerializeAsString();
  ASSERT_OK(Apply(Plan("Gardens.Water"), bytes));
  const MethodPlan& look = Plan("Gardens.SyncLook");
  const auto snapshot = store_->GetSnapshot();
  ASSERT_OK_AND_ASSIGN(ItemOutcome first,
                       look.search->Search(context_, bytes, *snapshot, ""));
  WateredItem answer;
  ASSERT_TRUE(answer.ParseFromString(first.result));
  EXPECT_EQ(answer.litres(), 1);
  ASSERT_TRUE(first.continuation.has_value());
  ASSERT_OK_AND_ASSIGN(
      const ItemOutcome second,
      look.search->Search(context_, bytes, *snapshot, *first.continuation));
  EXPECT_FALSE(second.continuation.has_value());
}

TEST_F(Skeleton, RefusalPassesThrough) {
  EXPECT_EQ(schema::ReasonOf(
                Plan("Gardens.SyncLookAll")
                    .search->Search(context_, "", *store_->GetSnapshot(), "")
                    .status()),
            dci::common::v1::REASON_REQUEST_NOT_FOUND);
}

TEST_F(Skeleton, WhatTheExchangeServesIsLeftToIt) {
  EXPECT_EQ(registry_.Find("dci.testdata.v1.Gardens.SyncWaterStatus"), nullptr);
  EXPECT_EQ(registry_.Find("dci.testdata.v1.Gardens.StreamLook"), nullptr);
  EXPECT_EQ(registry_.Find("dci.testdata.v1.Gardens.GetCrops"), nullptr);
}

TEST_F(Skeleton, CallbackIsTakenInOneCommit) {
  ASSERT_OK(RegisterGardensCallback(
      *model_, std::make_shared<NoteHandler>(gardens_), &registry_));
  Watered body;
  body.set_correlation_id("c1");
  const MethodPlan& plan = Plan("GardensCallback.OnWater");
  std::vector<storage::Key> keys;
  plan.callback->Keys(context_, body.SerializeAsString(), &keys);
  EXPECT_TRUE(keys.empty());
  ASSERT_OK(storage::CommitAndWait(*store_, {}, [&](storage::CommitView& view) {
    return plan.callback->Apply(context_, body.SerializeAsString(), view)
        .status();
  }));
  EXPECT_EQ(*store_->GetSnapshot()->Get(gardens_, "c1"), "noted");
}

TEST_F(Skeleton, RegistersOnceAndOnlyWhatTheModelHas) {
  EXPECT_THAT(RegisterGardens(*model_, std::make_shared<WellHandler>(gardens_),
                              &registry_),
              StatusIs(absl::StatusCode::kAlreadyExists));
  ASSERT_OK_AND_ASSIGN(
      const auto other,
      schema::Model::Build({minimal::v1::Ping::descriptor()->file()}));
  exchange::HandlerRegistry empty;
  EXPECT_THAT(
      RegisterGardens(*other, std::make_shared<WellHandler>(gardens_), &empty),
      StatusIs(absl::StatusCode::kNotFound));
}

TEST(Routes, AreThoseOfTheModel) {
  ASSERT_OK_AND_ASSIGN(const auto model,
                       schema::Model::Build({Garden::descriptor()->file()}));
  int canonical = 0;
  for (const schema::Route& route : kGardensRoutes) {
    const schema::Method* method = model->FindMethod(route.grpc_path);
    ASSERT_NE(method, nullptr) << route.grpc_path;
    EXPECT_EQ(method->mode, route.mode);
    EXPECT_EQ(method->scope, route.scope);
    if (!route.canonical) continue;
    ++canonical;
    EXPECT_EQ(method->path, route.path);
  }
  EXPECT_EQ(canonical, 7);
}

TEST(Codes, AreConstants) {
  EXPECT_EQ(kCropRedBeet, "0108");
  EXPECT_EQ(kCropNoLabel, "x\"y");
}

}  // namespace
}  // namespace dci::testdata::v1
