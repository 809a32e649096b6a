#include "tools/dci/story/runner.h"

#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "services/base/status_macros.h"
#include "services/net/http_message.h"
#include "tools/dci/exit_code.h"

namespace dci::cli::story {
namespace {

// Between two askings of what is asked until it is right.
constexpr absl::Duration kPause = absl::Milliseconds(50);

bool StatusFits(absl::string_view expected, int status) {
  const std::string actual = absl::StrCat(status);
  if (expected.empty()) return actual[0] == '2';
  return absl::EndsWith(expected, "xx") ? actual[0] == expected[0]
                                        : actual == expected;
}

// Every text of a tree.
void Texts(const Value& value, std::set<std::string>* texts) {
  if (value.is_text()) texts->insert(value.text);
  for (const auto& [key, member] : value.members) Texts(member, texts);
  for (const Value& element : value.elements) Texts(element, texts);
}

}  // namespace

absl::Status Runner::Run() {
  stage_.transcript->Title(story_);
  absl::Status first;
  bool left = false;  // the rest of "Afterwards", once a step of it failed
  for (const Step& step : story_.steps) {
    if (!step.afterwards && !first.ok()) continue;
    if (step.afterwards && left) continue;
    stage_.transcript->Heading(step.heading);
    const absl::Status status = At(step.line, Do(step));
    if (status.ok()) continue;
    // What a broken story leaves undone is not its failure.
    left = step.afterwards && first.ok();
    first.Update(status);
  }
  first.Update(stage_.cast->Leave());
  if (first.ok()) stage_.transcript->End(story_, messages_, expectations_);
  return first;
}

absl::Status Runner::Do(const Step& step) {
  RETURN_IF_ERROR(Give(step));
  switch (step.verb) {
    case Verb::kLet:
      return Let(step);
    case Verb::kSend:
    case Verb::kGet:
    case Verb::kOperate:
      return Ask(step);
    case Verb::kAnswer:
      return Answer(step);
    case Verb::kArrives:
      return Arrives(step);
    case Verb::kNothing:
      return Nothing(step);
    case Verb::kRecord:
    case Verb::kRemove:
      return OperatorStep(step);
  }
  return absl::OkStatus();
}

absl::Status Runner::Give(const Step& step) {
  ASSIGN_OR_RETURN(const Participant* me, stage_.cast->Get(step.who));
  names_.Set("me", Value::Text(me->sender_id));
  names_.Set("callback", Value::Text(me->callback));
  if (!step.json) return absl::OkStatus();
  std::set<std::string> texts;
  Texts(*step.json, &texts);
  for (const std::string& text : texts) {
    ASSIGN_OR_RETURN(const std::vector<Piece> pieces, PiecesOf(text));
    for (const Piece& piece : pieces) {
      absl::string_view name = piece.text;
      if (!piece.is_name) continue;
      if (absl::ConsumePrefix(&name, "id:")) {
        ASSIGN_OR_RETURN(const Place place, stage_.places->At(name));
        names_.Set(piece.text, Value::Text(place.id));
      } else if (absl::ConsumePrefix(&name, "sender:")) {
        ASSIGN_OR_RETURN(const Participant* other,
                         stage_.cast->Get(std::string(name)));
        names_.Set(piece.text, Value::Text(other->sender_id));
      }
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Value> Runner::Fill(const Value& value) {
  absl::StatusOr<Value> filled = names_.Fill(value);
  if (filled.ok()) return filled;
  // "N: what": with the file before it, this is a place of its own.
  return Usage(absl::StrCat(story_.file, ":", filled.status().message()));
}

absl::Status Runner::Let(const Step& step) {
  for (const auto& [name, value] : step.json->members) {
    ASSIGN_OR_RETURN(Value filled, Fill(value));
    stage_.transcript->Note(absl::StrCat(name, " = ", ToJson(filled)));
    names_.Set(name, std::move(filled));
  }
  return absl::OkStatus();
}

absl::Status Runner::Ask(const Step& step) {
  last_.reset();
  ASSIGN_OR_RETURN(const Place place, stage_.places->At(step.institution));
  absl::StatusOr<net::HttpResponse> answer;
  if (step.verb == Verb::kGet) {
    answer = stage_.post->Get(place, step.what);
  } else if (step.verb == Verb::kOperate) {
    ASSIGN_OR_RETURN(const Value request, Fill(*step.json));
    if (place.admin.empty())
      return stage_.the_operator->Do(place, step.what, request);
    answer = stage_.post->Operate(place, step.what, request);
  } else {
    ASSIGN_OR_RETURN(const Participant* sender, stage_.cast->Get(step.who));
    // Whoever does not sign need not be known.
    if (step.is_signed) {
      RETURN_IF_ERROR(stage_.cast->Introduce(*sender, place));
    }
    ASSIGN_OR_RETURN(const Value message, Fill(*step.json));
    answer = stage_.post->Send(step, place, *sender, message);
  }
  RETURN_IF_ERROR(answer.status());
  last_ = Exchange{&step, answer->status, answer->body,
                   std::string(answer->headers.GetOr("Signature"))};
  ++messages_;
  ASSIGN_OR_RETURN(
      const std::string how,
      stage_.post->Signature(place, last_->body, last_->http_signature));
  stage_.transcript->Exchange(
      absl::StrCat("<- ", answer->status, " ",
                   net::ReasonPhrase(answer->status), "   ", how),
      answer->body);
  return absl::OkStatus();
}

std::vector<Mismatch> Runner::Judge(const Step& step, Names* names) const {
  if (!StatusFits(step.status, last_->status))
    return {
        {step.line, "",
         absl::StrCat("the answer must be HTTP ",
                      step.status.empty() ? "2xx" : step.status, ", and is ",
                      last_->status, ": ", last_->body.substr(0, 600))}};
  if (!step.json) return {};
  const absl::StatusOr<Value> body = ParseValue(last_->body);
  if (!body.ok()) return {{step.line, "", "the answer is no JSON"}};
  return Match(*step.json, *body, names);
}

absl::Status Runner::AskAgain() {
  const int messages = messages_;
  stage_.transcript->Mute(true);
  const absl::Status status = Ask(*last_->step);
  stage_.transcript->Mute(false);
  messages_ = messages;
  return status;
}

absl::Status Runner::Answer(const Step& step) {
  // Where a person did it, or where it failed in "Afterwards".
  if (!last_) return absl::OkStatus();
  const absl::Time end =
      stage_.io->clock->Now() + step.within.value_or(absl::ZeroDuration());
  int again = 0;
  while (true) {
    Names tried = names_;
    const std::vector<Mismatch> wrong = Judge(step, &tried);
    if (wrong.empty()) {
      names_ = std::move(tried);
      break;
    }
    if (stage_.io->clock->Now() >= end) return Wrong(wrong);
    absl::SleepFor(kPause);
    ++again;
    RETURN_IF_ERROR(AskAgain());
  }
  if (again > 0)
    stage_.transcript->Exchange(
        absl::StrCat("<- ", last_->status, ", when asked again, time ", again),
        last_->body);
  ++expectations_;
  stage_.transcript->Note("as expected");
  return absl::OkStatus();
}

bool Runner::IsFor(const Step& step, const Place& place, const std::string& box,
                   const Letter& letter) const {
  if (letter.taken || letter.box != box) return false;
  const std::string from = letter.document.TextAt({"header", "sender_id"});
  if (!place.id.empty() && !from.empty() && from != place.id) return false;
  if (absl::EndsWith(letter.path, step.what)) return true;
  // A sender that was given one address for everything uses it for all.
  const schema::Method* method = stage_.post->MethodOf(place, step.what);
  return method != nullptr && !method->actions.empty() &&
         letter.document.TextAt({"header", "action"}) == method->actions[0];
}

absl::Status Runner::Arrives(const Step& step) {
  ASSIGN_OR_RETURN(const Place place, stage_.places->At(step.institution));
  ASSIGN_OR_RETURN(const Participant* me, stage_.cast->Get(step.who));
  std::vector<Mismatch> nearest;
  std::vector<std::string> came;
  Letter letter;
  Names found = names_;
  const auto look = [&](std::vector<Letter>& letters) {
    nearest.clear();
    came.clear();
    for (Letter& one : letters) {
      if (!IsFor(step, place, me->box, one)) {
        if (!one.taken && one.box == me->box) came.push_back(one.path);
        continue;
      }
      Names tried = names_;
      std::vector<Mismatch> wrong = Match(*step.json, one.document, &tried);
      if (wrong.empty()) {
        one.taken = true;
        letter = one;
        found = std::move(tried);
        return true;
      }
      if (nearest.empty() || wrong.size() < nearest.size())
        nearest = std::move(wrong);
    }
    return false;
  };
  if (!stage_.mailbox->Await(step.within.value_or(stage_.patience), look))
    return NothingFits(step, nearest, came);
  names_ = std::move(found);
  ++messages_;
  ++expectations_;
  ASSIGN_OR_RETURN(
      const std::string how,
      stage_.post->Signature(place, letter.text, letter.http_signature));
  stage_.transcript->Exchange(
      absl::StrCat("<= POST ", stage_.mailbox->BaseOf(letter.box), letter.path,
                   "   from ", place.name, ", ", how, "; acknowledged"),
      letter.text);
  stage_.transcript->Note("as expected");
  return absl::OkStatus();
}

absl::Status Runner::NothingFits(const Step& step,
                                 const std::vector<Mismatch>& nearest,
                                 const std::vector<std::string>& came) const {
  if (!nearest.empty()) {
    std::vector<Mismatch> told = {
        {step.line, "", "a message came, and is not as it must be"}};
    told.insert(told.end(), nearest.begin(), nearest.end());
    return Wrong(told);
  }
  return Wrong(
      {{step.line, "",
        absl::StrCat(
            "no ", step.what, " has come from ", step.institution,
            came.empty() ? ", and nothing else" : "; what came besides: ",
            absl::StrJoin(came, ", "))}});
}

absl::Status Runner::Nothing(const Step& step) {
  ASSIGN_OR_RETURN(const Place place, stage_.places->At(step.institution));
  ASSIGN_OR_RETURN(const Participant* me, stage_.cast->Get(step.who));
  const bool came = stage_.mailbox->Await(
      absl::ZeroDuration(), [&](std::vector<Letter>& all) {
        for (const Letter& letter : all) {
          Names tried = names_;
          if (IsFor(step, place, me->box, letter) &&
              Match(*step.json, letter.document, &tried).empty())
            return true;
        }
        return false;
      });
  if (came)
    return Wrong({{step.line, "",
                   absl::StrCat(step.what, " has come from ", step.institution,
                                ", which must not")}});
  ++expectations_;
  stage_.transcript->Note(absl::StrCat("no such ", step.what, " has come"));
  return absl::OkStatus();
}

absl::Status Runner::OperatorStep(const Step& step) {
  ASSIGN_OR_RETURN(const Place place, stage_.places->At(step.institution));
  ASSIGN_OR_RETURN(const Value value, Fill(*step.json));
  const bool records = step.verb == Verb::kRecord;
  stage_.transcript->Exchange(
      absl::StrCat("** The operator of ", place.name,
                   records ? " records: " : " removes: ", step.what),
      ToJson(value));
  return records ? stage_.the_operator->Record(place, step.what, value)
                 : stage_.the_operator->Remove(place, step.what, value);
}

absl::Status Runner::Wrong(const std::vector<Mismatch>& mismatches) const {
  std::vector<std::string> lines;
  for (const Mismatch& mismatch : mismatches)
    lines.push_back(
        absl::StrCat(story_.file, ":", mismatch.line, ": ", mismatch.path,
                     mismatch.path.empty() ? "" : " ", mismatch.what));
  return Refused(absl::StrJoin(lines, "\n"));
}

absl::Status Runner::At(int line, const absl::Status& status) const {
  if (status.ok() ||
      absl::StartsWith(status.message(), absl::StrCat(story_.file, ":")))
    return status;
  const std::string text =
      absl::StrCat(story_.file, ":", line, ": ", status.message());
  switch (ExitCodeOf(status)) {
    case ExitCode::kRefused:
      return Refused(text);
    case ExitCode::kNotReached:
      return NotReached(text);
    case ExitCode::kUntrusted:
      return Untrusted(text);
    default:
      return Usage(text);
  }
}

}  // namespace dci::cli::story
