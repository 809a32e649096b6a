// A ledger that overlooks something would make the kill test worthless.
#include "tests/crash/ledger.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace dci::crash {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string Ack(const std::string& correlation) {
  return absl::StrCat("200\n{\"message\":{\"correlation_id\":\"", correlation,
                      "\"}}");
}

// The result of an item as the server writes it.
std::string Result(const std::string& reference, const std::string& rest) {
  return absl::StrCat("{\"reference_id\":\"", reference, "\",", rest, "}");
}

class LedgerTest : public ::testing::Test {
 protected:
  // The first asynchronous message of one item that adds to a counter; all
  // before it are answered rightly.
  void FindLetter() {
    for (;;) {
      const Letter* letter = ledger_.Next();
      const bool one =
          letter->json.find("\"total_count\":1}") != std::string::npos;
      if (letter->answered) continue;
      if (letter->method == "Add" && one &&
          letter->json.find("counter-") != std::string::npos) {
        letter_ = letter;
        const size_t at = letter->json.find("reference_id\":\"") + 15;
        reference_ = letter->json.substr(at, letter->json.find('"', at) - at);
        return;
      }
      others_.push_back(letter);
    }
  }
  // The lines that concern the letter.
  std::vector<std::string> Violations() {
    std::vector<std::string> lines;
    for (const std::string& line : ledger_.Violations()) {
      if (line.rfind(letter_->message_id + " ", 0) == 0 ||
          line.rfind(reference_ + " ", 0) == 0 ||
          line.rfind("counter", 0) == 0) {
        lines.push_back(line);
      }
    }
    return lines;
  }

  Ledger ledger_{3};
  const Letter* letter_ = nullptr;
  std::vector<const Letter*> others_;
  std::string reference_;
};

TEST_F(LedgerTest, AMessageThatWentWellIsNoViolation) {
  FindLetter();
  ledger_.Answered(letter_->message_id, Ack("c"));
  const std::string callback =
      absl::StrCat(Result(reference_, R"("status":"succ","value":1)"),
                   R"("correlation_id":"c")");
  ledger_.CalledBack(callback);
  ledger_.CalledBack(callback);
  EXPECT_THAT(Violations(), IsEmpty());
  EXPECT_EQ(ledger_.acknowledged(), 1u);
  EXPECT_EQ(ledger_.called_back(), 2u);
}

TEST_F(LedgerTest, NoticesThatACallbackIsMissing) {
  FindLetter();
  ledger_.Answered(letter_->message_id, Ack("c"));
  ledger_.CalledBack(
      absl::StrCat(Result(reference_, R"("status":"succ","value":1)"),
                   R"("correlation_id":"d")"));
  EXPECT_THAT(Violations(), ElementsAre(HasSubstr("got no callback")));
}

TEST_F(LedgerTest, NoticesThatAnAnswerIsMissing) {
  FindLetter();
  EXPECT_THAT(Violations(), ElementsAre(HasSubstr("never answered"),
                                        HasSubstr("was told to be")));
}

TEST_F(LedgerTest, NoticesTwoAcknowledgementsOfOneMessage) {
  FindLetter();
  ledger_.Answered(letter_->message_id, Ack("c"));
  ledger_.Answered(letter_->message_id, Ack("d"));
  EXPECT_THAT(Violations(), ::testing::Contains(HasSubstr("as another one")));
}

TEST_F(LedgerTest, NoticesTwoOutcomesOfOneItem) {
  FindLetter();
  ledger_.Answered(letter_->message_id, Ack("c"));
  for (const char* value : {"1", "2"}) {
    ledger_.CalledBack(absl::StrCat(
        Result(reference_, absl::StrCat(R"("status":"succ","value":)", value)),
        R"("correlation_id":"c")"));
  }
  EXPECT_THAT(Violations(), ElementsAre(HasSubstr("succ 1, succ 2")));
}

TEST_F(LedgerTest, SettlesAnItemOnce) {
  const std::string request =
      R"({"header":{"action":"list"},"message":{"prefix":"later-1"}})";
  const Letter* settlement = ledger_.CalledBack(request);
  ASSERT_NE(settlement, nullptr);
  EXPECT_EQ(settlement->method, "OnSettled");
  EXPECT_THAT(settlement->json, HasSubstr(R"("names":["later-1"])"));
  EXPECT_EQ(ledger_.CalledBack(request), nullptr);
  EXPECT_EQ(ledger_.Unanswered().size(), 1u);
}

TEST_F(LedgerTest, NoticesACounterThatHoldsTooMuch) {
  FindLetter();
  ledger_.Answered(letter_->message_id, Ack("c"));
  ledger_.CalledBack(
      absl::StrCat(Result(reference_, R"("status":"succ","value":1)"),
                   R"("correlation_id":"c")"));
  for (const std::string& name : ledger_.names()) {
    const bool its = letter_->json.find(name) != std::string::npos;
    ledger_.Compare(name, its ? 2 : 0);
  }
  EXPECT_THAT(Violations(), ElementsAre(HasSubstr("holds 2, and 1")));
}

}  // namespace
}  // namespace dci::crash
