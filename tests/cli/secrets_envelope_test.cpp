// pawl secrets between two machines: sealed there, imported here, signed on demand.
#include "tests/cli/secrets_support.hpp"

namespace secrets_envelope_test {

using namespace secrets_tests;

namespace {

ended seal(const words& more, const std::string& value = canary) {
  words line{"secrets", "seal", "mail"};
  line.insert(line.end(), more.begin(), more.end());
  return place::checked(run_pawl(line, value));
}

std::string public_key_of(const place& here) { return first_line(here.run({"public-key"}).out); }

} // namespace

TEST_CASE("secrets: a value travels sealed and signed from a machine without the store", "[secrets]") {
  const made_place here;
  const temp_folder there; // holds nothing but what is sent
  const std::string signing = there.file("signing.key");
  const std::string envelope = there.file("mail.sealed");

  const ended key = run_pawl({"secrets", "signing-key", "--out", signing});
  REQUIRE(key.code == 0);
  CHECK(mode_of(signing) == std::filesystem::perms::owner_read);
  const std::string signer = first_line(key.out);
  CHECK(has(signer, "pawl-signer-1:"));
  const std::string secret_half = first_line(read_whole(signing));
  CHECK(has(secret_half, "pawl-signing-key-1:"));
  CHECK_FALSE(has(key.out + key.err, secret_half.substr(secret_half.size() - 20)));

  REQUIRE(here.run({"signer", "add", signer}).code == 0);
  CHECK(json::parse(here.run({"signer", "list"}, {"-o", "json"}).out) == json{{"signers", {{{"key", signer}}}}});

  const ended sealed =
      seal({"--to", public_key_of(here), "--allow-host", "mail.example.org", "--expires", "2099-01-31", "--valid-until",
            "2098-01-31", "--version", "1", "--sign-with", signing, "--out", envelope},
           canary + "\n");
  INFO(sealed.out << sealed.err);
  REQUIRE(sealed.code == 0);
  CHECK(sealed.out.empty());
  CHECK(has(sealed.err, "definitions any"));
  const std::string text = read_whole(envelope);
  CHECK(has(text, "pawl-envelope-1:"));
  CHECK(text.find('\n') == text.size() - 1);
  CHECK_FALSE(has(text, canary));

  const ended imported = here.run({"import", envelope});
  INFO(imported.out << imported.err);
  CHECK(imported.code == 0);
  CHECK(has(imported.out, "'mail' is version 1"));
  CHECK(has(imported.out, "mail.example.org"));
  const json listed = here.list();
  REQUIRE(listed.size() == 1);
  CHECK(listed[0]["size"] == canary.size());
  CHECK(listed[0]["policy"]["hosts"] == json{"mail.example.org"});
  CHECK(listed[0]["expiresAt"] == 4073500800000);
  CHECK(here.run({"import", envelope}).code == 1); // once
}

TEST_CASE("secrets: an envelope without a listed signer is refused once there is one", "[secrets]") {
  const made_place here;
  const std::string to = public_key_of(here);
  const ended sealed = seal({"--to", to});
  REQUIRE(sealed.code == 0);
  CHECK(here.run({"import"}, {}, sealed.out).code == 0); // from stdin
  const std::string signing = here.folder.file("signing.key");
  const std::string stranger = here.folder.file("stranger.key");
  const std::string signer = first_line(run_pawl({"secrets", "signing-key", "--out", signing}).out);
  REQUIRE(run_pawl({"secrets", "signing-key", "--out", stranger}).code == 0);
  REQUIRE(here.run({"signer", "add", signer}).code == 0);
  const ended unsigned_one = here.run({"import", "-"}, {}, seal({"--to", to}).out);
  CHECK(unsigned_one.code == 1);
  CHECK(has(unsigned_one.err, "not signed"));
  CHECK(here.run({"import"}, {}, seal({"--to", to, "--sign-with", stranger}).out).code == 1);
  CHECK(here.run({"import"}, {}, seal({"--to", to, "--sign-with", signing}).out).code == 0);
  const ended removed = here.run({"signer", "rm", signer});
  CHECK(removed.code == 0);
  CHECK(has(removed.out, "accepts unsigned envelopes"));
  CHECK(here.run({"signer", "rm", signer}).code == 4);
  CHECK(here.run({"import"}, {}, seal({"--to", to}).out).code == 0);
  CHECK(here.run({"signer", "add", "nobody"}).code == 2);
}

TEST_CASE("secrets: an envelope for another store, or a changed one, is refused", "[secrets]") {
  const made_place here;
  const made_place other;
  CHECK(here.run({"import"}, {}, seal({"--to", public_key_of(other)}).out).code == 1);
  std::string changed = seal({"--to", public_key_of(here)}).out;
  changed[changed.size() / 2] = changed[changed.size() / 2] == 'A' ? 'B' : 'A';
  CHECK(here.run({"import"}, {}, changed).code == 1);
  CHECK(here.run({"import"}, {}, "").code == 1);
  CHECK(here.run({"import", here.folder.file("none")}).code == 2);
  CHECK(here.list().empty());
}

TEST_CASE("secrets: neither a signing key nor an envelope takes the place of a file", "[secrets]") {
  const made_place here;
  const std::string taken = here.folder.file("taken");
  write_private(taken, "mine");
  const ended key = run_pawl({"secrets", "signing-key", "--out", taken});
  CHECK(key.code == 2);
  CHECK(key.out.empty());
  CHECK(seal({"--to", public_key_of(here), "--out", taken}).code == 2);
  CHECK(read_whole(taken) == "mine");
}

TEST_CASE("secrets: a signing key that others may read is not used", "[secrets]") {
  const made_place here;
  const std::string signing = here.folder.file("signing.key");
  REQUIRE(run_pawl({"secrets", "signing-key", "--out", signing}).code == 0);
  std::filesystem::permissions(signing, std::filesystem::perms::others_read, std::filesystem::perm_options::add);
  const ended refused = seal({"--to", public_key_of(here), "--sign-with", signing});
  CHECK(refused.code == 2);
  CHECK(refused.out.empty());
}

TEST_CASE("secrets: what cannot be sealed is refused", "[secrets]") {
  const made_place here;
  const std::string to = public_key_of(here);
  CHECK(seal({"--to", "nobody"}).code == 2);
  CHECK(seal({}).code == 2);
  CHECK(seal({"--to", to}, "short").code == 2);
  CHECK(seal({"--to", to, "--no-mask"}, "short").code == 0);
  CHECK(seal({"--to", to, "--valid-until", "2001-01-31"}).code == 2);
  CHECK(seal({"--to", to, "--version", "-1"}).code == 2);
}

} // namespace secrets_envelope_test
