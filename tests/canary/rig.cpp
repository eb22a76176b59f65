// Makes the folder of canaries and searches it afterwards.
#include "tests/canary/rig.hpp"

#include "tests/canary/registry.hpp"
#include "tests/support/places.hpp"

#include <pawl/secret_store.hpp>
#include <pawl/store_reader.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>

#include <sqlite3.h>

namespace pawl::canary {
namespace {

std::uint64_t seed() {
  const char* given = std::getenv("PAWL_SEED_FROM");
  const std::uint64_t number = given != nullptr ? std::strtoull(given, nullptr, 10) : 1;
  static const bool is_told = [number] {
    std::cout << "canaries of seed " << number << std::endl;
    return true;
  }();
  (void)is_told;
  return number;
}

template <class T> T checked(result<T> made) {
  if (!made) throw std::runtime_error(to_string(made.failure()));
  return std::move(*made);
}

secret_settings settings_for(const std::vector<std::string>& hosts) {
  secret_settings s;
  s.policy.hosts = hosts;
  return s;
}

// As a program makes a copy of a database in use.
void back_up(const std::string& from, const std::string& to) {
  sqlite3* source = nullptr;
  sqlite3* target = nullptr;
  bool is_done = sqlite3_open_v2(from.c_str(), &source, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK &&
                 sqlite3_open(to.c_str(), &target) == SQLITE_OK;
  if (sqlite3_backup* work = is_done ? sqlite3_backup_init(target, "main", source, "main") : nullptr) {
    is_done = sqlite3_backup_step(work, -1) == SQLITE_DONE;
    sqlite3_backup_finish(work);
  }
  sqlite3_close(source);
  sqlite3_close(target);
  if (!is_done) throw std::runtime_error("no backup was made");
}

} // namespace

std::string text_of(const std::vector<leak>& leaks) {
  std::string all = "found:";
  for (const leak& one : leaks)
    all += "\n  " + one.place + ": " + one.what;
  return all;
}

echo_server::echo_server(const std::string& record)
    : child_({PAWL_PYTHON3, test::source("tests/canary/echo_server.py"), record}),
      url_("http://127.0.0.1:" + child_.line()) {
  if (port().empty()) throw std::runtime_error("the echo server did not start");
}

rig::rig(bool elsewhere_allowed)
    : canaries_(make_canaries(seed())), search_(canaries_), home_(folder_.file("seen-at-home")),
      elsewhere_(folder_.file("seen-elsewhere")) {
  for (const std::string& folder : {state_, host_, sealed_})
    std::filesystem::create_directory(folder);
  make_secrets(elsewhere_allowed);
}

const planted& rig::canary(const std::string& name) const {
  for (const planted& one : canaries_)
    if (one.name == name) return one;
  throw std::runtime_error("no canary is called " + name);
}

// Each twice: nodes that say where they send, as http does, need a policy with hosts, others one without.
void rig::make_secrets(bool elsewhere_allowed) {
  secret_key key;
  key.key_file = sealed_ + "/key";
  auto store = checked(secret_store::create(sealed_ + "/secrets", key));
  std::vector<std::string> hosts{"127.0.0.1:" + home_.port()};
  if (elsewhere_allowed) hosts.push_back("127.0.0.1:" + elsewhere_.port());
  for (const planted& one : canaries_) {
    const auto value = checked(secret_bytes::copy_of(one.value));
    checked(store.set(one.name, value, settings_for({})));
    checked(store.set(one.name + "-http", value, settings_for(hosts)));
  }
}

words rig::opening() const { return {"--secrets", sealed_ + "/secrets", "--key-file", sealed_ + "/key"}; }

// --- the child

void rig::start(const words& more) {
  words line{"/bin/sh",
             "-c",
             R"(errors=$1; shift; exec "$@" 2>>"$errors")",
             "sh",
             host_ + "/stderr",
             test::program("pawl-canary-child"),
             "--folder",
             host_,
             "--store",
             store_,
             "--home",
             home_.url(),
             "--elsewhere",
             elsewhere_.url()};
  for (const words& part : {opening(), more})
    line.insert(line.end(), part.begin(), part.end());
  child_ = std::make_unique<test::child_process>(line);
}

void rig::await(const std::string& beginning, int times) {
  for (std::string line; times > 0;) {
    line = child_->line();
    if (line.empty()) throw std::runtime_error("the child ended: " + last_error());
    child_out_ += line + "\n";
    std::istringstream parts(line);
    std::string word, id, status, reason;
    parts >> word >> id >> status;
    std::getline(parts >> std::ws, reason);
    if (word == "started") started_.push_back(id);
    if (word == "ended") endings_[id] = {status, reason};
    if (line.rfind(beginning, 0) == 0) --times;
  }
}

std::string rig::last_error() const {
  std::ifstream in(host_ + "/stderr");
  std::string last;
  for (std::string line; std::getline(in, line);)
    last = line;
  return last;
}

void rig::command(const std::string& line) {
  child_->write_line(line);
  await("done");
}

int rig::finish() {
  child_->write_line("end");
  child_out_ += child_->rest();
  return child_->finish();
}

ended rig::pawl(const words& line, const std::string& input) {
  ended done = test::run_pawl(line, input);
  std::string name;
  for (const std::string& word : line)
    name += word + " ";
  add(command_leaks_, "commands", "pawl " + name, search_.search(done.out));
  add(command_leaks_, "commands", "pawl " + name + "(stderr)", search_.search(done.err));
  return done;
}

std::string rig::read_instance(const std::string& id) {
  auto reader = checked(store_reader::open(store_));
  std::string text = checked(reader.query(id)).document().dump();
  for (const history_entry& e : checked(reader.history(id))) {
    for (const std::string* part : {&e.node, &e.handle, &e.error, &e.note})
      text += "\n" + *part;
    if (e.output) text += "\n" + e.output->dump();
  }
  add(command_leaks_, "commands", "store_reader on " + id, search_.search(text));
  return text;
}

// --- the search

void rig::add(std::vector<leak>& to, const std::string& place, const std::string& what,
              const std::vector<finding>& found) const {
  for (const finding& one : found)
    to.push_back({place, what + ": " + one.text()});
}

std::vector<leak> rig::search_file(const std::string& place, const std::string& path) const {
  std::vector<leak> leaks;
  add(leaks, place, std::filesystem::path(path).filename(), search_.search_file(path));
  return leaks;
}

std::vector<leak> rig::search_files() const {
  std::vector<leak> leaks;
  for (const std::string& folder : {state_, host_, sealed_})
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      const std::string name = entry.path().filename();
      const std::string place = place_of_file(name);
      if (place.empty()) leaks.push_back({"unknown", "no place of registry.cpp knows the file " + name});
      add(leaks, place, name, search_.search_file(entry.path()));
    }
  add(leaks, "elsewhere", "what the other server was sent", search_.search_file(folder_.file("seen-elsewhere")));
  return leaks;
}

std::vector<leak> rig::search_outputs() const {
  std::vector<leak> leaks = command_leaks_;
  add(leaks, "stdout", "of the child", search_.search(child_out_));
  return leaks;
}

std::vector<leak> rig::search_backup() {
  const std::string copy = folder_.file("backup");
  std::filesystem::remove(copy);
  back_up(store_, copy);
  return search_file("backup", copy);
}

std::vector<leak> rig::search_all() {
  std::vector<leak> all = search_files();
  for (const auto& part : {search_outputs(), search_backup()})
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

} // namespace pawl::canary
