#include "tools/dci/envelope.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "services/base/clock.h"
#include "services/base/status_macros.h"
#include "services/wire/message.h"
#include "tools/dci/exit_code.h"
#include "tools/dci/json.h"

namespace dci::cli {
namespace {

// Items of a body; one where it is not a list.
int64_t CountItems(const schema::Method& method, absl::string_view body) {
  if (method.items == nullptr || !method.items->repeated) return 1;
  const std::optional<absl::string_view> items =
      At(body, absl::StrCat("/", method.items->json_name));
  return items ? static_cast<int64_t>(Elements(*items).size()) : 1;
}

// One part of a document through the codec.
absl::StatusOr<std::string> Rewrite(const wire::Codec& codec,
                                    const schema::Message& message,
                                    const std::string& json,
                                    schema::Dialect dialect) {
  ASSIGN_OR_RETURN(const std::string wire,
                   codec.JsonToWire(message, json, nullptr));
  std::string out;
  RETURN_IF_ERROR(codec.WireToJson(message, wire, dialect, &out));
  return out;
}

}  // namespace

std::vector<Option> EnvelopeOptions() {
  return {
      {"sender_id", "TEXT", "who calls, as registered there", kOptional, "dci"},
      {"sender_uri", "URL", "where callbacks go"},
      {"receiver_id", "TEXT", "who is called"},
      {"message_id", "TEXT", "default: a new one"},
  };
}

Document MakeEnvelope(const schema::Method& method, absl::string_view body,
                      const Args& args, const Io& io) {
  const std::string id =
      args.Has("message_id") ? args.Get("message_id") : io.ids->NewId();
  JsonObject header;
  header.Text("version", "1.0.0")
      .Text("message_id", id)
      .Text("message_ts", FormatTimestamp(io.clock->Now()))
      .Text("action", method.actions.empty() ? "" : method.actions[0]);
  // What a callback's header has besides.
  if (method.mode == schema::Mode::kCallback) header.Text("status", "succ");
  header.Text("sender_id", args.Get("sender_id"))
      .TextIf("sender_uri", args.Get("sender_uri"))
      .TextIf("receiver_id", args.Get("receiver_id"))
      .Number("total_count", CountItems(method, body))
      .Bool("is_msg_encrypted", false);
  Document document;
  document.parts = {header.Build(), std::string(body)};
  return document;
}

absl::StatusOr<Document> InDialect(const wire::Codec& codec,
                                   const schema::Method& method,
                                   const Document& document,
                                   schema::Dialect dialect) {
  const schema::Message* envelope =
      wire::EnvelopeOf(method, wire::Side::kRequest);
  const schema::Message* body = wire::BodyOf(method, wire::Side::kRequest);
  if (envelope == nullptr || envelope->header == nullptr || body == nullptr)
    return Usage(absl::StrCat(method.full_name,
                              " has no envelope, so no "
                              "dialect"));
  const auto header = Rewrite(codec, *envelope->header->message,
                              document.parts.header_json, dialect);
  if (!header.ok())
    return Usage(absl::StrCat("header: ", header.status().message()));
  const auto message =
      Rewrite(codec, *body, document.parts.message_json, dialect);
  if (!message.ok())
    return Usage(absl::StrCat("message: ", message.status().message()));
  Document rewritten;
  rewritten.parts = {*header, *message};
  return rewritten;
}

}  // namespace dci::cli
