// What a bench tells: figures with their units and targets, as a table for people or as JSON.
#pragma once

#include "tools/bench/benches.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace pawl::bench {

class report {
public:
  explicit report(const std::string& bench) { shown_["bench"] = bench; }

  /// A circumstance, not a result.
  void note(const std::string& name, const nlohmann::json& value) { shown_[name] = value; }

  /// One figure a round. `target` says what is aimed at, for example ">= 0.5"; empty: nothing is.
  void add(const std::string& name, const std::vector<double>& rounds, const std::string& unit,
           const std::string& target = {});

  void print(const common_arguments& common) const;

private:
  void print_figure(const std::string& name, const nlohmann::json& figure) const;

  nlohmann::ordered_json shown_;
};

} // namespace pawl::bench
