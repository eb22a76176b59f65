// pawl rm: removes instances that have ended.
#include "tools/pawl/arguments.hpp"
#include "tools/pawl/commands.hpp"
#include "tools/pawl/failure.hpp"
#include "tools/pawl/text.hpp"

#include <pawl/maintenance.hpp>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <memory>

namespace pawl::tool {
namespace {

struct rm_arguments {
  common_arguments common;
  std::vector<std::string> ids;
};

// One that cannot be removed does not hinder the others; the first failure decides the exit code.
int rm_instance(const rm_arguments& given) {
  maintenance store = need(maintenance::open(given.common.store()));
  list_output out(given.common.how, "removed", {"REMOVED"});
  int code = exit_code::done;
  for (const std::string& id : given.ids) {
    if (const auto removed = store.remove(id); !removed) {
      const command_failure failure = failure_of(removed.failure());
      complain(failure.what());
      if (code == exit_code::done) code = failure.code();
      continue;
    }
    out.add([&] { return nlohmann::json{{"instanceId", id}}; }, [&] { return std::vector{printable(id)}; });
  }
  out.finish();
  return code;
}

} // namespace

void add_rm(CLI::App& app, action& chosen) {
  auto given = std::make_shared<rm_arguments>();
  CLI::App& command = *app.add_subcommand("rm", "Remove instances that have ended, with all that they left");
  add_common(command, given->common);
  command.add_option("ID", given->ids, "Their ids")->required()->type_name("");
  command.callback([given, &chosen] { chosen = [given] { return rm_instance(*given); }; });
}

} // namespace pawl::tool
