#!/usr/bin/env python3
"""Turns db/queries/*.sql, db/migrations/*.sql and db/seed/*.csv into C: an enum and tables that db/pg.c and db/migrate.c read.

A query file holds named blocks: `-- name: appeal_get`, head comments (`-- plan: custom`, `-- copy: yes`), then one statement;
`-- fragment: NAME` is a piece that statements name as {NAME}.
Usage: embed.py header|source OUTPUT INPUT..."""
import csv
import json
import pathlib
import re
import sys


def blocks(path):
    """The named statements of one file: (name, flags, sql)."""
    found, name, flags, lines = [], None, set(), []

    def close():
        sql = "\n".join(lines).strip().rstrip(";").strip()
        if name:
            if not sql:
                sys.exit(f"{path}: {name}: no statement")
            found.append((name, flags, sql))

    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        head = re.match(r"--\s*(name|fragment|plan|copy)\b:\s*(.*)", line)
        if head and head[1] in ("name", "fragment"):
            close()
            name, flags, lines = head[2].strip(), set(), []
            if head[1] == "fragment":
                flags.add("fragment")
            if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
                sys.exit(f"{path}:{number}: a name is lower-case words with _, not {name!r}")
        elif head and name:
            flags.add(head[1])
        elif name and not line.lstrip().startswith("--"):
            lines.append(line)
    close()
    return found


def expand(queries, fragments):
    """`{name}` in a statement stands for the fragment of that name: a condition that several statements share is written once."""
    def one(sql, where):
        for _ in range(4):
            sql = re.sub(r"\{([a-z_]+)\}", lambda m: fragments[m[1]] if m[1] in fragments else sys.exit(f"{where}: no fragment {m[1]}"), sql)
        return sql
    return [(name, flags, one(sql, name), file) for name, flags, sql, file in queries]


def c_string(text):
    out = []
    for line in text.splitlines(keepends=True):
        body = line.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r").replace("?", "\\?")
        out.append('    "' + body + '"')
    return "\n".join(out) or '    ""'


def c_bytes(data):
    rows = [", ".join(str(b) for b in data[i:i + 24]) for i in range(0, len(data), 24)]
    return "{\n    " + ",\n    ".join(rows + ["0"]) + "}"


def main():
    kind, output, inputs = sys.argv[1], sys.argv[2], [pathlib.Path(p) for p in sys.argv[3:]]
    queries, names, fragments = [], set(), {}
    for path in sorted(p for p in inputs if p.parent.name == "queries"):
        for name, flags, sql in blocks(path):
            if name in names:
                sys.exit(f"{path}: {name}: this name is taken")
            names.add(name)
            if "fragment" in flags:
                fragments[name] = sql
            else:
                queries.append((name, flags, sql, path.name))
    queries = expand(queries, fragments)
    if kind == "header":
        text = ["/* Made by db/embed.py from db/queries/. */", "#pragma once", "enum query {"]
        text += [f"    Q_{name.upper()}, /* {file} */" for name, _, _, file in queries] + ["    QUERY_COUNT", "};", ""]
    else:
        text = ['#include "db/embedded.h"', "const struct query_info query_infos[] = {"]
        for name, flags, sql, _ in queries:
            params = max([int(n) for n in re.findall(r"\$(\d+)", sql)], default=0)
            text.append(f'    {{"{name}", {params}, {str("plan" in flags).lower()}, {str("copy" in flags).lower()},\n{c_string(sql)}}},')
        text.append("};")
        text.append("const struct migration migrations[] = {")
        last = 0
        for path in sorted(p for p in inputs if p.parent.name == "migrations"):
            number, title = re.fullmatch(r"(\d{4})_(\w+)\.sql", path.name).groups()
            if int(number) == last:
                sys.exit(f"{path}: another migration has the number {number}")
            last = int(number)
            text.append(f'    {{{int(number)}, "{title}",\n{c_string(path.read_text(encoding="utf-8"))}}},')
        text.append("    {0, NULL, NULL}};")
        seeds = sorted(p for p in inputs if p.suffix == ".csv")
        for path in seeds:
            with path.open(encoding="utf-8", newline="") as f:
                rows = list(csv.DictReader(f))
            data = json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()
            text.append(f"static const char seed_{path.stem}[] = {c_bytes(data)};")
        text.append("const struct seed seeds[] = {")
        text += [f'    {{"{p.stem}", seed_{p.stem}}},' for p in seeds]
        text.append("    {NULL, NULL}};")
    pathlib.Path(output).write_text("\n".join(text) + "\n", encoding="utf-8")


main()
