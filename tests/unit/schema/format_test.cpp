#include "tests/unit/schema/support.hpp"

namespace schema_format_test {

using namespace schema_test;

namespace {

struct row {
  const char* format;
  lines good;
  lines bad;
};

const std::string long_label(63, 'a');

const row rows[] = {
    {"date",
     {"2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31"},
     {"2023-02-29", "1900-02-29", "2024-13-01", "2024-00-01", "2024-04-31", "2024-01-00", "2024-1-1", "20240101",
      "2024-01-01Z", "", "2024-01-1a", "٢٠24-01-1"}},
    {"time",
     {"00:00:00Z", "23:59:59.999z", "12:00:00+14:00", "23:59:60Z", "15:59:60-08:00", "00:29:60+00:30"},
     {"12:00:00", "24:00:00Z", "12:60:00Z", "12:00:61Z", "22:59:60Z", "12:00:00.Z", "12:00:00+24:00", "12:00:00+0100",
      "12:00Z", "", "12:00:00 Z"}},
    {"date-time",
     {"1985-04-12T23:20:50.52Z", "1996-12-19t16:39:57-08:00", "1998-12-31T23:59:60Z"},
     {"1985-04-12 23:20:50Z", "1985-04-12T23:20:50", "1985-02-30T23:20:50Z", "1985-04-12", "1985-04-12T",
      "1998-12-31T23:58:60Z"}},
    {"duration",
     {"P1D", "PT1H30M", "P1Y2M3DT4H5M6S", "P4W", "PT1H5S"},
     {"", "P", "PT", "P1", "P1DT", "P1S", "P1W2D", "P2D1Y", "1D", "PD", "P-1D"}},
    {"email",
     {"a@b", "joe.bloggs@example.com", "te~st@example.com", "\"joe bloggs\"@example.com", "\"a\\\"b\"@x.example",
      "x@[127.0.0.1]", "x@[IPv6:::1]"},
     {"", "a", "@b", "a@", ".a@b", "a.@b", "a..b@c", "a b@c", "a@b c", "a@-b", "a@[300.0.0.1]", "a@[::1]", "\"a\"b\"@c",
      "a@b@c", "ä@b", "a@b\n"}},
    {"uuid",
     {"2eb8aa08-aa98-11ea-b4aa-73b441d16380", "2EB8AA08-AA98-11EA-B4AA-73B441D16380",
      "00000000-0000-0000-0000-000000000000"},
     {"", "2eb8aa08-aa98-11ea-b4aa-73b441d1638", "2eb8aa08aa98-11ea-b4aa-73b441d16380-",
      "2eb8aa08-aa98-11ea-b4aa-73b441d1638g", "{2eb8aa08-aa98-11ea-b4aa-73b441d163}"}},
    {"ipv4",
     {"0.0.0.0", "255.255.255.255", "192.168.1.10"},
     {"", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.", "1.2.3.4 ", "0x1.2.3.4", "1..2.3", "999.1.1.1",
      "-1.2.3.4"}},
    {"ipv6",
     {"::", "::1", "1::", "2001:db8::ff00:42:8329", "1:2:3:4:5:6:7:8", "::ffff:192.0.2.1",
      "1:2:3:4:5:6:7::", "1:2:3:4:5:6:1.2.3.4"},
     {"", ":", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "g::", "::1%eth0",
      "1:2:3:4:5:6:7:8::", "::1.2.3", "1.2.3.4::", "::/64", ":1:2:3:4:5:6:7", "1.2.3.4", "::1.2.3.4:5"}},
    {"hostname",
     {"a", "example.com", "xn--4gbwdl.xn--wgbh1c", "1.2", "a-b", long_label + ".x"},
     {"", ".", "a.", ".a", "-a", "a-", "a_b", "a b", "a..b", long_label + "a", "é", std::string(300, 'a')}},
    {"uri",
     {"http://foo.bar/?baz=qux#quux", "urn:oasis:names", "mailto:a@b", "http://[::1]:80/x", "http://u:p@h:8080",
      "tel:+1-816", "http://-.~_!$&'()*+,;=:%40:80%2f::::::@example.com", "file:///etc", "a:", "http://[v1.x:y]/"},
     {"", "//foo", "/abs", "foo", "http://a b", "http:// x", "bar,\\\\//foo", ":// x", "http://h:8a/", "http://[::1",
      "http://[1.2.3.4]/", "http://a%zz", "http://a%4", "1http://x", "http://é", "http://a/<b>", "http://a#b#c",
      "http://a@b@c"}},
    {"uri-reference",
     {"", "/abc", "//host/x", "a/b:c", "?q", "#f", "http://x", "./a:b"},
     {"\\\\WINDOWS\\share", "#a\\b", "1:b", "a b", "//h:x"}},
    {"iri", {"http://ƒøø.ßår/?∂éœ=πîx#πîüx", "http://x"}, {"http://2001:0db8::7334 x", "/x", "http://a b"}},
    {"iri-reference", {"//ƒøø.ßår", "#ƒ", ""}, {"\\\\ß"}},
    {"json-pointer", {"", "/", "/a/b~0~1", "/a//b", "/é"}, {"a", "/~", "/~2", "#/a", "/a~"}},
    {"relative-json-pointer", {"0", "1/a", "0#", "10/a~0"}, {"", "/a", "01", "0##", "-1", "1a", "#"}},
};

} // namespace

TEST_CASE("schema formats: what is and what is not one") {
  for (const row& r : rows) {
    const auto schema = compile({{"format", r.format}});
    for (const std::string& text : r.good) {
      INFO(r.format << ": " << text);
      CHECK(violations_of(schema, text).empty());
    }
    for (const std::string& text : r.bad) {
      INFO(r.format << " not: " << text);
      CHECK(violations_of(schema, text).size() == 1);
    }
    CHECK(violations_of(schema, 12).empty());
  }
}

TEST_CASE("schema formats: texts of megabytes take no stack") {
  for (const row& r : rows) {
    const auto schema = compile({{"format", r.format}});
    for (const char* piece : {"a", "1", ".", ":", "%41", "[", "\"", "a@", "1:", "/~0", "-"}) {
      std::string text;
      while (text.size() < (1 << 20))
        text += piece;
      INFO(r.format << " of " << piece);
      CHECK(schema->check(text).has_value());
    }
  }
}

} // namespace schema_format_test
