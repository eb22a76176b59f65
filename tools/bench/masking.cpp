// pawl-bench masking: looking for 20 secrets in 100 KiB, against looking for one of them with the standard library.
#include "runtime/core/secret_mask.hpp"
#include "tools/bench/measure.hpp"
#include "tools/bench/report.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <random>
#include <stdexcept>

namespace pawl::bench {
namespace {

using nlohmann::json;

constexpr std::size_t text_bytes = 100 * 1024;
constexpr int secrets = 20;
constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string random_digits(std::mt19937& random, std::size_t count) {
  std::string text(count, 'A');
  for (char& c : text)
    c = digits[random() % 64];
  return text;
}

core::secret_mask mask_of(std::mt19937& random) {
  std::vector<core::secret_mask::secret> given;
  for (int i = 0; i < secrets; ++i) {
    auto bytes = secret_bytes::copy_of(random_digits(random, 32));
    if (!bytes) throw std::runtime_error(bytes.failure().message);
    given.push_back({fmt::format("key-{}", i), std::make_shared<const secret_bytes>(std::move(*bytes))});
  }
  return core::secret_mask(given);
}

// What servers answer: ids, dates, names, links, numbers, a few escapes.
std::string everyday_json() {
  json items = json::array();
  for (int i = 0; items.dump().size() < text_bytes; ++i)
    items.push_back({{"id", fmt::format("6f1c{:04x}-0b7a-4f6e-9c1d-2a8e5b3d{:04x}", i, i * 7)},
                     {"placed_at", "2026-11-23T10:15:00Z"},
                     {"customer", {{"name", "Erika Mustermann"}, {"note", "said \"yes\" twice\n"}}},
                     {"link", fmt::format("https://shop.example.org/orders/{}?lang=de%20AT", i)},
                     {"price", i * 0.35}});
  return items.dump();
}

struct texts {
  core::secret_mask mask;
  std::string everyday;
  std::string base64; ///< the worst: every place in it may be the first of an encoded byte
};

struct masking_round {
  double floor_ms = 0, everyday_ms = 0, base64_ms = 0, values_ms = 0;
};

masking_round measure(const texts& of, double seconds) {
  const auto ms = [seconds](const auto& once) {
    return 1000 / rate_of(
                      [&](std::int64_t n) {
                        while (n-- > 0)
                          keep(once());
                      },
                      seconds);
  };
  const std::string needle = "none of them, but as long as one";
  json value = json::parse(of.everyday);
  masking_round made;
  made.floor_ms = ms([&] { return of.everyday.find(needle); });
  made.everyday_ms = ms([&] { return of.mask.masked_json(of.everyday); });
  made.base64_ms = ms([&] { return of.mask.masked(of.base64); });
  made.values_ms = ms([&] {
    (void)of.mask.apply(value);
    return value.size();
  });
  return made;
}

int masking(const common_arguments& common) {
  std::mt19937 random(1);
  const texts of{mask_of(random), everyday_json(), random_digits(random, text_bytes)};
  std::vector<double> floor, everyday, base64, values;
  for (int i = 0; i < (common.quick ? 1 : common.rounds); ++i) {
    const masking_round made = measure(of, common.quick ? 0.02 : 1.0);
    floor.push_back(made.floor_ms);
    everyday.push_back(made.everyday_ms);
    base64.push_back(made.base64_ms);
    values.push_back(made.values_ms);
  }
  report shown("masking");
  shown.note("text_bytes", static_cast<std::int64_t>(of.everyday.size()));
  shown.note("secrets", secrets);
  shown.add("floor_find_ms", floor, "ms");
  shown.add("json_text_ms", everyday, "ms");
  shown.add("json_text_ratio", ratios(everyday, floor), "");
  shown.add("json_values_ms", values, "ms");
  shown.add("base64_ms", base64, "ms");
  shown.add("base64_ratio", ratios(base64, floor), "");
  shown.print(common);
  return 0;
}

} // namespace

void add_masking(CLI::App& app, action& chosen) {
  auto given = std::make_shared<common_arguments>();
  CLI::App& command =
      *app.add_subcommand("masking", "Looking for secrets in what nodes answer, against a plain search");
  add_common(command, *given);
  command.callback([given, &chosen] { chosen = [given] { return masking(*given); }; });
}

} // namespace pawl::bench
