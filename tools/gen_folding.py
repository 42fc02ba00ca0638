#!/usr/bin/python3
"""Writes src/dicom/tables/folding.inc: what a character becomes for search (lower case, without combining marks), from
Python's Unicode database. Run it from the root of the repository."""
import unicodedata


def fold(c):
    text = unicodedata.normalize("NFKD", c).casefold()
    text = "".join(x for x in unicodedata.normalize("NFKD", text) if not unicodedata.combining(x))
    special = {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
    return "".join(special.get(x, x) for x in text)


with open("src/dicom/tables/folding.inc", "w", encoding="ascii") as out:
    out.write("/* Made by tools/gen_folding.py; do not edit. */\n")
    for code in range(0x80, 0x10000):
        c = chr(code)
        if 0xD800 <= code < 0xE000 or 0xAC00 <= code < 0xD7A4 or unicodedata.category(c) in ("Cn", "Co"):
            continue
        folded = fold(c)
        if folded != c and len(folded) <= 3 and all(ord(x) < 0x10000 for x in folded):
            cells = [f"0x{ord(x):04X}" for x in folded] + ["0"] * (3 - len(folded))
            out.write(f"F(0x{code:04X}, {', '.join(cells)})\n")
