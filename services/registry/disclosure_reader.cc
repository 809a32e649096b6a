#include "services/registry/disclosure_reader.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "services/base/clock.h"
#include "services/base/status_macros.h"
#include "services/registry/disclosure_state.pb.h"
#include "services/registry/record_trace.h"
#include "services/trust/hash_chain.h"

namespace dci::registry {
namespace {

namespace admin = ::dci::admin::v1;

constexpr int kMaxPage = 100;

// Links in their order with the rows that they cover, from one on.
class Links {
 public:
  Links(const DisclosureLog& log, const storage::Snapshot& snapshot,
        absl::string_view after_row)
      : links_(snapshot.Scan(
            storage::ScanOptions::Prefix(log.spaces().state, kLinkPrefix))),
        rows_(snapshot.Scan({log.spaces().rows, "", ""})) {
    if (after_row.empty()) return;
    // The least keys behind it.
    const std::string next = absl::StrCat(after_row, std::string(1, '\0'));
    links_->Seek(LinkKey(next));
    rows_->Seek(next);
  }

  bool Valid() const { return links_->Valid(); }
  absl::string_view link() const { return links_->value(); }
  // Key of the last row that the link covers.
  std::string last() const { return std::string(links_->key().substr(1)); }

  // The rows up to the link's last; once for each link.
  std::vector<std::pair<std::string, std::string>> Rows() {
    std::vector<std::pair<std::string, std::string>> rows;
    const std::string last = this->last();
    for (; rows_->Valid() && rows_->key() <= last; rows_->Next())
      rows.emplace_back(rows_->key(), rows_->value());
    return rows;
  }
  void Next() { links_->Next(); }

  // Rows behind the last link.
  uint64_t Loose() {
    uint64_t count = 0;
    for (; rows_->Valid(); rows_->Next()) ++count;
    return count;
  }
  absl::Status status() const {
    RETURN_IF_ERROR(links_->status());
    return rows_->status();
  }

 private:
  std::unique_ptr<storage::Cursor> links_, rows_;
};

// The rows that any of some names stands in, the latest first, each once.
class PersonRows {
 public:
  // Those before the row `before`; all where it is empty.
  static absl::StatusOr<PersonRows> Find(const DisclosureLog& log,
                                         const storage::Snapshot& snapshot,
                                         const std::vector<std::string>& names,
                                         const std::string& before) {
    PersonRows rows;
    const storage::Space space = log.spaces().state;
    for (const std::string& name : names) {
      ASSIGN_OR_RETURN(const auto pseudonym,
                       snapshot.Get(space, PersonKey(log.KeyedName(name))));
      if (!pseudonym.has_value()) continue;
      const std::string prefix = PersonRowsPrefix(*pseudonym);
      storage::ScanOptions scan =
          storage::ScanOptions::Prefix(space, prefix, /*reverse=*/true);
      if (!before.empty()) scan.end = prefix + before;
      rows.lists_.push_back({prefix.size(), snapshot.Scan(scan)});
    }
    return rows;
  }

  // Key of the next row; empty at the end.
  std::string Next() {
    std::string latest;
    for (const List& list : lists_)
      if (list.cursor->Valid()) latest = std::max(latest, list.row());
    for (List& list : lists_)
      if (list.cursor->Valid() && list.row() == latest) list.cursor->Next();
    return latest;
  }
  absl::Status status() const {
    for (const List& list : lists_) RETURN_IF_ERROR(list.cursor->status());
    return absl::OkStatus();
  }

 private:
  struct List {
    size_t prefix;
    std::unique_ptr<storage::Cursor> cursor;
    std::string row() const {
      return std::string(cursor->key().substr(prefix));
    }
  };
  std::vector<List> lists_;
};

std::vector<trust::ChainRow> Views(
    const std::vector<std::pair<std::string, std::string>>& rows) {
  std::vector<trust::ChainRow> views;
  for (const auto& [key, value] : rows) views.push_back({key, value});
  return views;
}

admin::DisclosureHead HeadOf(const trust::ChainHead& head) {
  admin::DisclosureHead out;
  out.set_number(static_cast<int64_t>(head.number));
  out.set_hash(absl::BytesToHexString(head.hash));
  return out;
}

absl::StatusOr<trust::ChainHead> HeadFrom(int64_t number,
                                          const std::string& hex) {
  const std::string hash = absl::HexStringToBytes(hex);
  if (number < 0 || (number == 0) != hash.empty() ||
      absl::BytesToHexString(hash) != absl::AsciiStrToLower(hex))
    return absl::InvalidArgumentError(
        "a link has a number from 1 on and a hash in hex");
  return trust::ChainHead{static_cast<uint64_t>(number), hash};
}

absl::StatusOr<std::string> RowKeyFrom(const std::string& token) {
  uint64_t sequence = 0;
  if (!absl::SimpleAtoi(token, &sequence))
    return absl::InvalidArgumentError("page_token is none of this list");
  return DisclosureKey(sequence);
}

// Whether records of the type have an identifier as their key.
bool KeyedByIdentifier(const schema::Record& record) {
  if (record.identifier_index == nullptr || record.primary_key.size() != 2)
    return false;
  for (int i = 0; i < 2; ++i)
    if (record.primary_key[i].text != record.identifier_index->paths[i].text)
      return false;
  return true;
}

std::string KeyOf(const std::vector<std::string>& texts) {
  std::string key;
  for (const std::string& text : texts) AppendOrderedText(&key, text);
  return key;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> DisclosureReader::NamesOf(
    const admin::DisclosedPerson& person) const {
  std::vector<std::string> names;
  const std::vector<std::string> key(person.key().begin(), person.key().end());
  const schema::Message* identifier =
      model_->FindMessage("dci.common.v1.Identifier");
  const schema::Field* type_field =
      identifier == nullptr ? nullptr : identifier->FindName("identifier_type");
  const std::string name = IdentifierName(type_field, person.identifier_type(),
                                          person.identifier_value());
  if (name.empty() == (person.record_type().empty() || key.empty()))
    return absl::InvalidArgumentError(
        "name either an identifier by type and value, or a record by type and "
        "key");
  if (!name.empty()) names.push_back(name);
  for (const schema::Message* message : model_->records()) {
    const schema::Record& record = *message->record;
    if (!key.empty() && (record.type == person.record_type() ||
                         message->full_name == person.record_type()))
      names.push_back(RecordName(*message, KeyOf(key)));
    if (!name.empty() && KeyedByIdentifier(record))
      names.push_back(RecordName(*message, KeyOf({person.identifier_type(),
                                                  person.identifier_value()})));
  }
  if (names.empty())
    return absl::InvalidArgumentError("no record of that type is known here");
  return names;
}

absl::Status DisclosureReader::Describe(absl::string_view key,
                                        const storage::Snapshot& from,
                                        admin::Disclosure* disclosure) const {
  const std::string row_key(key);
  ASSIGN_OR_RETURN(const auto bytes, from.Get(log_->spaces().rows, row_key));
  disclosure->set_sequence(static_cast<int64_t>(DisclosureSequence(key)));
  state::DisclosureRow row;
  if (!bytes.has_value() || !row.ParseFromString(*bytes))
    return absl::DataLossError(absl::StrCat("row ", disclosure->sequence(),
                                            " cannot be read: verify"));
  disclosure->set_time(FormatTimestamp(absl::FromUnixMicros(row.time_us())));
  disclosure->set_receiver_id(row.receiver_id());
  disclosure->set_operation(row.operation());
  disclosure->set_transaction_id(row.transaction_id());
  disclosure->set_reference_id(row.reference_id());
  disclosure->set_message_id(row.message_id());
  disclosure->set_purpose(row.purpose());
  disclosure->set_consent_id(row.consent_id());
  disclosure->set_records(row.records());
  disclosure->set_record_type(row.record_message());
  if (const auto* message = model_->FindMessage(row.record_message())) {
    if (message->record.has_value())
      disclosure->set_record_type(message->record->type);
    for (std::string& path : FieldPaths(*message, row.fields()))
      disclosure->add_fields(std::move(path));
  }
  const auto link = from.Scan(
      {log_->spaces().state, LinkKey(row_key), PrefixEnd(kLinkPrefix)});
  RETURN_IF_ERROR(link->status());
  if (link->Valid()) {
    ASSIGN_OR_RETURN(const auto decoded,
                     trust::ChainLink::Decode(link->value()));
    disclosure->set_link(static_cast<int64_t>(decoded.number));
  }
  return absl::OkStatus();
}

absl::StatusOr<admin::ListDisclosuresResponse> DisclosureReader::List(
    const admin::ListDisclosuresRequest& request) const {
  ASSIGN_OR_RETURN(const std::vector<std::string> names,
                   NamesOf(request.person()));
  const size_t size = static_cast<size_t>(
      request.page_size() <= 0 ? kMaxPage
                               : std::min(request.page_size(), kMaxPage));
  std::string before;
  if (!request.page_token().empty()) {
    ASSIGN_OR_RETURN(before, RowKeyFrom(request.page_token()));
  }
  const storage::Space space = log_->spaces().state;
  const auto snapshot = log_->store().GetSnapshot();
  admin::ListDisclosuresResponse response;
  ASSIGN_OR_RETURN(const auto indexed, snapshot->Get(space, kIndexedKey));
  if (indexed.has_value())
    response.set_indexed_to(static_cast<int64_t>(DisclosureSequence(*indexed)));
  ASSIGN_OR_RETURN(PersonRows rows,
                   PersonRows::Find(*log_, *snapshot, names, before));
  for (std::string row = rows.Next(); !row.empty(); row = rows.Next()) {
    if (response.disclosures_size() == static_cast<int>(size)) {
      response.set_next_page_token(absl::StrCat(
          response.disclosures(static_cast<int>(size) - 1).sequence()));
      break;
    }
    RETURN_IF_ERROR(Describe(row, *snapshot, response.add_disclosures()));
  }
  RETURN_IF_ERROR(rows.status());
  return response;
}

absl::StatusOr<admin::ExportDisclosuresResponse> DisclosureReader::Export(
    const admin::ExportDisclosuresRequest& request) const {
  const auto snapshot = log_->store().GetSnapshot();
  Links links(*log_, *snapshot, request.position());
  admin::ExportDisclosuresResponse response;
  uint64_t rows = 0;
  for (; links.Valid(); links.Next()) {
    if (rows >= kExportRows) return response;
    admin::DisclosureLink* link = response.add_links();
    link->set_value(std::string(links.link()));
    for (auto& [key, value] : links.Rows()) {
      admin::DisclosureRow* row = link->add_rows();
      row->set_key(std::move(key));
      row->set_value(std::move(value));
      ++rows;
    }
    response.set_next(links.last());
  }
  RETURN_IF_ERROR(links.status());
  response.clear_next();
  return response;
}

absl::StatusOr<admin::VerifyDisclosuresResponse> DisclosureReader::Verify(
    const admin::VerifyDisclosuresRequest& request) const {
  std::optional<trust::ChainHead> noted;
  if (request.has_noted()) {
    ASSIGN_OR_RETURN(
        noted, HeadFrom(request.noted().number(), request.noted().hash()));
  }
  const auto snapshot = log_->store().GetSnapshot();
  trust::ChainHead start;
  if (request.has_after()) {
    ASSIGN_OR_RETURN(
        start, HeadFrom(request.after().number(), request.after().hash()));
  }
  trust::ChainVerifier verifier(start, noted);
  Links links(*log_, *snapshot, request.position());
  admin::VerifyDisclosuresResponse response;
  for (; links.Valid() && verifier.rows() < kVerifyRows; links.Next()) {
    const auto rows = links.Rows();
    verifier.Take(links.link(), Views(rows));
    response.set_next(links.last());
  }
  RETURN_IF_ERROR(links.status());
  if (!links.Valid()) {
    response.clear_next();
    verifier.Finish(links.Loose());
  }
  response.set_links(static_cast<int64_t>(verifier.links()));
  response.set_rows(static_cast<int64_t>(verifier.rows()));
  *response.mutable_head() = HeadOf(verifier.head());
  for (const trust::ChainVerifier::Fault& fault : verifier.faults()) {
    admin::DisclosureFault* out = response.add_faults();
    out->set_link(static_cast<int64_t>(fault.link));
    out->set_message(fault.message);
  }
  return response;
}

absl::StatusOr<admin::ForgetPersonResponse> DisclosureReader::Forget(
    const admin::ForgetPersonRequest& request) const {
  ASSIGN_OR_RETURN(const std::vector<std::string> names,
                   NamesOf(request.person()));
  const storage::Space space = log_->spaces().state;
  std::vector<storage::Key> keys;
  for (const std::string& name : names)
    keys.push_back({space, PersonKey(log_->KeyedName(name))});
  admin::ForgetPersonResponse response;
  RETURN_IF_ERROR(storage::CommitAndWait(
      log_->store(), keys, [&](storage::CommitView& view) -> absl::Status {
        for (const storage::Key& key : keys) {
          ASSIGN_OR_RETURN(const auto pseudonym, view.Get(space, key.key));
          if (!pseudonym.has_value()) continue;
          response.set_forgotten(true);
          view.Delete(space, key.key);
          const std::string rows = PersonRowsPrefix(*pseudonym);
          view.DeleteRange(space, rows, PrefixEnd(rows));
        }
        return absl::OkStatus();
      }));
  return response;
}

absl::StatusOr<admin::DisclosureHead> DisclosureReader::Head() const {
  const auto last =
      log_->store().GetSnapshot()->Scan(storage::ScanOptions::Prefix(
          log_->spaces().state, kLinkPrefix, /*reverse=*/true));
  RETURN_IF_ERROR(last->status());
  if (!last->Valid()) return admin::DisclosureHead();
  ASSIGN_OR_RETURN(const auto link, trust::ChainLink::Decode(last->value()));
  return HeadOf({link.number, trust::LinkHash(last->value())});
}

}  // namespace dci::registry
