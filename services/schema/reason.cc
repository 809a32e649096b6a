#include "services/schema/reason.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/cord.h"
#include "dci/wire/v1/options.pb.h"
#include "google/protobuf/descriptor.h"

namespace dci::schema {
namespace {

namespace common = dci::common::v1;
namespace wire = dci::wire::v1;

constexpr absl::string_view kPayload = "dci/reason";

class ReasonTable {
 public:
  ReasonTable() {
    const auto* type = common::Reason_descriptor();
    std::vector<std::string> substitutes;
    for (int i = 0; i < type->value_count(); ++i) {
      if (type->value(i)->number() == 0) continue;
      Add(*type->value(i), &substitutes);
    }
    for (size_t i = 0; i < infos_.size(); ++i) {
      infos_[i].substitute =
          FromText(substitutes[i]).value_or(common::REASON_UNSPECIFIED);
    }
  }

  const ReasonInfo& Get(Reason reason) const {
    auto it = by_number_.find(reason);
    if (it == by_number_.end()) {
      it = by_number_.find(common::REASON_SERVICE_UNAVAILABLE);
    }
    return infos_[it->second];
  }

  std::optional<Reason> FromText(absl::string_view text) const {
    auto it = by_text_.find(text);
    if (it == by_text_.end()) return std::nullopt;
    return infos_[it->second].reason;
  }

 private:
  void Add(const google::protobuf::EnumValueDescriptor& value,
           std::vector<std::string>* substitutes) {
    const wire::EnumValueRules& named =
        value.options().GetExtension(wire::value);
    const wire::ReasonRules& rules = named.reason();
    auto allowed = [&](wire::ReasonRules::Place place) {
      return std::find(rules.places().begin(), rules.places().end(), place) !=
             rules.places().end();
    };
    ReasonInfo info;
    info.reason = static_cast<Reason>(value.number());
    info.text = named.name();
    info.grpc_code = static_cast<absl::StatusCode>(rules.grpc_code());
    info.http_status = static_cast<int>(rules.http_status());
    info.retry = rules.retry();
    info.in_ack = allowed(wire::ReasonRules::PLACE_ACK);
    info.in_header = allowed(wire::ReasonRules::PLACE_HEADER);
    info.in_item = allowed(wire::ReasonRules::PLACE_ITEM);
    info.substitute = common::REASON_UNSPECIFIED;
    by_number_.emplace(value.number(), infos_.size());
    by_text_.emplace(info.text, infos_.size());
    infos_.push_back(std::move(info));
    substitutes->push_back(rules.substitute());
  }

  std::vector<ReasonInfo> infos_;
  absl::flat_hash_map<int, size_t> by_number_;
  absl::flat_hash_map<std::string, size_t> by_text_;
};

const ReasonTable& Table() {
  static const ReasonTable* const table = new ReasonTable;
  return *table;
}

}  // namespace

bool ReasonInfo::AllowedIn(Place place) const {
  switch (place) {
    case Place::kAck:
      return in_ack;
    case Place::kHeader:
      return in_header;
    case Place::kItem:
      return in_item;
  }
  return false;
}

const ReasonInfo& Info(Reason reason) { return Table().Get(reason); }

std::optional<Reason> ReasonFromText(absl::string_view text) {
  return Table().FromText(text);
}

std::string ReasonText(Reason reason, Place place) {
  const ReasonInfo& info = Info(reason);
  if (info.AllowedIn(place) || info.substitute == common::REASON_UNSPECIFIED) {
    return info.text;
  }
  return Info(info.substitute).text;
}

absl::Status Refusal(Reason reason, absl::string_view text) {
  const ReasonInfo& info = Info(reason);
  absl::Status status(info.grpc_code, text);
  status.SetPayload(kPayload, absl::Cord(info.text));
  return status;
}

Reason ReasonOf(const absl::Status& status) {
  if (status.ok()) return common::REASON_UNSPECIFIED;
  if (absl::optional<absl::Cord> payload = status.GetPayload(kPayload)) {
    if (auto reason = ReasonFromText(std::string(*payload))) return *reason;
  }
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
      return common::REASON_REQUEST_BAD;
    case absl::StatusCode::kUnauthenticated:
      return common::REASON_REQUEST_UNAUTHORIZED;
    case absl::StatusCode::kPermissionDenied:
      return common::REASON_REQUEST_FORBIDDEN;
    case absl::StatusCode::kNotFound:
      return common::REASON_REQUEST_NOT_FOUND;
    case absl::StatusCode::kDeadlineExceeded:
      return common::REASON_REQUEST_TIMEOUT;
    case absl::StatusCode::kResourceExhausted:
      return common::REASON_REQUEST_TOO_MANY_REQUESTS;
    default:
      return common::REASON_SERVICE_UNAVAILABLE;
  }
}

}  // namespace dci::schema
