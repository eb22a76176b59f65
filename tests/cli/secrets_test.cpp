// pawl secrets: what it keeps, who may have it, and that no value ever shows.
#include "tests/cli/secrets_support.hpp"

namespace secrets_test {

using namespace secrets_tests;

TEST_CASE("secrets: init makes a store and its key, and never overwrites either", "[secrets]") {
  const place here;
  const ended made = here.run({"init"});
  INFO(made.out << made.err);
  CHECK(made.code == 0);
  CHECK(has(made.out, here.store));
  CHECK(has(made.out, here.key));
  CHECK(has(made.err, "the key file lies beside the store"));
  CHECK(mode_of(here.key) == std::filesystem::perms::owner_read);
  const std::string store = read_whole(here.store);
  const std::string key = read_whole(here.key);
  CHECK(key.size() == 32);
  CHECK(here.run({"init"}).code == 1);
  CHECK(read_whole(here.store) == store);
  CHECK(read_whole(here.key) == key);
  CHECK(here.list().empty());
}

TEST_CASE("secrets: without a key it says which keys there are and does nothing", "[secrets]") {
  const place here;
  const ended refused = run_pawl({"secrets", "init", "--secrets", here.store});
  CHECK(refused.code == 2);
  for (const char* option : {"--key-file", "--passphrase", "--passphrase-file", "--credential"})
    CHECK(has(refused.err, option));
  CHECK_FALSE(std::filesystem::exists(here.store));
  const ended two = here.run({"init"}, {"--credential", "c"});
  CHECK(two.code == 2);
  CHECK(has(two.err, "one key opens a sealed store"));
  CHECK_FALSE(std::filesystem::exists(here.key));
}

TEST_CASE("secrets: a store that is not there, and one that another key opens", "[secrets]") {
  const made_place here;
  const place other;
  const ended absent = other.run({"list"});
  CHECK(absent.code == 4);
  CHECK(has(absent.err, "pawl secrets init"));
  REQUIRE(other.run({"init"}).code == 0);
  const ended wrong = run_pawl({"secrets", "list", "--secrets", here.store, "--key-file", other.key});
  CHECK(wrong.code == 1);
  CHECK(has(wrong.err, "give the right key"));
  CHECK(wrong.out.empty());
}

TEST_CASE("secrets: $PAWL_SECRETS names the store where --secrets does not", "[secrets]") {
  const made_place here;
  REQUIRE(here.set("mail").code == 0);
  const ended listed =
      run_to_end({"env", "PAWL_SECRETS=" + here.store, pawl_file(), "secrets", "list", "--key-file", here.key});
  CHECK(listed.code == 0);
  CHECK(has(listed.out, "mail"));
}

TEST_CASE("secrets: a value comes from stdin and shows nowhere", "[secrets]") {
  const made_place here;
  const ended set = here.set("mail", {}, canary + "\n");
  INFO(set.out << set.err);
  CHECK(set.code == 0);
  CHECK(has(set.out, "'mail' is version 1"));
  for (const char* meaning : {"definitions any", "node types  any", "hosts       none: nodes that say where they send",
                              "labels      any instance", "expires     never"})
    CHECK(has(set.out, meaning));
  const json listed = here.list();
  REQUIRE(listed.size() == 1);
  CHECK(listed[0]["name"] == "mail");
  CHECK(listed[0]["size"] == canary.size()); // without the line end
  CHECK(listed[0]["version"] == 1);
  CHECK(listed[0]["changedAt"] > 0);
  CHECK_FALSE(listed[0].contains("expiresAt"));
  CHECK(json_lines(here.run({"list"}, {"-o", "jsonl"}).out).at(0) == listed[0]);
  CHECK(has(here.run({"list"}).out, "mail"));
  CHECK(has(here.run({"policy", "mail"}).out, "mail"));
  CHECK(here.run({"check"}).code == 1);
  CHECK_FALSE(has(read_whole(here.store), canary));
}

TEST_CASE("secrets: one final line end is taken off, unless --raw", "[secrets]") {
  const made_place here;
  const auto size_of = [&](const std::string& value, const words& more = {}) {
    REQUIRE(here.set("s", more, value).code == 0);
    return here.policy_of("s")["size"].get<std::size_t>();
  };
  CHECK(size_of("12345678\n\n") == 9);
  CHECK(size_of("12345678\r\n") == 8);
  CHECK(size_of("12345678\r\n", {"--raw"}) == 10);
  CHECK(size_of(std::string("\0\n\0 ünicode", 11)) == 11);
}

TEST_CASE("secrets: the value's limits", "[secrets]") {
  const made_place here;
  CHECK(here.set("s", {}, std::string(65536, 'x')).code == 0);
  CHECK(here.policy_of("s")["size"] == 65536);
  const ended large = here.set("s", {}, std::string(65537, 'x'));
  CHECK(large.code == 2);
  CHECK(has(large.err, "more than the 65536 bytes"));
  CHECK(here.set("s", {}, "").code == 2);
  CHECK(here.set("s", {}, "\n").code == 2);
  const ended small = here.set("s", {}, "1234567");
  CHECK(small.code == 2);
  CHECK(has(small.err, "--no-mask"));
  CHECK_FALSE(has(small.err, "1234567"));
  CHECK(here.set("s", {"--no-mask"}, "1234567").code == 0);
  CHECK(here.policy_of("s")["masked"] == false);
  CHECK(here.policy_of("s")["version"] == 2);
  CHECK(here.set("no such name", {}).code == 2);
}

TEST_CASE("secrets: a value on the command line is refused and not repeated", "[secrets]") {
  const made_place here;
  for (const words& command : {words{"set", "mail", canary},
                               {"set", "mail", "--value=" + canary},
                               {"list", "--passphrase", canary},
                               {"seal", "mail", "--to", "x", canary},
                               {"rotate", "--new-passphrase", canary},
                               {"rotate", "--new-passphrase=" + canary},
                               {"rm", "mail", canary},
                               {"init", canary}}) {
    words line{"secrets"};
    line.insert(line.end(), command.begin(), command.end());
    const ended refused = place::checked(run_pawl(line, "another-value"));
    INFO(command[0] << ": " << refused.err);
    CHECK(refused.code == 2);
  }
  CHECK(here.list().empty());
}

TEST_CASE("secrets: a new version keeps the settings that no option names", "[secrets]") {
  const made_place here;
  REQUIRE(here.set("mail", {"--allow-definition", "order-*", "--allow-type", "http", "--allow-host", "mail.example.org",
                            "--allow-label", "device=A-*", "--expires", "2099-01-31"})
              .code == 0);
  const json first = here.policy_of("mail");
  CHECK(first["policy"] == json{{"definitions", {"order-*"}},
                                {"nodeTypes", {"http"}},
                                {"hosts", {"mail.example.org"}},
                                {"labels", {{"device", "A-*"}}}});
  CHECK(first["expiresAt"] == 4073500800000);
  REQUIRE(here.set("mail", {"--keep", "2"}).code == 0);
  const json second = here.policy_of("mail");
  CHECK(second["version"] == 2);
  CHECK(second["olderVersions"] == json{1});
  CHECK(second["policy"] == first["policy"]);
  CHECK(second["expiresAt"] == first["expiresAt"]);
  REQUIRE(here.set("mail", {"--allow-definition", "other"}).code == 0);
  const json third = here.policy_of("mail");
  CHECK(third["olderVersions"].empty());
  CHECK(third["policy"] == json{{"definitions", {"other"}},
                                {"nodeTypes", {"http"}},
                                {"hosts", {"mail.example.org"}},
                                {"labels", {{"device", "A-*"}}}});
  CHECK(third["expiresAt"] == first["expiresAt"]);
  REQUIRE(here.set("mail", {"--expires", "never"}).code == 0);
  const json fourth = here.policy_of("mail");
  CHECK(fourth["policy"] == third["policy"]);
  CHECK_FALSE(fourth.contains("expiresAt"));
}

TEST_CASE("secrets: owners are set, added and cleared as the other lists", "[secrets]") {
  const made_place here;
  REQUIRE(here.set("mail", {"--allow-owner", "ann", "--allow-definition", "book"}).code == 0);
  CHECK(here.policy_of("mail")["policy"]["owners"] == json{"ann"});
  REQUIRE(here.set("mail", {"--expires", "never"}).code == 0); // keeps what no option names
  const ended more = here.run({"allow", "mail"}, {"--allow-owner", "bob-*"});
  CHECK(has(more.out, "bob-*"));
  CHECK(here.policy_of("mail")["policy"]["owners"] == json{"ann", "bob-*"});
  REQUIRE(here.run({"allow", "mail"}, {"--clear", "owners"}).code == 0);
  CHECK_FALSE(here.policy_of("mail")["policy"].contains("owners"));
  CHECK(here.policy_of("mail")["policy"]["definitions"] == json{"book"});
}

TEST_CASE("secrets: --no-mask alone is no reason to forget who may have it", "[secrets]") {
  const made_place here;
  REQUIRE(here.set("pin", {"--allow-definition", "door"}).code == 0);
  REQUIRE(here.set("pin", {"--no-mask"}, "1234").code == 0);
  CHECK(here.policy_of("pin")["policy"]["definitions"] == json{"door"});
  CHECK(here.policy_of("pin")["masked"] == false);
}

TEST_CASE("secrets: allow adds to the lists, empties them and changes the expiry; the value stays", "[secrets]") {
  const made_place here;
  REQUIRE(here.set("mail", {"--allow-host", "a.example.org", "--allow-label", "device=A"}).code == 0);
  REQUIRE(here.run({"allow", "mail"},
                   {"--allow-host", "b.example.org", "--allow-host", "a.example.org", "--allow-definition", "d",
                    "--allow-label", "device=B", "--expires", "2099-01-31T12:00:00Z"})
              .code == 0);
  const json wide = here.policy_of("mail");
  CHECK(wide["version"] == 1);
  CHECK(wide["policy"]["hosts"] == json{"a.example.org", "b.example.org"});
  CHECK(wide["policy"]["definitions"] == json{"d"});
  CHECK(wide["policy"]["labels"] == json{{"device", "B"}});
  CHECK(wide["expiresAt"] == 4073544000000);
  const ended narrow = here.run({"allow", "mail"}, {"--clear", "hosts", "--clear", "labels", "--allow-host",
                                                    "c.example.org", "--expires", "never"});
  CHECK(narrow.code == 0);
  CHECK(has(narrow.out, "c.example.org (only nodes that say where they send"));
  const json after = here.policy_of("mail");
  CHECK(after["policy"]["hosts"] == json{"c.example.org"});
  CHECK(after["policy"]["definitions"] == json{"d"});
  CHECK(after["policy"]["labels"].empty());
  CHECK_FALSE(after.contains("expiresAt"));
  CHECK(here.run({"allow", "mail"}).code == 2);
  CHECK(here.run({"allow", "mail"}, {"--clear", "everything"}).code == 2);
  CHECK(here.run({"allow", "none"}, {"--allow-host", "x"}).code == 4);
  CHECK(here.run({"allow", "mail"}, {"--allow-host", "*.example.org"}).code == 2);
  CHECK(here.policy_of("mail") == after);
}

TEST_CASE("secrets: policy says in words what bounds it", "[secrets]") {
  const made_place here;
  REQUIRE(here.set("mail", {"--allow-definition", "order-*", "--allow-definition", "mailer", "--allow-label",
                            "device=A-*", "--expires", "2099-01-31"})
              .code == 0);
  const ended shown = here.run({"policy", "mail"});
  INFO(shown.out);
  CHECK(has(shown.out, "definitions order-*, mailer"));
  CHECK(has(shown.out, "labels      device=A-*"));
  CHECK(has(shown.out, "expires     2099-01-31 00:00:00.000Z"));
  CHECK(has(here.run({"list"}).out, "definitions: order-*, mailer; labels: device=A-*"));
  CHECK(here.run({"policy", "none"}).code == 4);
}

TEST_CASE("secrets: labels and times that are none are refused", "[secrets]") {
  const made_place here;
  for (const char* time : {"2099-02-30", "2099-1-31", "2099-01-31T12:00:60Z", "2099-01-31T12:00:00+1", "soon", "90",
                           "d", "-1d", "1.5d", "99999999999999d", "2001-01-31", "0s", "Never"}) {
    INFO(time);
    CHECK(here.set("s", {"--expires", time}).code == 2);
  }
  for (const char* label : {"device", "=A", "device=A*B", "device="})
    CHECK(here.set("s", {"--allow-label", label}).code == 2);
  CHECK(here.set("s", {"--allow-label", "device=A", "--allow-label", "device=B"}).code == 2);
  CHECK(here.list().empty());
  CHECK(here.set("s", {"--expires", "90d"}).code == 0);
}

TEST_CASE("secrets: rm takes one out, and a later one of the name goes on counting", "[secrets]") {
  const made_place here;
  REQUIRE(here.set("mail").code == 0);
  CHECK(here.run({"rm", "mail"}).code == 0);
  CHECK(here.list().empty());
  CHECK(here.run({"rm", "mail"}).code == 4);
  CHECK(has(here.set("mail").out, "version 2"));
}

TEST_CASE("secrets: rotate tells how far it is, and the old key opens the store no more", "[secrets]") {
  const made_place here;
  for (const char* name : {"a", "b", "c"})
    REQUIRE(here.set(name).code == 0);
  const std::string store = read_whole(here.store);
  const std::string key = read_whole(here.key);
  const ended again = here.run({"rotate"});
  CHECK(again.code == 0);
  CHECK(again.err == "3 of 3 values encrypted anew\n");
  CHECK(read_whole(here.store) != store);
  CHECK(here.list().size() == 3);

  CHECK(here.run({"rotate"}, {"--new-key-file", here.key}).code == 0); // a new key of the same path
  CHECK(read_whole(here.key) != key);
  CHECK(here.list().size() == 3);

  const std::string other = here.folder.file("other.key");
  CHECK(here.run({"rotate"}, {"--new-key-file", other}).code == 0);
  CHECK(here.run({"list"}).code == 1);
  CHECK(run_pawl({"secrets", "list", "--secrets", here.store, "--key-file", other}).code == 0);

  const std::string words_file = here.folder.file("words");
  write_private(words_file, canary + "\n");
  CHECK(place::checked(run_pawl({"secrets", "rotate", "--secrets", here.store, "--key-file", other,
                                 "--new-passphrase-file", words_file}))
            .code == 0);
  const ended locked = run_pawl({"secrets", "list", "--secrets", here.store, "--key-file", other});
  CHECK(locked.code == 1);
  CHECK(has(locked.err, "locked by a passphrase"));
  CHECK(place::checked(run_pawl({"secrets", "list", "--secrets", here.store, "--passphrase-file", words_file})).code ==
        0);
}

TEST_CASE("secrets: a passphrase comes from a file of its owner alone", "[secrets]") {
  const place here;
  const std::string words_file = here.folder.file("words");
  write_private(words_file, canary + "\n");
  const auto init = [&] {
    return place::checked(run_pawl({"secrets", "init", "--secrets", here.store, "--passphrase-file", words_file}));
  };
  std::filesystem::permissions(words_file, std::filesystem::perms::group_read, std::filesystem::perm_options::add);
  const ended open_to_all = init();
  CHECK(open_to_all.code == 2);
  CHECK(has(open_to_all.err, "chmod 0400"));
  CHECK_FALSE(std::filesystem::exists(here.store));
  write_private(words_file, canary);
  CHECK(init().code == 0);
  write_private(words_file, canary + "\n");
  CHECK(run_pawl({"secrets", "list", "--secrets", here.store, "--passphrase-file", words_file}).code == 0);
  write_private(words_file, canary + "\n\n");
  CHECK(run_pawl({"secrets", "list", "--secrets", here.store, "--passphrase-file", words_file}).code == 1);
}

TEST_CASE("secrets: check is content with a bounded secret whose key lies elsewhere", "[secrets]") {
  const temp_folder elsewhere;
  place here;
  here.key = elsewhere.file("s.key");
  const ended made = here.run({"init"});
  CHECK(made.code == 0);
  CHECK(made.err.empty());
  REQUIRE(here.set("mail", {"--allow-definition", "d"}).code == 0);
  const ended fine = here.run({"check"});
  INFO(fine.out << fine.err);
  CHECK(fine.code == 0);
  CHECK(json::parse(here.run({"check"}, {"-o", "json"}).out) == json{{"concerns", json::array()}});
  REQUIRE(here.set("open").code == 0);
  const ended open = here.run({"check"}, {"-o", "json"});
  CHECK(open.code == 1);
  const json concerns = json::parse(open.out).at("concerns");
  REQUIRE(concerns.size() == 1);
  CHECK(has(concerns[0], "'open'"));

  std::string bytes = read_whole(here.store);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  std::ofstream(here.store, std::ios::binary) << bytes;
  const ended damaged = here.run({"check"});
  CHECK(damaged.code == 1);
  CHECK(damaged.out.empty());
  CHECK_FALSE(damaged.err.empty());
}

TEST_CASE("secrets: a wrong command below secrets is named", "[secrets]") {
  const ended wrong = run_pawl({"secrets", "show"});
  CHECK(wrong.code == 2);
  CHECK(has(wrong.err, "there is no command 'show'"));
  CHECK(has(wrong.err, "'pawl secrets --help'"));
  CHECK(has(run_pawl({"secrets", "signer", "show"}).err, "'pawl secrets signer --help'"));
  CHECK(has(run_pawl({"secrets", "set"}).err, "'pawl secrets set --help'"));
  CHECK(run_pawl({"secrets"}).code == 2);
}

TEST_CASE("secrets: every command has a help, and the README names it", "[secrets]") {
  const std::string readme = read_whole(
      (std::filesystem::path(example("")).parent_path().parent_path().parent_path() / "tools/pawl/README.md").string());
  for (const char* name : {"init", "set", "list", "policy", "allow", "rm", "rotate", "public-key", "signing-key",
                           "signer", "seal", "import", "check", "audit"}) {
    INFO(name);
    CHECK(run_pawl({"secrets", name, "--help"}).code == 0);
    CHECK(has(run_pawl({"secrets", "--help"}).out, std::string("\n  ") + name));
    CHECK(has(readme, std::string("`pawl secrets ") + name));
  }
}

} // namespace secrets_test
