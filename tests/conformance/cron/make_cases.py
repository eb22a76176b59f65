#!/usr/bin/env python3
"""Writes cases.jsonl and disagreements.jsonl: when cron expressions are due, as others than Pawl say.

Needs Debian's python3-croniter and tzdata; the tests read the files only. Two oracles:
- croniter, an implementation of cron in Python;
- minutes: every real minute, one after the other, looked at as Vixie's cron does it, with the zones of Python's zoneinfo.
  Slow and short; knows nothing of Pawl's way. It alone speaks where clocks change, which croniter treats otherwise.
A case stands in cases.jsonl when all oracles that were asked agree. Where they do not, it stands in disagreements.jsonl
with both answers and the reason; there Pawl's rule (runtime/include/pawl/schedule.hpp) is that of `minutes`.
"""
import json
import os
import random
import sys
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from croniter import croniter

HERE = os.path.dirname(os.path.abspath(__file__))
SEED = 20261128
WALKED_DAYS_MAX = 400
COUNT = 4

MONTHS = {name: i + 1 for i, name in enumerate("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split())}
DAYS = {name: i for i, name in enumerate("SUN MON TUE WED THU FRI SAT".split())}
BOUNDS = [(0, 59, {}), (0, 23, {}), (1, 31, {}), (1, 12, MONTHS), (0, 7, DAYS)]
NICKNAMES = {"@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
             "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *"}


def values(field, first, last, names):
    found = set()
    number = lambda text: names[text.upper()] if text.upper() in names else int(text)
    for part in field.split(","):
        span, _, step = part.partition("/")
        if span == "*":
            low, high = first, last
        else:
            low, _, high = span.partition("-")
            low, high = number(low), number(high or low)
            if last == 7 and high == 0 and low > 0:
                high = 7
        found.update(range(low, high + 1, int(step or 1)))
    return {0 if last == 7 and n == 7 else n for n in found}


class Minutes:
    """Vixie's cron: looks once a minute."""

    def __init__(self, text):
        fields = NICKNAMES.get(text, text).split()
        self.minute, self.hour, self.day, self.month, self.weekday = (
            values(f, *b) for f, b in zip(fields, BOUNDS))
        self.stars = [f.startswith("*") for f in fields]
        self.is_rhythm = self.stars[0] or self.stars[1]

    def matches(self, local):
        if local.minute not in self.minute or local.hour not in self.hour or local.month not in self.month:
            return False
        day, weekday = local.day in self.day, local.isoweekday() % 7 in self.weekday
        return (day and weekday) if self.stars[2] or self.stars[4] else (day or weekday)

    def next(self, after, zone, count, until):
        minute = timedelta(minutes=1)
        at = datetime.fromtimestamp(after // 60 * 60, timezone.utc)
        before = at.astimezone(zone).replace(tzinfo=None)
        found = []
        while len(found) < count and at.timestamp() < until:
            at += minute
            aware = at.astimezone(zone)
            local = aware.replace(tzinfo=None, fold=0)
            due = self.matches(local) and (self.is_rhythm or not aware.fold)
            if not self.is_rhythm:  # what the clocks jumped over
                skipped = before + minute
                while skipped < local:
                    due |= self.matches(skipped)
                    skipped += minute
            if due:
                found.append(int(at.timestamp()))
            # Going back, the clock shows nothing new before it shows more than it has shown.
            before = local
        return found


def by_croniter(text, after, zone, count):
    found = croniter(text, datetime.fromtimestamp(after, timezone.utc).astimezone(zone), max_years_between_matches=40)
    return [int(found.get_next(datetime).timestamp()) for _ in range(count)]


HAND = """
* * * * *|*/5 * * * *|10-50/10 * * * *|0 * * * *|30 2 * * *|0 0 * * *|0 0 1 * *|0 0 1 1 *|0 0 * * 0|0 0 * * 7
0 9 * * MON-FRI|0 9 * * mon-fri|15,45 8-18 * * 1-5|0 0 13 * 5|0 0 13 * FRI|0 12 1,15 * WED|0 0 31 * *|0 0 30 * *
0 0 29 2 *|59 23 31 12 *|0 0 1 JAN *|0 0 1 jan,jul *|0 6 * JAN-MAR MON|*/15 * * * *|0 */2 * * *|0 1-23/2 * * *
5 4 * * sun|0 22 * * 1-5|23 0-20/2 * * *|0 0,12 1 */2 *|0 4 8-14 * *|*/7 * * * *|3-59/15 2,6-12 * * *|0 0 * * 1,3,5
0 0 1-7 * *|0 0 15 * 1|30 4 1,15 * 5|0 0 * 2 *|0 0 28-31 * *|1-3,5-7,9 * * * *|*/30 9-17 * * *|0 0 */10 * *
@yearly|@annually|@monthly|@weekly|@daily|@midnight|@hourly|0 0 * * 5-7|0 0 * * 6,7|20 14 * * 2-4|45 23 * * 6
""".strip().replace("\n", "|").split("|")

STEADY = ["UTC", "Asia/Kolkata", "Asia/Kathmandu", "America/Phoenix", "Asia/Tokyo"]

# Zone, the change (UTC), and what it does there.
CHANGES = [("Europe/Berlin", "2026-03-29T01:00:00"), ("Europe/Berlin", "2026-10-25T01:00:00"),
           ("America/New_York", "2026-03-08T07:00:00"), ("America/New_York", "2026-11-01T06:00:00"),
           ("Australia/Lord_Howe", "2026-10-03T15:30:00"), ("Australia/Lord_Howe", "2026-04-04T15:00:00"),
           ("America/Santiago", "2026-09-06T04:00:00"), ("America/Santiago", "2026-04-05T03:00:00"),
           ("Africa/Casablanca", "2026-02-15T02:00:00"), ("Africa/Casablanca", "2026-03-22T02:00:00"),
           ("Pacific/Apia", "2011-12-30T10:00:00"), ("Europe/London", "2026-03-29T01:00:00")]
AROUND = ["30 2 * * *", "0 2 * * *", "0 3 * * *", "59 1 * * *", "30 1 * * *", "0,30 2 * * *", "30 2,3 * * *", "0 2,3 * * *",
          "*/15 2 * * *", "30 * * * *", "* * * * *", "*/20 * * * *", "15 0-23 * * *", "0 */2 * * *", "0 1-5/2 * * *",
          "15 2 * * 0", "0 0 * * *", "30 0 * * *", "45 23 * * *", "0 12 * * *", "@daily", "@hourly"]


def random_field(dice, first, last, names):
    kind = dice.random()
    number = lambda low: dice.randint(low, last)
    if kind < 0.35:
        return "*"
    if kind < 0.5:
        return "*/%d" % dice.randint(2, max(2, (last - first) // 2))
    if kind < 0.75:
        return ",".join(str(n) for n in sorted({number(first) for _ in range(dice.randint(1, 4))}))
    low = dice.randint(first, last - 1)
    high = dice.randint(low + 1, last)
    text = "%d-%d" % (low, high)
    return text + ("/%d" % dice.randint(2, 5) if kind > 0.9 else "")


def stamp(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp())


def wanted(dice):
    for i, text in enumerate(HAND):
        for n in range(2):
            yield text, STEADY[(i + n) % len(STEADY)], dice.randint(stamp("2024-01-01"), stamp("2030-01-01"))
    for _ in range(120):
        fields = [random_field(dice, first, last if last != 7 else 6, names) for first, last, names in BOUNDS]
        if fields[2].startswith("*"):
            fields[4] = fields[4] if fields[4][1:2] != "/" else "1-5"
        elif fields[4].startswith("*/"):
            fields[4] = "2,4"
        yield " ".join(fields), dice.choice(STEADY), dice.randint(stamp("2024-01-01"), stamp("2030-01-01"))
    for zone, change in CHANGES:
        for text in AROUND:
            yield text, zone, stamp(change) - dice.choice([60, 1800, 3600, 5400, 86400])
    # Stars with a step: Vixie's cron takes them for stars, others for a bound.
    for text in ("0 0 */3 * 1", "0 0 13 * */2", "0 0 */2 * */2"):
        yield text, "UTC", stamp("2026-01-01")


def reason_of(text, zone):
    if zone in STEADY:
        return "a day field that begins with * is no bound in Vixie's cron, however it goes on; in croniter it is one"
    return "clocks change: croniter has another rule"


def main():
    dice = random.Random(SEED)
    agreed, apart, refused = [], [], 0
    for text, zone, after in wanted(dice):
        case = {"cron": text, "zone": zone, "after": after}
        walked = Minutes(text).next(after, ZoneInfo(zone), COUNT, after + WALKED_DAYS_MAX * 86400)
        try:
            other = by_croniter(text, after, ZoneInfo(zone), COUNT)
        except Exception as problem:  # croniter finds no such date, or fails at a change of clocks
            print(f"croniter: {case}: {problem!r}", file=sys.stderr)
            refused += 1
            if len(walked) == COUNT:
                agreed.append({**case, "next": walked, "by": "minutes"})
            continue
        if walked == other[:len(walked)]:
            by = "both" if len(walked) == COUNT else "croniter"
            agreed.append({**case, "next": other, "by": by})
        else:
            apart.append({**case, "next": walked, "croniter": other, "why": reason_of(text, zone)})
    for name, cases in (("cases.jsonl", agreed), ("disagreements.jsonl", apart)):
        with open(os.path.join(HERE, name), "w", encoding="utf-8") as out:
            for case in cases:
                out.write(json.dumps(case) + "\n")
    print(f"{len(agreed)} agree, {len(apart)} apart, {refused} refused by croniter")


if __name__ == "__main__":
    main()
