#!/usr/bin/env python3
"""Compiles the terminal descriptions of gorod.ti and writes them down as ncurses takes them from the environment variable TERMINFO.

embed.py SOURCE OUTPUT: rows of a C table {name without "gorod-", "b64:..."}."""
import re
import subprocess
import sys
import tempfile

source, output = sys.argv[1:]
with tempfile.TemporaryDirectory() as folder, open(output, "w", encoding="ascii") as out:
    subprocess.run(["tic", "-x", "-o", folder, source], check=True)
    with open(source, encoding="ascii") as text:
        names = re.findall(r"^(gorod-[\w-]+)\|", text.read(), re.M)
    for name in names:
        words = subprocess.run(["infocmp", "-A", folder, "-x", "-Q2", name], check=True, capture_output=True, text=True).stdout
        body = "".join(line for line in words.splitlines() if not line.startswith("#"))
        if not re.fullmatch(r"b64:[A-Za-z0-9_-]+=*", body):
            sys.exit(f"{name}: infocmp wrote something else than a description in base64")
        pieces = "\n    ".join(f'"{body[i:i + 120]}"' for i in range(0, len(body), 120))
        print(f'{{"{name.removeprefix("gorod-")}",\n    {pieces}}},', file=out)
