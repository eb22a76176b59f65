#!/usr/bin/env python3
"""Plants defects into copies of Pawl's sources, for the simulation to find.

    plant.py SOURCES OUT         writes the copies below OUT
    plant.py --files SOURCES     the files that are copied, one a line
    plant.py --names             "number first-seed name" of every defect, one a line
    plant.py --check SOURCES     whether each has its place; says so of all that have none
    plant.py --self-test         control.py

Each defect (defects.py) names a function and what it does to that (verbs.py). The function is looked for in all rooms,
so a file can be moved, cut or laid out anew; a defect whose function or anchor is not there exactly once is an error.
In the copies, which keep the lines of the originals, it stands behind a question for the number that the program was
told to run with.
"""
import os
import re
import sys

sys.dont_write_bytecode = True  # the sources stay as they are
from defects import DEFECTS, FIRST_SEEDS
from scanner import Tokens, Unreadable, functions, statements
from verbs import Misplaced

ROOMS = ("actors", "nodes", "runtime", "storage")
SUFFIXES = (".cpp", ".hpp")
NOT_COPIED = ("tests/sim",)  # what else the program is made of


class Source:
    def __init__(self, root, path):
        self.path = path
        with open(os.path.join(root, path), encoding="utf-8") as f:
            self.text = f.read()
        try:
            self.tokens = Tokens(self.text)
            self.functions = functions(self.tokens)
        except Unreadable as why:
            raise Unreadable(f"{path}: {why}") from None
        self.includes = set(re.findall(r'^#include "(.+)"', self.text, re.MULTILINE))
        self.insertions = []

    def planted(self):
        """The text with what was planted. What holds more stands outside; of equals, the later one."""
        edits = []
        for order, (begin, end, first, last) in enumerate(self.insertions):
            edits.append((self.tokens.starts[begin], 1, begin - end, -order, first))
            edits.append((self.tokens.ends[end - 1], 0, end - begin, order, last))
        text, done = "", 0
        for at, *_, code in sorted(edits):
            text += self.text[done:at] + code
            done = at
        return '#include "tests/sim/mutant.hpp"\n#line 1 "' + self.path + '"\n' + text + self.text[done:]


def read(root, folders):
    paths = []
    for folder in folders:
        for here, _, files in os.walk(os.path.join(root, folder)):
            paths += [os.path.relpath(os.path.join(here, f), root) for f in files if f.endswith(SUFFIXES)]
    return [Source(root, path) for path in sorted(paths)]


def looked_up(sources, wanted):
    """Where the one function of that name is: its source and itself."""
    name, word = re.fullmatch(r"(.+?)(?:\((\w+)\))?", wanted).groups()
    found = [(s, f) for s in sources for f in s.functions
             if ("::" + f.name).endswith("::" + name) and (word is None or word in f.parameters)]
    if not found:
        raise Misplaced("no such function")
    if len(found) > 1:
        places = ", ".join(f"{s.path}:{s.tokens.line(f.begin)}" for s, f in found)
        raise Misplaced(f"{len(found)} such functions: {places}")
    return found[0]


def plant(sources, defects):
    """Into the sources. What could not be: one line each."""
    faults = []
    for number, (name, function, *effects) in enumerate(defects, 1):
        try:
            source, body = looked_up(sources, function)
            tree = statements(source.tokens, body)
            for effect in effects:
                source.insertions.append(effect.insertion(source.tokens, tree, f"pawl::sim::is_mutant({number})"))
        except (Misplaced, Unreadable) as why:
            faults.append(f"defect {number}, '{name}', in {function}: {why}")
    return faults


def copies(sources, not_copied):
    """Those that hold a defect, and those that see one in a header; raises Misplaced."""
    chosen = {s.path for s in sources if s.insertions}
    for path in chosen:
        if "/include/" in path:
            raise Misplaced(f"{path}: a defect in a public header would not reach all that includes it")
    while more := {s.path for s in sources if s.path not in chosen and s.includes & chosen}:
        chosen |= more
    for s in not_copied:
        if s.includes & chosen:
            raise Misplaced(f"{s.path} includes a defect ({', '.join(sorted(s.includes & chosen))}): "
                            "the function should stand in a .cpp")
    return [s for s in sources if s.path in chosen]


def planted(root, defects=DEFECTS):
    """The copies; raises Misplaced, with all that have no place."""
    sources = read(root, ROOMS)
    if faults := plant(sources, defects):
        raise Misplaced("\n".join(faults))
    return copies(sources, read(root, NOT_COPIED))


def write(sources, out):
    """What changed; what is there of an earlier time goes, as it would be included."""
    wanted = {os.path.join(out, source.path): source.planted() for source in sources}
    for here, _, files in os.walk(out):
        for path in (os.path.join(here, f) for f in files if f.endswith(SUFFIXES)):
            if path not in wanted:
                os.remove(path)
    for path, text in wanted.items():
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if not os.path.exists(path) or open(path, encoding="utf-8").read() != text:
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)


def main():
    if sys.argv[1:] == ["--self-test"]:
        import control
        return control.main()
    if sys.argv[1:] == ["--names"]:
        for number, (name, *_) in enumerate(DEFECTS, 1):
            print(number, FIRST_SEEDS.get(name, 1), name)
        return
    try:
        if len(sys.argv) == 3 and sys.argv[1] == "--files":
            print("\n".join(s.path for s in planted(sys.argv[2])))
        elif len(sys.argv) == 3 and sys.argv[1] == "--check":
            print(f"{len(DEFECTS)} defects have their place in {len(planted(sys.argv[2]))} files")
        elif len(sys.argv) == 3:
            write(planted(sys.argv[1]), sys.argv[2])
        else:
            sys.exit(__doc__)
    except (Misplaced, Unreadable) as why:
        sys.exit(f"plant.py: {why}")


if __name__ == "__main__":
    main()
