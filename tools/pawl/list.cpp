// pawl list: which instances there are.
#include "tools/pawl/arguments.hpp"
#include "tools/pawl/commands.hpp"
#include "tools/pawl/failure.hpp"
#include "tools/pawl/reading.hpp"
#include "tools/pawl/views.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <memory>

namespace pawl::tool {
namespace {

constexpr std::size_t instances_page = 1000;

struct list_arguments {
  common_arguments common;
  std::string status;
  std::size_t limit = 0; ///< 0 = all
};

int list_instances(const list_arguments& given) {
  store_reader reader = open_for_reading(given.common.store());
  list_output out(given.common.how, "instances", summary_header());
  std::string last;
  std::size_t left = given.limit == 0 ? std::size_t(-1) : given.limit;
  for (bool more = true; more && left > 0;) {
    const auto found = need(reader.list(instances_page, last));
    more = found.size() == instances_page;
    for (const instance_summary& i : found) {
      last = i.id;
      if (left == 0 || (!given.status.empty() && given.status != to_string(i.status))) continue;
      --left;
      if (!out.add([&] { return to_json(i); }, [&] { return summary_row(i); })) return exit_code::done;
    }
  }
  out.finish();
  return exit_code::done;
}

// Every name that an instance's status can have.
std::vector<std::string> status_names() {
  std::vector<std::string> names;
  for (int i = 0; i <= static_cast<int>(instance_status::quarantined); ++i)
    names.emplace_back(to_string(static_cast<instance_status>(i)));
  return names;
}

} // namespace

void add_list(CLI::App& app, action& chosen) {
  auto given = std::make_shared<list_arguments>();
  CLI::App& command = *app.add_subcommand("list", "The instances of a store, in the order in which they were created");
  add_common(command, given->common);
  command.add_option("--status", given->status, "Only those with this status, e.g. active, paused, completed, failed")
      ->check(CLI::IsMember(status_names()).description(""))
      ->type_name("STATUS");
  command.add_option("--limit", given->limit, "At most so many; 0 = all")->type_name("N");
  command.callback([given, &chosen] { chosen = [given] { return list_instances(*given); }; });
}

} // namespace pawl::tool
