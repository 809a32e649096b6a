#include "services/spsystem/sp_site.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "dci/common/v1/code_list.pb.h"
#include "dci/crvs/v1/code_list.pb.h"
#include "dci/crvs/v1/crvs_service.pb.h"
#include "dci/ext/v1/reserve.pb.h"
#include "dci/ibr/v1/code_list.pb.h"
#include "dci/ibr/v1/enrolment.pb.h"
#include "dci/ibr/v1/enrolment_service.pb.h"
#include "dci/ibr/v1/ibr.pb.h"
#include "dci/registry/v1/search.pb.h"
#include "dci/social/v1/social.pb.h"
#include "dci/social/v1/social_service.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "services/base/clock.h"
#include "services/base/status_macros.h"
#include "services/base/status_matchers.h"
#include "services/exchange/layout.h"
#include "services/storage/memory/memory_store.h"

namespace dci::spsystem {
namespace {

const google::protobuf::FileDescriptor* FileOf(
    const google::protobuf::internal::DescriptorTable& table) {
  return google::protobuf::DescriptorPool::generated_pool()->FindFileByName(
      table.filename);
}

constexpr char kConfig[] = R"pb(
  programmes {
    id: "child"
    name: "Child allowance"
    eligibility {
      registry { participant: "social" service: "dci.social.v1.SocialRegistry" }
      record: "Member"
      query: "{\"birth_date\":{\"$gt\":\"2021-01-01\"}}"
      identifiers: "member_identifier"
    }
    amount: "50.00"
    currency: "USD"
    excludes: "foster"
    triggers: "register"
    triggers: "NewHouseHoldMember"
  }
  ibr { participant: "ibr" }
  stops {
    events: "Death"
    reversals: "DeathReversal"
    corrections: "data_modification"
    record: "dci.crvs.v1.Person"
    identifiers: "identifier"
    condition: "{\"death_date\":{\"$exists\":true}}"
  }
  callbacks: "dci.crvs.v1.CivilRegistryCallback"
)pb";

constexpr char kOnSearch[] = "dci.social.v1.SocialRegistryCallback.OnSearch";

}  // namespace

const schema::Model& SpModel() {
  static const schema::Model* const model = [] {
    auto built = schema::Model::Build(
        {social::v1::Group::descriptor()->file(),
         crvs::v1::Person::descriptor()->file(),
         ibr::v1::Beneficiary::descriptor()->file(),
         ibr::v1::EnrolledRequest::descriptor()->file(),
         ext::v1::ReserveRequest::descriptor()->file(),
         common::v1::Sex_descriptor()->file(),
         FileOf(descriptor_table_dci_2fcrvs_2fv1_2fcode_5flist_2eproto),
         FileOf(descriptor_table_dci_2fcrvs_2fv1_2fcrvs_5fservice_2eproto),
         FileOf(descriptor_table_dci_2fibr_2fv1_2fcode_5flist_2eproto),
         FileOf(descriptor_table_dci_2fibr_2fv1_2fenrolment_5fservice_2eproto),
         FileOf(
             descriptor_table_dci_2fsocial_2fv1_2fsocial_5fservice_2eproto)});
    EXPECT_OK(built);
    return built->release();
  }();
  return *model;
}

config::v1::SpSystem SpConfig() {
  config::v1::SpSystem config;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(kConfig, &config));
  return config;
}

SpSite::SpSite(config::v1::SpSystem config)
    : codec(std::make_unique<wire::Codec>(&SpModel())),
      config_(std::move(config)) {
  std::vector<std::string> spaces = SpSystemSpaces();
  for (std::string& space : exchange::ExchangeSpaces())
    spaces.push_back(std::move(space));
  store = storage::NewMemoryStore(spaces);
  outbox_ = std::make_unique<exchange::Outbox>(
      exchange::Spaces::Find(*store)->outbox, IdSource::Random());
  Restart();
}

void SpSite::Restart() {
  handlers_ = std::make_unique<exchange::HandlerRegistry>();
  auto made = SpSystem::Create(store.get(), codec.get(), nullptr, config_);
  ASSERT_OK(made);
  system = *std::move(made);
  ASSERT_OK(system->Register(handlers_.get()));
  op = std::make_unique<SpOperator>(system.get(), outbox_.get());
}

// What stands in the outbox leaves at once, in the order of its lanes.
void SpSite::Collect() {
  for (bool more = true; more;) {
    more = false;
    const auto snapshot = store->GetSnapshot();
    const auto counts = outbox_->Counts(*snapshot);
    ASSERT_OK(counts);
    for (const exchange::OutboxCounts& to : *counts) {
      std::vector<exchange::DueLane> due;
      ASSERT_OK(outbox_->VisitDue(*snapshot, to.destination, now,
                                  [&](exchange::DueLane lane) {
                                    due.push_back(std::move(lane));
                                    return true;
                                  }));
      for (const exchange::DueLane& lane : due) {
        const auto row = outbox_->Read(*snapshot, lane.lane, lane.row.head());
        ASSERT_OK(row);
        exchange::Outgoing message;
        message.method = SpModel().FindMethod(row->method());
        message.receiver_id = row->receiver_id();
        message.body = row->body();
        message.handle = row->handle();
        (to.destination == "ibr" ? to_ibr_ : sent).push_back(message);
        ASSERT_OK(
            storage::CommitAndWait(*store, {}, [&](storage::CommitView& view) {
              return outbox_->Delivered(view, lane.lane, lane.row.head(), now);
            }));
        more = true;
      }
    }
  }
}

void SpSite::Take(const std::string& method, const std::string& sender,
                  const std::string& body) {
  const exchange::MethodPlan* plan = handlers_->Find(method);
  ASSERT_NE(plan, nullptr) << method;
  exchange::RequestContext request;
  request.method = plan->method;
  request.sender_id = sender;
  exchange::ItemContext context;
  context.request = &request;
  context.now = now;
  ASSERT_OK(storage::CommitAndWait(
      *store, {}, [&](storage::CommitView& view) -> absl::Status {
        ASSIGN_OR_RETURN(const auto outcome,
                         plan->callback->Apply(context, body, view));
        for (const exchange::Outgoing& message : outcome.messages)
          RETURN_IF_ERROR(outbox_->Enqueue(view, message, now));
        return absl::OkStatus();
      }));
  Collect();
}

void SpSite::TakeAnswer(const exchange::Outgoing& question,
                        const std::string& body) {
  const exchange::CallbackHandler* handler =
      handlers_->FindAnswer(question.method->full_name);
  ASSERT_NE(handler, nullptr);
  exchange::RequestContext request;
  request.method = question.method;
  request.sender_id = question.receiver_id;
  exchange::ItemContext context;
  context.request = &request;
  context.handle = question.handle;
  context.now = now;
  ASSERT_OK(storage::CommitAndWait(
      *store, {}, [&](storage::CommitView& view) -> absl::Status {
        ASSIGN_OR_RETURN(const auto outcome,
                         handler->Apply(context, body, view));
        for (const exchange::Outgoing& message : outcome.messages)
          RETURN_IF_ERROR(outbox_->Enqueue(view, message, now));
        return absl::OkStatus();
      }));
  Collect();
}

absl::Status SpSite::StartIntake(const std::string& intake) {
  admin::v1::StartIntakeRequest request;
  request.set_programme("child");
  request.set_intake(intake);
  const absl::Status started = op->Start(request, now).status();
  Collect();
  return started;
}

bool SpSite::AnswerSearch(const std::vector<std::string>& uins, int page,
                          int pages) {
  if (sent.empty()) return false;
  registry::v1::SearchRequest asked;
  EXPECT_TRUE(asked.ParseFromString(sent.front().body));
  if (page == pages) sent.pop_front();
  registry::v1::SearchResponse response;
  response.set_transaction_id(asked.transaction_id());
  response.set_correlation_id("c-1");
  registry::v1::SearchResponseItem* item = response.add_search_response();
  item->set_reference_id("1");
  item->set_status(common::v1::REQUEST_STATUS_SUCC);
  for (const std::string& uin : uins) {
    social::v1::Member member;
    member.add_member_identifier()->set_identifier_type("UIN");
    member.mutable_member_identifier(0)->set_identifier_value(uin);
    item->mutable_data()->add_reg_records()->PackFrom(member);
  }
  const int size = std::max<int>(1, static_cast<int>(uins.size()));
  item->mutable_pagination()->set_page_size(size);
  item->mutable_pagination()->set_page_number(page);
  item->mutable_pagination()->set_total_count(size * pages);
  last_answer_ = response.SerializeAsString();
  Take(kOnSearch, "social", last_answer_);
  return true;
}

void SpSite::RepeatAnswer() { Take(kOnSearch, "social", last_answer_); }

void SpSite::Notify(absl::string_view event, int number, const std::string& uin,
                    bool dead) {
  crvs::v1::Person person;
  person.add_identifier()->set_identifier_type("UIN");
  person.mutable_identifier(0)->set_identifier_value(uin);
  if (dead) person.set_death_date("2026-11-20");
  registry::v1::NotifyEventRequest body;
  registry::v1::NotifyEvent* notified = body.add_notify_event();
  notified->set_reference_id(absl::StrCat(number));
  notified->set_timestamp(FormatTimestamp(absl::FromUnixSeconds(number)));
  notified->mutable_data()->set_reg_event_type(std::string(event));
  notified->mutable_data()->add_reg_records()->PackFrom(person);
  Take("dci.crvs.v1.CivilRegistryCallback.Notify", "civil",
       body.SerializeAsString());
}

void SpSite::NotifyMember(absl::string_view event, int number,
                          const std::string& uin) {
  social::v1::Member member;
  member.add_member_identifier()->set_identifier_type("UIN");
  member.mutable_member_identifier(0)->set_identifier_value(uin);
  registry::v1::NotifyEventRequest body;
  registry::v1::NotifyEvent* notified = body.add_notify_event();
  notified->set_reference_id(absl::StrCat(number));
  notified->set_timestamp(FormatTimestamp(absl::FromUnixSeconds(number)));
  notified->mutable_data()->set_reg_event_type(std::string(event));
  notified->mutable_data()->add_reg_records()->PackFrom(member);
  Take("dci.social.v1.SocialRegistryCallback.Notify", "social",
       body.SerializeAsString());
}

int SpSite::AnswerIbr(int most) {
  int answered = 0;
  for (; answered < most && !to_ibr_.empty(); ++answered) {
    const exchange::Outgoing question = to_ibr_.front();
    to_ibr_.pop_front();
    if (question.method->name == "SyncReserve") {
      ext::v1::ReserveRequest asked;
      EXPECT_TRUE(asked.ParseFromString(question.body));
      const ext::v1::ReserveRequestItem& item = asked.reserve_request(0);
      const std::string other = held[item.person().identifier_value()];
      const bool taken =
          !other.empty() && (other == item.programme_identifier() ||
                             std::count(item.excludes().begin(),
                                        item.excludes().end(), other) > 0);
      ext::v1::ReserveResponse answer;
      ext::v1::ReserveResponseItem* outcome = answer.add_reserve_response();
      outcome->set_status(taken ? common::v1::REQUEST_STATUS_RJCT
                                : common::v1::REQUEST_STATUS_SUCC);
      if (taken) outcome->set_status_reason_code("rjct.enrollment.exists");
      TakeAnswer(question, answer.SerializeAsString());
    } else if (question.method->name == "SyncEnrolled") {
      ibr::v1::EnrolledRequest asked;
      EXPECT_TRUE(asked.ParseFromString(question.body));
      const std::string& query = asked.enrolled_criteria().query().text();
      bool yes = false;
      for (const auto& [uin, programme] : held)
        yes |= query.find(absl::StrCat("\"", uin, "\"")) != query.npos &&
               query.find(absl::StrCat("\"", programme, "\"")) != query.npos;
      ibr::v1::EnrolledResponse answer;
      answer.add_enrolled_response()->set_enrolled_status(
          yes ? ibr::v1::ENROLLED_STATUS_YES : ibr::v1::ENROLLED_STATUS_NO);
      TakeAnswer(question, answer.SerializeAsString());
    } else {
      ibr::v1::EnrollmentUpdatesRequest report;
      EXPECT_TRUE(report.ParseFromString(question.body));
      const ibr::v1::Beneficiary& one =
          report.enrolled_updates().beneficiaries(0);
      const std::string uin =
          one.member().member_identifier(0).identifier_value();
      const bool no =
          std::find(refused.begin(), refused.end(), uin) != refused.end();
      ++reports;
      if (!no) told[uin] = one.enrollment_status();
      ibr::v1::EnrollmentUpdatesResponse answer;
      answer.add_enrolled_response()->set_status(
          no ? common::v1::REQUEST_STATUS_RJCT
             : common::v1::REQUEST_STATUS_SUCC);
      TakeAnswer(question, answer.SerializeAsString());
      // Also when it comes twice.
      TakeAnswer(question, answer.SerializeAsString());
    }
  }
  return answered;
}

admin::v1::Enrolment SpSite::Enrolment(const std::string& uin) {
  admin::v1::GetEnrolmentRequest request;
  request.set_programme("child");
  request.mutable_identifier()->set_type("UIN");
  request.mutable_identifier()->set_value(uin);
  const auto found = op->GetEnrolment(request);
  return found.ok() ? found->enrolment() : admin::v1::Enrolment();
}

std::string SpSite::State(const std::string& uin) {
  return Enrolment(uin).state();
}

absl::Status SpSite::Change(const std::string& uin,
                            admin::v1::ChangeEnrolmentRequest::Change change) {
  admin::v1::ChangeEnrolmentRequest request;
  request.set_programme("child");
  request.mutable_identifier()->set_type("UIN");
  request.mutable_identifier()->set_value(uin);
  request.set_change(change);
  request.set_reason("the operator says so");
  const absl::Status changed = op->Change(request, now).status();
  Collect();
  return changed;
}

admin::v1::Intake SpSite::Intake(const std::string& intake) {
  admin::v1::GetIntakeRequest request;
  request.set_intake(intake);
  const auto found = op->GetIntake(request);
  EXPECT_OK(found);
  return found->intake();
}

}  // namespace dci::spsystem
