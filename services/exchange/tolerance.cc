#include "services/exchange/tolerance.h"

#include <algorithm>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/schema/reason.h"

namespace dci::exchange {
namespace {

using dci::common::v1::Reason;
using Segments = std::vector<absl::string_view>;

template <typename List>
bool Lists(const List& list, absl::string_view rule) {
  return std::any_of(list.begin(), list.end(), [&](const std::string& text) {
    return absl::string_view(text) == rule;
  });
}

// Where a finding lies: the item, and the path within it.
struct Place {
  size_t item = 0;
  Segments path;
};

std::optional<Place> PlaceInItem(const MethodPlan& plan, Segments path) {
  if (plan.method->items == nullptr) return std::nullopt;
  // "/message/search_request/0/…"; some writers put a message in the message.
  size_t at = 0;
  while (at < path.size() && path[at] == "message") ++at;
  if (at == 0 || at + 1 >= path.size()) return std::nullopt;
  const schema::FieldRef* list = plan.method->request_body->Find(path[at]);
  if (list == nullptr || list->field != plan.method->items) return std::nullopt;
  ++at;
  Place place;
  // A single item without brackets has no number.
  if (absl::SimpleAtoi(path[at], &place.item)) ++at;
  path.erase(path.begin(), path.begin() + static_cast<ptrdiff_t>(at));
  place.path = std::move(path);
  return place;
}

Reason ItemReason(const MethodPlan& plan, const Segments& path) {
  if (path.size() == 1 && path[0] == "reference_id") {
    return dci::common::v1::REASON_REFERENCE_ID_INVALID;
  }
  if (path.size() == 1 && path[0] == "timestamp") {
    return dci::common::v1::REASON_TIMESTAMP_INVALID;
  }
  for (absl::string_view segment : path) {
    if (segment == "pagination") {
      return dci::common::v1::REASON_PAGINATION_INVALID;
    }
    if (segment == "sort") return dci::common::v1::REASON_SORT_INVALID;
    if (segment == "filter") return dci::common::v1::REASON_FILTER_INVALID;
  }
  return plan.handler->UnreadableReason();
}

Reason MessageReason(absl::string_view path) {
  struct Named {
    absl::string_view path;
    Reason reason;
  };
  static constexpr Named kNamed[] = {
      {"/header/version", dci::common::v1::REASON_VERSION_INVALID},
      {"/header/message_ts", dci::common::v1::REASON_MESSAGE_TS_INVALID},
      {"/header/action", dci::common::v1::REASON_ACTION_INVALID},
      {"/header/total_count", dci::common::v1::REASON_TOTAL_COUNT_INVALID},
      {"/header/sender_id", dci::common::v1::REASON_SENDER_ID_INVALID},
      {"/header/sender_uri", dci::common::v1::REASON_SENDER_URI_INVALID},
      {"/header/receiver_id", dci::common::v1::REASON_RECEIVER_ID_INVALID},
  };
  for (const Named& named : kNamed) {
    if (path == named.path) return named.reason;
  }
  return dci::common::v1::REASON_REQUEST_BAD;
}

}  // namespace

bool IsError(const wire::Finding& finding,
             const trust::Participant& participant) {
  const dci::config::v1::Participant& config = participant.config();
  if (!schema::Contains(finding.dialects, participant.dialect())) return false;
  if (Lists(config.allowed(), finding.rule)) return false;
  if (Lists(config.errors(), finding.rule)) return true;
  return config.tolerance() != dci::config::v1::TOLERANCE_LENIENT ||
         finding.severe;
}

ToleranceVerdict JudgeFindings(const MethodPlan& plan,
                               const std::vector<wire::Finding>& findings,
                               const trust::Participant& participant) {
  ToleranceVerdict verdict;
  for (const wire::Finding& finding : findings) {
    if (!IsError(finding, participant)) {
      ++verdict.tolerated;
      continue;
    }
    const std::string text = absl::StrCat(finding.rule, " at ", finding.path);
    Segments segments = absl::StrSplit(finding.path, '/', absl::SkipEmpty());
    const std::optional<Place> place = PlaceInItem(plan, std::move(segments));
    if (place.has_value()) {
      verdict.items.try_emplace(
          place->item, schema::Refusal(ItemReason(plan, place->path), text));
      continue;
    }
    // An action of another operation stands where and as it should.
    if (finding.rule != wire::rules::kAction) verdict.well_formed = false;
    if (verdict.message.ok()) {
      verdict.message = schema::Refusal(MessageReason(finding.path), text);
    }
  }
  return verdict;
}

}  // namespace dci::exchange
