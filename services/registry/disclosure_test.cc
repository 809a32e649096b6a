// The disclosure log: written, found by person, exported, verified, forgotten.
#include "services/registry/disclosure.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/registry/disclosure_reader.h"
#include "services/registry/disclosure_state.pb.h"
#include "services/registry/record_trace.h"
#include "services/registry/test_registry.h"
#include "services/storage/memory/memory_store.h"
#include "services/trust/hash_chain.h"

namespace dci::registry {
namespace {

namespace admin = ::dci::admin::v1;

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const schema::Message& Message(const char* name) {
  return *SocialModel().FindMessage(absl::StrCat("dci.social.v1.", name));
}

social::v1::Person PersonOf(const std::string& uin) {
  social::v1::Person person;
  auto* id = person.add_identifier();
  id->set_identifier_type("UIN");
  id->set_identifier_value(uin);
  person.mutable_name()->set_surname("Doe");
  return person;
}

class DisclosureTest : public testing::Test {
 protected:
  void SetUp() override { Reopen(); }
  void Reopen() {
    auto log = DisclosureLog::Open(store_.get(), key_);
    ASSERT_OK(log);
    log_ = *std::move(log);
    reader_ = std::make_unique<DisclosureReader>(log_.get(), &SocialModel());
  }

  static DisclosureContext To(const std::string& receiver) {
    DisclosureContext context;
    context.receiver_id = receiver;
    context.operation = "dci.social.v1.SocialRegistry.SyncSearch";
    context.transaction_id = "T1";
    context.reference_id = "R1";
    context.message_id = "M1";
    context.purpose = "eligibility";
    context.consent_id = "C1";
    context.now = absl::FromUnixSeconds(1764000000);
    return context;
  }

  DisclosureLog::Write Prepare(const std::string& receiver,
                               const std::string& uin) {
    const std::string bytes = PersonOf(uin).SerializeAsString();
    auto write = log_->Prepare(To(receiver), Message("Person"),
                               {{absl::StrCat("key of ", uin), bytes}},
                               *store_->GetSnapshot());
    EXPECT_OK(write);
    return *std::move(write);
  }
  void Disclose(const std::string& receiver, const std::string& uin) {
    ASSERT_OK(storage::CommitAndWait(*store_, {}, Prepare(receiver, uin)));
  }
  void Index() {
    while (*log_->ExecuteIndexPass(2)) {
    }
  }

  admin::ListDisclosuresResponse List(const std::string& uin,
                                      const std::string& token = "",
                                      int size = 0) {
    admin::ListDisclosuresRequest request;
    request.mutable_person()->set_identifier_type("UIN");
    request.mutable_person()->set_identifier_value(uin);
    request.set_page_token(token);
    request.set_page_size(size);
    auto response = reader_->List(request);
    EXPECT_OK(response);
    return *std::move(response);
  }
  std::vector<std::string> ReceiversOf(const std::string& uin) {
    std::vector<std::string> receivers;
    const admin::ListDisclosuresResponse found = List(uin);
    for (const auto& disclosure : found.disclosures())
      receivers.push_back(disclosure.receiver_id());
    return receivers;
  }
  admin::VerifyDisclosuresResponse Verify(
      const admin::VerifyDisclosuresRequest& request = {}) {
    auto response = reader_->Verify(request);
    EXPECT_OK(response);
    return *std::move(response);
  }
  std::vector<std::string> RowKeys() {
    std::vector<std::string> keys;
    const auto snapshot = store_->GetSnapshot();
    const auto cursor = snapshot->Scan({log_->spaces().rows, "", ""});
    for (; cursor->Valid(); cursor->Next()) keys.emplace_back(cursor->key());
    return keys;
  }

  std::string key_;
  std::unique_ptr<storage::Store> store_ =
      storage::NewMemoryStore(DisclosureLog::SpaceNames());
  std::unique_ptr<DisclosureLog> log_;
  std::unique_ptr<DisclosureReader> reader_;
};

TEST_F(DisclosureTest, AnAnswerIsFoundByThePersonInIt) {
  Disclose("ministry", "1");
  Index();
  const admin::ListDisclosuresResponse found = List("1");
  ASSERT_EQ(found.disclosures_size(), 1);
  const admin::Disclosure& disclosure = found.disclosures(0);
  EXPECT_EQ(disclosure.receiver_id(), "ministry");
  EXPECT_EQ(disclosure.operation(), "dci.social.v1.SocialRegistry.SyncSearch");
  EXPECT_EQ(disclosure.transaction_id(), "T1");
  EXPECT_EQ(disclosure.reference_id(), "R1");
  EXPECT_EQ(disclosure.message_id(), "M1");
  EXPECT_EQ(disclosure.purpose(), "eligibility");
  EXPECT_EQ(disclosure.consent_id(), "C1");
  EXPECT_EQ(disclosure.time(), "2025-11-24T16:00:00.000Z");
  EXPECT_EQ(disclosure.record_type(), "Person");
  EXPECT_EQ(disclosure.records(), 1);
  EXPECT_EQ(disclosure.link(), 1);
  EXPECT_THAT(disclosure.fields(),
              ElementsAre("identifier.identifier_type",
                          "identifier.identifier_value", "name.surname"));
  EXPECT_EQ(List("2").disclosures_size(), 0);
}

TEST_F(DisclosureTest, IdentifiersAreFoundHoweverTheirTypeIsSpelt) {
  Disclose("ministry", "1");
  Index();
  admin::ListDisclosuresRequest request;
  request.mutable_person()->set_identifier_type(" uin");
  request.mutable_person()->set_identifier_value("1 ");
  EXPECT_EQ(reader_->List(request)->disclosures_size(), 1);
  request.mutable_person()->set_identifier_type("NID");
  EXPECT_EQ(reader_->List(request)->disclosures_size(), 0);
}

TEST_F(DisclosureTest, MembersOfAGroupAreFoundToo) {
  social::v1::Group group = MakeGroup("100");
  for (const char* uin : {"7", "8"}) {
    auto* id = group.add_member_list()->add_member_identifier();
    id->set_identifier_type("UIN");
    id->set_identifier_value(uin);
  }
  const std::string bytes = group.SerializeAsString();
  ASSERT_OK_AND_ASSIGN(const auto write,
                       log_->Prepare(To("ministry"), Message("Group"),
                                     {{"k", bytes}}, *store_->GetSnapshot()));
  ASSERT_OK(storage::CommitAndWait(*store_, {}, write));
  Index();
  EXPECT_THAT(ReceiversOf("7"), ElementsAre("ministry"));
  EXPECT_THAT(ReceiversOf("8"), ElementsAre("ministry"));
  EXPECT_EQ(List("7").disclosures(0).records(), 1);
}

TEST_F(DisclosureTest, NothingOfAPersonStandsInTheStoreInClear) {
  Disclose("ministry", "8479516321");
  Index();
  const auto snapshot = store_->GetSnapshot();
  for (storage::Space space : {log_->spaces().rows, log_->spaces().state}) {
    const auto cursor = snapshot->Scan({space, "", ""});
    for (; cursor->Valid(); cursor->Next()) {
      EXPECT_THAT(std::string(cursor->key()), Not(HasSubstr("8479516321")));
      EXPECT_THAT(std::string(cursor->value()), Not(HasSubstr("8479516321")));
      EXPECT_THAT(std::string(cursor->value()), Not(HasSubstr("Doe")));
    }
  }
}

TEST_F(DisclosureTest, AnAnswerWithoutRecordsIsNotWritten) {
  ASSERT_OK_AND_ASSIGN(
      const auto write,
      log_->Prepare(To("a"), Message("Person"), {}, *store_->GetSnapshot()));
  EXPECT_EQ(write, nullptr);
}

TEST_F(DisclosureTest, ListsTheLatestFirstInPages) {
  for (const char* receiver : {"a", "b", "c", "d", "e"})
    Disclose(receiver, "1");
  Index();
  std::vector<std::string> receivers;
  std::string token;
  int pages = 0;
  do {
    const admin::ListDisclosuresResponse page = List("1", token, 2);
    for (const auto& disclosure : page.disclosures())
      receivers.push_back(disclosure.receiver_id());
    token = page.next_page_token();
    ++pages;
  } while (!token.empty());
  EXPECT_THAT(receivers, ElementsAre("e", "d", "c", "b", "a"));
  EXPECT_EQ(pages, 3);
  admin::ListDisclosuresRequest bad;
  bad.mutable_person()->set_identifier_type("UIN");
  bad.mutable_person()->set_identifier_value("1");
  bad.set_page_token("x");
  EXPECT_THAT(reader_->List(bad), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(DisclosureTest, SaysUpToWhereItLooked) {
  Disclose("a", "1");
  EXPECT_EQ(List("1").indexed_to(), 0);
  EXPECT_EQ(List("1").disclosures_size(), 0);
  Index();
  EXPECT_EQ(List("1").indexed_to(), List("1").disclosures(0).sequence());
}

TEST_F(DisclosureTest, NobodyNamedIsRefused) {
  admin::ListDisclosuresRequest request;
  EXPECT_THAT(reader_->List(request),
              StatusIs(absl::StatusCode::kInvalidArgument));
  request.mutable_person()->set_record_type("Spaceship");
  request.mutable_person()->add_key("1");
  EXPECT_THAT(reader_->List(request),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(DisclosureTest, ARecordIsFoundByItsKey) {
  const std::string key = *PrimaryKeyOf(TestRegistry().type("Person"),
                                        {std::string("UIN"), std::string("9")});
  social::v1::Person person;  // its identifiers were cut from the answer
  person.set_sex("female");
  const std::string bytes = person.SerializeAsString();
  ASSERT_OK_AND_ASSIGN(const auto write,
                       log_->Prepare(To("a"), Message("Person"), {{key, bytes}},
                                     *store_->GetSnapshot()));
  ASSERT_OK(storage::CommitAndWait(*store_, {}, write));
  Index();
  admin::ListDisclosuresRequest request;
  request.mutable_person()->set_record_type("Person");
  request.mutable_person()->add_key("UIN");
  request.mutable_person()->add_key("9");
  ASSERT_EQ(reader_->List(request)->disclosures_size(), 1);
  // Under the identifier as well: it is the key of such a record.
  EXPECT_EQ(List("9").disclosures_size(), 1);
  EXPECT_THAT(List("9").disclosures(0).fields(), ElementsAre("sex"));
}

TEST_F(DisclosureTest, TwoThatMeetAPersonFirstAtOnceAgreeOnTheName) {
  const DisclosureLog::Write first = Prepare("a", "1");
  const DisclosureLog::Write second = Prepare("b", "1");
  ASSERT_OK(storage::CommitAndWait(*store_, {}, second));
  ASSERT_OK(storage::CommitAndWait(*store_, {}, first));
  Index();
  EXPECT_THAT(ReceiversOf("1"), ElementsAre("a", "b"));
}

TEST_F(DisclosureTest, ARestartGoesOnWithKeyAndChain) {
  Disclose("a", "1");
  Reopen();
  Disclose("b", "1");
  Index();
  EXPECT_THAT(ReceiversOf("1"), ElementsAre("b", "a"));
  EXPECT_EQ(Verify().links(), 2);
  EXPECT_EQ(Verify().faults_size(), 0);
}

TEST_F(DisclosureTest, AKeyOfItsOwnNamesPersonsForItsHolderAlone) {
  key_ = std::string(32, 'k');
  Reopen();
  Disclose("a", "1");
  Index();
  EXPECT_EQ(List("1").disclosures_size(), 1);
  key_ = std::string(32, 'l');
  Reopen();
  EXPECT_EQ(List("1").disclosures_size(), 0);
  EXPECT_THAT(DisclosureLog::Open(store_.get(), "short"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(DisclosureTest, AForgottenPersonIsInNoRowAndTheChainIsWhole) {
  Disclose("a", "1");
  Disclose("a", "2");
  Index();
  admin::ForgetPersonRequest request;
  request.mutable_person()->set_identifier_type("UIN");
  request.mutable_person()->set_identifier_value("1");
  EXPECT_TRUE(reader_->Forget(request)->forgotten());
  EXPECT_EQ(List("1").disclosures_size(), 0);
  EXPECT_EQ(List("2").disclosures_size(), 1);
  EXPECT_EQ(Verify().faults_size(), 0);
  EXPECT_EQ(Verify().rows(), 2);
  EXPECT_FALSE(reader_->Forget(request)->forgotten());
  // Met again, the person has another name.
  Disclose("b", "1");
  Index();
  EXPECT_THAT(ReceiversOf("1"), ElementsAre("b"));
}

TEST_F(DisclosureTest, TamperingIsFound) {
  for (const char* uin : {"1", "2", "3"}) Disclose("a", uin);
  const admin::DisclosureHead noted = *reader_->Head();
  EXPECT_EQ(noted.number(), 3);
  EXPECT_EQ(Verify().faults_size(), 0);
  EXPECT_EQ(Verify().head().hash(), noted.hash());
  // Removing is no row that would be sealed.
  const std::vector<std::string> keys = RowKeys();
  ASSERT_OK(storage::CommitAndWait(*store_, {}, [&](storage::CommitView& view) {
    view.Delete(log_->spaces().rows, keys[1]);
    return absl::OkStatus();
  }));
  ASSERT_GE(Verify().faults_size(), 1);
  EXPECT_EQ(Verify().faults(0).link(), 2);
}

TEST_F(DisclosureTest, ACutEndIsFoundByTheNotedHead) {
  for (const char* uin : {"1", "2"}) Disclose("a", uin);
  admin::VerifyDisclosuresRequest request;
  *request.mutable_noted() = *reader_->Head();
  EXPECT_EQ(Verify(request).faults_size(), 0);
  const std::string last = RowKeys().back();
  ASSERT_OK(storage::CommitAndWait(*store_, {}, [&](storage::CommitView& view) {
    view.Delete(log_->spaces().rows, last);
    view.Delete(log_->spaces().state, LinkKey(last));
    return absl::OkStatus();
  }));
  EXPECT_EQ(Verify().faults_size(), 0);
  ASSERT_EQ(Verify(request).faults_size(), 1);
  EXPECT_THAT(Verify(request).faults(0).message(), HasSubstr("missing"));
  request.mutable_noted()->set_hash("zz");
  EXPECT_THAT(reader_->Verify(request),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(DisclosureTest, VerifyingGoesOnWhereAnAnswerEnded) {
  for (const char* uin : {"1", "2", "3"}) Disclose("a", uin);
  admin::VerifyDisclosuresRequest request;
  // As an answer that ended after the first row would have given it.
  request.set_position(RowKeys().front());
  const auto exported = reader_->Export({});
  ASSERT_OK(exported);
  *request.mutable_after() = *reader_->Head();
  EXPECT_EQ(Verify(request).faults_size(), 2) << "another link's hash";
  request.mutable_after()->set_number(1);
  request.mutable_after()->set_hash(
      absl::BytesToHexString(trust::LinkHash(exported->links(0).value())));
  EXPECT_EQ(Verify(request).faults_size(), 0);
  EXPECT_EQ(Verify(request).links(), 2);
}

TEST_F(DisclosureTest, AnExportHasEveryByte) {
  for (const char* uin : {"1", "2", "3"}) Disclose("a", uin);
  const auto exported = reader_->Export({});
  ASSERT_OK(exported);
  EXPECT_EQ(exported->links_size(), 3);
  EXPECT_EQ(exported->next(), "");
  EXPECT_EQ(exported->links(2).rows(0).key(), RowKeys()[2]);
  admin::ExportDisclosuresRequest request;
  request.set_position(RowKeys()[1]);
  EXPECT_EQ(reader_->Export(request)->links_size(), 1);
}

TEST(RecordTrace, NamesEveryFieldOnceOverAllRecords) {
  RecordTrace trace;
  social::v1::Person person = PersonOf("1");
  trace.Add(Message("Person"), person.SerializeAsString());
  person.set_sex("female");
  person.add_extras()->set_path("shoe_size");
  trace.Add(Message("Person"), person.SerializeAsString());
  trace.Add(Message("Person"), "\xff\xff");
  state::DisclosureRow row;
  trace.WriteFields(row.mutable_fields());
  EXPECT_THAT(FieldPaths(Message("Person"), row.fields()), Contains("sex"));
  EXPECT_THAT(FieldPaths(Message("Person"), row.fields()), Contains("extras"));
  EXPECT_EQ(trace.identifiers().size(), 1u);
  // What a later schema no longer has keeps its number.
  row.add_fields()->set_number(9999);
  EXPECT_THAT(FieldPaths(Message("Person"), row.fields()), Contains("9999"));
}

}  // namespace
}  // namespace dci::registry
