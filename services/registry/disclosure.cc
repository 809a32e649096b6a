#include "services/registry/disclosure.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "services/base/status_macros.h"
#include "services/registry/disclosure_state.pb.h"
#include "services/registry/record_trace.h"
#include "services/trust/hash_chain.h"

namespace dci::registry {
namespace {

constexpr char kRows[] = "disclosure_rows";
constexpr char kState[] = "disclosure_state";
constexpr size_t kMinKeyBytes = 32;

// Adds a link for each group.
class ChainSealer : public storage::Sealer {
 public:
  ChainSealer(storage::Space state, trust::ChainHead head)
      : state_(state), head_(std::move(head)) {}

  absl::Status Seal(absl::Span<const Row> rows,
                    storage::CommitView& view) override {
    std::vector<trust::ChainRow> chained;
    chained.reserve(rows.size());
    for (const Row& row : rows) chained.push_back({row.key, row.value});
    const trust::ChainLink link = trust::NextLink(head_, chained);
    const std::string bytes = link.Encode();
    view.Put(state_, LinkKey(link.last), bytes);
    head_ = {link.number, trust::LinkHash(bytes)};
    return absl::OkStatus();
  }

 private:
  const storage::Space state_;
  trust::ChainHead head_;
};

absl::StatusOr<trust::ChainHead> FindHead(const storage::Store& store,
                                          storage::Space state) {
  const auto snapshot = store.GetSnapshot();
  const auto last = snapshot->Scan(
      storage::ScanOptions::Prefix(state, kLinkPrefix, /*reverse=*/true));
  RETURN_IF_ERROR(last->status());
  if (!last->Valid()) return trust::ChainHead();
  ASSIGN_OR_RETURN(const trust::ChainLink link,
                   trust::ChainLink::Decode(last->value()));
  return trust::ChainHead{link.number, trust::LinkHash(last->value())};
}

// The key that the store keeps, made where there is none yet.
absl::StatusOr<std::string> OwnKey(storage::Store& store,
                                   storage::Space state) {
  std::string key;
  RETURN_IF_ERROR(storage::CommitAndWait(
      store, {{state, kNamingKey}},
      [&](storage::CommitView& view) -> absl::Status {
        ASSIGN_OR_RETURN(const auto kept, view.Get(state, kNamingKey));
        key = kept.value_or(trust::RandomBytes(kMinKeyBytes));
        if (!kept.has_value()) view.Put(state, kNamingKey, key);
        return absl::OkStatus();
      }));
  return key;
}

// A row that is complete but for pseudonyms which are not in the table yet.
struct Draft {
  state::DisclosureRow row;
  // Keys in the table, and what stands there from now on unless another
  // answer was first.
  std::vector<std::pair<std::string, std::string>> fresh;
  std::string bytes;  // of the row, where nothing is fresh
};

std::string Finish(state::DisclosureRow row,
                   std::vector<std::string> pseudonyms) {
  std::sort(pseudonyms.begin(), pseudonyms.end());
  row.clear_pseudonyms();
  for (std::string& pseudonym : pseudonyms)
    row.add_pseudonyms(std::move(pseudonym));
  return row.SerializeAsString();
}

absl::StatusOr<std::string> SettleNames(const Draft& draft,
                                        storage::Space state,
                                        storage::CommitView& view) {
  std::vector<std::string> pseudonyms(draft.row.pseudonyms().begin(),
                                      draft.row.pseudonyms().end());
  for (const auto& [key, candidate] : draft.fresh) {
    ASSIGN_OR_RETURN(const auto known, view.Get(state, key));
    if (!known.has_value()) view.Put(state, key, candidate);
    pseudonyms.push_back(known.value_or(candidate));
  }
  return Finish(draft.row, std::move(pseudonyms));
}

void Describe(const DisclosureContext& context, const schema::Message& message,
              state::DisclosureRow* row) {
  row->set_time_us(absl::ToUnixMicros(context.now));
  row->set_receiver_id(context.receiver_id);
  row->set_operation(context.operation);
  row->set_transaction_id(context.transaction_id);
  row->set_reference_id(context.reference_id);
  row->set_message_id(context.message_id);
  row->set_purpose(context.purpose);
  row->set_consent_id(context.consent_id);
  row->set_record_message(message.full_name);
}

}  // namespace

DisclosureContext DisclosureOf(const exchange::ItemContext& context) {
  DisclosureContext disclosure;
  disclosure.reference_id = context.reference_id;
  disclosure.now = context.now;
  if (const exchange::RequestContext* request = context.request) {
    disclosure.receiver_id = request->sender_id;
    if (request->method != nullptr)
      disclosure.operation = request->method->full_name;
    disclosure.transaction_id = request->transaction_id;
    disclosure.message_id = request->header.message_id();
  }
  return disclosure;
}

std::vector<std::string> DisclosureLog::SpaceNames() { return {kRows, kState}; }

absl::StatusOr<std::unique_ptr<DisclosureLog>> DisclosureLog::Open(
    storage::Store* store, absl::string_view key) {
  DisclosureSpaces spaces;
  ASSIGN_OR_RETURN(spaces.rows, store->FindSpace(kRows));
  ASSIGN_OR_RETURN(spaces.state, store->FindSpace(kState));
  std::string own;
  if (key.empty()) {
    ASSIGN_OR_RETURN(own, OwnKey(*store, spaces.state));
    key = own;
  }
  if (key.size() < kMinKeyBytes)
    return absl::InvalidArgumentError(
        "the key of the disclosure log has less than 32 bytes");
  ASSIGN_OR_RETURN(trust::ChainHead head, FindHead(*store, spaces.state));
  store->SetSealer(spaces.rows, std::make_shared<ChainSealer>(spaces.state,
                                                              std::move(head)));
  return std::unique_ptr<DisclosureLog>(new DisclosureLog(store, spaces, key));
}

absl::StatusOr<DisclosureLog::Write> DisclosureLog::Prepare(
    const DisclosureContext& context, const schema::Message& message,
    absl::Span<const DisclosedRecord> records,
    const storage::Snapshot& snapshot) const {
  if (records.empty()) return Write();
  auto draft = std::make_shared<Draft>();
  Describe(context, message, &draft->row);
  draft->row.set_records(static_cast<int32_t>(records.size()));
  RecordTrace trace;
  std::set<std::string> names;
  for (const DisclosedRecord& record : records) {
    trace.Add(message, record.bytes);
    names.insert(RecordName(message, record.primary_key));
  }
  names.insert(trace.identifiers().begin(), trace.identifiers().end());
  trace.WriteFields(draft->row.mutable_fields());
  std::vector<std::string> keys;
  for (const std::string& name : names)
    keys.push_back(PersonKey(names_.Of(name)));
  ASSIGN_OR_RETURN(
      const std::vector<std::optional<std::string>> known,
      snapshot.MultiGet(spaces_.state, std::vector<absl::string_view>(
                                           keys.begin(), keys.end())));
  std::vector<std::string> pseudonyms;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (known[i].has_value())
      pseudonyms.push_back(*known[i]);
    else
      draft->fresh.emplace_back(std::move(keys[i]),
                                trust::RandomBytes(kPseudonymBytes));
  }
  draft->bytes = Finish(draft->row, pseudonyms);
  for (std::string& pseudonym : pseudonyms)
    draft->row.add_pseudonyms(std::move(pseudonym));
  ++prepared_;
  return Write([draft = std::shared_ptr<const Draft>(std::move(draft)),
                spaces = spaces_](storage::CommitView& view) -> absl::Status {
    std::string settled;
    if (!draft->fresh.empty()) {
      ASSIGN_OR_RETURN(settled, SettleNames(*draft, spaces.state, view));
    }
    view.Put(spaces.rows, DisclosureKey(view.NextSequence()),
             draft->fresh.empty() ? draft->bytes : settled);
    return absl::OkStatus();
  });
}

absl::StatusOr<bool> DisclosureLog::ExecuteIndexPass(int max_rows) {
  const std::unique_ptr<storage::Snapshot> snapshot = store_->GetSnapshot();
  ASSIGN_OR_RETURN(const auto indexed,
                   snapshot->Get(spaces_.state, kIndexedKey));
  storage::ScanOptions scan;
  scan.space = spaces_.rows;
  // The least key behind the last one indexed.
  if (indexed.has_value()) scan.begin = *indexed + std::string(1, '\0');
  const auto cursor = snapshot->Scan(scan);
  std::vector<std::string> keys;
  std::string last;
  int rows = 0;
  for (; cursor->Valid() && rows < max_rows; cursor->Next(), ++rows) {
    last = std::string(cursor->key());
    state::DisclosureRow row;
    // A row that cannot be read is the verifier's to tell; it must not hold up
    // the others.
    if (!row.ParseFromArray(cursor->value().data(),
                            static_cast<int>(cursor->value().size())))
      continue;
    for (const std::string& pseudonym : row.pseudonyms())
      keys.push_back(absl::StrCat(PersonRowsPrefix(pseudonym), last));
  }
  RETURN_IF_ERROR(cursor->status());
  if (rows == 0) return false;
  RETURN_IF_ERROR(storage::CommitAndWait(
      *store_, {}, [&](storage::CommitView& view) -> absl::Status {
        for (const std::string& key : keys) view.Put(spaces_.state, key, "");
        view.Put(spaces_.state, kIndexedKey, last);
        return absl::OkStatus();
      }));
  return cursor->Valid();
}

}  // namespace dci::registry
