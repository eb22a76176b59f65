// valijson's parser and constraints, and the walk over them. valijson's own visitor is not used: it matches patterns by
// std::regex, recurses and repeats without bound, and rounds numbers. Must stay the only file that includes valijson.
#define VALIJSON_USE_EXCEPTIONS 1 // without them a bad schema aborts the process

// valijson's header compiles a std::regex that is never run; g++ 12 finds fault with that under the sanitizers.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include "runtime/schema/validator.hpp"

#include "runtime/schema/constraints.hpp"
#include "runtime/schema/equality.hpp"
#include "runtime/schema/findings.hpp"
#include "runtime/schema/formats.hpp"
#include "runtime/schema/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>

namespace pawl::schema {
namespace {

using nlohmann::json;
using valijson::Subschema;

// Subschemas within subschemas while one value is checked. Each takes some 600 bytes of the thread's stack, under
// AddressSanitizer 4,000.
constexpr std::size_t nesting_max = 1000;
constexpr std::uint64_t steps_a_violation = 8;
constexpr std::size_t pointer_bytes_a_step = 8; // names are escaped and put together

// One check of one value. With `findings` it goes on after the first misfit and says what it found; without it stops.
class visitor final : public valijson::constraints::ConstraintVisitor {
public:
  visitor(const parsed& by, meter& costs)
      : by_(by), costs_(costs), each_([this](const valijson::constraints::Constraint& c) { return c.accept(*this); }) {}

  bool apply(const Subschema& subschema, const json& value, const place* at, findings* out) {
    if (!costs_.spend()) return false;
    if (nesting_ == nesting_max) {
      is_too_deep_ = true;
      costs_.exhaust();
      return false;
    }
    const frame outer = now_;
    now_ = {&value, at, out};
    ++nesting_;
    const bool fits = subschema.getAlwaysInvalid() ? miss([&] {
      return violation{"", "no value here", kind_of(value)};
    })
                      : out != nullptr             ? subschema.apply(each_)
                                                   : subschema.applyStrict(each_);
    --nesting_;
    now_ = outer;
    return fits && !costs_.over();
  }

  bool is_too_deep() const { return is_too_deep_; }
  bool is_broken() const { return is_broken_; }

  // Of several schemas for the same value.

  bool visit(const AllOfConstraint& c) override {
    bool fits = true;
    c.applyToSubschemas([&](unsigned, const Subschema* s) { return go_on(here(*s), fits); });
    return fits;
  }

  bool visit(const AnyOfConstraint& c) override {
    if (now_.out == nullptr) {
      bool fits = false;
      c.applyToSubschemas([&](unsigned, const Subschema* s) {
        fits = here(*s);
        return !fits && !costs_.over();
      });
      return fits;
    }
    return count_alternatives(c, 1).size() == 1;
  }

  bool visit(const OneOfConstraint& c) override {
    const std::vector<unsigned> fitting = count_alternatives(c, 2);
    if (fitting.size() < 2) return fitting.size() == 1;
    return miss([&] {
      return violation{"", "a value that fits exactly one of the alternatives",
                       fmt::format("it fits alternatives {} and {}", fitting[0] + 1, fitting[1] + 1)};
    });
  }

  bool visit(const NotConstraint& c) override {
    if (!quietly(*c.getSubschema())) return !costs_.over();
    return miss([&] { return violation{"", "a value that does not fit the schema in 'not'", "it fits"}; });
  }

  bool visit(const ConditionalConstraint& c) override {
    const bool is_so = quietly(*c.getIfSubschema());
    if (costs_.over()) return false;
    const Subschema* then = is_so ? c.getThenSubschema() : c.getElseSubschema();
    return then == nullptr || here(*then);
  }

  bool visit(const DependenciesConstraint& c) override {
    if (!value().is_object()) return true;
    bool fits = true;
    c.applyToPropertyDependencies([&](const auto& name, const auto& needed) {
      if (!has_member(view(name))) return !costs_.over();
      for (const auto& other : needed) {
        if (!go_on(has_member(view(other)) || miss([&] {
                     return violation{"",
                                      fmt::format("a member '{}', because there is '{}'", shortened(view(other)),
                                                  shortened(view(name))),
                                      "no such member"};
                   }),
                   fits))
          return false;
      }
      return true;
    });
    if (!fits && now_.out == nullptr) return false;
    c.applyToSchemaDependencies(
        [&](const auto& name, const Subschema* s) { return go_on(!has_member(view(name)) || here(*s), fits); });
    return fits;
  }

  // Of what the value holds.

  bool visit(const PropertiesConstraint& c) override {
    if (!value().is_object()) return true;
    const auto& members = value().get_ref<const json::object_t&>();
    taken_members taken;
    bool fits = true;
    visit_named(c, members, taken, fits);
    if (fits || now_.out != nullptr) visit_patterns(c, members, taken, fits);
    if (fits || now_.out != nullptr) visit_others(c, members, taken, fits);
    return fits && !costs_.over();
  }

  bool visit(const PropertyNamesConstraint& c) override {
    if (!value().is_object()) return true;
    bool fits = true;
    for (const auto& [name, held] : value().get_ref<const json::object_t&>()) {
      if (!costs_.read(name.size())) return false;
      const place at{now_.at, &name, 0};
      findings inner(now_.out != nullptr ? now_.out->violations_max() : 0);
      const bool is_good = apply(*c.getSubschema(), json(name), &at, now_.out != nullptr ? &inner : nullptr);
      for (const violation& found : inner.first())
        now_.out->add({found.pointer, "as the member's name " + found.expected, found.actual});
      if (!go_on(is_good, fits)) return fits;
    }
    return fits;
  }

  bool visit(const RequiredConstraint& c) override {
    if (!value().is_object()) return true;
    bool fits = true;
    c.applyToRequiredProperties([&](const auto& name) {
      return go_on(has_member(view(name)) || miss([&] {
                     return violation{"", fmt::format("a member '{}'", shortened(view(name))), "no such member"};
                   }),
                   fits);
    });
    return fits;
  }

  bool visit(const SingularItemsConstraint& c) override {
    bool fits = true;
    for (std::size_t i = 0; value().is_array() && i < value().size(); ++i)
      if (!go_on(element(*c.getItemsSubschema(), i), fits)) break;
    return fits;
  }

  bool visit(const LinearItemsConstraint& c) override {
    if (!value().is_array()) return true;
    bool fits = true;
    c.applyToItemSubschemas(
        [&](unsigned i, const Subschema* s) { return i < value().size() && go_on(element(*s, i), fits); });
    const Subschema* others = c.getAdditionalItemsSubschema();
    const std::size_t expected = c.getItemSubschemaCount();
    if (others == nullptr && value().size() > expected) return miss([&] { return at_most(expected, "element"); });
    for (std::size_t i = expected; i < value().size() && (fits || now_.out != nullptr); ++i)
      if (!go_on(element(*others, i), fits)) break;
    return fits;
  }

  bool visit(const ContainsConstraint& c) override {
    if (!value().is_array()) return true;
    for (std::size_t i = 0; i < value().size(); ++i) {
      const place at{now_.at, nullptr, i};
      if (apply(*c.getSubschema(), value()[i], &at, nullptr)) return true;
      if (costs_.over()) return false;
    }
    return miss([&] {
      return violation{"", "an element that fits the schema in 'contains'", kind_of(value()) + " without one"};
    });
  }

  bool visit(const UniqueItemsConstraint&) override {
    if (!value().is_array()) return true;
    const auto twins = first_twins(value(), costs_);
    if (!twins) return !costs_.over();
    return miss([&] {
      return violation{"", "elements that are all different",
                       fmt::format("elements {} and {} are equal", twins->first, twins->second)};
    });
  }

  bool visit(const MinItemsConstraint& c) override {
    if (!value().is_array() || value().size() >= c.getMinItems()) return true;
    return miss([&] { return at_least(c.getMinItems(), "element"); });
  }
  bool visit(const MaxItemsConstraint& c) override {
    if (!value().is_array() || value().size() <= c.getMaxItems()) return true;
    return miss([&] { return at_most(c.getMaxItems(), "element"); });
  }
  bool visit(const MinPropertiesConstraint& c) override {
    if (!value().is_object() || value().size() >= c.getMinProperties()) return true;
    return miss([&] { return at_least(c.getMinProperties(), "member"); });
  }
  bool visit(const MaxPropertiesConstraint& c) override {
    if (!value().is_object() || value().size() <= c.getMaxProperties()) return true;
    return miss([&] { return at_most(c.getMaxProperties(), "member"); });
  }

  // Of the value itself.

  bool visit(const TypeConstraint& c) override {
    bool fits = false;
    c.applyToNamedTypes([&](auto type) { return !(fits = is_of_type(value(), type)); });
    return fits || miss([&] {
             std::string names;
             c.applyToNamedTypes([&](auto type) {
               names += (names.empty() ? "" : " or ") + std::string(type_name(type));
               return true;
             });
             return violation{"", names, kind_of(value())};
           });
  }

  bool visit(const MinLengthConstraint& c) override {
    if (!value().is_string()) return true;
    if (!costs_.read(text().size())) return false;
    return characters(text()) >= c.getMinLength() || miss([&] { return at_least(c.getMinLength(), "character"); });
  }
  bool visit(const MaxLengthConstraint& c) override {
    if (!value().is_string()) return true;
    if (!costs_.read(text().size())) return false;
    return characters(text()) <= c.getMaxLength() || miss([&] { return at_most(c.getMaxLength(), "character"); });
  }

  bool visit(const PatternConstraint& c) override {
    if (!value().is_string()) return true;
    std::string source;
    c.getPattern(source);
    if (by_.patterns.find(source)->second->matches(text(), costs_)) return true;
    return miss([&] {
      return violation{"", "a text that matches " + shortened(source), kind_of(value()) + " that does not"};
    });
  }

  bool visit(const FormatConstraint& c) override {
    if (!value().is_string()) return true;
    const format* known = find_format(c.getFormat());
    if (known == nullptr) return true;
    if (!costs_.read(text().size())) return false;
    return known->fits(text()) || miss([&] {
             return violation{"", std::string(known->expected), kind_of(value()) + " that is none"};
           });
  }

  bool visit(const PolyConstraint& c) override {
    const auto& own = static_cast<const own_constraint&>(c); // the parser knows no other
    if (own.of == own_constraint::kind::reference) return here(*by_.documents[own.index]);
    const comparison& with = by_.comparisons[own.index];
    bool fits = true;
    if (value().is_number())
      each_misfit(with, value(), [&](const char* expected, const json& bound, const char* found) {
        fits = miss([&] { return violation{"", expected + quote(bound), found}; });
      });
    for (const choices& among : with.one_of)
      if (!go_on(
              is_among(among) || miss([&] {
                return violation{"", list_of(among), kind_of(value()) + (value().is_null() ? "" : " that is another")};
              }),
              fits))
        break;
    return fits;
  }

  // The plan holds none of these: comparisons stand for them.
  bool visit(const ConstConstraint&) override { return broken(); }
  bool visit(const EnumConstraint&) override { return broken(); }
  bool visit(const MaximumConstraint&) override { return broken(); }
  bool visit(const MinimumConstraint&) override { return broken(); }
  bool visit(const MultipleOfDoubleConstraint&) override { return broken(); }
  bool visit(const MultipleOfIntConstraint&) override { return broken(); }

private:
  struct frame {
    const json* value = nullptr;
    const place* at = nullptr;
    findings* out = nullptr;
  };

  const json& value() const { return *now_.value; }
  const std::string& text() const { return now_.value->get_ref<const std::string&>(); }

  // Those that 'properties' and 'patternProperties' judged.
  using taken_members = std::vector<const json::object_t::value_type*>;

  // Adds one answer to `fits`; whether there is a reason to look further.
  bool go_on(bool answer, bool& fits) const {
    fits = fits && answer;
    return (fits || now_.out != nullptr) && !costs_.over();
  }

  // False. What is said is made only where somebody reads it; the pointer is filled in.
  template <class F> bool miss(F make) {
    if (now_.out == nullptr || !costs_.spend(steps_a_violation)) return false;
    std::string pointer = pointer_here();
    if (costs_.over()) return false;
    violation found = make();
    found.pointer = std::move(pointer);
    now_.out->add(std::move(found));
    return false;
  }

  std::string pointer_here() {
    std::string pointer = pointer_of(now_.at);
    (void)costs_.spend(pointer.size() / pointer_bytes_a_step);
    return pointer;
  }

  alternatives& noted(std::optional<alternatives>& misfits) {
    return misfits ? *misfits : misfits.emplace(pointer_here());
  }

  bool broken() {
    is_broken_ = true;
    costs_.exhaust();
    return false;
  }

  bool here(const Subschema& s) { return apply(s, value(), now_.at, now_.out); }
  bool quietly(const Subschema& s) { return apply(s, value(), now_.at, nullptr); }

  bool element(const Subschema& s, std::size_t i) {
    const place at{now_.at, nullptr, i};
    return apply(s, value()[i], &at, now_.out);
  }
  bool member(const Subschema& s, const json::object_t::value_type& m) {
    const place at{now_.at, &m.first, 0};
    return apply(s, m.second, &at, now_.out);
  }
  bool has_member(std::string_view name) {
    const auto& members = value().get_ref<const json::object_t&>();
    return costs_.look_up(name.size(), members.size()) && members.find(name) != members.end();
  }

  // The first `enough` that fit. Says why where none does.
  template <class C> std::vector<unsigned> count_alternatives(const C& c, std::size_t enough) {
    std::vector<unsigned> fitting;
    std::optional<alternatives> misfits; // only where somebody reads it
    c.applyToSubschemas([&](unsigned i, const Subschema* s) {
      findings inner(now_.out != nullptr ? now_.out->violations_max() : 0);
      if (apply(*s, value(), now_.at, now_.out != nullptr ? &inner : nullptr))
        fitting.push_back(i);
      else if (now_.out != nullptr && fitting.empty())
        noted(misfits).add(std::move(inner));
      return fitting.size() < enough && !costs_.over();
    });
    if (fitting.empty() && now_.out != nullptr && !costs_.over())
      std::move(*misfits).report(*now_.out, kind_of(value()));
    return fitting;
  }

  void visit_named(const PropertiesConstraint& c, const json::object_t& members, taken_members& taken, bool& fits) {
    if (members.empty()) return;
    const std::string& last = members.rbegin()->first;
    c.applyToProperties([&](const auto& name, const Subschema* s) {
      const std::string_view wanted = view(name);
      if (!costs_.look_up(wanted.size(), members.size())) return false;
      if (last.compare(wanted) < 0) return false; // both are sorted by bytes
      const auto found = members.find(wanted);
      if (found == members.end()) return true;
      taken.push_back(&*found);
      return go_on(member(*s, *found), fits);
    });
  }

  void visit_patterns(const PropertiesConstraint& c, const json::object_t& members, taken_members& taken, bool& fits) {
    c.applyToPatternProperties([&](const auto& source, const Subschema* s) {
      const pattern& matched = *by_.patterns.find(view(source))->second;
      for (const auto& m : members) {
        if (!matched.matches(m.first, costs_)) continue;
        taken.push_back(&m);
        if (!go_on(member(*s, m), fits)) return false;
      }
      return !costs_.over();
    });
  }

  void visit_others(const PropertiesConstraint& c, const json::object_t& members, taken_members& taken, bool& fits) {
    const Subschema* others = c.getAdditionalPropertiesSubschema();
    std::sort(taken.begin(), taken.end(), std::less<>());
    for (const auto& m : members) {
      if (!costs_.spend()) return;
      if (std::binary_search(taken.begin(), taken.end(), &m, std::less<>())) continue;
      if (!go_on(others != nullptr ? member(*others, m) : unexpected(m), fits)) return;
    }
  }

  bool unexpected(const json::object_t::value_type& m) {
    const place at{now_.at, &m.first, 0};
    const frame outer = now_;
    now_.at = &at;
    miss([&] { return violation{"", "no member of this name", kind_of(m.second)}; });
    now_ = outer;
    return false;
  }

  violation at_least(std::uint64_t count, const char* thing) const {
    return {"", "at least " + counted(count, thing), kind_of(value())};
  }
  violation at_most(std::uint64_t count, const char* thing) const {
    return {"", "at most " + counted(count, thing), kind_of(value())};
  }

  bool is_among(const choices& among) {
    const std::uint64_t hash = hash_of(value(), costs_);
    auto candidate = std::lower_bound(among.hashes.begin(), among.hashes.end(), std::pair(hash, std::size_t{0}));
    for (; candidate != among.hashes.end() && candidate->first == hash; ++candidate)
      if (equal(value(), among.values[candidate->second], costs_)) return true;
    return false;
  }

  const parsed& by_;
  meter& costs_;
  Subschema::ApplyFunction each_;
  frame now_;
  std::size_t nesting_ = 0;
  bool is_too_deep_ = false;
  bool is_broken_ = false;
};

class validator final : public schema {
public:
  explicit validator(parsed by) : by_(std::move(by)) {}

  result<std::vector<violation>> check(const json& value) const override {
    // Most values fit: only for one that does not is anything put into words.
    meter costs(by_.allowed.steps_max);
    visitor quick(by_, costs);
    if (quick.apply(*by_.documents[0], value, nullptr, nullptr)) return std::vector<violation>{};
    if (costs.over()) return over(quick);

    findings found(by_.allowed.violations_max);
    meter costs_again(by_.allowed.steps_max);
    visitor thorough(by_, costs_again);
    (void)thorough.apply(*by_.documents[0], value, nullptr, &found);
    if (found.count() == 0) return over(thorough);
    return found.take(!costs_again.over());
  }

private:
  error over(const visitor& stopped) const {
    if (stopped.is_broken()) return {errc::internal, "the compiled schema holds what it never should", ""};
    if (stopped.is_too_deep())
      return {errc::limit, fmt::format("the schema applies to the value more than {} levels deep", nesting_max), ""};
    return {errc::limit, fmt::format("the check of the schema takes over steps_max, {} steps", by_.allowed.steps_max),
            ""};
  }

  parsed by_;
};

void add_builder(valijson::SchemaParser& parser, const char* key, own_constraint::kind what) {
  auto builder = std::make_unique<own_builder>(what);
  parser.addConstraintBuilder(key, builder.get());
  (void)builder.release(); // the parser's from now on
}

} // namespace

std::shared_ptr<const schema> make_validator(plan planned, const limits& allowed) {
  parsed by{{}, std::move(planned.comparisons), std::move(planned.patterns), allowed};
  valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
  add_builder(parser, reference_key, own_constraint::kind::reference);
  add_builder(parser, comparison_key, own_constraint::kind::comparison);
  for (const json& document : planned.documents) {
    by.documents.push_back(std::make_unique<valijson::Schema>());
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(document), *by.documents.back());
  }
  return std::make_shared<validator>(std::move(by));
}

} // namespace pawl::schema
