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
    # --- what is stored
    Promise("A step is on disk before anything follows from it: a process killed at any moment loses no acknowledged step and "
            "records none twice", "crash crash-points-*", ["pawl-crash", "pawl-crash-points *"],
            "tools/check --long=crash --minutes M", "crash-control-* crash-points-control-*"),
    Promise("A power cut at any moment of a write, a checkpoint, an opening or a migration loses nothing acknowledged, though the disk "
            "drops, tears or garbles what was not synced (on a model of a disk)", "power power-model", ["pawl-power writes"],
            "tools/check --long=power --minutes M", "power-control-acknowledge-early power-control-synchronous-normal"),
    Promise("Nor does one while the store recovers", "power-recovery", ["pawl-power recovery"],
            "tools/check --long=power --minutes M", "power-control-log-not-written-again"),
    Promise("A disk that fails while a store opens costs nothing that was there", "power-faults",
            ["pawl-power faults"], "tools/check --long=power --minutes M", "power-control-lying-disk"),
    Promise("Events stored are events that lead to the state stored (the replay law)", "sim-first sim-second unit", [],
            "tools/check --only sim,unit", "sim-mutant-* sim-mutants-*"),
    Promise("Both stores keep one contract; a store of another program, a newer one, a damaged one, a full disk, a second owner is a "
            "clear error", "contract", [], "tools/check --only contract", ""),
    Promise("Stores of every earlier format open and go on (golden/)", "contract", [], "tools/check --only contract", ""),
    Promise("Every failed disk operation of a commit ends in a definite answer, or an unknown one that is called that; what was answered "
            "is what is on disk", "contract", ["ctest contract"], "tools/check --long=contract", ""),
    Promise("On a full disk instances are listed and removed, and everything goes on with the room they leave", "contract",
            ["ctest contract"], "tools/check --long=contract", "contract"),
    Promise("Reading works beside an owner, after a SIGKILL, on a read-only mount, as another user, or says which right is missing",
            "cli-reading cli-reading-as-root", [], "tools/check --only cli", ""),
    # --- what instances do
    Promise("Whatever the order of messages, deaths of actors, faults of the store, restarts and jumping clocks: instances "
            "complete, once, in order", "sim-first sim-second", ["pawl-sim"], "tools/check --long=sim --minutes M",
            "sim-mutant-* sim-mutants-*"),
    Promise("A node actor, an instance actor, the store actor or the timer actor dies, stores and disks fail, in a real process: the "
            "instances go on", "recovery", ["ctest recovery"], "tools/check --long=recovery", "recovery"),
    Promise("Retries and delays wait by themselves, also across restarts", "recovery", ["ctest recovery"],
            "tools/check --long=recovery", ""),
    Promise("Delays, retries and timeouts last as long as they say, across restarts and however the wall clock is set; dates and "
            "schedules follow it (`unit/host/time_test.cpp`, `unit/actors/engine_time_test.cpp`)", "unit sim-first sim-second", [],
            "tools/check --only unit,sim", "sim-mutant-* sim-mutants-*"),
    Promise("Of signal, timeout, cancellation and completion exactly one ends a wait; what was cancelled starts nothing any more, also "
            "after a restart (`unit/host/cancel_test.cpp`)", "unit sim-first sim-second crash", [],
            "tools/check --only unit,sim,crash", "sim-mutant-* sim-mutants-*"),
    Promise("An attempt that takes longer than its `timeout` fails and may be retried; a late answer is dropped "
            "(`unit/host/executors_test.cpp`)", "unit", [], "tools/check --only unit", ""),
    Promise("A run that a schedule accepts starts once; what is skipped or missed is what its policies say, whatever dies and however "
            "clocks leap; a schedule that was acknowledged stays",
            "sim-first sim-second crash crash-points-schedules power power-recovery unit", [],
            "tools/check --only sim,crash,power,unit", "sim-mutant-* sim-mutants-*"),
    Promise("A subscriber to one instance misses no event, one to all is told where a gap is and how large, whatever actor dies "
            "(`unit/host/subscription_test.cpp`)", "unit recovery", [], "tools/check --only unit,recovery", ""),
    Promise("A simulated run follows from its seed, to the byte", "sim-repeats", ["pawl-sim --twice"],
            "tools/check --long=sim --minutes M", ""),
    # --- what it costs
    Promise("More starts than a slow disk takes wait or fail, as the host chose; memory stays within 64 MiB above idle, nothing is lost",
            "pressure", ["ctest pressure"], "tools/check --long=pressure", "pressure-control"),
    Promise("A million waiting instances need no memory and open in a few milliseconds (figures: `tools/bench/README.md`)",
            "bench-parked", [], "pawl-bench parked", ""),
    Promise("Every failed allocation of parsing, evaluating, a commit or an opening ends in an error or `std::bad_alloc`, nothing half "
            "done", "allocation-pure allocation-first allocation-store", ["pawl-allocation *"],
            "tools/check --long=allocation", "allocation-control-*"),
    # --- what comes in
    Promise("What enters is checked by schemas before anything is stored: inputs, payloads, data and outputs of nodes "
            "(`unit/host/schema_test.cpp`, `unit/schema`)", "unit cli-gate", [], "tools/check --only unit,cli", ""),
    Promise("Hostile input (over 28,000 expressions, templates, definitions, schemas and payloads) ends in a clear error inside its limits "
            "on steps and memory", "hostile", ["pawl-hostile"], "tools/check --long=hostile", "hostile-control-*"),
    Promise("Any bytes at the ways in: no crash, no undefined behaviour, the laws of fuzz/", "",
            ["fuzz_*"], "tools/check --long=fuzz --minutes M", ""),
    Promise("JSON Schema: at least 97 % of the public suite's draft-07 cases, 90 % of its format cases, the misses listed with reasons",
            "conformance-schemas conformance-schemas-suite", [], "tools/check --only conformance", "conformance-schemas-control"),
    Promise("Expressions are a superset of Jexl 2.3.0, templates and engine follow Refluxo, but for the named rules "
            "(`conformance/README.md`); transitions and JSON are as documented", "unit conformance-*", [],
            "tools/check --only unit,conformance", "conformance-*-control"),
    Promise("Every example of every function gives what the reference says", "unit functions-page", [],
            "tools/check --only unit,cli", ""),
    # --- secrets
    Promise("No node has a secret that its policy (definition, type, host, labels) keeps from it, or before the audit on disk says so, "
            "whatever dies", "unit recovery sim-first sim-second crash nodes-http examples-secrets", [],
            "tools/check --only unit,recovery,sim,crash,nodes,examples", "sim-mutant-* sim-mutants-*"),
    Promise("Every changed, cut, swapped or older byte of a sealed store or envelope is refused, with what to do; a kill at any point of a "
            "change leaves the old or the new", "unit", [], "tools/check --only unit,fuzz", "unit"),
    Promise("What a node does with a secret leaves not one byte of it in any file, backup, log, event, output, message between actors "
            "or core image, in the usual encodings; nothing new goes without this test",
            "canary-all canary-kill canary-memory canary-memory-echo canary-messages canary-registry canary-search",
            ["pawl-canary-tests *"], "tools/check --long=canary --minutes M", "canary-control-*"),
    Promise("A secret that was stored, sent by `http` or read from Vault is afterwards in locked pages only; the command is "
            "closed to the user's other processes",
            "memory memory-http memory-tls cli-secrets-memory", [], "tools/check --only memory,cli",
            "memory-http-control"),
    Promise("`http` reaches no private, loopback, link-local or metadata address that the host did not allow, also through names and "
            "redirects", "nodes-http", [], "tools/check --only nodes", ""),
    # --- what is told about it
    Promise("The front page and the guides do what they say, killed in the middle; links and cited rules are there", "examples-*", [],
            "tools/check --only examples", "examples-pages-control"),
    Promise("An installed Pawl is found, built against as C++17 and C++20, and runs; a shared library shows a list of names and no more",
            "install-* symbols symbols-suffice", [], "tools/check --only install", "symbols-control"),
    Promise("Rooms, installed names, linked libraries and figures are what they are said to be",
            "layers symbols embedder-includes no-qt-poco bench-floor", [], "tools/check --only test",
            "layers-control symbols-control embedder-includes-control no-qt-poco-control bench-floor-control"),
    Promise("The README's lines from a fresh clone to an installed Pawl and a program on it work as they stand there; what ships "
            "is hardened: fortified C library, stack protector, library assertions, RELRO, BIND_NOW, PIE, CET",
            "install-readme hardened", [], "tools/check --only install", "hardened-control"),
    Promise("Pure code and the simulation have no data race (thread sanitizer)", "unit sim-first sim-second", [],
            "tools/check --only tsan", "tsan-control"),
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
