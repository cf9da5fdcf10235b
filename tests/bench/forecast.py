#!/usr/bin/env python3
"""How often the forecast "will be late" would have been right: the rule of db/queries/clock.sql (pace_done, forecast) played over a real
life cycle with deadlines, case by case, knowing at each moment only what had been closed before it.

    forecast.py [FILE.csv.gz]     ../shared/data/appeals/boston311_2015_03_05.csv.gz beside the source tree unless named

A queue is the executor, the type of a request its topic. Told: the share that came late (what a guess without a rule is right at), how
many of those called late came late (precision), how many of the late ones were called so (recall).
"""
import collections
import csv
import datetime
import gzip
import heapq
import os
import sys

NEWEST, ENOUGH, RATE_DAYS = 200, 5, 90


def read(path):
    def at(text):
        return datetime.datetime.fromisoformat(text) if text else None
    with gzip.open(path, "rt", encoding="utf-8", newline="") as f:
        for i, row in enumerate(csv.DictReader(f)):
            opened, target = at(row["open_dt"]), at(row["target_dt"])
            if opened and target and row["ontime_status"]:
                yield opened, i, target, at(row["closed_dt"]), row["ontime_status"] == "OVERDUE", row["queue"], row["type"]


def expected_days(done, topic, today, ahead):
    """None when too little is known; else days from today to the expected end."""
    same = [d.days for d in done if d.topic == topic]
    usual = sorted(same if len(same) >= ENOUGH else [d.days for d in done])
    if len(usual) < ENOUGH:
        return None
    recent = [d.day for d in done if (today - d.day).days < RATE_DAYS]
    wait = 0
    if recent:
        per_day = len(recent) / min(RATE_DAYS, max(1, (today - min(recent)).days))
        wait = -(-min(ahead, NEWEST) // per_day)
    return max(usual[(len(usual) - 1) // 2], wait)


Done = collections.namedtuple("Done", "day days topic")


def play(cases):
    done = collections.defaultdict(lambda: collections.deque(maxlen=NEWEST))
    waiting, pending, counts = collections.defaultdict(list), [], collections.Counter()
    for opened, i, target, closed, late, queue, topic in sorted(cases, key=lambda c: c[:2]):
        while pending and pending[0][0] <= opened:
            end, _, begin, q, t, due = heapq.heappop(pending)
            done[q].append(Done(end.date(), (end.date() - begin.date()).days, t))
            waiting[q].remove(due)
        today, due = opened.date(), target.date()
        days = expected_days(done[queue], topic, today, 1 + sum(1 for d in waiting[queue] if d <= due))
        if days is None:
            counts["unknown"] += 1
        else:
            counts[(days > (due - today).days, late)] += 1
        waiting[queue].append(due)
        if closed:
            heapq.heappush(pending, (closed, i, opened, queue, topic, due))
    return counts


def main():
    path = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "../../../shared/data/appeals/boston311_2015_03_05.csv.gz")
    if not os.path.exists(path):
        print(f"skipped: {path} is not there")
        return 0
    n = play(read(path))
    hit, false, missed, quiet = n[True, True], n[True, False], n[False, True], n[False, False]
    known = hit + false + missed + quiet
    base, precision, recall = (hit + missed) / known, hit / (hit + false), hit / (hit + missed)
    print(f"A5: forecast \"will be late\" over {known} cases ({n['unknown']} more of executors not known yet)")
    print(f"  came late in all               {base:6.1%}")
    print(f"  of those called late, came so  {precision:6.1%}   {precision / base:.2f} times the base rate")
    print(f"  of the late ones, called so    {recall:6.1%}")
    print(f"  right in all                   {(hit + quiet) / known:6.1%}")
    ok = precision > 1.3 * base and recall > 0.5
    print("  OK" if ok else "  MISSED: the rule is worth too little (wanted: 1.3 times the base rate, half of the late ones)")
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
