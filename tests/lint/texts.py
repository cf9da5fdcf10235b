#!/usr/bin/env python3
"""Every text for people stands in both languages: each row of the tables has a Russian and an English column, and neither is empty.

    texts.py [ROOT]      exit code 1 when anything was found
"""
import csv
import json
import os
import re
import sys

ROW = re.compile(r"^([A-Z_]+)\((.*)\)\s*$")
CYRILLIC = re.compile("[А-Яа-яЁё]")

# File, macro -> places of (name, ru, en) among its arguments; hints may be empty, but then in both languages.
TABLES = {
    "common/errors.def": {"ERR": (0, 4, 5)},
    "common/reasons.def": {"REASON": (0, 1, 2)},
    "server/config.def": {"CONFIG_TEXT": (0, 2, 3), "CONFIG_INT": (0, 5, 6), "CONFIG_BOOL": (0, 2, 3)},
}
HINTS = {"common/errors.def": (6, 7)}
ALLOWED_EMPTY = {("common/errors.def", "OK")}
PAIRS = ("note", "about", "detect", "also", "check", "demands", "does")


def arguments(text):
    """Splits the arguments of a row at its commas, minding quotes, and joins neighbouring string literals."""
    out, depth, piece, in_string, i = [], 0, "", False, 0
    while i < len(text):
        c = text[i]
        if in_string and c == "\\":
            piece += text[i:i + 2]
            i += 2
            continue
        if c == '"':
            in_string = not in_string
        elif not in_string and c in "({":
            depth += 1
        elif not in_string and c in ")}":
            depth -= 1
        elif not in_string and depth == 0 and c == ",":
            out.append(piece.strip())
            piece = ""
            i += 1
            continue
        piece += c
        i += 1
    out.append(piece.strip())
    return ["".join(re.findall(r'"((?:\\.|[^"\\])*)"', a)) if a.startswith('"') else a for a in out]


def language_fault(ru, en):
    if not ru.strip():
        return "no Russian text"
    if not en.strip():
        return "no English text"
    if CYRILLIC.search(en):
        return "Russian letters in the English text"
    return None


def check_table(root, name, macros):
    faults, count = [], 0
    with open(os.path.join(root, name), encoding="utf-8") as f:
        lines = re.sub(r"/\*.*?\*/", lambda m: re.sub(r"[^\n]", "", m.group()), f.read(), flags=re.S).split("\n")
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        m = ROW.match(line)
        if not m or m.group(1) not in macros:
            faults.append(f"{name}:{number}: not a row of this table (one row a line): {line[:60]}")
            continue
        args, (at, ru, en) = arguments(m.group(2)), macros[m.group(1)]
        count += 1
        if len(args) <= max(ru, en):
            faults.append(f"{name}:{number}: too few columns")
            continue
        fault = None if (name, args[at]) in ALLOWED_EMPTY else language_fault(args[ru], args[en])
        if not fault and name in HINTS:
            hints = [args[i] for i in HINTS[name]]
            fault = language_fault(*hints) if any(hints) else None
        if fault:
            faults.append(f"{name}:{number}: {args[at]}: {fault}")
    return faults, count


def check_classifiers(root):
    name = "db/seed/classifiers.csv"
    faults, rows, line = [], [], 1
    with open(os.path.join(root, name), encoding="utf-8", newline="") as f:
        reader = csv.DictReader(f)
        for row in reader:
            rows.append(row)
            where = f"{name}:{reader.line_num}: {row['classifier']} {row['code']}"
            fault = language_fault(row["ru"], row["en"])
            if fault:
                faults.append(f"{where}: {fault}")
            try:
                data = json.loads(row["data"])
            except ValueError as e:
                faults.append(f"{where}: data is not JSON: {e}")
                continue
            for key in PAIRS:
                if key + "_ru" in data or key + "_en" in data:
                    fault = language_fault(data.get(key + "_ru", ""), data.get(key + "_en", ""))
                    if fault:
                        faults.append(f"{where}: {key}: {fault}")
    known = {(r["classifier"], r["code"]) for r in rows}
    if len(known) != len(rows):
        faults.append(f"{name}: a code stands twice")
    for r in rows:
        if r["parent"] and (r["classifier"], r["parent"]) not in known:
            faults.append(f"{name}: {r['classifier']} {r['code']}: no such parent: {r['parent']}")
    return faults, len(rows)


def check_tree(root):
    faults, count = check_classifiers(root)
    for name, macros in TABLES.items():
        more, rows = check_table(root, name, macros)
        if rows == 0:
            more.append(f"{name}: no rows found")
        faults += more
        count += rows
    return faults, count


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "..", "..")
    faults, count = check_tree(root)
    for fault in faults:
        print(fault)
    print(f"{count} rows read, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
