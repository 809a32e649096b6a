// Short forms for the tests of the codec.
#ifndef CONVERGENCE_SERVICES_WIRE_CODEC_TESTING_H_
#define CONVERGENCE_SERVICES_WIRE_CODEC_TESTING_H_

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/wire/codec.h"
#include "services/wire/test_model.h"

namespace dci::wire {

// "path rule", with "!" where the finding is severe.
inline std::vector<std::string> Lines(const std::vector<Finding>& findings) {
  std::vector<std::string> lines;
  for (const Finding& f : findings) {
    lines.push_back(absl::StrCat(f.path, " ", f.rule, f.severe ? "!" : ""));
  }
  return lines;
}

struct Read {
  std::string wire;
  std::vector<Finding> all;
  std::vector<std::string> findings;
};

inline Read ReadAs(absl::string_view message, absl::string_view json) {
  Read read;
  absl::StatusOr<std::string> wire =
      TestCodec().JsonToWire(TestMessage(message), json, &read.all);
  EXPECT_OK(wire) << json;
  if (wire.ok()) read.wire = *wire;
  read.findings = Lines(read.all);
  return read;
}

inline std::string Write(absl::string_view message, absl::string_view wire,
                         schema::Dialect dialect = schema::Dialect::kC25) {
  std::string json;
  const absl::Status status =
      TestCodec().WireToJson(TestMessage(message), wire, dialect, &json);
  return status.ok() ? json : status.ToString();
}

// What is read and written again.
inline std::string Again(absl::string_view message, absl::string_view json,
                         schema::Dialect dialect = schema::Dialect::kC25) {
  return Write(message, ReadAs(message, json).wire, dialect);
}

template <typename Proto>
Proto Parsed(const std::string& wire) {
  Proto proto;
  EXPECT_TRUE(proto.ParseFromString(wire));
  return proto;
}

inline constexpr char kSearchRequest[] = "dci.registry.v1.SearchRequest";
inline constexpr char kCriteria[] = "dci.registry.v1.SearchCriteria";
inline constexpr char kHeader[] = "dci.common.v1.MsgHeader";
inline constexpr char kCallbackHeader[] = "dci.common.v1.MsgCallbackHeader";
inline constexpr char kPerson[] = "dci.social.v1.Person";
inline constexpr char kMember[] = "dci.social.v1.Member";
inline constexpr char kGroup[] = "dci.social.v1.Group";
inline constexpr char kData[] = "dci.registry.v1.SearchData";
inline constexpr char kUnsubscribe[] = "dci.registry.v1.UnsubscribeRequest";

}  // namespace dci::wire

#endif  // CONVERGENCE_SERVICES_WIRE_CODEC_TESTING_H_
