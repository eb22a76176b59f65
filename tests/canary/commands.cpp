// Every command of pawl, run where secrets have been, in every format.
#include "tests/canary/registry.hpp"

#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace pawl::canary {
namespace {

using nlohmann::json;

const words formats{"table", "json", "jsonl"};

words joined(words line, const words& more) {
  line.insert(line.end(), more.begin(), more.end());
  return line;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// In every format; what the last one printed.
ended in_formats(command_scene& scene, const words& line, const std::string& input = "") {
  ended done;
  for (const std::string& format : formats)
    done = scene.in.pawl(joined(line, {"-o", format}), input);
  return done;
}

ended on_store(command_scene& scene, const words& line) {
  return in_formats(scene, joined(line, {"--store", scene.in.store()}));
}

// One of ten, in every format; all of them are read by store_reader, which the commands print.
void of_some_instances(command_scene& scene, const char* name) {
  for (std::size_t i = 0; i < scene.ids.size(); i += 10)
    for (const std::string& format : formats) {
      const ended done = scene.in.pawl({name, scene.ids[i], "-o", format, "--store", scene.in.store()});
      if (done.code != 0) throw std::runtime_error(std::string(name) + " " + scene.ids[i] + ": " + done.err);
    }
}

void show(command_scene& scene) {
  of_some_instances(scene, "show");
  for (const std::string& id : scene.ids)
    scene.shown[id] = scene.in.read_instance(id);
}

std::string write_definition(command_scene& scene, const json& definition) {
  std::string file = scene.in.file(definition.at("id").get<std::string>() + ".json");
  std::ofstream(file) << definition;
  return file;
}

// The command's own runtime: calls that are echoed, and one that fails.
void run(command_scene& scene) {
  int number = 0;
  for (const scenario& s : all_scenarios(scene.in.at())) {
    if (s.name.find("bearer") == std::string::npos) continue;
    const std::string file = write_definition(scene, s.definition);
    const std::string& format = formats[static_cast<std::size_t>(number++) % formats.size()];
    scene.in.pawl(joined({"run", file, "--store", scene.in.file("state") + "/state.db", "--verbose", "-o", format,
                          "--id", "run-" + s.name, "--input", R"({"secret": "hard-http"})"},
                         scene.in.opening()));
  }
}

json waiting_definition(command_scene& scene) {
  const json call{{"id", "n"},
                  {"type", "http"},
                  {"credentials", {{"auth", "hard-http"}}},
                  {"data", {{"url", scene.in.at().home + "/json"}}}};
  const json log{{"id", "l"}, {"type", "log"}, {"data", {{"message", "{{ nodes.n.output.body.all }}"}}}};
  return {
      {"id", "waits"},
      {"input", true},
      {"nodes",
       {call,
        log,
        {{"id", "w"}, {"type", "wait"}, {"data", {{"reason", "{{ nodes.n.output.body.all }}"}}}},
        {{"id", "f"}, {"type", "fail"}, {"data", {{"message", "{{ nodes.n.output.body.all }}"}}}}}},
      {"edges",
       {{{"source", "n"}, {"target", "l"}}, {{"source", "l"}, {"target", "w"}}, {{"source", "w"}, {"target", "f"}}}}};
}

void resume(command_scene& scene) {
  const std::string file = write_definition(scene, waiting_definition(scene));
  for (const std::string& format : formats) {
    const words how = joined({"--store", scene.in.store(), "-o", format}, scene.in.opening());
    const ended waits = scene.in.pawl(joined({"run", file, "--id", "resumed-" + format}, how));
    if (waits.code != 3) throw std::runtime_error("pawl run did not come to its wait: " + waits.err);
    scene.in.pawl(joined({"resume", "resumed-" + format, "--payload", "{}"}, how));
  }
}

// The wait's reason holds what the server gave back; the signal is kept first, then awaited.
void signal(command_scene& scene) {
  json definition = waiting_definition(scene);
  definition["id"] = "hears";
  definition["nodes"][2]["data"]["signal"] = "go";
  const std::string file = write_definition(scene, definition);
  for (const std::string& format : formats) {
    const std::string id = "signalled-" + format;
    const words how = joined({"--store", scene.in.store(), "-o", format}, scene.in.opening());
    const ended waits = scene.in.pawl(joined({"run", file, "--id", id}, how));
    if (waits.code != 3) throw std::runtime_error("pawl run did not come to its wait: " + waits.err);
    const ended kept = scene.in.pawl(joined({"signal", id, "later", "--payload", "{}", "--key", "k"}, how));
    if (kept.code != 3) throw std::runtime_error("pawl signal was not kept: " + kept.err);
    scene.in.pawl(joined({"signal", id, "go", "--payload", "{}"}, how));
  }
}

// While it waits, with the secret that the server gave back in the wait's reason.
void cancel(command_scene& scene) {
  const std::string file = write_definition(scene, waiting_definition(scene));
  for (const std::string& format : formats) {
    const words how = joined({"--store", scene.in.store(), "-o", format}, scene.in.opening());
    const ended waits = scene.in.pawl(joined({"run", file, "--id", "cancelled-" + format}, how));
    if (waits.code != 3) throw std::runtime_error("pawl run did not come to its wait: " + waits.err);
    const ended done = scene.in.pawl(joined({"cancel", "cancelled-" + format, "--reason", "not needed"}, how));
    if (done.code != 0) throw std::runtime_error("pawl cancel did not cancel: " + done.err);
  }
}

void validate(command_scene& scene) {
  words line{"validate"};
  for (const scenario& s : all_scenarios(scene.in.at()))
    line.push_back(write_definition(scene, s.definition));
  in_formats(scene, line);
}

void eval(command_scene& scene) {
  const ended shown = scene.in.pawl({"show", scene.ids.front(), "-o", "json", "--store", scene.in.store()});
  in_formats(scene, {"eval", "snapshot", "--context", "-"}, shown.out);
}

void on_sealed(command_scene& scene, const words& line, const std::string& input = "") {
  scene.in.pawl(joined(line, scene.in.opening()), input);
}
void on_sealed_in_formats(command_scene& scene, const words& line) {
  in_formats(scene, joined(line, scene.in.opening()));
}

void init(command_scene& scene) {
  scene.in.pawl({"secrets", "init", "--secrets", scene.in.file("new-store"), "--key-file", scene.in.file("new-key")});
}

void set(command_scene& scene) {
  for (const planted& one : scene.in.canaries()) {
    on_sealed(scene, {"secrets", "set", one.name, "--raw"}, one.value);
    on_sealed(scene, {"secrets", "set", "bad/name", "--raw"}, one.value);
    on_sealed(scene, {"secrets", "set", one.name, "--allow-host", "*bad*"}, one.value);
  }
}

void seal(command_scene& scene) {
  scene.mail = first_line(scene.in.pawl(joined({"secrets", "public-key"}, scene.in.opening())).out);
  for (const planted& one : scene.in.canaries()) {
    scene.in.pawl({"secrets", "seal", one.name, "--raw", "--to", scene.mail}, one.value);
    scene.in.pawl({"secrets", "seal", one.name, "--raw", "--to", "wrong"}, one.value);
  }
}

// What was sealed, and the secret itself in the place of an envelope.
void import(command_scene& scene) {
  seal(scene);
  for (const planted& one : scene.in.canaries()) {
    const ended sealed = scene.in.pawl({"secrets", "seal", one.name, "--raw", "--to", scene.mail}, one.value);
    on_sealed(scene, {"secrets", "import"}, sealed.out);
    on_sealed(scene, {"secrets", "import"}, one.value);
  }
}

void signer(command_scene& scene) {
  std::filesystem::remove(scene.in.file("signing-key"));
  const std::string key =
      first_line(scene.in.pawl({"secrets", "signing-key", "--out", scene.in.file("signing-key")}).out);
  for (const char* what : {"add", "rm"})
    on_sealed(scene, {"secrets", "signer", what, key});
  on_sealed(scene, {"secrets", "signer", "list"});
}

// Inputs of schedules are payloads; what they start calls a server that gives the secret back.
void schedule(command_scene& scene) {
  const std::string file = write_definition(scene, waiting_definition(scene));
  const words at{"--store", scene.in.store()};
  const auto line = [&](const words& what) { return joined(what, at); };
  for (const std::string& format : formats) {
    const std::string id = "scheduled-" + format;
    scene.in.pawl(
        joined(line({"schedule", "add", file, "--id", id, "--every", "1s", "-o", format, "--overlap", "skip"}),
               scene.in.opening()));
    scene.in.pawl(line({"schedule", "list", "-o", format}));
    scene.in.pawl(joined(line({"schedule", "show", id, "-o", format}), scene.in.opening()));
    scene.in.pawl(line({"schedule", "pause", id, "-o", format}));
    scene.in.pawl(line({"schedule", "resume", id, "-o", format}));
  }
  scene.in.pawl(joined(line({"schedule", "run", "--until-idle"}), scene.in.opening()));
  for (const std::string& format : formats)
    scene.in.pawl(line({"schedule", "rm", "scheduled-" + format, "-o", format}));
}

} // namespace

const std::vector<command>& commands() {
  static const std::vector<command> all{
      {"list", false,
       [](command_scene& s) {
         on_store(s, {"list", "--limit", "0"});
       }},
      {"show", false, show},
      {"history", false, [](command_scene& s) { of_some_instances(s, "history"); }},
      {"validate", false, validate},
      {"eval", false, eval},
      {"functions", false, [](command_scene& s) { in_formats(s, {"functions"}); }},
      {"secrets audit", false,
       [](command_scene& s) {
         on_store(s, {"secrets", "audit", "--limit", "0"});
       }},
      {"secrets init", false, init},
      {"secrets list", false,
       [](command_scene& s) {
         on_sealed_in_formats(s, {"secrets", "list"});
       }},
      {"secrets policy", false,
       [](command_scene& s) {
         on_sealed_in_formats(s, {"secrets", "policy", "hard"});
       }},
      {"secrets check", false,
       [](command_scene& s) {
         on_sealed_in_formats(s, {"secrets", "check"});
       }},
      {"secrets public-key", false,
       [](command_scene& s) {
         on_sealed(s, {"secrets", "public-key"});
       }},
      {"secrets signing-key", false, signer},
      {"secrets signer add", false, signer},
      {"secrets signer rm", false, signer},
      {"secrets signer list", false, signer},
      {"secrets seal", false, seal},
      {"secrets import", false, import},
      {"run", true, run},
      {"resume", true, resume},
      {"signal", true, signal},
      {"cancel", true, cancel},
      {"schedule add", true, schedule},
      {"schedule list", true,
       [](command_scene& s) {
         on_store(s, {"schedule", "list"});
       }},
      {"schedule show", true,
       [](command_scene& s) {
         on_store(s, {"schedule", "show", "none"});
       }},
      {"schedule pause", true,
       [](command_scene& s) {
         on_store(s, {"schedule", "pause", "none"});
       }},
      {"schedule resume", true,
       [](command_scene& s) {
         on_store(s, {"schedule", "resume", "none"});
       }},
      {"schedule rm", true,
       [](command_scene& s) {
         on_store(s, {"schedule", "rm", "none"});
       }},
      {"schedule run", true,
       [](command_scene& s) {
         on_store(s, {"schedule", "run", "--until-idle"});
       }},
      {"secrets set", true, set},
      {"secrets allow", true,
       [](command_scene& s) {
         on_sealed(s, {"secrets", "allow", "hard", "--expires", "90d"});
       }},
      {"secrets rotate", true,
       [](command_scene& s) {
         on_sealed(s, {"secrets", "rotate"});
       }},
      {"secrets rotate-payload-key", true,
       [](command_scene& s) {
         on_sealed(s, {"secrets", "rotate-payload-key"});
       }},
      {"secrets rm", true,
       [](command_scene& s) {
         on_sealed(s, {"secrets", "rm", "short"});
       }},
      {"rm", true,
       [](command_scene& s) {
         s.in.pawl({"rm", s.ids.front(), "--store", s.in.store()});
       }},
      {"prune", true,
       [](command_scene& s) {
         on_store(s, {"prune", "--dry-run"});
         on_store(s, {"prune"});
       }},
      {"def list", true,
       [](command_scene& s) {
         on_store(s, {"def", "list"});
       }},
      {"def rm", true,
       [](command_scene& s) {
         on_store(s, {"def", "rm", "none"});
       }},
      {"def prune", true,
       [](command_scene& s) {
         on_store(s, {"def", "prune"});
       }},
      {"db info", true,
       [](command_scene& s) {
         on_store(s, {"db", "info"});
       }},
      {"db new-identity", true,
       [](command_scene& s) {
         on_store(s, {"db", "new-identity"});
       }},
  };
  return all;
}

} // namespace pawl::canary
