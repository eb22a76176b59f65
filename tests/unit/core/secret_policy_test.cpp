// Who may have a secret, and how definitions name one.
#include "runtime/core/secret_policy.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace core_secret_policy_test {

using namespace pawl;
using namespace pawl::core;

namespace {

std::string parsed(const std::string& text) {
  const auto found = parse_secret_reference(text);
  return found ? found->source + " | " + found->name : to_string(found.failure().code);
}

secret_policy hosts(std::vector<std::string> list) {
  secret_policy made;
  made.hosts = std::move(list);
  return made;
}

/// A node of a type that says where it sends to.
secret_use sent_to(std::optional<std::string> destination) {
  secret_use use;
  use.definition_id = "d";
  use.node_type = "http";
  use.type_has_destination = true;
  use.destination = std::move(destination);
  return use;
}

bool may_go(const std::string& pattern, const std::string& destination) {
  const auto answer = may_have(hosts({pattern}), sent_to(destination));
  if (!answer) CHECK(answer.failure().code == errc::access);
  return answer.has_value();
}

std::string why_not(const secret_policy& policy, const secret_use& use) {
  const auto answer = may_have(policy, use);
  if (!answer) CHECK(answer.failure().code == errc::access);
  return answer ? "" : answer.failure().message;
}

bool says(const std::string& message, std::string_view words) { return message.find(words) != std::string::npos; }

std::string fault(const secret_policy& policy) {
  const auto answer = check(policy);
  if (!answer) CHECK(answer.failure().code == errc::invalid_argument);
  return answer ? "" : answer.failure().message;
}

struct pair {
  std::string pattern;
  std::string destination;
};

} // namespace

TEST_CASE("secret reference: a name is of the sealed store, or of the source before its first colon") {
  CHECK(parsed("mail") == "sealed | mail");
  CHECK(parsed("sealed:mail") == "sealed | mail");
  CHECK(parsed("A-z_0.9") == "sealed | A-z_0.9");
  CHECK(parsed("..") == "sealed | .."); // no path is made of it
  CHECK(parsed("env:API_KEY") == "env | API_KEY");
  CHECK(parsed("env:_1") == "env | _1");
  CHECK(parsed("systemd:api.key") == "systemd | api.key");
  CHECK(parsed("vault:team/mail#password") == "vault | team/mail#password");
  CHECK(parsed("my-own-2:a:b") == "my-own-2 | a:b");
  CHECK(parsed("vault:a..b/...") == "vault | a..b/...");
}

TEST_CASE("secret reference: what is no name of its source is refused") {
  const std::string refused[] = {"",
                                 ":",
                                 ":mail",
                                 "sealed:",
                                 "a/b",
                                 "a b",
                                 "a#b",
                                 "mail\n",
                                 "m\xC3\xA4",
                                 "sealed:a:b",
                                 "sealed:a/b",
                                 "SEALED:mail",
                                 "Env:A",
                                 "e_v:A",
                                 " env:A",
                                 "env:",
                                 "env:1A",
                                 "env:A-B",
                                 "env:A.B",
                                 "env:A B",
                                 "env:..",
                                 "vault:",
                                 "vault:..",
                                 "vault:../a",
                                 "vault:a/..",
                                 "vault:a/../b",
                                 "systemd:..",
                                 "vault:a b",
                                 "vault:a\tb",
                                 "vault:a\x7F",
                                 "vault:\xC3\xA4",
                                 std::string("vault:a\0b", 9),
                                 std::string("ma\0il", 5),
                                 std::string("\0", 1)};
  for (const std::string& text : refused) {
    INFO(text);
    CHECK(parsed(text) == "invalid_argument");
  }
}

TEST_CASE("secret reference: lengths count up to their limits and no further") {
  const auto is_fine = [](const std::string& source, std::size_t size) {
    return parse_secret_reference(source + std::string(size, 'a')).has_value();
  };
  for (const auto& [source, most] :
       {std::pair<const char*, std::size_t>("", 128), {"sealed:", 128}, {"env:", 128}, {"vault:", 512}}) {
    INFO(source);
    CHECK(is_fine(source, 1));
    CHECK(is_fine(source, most));
    CHECK_FALSE(is_fine(source, most + 1));
    CHECK_FALSE(is_fine(source, 1 << 20));
  }
  CHECK(parse_secret_reference(std::string(32, 's') + ":a"));
  CHECK_FALSE(parse_secret_reference(std::string(33, 's') + ":a"));
}

TEST_CASE("secret reference: an error tells nothing of the text") {
  for (const std::string text :
       {"hunter2 hunter2", "HUNTER2:hunter2", "env:hunter2-hunter2", "vault:../hunter2", "sealed:hunter2/"}) {
    const auto answer = parse_secret_reference(text);
    REQUIRE_FALSE(answer);
    CHECK_FALSE(says(to_string(answer.failure()), "hunter2"));
    CHECK_FALSE(says(to_string(answer.failure()), "HUNTER2"));
  }
}

TEST_CASE("secret reference: an error speaks of the source that was meant") {
  const auto message = [](const char* text) { return parse_secret_reference(text).failure().message; };
  CHECK(says(message("a/b"), "1 to 128"));
  CHECK(says(message("env:1"), "a variable"));
  CHECK(says(message("vault:.."), "another source"));
  CHECK(says(message("V:a"), "the source"));
}

TEST_CASE("sealed name: 1 to 128 of its characters") {
  CHECK(is_sealed_name("a"));
  CHECK(is_sealed_name(std::string(128, '-')));
  for (const std::string& name :
       {std::string(), std::string(129, 'a'), std::string("a:b"), std::string("a*"), std::string("a\0", 2)})
    CHECK_FALSE(is_sealed_name(name));
}

TEST_CASE("secret pattern: a star at the end stands for any rest, everything else for itself") {
  CHECK(fits_pattern("abc", "abc"));
  CHECK(fits_pattern("abc*", "abc"));
  CHECK(fits_pattern("abc*", "abcd"));
  CHECK(fits_pattern("*", ""));
  CHECK(fits_pattern("*", "anything"));
  CHECK(fits_pattern("a.c", "a.c"));
  CHECK(fits_pattern("a**", "a*b")); // only the last one is a star
  CHECK_FALSE(fits_pattern("abc", "abcd"));
  CHECK_FALSE(fits_pattern("abc", "ab"));
  CHECK_FALSE(fits_pattern("abc*", "ab"));
  CHECK_FALSE(fits_pattern("abc*", "xabc"));
  CHECK_FALSE(fits_pattern("abc", "ABC"));
  CHECK_FALSE(fits_pattern("a.c", "abc"));
  CHECK_FALSE(fits_pattern("a?c", "abc"));
  CHECK_FALSE(fits_pattern("a*c", "abc"));
  CHECK_FALSE(fits_pattern("", "a"));
}

TEST_CASE("secret policy: every fault of its lists is found") {
  CHECK(fault({}) == "");
  CHECK(fault({{"a", "b*", "*"}, {"http"}, {"h"}, {{"device", "A-*"}}}) == "");
  const std::vector<std::string> hundred(100, "a");
  const std::vector<std::string> more(101, "a");
  const std::string longest(256, 'a');
  const struct {
    const char* name;
    secret_policy (*with)(std::vector<std::string> entries);
  } lists[] = {{"definitions",
                [](auto entries) {
                  return secret_policy{std::move(entries), {}, {}, {}};
                }},
               {"node types",
                [](auto entries) {
                  return secret_policy{{}, std::move(entries), {}, {}};
                }},
               {"hosts", [](auto entries) {
                  return secret_policy{{}, {}, std::move(entries), {}};
                }}};
  for (const auto& list : lists) {
    INFO(list.name);
    const auto of = [&](std::vector<std::string> entries) { return fault(list.with(std::move(entries))); };
    const std::string begin = std::string("the list of ") + list.name + " holds ";
    CHECK(of(hundred) == "");
    CHECK(of(more) == begin + "more than 100 entries");
    CHECK(of({longest}) == "");
    CHECK(of({"a", longest + "a"}) == begin + "an entry of more than 256 bytes");
    CHECK(of({"a", ""}) == begin + "an empty entry");
    for (const char* entry : {"*a", "a*b", "**", "a**"})
      CHECK_THAT(of({entry}), Catch::Equals(begin + "an entry with a * elsewhere than at its end") ||
                                  Catch::StartsWith("a host is HOST"));
  }
}

TEST_CASE("secret policy: labels are looked at as well") {
  const auto of = [](std::map<std::string, std::string> labels) { return fault({{}, {}, {}, std::move(labels)}); };
  CHECK(of({{"device", "*"}}) == "");
  CHECK(of({{std::string(256, 'n'), std::string(256, 'v')}}) == "");
  CHECK(of({{"", "v"}}) == "a label of the policy has no good name");
  CHECK(of({{std::string(257, 'n'), "v"}}) == "a label of the policy has no good name");
  CHECK(of({{"n", ""}}) == "the list of labels holds an empty entry");
  CHECK(of({{"n", std::string(257, 'v')}}) == "the list of labels holds an entry of more than 256 bytes");
  CHECK(of({{"n", "a*b"}}) == "the list of labels holds an entry with a * elsewhere than at its end");
  std::map<std::string, std::string> many;
  for (int i = 0; i < 100; ++i)
    many["l" + std::to_string(i)] = "v";
  CHECK(of(many) == "");
  many["one more"] = "v";
  CHECK(of(many) == "the list of labels holds more than 100 entries");
}

TEST_CASE("secret policy: hosts that can be") {
  for (const char* host : {"api.example.com",
                           "API.Example.Com",
                           "api.example.com.",
                           "localhost",
                           "a_b-c.example",
                           "api.example.com:1",
                           "api.example.com:65535",
                           "https://api.example.com",
                           "http://api.example.com:8080",
                           "HTTPS://api.example.com",
                           "10.0.7.1",
                           "10.0.7.1:80",
                           "10.0.7.*",
                           "10.0.*",
                           "10.*",
                           "https://10.0.7.*",
                           "[::1]",
                           "[::1]:8443",
                           "https://[2001:DB8::7]:8443",
                           "[::ffff:10.0.7.1]",
                           "xn--bcher-kva.example",
                           "4you.example"}) {
    INFO(host);
    CHECK(fault(hosts({host})) == "");
  }
}

TEST_CASE("secret policy: hosts that are none are refused") {
  for (const char* host : {"*",
                           "https://*",
                           "api.example.*",
                           "api.example.com*",
                           "10.0.7*",
                           "10.0.7.1*",
                           "10.0.7.1.*",
                           "10..*",
                           "...*",
                           ".*",
                           "256.*",
                           "010.*",

                           "10.0.7.:8*",
                           "[10.0.7.*",
                           "[::*",
                           "user@api.example.com",
                           "api.example.com:",
                           "api.example.com:0",
                           "api.example.com:65536",
                           "api.example.com:+80",
                           "api.example.com:80x",
                           "api.example.com:443:443",
                           "api.example.com/",
                           "https://api.example.com/path",
                           "https://",
                           "http://:80",
                           "ftp://api.example.com",
                           "https:api.example.com",
                           "//api.example.com",
                           "::1",
                           "[::1",
                           "[]",
                           "[a]",
                           "[1.2.3.4]",
                           "[::1]x",
                           "[::1]:",
                           "[fe80::1%25eth0]",
                           "api..example",
                           ".example",
                           "example..",
                           ".",
                           "10.0.7.256",
                           "10.0.7.01",
                           "10.0.7",
                           "127.1",
                           "10.0.7.1.",
                           "1",
                           "api example",
                           "api.example\n",
                           "b\303\274cher.example"}) {
    INFO(host);
    CHECK(says(fault(hosts({host})), "a host is HOST, HOST:PORT"));
  }
}

TEST_CASE("secret policy: an empty one lets everything have a secret but what sends it somewhere") {
  secret_use use;
  use.definition_id = "d";
  use.node_type = "process";
  CHECK(may_have({}, use));
  CHECK(says(why_not({}, sent_to("https://api.example.com")), "lists no hosts"));
  CHECK(says(why_not({}, sent_to("https://api.example.com")), "'http'"));
  CHECK(says(why_not({}, sent_to(std::nullopt)), "lists no hosts"));
}

TEST_CASE("secret policy: definitions and node types must be listed, where any are") {
  secret_use use;
  use.definition_id = "shop-orders";
  use.node_type = "mail.send";
  const auto answer = [&](std::vector<std::string> definitions, std::vector<std::string> types) {
    return why_not({std::move(definitions), std::move(types), {}, {}}, use);
  };
  CHECK(answer({"shop-orders"}, {}) == "");
  CHECK(answer({"other", "shop-*"}, {"mail.*"}) == "");
  CHECK(answer({}, {"mail.send"}) == "");
  CHECK(answer({"shop"}, {}) == "its policy does not allow the definition 'shop-orders'");
  CHECK(answer({"Shop-*", "shop-orders2"}, {}) == "its policy does not allow the definition 'shop-orders'");
  CHECK(answer({"shop-*"}, {"mail"}) == "its policy does not allow the node type 'mail.send'");
  CHECK(answer({"*"}, {"http", "process"}) == "its policy does not allow the node type 'mail.send'");
}

TEST_CASE("secret policy: every label must be there and fit") {
  secret_use use;
  use.labels = {{"device", "A-17"}, {"site", "north"}};
  const auto answer = [&](std::map<std::string, std::string> labels) {
    return why_not({{}, {}, {}, std::move(labels)}, use);
  };
  CHECK(answer({}) == "");
  CHECK(answer({{"device", "A-17"}}) == "");
  CHECK(answer({{"device", "A-*"}, {"site", "*"}}) == "");
  CHECK(answer({{"device", "A-1"}}) == "its policy does not allow this instance's label 'device'");
  CHECK(answer({{"device", "A-*"}, {"site", "south"}}) == "its policy does not allow this instance's label 'site'");
  CHECK(answer({{"device", "a-17"}}) == "its policy does not allow this instance's label 'device'");
  CHECK(says(answer({{"Device", "A-17"}}), "asks for the label 'Device'"));
  CHECK(says(answer({{"room", "*"}}), "--label"));
  use.labels = {{"device", "A-18 of somebody else"}};
  CHECK_FALSE(says(answer({{"device", "A-17"}}), "somebody")); // values are not repeated
}

TEST_CASE("secret policy: a type that does not say where it sends to gets nothing that is bound to hosts") {
  secret_use use;
  use.node_type = "process";
  CHECK(says(why_not(hosts({"api.example.com"}), use), "does not say where it sends it"));
  use.destination = "https://api.example.com"; // what such a type says does not count
  CHECK(says(why_not(hosts({"api.example.com"}), use), "does not say where it sends it"));
}

TEST_CASE("secret policy: a secret goes to the hosts of its list") {
  for (const auto& [pattern, destination] : std::vector<pair>{
           {"api.example.com", "https://api.example.com"},
           {"API.example.COM", "HTTPS://Api.Example.com"},
           {"api.example.com.", "https://api.example.com"},
           {"api.example.com", "https://api.example.com."},
           {"api.example.com:443", "https://api.example.com"}, // the scheme's own port
           {"api.example.com:443", "https://api.example.com:443"},
           {"api.example.com:8443", "https://api.example.com:8443"},
           {"https://api.example.com", "https://api.example.com"},
           {"https://api.example.com:8443", "https://api.example.com:8443"},
           {"https://api.example.com:443", "https://api.example.com"},
           {"http://api.example.com", "http://api.example.com"},
           {"http://api.example.com:8080", "http://api.example.com:8080"},
           {"http://api.example.com:80", "http://api.example.com"},
           {"10.0.7.*", "https://10.0.7.1"},
           {"10.0.7.*", "https://10.0.7.255:443"},
           {"10.0.7.*:8443", "https://10.0.7.255:8443"},
           {"http://10.0.7.*:81", "http://10.0.7.1:81"},
           {"10.*", "https://10.1.2.3"},
           {"http://10.0.7.*", "http://10.0.7.9"},
           {"[::1]:8443", "https://[::1]:8443"},
           {"[2001:DB8::7]", "https://[2001:db8::7]"},
           {"https://[2001:db8::7]:443", "https://[2001:db8::7]"},
           {"127.0.0.1", "http://127.0.0.1"}, // no wire to listen at
           {"127.0.0.1:8080", "http://127.0.0.1:8080"},
           {"127.0.0.1:80", "http://127.0.0.1"},
           {"127.*", "http://127.9.9.9"},
           {"[::1]:8080", "http://[::1]:8080"},
       }) {
    INFO(pattern << " for " << destination);
    CHECK(may_go(pattern, destination));
  }
}

TEST_CASE("secret policy: a secret goes to no other host, port or scheme, nor to one that looks alike") {
  for (const auto& [pattern, destination] : std::vector<pair>{
           {"api.example.com", "https://api.example.com.evil.org"},
           {"api.example.com", "https://evil-api.example.com"},
           {"api.example.com", "https://evil.api.example.com"},
           {"api.example.com", "https://example.com"},
           {"api.example.com", "https://api-example.com"},
           {"api.example.com", "https://apixexample.com"}, // a dot is a dot
           {"api.example.com", "https://api.example.com@evil.org"},
           {"api.example.com", "https://api.example.com:443@evil.org"},
           {"api.example.com", "https://evil.org@api.example.com"},
           {"api.example.com", "https://user:word@api.example.com"},
           {"api.example.com", "https://evil.org#api.example.com"},
           {"api.example.com", "https://evil.org\\@api.example.com"},
           {"api.example.com", "https://api.example.com/"},
           {"api.example.com", "https://api.example.com?x"},
           {"api.example.com", "https:// api.example.com"},
           {"api.example.com", "https://api.example.com.."},
           {"api.example.com", "https://api.example.com:"},
           {"api.example.com", "https://api.example.com:0443x"},
           {"api.example.com", "https://api.example.com:65536"},
           {"api.example.com", "https://\xC3\xA4pi.example.com"},
           {"api.example.com", std::string("https://api.example.com\0.evil.org", 33)},
           {"api.example.com", "api.example.com"},
           {"api.example.com", "//api.example.com"},
           {"api.example.com", "ftp://api.example.com"},
           {"api.example.com", "https://"},
           {"api.example.com", ""},
           {"api.example.com", "http://api.example.com"}, // in clear text
           {"api.example.com:80", "http://api.example.com"},
           {"https://api.example.com", "http://api.example.com"},
           {"https://api.example.com", "http://api.example.com:443"},
           {"http://api.example.com", "https://api.example.com"},
           {"api.example.com:8443", "https://api.example.com"},
           {"api.example.com:443", "https://api.example.com:8443"},
           {"api.example.com:80", "https://api.example.com"},
           {"http://api.example.com:80", "http://api.example.com:8080"},
           {"api.example.com", "https://api.example.com:8443"}, // another program's port
           {"https://api.example.com", "https://api.example.com:8443"},
           {"http://api.example.com", "http://api.example.com:8080"},
           {"127.0.0.1", "http://127.0.0.1:8080"},
           {"[::1]", "http://[::1]:8080"},
           {"10.0.7.*", "https://10.0.7.255:8443"},
           {"10.0.7.*:8443", "https://10.0.7.255"},
           {"10.0.7.*:8443", "https://10.0.70.1:8443"},
           {"10.0.7.*8443", "https://10.0.7.1:8443"},
           {"10.0.7.*:", "https://10.0.7.1"},
           {"10.*.7.*", "https://10.0.7.1"},
           {"10.0.7.*", "https://10.0.70.1"},
           {"10.0.7.*", "https://10.0.8.1"},
           {"10.0.7.*", "https://110.0.7.1"},
           {"10.0.7.*", "https://10.0.7.evil.org"},
           {"10.0.7.*", "https://10.0.7.1.evil.org"},
           {"10.0.7.*", "https://10.0.7.256"},
           {"10.0.7.*", "https://10.0.7.08"},
           {"10.0.7.*", "https://10.0.7."},
           {"10.0.7.*", "https://10.0.7"},
           {"10.0.7.*", "https://[::ffff:10.0.7.1]"},
           {"10.0.7.*", "http://10.0.7.1"},
           {"https://10.0.7.*", "http://10.0.7.1"},
           {"127.*", "http://127.0.0.256"}, // a name that looks like an address
           {"127.*", "http://127.0.0.1.evil.org"},
           {"127.0.0.1", "http://127.0.0.1."},
           {"127.0.0.1", "http://127.0.0.01"},
           {"localhost", "http://localhost"}, // no literal address: somebody may be asked who it is
           {"::1", "http://[::1]"},
           {"[::1]", "https://[::2]"},
           {"[::1]:8443", "https://[::1]"},
           {"[::1]", "https://[::1"},
           {"[::1]", "https://::1"},
           {"[::1]", "https://[::1]evil.org"},
           {"*", "https://api.example.com"}, // no pattern of hosts
           {"api.*", "https://api.example.com"},
       }) {
    INFO(pattern << " for " << destination);
    CHECK_FALSE(may_go(pattern, destination));
  }
}

TEST_CASE("secret policy: one fitting host of several is enough, and a refusal says what to do") {
  const auto policy = hosts({"a.example", "http://b.example", "10.0.7.*"});
  CHECK(may_have(policy, sent_to("https://a.example")));
  CHECK(may_have(policy, sent_to("http://b.example")));
  CHECK(may_have(policy, sent_to("https://10.0.7.3")));
  CHECK(says(why_not(policy, sent_to("https://c.example")), "--allow-host HOST"));
  CHECK_FALSE(says(why_not(policy, sent_to("https://c.example")), "clear text"));
  CHECK(says(why_not(policy, sent_to("http://a.example")), "in clear text (http://HOST)"));
  CHECK(why_not(policy, sent_to(std::nullopt)) == "the node's data says no good place to send it to");
  CHECK_FALSE(says(why_not(policy, sent_to("https://hunter2@a.example")), "hunter2"));
}

TEST_CASE("secret policy: all that is not empty must fit at once") {
  const secret_policy policy{{"d"}, {"http"}, {"a.example"}, {{"device", "A-*"}}};
  secret_use use = sent_to("https://a.example");
  use.labels = {{"device", "A-17"}};
  CHECK(may_have(policy, use));
  const auto without = [&](void (*change)(secret_use&)) {
    secret_use other = use;
    change(other);
    return may_have(policy, other).has_value();
  };
  CHECK_FALSE(without([](secret_use& u) { u.definition_id = "e"; }));
  CHECK_FALSE(without([](secret_use& u) { u.node_type = "http2"; }));
  CHECK_FALSE(without([](secret_use& u) { u.destination = "https://b.example"; }));
  CHECK_FALSE(without([](secret_use& u) { u.labels.clear(); }));
}

TEST_CASE("secret policy: owners are whom the host names, and nobody is none of them") {
  secret_policy policy;
  secret_use use;
  CHECK(may_have(policy, use));
  policy.owners = {"ann", "team-*"};
  for (const auto& [owner, may] :
       {std::pair("ann", true), {"team-", true}, {"team-x", true}, {"ann2", false}, {"", false}}) {
    INFO(owner);
    use.owner = owner;
    CHECK(may_have(policy, use).has_value() == may);
  }
  policy.owners = {"*"};
  CHECK(why_not(policy, secret_use{}).find("owner") != std::string::npos);
  policy.owners = {"a*b"};
  CHECK(pawl::check(policy).failure().code == errc::invalid_argument);
}

} // namespace core_secret_policy_test
