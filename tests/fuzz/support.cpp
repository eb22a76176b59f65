// The context of the fuzz targets, and their one way to fail.
#include "tests/fuzz/support.hpp"

#include <cstdio>
#include <cstdlib>

namespace pawl::fuzz {

void require(bool holds, const char* law) {
  if (holds) return;
  std::fprintf(stderr, "broken law: %s\n", law);
  std::abort();
}

const nlohmann::json& context() {
  static const auto made = nlohmann::json::parse(R"({
    "nodes": {"a": {"output": {"items": [{"p": 1, "t": ["x"]}, {"p": 2.5, "t": []}], "ok": true},
                    "last": {"data": null, "timestamp": 1}, "all": [{"data": 1}, {"data": "2"}]}},
    "input": {"b": "text äöü 😀", "n": -0.5, "big": 18446744073709551615, "small": -9223372036854775808},
    "globals": {"empty": [], "none": null, "o": {}, "tiny": 5e-324, "huge": 1.7976931348623157e308},
    "run": {"id": "i", "visit": 1},
    "l": [0, 1, 2, 3, "4", null, [5], {"x": 6}, 1e21, 1e-7],
    "t": "abcdefghijklmnopqrstuvwxyz"})");
  return made;
}

} // namespace pawl::fuzz
