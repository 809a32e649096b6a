// Our JSON codec against protobuf's own conversion of the same messages:
//   bazel run -c opt //tests/bench:codec_bench -- 20000
// The argument is the number of rounds; without it a short run checks that
// both read and write the same contents.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "dci/social/v1/social.pb.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/message_differencer.h"
#include "services/wire/canonical_json.h"
#include "services/wire/codec.h"
#include "services/wire/scan.h"
#include "services/wire/test_model.h"

namespace dci::wire {
namespace {

using ::dci::social::v1::Group;
using ::dci::social::v1::Member;
namespace pb = ::google::protobuf;

void Die(const std::string& text) {
  std::fprintf(stderr, "%s\n", text.c_str());
  std::exit(1);
}

void FillMember(int i, Member* member) {
  auto* id = member->add_member_identifier();
  id->set_identifier_type("UIN");
  id->set_identifier_value(absl::StrCat(847951630 + i));
  auto* person = member->mutable_demographic_info();
  *person->add_identifier() = *id;
  person->mutable_name()->set_surname("Tuwala");
  person->mutable_name()->set_given_name(absl::StrCat("Aminata \"Ami\" ", i));
  person->mutable_name()->set_second_name("S\xc3\xa9k\xc3\xa9ba");
  person->set_sex(i % 2 == 0 ? "female" : "male");
  person->set_birth_date("1985-05-20T00:00:00Z");
  person->add_phone_number("+224 620 00 00 00");
  member->set_is_disabled("false");
  member->set_marital_status("M");
  member->set_employment_status("1");
  member->set_registration_date("2020-01-02T08:30:00Z");
  member->set_last_updated("2024-01-02T08:30:00Z");
}

// About 3 KB of JSON.
Group Household() {
  Group group;
  auto* id = group.add_group_identifier();
  id->set_identifier_type("HOUSEHOLD_ID");
  id->set_identifier_value("HH-0205202401");
  group.set_group_type("household");
  group.mutable_geographical_location()->set_name("Koundara");
  group.mutable_geographical_location()->mutable_geo()->set_latitude("12.48");
  group.mutable_geographical_location()->mutable_geo()->set_longitude("-13.3");
  auto* address = group.add_address();
  address->set_address_line_1("12, rue du march\xc3\xa9");
  address->set_sub_region_code("KD");
  address->set_country_code("GN");
  group.set_poverty_score("4.25");
  group.set_poverty_score_type("PMT");
  group.set_group_size("6");
  FillMember(0, group.mutable_group_head_info());
  for (int i = 0; i < 5; ++i) FillMember(i, group.add_member_list());
  group.set_registration_date("2020-01-02T08:30:00Z");
  return group;
}

// Seconds that one call takes; the fastest of five runs.
template <typename Call>
double Time(int rounds, Call call) {
  double best = 1e9;
  for (int run = 0; run < 5; ++run) {
    const absl::Time start = absl::Now();
    for (int i = 0; i < rounds; ++i) call();
    best = std::min(best, absl::ToDoubleSeconds(absl::Now() - start) / rounds);
  }
  return best;
}

void Report(const char* what, size_t bytes, double ours, double theirs) {
  std::printf("codec %s ratio %.1f (%.0f MB/s against %.0f MB/s)\n", what,
              theirs / ours, bytes / ours / 1e6, bytes / theirs / 1e6);
}

std::string OursToJson(const schema::Message& schema, const std::string& wire) {
  std::string json;
  const absl::Status status =
      TestCodec().WireToJson(schema, wire, schema::Dialect::kC25, &json);
  if (!status.ok()) Die(status.ToString());
  return json;
}

std::string OursToWire(const schema::Message& schema, const std::string& json) {
  std::vector<Finding> findings;
  auto wire = TestCodec().JsonToWire(schema, json, &findings);
  if (!wire.ok()) Die(wire.status().ToString());
  return *std::move(wire);
}

void Run(int rounds) {
  const Group group = Household();
  const std::string wire = group.SerializeAsString();
  const schema::Message& schema = TestMessage("dci.social.v1.Group");
  pb::util::JsonPrintOptions print;
  print.preserve_proto_field_names = true;

  const std::string ours = OursToJson(schema, wire);
  std::string theirs;
  if (!pb::util::MessageToJsonString(group, &theirs, print).ok()) Die("print");
  Group read, read_theirs;
  if (!read.ParseFromString(OursToWire(schema, ours)) ||
      !pb::util::JsonStringToMessage(theirs, &read_theirs).ok()) {
    Die("parse");
  }
  if (!pb::util::MessageDifferencer::Equals(group, read) ||
      !pb::util::MessageDifferencer::Equals(group, read_theirs)) {
    Die("what was read is not what was written");
  }
  std::printf("household: %zu bytes of JSON, %zu of protobuf\n", ours.size(),
              wire.size());

  // Protobuf reads what it wrote, which is the same but for "@context".
  const double our_read = Time(rounds, [&] { OursToWire(schema, theirs); });
  const double their_read = Time(rounds, [&] {
    Group parsed;
    if (!pb::util::JsonStringToMessage(theirs, &parsed).ok()) Die("parse");
  });
  Report("read", theirs.size(), our_read, their_read);
  // The text is written from the bytes that a store holds; theirs from a
  // message that is there already. A byte of "@context", which only ours has,
  // counts as any other.
  const double our_write = Time(rounds, [&] { OursToJson(schema, wire); });
  const double their_write = Time(rounds, [&] {
    std::string json;
    if (!pb::util::MessageToJsonString(group, &json, print).ok()) Die("print");
  });
  Report("write", theirs.size(), our_write * theirs.size() / ours.size(),
         their_write);
  const double scan = Time(rounds, [&] {
    if (!Scan(theirs, Limits()).ok()) Die("scan");
  });
  const double canonical = Time(rounds, [&] {
    if (!Canonicalize(ours, dci::config::v1::CANONICALIZATION_JCS).ok()) {
      Die("canonicalize");
    }
  });
  std::printf("scan %.0f MB/s, canonical form %.0f MB/s\n",
              theirs.size() / scan / 1e6, ours.size() / canonical / 1e6);
}

}  // namespace
}  // namespace dci::wire

int main(int argc, char** argv) {
  dci::wire::Run(argc > 1 ? std::atoi(argv[1]) : 20);
  return 0;
}
