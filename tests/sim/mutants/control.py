"""What planted defects promise, on small texts: code may be moved, cut and laid out anew; what is gone is reported."""
import os
import subprocess
import sys
import tempfile
import unittest

from defects import DEFECTS
from plant import planted
from scanner import Unreadable
from verbs import Misplaced, after, always, before, instead, never, skip, twice

KEEPER = """// Keeps things.
#include "actors/keeper.hpp"
namespace pawl::actors {
namespace {
constexpr auto longest = 1'000; // "}" and '{' are text
bool is_fatal(int code) { return code == 7; }
} // namespace
keeper::keeper(int room) : room_{room}, kept_(0) {}
void keeper::keep(const thing& one) {
  if (stopping_) return refuse(one);
  for (const part& p : one.parts)
    if (is_good(p)) take(p, [this](int code) { if (is_fatal(code)) quit(); });
    else drop(p);
  ++kept_;
  tell(one);
}
#define NOBODY void keeper::drop(const part&) {
void keeper::drop(const part& p) { const char* why = R"(}{)"; tell(p, why); }
} // namespace pawl::actors
"""
RULES = """namespace pawl::core {
class decider final : public base<std::function<void(int)>> {
public:
  result<int> operator()(const begun& e) override { return commit(e.at); }
  result<int> operator()(const ended& e) override { return commit(e.at); }
};
template <class T> bool operator==(const list<T>& a, const list<T>& b) { return a.size() == b.size(); }
}
"""
FILES = {"actors/keeper.cpp": KEEPER, "runtime/core/rules.cpp": RULES}


def plant(files, *effects, function="keeper::keep", name="a defect"):
    """Text of each copy."""
    with tempfile.TemporaryDirectory() as root:
        for path, text in files.items():
            os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as f:
                f.write(text)
        return {source.path: source.planted() for source in planted(root, [(name, function, *effects)])}


class Control(unittest.TestCase):
    def is_planted(self, effect, code, files=FILES, function="keeper::keep"):
        copies = plant(files, effect, function=function)
        self.assertEqual(len(copies), 1)
        (path, text), = copies.items()
        code = code.replace("MUTANT", "pawl::sim::is_mutant(1)")
        self.assertIn(" ".join(code.split()), " ".join(text.split()))
        self.assertEqual(text.count("\n"), files[path].count("\n") + 2, "lines must stay where they are")

    def is_refused(self, *words, effect=skip("tell"), files=FILES, function="keeper::keep"):
        with self.assertRaises(Misplaced) as refused:
            plant(files, effect, function=function)
        for word in ("defect 1", "a defect", function) + words:
            self.assertIn(word, str(refused.exception))

    # --- what a defect does

    def test_a_statement(self):
        self.is_planted(skip("tell"), "++kept_; { if (!MUTANT) tell(one); } }")
        self.is_planted(before("tell", "return;"), "++kept_; if (MUTANT) { return; } tell(one);")
        self.is_planted(after("tell", "quit();"), "tell(one); if (MUTANT) { quit(); } }")
        self.is_planted(twice("++"), "++kept_; if (MUTANT) { ++ kept_ ; }")

    def test_a_statement_below_a_condition_stays_there(self):
        self.is_planted(skip("refuse"), "if (stopping_) { if (!MUTANT) return refuse(one); } for")
        self.is_planted(before("drop", "quit();"), "else { if (MUTANT) { quit(); } drop(p); } ++kept_;")

    def test_a_statement_in_a_lambda(self):
        self.is_planted(skip("quit"), "if (is_fatal(code)) { if (!MUTANT) quit(); } });")

    def test_a_condition(self):
        self.is_planted(never("stopping_"), "if (!MUTANT && (stopping_)) return")
        self.is_planted(always("is_good"), "if (MUTANT || (is_good(p))) take(")
        declares = {"nodes/n.cpp": "void f() { if (int* p = find(); p && stopping_) g(); }"}
        self.is_planted(never("stopping_"), "if (int* p = find(); !MUTANT && (p && stopping_)) g();", declares, "f")

    def test_an_expression(self):
        self.is_planted(instead("e.at", "0"), "(const begun& e) override { return commit((MUTANT ? (0) : (e.at))); }",
                        function="decider::operator()(begun)")

    def test_only_while_something_holds(self):
        self.is_planted(skip("tell", when="kept_ > 1"), "{ if (!(MUTANT && (kept_ > 1))) tell(one); }")

    def test_two_on_one_statement(self):
        copies = plant(FILES, skip("tell"), after("tell", "quit();"))
        self.assertIn("{ if (!pawl::sim::is_mutant(1)) tell(one); } if (pawl::sim::is_mutant(1)) { quit(); }",
                      copies["actors/keeper.cpp"])

    def test_which_one(self):
        text = {"nodes/n.cpp": "void f() { if (a) { g(1); } else { g(1); } x = g(2); while (b) x = g(2); }"}
        self.is_planted(skip("g", under="a"), "if (a) { { if (!MUTANT) g(1); } } else", text, "f")
        self.is_planted(skip("g", under="b"), "while (b) { if (!MUTANT) x = g(2); }", text, "f")
        self.is_planted(skip("g", nth=2), "else { { if (!MUTANT) g(1); } }", text, "f")
        beside = {"nodes/n.cpp": "void f() { g(i); h(i); }"}
        self.is_planted(instead("i", "0", beside="h"), "g(i); h((MUTANT ? (0) : (i)));", beside, "f")

    # --- what does not matter

    def test_a_function_that_moved(self):
        begin = KEEPER.index("void keeper::keep")
        end = KEEPER.index("#define")
        moved = {"actors/keeper.cpp": KEEPER[:begin] + KEEPER[end:],
                 "storage/elsewhere.cpp": "namespace pawl::actors {\n" + KEEPER[begin:end] + "}\n"}
        self.is_planted(skip("tell"), "{ if (!MUTANT) tell(one); }", moved)
        self.assertEqual(list(plant(moved, skip("tell"))), ["storage/elsewhere.cpp"])

    def test_a_function_that_moved_into_its_class(self):
        inside = {"actors/keeper.cpp": "struct keeper { int kept; void keep(const thing& one) const { tell(one); } };"}
        self.is_planted(skip("tell"), "{ if (!MUTANT) tell(one); }", inside)

    def test_other_layout(self):
        laid_out = KEEPER.replace("tell(one)", "tell // says so\n    (one\n)")
        laid_out = laid_out.replace("keeper::keep(", "keeper ::\nkeep (")
        self.is_planted(skip("tell(one)"), "{ if (!MUTANT) tell // says so\n (one\n); }",
                        {"actors/keeper.cpp": laid_out})

    # --- what is reported

    def test_a_function_that_is_gone(self):
        self.is_refused("no such function", files={"actors/keeper.cpp": KEEPER.replace("::keep(", "::hold(")})

    def test_a_function_that_is_only_declared(self):
        self.is_refused("no such function", files={"actors/k.hpp": "struct keeper { void keep(const thing& one); };"})

    def test_a_function_that_is_there_twice(self):
        self.is_refused("2 such functions", "actors/keeper.cpp:9", "storage/twin.cpp:1",
                        files={**FILES, "storage/twin.cpp": "void keeper::keep(int) {}"})
        self.is_refused("2 such functions", effect=skip("commit"), function="decider::operator()")

    def test_an_anchor_that_is_gone(self):
        self.is_refused("skip('tell') stands nowhere", files={"actors/k.cpp": KEEPER.replace("tell(", "say(")})

    def test_an_anchor_over_two_statements(self):
        self.is_refused("stands nowhere", effect=skip("++kept_; tell"))

    def test_an_anchor_in_no_condition(self):
        self.is_refused("never('tell') stands nowhere", effect=never("tell"))

    def test_an_anchor_that_is_there_twice(self):
        self.is_refused("skip('tell') stands at 2 places", "lines 14, 15",
                        files={"actors/keeper.cpp": KEEPER.replace("++kept_", "tell(0)")})

    def test_an_nth_that_is_gone(self):
        self.is_refused("nth=2", effect=skip("tell", nth=2))

    def test_a_text_in_a_comment_is_no_anchor(self):
        files = {"actors/k.cpp": "void keeper::keep() { /* tell(); */ f(\"tell\"); }"}
        self.is_refused("stands nowhere", files=files)

    def test_brackets_that_do_not_fit(self):
        with self.assertRaisesRegex(Unreadable, "actors/keeper.cpp: line 1"):
            plant({"actors/keeper.cpp": "void keeper::keep() { tell(one; }"}, skip("tell"))

    def test_all_that_have_no_place(self):
        with tempfile.TemporaryDirectory() as root:
            check = [sys.executable, os.path.join(os.path.dirname(__file__), "plant.py"), "--check", root]
            ran = subprocess.run(check, capture_output=True, text=True, check=False)
        self.assertNotEqual(ran.returncode, 0)
        self.assertEqual(ran.stderr.count("no such function"), len(DEFECTS))

    # --- headers

    def test_who_sees_a_header_is_copied_too(self):
        files = {"actors/k.hpp": "struct keeper { void keep() { tell(); } };",
                 "actors/j.hpp": '#include "actors/k.hpp"\n', "nodes/n.cpp": '#include "actors/j.hpp"\n',
                 "nodes/m.cpp": ""}
        self.assertEqual(list(plant(files, skip("tell"))), ["actors/j.hpp", "actors/k.hpp", "nodes/n.cpp"])

    def test_what_is_not_copied_must_not_see_one(self):
        files = {"actors/k.hpp": "struct keeper { void keep() { tell(); } };",
                 "tests/sim/s.cpp": '#include "actors/k.hpp"\n'}
        with self.assertRaisesRegex(Misplaced, "tests/sim/s.cpp includes a defect"):
            plant(files, skip("tell"))


def main():
    unittest.main(module=__name__, argv=["control.py"])
