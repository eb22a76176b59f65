// One line a figure: median, lowest and highest of the rounds, unit, target.
#include "tools/bench/report.hpp"

#include "tools/bench/measure.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace pawl::bench {

void report::add(const std::string& name, const std::vector<double>& rounds, const std::string& unit,
                 const std::string& target) {
  const spread s = spread_of(rounds);
  shown_[name] = {{"median", s.median}, {"lowest", s.lowest}, {"highest", s.highest}, {"unit", unit}};
  if (!target.empty()) shown_[name]["target"] = target;
}

void report::print_figure(const std::string& name, const nlohmann::json& figure) const {
  const auto shown = [&](const char* which) {
    const double value = figure.at(which).get<double>();
    return fmt::format("{:.{}f}", value, value >= 1000 || value <= -1000 ? 0 : 2);
  };
  fmt::print("{:<30} {:>13} {:>13} {:>13}  {:<12} {}\n", name, shown("median"), shown("lowest"), shown("highest"),
             figure.at("unit").get<std::string>(), figure.value("target", ""));
}

void report::print(const common_arguments& common) const {
  if (common.as_json) {
    fmt::print("{}\n", shown_.dump(2));
    std::fflush(stdout);
    return;
  }
  for (const auto& [name, value] : shown_.items())
    if (!value.is_object()) fmt::print("{}: {}\n", name, value.is_string() ? value.get<std::string>() : value.dump());
  fmt::print("{:<30} {:>13} {:>13} {:>13}  {:<12} {}\n", "", "median", "lowest", "highest", "unit", "target");
  for (const auto& [name, value] : shown_.items())
    if (value.is_object()) print_figure(name, value);
  std::fflush(stdout);
}

} // namespace pawl::bench
