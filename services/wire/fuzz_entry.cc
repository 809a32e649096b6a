#include "services/wire/fuzz_entry.h"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "services/wire/canonical_json.h"
#include "services/wire/message.h"
#include "services/wire/scan.h"
#include "services/wire/test_model.h"

namespace dci::wire {
namespace {

void Require(bool held, const char* promise, absl::string_view text) {
  if (held) return;
  std::fprintf(stderr, "broken: %s\n%.*s\n", promise,
               static_cast<int>(text.size()), text.data());
  std::abort();
}

constexpr const char* kMessages[] = {
    "dci.registry.v1.SearchRequestEnvelope",
    "dci.registry.v1.SearchResponseEnvelope",
    "dci.registry.v1.SubscribeRequestEnvelope",
    "dci.registry.v1.UnsubscribeRequest",
    "dci.registry.v1.TxnStatusResponse",
    "dci.common.v1.AckEnvelope",
    "dci.social.v1.Group",
    "dci.social.v1.Member",
};
constexpr size_t kMessageCount = sizeof(kMessages) / sizeof(kMessages[0]);

// JSON that Codec wrote may be nested deeper than what came by as much as the
// lists that were put around single values.
ReadOptions Generous() {
  ReadOptions options;
  options.limits.max_depth = 200;
  options.limits.max_bytes = 1 << 30;
  return options;
}

void CheckWire(const schema::Message& message, const std::string& wire) {
  WriteOptions normal;
  normal.normal_form = true;
  std::string once;
  if (!TestCodec().WireToJson(message, wire, normal, &once).ok()) return;
  Require(Scan(once, Generous().limits).ok(), "what is written is JSON", once);
  const auto again = TestCodec().JsonToWire(message, once, nullptr, Generous());
  if (!again.ok()) {
    // Kept JSON in the place of a count may be too great for one.
    Require(again.status().message().find("beyond 32 bits") !=
                absl::string_view::npos,
            "what was written reads again", once);
    return;
  }
  std::string twice;
  Require(TestCodec().WireToJson(message, *again, normal, &twice).ok(),
          "what was read writes", once);
  // Kept values may be readable after the first round, and settle then.
  const auto third =
      TestCodec().JsonToWire(message, twice, nullptr, Generous());
  Require(third.ok(), "what was written reads again", twice);
  std::string thrice;
  Require(TestCodec().WireToJson(message, *third, normal, &thrice).ok() &&
              thrice == twice,
          "what was read writes the same", twice + "\n" + thrice);
}

void ReadJson(const schema::Message& message, absl::string_view json) {
  std::vector<Finding> findings;
  const auto wire = TestCodec().JsonToWire(message, json, &findings);
  if (!wire.ok()) return;
  Require(findings.size() <= 3 * kMaxFindings + kMaxRepeated + 2,
          "findings are bounded", json);
  for (schema::Dialect dialect : schema::kAllDialectValues) {
    std::string text;
    Require(TestCodec().WireToJson(message, *wire, dialect, &text).ok() &&
                Scan(text, Generous().limits).ok(),
            "what was read is written in every dialect", json);
  }
  CheckWire(message, *wire);
}

void Canonical(absl::string_view json) {
  for (auto form : {dci::config::v1::CANONICALIZATION_JCS,
                    dci::config::v1::CANONICALIZATION_SORTED_ASCII,
                    dci::config::v1::CANONICALIZATION_SORTED_UTF8}) {
    const auto once = Canonicalize(json, form);
    if (!once.ok()) continue;
    const auto twice = Canonicalize(*once, form, Generous().limits);
    Require(twice.ok() && *twice == *once,
            "a canonical form is its own canonical form", *once);
  }
}

}  // namespace

void FuzzOne(absl::string_view input) {
  if (input.empty()) return;
  const auto mode = static_cast<unsigned char>(input[0]);
  const absl::string_view rest = input.substr(1);
  const schema::Message& message = TestMessage(kMessages[mode % kMessageCount]);
  const schema::Method& search =
      *TestModel().FindMethod("dci.social.v1.SocialRegistry.SyncSearch");
  switch (mode / kMessageCount % 4) {
    case 0:
      ReadJson(message, rest);
      break;
    case 1:
      CheckWire(message, std::string(rest));
      (void)DecodeGrpcMessage(TestCodec(), search, rest, Limits());
      break;
    case 2:
      (void)DecodeJsonMessage(TestCodec(), search, std::string(rest), Limits(),
                              mode % 2 == 0 ? Side::kRequest : Side::kAnswer);
      break;
    default:
      Canonical(rest);
  }
}

}  // namespace dci::wire
