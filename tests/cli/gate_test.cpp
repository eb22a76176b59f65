// The first gate: what does not fit a schema is refused with readable errors and leaves no trace.
#include "tests/cli/process.hpp"
#include "tests/support/temp_folder.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace gate_test {

using namespace pawl::test;
using nlohmann::json;

namespace {

const char* const good_order = R"({"orderId":"NL-1","email":"ann@example.org","items":[{"sku":"tea","quantity":2}]})";

// Every byte below a folder: the database, its log, whatever else lies there.
std::string bytes_below(const std::filesystem::path& folder) {
  std::stringstream all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) all << std::ifstream(entry.path(), std::ios::binary).rdbuf();
  return all.str();
}

ended start_order(const std::string& store, const std::string& id, const std::string& input) {
  return run_pawl({"run", example("order.json"), "--store", store, "--id", id, "--input", input});
}

} // namespace

TEST_CASE("gate: a hostile start payload is refused with all its faults and leaves no trace", "[gate]") {
  temp_folder folder;
  const std::string store = folder.file("s.db");
  const ended refused = start_order(store, "o-1", "@" + example("hostile-order.json"));
  INFO(refused.out << refused.err);
  CHECK(refused.code == 1);
  CHECK(refused.out.empty());
  std::stringstream guide;
  guide << std::ifstream(example("strict.md")).rdbuf();
  CHECK(has(guide.str(), refused.err)); // it shows this very message
  for (const char* pointer : {"/orderId", "/email", "/items/0/quantity", "/items/1", "/role"})
    CHECK(has(refused.err, pointer));
  for (const char* payload_text : {"DROP TABLE", "nobody", "passwd", "18446744073709551615", "admin"})
    CHECK_FALSE(has(refused.err, payload_text));
  CHECK(json_lines(run_pawl({"list", "--store", store, "-o", "jsonl"}).out).empty());
  const std::string stored = bytes_below(std::filesystem::path(store).parent_path());
  CHECK(has(stored, "approve")); // the definition is there, so the search would find what was stored
  for (const char* payload_text : {"DROP TABLE", "nobody", "passwd", "admin", "o-1"})
    CHECK_FALSE(has(stored, payload_text));
}

TEST_CASE("gate: a payload that does not fit the wait's schema changes nothing, the right one goes on", "[gate]") {
  temp_folder folder;
  const std::string store = folder.file("s.db");
  REQUIRE(start_order(store, "o-1", good_order).code == 3);
  const std::string before = run_pawl({"history", "o-1", "--store", store, "-o", "jsonl"}).out;
  for (const char* payload : {R"({"approved":"hostile-yes"})", R"({"approved":true,"hostile":1})", "null", "[]"}) {
    const ended refused = run_pawl({"resume", "o-1", "--store", store, "--visit", "1", "--payload", payload});
    INFO(payload << '\n' << refused.err);
    CHECK(refused.code == 1);
    CHECK_FALSE(has(refused.err, "hostile-yes"));
  }
  CHECK(run_pawl({"history", "o-1", "--store", store, "-o", "jsonl"}).out == before);
  CHECK_FALSE(has(bytes_below(std::filesystem::path(store).parent_path()), "hostile"));
  const json shown = json::parse(run_pawl({"show", "o-1", "--store", store, "-o", "json"}).out);
  CHECK(shown["snapshot"]["waits"][0]["schema"]["required"][0] == "approved");
  CHECK(run_pawl({"resume", "o-1", "--store", store, "--visit", "1", "--payload", R"({"approved":true})"}).code == 0);
}

TEST_CASE("gate: run and resume migrate a store of an older version, reading says who does", "[gate]") {
  temp_folder folder;
  const std::string store = folder.file("s.db");
  const auto golden = std::filesystem::path(example("")).parent_path().parent_path() / "golden";
  const auto renew = [&] {
    for (const char* suffix : {"", "-wal", "-shm", ".lock"})
      std::filesystem::remove(store + suffix);
    std::filesystem::copy_file(golden / "format-1.db", store);
  };
  renew();
  const ended listed = run_pawl({"list", "--store", store});
  CHECK(listed.code == 1);
  CHECK(has(listed.err, "`pawl resume`"));
  CHECK(run_pawl({"resume", "paused", "--store", store, "--payload", R"({"answer":"x"})"}).code == 0);
  renew();
  CHECK(run_pawl({"run", (golden / "definition.json").string(), "--id", "completed", "--store", store}).code == 0);
  CHECK(run_pawl({"list", "--store", store}).code == 0);
}

TEST_CASE("gate: an instance that is there is found again though its definition's schema has changed", "[gate]") {
  temp_folder folder;
  const std::string store = folder.file("s.db");
  const std::string definition = folder.file("d.json");
  const auto write = [&](const char* schema) {
    std::ofstream(definition) << R"({"id":"d","input":)" << schema
                              << R"(,"nodes":[{"id":"a","type":"wait"}],"edges":[]})";
  };
  write("true");
  const words line{"run", definition, "--store", store, "--id", "i", "--input", R"({"n":1})"};
  REQUIRE(run_pawl(line).code == 3);
  write("false");
  CHECK(run_pawl(line).code == 3);
  CHECK(run_pawl({"run", definition, "--store", store, "--id", "j", "--input", R"({"n":1})"}).code == 1);
}

} // namespace gate_test
