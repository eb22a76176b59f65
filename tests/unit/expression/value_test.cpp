// Ownership, identity and conversions of values.
#include "tests/unit/expression/support.hpp"

#include "runtime/expression/numbers.hpp"

#include <cmath>

namespace expression_value_test {

using namespace expression_tests;

TEST_CASE("value: borrows a document and never copies it") {
  const json document = json::parse(R"({"a": {"b": [1, "two", null]}})");
  const value root = value::object({{"doc", value::borrow(document)}});
  const value list = root.member("doc").member("a").member("b");
  CHECK(list.borrowed_document() == &document["a"]["b"]);
  CHECK(list.at(1).as_text().data() == document["a"]["b"][1].get_ref<const std::string&>().data());
  CHECK(list.same_reference(root.member("doc").member("a").member("b")));
  CHECK(list.at(3).is(kind::undefined));
}

TEST_CASE("value: owned ones are shared, sorted, and of equal keys the last wins") {
  const value list = value::array({value::number(1)});
  const value copy = list; // NOLINT(performance-unnecessary-copy-initialization): the copy is what is tested
  CHECK(list.same_reference(copy));
  CHECK_FALSE(list.same_reference(value::array({value::number(1)})));
  value::members all;
  for (int i = 20; i > 0; --i)
    all.emplace_back("k" + std::to_string(i % 10), value::number(i));
  const value object = value::object(std::move(all));
  CHECK(object.size() == 10);
  CHECK(object.member("k3").as_number() == 3);
  CHECK(object.member("k0").as_number() == 10);
  CHECK_FALSE(object.has_member("k"));
}

TEST_CASE("value: to JSON as JSON.stringify treats it") {
  const value v =
      value::object({{"u", value()}, {"l", value::array({value(), value::number(-0.0)})}, {"n", value::null()}});
  CHECK((*to_json(v))->dump() == R"({"l":[null,0],"n":null})");
  CHECK_FALSE(to_json(value())->has_value());
  CHECK_FALSE(to_json(value::array({value::number(std::nan(""))})));
  CHECK((*to_json(value::number(5)))->dump() == "5");
}

TEST_CASE("numbers: to text as JavaScript prints them") {
  const std::pair<double, const char*> rows[] = {{0, "0"},
                                                 {-0.0, "0"},
                                                 {1, "1"},
                                                 {-1.5, "-1.5"},
                                                 {1e21, "1e+21"},
                                                 {1e20, "100000000000000000000"},
                                                 {1.5e300, "1.5e+300"},
                                                 {1e-6, "0.000001"},
                                                 {1e-7, "1e-7"},
                                                 {1.25e-7, "1.25e-7"},
                                                 {123456789.125, "123456789.125"},
                                                 {5e-324, "5e-324"},
                                                 {0.1 + 0.2, "0.30000000000000004"},
                                                 {9007199254740993.0, "9007199254740992"},
                                                 {1.2345678901234567e25, "1.2345678901234566e+25"}};
  for (const auto& [n, text] : rows)
    CHECK(number_to_text(n) == text);
}

TEST_CASE("numbers: from text as JavaScript reads them") {
  const std::pair<const char*, double> rows[] = {{"", 0},
                                                 {"  12\n", 12},
                                                 {"5.", 5},
                                                 {".5", 0.5},
                                                 {"-.5e1", -5},
                                                 {"+1", 1},
                                                 {"0x1F", 31},
                                                 {"0b101", 5},
                                                 {"0o17", 15},
                                                 {"Infinity", HUGE_VAL},
                                                 {"-Infinity", -HUGE_VAL},
                                                 {"1e999", HUGE_VAL},
                                                 {"1e-999", 0},
                                                 {"0e999", 0},
                                                 {"\xC2\xA0"
                                                  "7\xEF\xBB\xBF",
                                                  7},
                                                 {"0x20000000000001", 9007199254740993.0}};
  for (const auto& [text, n] : rows) {
    INFO(text);
    CHECK(text_to_number(text) == n);
  }
  for (const char* text : {".", "1_0", "0x", "-0x1", "1e", "inf", "nan", "INFINITY", "1 2", "0x1G", "--1", "e5"}) {
    INFO(text);
    CHECK(std::isnan(text_to_number(text)));
  }
}

} // namespace expression_value_test
