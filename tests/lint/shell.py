#!/usr/bin/env python3
"""The scripts run with pipefail: who leaves a pipe early kills what still writes into it, and a match becomes a failure, now and then.

    shell.py [ROOT]      exit code 1 when anything was found
"""
import os
import re
import sys

SCRIPTS = ["run.sh", ".ci/run"]
LEAVES_EARLY = re.compile(r"(?<!\|)\|\s*(grep\s+(-\w+\s+)*-\w*q|head\b)")


def faults(path, source):
    return [f"{path}:{number}: {m.group()[1:].strip()} leaves before its input ends: take the output first, then look"
            for number, line in enumerate(source.splitlines(), 1)
            if (m := LEAVES_EARLY.search(re.sub(r"(^|\s)#.*", "", line)))]


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "..", "..")
    found = []
    for path in SCRIPTS:
        with open(os.path.join(root, path), encoding="utf-8") as f:
            found += faults(path, f.read())
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
