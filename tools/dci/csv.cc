#include "tools/dci/csv.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/base/status_macros.h"
#include "services/wire/cursor.h"
#include "services/wire/json_text.h"
#include "services/wire/limits.h"
#include "services/wire/scan.h"
#include "tools/dci/exit_code.h"
#include "tools/dci/json.h"

namespace dci::cli {
namespace {

constexpr absl::string_view kByteOrderMark = "\xef\xbb\xbf";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool AllDigits(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsDigit);
}

// Whether a cell without quotes means this JSON, not a string.
bool IsLiteral(absl::string_view text) {
  if (text == "true" || text == "false" || text == "null" || text == "{}" ||
      text == "[]")
    return true;
  if (text.empty() || !(text[0] == '-' || IsDigit(text[0]))) return false;
  // What stands behind a number, were it white space, would be lost.
  return (IsDigit(text.back())) && CheckJson(text).ok();
}

std::string Quoted(absl::string_view text) {
  std::string out = "\"";
  for (const char c : text) out.append(c == '"' ? 2 : 1, c);
  return out + "\"";
}

std::string CellOfString(absl::string_view text) {
  const bool plain =
      !text.empty() && text.front() != ' ' && text.back() != ' ' &&
      text.front() != kByteOrderMark.front() && !IsLiteral(text) &&
      std::none_of(text.begin(), text.end(), [](char c) {
        return c == ',' || c == '"' || static_cast<unsigned char>(c) < ' ';
      });
  return plain ? std::string(text) : Quoted(text);
}

std::string StepOfKey(absl::string_view key) {
  if (key.empty()) return "\\e";
  std::string step = AllDigits(key) ? "\\" : "";
  for (const char c : key) {
    // "\e" is taken.
    if (c == '.' || c == '\\') step.push_back('\\');
    step.push_back(c);
  }
  return step;
}

// Calls `take` with path and cell of each scalar and each empty container.
template <typename Take>
void Flatten(absl::string_view json, const std::string& path,
             const Take& take) {
  const auto below = [&path](absl::string_view step) {
    return path.empty() ? std::string(step) : absl::StrCat(path, ".", step);
  };
  wire::Cursor cursor(json);
  std::string buffer;
  if (cursor.Peek() == '{') {
    if (!cursor.EnterObject()) return take(path, "{}");
    do {
      const std::string key(cursor.Key().Text(&buffer));
      Flatten(cursor.Skip(), below(StepOfKey(key)), take);
    } while (cursor.NextMember());
  } else if (cursor.Peek() == '[') {
    if (!cursor.EnterArray()) return take(path, "[]");
    size_t index = 0;
    do {
      Flatten(cursor.Skip(), below(absl::StrCat(index++)), take);
    } while (cursor.NextElement());
  } else if (cursor.Peek() == '"') {
    take(path, CellOfString(cursor.String().Text(&buffer)));
  } else {
    take(path, std::string(cursor.Skip()));
  }
}

struct Cell {
  std::string text;
  bool quoted = false;
};

// Takes a cell and what ends it off the row; `last` is set with the last.
absl::StatusOr<Cell> TakeCell(absl::string_view* row, bool* last) {
  Cell cell;
  cell.quoted = absl::ConsumePrefix(row, "\"");
  while (cell.quoted) {
    const size_t quote = row->find('"');
    if (quote == absl::string_view::npos)
      return Usage("a quote is opened and not closed");
    absl::StrAppend(&cell.text, row->substr(0, quote));
    row->remove_prefix(quote + 1);
    if (!absl::ConsumePrefix(row, "\"")) break;
    cell.text.push_back('"');
  }
  const size_t comma = row->find(',');
  *last = comma == absl::string_view::npos;
  const absl::string_view rest = row->substr(0, comma);
  if (rest.find('"') != absl::string_view::npos)
    return Usage("a quote stands inside a cell that is not in quotes");
  if (cell.quoted && !rest.empty())
    return Usage("there is text behind a cell's closing quote");
  absl::StrAppend(&cell.text, rest);
  row->remove_prefix(*last ? row->size() : comma + 1);
  return cell;
}

absl::StatusOr<std::vector<Cell>> CellsOf(absl::string_view row) {
  if (wire::FirstBadUtf8(row) != row.size()) return Usage("it is not UTF-8");
  if (absl::ConsumeSuffix(&row, "\n")) absl::ConsumeSuffix(&row, "\r");
  std::vector<Cell> cells;
  for (bool last = false; !last;) {
    ASSIGN_OR_RETURN(Cell cell, TakeCell(&row, &last));
    cells.push_back(std::move(cell));
  }
  return cells;
}

std::string JsonOf(const Cell& cell) {
  if (!cell.quoted && IsLiteral(cell.text)) return cell.text;
  std::string json;
  wire::AppendQuoted(cell.text, &json);
  return json;
}

}  // namespace

bool CsvRowIsOpen(absl::string_view text) {
  return std::count(text.begin(), text.end(), '"') % 2 != 0;
}

absl::Status CsvWriter::Collect(absl::string_view record) {
  size_t last = 0;
  bool begun = false;
  Flatten(record, "", [&](const std::string& path, const std::string&) {
    const auto [place, added] = places_.try_emplace(path, columns_.size());
    if (added) columns_.push_back(path);
    if (begun && last != place->second) follow_.insert({last, place->second});
    last = place->second;
    begun = true;
  });
  if (columns_.size() <= kMaxCsvColumns) return absl::OkStatus();
  return Usage(absl::StrCat("the records have more than ", kMaxCsvColumns,
                            " columns; --format ndjson has no such bound"));
}

namespace {

// Numbers below `count` so that the first of each pair comes before the second;
// small ones first where that leaves a choice, or where pairs go in circles.
std::vector<size_t> InOrder(
    size_t count, const absl::flat_hash_set<std::pair<size_t, size_t>>& pairs) {
  std::vector<std::vector<size_t>> after(count);
  std::vector<size_t> before(count);
  for (const auto& [first, second] : pairs) {
    after[first].push_back(second);
    ++before[second];
  }
  std::set<size_t> rest, ready;
  for (size_t i = 0; i < count; ++i) {
    rest.insert(rest.end(), i);
    if (before[i] == 0) ready.insert(i);
  }
  std::vector<size_t> order;
  while (!rest.empty()) {
    const size_t next = ready.empty() ? *rest.begin() : *ready.begin();
    ready.erase(next);
    rest.erase(next);
    order.push_back(next);
    for (const size_t i : after[next])
      if (--before[i] == 0 && rest.count(i) > 0) ready.insert(i);
  }
  return order;
}

}  // namespace

std::string CsvWriter::Header() {
  order_ = InOrder(columns_.size(), follow_);
  std::string header;
  for (const size_t i : order_)
    absl::StrAppend(&header, header.empty() ? "" : ",",
                    CellOfString(columns_[i]));
  return header + "\r\n";
}

std::string CsvWriter::Row(absl::string_view record) const {
  std::vector<std::string> cells(columns_.size());
  Flatten(record, "", [&](const std::string& path, std::string cell) {
    if (const auto place = places_.find(path); place != places_.end())
      cells[place->second] = std::move(cell);
  });
  std::string row;
  for (size_t i = 0; i < order_.size(); ++i)
    absl::StrAppend(&row, i == 0 ? "" : ",", cells[order_[i]]);
  return row + "\r\n";
}

// A value that is being put together: its JSON, or what is below it.
struct CsvReader::Node {
  std::string json;
  std::map<uint64_t, Node> elements;
  // With the places in `members`: these keep the order of the columns.
  absl::flat_hash_map<std::string, size_t> places;
  std::vector<std::pair<std::string, Node>> members;

  bool empty() const {
    return json.empty() && elements.empty() && members.empty();
  }
};

absl::StatusOr<std::vector<CsvReader::Step>> CsvReader::StepsOf(
    absl::string_view name) {
  std::vector<Step> steps;
  while (!name.empty()) {
    Step step;
    bool escaped = false, ended = false;
    while (!name.empty() && !ended) {
      char c = name.front();
      name.remove_prefix(1);
      if (c == '\\') {
        if (name.empty()) return Usage("a column's name ends in a backslash");
        escaped = true;
        c = name.front();
        name.remove_prefix(1);
        if (c != 'e') step.key.push_back(c);
      } else if (c == '.') {
        ended = true;
      } else {
        step.key.push_back(c);
      }
    }
    if ((step.key.empty() && !escaped) || (ended && name.empty()))
      return Usage("a column's name has an empty step");
    step.index = !escaped && AllDigits(step.key);
    if (step.index && !absl::SimpleAtoi(step.key, &step.number))
      return Usage("a column's name has too great a number");
    steps.push_back(std::move(step));
    if (static_cast<int>(steps.size()) > wire::Limits().max_depth)
      return Usage("a column's name has too many steps");
  }
  return steps;
}

absl::StatusOr<CsvReader> CsvReader::Create(absl::string_view header) {
  absl::ConsumePrefix(&header, kByteOrderMark);
  ASSIGN_OR_RETURN(std::vector<Cell> cells, CellsOf(header));
  if (cells.size() > kMaxCsvColumns) return Usage("there are too many columns");
  CsvReader reader;
  absl::flat_hash_set<std::string> seen;
  for (Cell& cell : cells) {
    if (cell.text.empty() && !cell.quoted) return Usage("a column has no name");
    if (!seen.insert(cell.text).second)
      return Usage(absl::StrCat("column ", cell.text, " is there twice"));
    ASSIGN_OR_RETURN(std::vector<Step> steps, StepsOf(cell.text));
    reader.columns_.push_back({std::move(cell.text), std::move(steps)});
  }
  return reader;
}

absl::Status CsvReader::Put(const Column& column, std::string json,
                            Node* root) {
  const absl::Status clash = Usage(absl::StrCat(
      "column ", column.name, " does not go together with another of the row"));
  Node* node = root;
  for (const Step& step : column.steps) {
    if (!node->json.empty() ||
        (step.index ? !node->members.empty() : !node->elements.empty()))
      return clash;
    if (step.index) {
      node = &node->elements[step.number];
      continue;
    }
    const auto [place, added] =
        node->places.try_emplace(step.key, node->members.size());
    if (added) node->members.emplace_back(step.key, Node());
    node = &node->members[place->second].second;
  }
  if (!node->empty()) return clash;
  node->json = std::move(json);
  return absl::OkStatus();
}

void CsvReader::Append(const Node& node, std::string* out) {
  if (!node.json.empty()) {
    absl::StrAppend(out, node.json);
    return;
  }
  const bool array = !node.elements.empty();
  out->push_back(array ? '[' : '{');
  const size_t begin = out->size();
  const auto separate = [&] {
    if (out->size() > begin) out->push_back(',');
  };
  for (const auto& element : node.elements) {
    separate();
    Append(element.second, out);
  }
  for (const auto& [key, value] : node.members) {
    separate();
    wire::AppendQuoted(key, out);
    out->push_back(':');
    Append(value, out);
  }
  out->push_back(array ? ']' : '}');
}

absl::StatusOr<std::string> CsvReader::Record(absl::string_view row) const {
  ASSIGN_OR_RETURN(const std::vector<Cell> cells, CellsOf(row));
  Node root;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (cells[i].text.empty() && !cells[i].quoted) continue;
    if (i >= columns_.size())
      return Usage("the row has more cells than the header");
    RETURN_IF_ERROR(Put(columns_[i], JsonOf(cells[i]), &root));
  }
  std::string record;
  if (!root.empty()) Append(root, &record);
  return record;
}

}  // namespace dci::cli
