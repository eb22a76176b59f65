#!/usr/bin/env python3
"""The promises, what shows each, and the figures of the campaigns: the table of tests/README.md.

    figures.py write                      fills in the table from PROMISES and figures.jsonl
    figures.py check [--build FOLDER]     1 when the table is not what `write` would make, or a test in it does not exist
    figures.py add --part PART --commit COMMIT --log CTEST_LOG --folder FOLDER
                                          appends what programs left in FOLDER (support/campaign.hpp), then writes
"""
import argparse
import collections
import datetime
import fnmatch
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
FIGURES = os.path.join(HERE, "figures.jsonl")
README = os.path.join(HERE, "README.md")
BEGIN, END = "<!-- figures.py: begin -->\n", "<!-- figures.py: end -->\n"

# tests and controls are names of ctest, * allowed; programs are those of figures.jsonl; run is what makes the figure.
Promise = collections.namedtuple("Promise", "text tests programs run controls")
PROMISES = [
    Promise("A process killed at any moment loses no acknowledged step and records none twice",
            "crash crash-points-*", ["pawl-crash", "pawl-crash-points *"], "tools/check --long=crash --minutes M",
            "crash-control-* crash-points-control-*"),
    Promise("A power cut at any moment of a store's life loses nothing acknowledged (on a model of a disk)",
            "power power-model", ["pawl-power writes"], "tools/check --long=power --minutes M",
            "power-control-acknowledge-early power-control-synchronous-normal"),
    Promise("Nor does one while the store recovers", "power-recovery", ["pawl-power recovery"],
            "tools/check --long=power --minutes M", "power-control-log-not-written-again"),
    Promise("A disk that fails while a store opens costs nothing that was there", "power-faults",
            ["pawl-power faults"], "tools/check --long=power --minutes M", "power-control-lying-disk"),
    Promise("Whatever the order of messages, deaths of actors, faults of the store, restarts and clocks: instances "
            "complete, once, in order", "sim-first sim-second", ["pawl-sim"], "tools/check --long=sim --minutes M",
            "sim-mutant-*"),
    Promise("A run that a schedule accepts starts once; what is skipped or missed is what its policies say; a schedule that was "
            "acknowledged stays", "sim-first sim-second crash crash-points-schedules power power-recovery unit", [],
            "tools/check --only sim,crash,power,unit", "sim-mutant-*"),
    Promise("A simulated run follows from its seed, to the byte", "sim-repeats", ["pawl-sim --twice"],
            "tools/check --long=sim --minutes M", ""),
    Promise("Actors killed at work, failing stores and disks in a real process: the instances go on", "recovery", ["ctest recovery"],
            "tools/check --long=recovery", "recovery"),
    Promise("Every failed allocation ends in an error or `std::bad_alloc`, nothing half done",
            "allocation-pure allocation-first allocation-store", ["pawl-allocation *"],
            "tools/check --long=allocation", "allocation-control-*"),
    Promise("Every failed disk operation of a commit ends in a definite answer, or an unknown one that is called that",
            "contract", ["ctest contract"], "tools/check --long=contract", ""),
    Promise("On a full disk instances are listed and removed, and everything goes on with the room they leave", "contract",
            ["ctest contract"], "tools/check --long=contract", "contract"),
    Promise("More starts than a slow disk takes wait or fail, in bounded memory", "pressure", ["ctest pressure"],
            "tools/check --long=pressure", "pressure-control"),
    Promise("Hostile input ends in a clear error inside its limits", "hostile", ["pawl-hostile"],
            "tools/check --long=hostile", "hostile-control-*"),
    Promise("Any bytes at the ways in: no crash, no undefined behaviour, the laws of fuzz/", "",
            ["fuzz_*"], "tools/check --long=fuzz --minutes M", ""),
    Promise("Pure code and the simulation have no data race (thread sanitizer)", "unit sim-first sim-second", [],
            "tools/check --only tsan", "tsan-control"),
    Promise("No node has a secret that its policy keeps from it, or before the audit on disk says so, whatever dies",
            "unit recovery sim-first sim-second crash nodes-http examples-secrets", [],
            "tools/check --only unit,recovery,sim,crash,nodes,examples", "sim-mutant-*"),
    Promise("Every changed byte of a sealed store or envelope is refused; a kill at any point of a change leaves the old "
            "or the new", "unit", [], "tools/check --only unit", "unit"),
    Promise("What a node does with a secret leaves not one byte of it in any file, backup, log, event, output, message between actors "
            "or core image, in the usual encodings; nothing new goes without this test",
            "canary-all canary-kill canary-memory canary-memory-echo canary-messages canary-registry canary-search",
            ["pawl-canary-tests *"], "tools/check --long=canary --minutes M", "canary-control-*"),
    Promise("Transitions, expressions, JSON and engine as documented, and as the reference implementation",
            "unit conformance-*", [], "tools/check --only unit,conformance", "conformance-*-control"),
    Promise("Rooms, installed names, linked libraries and figures are what they are said to be",
            "layers symbols embedder-includes no-qt-poco bench-floor", [], "tools/check --only test",
            "layers-control symbols-control embedder-includes-control no-qt-poco-control bench-floor-control"),
    Promise("A secret that was stored, sent by `http` or read from Vault is afterwards in locked pages only; the command is "
            "closed to the user's other processes",
            "memory memory-http memory-tls cli-secrets-memory", [], "tools/check --only memory,cli",
            "memory-http-control"),
]
# Only under the sanitizer, so not among release's tests.
ELSEWHERE = {"tsan-control"}

NOT_TESTED = """\
**Not tested**: a real power cut, on any machine (`power/` cuts it on a model of a disk); disks and controllers that lie about
syncs (the model shows only that such a lie is found out); real eMMC, SD cards and raw flash; ARM, 32 bits, big-endian machines;
network file systems (they are refused); file systems other than those of the machines that ran this; the actors under failing
allocations (`allocation/README.md`); threads of CAF under the thread sanitizer.
"""


def records():
    with open(FIGURES, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def figure_of(patterns, all_records):
    """What the programs did in all campaigns, summed by unit: markdown."""
    mine = [r for r in all_records if any(fnmatch.fnmatchcase(r["program"], p) for p in patterns)]
    if not patterns:
        return "no campaign: the check alone"
    if not mine:
        return "no campaign yet"
    cases = collections.Counter()
    for r in mine:
        cases[r["unit"]] += r["cases"]
    failed = [r for r in mine if r["failures"]]
    done = ", ".join(f"{count:,} {unit}" for unit, count in cases.items())
    failures = f"**{sum(r['failures'] for r in failed):,} failures**, last {of(failed[-1])}" if failed else "0 failures"
    return f"{done} in {sum(r['seconds'] for r in mine) / 60:,.0f} min; {failures}; newest {of(mine[-1])}"


def of(record):
    return f"{record['date']} at {record['commit']}"


def names(text):
    return ", ".join(f"`{name}`" for name in text.split())


def section():
    all_records = records()
    rows = ["| promise | test | figure of the campaigns | command | control: must go red |", "|---|---|---|---|---|"]
    for p in PROMISES:
        tests = names(p.tests) or "`tools/check --only fuzz`"
        rows.append(f"| {p.text} | {tests} | {figure_of(p.programs, all_records)} | `{p.run}` | {names(p.controls) or 'none'} |")
    return "\n".join(rows) + "\n\n" + NOT_TESTED


def with_section(text):
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + section() + END + after


def unknown_tests(build):
    """Names in PROMISES that no test has, and controls that are in no row."""
    shown = subprocess.run(["ctest", "--test-dir", build, "--show-only=json-v1"], check=True, capture_output=True, text=True)
    tests = {t["name"] for t in json.loads(shown.stdout)["tests"]} | ELSEWHERE
    mentioned = {name for p in PROMISES for name in (p.tests + " " + p.controls).split()}
    controls = {name for p in PROMISES for name in p.controls.split()}
    wrong = [f"no test is called {name}" for name in sorted(mentioned) if not fnmatch.filter(tests, name)]
    for test in sorted(tests):
        if re.search("control|mutant", test) and not any(fnmatch.fnmatchcase(test, c) for c in controls):
            wrong.append(f"the control {test} is in no row of PROMISES")
    return wrong


def check(build):
    wrong = unknown_tests(build) if build else []
    with open(README, encoding="utf-8") as text:
        now = text.read()
    if BEGIN not in now or END not in now or with_section(now) != now:
        wrong.append("the table of tests/README.md is not what 'tests/figures.py write' makes")
    print("\n".join(wrong) or "the table is what the figures say")
    return 1 if wrong else 0


def write():
    with open(README, encoding="utf-8") as text:
        now = text.read()
    with open(README, "w", encoding="utf-8") as text:
        text.write(with_section(now))


def program_of(arguments):
    """pawl-power writes; the options say no more than the command does, except that --twice is another test."""
    words = [os.path.basename(arguments[0])]
    for word in arguments[1:]:
        if word.startswith("-"):
            break
        if "/" not in word:
            words.append(word)
    return " ".join(words + (["--twice"] if "--twice" in arguments else []))


def command_of(arguments):
    settings = [f"{name}={os.environ[name]}" for name in ("PAWL_LONG", "PAWL_MINUTES", "PAWL_SEED_FROM") if os.environ.get(name)]
    return " ".join(settings + [os.path.basename(a) if a.startswith("/") else a for a in arguments])


def add(part, commit, log, folder):
    common = {"date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d"), "commit": commit, "part": part}
    new = []
    for name in sorted(n for n in os.listdir(folder) if n.endswith(".json")):
        with open(os.path.join(folder, name), encoding="utf-8") as text:
            told = json.load(text)
        arguments = told.pop("arguments")
        new.append({"program": program_of(arguments), "command": command_of(arguments), "seed_from": None, **told})
    if log and os.path.exists(log):  # the part as a whole, its controls too
        with open(log, encoding="utf-8", errors="replace") as text:
            said = text.read()
        ended = re.search(r"(\d+) tests failed out of (\d+)", said)
        seconds = re.search(r"Total Test time \(real\) = *([\d.]+)", said)
        seed = os.environ.get("PAWL_SEED_FROM")
        new.append({"program": f"ctest {part}", "command": command_of(["ctest", "-L", f"^{part}$"]), "seed_from": int(seed) if seed else None,
                    "cases": int(ended[2]) if ended else 0, "unit": "tests", "failures": int(ended[1]) if ended else 1,
                    "seconds": float(seconds[1]) if seconds else 0})
    with open(FIGURES, "a", encoding="utf-8") as lines:
        for told in new:
            told["seconds"] = round(told["seconds"])
            lines.write(json.dumps({**common, **told, "cpus": os.cpu_count()}) + "\n")
            print(f"{told['program']:<32} {told['cases']:>12,} {told['unit']}, {told['failures']} failures, {told['seconds']} s")
    write()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["write", "check", "add"])
    for option in ("--build", "--part", "--commit", "--log", "--folder"):
        parser.add_argument(option)
    given = parser.parse_args()
    if given.what == "check":
        return check(given.build)
    if given.what == "write":
        return write()
    return add(given.part, given.commit, given.log, given.folder)


if __name__ == "__main__":
    sys.exit(main())
