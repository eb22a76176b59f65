// Exit codes, formats and errors of the command line.
#include "tests/cli/process.hpp"
#include "tests/support/temp_folder.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <fstream>

namespace command_test {

using namespace pawl::test;
using nlohmann::json;

namespace {

const char* const article = R"({"title": "Hello", "author": "Ann", "checks": ["spelling", "links"], "settleMs": 1})";

ended run_approval(const std::string& store, words more = {}) {
  words line{"run", example("approval.json"), "--store", store, "--id", "a-1"};
  line.insert(line.end(), more.begin(), more.end());
  return run_pawl(line);
}

} // namespace

TEST_CASE("command: an approval waits, is shown, resumed, completes and stays completed", "[basic]") {
  temp_folder folder;
  const std::string store = folder.file("s.db");
  const ended waiting = run_approval(store, {"--input", article});
  INFO(waiting.out << waiting.err);
  REQUIRE(waiting.code == 3);
  CHECK(has(waiting.out, "pawl resume a-1 --store " + store + " --node editor --visit 1 --payload JSON"));

  const ended shown = run_pawl({"show", "a-1", "--store", store, "-o", "json"});
  REQUIRE(shown.code == 0);
  const json snapshot = json::parse(shown.out).at("snapshot");
  for (const char* member : {"workflowId", "status", "currentNodeId", "context", "version", "lastStartedAt",
                             "totalExecutionTime", "metadata", "cursors", "waits", "revision"})
    CHECK(snapshot.contains(member));
  CHECK(snapshot["status"] == "paused");
  CHECK(snapshot["waits"][0]["node"] == "editor");

  CHECK(run_approval(store).code == 3); // nothing to do: still waiting
  const words answer{"resume", "a-1", "--store", store, "--visit", "1", "--payload", R"({"approved":true,"by":"Bo"})"};
  const ended resumed = run_pawl(answer);
  INFO(resumed.out << resumed.err);
  CHECK(resumed.code == 0);
  CHECK(has(resumed.out, "Hello, approved by Bo"));
  CHECK(run_pawl(answer).code == 1); // it has ended
  CHECK(run_approval(store).code == 0);
  CHECK(run_approval(store, {"--input", article}).code == 0);
}

TEST_CASE("command: a refusal fails the instance and says why", "[basic]") {
  temp_folder folder;
  const std::string store = folder.file("s.db");
  REQUIRE(run_approval(store, {"--input", article}).code == 3);
  const ended refused =
      run_pawl({"resume", "a-1", "--store", store, "--payload", "-"}, R"({"approved": false, "by": "Bo"})");
  CHECK(refused.code == 1);
  CHECK(has(refused.out, "refused by Bo"));
  CHECK(run_pawl({"list", "--store", store, "--status", "failed", "-o", "jsonl"}).out.find("\"a-1\"") !=
        std::string::npos);
}

TEST_CASE("command: an existing id with another input or definition is a clear error", "[basic]") {
  temp_folder folder;
  const std::string store = folder.file("s.db");
  REQUIRE(run_approval(store, {"--input", article}).code == 3);
  const ended other_input = run_approval(store, {"--input", "{\"title\": \"SECRET\"}"});
  CHECK(other_input.code == 1);
  CHECK(has(other_input.err, "another input"));
  CHECK_FALSE(has(other_input.err, "SECRET"));
  const ended other = run_pawl({"run", example("loop.json"), "--store", store, "--id", "a-1"});
  CHECK(other.code == 1);
  CHECK(has(other.err, "belongs to the workflow 'approval'"));
}

TEST_CASE("command: resume says what it misses", "[basic]") {
  temp_folder folder;
  const std::string store = folder.file("s.db");
  REQUIRE(run_approval(store, {"--input", article}).code == 3);
  const ended no_payload = run_pawl({"resume", "a-1", "--store", store});
  CHECK(no_payload.code == 2);
  CHECK(has(no_payload.err, "--payload JSON is missing"));
  const ended wrong_visit = run_pawl({"resume", "a-1", "--store", store, "--visit", "7", "--payload", "1"});
  CHECK(wrong_visit.code == 1);
  CHECK(has(wrong_visit.err, "node 'editor', visit 1"));
  CHECK(run_pawl({"resume", "nobody", "--store", store, "--payload", "1"}).code == 4);
  CHECK(run_pawl({"show", "a-1", "--store", store, "-o", "json"}).out.find("\"paused\"") != std::string::npos);
}

TEST_CASE("command: what is not there is exit code 4, and reading makes no store", "[basic]") {
  temp_folder folder;
  const std::string missing = folder.file("missing.db");
  for (const words& line :
       {words{"list"}, words{"show", "x"}, words{"history", "x"}, words{"resume", "x", "--payload", "1"}}) {
    words with_store = line;
    with_store.insert(with_store.end(), {"--store", missing});
    const ended refused = run_pawl(with_store);
    CHECK(refused.code == 4);
    CHECK(has(refused.err, "PAWL_STORE"));
  }
  CHECK_FALSE(std::ifstream(missing).good());
  REQUIRE(run_pawl({"run", example("loop.json"), "--store", missing, "--input", "{\"items\":[1]}"}).code == 0);
  for (const char* command : {"show", "history"})
    CHECK(run_pawl({command, "x", "--store", missing}).code == 4);
}

TEST_CASE("command: functions are listed, described and found in spite of a slip", "[basic]") {
  const ended all = run_pawl({"functions", "-o", "json"});
  REQUIRE(all.code == 0);
  const json list = json::parse(all.out).at("functions");
  CHECK(list.size() > 50);
  for (const char* member : {"name", "category", "signature", "summary", "details", "examples"})
    CHECK(list[0].contains(member));
  const ended one = run_pawl({"functions", "padStart"});
  CHECK(one.code == 0);
  CHECK(has(one.out, "padStart(text, length, fill?)"));
  CHECK(has(one.out, "'7'|padStart(3, '0')"));
  CHECK(json::parse(run_pawl({"functions", "padStart", "-o", "jsonl"}).out).at("category") == "Texts");
  const ended slip = run_pawl({"functions", "padstrat"});
  CHECK(slip.code == 2);
  CHECK(has(slip.err, "did you mean 'padStart'"));
  CHECK(has(run_pawl({"functions", "xyzzyxyzzy"}).err, "'pawl functions' lists what there is"));
}

TEST_CASE("command: a wrong command line is exit code 2 and one message", "[basic]") {
  const std::string loop = example("loop.json");
  for (const words& line :
       {words{}, words{"frob"}, words{"run"}, words{"run", "/does/not/exist.json"}, words{"run", loop, "--id", ""},
        words{"run", loop, "--input", ""}, words{"run", loop, "--input", "{"},
        words{"run", loop, "--input", "@/no/file"}, words{"run", loop, "--frob"}, words{"list", "--status", "odd"},
        words{"list", "-o", "xml"}, words{"resume", "x", "--payload", std::string(100'000, '[')}}) {
    const ended refused = run_pawl(line);
    INFO(refused.err);
    CHECK(refused.code == 2);
    CHECK(refused.out.empty());
    CHECK(refused.err.rfind("pawl: ", 0) == 0);
    CHECK(refused.err.size() < 400);
  }
}

TEST_CASE("command: every problem of a definition is listed, and no store is made", "[basic]") {
  temp_folder folder;
  write_file(folder.file("bad.json"),
             R"({"nodes": [{"id": "a", "type": "nonsense"}, {"id": "a", "type": "set", "data": "{{ 1 + }}"}],
    "edges": [{"source": "a", "target": "nowhere"}]})");
  const ended refused = run_pawl({"run", folder.file("bad.json"), "--store", folder.file("s.db")});
  CHECK(refused.code == 1);
  for (const char* pointer : {"/nodes/0/type", "/nodes/1/id", "/nodes/1/data", "/edges/0/target"})
    CHECK(has(refused.err, pointer));
  CHECK_FALSE(std::ifstream(folder.file("s.db")).good());
  write_file(folder.file("deep.json"), std::string(200'000, '['));
  CHECK(run_pawl({"run", folder.file("deep.json"), "--store", folder.file("s.db")}).code == 1);
}

TEST_CASE("command: another application's database is refused and left alone", "[basic]") {
  temp_folder folder;
  const std::string store = folder.file("other.db");
  REQUIRE(run_to_end({"sqlite3", store, "CREATE TABLE t(x); INSERT INTO t VALUES(1);"}).code == 0);
  for (const words& line : {words{"list"}, words{"run", example("loop.json"), "--input", "{\"items\":[]}"}}) {
    words with_store = line;
    with_store.insert(with_store.end(), {"--store", store});
    const ended refused = run_pawl(with_store);
    CHECK(refused.code == 1);
    CHECK(has(refused.err, "other.db"));
  }
  CHECK(run_to_end({"sqlite3", store, "SELECT x FROM t"}).out == "1\n");
}

TEST_CASE("command: the three formats hold the same", "[basic]") {
  temp_folder folder;
  const std::string store = folder.file("s.db");
  const ended ran = run_pawl(
      {"run", example("loop.json"), "--store", store, "--id", "l", "--input", R"({"items":["a","b"]})", "-o", "jsonl"});
  REQUIRE(ran.code == 0);
  const auto events = json_lines(ran.out);
  const auto history = json_lines(run_pawl({"history", "l", "--store", store, "-o", "jsonl"}).out);
  REQUIRE(events.size() == history.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    CHECK(events[i]["revision"] == history[i]["revision"]);
    CHECK(events[i]["node"] == history[i]["node"]);
  }
  CHECK(events.back()["status"] == "completed");
  CHECK(json::parse(run_pawl({"history", "l", "--store", store, "-o", "json"}).out)["history"] == json(history));
  CHECK(
      json_lines(run_pawl({"history", "l", "--store", store, "-o", "jsonl", "--after", "2", "--limit", "3"}).out)[0] ==
      history[2]);
  CHECK(json::parse(run_pawl({"list", "--store", store, "-o", "json"}).out)["instances"].size() == 1);
  CHECK(json::parse(run_pawl({"list", "--store", store, "-o", "json", "--status", "failed"}).out)["instances"].empty());
  CHECK(json::parse(
            run_pawl({"run", example("loop.json"), "--store", store, "--id", "l", "-o", "json"}).out)["snapshot"] ==
        json::parse(run_pawl({"show", "l", "--store", store, "-o", "jsonl"}).out)["snapshot"]);
}

TEST_CASE("command: a reader that goes away ends it quietly, a full disk does not", "[basic]") {
  temp_folder folder;
  const std::string store = folder.file("s.db");
  REQUIRE(
      run_pawl({"run", example("loop.json"), "--store", store, "--id", "l", "--input", R"({"items":[1,2,3]})"}).code ==
      0);
  const ended gone = run_to_end(
      {"sh", "-c", "for i in 1 2 3; do \"$0\" history l --store \"$1\" -o json; done | true", pawl_file(), store});
  CHECK(gone.err.empty());
  const ended full = run_to_end({"sh", "-c", "\"$0\" list --store \"$1\" >/dev/full", pawl_file(), store});
  CHECK(full.code == 1);
  CHECK(has(full.err, "standard output cannot be written"));
}

TEST_CASE("command: SIGTERM and SIGINT stop a run, which goes on later", "[basic]") {
  temp_folder folder;
  const std::string store = folder.file("s.db");
  const words line{"run",     example("approval.json"),
                   "--store", store,
                   "--id",    "a-1",
                   "-o",      "jsonl",
                   "--input", R"({"title":"t","author":"a","checks":[],"settleMs":3600000})"};
  running first(line);
  REQUIRE(first.read_until("event", "paused"));
  first.send(SIGTERM);
  CHECK(first.wait() == 143);
  running second({"run", example("approval.json"), "--store", store, "--id", "a-1"});
  REQUIRE(second.read_line().value_or("").find("goes on") != std::string::npos);
  second.send(SIGINT);
  CHECK(second.wait() == 130);
  CHECK(run_pawl({"list", "--store", store, "--status", "paused", "-o", "jsonl"}).out.size() > 2);
}

TEST_CASE("command: no control character of the data reaches a terminal", "[basic]") {
  temp_folder folder;
  const std::string store = folder.file("s.db");
  REQUIRE(run_approval(
              store, {"--input", R"({"title":"\u001b[2J\u009b\u007f\u202e","author":"Ann","checks":[],"settleMs":1})"})
              .code == 3);
  for (const char* how : {"table", "json", "jsonl"})
    for (const char* verb : {"show", "history"}) {
      const ended shown = run_pawl({verb, "a-1", "--store", store, "-o", how});
      INFO(verb << " " << how);
      CHECK(shown.code == 0);
      for (const char* raw : {"\x1b", "\xc2\x9b", "\x7f", "\xe2\x80\xae"})
        CHECK_FALSE(has(shown.out, raw));
    }
  const json snapshot = json::parse(run_pawl({"show", "a-1", "--store", store, "-o", "json"}).out).at("snapshot");
  CHECK(snapshot["input"]["title"] == "\x1b[2J\xc2\x9b\x7f\xe2\x80\xae"); // escaped, not changed
}

TEST_CASE("command: rm and prune remove what has ended and say what they did", "[basic]") {
  temp_folder folder;
  const std::string store = folder.file("s.db");
  REQUIRE(run_approval(store, {"--input", article}).code == 3);
  const ended refused = run_pawl({"rm", "a-1", "nobody", "--store", store});
  CHECK(refused.code == 1); // the first failure's code
  CHECK(has(refused.err, "instance 'a-1' has not ended"));
  CHECK(has(refused.err, "there is no instance 'nobody'"));
  REQUIRE(run_pawl({"resume", "a-1", "--store", store, "--payload", R"({"approved":true,"by":"Bo"})"}).code == 0);

  const ended dry = run_pawl({"prune", "--store", store, "--dry-run"});
  INFO(dry.out << dry.err);
  CHECK(dry.code == 0);
  CHECK(has(dry.out, "a-1"));
  CHECK(has(dry.out, "1 instance would be removed"));
  CHECK(has(run_pawl({"prune", "--store", store, "--older-than", "30d"}).out, "0 instances removed"));
  CHECK(has(run_pawl({"prune", "--store", store, "--status", "failed,cancelled"}).out, "0 instances removed"));
  CHECK(run_pawl({"prune", "--store", store, "--older-than", "30"}).code == 2);
  CHECK(run_pawl({"prune", "--store", store, "--status", "paused"}).code == 2);

  const ended removed = run_pawl({"rm", "a-1", "--store", store, "-o", "jsonl"});
  CHECK(removed.code == 0);
  CHECK(json::parse(removed.out) == json{{"instanceId", "a-1"}});
  CHECK(run_pawl({"show", "a-1", "--store", store}).code == 4);
  CHECK(run_pawl({"rm", "a-1", "--store", store}).code == 4);
  CHECK(run_pawl({"rm", "a-1", "--store", folder.file("none.db")}).code == 4);
  CHECK(run_approval(store, {"--input", article}).code == 3); // the id is free
}

TEST_CASE("command: definitions are listed and removed when nothing needs them", "[basic]") {
  temp_folder folder;
  const std::string store = folder.file("s.db");
  REQUIRE(run_approval(store, {"--input", article}).code == 3);
  const ended listed = run_pawl({"def", "list", "--store", store, "-o", "jsonl"});
  INFO(listed.out << listed.err);
  const json version = json::parse(listed.out);
  CHECK(version["definitionId"] == "approval");
  CHECK(version["latest"] == true);
  CHECK(version["instances"] == 1);
  CHECK(has(run_pawl({"def", "prune", "--dry-run", "--store", store}).out, "0 versions would be removed"));
  const ended refused = run_pawl({"def", "rm", "approval", "--store", store});
  CHECK(refused.code == 1);
  CHECK(has(refused.err, "needed by 1 instance"));
  REQUIRE(run_pawl({"cancel", "a-1", "--store", store}).code == 0);
  REQUIRE(run_pawl({"rm", "a-1", "--store", store}).code == 0);
  CHECK(run_pawl({"def", "rm", "approval", "--hash", "0", "--store", store}).code == 1);
  CHECK(run_pawl({"def", "rm", "approval", "--store", store}).code == 0);
  CHECK(run_pawl({"def", "list", "--store", store, "-o", "jsonl"}).out.empty());
}

TEST_CASE("command: a definition has the owner that run is told, and another one's id is refused", "[basic]") {
  temp_folder folder;
  const std::string store = folder.file("s.db");
  REQUIRE(run_approval(store, {"--input", article, "--owner", "ann"}).code == 3);
  CHECK(json::parse(run_pawl({"def", "list", "--store", store, "-o", "jsonl"}).out)["owner"] == "ann");
  CHECK(json::parse(run_pawl({"list", "--store", store, "-o", "jsonl"}).out)["owner"] == "ann");
  CHECK(has(run_pawl({"show", "a-1", "--store", store}).out, "ann"));
  const ended refused = run_approval(store, {"--owner", "bob"});
  CHECK(refused.code == 1);
  CHECK(has(refused.err, "belongs to another owner"));
}

TEST_CASE("command: what is cancelled has ended, says why, and takes nothing any more", "[basic]") {
  temp_folder folder;
  const std::string store = folder.file("cancel.db");
  const std::string file = folder.file("order.json");
  write_file(file, R"({"id": "order", "timeout": 86400000,
    "nodes": [{"id": "paid", "type": "wait", "data": {"signal": "paid"}}], "edges": []})");
  CHECK(run_pawl({"run", file, "--id", "o-1", "--store", store, "--no-wait"}).code == 3);
  CHECK(has(run_pawl({"show", "o-1", "--store", store}).out, "\ntimeout"));
  CHECK(run_pawl({"cancel", "o-2", "--store", store}).code == 4);
  CHECK(run_pawl({"cancel", "o-1", "--reason", std::string(501, 'x'), "--store", store}).code == 2);
  const ended done = run_pawl({"cancel", "o-1", "--reason", "ordered twice", "--store", store});
  CHECK(done.code == 0);
  CHECK(has(done.out, "instance o-1 cancelled: ordered twice"));
  const ended shown = run_pawl({"show", "o-1", "--store", store});
  CHECK(has(shown.out, "cancelled"));
  CHECK(has(shown.out, "ordered twice"));
  CHECK(has(run_pawl({"history", "o-1", "--store", store}).out, "its end was asked for [cancelled: ordered twice]"));
  CHECK(run_pawl({"signal", "o-1", "paid", "--store", store}).code == 1);
  CHECK(run_pawl({"cancel", "o-1", "--store", store}).code == 1);
  CHECK(run_pawl({"list", "--status", "cancelled", "-o", "jsonl", "--store", store}).out.size() > 0);
}

TEST_CASE("command: a signal that comes early is kept and a repeated one counts once", "[basic]") {
  temp_folder folder;
  const std::string store = folder.file("s.db");
  const std::string file = folder.file("order.json");
  write_file(file, R"({"id": "order", "start": "paid", "signals": {"paid": {"required": ["amount"]}, "shipped": true},
    "nodes": [{"id": "paid", "type": "wait", "data": {"signal": "paid"}},
              {"id": "shipped", "type": "wait", "data": {"signal": "shipped"}},
              {"id": "sum", "type": "set", "data": "{{ nodes.paid.output.amount }} by {{ nodes.shipped.output.by }}"}],
    "edges": [{"source": "paid", "target": "shipped"}, {"source": "shipped", "target": "sum"}]})");
  const ended waiting = run_pawl({"run", file, "--store", store, "--id", "o-1"});
  CHECK(waiting.code == 3);
  CHECK(has(waiting.out, "pawl signal o-1 paid --store " + store + " --payload JSON"));
  const words early{"signal", "o-1", "shipped", "--store", store, "--key", "k", "--payload", R"({"by": "Bo"})"};
  CHECK(run_pawl(early).code == 3);
  CHECK(run_pawl(early).code == 3);
  const ended shown = run_pawl({"show", "o-1", "--store", store});
  CHECK(has(shown.out, "waits for a signal 'paid'"));
  CHECK(has(shown.out, "'shipped', kept since"));
  const ended wrong = run_pawl({"signal", "o-1", "paid", "--store", store, "--payload", R"({"sum": "SECRET"})"});
  CHECK(wrong.code == 1);
  CHECK(has(wrong.err, "amount"));
  CHECK_FALSE(has(wrong.err, "SECRET"));
  CHECK(run_pawl({"signal", "o-1", "lost", "--store", store}).code == 1);
  CHECK(run_pawl({"signal", "o-2", "paid", "--store", store}).code == 4);
  const ended last = run_pawl({"signal", "o-1", "paid", "--store", store, "--payload", R"({"amount": 5})"});
  INFO(last.out << last.err);
  CHECK(last.code == 0);
  CHECK(has(last.out, "5 by Bo"));
  CHECK(run_pawl(early).code == 0); // of a key that is known: nothing to do
}

TEST_CASE("command: db tells a store's identity, and gives a copy another one", "[basic]") {
  temp_folder folder;
  const std::string store = folder.file("s.db");
  REQUIRE(run_approval(store, {"--input", article}).code == 3);
  const auto identity = [&] {
    const ended info = run_pawl({"db", "info", "--store", store, "-o", "json"});
    INFO(info.err);
    REQUIRE(info.code == 0);
    return json::parse(info.out).at("identity").get<std::string>();
  };
  const std::string before = identity();
  CHECK(before.size() == 32);
  CHECK(has(run_pawl({"db", "info", "--store", store}).out, before));
  const ended renewed = run_pawl({"db", "new-identity", "--store", store});
  REQUIRE(renewed.code == 0);
  CHECK(identity() != before);
  CHECK(has(renewed.out, identity()));
  CHECK(run_pawl({"db", "info", "--store", folder.file("none.db")}).code == 4);
}

} // namespace command_test
