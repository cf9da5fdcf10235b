#!/usr/bin/env python3
"""The files of db/seed/ agree with each other: codes exist, trees have no loose ends, dates are dates, texts have only known blanks.

    seeds.py [ROOT]      exit code 1 when anything was found
"""
import csv
import datetime
import json
import os
import re
import sys

BLANKS = {"street", "house", "flat"}
TEXT_KINDS = {"appeal", "assignment", "report", "comment", "return"}
DAY_KINDS = {"work", "short", "holiday", "off"}


def read(root, name):
    with open(os.path.join(root, "db", "seed", name), encoding="utf-8", newline="") as f:
        data = f.read()
    if "\r" in data or not data.endswith("\n"):
        raise SystemExit(f"db/seed/{name}: lines must end with LF")
    return list(csv.DictReader(data.splitlines(keepends=True), strict=True))


def check_units(units, classifiers):
    codes = {u["code"] for u in units}
    kinds = {c["code"] for c in classifiers if c["classifier"] == "unit_kind"}
    names = [u["ru"].lower().replace("ё", "е") for u in units]
    for u in units:
        if u["parent"] and u["parent"] not in codes:
            yield f"units.csv: {u['code']}: no such parent: {u['parent']}"
        if u["kind"] not in kinds:
            yield f"units.csv: {u['code']}: no such kind: {u['kind']}"
        if not u["ru"] or not u["en"]:
            yield f"units.csv: {u['code']}: a name is missing"
    if len(codes) != len(units) or len(set(names)) != len(names):
        yield "units.csv: a code or a name stands twice"


def check_topics(units, classifiers):
    codes = {u["code"] for u in units}
    levels = {c["code"] for c in classifiers if c["classifier"] == "jurisdiction"}
    for c in classifiers:
        if c["classifier"] != "topic":
            continue
        data = json.loads(c["data"])
        if data["level"] == "question" and data["unit"] not in codes:
            yield f"classifiers.csv: topic {c['code']}: no such unit: {data['unit']}"
        if data["level"] == "question" and data["jurisdiction"] not in levels:
            yield f"classifiers.csv: topic {c['code']}: no such jurisdiction: {data['jurisdiction']}"


def check_calendar(days, years):
    known = {y["year"] for y in years if y["verified"] == "true"}
    before = ""
    for d in days:
        date = datetime.date.fromisoformat(d["date"])
        plain = "work" if date.isoweekday() < 6 else "off"
        if d["kind"] not in DAY_KINDS or d["kind"] == plain:
            yield f"calendar.csv: {d['date']}: {d['kind']} is no kind of day that differs from the plain week"
        if d["date"][:4] not in known:
            yield f"calendar.csv: {d['date']}: its year is not in calendar_years.csv"
        if d["date"] <= before:
            yield f"calendar.csv: {d['date']}: out of order"
        before = d["date"]
    for year in known - {d["date"][:4] for d in days}:
        yield f"calendar_years.csv: {year} is called verified and has no days in calendar.csv"


def check_demo(texts, names, streets, units, classifiers):
    codes = {u["code"] for u in units} | {""}
    topics = {c["code"] for c in classifiers if c["classifier"] == "topic"} | {""}
    for t in texts:
        where = f"demo_texts.csv: {t['subject'] or t['text'][:40]}"
        if t["kind"] not in TEXT_KINDS or t["unit"] not in codes or t["topic_code"] not in topics:
            yield f"{where}: unknown kind, unit or topic"
        if not set(re.findall(r"{(\w*)}", t["subject"] + t["text"])) <= BLANKS:
            yield f"{where}: an unknown blank in braces"
        if not t["text"] or (t["kind"] == "appeal" and not (t["subject"] and t["unit"] and t["topic_code"])):
            yield f"{where}: a column is empty"
    for n in names:
        if n["kind"] not in ("first", "patronymic", "surname") or int(n["weight"]) <= 0 or not (n["male"] or n["female"]):
            yield f"names.csv: {n}"
        if n["kind"] != "first" and not (n["male"] and n["female"]):
            yield f"names.csv: {n}: both forms are needed"
    for s in streets:
        if not s["kind"] or not s["name"]:
            yield f"streets.csv: {s}"


def check_tree(root):
    units, classifiers = read(root, "units.csv"), read(root, "classifiers.csv")
    faults = [*check_units(units, classifiers), *check_topics(units, classifiers)]
    faults += check_calendar(read(root, "calendar.csv"), read(root, "calendar_years.csv"))
    faults += check_demo(read(root, "demo_texts.csv"), read(root, "names.csv"), read(root, "streets.csv"), units, classifiers)
    return faults


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "..", "..")
    faults = check_tree(root)
    for fault in faults:
        print("db/seed/" + fault)
    print(f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
