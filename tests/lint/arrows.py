#!/usr/bin/env python3
"""Reads the includes and prints every arrow that runs back, every library out of its place and every SQL text outside db/.

    arrows.py [ROOT]      exit code 1 when anything was found

The picture in docs/architecture.md "What is where" is what this file holds true.
"""
import os
import re
import sys

# Folder -> folders of ours that it may include (itself always).
MAY_INCLUDE = {
    "common": set(),
    "db": {"common"},
    "server": {"common", "db"},
    "tui": {"common"},
    "print": set(),
    "mail": {"common", "db"},
}

# Header of a library -> folders where it may stand, and why.
LIBRARIES = [
    (r"(postgres|libpq)[a-z_/-]*\.h|libpq/.*|pg_config.*", ["db"], "only db/ talks to PostgreSQL"),
    (r"(ncursesw?/)?(n?curses|term|panel|form|menu)\.h", ["tui"], "the server draws nothing"),
    (r"libssh/.*", ["server/gate", "server/supervisor", "server/demo"], "SSH is the gate's (and the supervisor's and the demo's, which make keys)"),
    (r"yaml\.h", ["server"], "gorod-tui links ncursesw and jansson alone"),
    (r"sodium.*\.h", ["server", "mail"], "gorod-tui links ncursesw and jansson alone"),
    (r"(pango|cairo)[a-z/-]*\.h|xlsxwriter\.h", ["print", "tests/bench"], "they are shut in with the printer"),
    (r"seccomp\.h", ["server", "print"], "gorod-tui links ncursesw and jansson alone"),
    (r"curl/.*", ["mail"], "libcurl and what it brings are in the sender of letters alone"),
]

# A string that begins like a statement, or holds the pair of words that only a statement has.
SQL = re.compile(
    r"^\s*(SELECT|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|WITH\s+\w+\s+AS|CREATE\s+(TABLE|INDEX|FUNCTION|EXTENSION)|"
    r"ALTER\s+(TABLE|DATABASE|ROLE)|DROP\s+(TABLE|INDEX)|TRUNCATE\s|COPY\s+\w+.*\s(FROM|TO)\s|LISTEN\s+\w+|NOTIFY\s+\w+|"
    r"PREPARE\s+\w+\s+AS|VACUUM|ANALYZE\s+\w+)\b|"
    r"\bINSERT\s+INTO\s+\w|\bDELETE\s+FROM\s+\w|\bSELECT\b.*\bFROM\b|\bUPDATE\s+\w+\s+SET\b")

TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>)', re.M)


def blank(text):
    """The text with everything but line ends gone, so that lines keep their numbers."""
    return re.sub(r"[^\n]", " ", text)


def without_comments(source):
    return TOKEN.sub(lambda m: blank(m.group()) if m.group().startswith("/") else m.group(), source)


def sql_texts(source):
    """(offset, text) of each string literal, neighbours joined as the compiler joins them."""
    joined, start, end = "", None, None
    for m in TOKEN.finditer(source):
        if not m.group().startswith('"'):
            continue
        if start is not None and source[end:m.start()].strip() == "":
            joined += m.group()[1:-1]
        else:
            if start is not None:
                yield start, joined
            start, joined = m.start(), m.group()[1:-1]
        end = m.end()
    if start is not None:
        yield start, joined


def check_include(path, line, name):
    top = path.split("/")[0]
    folder = name.split("/")[0]
    if "/" in name and folder in MAY_INCLUDE and folder != top and folder not in MAY_INCLUDE[top]:
        return f"{path}:{line}: {top} -> {folder} ({name}): the arrow runs back; {top}/ may include " + (
            ", ".join(sorted(MAY_INCLUDE[top])) or "nothing of ours")
    if ".." in name.split("/"):
        return f"{path}:{line}: {name}: write the path from the root of the tree"
    for pattern, places, why in LIBRARIES:
        if re.fullmatch(pattern, name) and not any(path.startswith(p + "/") for p in places):
            return f"{path}:{line}: {name} outside {', '.join(places)}: {why}"
    return None


def check_source(path, source):
    faults = []
    bare = without_comments(source)
    at = lambda offset: source.count("\n", 0, offset) + 1
    for m in INCLUDE.finditer(bare):
        fault = check_include(path, at(m.start()), m.group(1) or m.group(2))
        if fault:
            faults.append(fault)
    if not path.startswith("db/"):
        for offset, text in sql_texts(INCLUDE.sub(lambda m: blank(m.group()), bare)):
            if SQL.search(re.sub(r"\\[nt]", " ", text)):
                faults.append(f"{path}:{at(offset)}: SQL outside db/: \"{text[:50]}\": make it a named query of db/queries/")
    return faults


def check_tree(root):
    faults, count = [], 0
    for top in MAY_INCLUDE:
        for folder, _, files in os.walk(os.path.join(root, top)):
            for name in sorted(files):
                if not name.endswith((".c", ".h", ".def")):
                    continue
                full = os.path.join(folder, name)
                with open(full, encoding="utf-8") as f:
                    faults += check_source(os.path.relpath(full, root).replace(os.sep, "/"), f.read())
                count += 1
    return faults, count


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "..", "..")
    faults, count = check_tree(root)
    for fault in faults:
        print(fault)
    print(f"{count} files read, {len(faults)} faults")
    return 1 if faults or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
