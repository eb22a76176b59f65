// Which addresses may be reached: every spelling of every kind of place, and the allow-list.
#include "nodes/task/http_policy.hpp"
#include "tests/support/given.hpp"

#include <catch2/catch.hpp>

#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace http_address_test {

using namespace pawl;
using namespace pawl::nodes;
using pawl::test::given;

namespace {

ip_address address(const std::string& text) {
  const auto read = ip_address::read(text);
  if (!read) FAIL("no address: " + text);
  return *read;
}

http_policy policy(std::vector<std::string> allow, bool allow_private = false, bool only_allowed = false) {
  http_options options;
  options.allow = std::move(allow);
  options.allow_private = allow_private;
  options.only_allowed = only_allowed;
  return given(http_policy::read(options));
}

bool lets(const http_policy& by, const std::string& host, std::uint16_t port, const std::string& at) {
  return !by.refusal({host, port}, address(at));
}
bool lets(const http_policy& by, const std::string& at) { return lets(by, "some.host", 80, at); }

} // namespace

TEST_CASE("http address: every kind of place is known by every spelling") {
  const std::vector<std::pair<place, std::vector<const char*>>> table{
      {place::open,
       {"1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255",
        "169.253.255.255", "169.255.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700::1111",
        "2001:4860:4860::8888", "::ffff:1.1.1.1", "64:ff9b::101:101", "2002:101:101::1", "::ffff:0:1.1.1.1"}},
      {place::loopback,
       {"127.0.0.1", "127.255.255.255", "::1", "::ffff:127.0.0.1", "::ffff:7f00:1", "64:ff9b::127.0.0.1",
        "2002:7f00:1::", "::ffff:0:127.0.0.1"}},
      {place::private_network,
       {"10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.0", "192.168.255.255", "100.64.0.0",
        "100.127.255.255", "fc00::", "fdff::1", "::ffff:10.1.2.3", "64:ff9b::a01:203", "2002:c0a8:101::9"}},
      {place::forbidden,
       {"0.0.0.0",
        "0.1.2.3",
        "169.254.0.0",
        "169.254.169.254",
        "169.254.255.255",
        "100.100.100.200",
        "168.63.129.16",
        "fd00:42::42",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::2",
        "::127.0.0.1",
        "fe80::1",
        "febf::1",
        "fec0::1",
        "ff02::1",
        "fd00:ec2::254",
        "fd20:ce::254",
        "fd00:c1::a9fe:a9fe",
        "100::1",
        "2001::1",
        "2001:2::1",
        "2001:10::1",
        "2001:db8::1",
        "3fff::1",
        "5f00::1",
        "4000::1",
        "64:ff9b:1::1",
        "::ffff:169.254.169.254",
        "::ffff:a9fe:a9fe",
        "64:ff9b::169.254.169.254",
        "2002:a9fe:a9fe::1",
        "::ffff:0:169.254.169.254",
        "::ffff:100.100.100.200",
        "::ffff:0.0.0.0",
        "64:ff9b::255.255.255.255"}}};
  for (const auto& [expected, texts] : table)
    for (const char* text : texts) {
      INFO(text);
      CHECK(place_of(address(text)) == expected);
    }
}

TEST_CASE("http address: what the kernel is given is read as texts are") {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  ::inet_pton(AF_INET, "10.1.2.3", &v4.sin_addr);
  CHECK(ip_address::of(reinterpret_cast<const sockaddr&>(v4)) == address("10.1.2.3"));
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  ::inet_pton(AF_INET6, "::ffff:10.1.2.3", &v6.sin6_addr);
  CHECK(ip_address::of(reinterpret_cast<const sockaddr&>(v6)) == address("10.1.2.3"));
  sockaddr local{};
  local.sa_family = AF_UNIX;
  CHECK_FALSE(ip_address::of(local));
}

TEST_CASE("http address: no other spelling is read") {
  for (const char* text :
       {"", "1", "1.2.3", "1.2.3.4.5", "256.0.0.1", "0x7f.0.0.1", " 1.2.3.4", "[::1]", "fe80::1%eth0", "::g"})
    CHECK_FALSE(ip_address::read(text));
}

TEST_CASE("http policy: embedded, the internet is open and everything near is not") {
  const http_policy plain = policy({});
  CHECK(lets(plain, "1.1.1.1"));
  CHECK(lets(plain, "2606:4700::1111"));
  for (const char* near : {"127.0.0.1", "::1", "10.0.0.1", "192.168.1.1", "100.64.0.1", "fd12::1", "::ffff:127.0.0.1"})
    CHECK_FALSE(lets(plain, near));
  const auto why = plain.refusal({"printer.lan", 80}, address("10.0.0.1"));
  REQUIRE(why);
  CHECK(why->find("printer.lan is an address of a private network; http.allow") == 0);
}

TEST_CASE("http policy: networks, addresses and hosts are let through by the list") {
  CHECK(lets(policy({"127.0.0.0/8"}), "127.1.2.3"));
  CHECK(lets(policy({"127.0.0.0/8"}), "::ffff:127.1.2.3"));
  CHECK_FALSE(lets(policy({"127.0.0.0/8"}), "10.0.0.1"));
  CHECK(lets(policy({"10.1.0.0/17"}), "10.1.127.255"));
  CHECK_FALSE(lets(policy({"10.1.0.0/17"}), "10.1.128.0"));
  CHECK(lets(policy({"fd00::/9"}), "fd7f::1"));
  CHECK_FALSE(lets(policy({"fd00::/9"}), "fd80::1"));
  CHECK(lets(policy({"::1"}), "::1"));
  CHECK_FALSE(lets(policy({"::/0"}), "127.0.0.1")); // IPv4 is listed as IPv4
  CHECK(lets(policy({"0.0.0.0/0"}), "127.0.0.1"));
  CHECK(lets(policy({"Printer.LAN."}), "printer.lan", 80, "10.0.0.1"));
  CHECK_FALSE(lets(policy({"printer.lan"}), "other.lan", 80, "10.0.0.1"));
  CHECK_FALSE(lets(policy({"printer.lan"}), "a.printer.lan", 80, "10.0.0.1"));
  CHECK(lets(policy({"printer.lan:8080"}), "printer.lan", 8080, "10.0.0.1"));
  CHECK_FALSE(lets(policy({"printer.lan:8080"}), "printer.lan", 80, "10.0.0.1"));
  CHECK(lets(policy({"127.0.0.1:81"}), "x", 81, "127.0.0.1"));
  CHECK_FALSE(lets(policy({"127.0.0.1:81"}), "x", 80, "127.0.0.1"));
  CHECK(lets(policy({"[::1]:81"}), "x", 81, "::1"));
  CHECK_FALSE(lets(policy({"[::1]:81"}), "x", 82, "::1"));
}

TEST_CASE("http policy: what is never reached is not reached by any list") {
  const http_policy all = policy({"0.0.0.0/0", "::/0", "169.254.169.254", "fe80::/10", "evil.example"}, true);
  for (const char* never : {"169.254.169.254", "fe80::1", "fd00:ec2::254", "100.100.100.200", "0.0.0.0",
                            "::", "224.0.0.1", "255.255.255.255", "2002:a9fe:a9fe::"})
    CHECK_FALSE(lets(all, "evil.example", 80, never));
}

TEST_CASE("http policy: private networks may be opened as a whole, and the internet closed") {
  CHECK(lets(policy({}, true), "127.0.0.1"));
  CHECK(lets(policy({}, true), "fd12::1"));
  const http_policy closed = policy({"1.1.1.1", "10.0.0.0/8"}, false, true);
  CHECK(lets(closed, "1.1.1.1"));
  CHECK(lets(closed, "10.0.0.1"));
  CHECK_FALSE(lets(closed, "8.8.8.8"));
  CHECK_FALSE(lets(closed, "127.0.0.1"));
}

TEST_CASE("http policy: an entry that is nothing is refused") {
  for (const char* text : {"",
                           "10.0.0.0/33",
                           "10.0.0.1/8",
                           "::1/129",
                           "10.0.0.0/",
                           "10.0.0.0/8x",
                           "10.0.0.0/-1",
                           "10.0.0.0/8:80",
                           "300.1.1.1",
                           "1.2.3",
                           "host:",
                           "host:0",
                           "host:65536",
                           "host:http",
                           "[::1",
                           "[::1]x",
                           "[host]:80",
                           "[10.0.0.1]:80",
                           "a b",
                           "*.lan",
                           "http://host",
                           "b\xc3\xbc.de",
                           "::ffff:10.0.0.0/104",
                           "64:ff9b::/96",
                           "::1:80:zz"}) {
    INFO(text);
    http_options options;
    options.allow = {text};
    const auto read = http_policy::read(options);
    CHECK_FALSE(read);
    if (!read) CHECK(read.failure().code == errc::invalid_argument);
  }
}

} // namespace http_address_test
