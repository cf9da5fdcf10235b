#!/usr/bin/env python3
"""Writes a file's bytes, with a zero after them, as a C array: embed.py INPUT OUTPUT.c SYMBOL HEADER."""
import sys

source, output, symbol, header = sys.argv[1:]
with open(source, "rb") as f:
    data = f.read()
if b"\0" in data:
    sys.exit(f"{source}: a zero byte inside: it would end the text")
with open(output, "w", encoding="ascii") as out:
    out.write(f'#include "{header}"\nconst char {symbol}[] = {{\n')
    for at in range(0, len(data), 24):
        out.write(",".join(str(b if b < 128 else b - 256) for b in data[at:at + 24]) + ",\n")
    out.write("0};\n")
