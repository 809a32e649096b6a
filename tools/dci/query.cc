#include "tools/dci/query.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/base/clock.h"
#include "services/base/status_macros.h"
#include "tools/dci/exit_code.h"
#include "tools/dci/json.h"

namespace dci::cli {
namespace {

// "A=B" taken apart at the first '='.
absl::StatusOr<std::pair<std::string, std::string>> Pair(
    const std::string& option, const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    return Usage(
        absl::StrCat("--", option, " is NAME=VALUE, not '", text, "'"));
  return std::make_pair(text.substr(0, equals), text.substr(equals + 1));
}

absl::StatusOr<std::string> IdentifierQuery(const std::string& text) {
  ASSIGN_OR_RETURN(const auto id, Pair("id", text));
  return JsonObject().Text("type", id.first).Text("value", id.second).Build();
}

absl::StatusOr<std::string> ExpressionQuery(const std::string& record,
                                            const std::string& query) {
  if (!CheckJson(query).ok() || !IsObject(query))
    return Usage("--query is a JSON object: {\"poverty_score\":{\"$lt\":5}}");
  JsonObject expression;
  expression.TextIf("collection", record).Raw("query", query);
  return JsonObject()
      .Text("type", "ns:org:QueryType:NoSql")
      .Raw("value", JsonObject().Raw("expression", expression.Build()).Build())
      .Build();
}

absl::StatusOr<std::string> NamedQuery(const Args& args) {
  JsonObject params;
  for (const std::string& text : args.GetAll("param")) {
    ASSIGN_OR_RETURN(const auto param, Pair("param", text));
    // A number or true is meant as one.
    if (CheckJson(param.second).ok())
      params.Raw(param.first, param.second);
    else
      params.Text(param.first, param.second);
  }
  return JsonObject()
      .Text("query_name", args.Get("named"))
      .Raw("query_params", params.Build())
      .Build();
}

absl::Status AddQuery(const Args& args, JsonObject* criteria) {
  const int given = args.Has("id") + args.Has("query") + args.Has("named");
  if (given != 1)
    return Usage("a search needs one of --id, --query, --named and --body");
  std::string type = "idtype-value";
  absl::StatusOr<std::string> query;
  if (args.Has("id")) {
    query = IdentifierQuery(args.Get("id"));
  } else if (args.Has("query")) {
    type = "expression";
    query = ExpressionQuery(args.Get("record"), args.Get("query"));
  } else {
    type = "namedQuery";
    query = NamedQuery(args);
  }
  if (!query.ok()) return query.status();
  criteria->Text("query_type", type).Raw("query", *query);
  return absl::OkStatus();
}

std::string SortJson(absl::string_view text) {
  const bool descending = absl::ConsumeSuffix(&text, ":desc");
  absl::ConsumeSuffix(&text, ":asc");
  return JsonArray({JsonObject()
                        .Text("attribute_name", text)
                        .Text("sort_order", descending ? "desc" : "asc")
                        .Build()});
}

}  // namespace

std::vector<Option> QueryOptions() {
  return {
      {"id", "TYPE=VALUE", "search: the record with this identifier"},
      {"query", "JSON", "search: by a NoSQL query"},
      {"named", "NAME", "search: by a query that the registry publishes"},
      {"param", "NAME=VALUE", "a parameter of --named", kRepeated},
      {"record", "TYPE", "search: record wanted: Person, Group, Member"},
      {"sort", "NAME[:desc]", "search: attribute that orders the answer"},
      {"page_size", "N", "search: records a page", kOptional, "10"},
      {"page", "N", "search: which page", kOptional, "1"},
  };
}

bool HasQuery(const Args& args) {
  return args.Has("id") || args.Has("query") || args.Has("named");
}

absl::StatusOr<std::string> SearchBody(const Args& args, const Io& io) {
  const std::string record = args.Get("record");
  JsonObject criteria;
  criteria.TextIf("reg_record_type", record);
  // What dialects without reg_record_type have instead; it knows these two.
  if (record == "Group" || record == "Member")
    criteria.Text("response_entity", record);
  RETURN_IF_ERROR(AddQuery(args, &criteria));
  if (args.Has("sort")) criteria.Raw("sort", SortJson(args.Get("sort")));
  criteria.Raw("pagination", JsonObject()
                                 .Number("page_size", args.Number("page_size"))
                                 .Number("page_number", args.Number("page"))
                                 .Build());
  const std::string item =
      JsonObject()
          .Text("reference_id", io.ids->NewId())
          .Text("timestamp", FormatTimestamp(io.clock->Now()))
          .Raw("search_criteria", criteria.Build())
          .Text("locale", "eng")
          .Build();
  return JsonObject()
      .Text("transaction_id", io.ids->NewId())
      .Raw("search_request", JsonArray({item}))
      .Build();
}

}  // namespace dci::cli
