#include "services/server/known_registries.h"

#include <set>

#include "gtest/gtest.h"

namespace dci::server {
namespace {

TEST(KnownRegistries, EachHasAPlaceOfItsOwn) {
  std::set<int> places = {kSpSystemPlace};
  std::set<std::string> services;
  for (const KnownRegistry& known : KnownRegistries()) {
    EXPECT_TRUE(places.insert(known.place).second) << known.name;
    EXPECT_TRUE(services.insert(known.service).second) << known.name;
    EXPECT_EQ(FindKnownRegistry(known.name), &known);
  }
  EXPECT_EQ(FindKnownRegistry("education"), nullptr);
  EXPECT_EQ(FindKnownRegistry(""), nullptr);
}

TEST(KnownRegistries, PortsFollowThePlaceAndAnyFreePortStaysOne) {
  EXPECT_EQ(PortsAt(kFirstPorts, 0).http, 3333);
  EXPECT_EQ(PortsAt(kFirstPorts, 2).grpc, 50053);
  EXPECT_EQ(PortsAt({0, 50051, 0}, 4).http, 0);
  EXPECT_EQ(PortsAt({0, 50051, 0}, 4).admin, 0);
}

TEST(KnownRegistries, DefaultsFillWhatIsOpenAndNothingElse) {
  config::v1::ServerConfig config;
  const KnownRegistry& social = *FindKnownRegistry("social");
  ApplyDefaults(social, "/data", &config);
  EXPECT_EQ(config.id(), "social-registry");
  EXPECT_EQ(config.data_dir(), "/data/store");
  EXPECT_EQ(config.http().port(), 3333);
  ASSERT_EQ(config.registries_size(), 1);
  EXPECT_EQ(config.registries(0).service(), social.service);

  config::v1::ServerConfig own;
  own.set_id("mine");
  own.set_data_dir("/elsewhere");
  own.mutable_http();  // any free port
  own.add_registries()->set_service("other.Service");
  ApplyDefaults(social, "/data", &own);
  EXPECT_EQ(own.id(), "mine");
  EXPECT_EQ(own.data_dir(), "/elsewhere");
  EXPECT_EQ(own.http().port(), 0);
  EXPECT_EQ(own.registries(0).service(), "other.Service");
  EXPECT_EQ(own.admin().port(), 3433);
}

}  // namespace
}  // namespace dci::server
