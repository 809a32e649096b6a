#include "services/registry/followed.h"

#include <optional>
#include <tuple>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "services/base/clock.h"
#include "services/registry/extract.h"
#include "services/registry/normal_form.h"
#include "services/schema/service.h"

namespace dci::registry {
namespace {

auto Members(const state::EventOrder& order) {
  return std::make_tuple(order.first_us(), order.number(), order.second_us());
}

bool Before(const state::EventOrder& a, const state::EventOrder& b) {
  return Members(a) < Members(b);
}
bool Same(const state::EventOrder& a, const state::EventOrder& b) {
  return Members(a) == Members(b);
}

bool Decide(bool reversed, const state::EventOrder& order,
            state::Followed* followed) {
  const bool later =
      !followed->decided() || Before(followed->decision(), order) ||
      (Same(followed->decision(), order) && reversed && !followed->reversed());
  if (!later) return false;
  followed->set_decided(true);
  followed->set_reversed(reversed);
  *followed->mutable_decision() = order;
  return true;
}

// Of two states of the same order the greater bytes count, which is as good as
// any other choice and the same at every arrival.
bool Renew(const state::EventOrder& order, absl::string_view record,
           state::Followed* followed) {
  const absl::string_view held(followed->record());
  const bool newer = held.empty() || Before(followed->newest(), order) ||
                     (Same(followed->newest(), order) && held < record);
  if (!newer) return false;
  *followed->mutable_newest() = order;
  followed->set_record(std::string(record));
  return true;
}

// Microseconds; a day stands for its beginning, what is no time for 0.
int64_t MicrosOf(absl::string_view text) {
  const absl::StatusOr<absl::Time> exact = ParseTimestamp(text);
  if (exact.ok()) return absl::ToUnixMicros(*exact);
  const std::optional<std::string> day = UtcDay(text);
  if (!day.has_value()) return 0;
  const absl::StatusOr<absl::Time> start = ParseTimestamp(*day + "T00:00:00Z");
  return start.ok() ? absl::ToUnixMicros(*start) : 0;
}

std::string Plain(absl::string_view event) {
  std::string plain;
  for (const char c : schema::LastSegment(event))
    if (absl::ascii_isalnum(c)) plain.push_back(absl::ascii_tolower(c));
  return plain;
}

}  // namespace

bool Learn(NewsKind kind, const state::EventOrder& order,
           absl::string_view record, state::Followed* followed) {
  bool changed = false;
  if (kind != NewsKind::kCorrection)
    changed = Decide(kind == NewsKind::kReversal, order, followed);
  if (kind != NewsKind::kReversal)
    changed = Renew(order, record, followed) || changed;
  return changed;
}

state::EventOrder OrderOf(const v1::NotifyEvent& event,
                          const schema::Message& message,
                          absl::string_view record,
                          config::v1::SourceOrder order) {
  const int64_t time = MicrosOf(event.timestamp());
  int64_t updated = 0;
  if (const auto path = schema::FindPath(message, "last_updated"); path.ok())
    updated = MicrosOf(FirstText(*path, record).value_or(""));
  const bool by_record = order == config::v1::SOURCE_ORDER_LAST_UPDATED;
  state::EventOrder result;
  result.set_first_us(by_record ? updated : time);
  result.set_second_us(by_record ? time : updated);
  uint64_t number = 0;
  if (absl::SimpleAtoi(event.reference_id(), &number))
    result.set_number(number);
  return result;
}

bool SameEvent(absl::string_view a, absl::string_view b) {
  return Plain(a) == Plain(b);
}

}  // namespace dci::registry
