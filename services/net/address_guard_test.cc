#include "services/net/address_guard.h"

#include "services/base/status_matchers.h"

namespace dci::net {
namespace {

using ::testing::HasSubstr;

constexpr AddressPolicy kNothing;
constexpr AddressPolicy kEverything = {.allow_loopback = true,
                                       .allow_private = true};

struct Case {
  const char* address;
  const char* reason;  // nullptr = public
};

class AddressTest : public ::testing::TestWithParam<Case> {};

TEST_P(AddressTest, IsJudgedByItsKind) {
  const absl::Status status = CheckAddress(kNothing, GetParam().address);
  if (GetParam().reason == nullptr) {
    EXPECT_OK(status);
    return;
  }
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kPermissionDenied,
                               HasSubstr(GetParam().reason)));
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().address));
}

INSTANTIATE_TEST_SUITE_P(
    Ipv4, AddressTest,
    ::testing::Values(
        Case{"93.184.216.34", nullptr}, Case{"9.255.255.255", nullptr},
        Case{"11.0.0.0", nullptr}, Case{"172.15.255.255", nullptr},
        Case{"172.32.0.0", nullptr}, Case{"192.167.255.255", nullptr},
        Case{"192.169.0.0", nullptr}, Case{"100.63.255.255", nullptr},
        Case{"100.128.0.0", nullptr}, Case{"126.255.255.255", nullptr},
        Case{"128.0.0.0", nullptr}, Case{"223.255.255.255", nullptr},
        Case{"127.0.0.1", "loopback"}, Case{"127.255.255.255", "loopback"},
        Case{"10.0.0.0", "private"}, Case{"10.255.255.255", "private"},
        Case{"172.16.0.0", "private"}, Case{"172.31.255.255", "private"},
        Case{"192.168.1.1", "private"}, Case{"100.64.0.0", "private"},
        Case{"100.127.255.255", "private"}, Case{"0.0.0.0", "unspecified"},
        Case{"0.1.2.3", "unspecified"}, Case{"169.254.0.1", "link-local"},
        Case{"169.254.169.254", "metadata"},
        Case{"100.100.100.200", "metadata"}, Case{"168.63.129.16", "metadata"},
        Case{"224.0.0.1", "multicast"}, Case{"239.255.255.255", "multicast"},
        Case{"255.255.255.255", "multicast"}, Case{"240.0.0.1", "reserved"},
        Case{"192.0.0.8", "reserved"}, Case{"198.19.0.1", "reserved"},
        Case{"203.0.113.9", "reserved"}));

INSTANTIATE_TEST_SUITE_P(
    Ipv6, AddressTest,
    ::testing::Values(
        Case{"2606:2800:220:1::1", nullptr}, Case{"::1", "loopback"},
        Case{"::", "unspecified"}, Case{"::2", "reserved"},
        Case{"::7f00:1", "reserved"}, Case{"::ffff:127.0.0.1", "loopback"},
        Case{"::ffff:10.1.1.1", "private"},
        Case{"::ffff:169.254.169.254", "metadata"},
        Case{"::ffff:93.184.216.34", nullptr}, Case{"fe80::1", "link-local"},
        Case{"febf::1", "link-local"}, Case{"fec0::1", "private"},
        Case{"fc00::1", "private"}, Case{"fdff::1", "private"},
        Case{"fd00:ec2::254", "metadata"}, Case{"ff02::1", "multicast"},
        Case{"64:ff9b::5db8:d822", nullptr},
        Case{"64:ff9b::7f00:1", "reserved"}, Case{"64:ff9b::a00:1", "reserved"},
        Case{"64:ff9b:1::1", "reserved"}, Case{"2002:5db8:d822::1", nullptr},
        Case{"2002:7f00:1::1", "reserved"}, Case{"2001::1", "reserved"},
        Case{"2001:db8::1", "reserved"}, Case{"4000::1", "reserved"},
        Case{"fbff::1", "reserved"}));

TEST(AddressPolicyTest, LoopbackAndPrivateAreAllowedEachByItself) {
  const AddressPolicy loopback = {.allow_loopback = true};
  const AddressPolicy local = {.allow_private = true};
  const auto denied = absl::StatusCode::kPermissionDenied;
  EXPECT_OK(CheckAddress(loopback, "127.0.0.1"));
  EXPECT_OK(CheckAddress(loopback, "::ffff:127.0.0.1"));
  EXPECT_THAT(CheckAddress(loopback, "10.0.0.1"), StatusIs(denied));
  EXPECT_OK(CheckAddress(local, "10.0.0.1"));
  EXPECT_OK(CheckAddress(local, "fd12::1"));
  EXPECT_THAT(CheckAddress(local, "127.0.0.1"), StatusIs(denied));
}

TEST(AddressPolicyTest, SomeAreRefusedWhateverThePolicy) {
  for (const char* address :
       {"169.254.169.254", "100.100.100.200", "fd00:ec2::254", "169.254.1.1",
        "fe80::1%eth0", "0.0.0.0", "::", "224.0.0.1", "64:ff9b::7f00:1"}) {
    EXPECT_THAT(CheckAddress(kEverything, address),
                StatusIs(absl::StatusCode::kPermissionDenied))
        << address;
  }
}

TEST(CheckAddressTest, OnlyNumericTextIsAnAddress) {
  for (const char* text : {"", "localhost", "127.1", "0x7f000001", "2130706433",
                           "0177.0.0.1", "1.2.3.4.5", "[::1]"}) {
    EXPECT_THAT(CheckAddress(kEverything, text),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << text;
  }
  EXPECT_THAT(CheckAddress(kEverything, absl::string_view("8.8.8.8\0x", 9)),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(ClassifyAddressTest, OtherSizesAreNoAddress) {
  const uint8_t bytes[5] = {8, 8, 8, 8, 8};
  EXPECT_EQ(ClassifyAddress(bytes, 4), AddressKind::kPublic);
  EXPECT_EQ(ClassifyAddress(bytes, 5), AddressKind::kReserved);
  EXPECT_EQ(ClassifyAddress(bytes, 0), AddressKind::kReserved);
}

}  // namespace
}  // namespace dci::net
