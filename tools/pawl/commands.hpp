// The commands: each adds itself to the command line; its callback does the work and returns the exit code.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace pawl::tool {

/// What main() carries out after the command line has been read.
using action = std::function<int()>;

void add_run(CLI::App& app, action& chosen);
void add_resume(CLI::App& app, action& chosen);
void add_signal(CLI::App& app, action& chosen);
void add_cancel(CLI::App& app, action& chosen);
void add_list(CLI::App& app, action& chosen);
void add_show(CLI::App& app, action& chosen);
void add_history(CLI::App& app, action& chosen);
void add_rm(CLI::App& app, action& chosen);
void add_prune(CLI::App& app, action& chosen);
void add_db(CLI::App& app, action& chosen);
void add_def(CLI::App& app, action& chosen);
void add_validate(CLI::App& app, action& chosen);
void add_eval(CLI::App& app, action& chosen);
void add_functions(CLI::App& app, action& chosen);
void add_secrets(CLI::App& app, action& chosen);
void add_schedule(CLI::App& app, action& chosen);

} // namespace pawl::tool
