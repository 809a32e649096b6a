#include "tests/crash/ledger.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace dci::crash {
namespace {

// The text of a member, at or after `from`; the documents are of one writer,
// without white space.
std::string Member(const std::string& json, const std::string& name,
                   size_t from = 0) {
  const std::string start = absl::StrCat("\"", name, "\":\"");
  const size_t at = json.find(start, from);
  if (at == std::string::npos) return "";
  const size_t begin = at + start.size();
  return json.substr(begin, json.find('"', begin) - begin);
}

}  // namespace

std::string Ledger::NewItem(bool may_be_pending) {
  const size_t number = items_.size();
  const std::string reference = absl::StrCat("r-", number);
  Item& item = items_[reference];
  switch (Random(may_be_pending ? 5 : 4)) {
    case 0:
      item.how = "claim";
      item.name = absl::StrCat("claim-", Random(number + 1));
      break;
    case 4:
      item.how = "later";
      item.name = absl::StrCat("later-", number);
      break;
    default:
      item.name = absl::StrCat("counter-", Random(4));
  }
  references_.push_back(reference);
  return reference;
}

Letter* Ledger::NewLetter(const std::string& method,
                          const std::vector<std::string>& references) {
  const std::string id = absl::StrCat("m-", letters_.size());
  const std::string json = absl::StrCat(
      R"({"header":{"message_id":")", id,
      R"(","message_ts":"2026-11-24T06:00:00Z","action":"add",)"
      R"("sender_id":"sp","total_count":)",
      references.size(), R"(},"message":{"transaction_id":"t","add_request":[)",
      absl::StrJoin(references, ",",
                    [&](std::string* out, const std::string& reference) {
                      const Item& item = items_.at(reference);
                      absl::StrAppend(
                          out, R"({"reference_id":")", reference,
                          R"(","timestamp":"2026-11-24T06:00:00Z","name":")",
                          item.name, R"(","how":")", item.how, R"("})");
                    }),
      "]}}");
  Letter& letter = letters_[id];
  letter = {id, method, json, false, ""};
  order_.push_back(id);
  return &letter;
}

const Letter* Ledger::NewSettlement(const std::string& name) {
  const std::string id = "s-" + name;
  if (letters_.count(id) > 0) return nullptr;
  Letter& letter = letters_[id];
  letter = {
      id, "OnSettled",
      absl::StrCat(R"({"header":{"message_id":")", id,
                   R"(","message_ts":"2026-11-24T06:00:00Z","status":"succ",)"
                   R"("action":"on-settled","sender_id":"bank"},"message":)"
                   R"({"transaction_id":"t","names":[")",
                   name, R"("]}})"),
      false, ""};
  return &letter;
}

const Letter* Ledger::Next() {
  const uint64_t dice = Random(10);
  // The same message once more, as after an answer that got lost.
  if (dice == 0 && !order_.empty()) {
    return &letters_[order_[Random(order_.size())]];
  }
  const std::string method = dice < 4 ? "SyncAdd" : "Add";
  std::vector<std::string> references;
  // An item that was sent before, under a new message id.
  if (dice == 1 && !references_.empty()) {
    references.push_back(references_[Random(references_.size())]);
  }
  const uint64_t count = 1 + Random(3);
  while (references.size() < count) {
    references.push_back(NewItem(method == "Add"));
  }
  return NewLetter(method, references);
}

std::vector<const Letter*> Ledger::Unanswered() const {
  std::vector<const Letter*> letters;
  for (const auto& [id, letter] : letters_) {
    if (!letter.answered) letters.push_back(&letter);
  }
  return letters;
}

void Ledger::Answered(const std::string& message_id,
                      const std::string& answer) {
  Letter& letter = letters_.at(message_id);
  if (!absl::StartsWith(answer, "200\n")) {
    return Violation(absl::StrCat(message_id, " was refused: ", answer));
  }
  acknowledged_ += !letter.answered;
  letter.answered = true;
  if (letter.method == "SyncAdd") return NoteOutcomes(answer);
  if (letter.method == "OnSettled") return;
  const std::string correlation = Member(answer, "correlation_id");
  if (!letter.correlation_id.empty() && letter.correlation_id != correlation) {
    Violation(absl::StrCat(message_id, " was acknowledged as another one"));
  }
  letter.correlation_id = correlation;
}

const Letter* Ledger::CalledBack(const std::string& document) {
  if (Member(document, "action") == "list") {
    return NewSettlement(Member(document, "prefix"));
  }
  ++called_back_;
  correlations_.insert(Member(document, "correlation_id"));
  NoteOutcomes(document);
  return nullptr;
}

void Ledger::NoteOutcomes(const std::string& document) {
  size_t at = 0;
  while ((at = document.find("{\"reference_id\":\"", at)) !=
         std::string::npos) {
    const size_t end = document.find('}', at);
    const std::string item = document.substr(at, end - at);
    const std::string reference = Member(item, "reference_id");
    const size_t value = item.find("\"value\":");
    std::string outcome = Member(item, "status");
    if (value != std::string::npos) {
      absl::StrAppend(&outcome, " ", item.substr(value + 8));
    }
    if (outcome != "pdng") items_[reference].outcomes.insert(outcome);
    at = end;
  }
}

std::set<std::string> Ledger::names() const {
  std::set<std::string> names;
  for (const auto& [reference, item] : items_) names.insert(item.name);
  return names;
}

void Ledger::Compare(const std::string& name, int value) {
  int successes = 0;
  std::set<std::string> values;
  for (const auto& [reference, item] : items_) {
    if (item.name != name) continue;
    for (const std::string& outcome : item.outcomes) {
      if (!absl::StartsWith(outcome, "succ")) continue;
      ++successes;
      if (!values.insert(outcome).second) {
        Violation(absl::StrCat(name, " gave ", outcome, " twice"));
      }
    }
  }
  if (successes != value) {
    Violation(absl::StrCat(name, " holds ", value, ", and ", successes,
                           " items were told to have succeeded"));
  }
}

std::vector<std::string> Ledger::Violations() {
  for (const auto& [id, letter] : letters_) {
    if (!letter.answered) {
      Violation(absl::StrCat(id, " was never answered"));
    } else if (letter.method == "Add" &&
               correlations_.count(letter.correlation_id) == 0) {
      Violation(absl::StrCat(id, " was acknowledged and got no callback"));
    }
  }
  for (const auto& [reference, item] : items_) {
    if (item.outcomes.size() != 1) {
      Violation(absl::StrCat(
          reference, " was told to be: ", absl::StrJoin(item.outcomes, ", ")));
    }
  }
  return violations_;
}

}  // namespace dci::crash
