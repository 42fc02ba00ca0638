#!/usr/bin/python3
"""Writes src/dicom/tables/*.inc: the data dictionary and the SOP classes, as sorted constant tables.

Facts come from Debian packages: the data dictionary of libdcmtk17 (/usr/share/libdcmtk17/dicom.dic) and the registry of
UIDs of python3-pydicom. Run it from the root of the repository when either package brings a newer edition:

    apt-get install libdcmtk17 python3-pydicom && tools/gen_dictionary.py
"""
import re
import sys

DICTIONARY = "/usr/share/libdcmtk17/dicom.dic"
LATER = {0x00081112: ("SQ", "NONE", "ReferencedInstancesBySOPClassSequence", "1"),  # PS3.6 since that edition, what PS3.18 J needs
         0x0008119B: ("SQ", "NONE", "FailedStudySequence", "1")}
AMBIGUOUS = {"xs": ("US", "SS"), "ox": ("OW", "OB"), "px": ("OW", "OB"), "lt": ("OW", "US"), "up": ("UL", "NONE")}

# What is newer than both packages and named in this program: inventories (PS3.6 2023, Supplement 223).
NEWER_ATTRIBUTES = {0x00080401: ("LT", "NONE", "InventoryPurpose", "1"), 0x00080402: ("LT", "NONE", "InventoryInstanceDescription", "1"),
                    0x00080403: ("CS", "NONE", "InventoryLevel", "1"), 0x00080426: ("CS", "NONE", "InventoryCompletionStatus", "1"),
                    0x00080427: ("UL", "NONE", "NumberOfStudyRecordsInInstance", "1"),
                    0x00080428: ("UV", "NONE", "TotalNumberOfStudyRecords", "1")}
NEWER_SOP_CLASSES = {"1.2.840.10008.5.1.4.1.1.201.1": ("Inventory Storage", "SOP Class")}


def number_range(text):
    """'6000-60ff' or '0020-u-00ff' or '0010' as (low, high)."""
    parts = re.split(r"-[oeu]?-?", text)
    low = int(parts[0], 16)
    return low, int(parts[-1], 16)


def read_dictionary():
    exact, ranges = dict(LATER), []
    for line in open(DICTIONARY, encoding="ascii", errors="replace"):
        if line.startswith("#") or not line.strip():
            continue
        tag, vr, keyword, vm = line.rstrip("\n").split("\t")[:4]
        if '"' in tag:  # private dictionaries have their owner here
            continue
        group, element = tag.strip("()").split(",")
        (group_low, group_high), (low, high) = number_range(group), number_range(element)
        if vr == "na" or group_low == 0 or "PrivateCreator" in keyword:
            continue
        keyword = re.sub(r"^(RETIRED_|ACR_NEMA_)", "", keyword)
        vr, other = AMBIGUOUS.get(vr, (vr, "NONE"))
        if group_low == group_high and low == high:
            exact.setdefault(group_low << 16 | low, (vr, other, keyword, vm))
        elif group_low == group_high == 0x0020 or group_low in (0x5000, 0x6000, 0x7F00) or low != high:
            mask = (0xFFFF0000 if group_low == group_high else 0xFF010000) | (0xFFFF if low == high else 0xFFFF & ~(low ^ high))
            ranges.append(((group_low << 16 | low) & mask, mask, vr, other, keyword, vm))
    return exact, ranges


def main():
    exact, ranges = read_dictionary()
    exact = {**NEWER_ATTRIBUTES, **exact}
    with open("src/dicom/tables/dictionary.inc", "w", encoding="ascii") as out:
        out.write("/* Made by tools/gen_dictionary.py; do not edit. */\n")
        for tag, (vr, other, keyword, vm) in sorted(exact.items()):
            out.write(f'E(0x{tag:08X}, {vr}, {other}, "{keyword}", "{vm}")\n')
    with open("src/dicom/tables/dictionary_ranges.inc", "w", encoding="ascii") as out:
        out.write("/* Made by tools/gen_dictionary.py; do not edit. */\n")
        for tag, mask, vr, other, keyword, vm in sorted(ranges):
            out.write(f'R(0x{tag:08X}, 0x{mask:08X}, {vr}, {other}, "{keyword}", "{vm}")\n')
    keywords = sorted((keyword, tag) for tag, (_, _, keyword, _) in exact.items())
    with open("src/dicom/tables/dictionary_keywords.inc", "w", encoding="ascii") as out:
        out.write("/* Made by tools/gen_dictionary.py; do not edit. */\n")
        position = {tag: i for i, tag in enumerate(sorted(exact))}
        for _, tag in keywords:
            out.write(f"{position[tag]},\n")
    from pydicom._uid_dict import UID_dictionary
    with open("src/dicom/tables/sop_classes.inc", "w", encoding="ascii") as out:
        out.write("/* Made by tools/gen_dictionary.py; do not edit. */\n")
        for uid, info in sorted({**NEWER_SOP_CLASSES, **UID_dictionary}.items()):
            if info[1] in ("SOP Class", "Meta SOP Class"):
                name = info[0].encode("ascii", "replace").decode()
                out.write(f'S("{uid}", "{name}")\n')
    print(len(exact), "attributes,", len(ranges), "ranges", file=sys.stderr)


main()
