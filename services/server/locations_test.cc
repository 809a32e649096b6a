#include "services/server/locations.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "dci/locations/v1/locations.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/schema/model.h"

namespace dci::server {
namespace {

using ::testing::HasSubstr;

const wire::Codec& TestCodec() {
  static const wire::Codec* const codec = [] {
    auto model =
        schema::Model::Build({dci::locations::v1::Place::descriptor()->file()});
    EXPECT_OK(model);
    return new wire::Codec(model->release());
  }();
  return *codec;
}

std::string Place(const std::string& id, const std::string& parent) {
  return absl::StrCat("{\"identifier\":[{\"name\":\"n\",\"identifier\":\"", id,
                      "\"}],\"name\":\"Place ", id,
                      "\",\"contained_in_place\":", parent, "}");
}

absl::StatusOr<Locations> Parse(const std::string& places) {
  return ParseLocations(
      TestCodec(),
      absl::StrCat("{\"last_updated\":\"2023-10-17T11:26:02.512+00:00\","
                   "\"locations\":[",
                   places, "]}"),
      "places.json", absl::UnixEpoch());
}

TEST(LocationsTest, IsWrittenAsPublished) {
  ASSERT_OK_AND_ASSIGN(const Locations locations,
                       Parse(Place("2", "\"1\"") + "," + Place("1", "null")));
  EXPECT_EQ(
      locations.json,
      "{\"@context\":{\"@context\":\"http://spdci.org/\",\"xsd\":"
      "\"http://www.w3.org/2001/XMLSchema#\",\"schema\":"
      "\"http://schema.org/\"},\"@type\":\"LocationHierarchy\","
      "\"last_updated\":\"2023-10-17T11:26:02.512+00:00\",\"locations\":["
      "{\"@type\":\"Place\",\"contained_in_place\":\"1\",\"identifier\":[{"
      "\"@type\":\"PropertyValue\",\"identifier\":\"2\",\"name\":\"n\"}],"
      "\"name\":\"Place 2\"},"
      "{\"@type\":\"Place\",\"contained_in_place\":null,\"identifier\":[{"
      "\"@type\":\"PropertyValue\",\"identifier\":\"1\",\"name\":\"n\"}],"
      "\"name\":\"Place 1\"}]}");
  EXPECT_EQ(locations.last_modified, "Tue, 17 Oct 2023 11:26:02 GMT");
  // What was written reads again, to the same text.
  ASSERT_OK_AND_ASSIGN(
      const Locations again,
      ParseLocations(TestCodec(), locations.json, "again", absl::UnixEpoch()));
  EXPECT_EQ(again.json, locations.json);
  EXPECT_EQ(again.etag, locations.etag);
}

TEST(LocationsTest, TakesTheFilesTimeWhereItSaysNone) {
  ASSERT_OK_AND_ASSIGN(
      const Locations locations,
      ParseLocations(TestCodec(), "{}", "x", absl::FromUnixSeconds(86400)));
  EXPECT_THAT(locations.json, HasSubstr("\"last_updated\":\"1970-01-02T00:00"));
  EXPECT_EQ(locations.last_modified, "Fri, 02 Jan 1970 00:00:00 GMT");
}

struct Fault {
  const char* name;
  std::string places;
  const char* text;
};

class LocationsFault : public testing::TestWithParam<Fault> {};

TEST_P(LocationsFault, SaysWhere) {
  EXPECT_THAT(Parse(GetParam().places),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       testing::AllOf(HasSubstr("places.json: "),
                                      HasSubstr(GetParam().text))));
}

INSTANTIATE_TEST_SUITE_P(
    All, LocationsFault,
    testing::Values(
        Fault{"NoJson", "{", "offset"},
        Fault{"NoName",
              Place("1", "null") + ",{\"identifier\":[{\"identifier\":\"2\"}]}",
              "/locations/1: has no name"},
        Fault{"NoIdentifier", "{\"name\":\"A\"}",
              "/locations/0: has no identifier"},
        Fault{"EmptyIdentifier", Place("", "null"),
              "/locations/0: has an empty identifier"},
        Fault{"IdentifierTwice",
              Place("1", "null") + "," + Place("2", "null") + "," +
                  Place("1", "null"),
              "/locations/2: identifier \"1\" is also that of /locations/0"},
        Fault{"NoSuchParent", Place("1", "\"9\""),
              "/locations/0: contained_in_place: there is no place \"9\""},
        Fault{"WithinItself", Place("1", "\"1\""),
              "/locations/0: is within itself"},
        Fault{"Cycle",
              Place("0", "null") + "," + Place("1", "\"2\"") + "," +
                  Place("2", "\"3\"") + "," + Place("3", "\"1\""),
              "/locations/1: is within itself"},
        Fault{"Unreadable", "{\"name\":{},\"identifier\":[]}",
              "/locations/0/name: unreadable_value"}),
    [](const auto& info) { return info.param.name; });

TEST(LocationsPageTest, AnswersWithNothingWhereNothingChanged) {
  ASSERT_OK_AND_ASSIGN(const Locations locations, Parse(Place("1", "null")));
  const transport::HttpPage page = LocationsPage(locations);
  net::HttpResponse first, second;
  page({}, [&](net::HttpResponse response) { first = std::move(response); });
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(first.body, locations.json);
  net::HttpRequest request;
  request.headers.Add("If-None-Match", first.headers.GetOr("ETag"));
  page(request,
       [&](net::HttpResponse response) { second = std::move(response); });
  EXPECT_EQ(second.status, 304);
  EXPECT_EQ(second.body, "");
}

}  // namespace
}  // namespace dci::server
