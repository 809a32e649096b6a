#include "services/exchange/participant_store.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/exchange/layout.h"
#include "services/storage/memory/memory_store.h"

namespace dci::exchange {
namespace {

dci::config::v1::Participant Named(const std::string& id,
                                   const std::string& more = "") {
  dci::config::v1::Participant config;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      "signature: POLICY_OFF authorization: POLICY_OFF encryption: POLICY_OFF "
      "sender_id: '" +
          id + "' " + more,
      &config));
  return config;
}

class ParticipantStoreTest : public ::testing::Test {
 protected:
  void Open(std::vector<dci::config::v1::Participant> configured) {
    auto opened = ParticipantStore::Open(store_.get(), configured);
    ASSERT_OK(opened);
    participants_ = *std::move(opened);
  }
  std::string NameOf(const std::string& id) {
    const auto found = participants_->Find(id);
    return found == nullptr ? "nobody" : found->config().display_name();
  }

  std::unique_ptr<storage::Store> store_ =
      storage::NewMemoryStore(ExchangeSpaces());
  std::unique_ptr<ParticipantStore> participants_;
};

TEST_F(ParticipantStoreTest, TheOneThatStandsForAllIsTheLastResort) {
  Open({Named("sp", "display_name: 'SP'")});
  EXPECT_EQ(NameOf("sp"), "SP");
  EXPECT_EQ(NameOf("other"), "nobody");
  ASSERT_OK(participants_->Put(Named("*", "display_name: 'any'")));
  EXPECT_EQ(NameOf("sp"), "SP");
  EXPECT_EQ(NameOf("other"), "any");
}

TEST_F(ParticipantStoreTest, AnAddedOneStandsOverTheConfiguredOne) {
  Open({Named("sp", "display_name: 'configured'")});
  ASSERT_OK(participants_->Put(Named("sp", "display_name: 'added'")));
  EXPECT_EQ(NameOf("sp"), "added");
  Open({Named("sp", "display_name: 'configured'")});  // a restart
  EXPECT_EQ(NameOf("sp"), "added");
  ASSERT_EQ(participants_->List().size(), 1u);
  EXPECT_TRUE(participants_->List()[0].stored);

  ASSERT_OK(participants_->Remove("sp"));
  EXPECT_EQ(NameOf("sp"), "configured");
  EXPECT_FALSE(participants_->List()[0].stored);
  EXPECT_THAT(participants_->Remove("sp"),
              StatusIs(absl::StatusCode::kNotFound));
  Open({});
  EXPECT_EQ(NameOf("sp"), "nobody");
}

TEST_F(ParticipantStoreTest, WhatCannotBeUsedIsNotKept) {
  Open({});
  EXPECT_THAT(participants_->Put(Named("")),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(participants_->Put(Named("x", "keys { jwk: '{}' }")),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_TRUE(participants_->List().empty());
  EXPECT_THAT(
      ParticipantStore::Open(store_.get(), {Named("a"), Named("a")}).status(),
      StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(ParticipantStoreTest, AClientBelongsToOne) {
  const std::string client = "clients { client_id: 'c' secret_sha256: '" +
                             std::string(64, 'a') + "' }";
  Open({Named("a", client)});
  ASSERT_NE(participants_->FindClient("c"), nullptr);
  EXPECT_EQ(participants_->FindClient("c")->sender_id(), "a");
  EXPECT_EQ(participants_->FindClient("d"), nullptr);
  EXPECT_THAT(participants_->Put(Named("b", client)),
              StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_EQ(NameOf("b"), "nobody");
  EXPECT_OK(participants_->Put(Named("a", client)));
}

TEST_F(ParticipantStoreTest, ReadersGoOnWhileItChanges) {
  Open({Named("sp")});
  std::atomic<bool> stop{false};
  std::vector<std::thread> readers;
  for (int t = 0; t < 2; ++t) {
    readers.emplace_back([&] {
      while (!stop) EXPECT_NE(participants_->Find("sp"), nullptr);
    });
  }
  for (int i = 0; i < 50; ++i) {
    EXPECT_OK(participants_->Put(Named("sp", "display_name: 'x'")));
    EXPECT_OK(participants_->Remove("sp"));
  }
  stop = true;
  for (std::thread& reader : readers) reader.join();
}

}  // namespace
}  // namespace dci::exchange
