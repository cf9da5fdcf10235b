"""The pages of docs/reference are what `gorod-server reference PAGE` prints.

    reference.py check SERVER FOLDER REFRESH    fails when a page differs from what the program prints; REFRESH is the command to name then
    reference.py write SERVER FOLDER            writes the pages anew
"""
import difflib
import pathlib
import subprocess
import sys

PAGES = ["operations", "errors", "config", "workflow"]


def print_page(server, page):
    return subprocess.run([server, "reference", page], check=True, capture_output=True, text=True, encoding="utf-8").stdout


def difference(path, fresh):
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    lines = difflib.unified_diff(old.splitlines(), fresh.splitlines(), str(path), "as the program prints it", lineterm="", n=1)
    return list(lines)


def check(server, folder, refresh):
    stale = [(page, difference(folder / f"{page}.md", print_page(server, page))) for page in PAGES]
    stale = [(page, lines) for page, lines in stale if lines]
    for page, lines in stale:
        print(f"docs/reference/{page}.md is out of date:", *lines[:40], sep="\n")
    if stale:
        print(f"\nTo refresh the pages: {refresh}")
    return 1 if stale else 0


def write(server, folder):
    for page in PAGES:
        (folder / f"{page}.md").write_text(print_page(server, page), encoding="utf-8")
    return 0


def main(words):
    if len(words) == 4 and words[0] == "check":
        return check(words[1], pathlib.Path(words[2]), words[3])
    if len(words) == 3 and words[0] == "write":
        return write(words[1], pathlib.Path(words[2]))
    print(__doc__, file=sys.stderr)
    return 64


sys.exit(main(sys.argv[1:]))
