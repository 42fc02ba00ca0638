#!/usr/bin/python3
"""Writes the corpus in every transfer syntax that needs no decoding of pixels, and has others read it.

    tools/check_conversions.py BUILD/src/tests/unit/dicom/dicom_convert BUILD/…/dicom_facts

dicom_convert compares what it wrote among itself; here our reader compares it with the source, and DCMTK reads it. The corpus is at
$GANTRY_CORPUS or ../shared/dicom; where there is none the test is skipped (exit code 77)."""
import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CORPUS = os.environ.get("GANTRY_CORPUS", os.path.join(ROOT, "..", "shared", "dicom"))
BATCH = 40


def batches(things):
    for at in range(0, len(things), BATCH):
        yield things[at:at + BATCH]


def lines(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def normal(json_model):
    """What writing changes and the standard wants: encapsulated pixel data is OB (PS3.5 A.4), lengths are even."""
    for tag, attribute in list(json_model.items()):
        if tag == "7FE00010" and attribute["vr"] == "OW":
            attribute["vr"] = "OB"
        if "InlineBinary" in attribute:
            data = base64.b64decode(attribute["InlineBinary"])
            attribute["InlineBinary"] = (data + b"\0" * (len(data) % 2)).hex()
        for item in attribute.get("Value", []):
            if attribute["vr"] == "SQ":
                normal(item)
    return json_model


def accepted_by_dcmtk(paths):
    """Those of the paths that dcmdump reads: all at once, one by one only where it does not."""
    def reads(some):
        return not some or subprocess.run(["dcmdump", "-q", "-M", *some], stdout=subprocess.DEVNULL,
                                          stderr=subprocess.DEVNULL).returncode == 0
    return set(paths) if reads(paths) else {path for path in paths if reads([path])}


def main():
    convert, facts = sys.argv[1:3]
    files = sorted(os.path.join(folder, name) for folder, _, names in os.walk(CORPUS, followlinks=True) for name in names
                   if name.endswith(".dcm"))
    if not files:
        print("no corpus")
        sys.exit(77)
    folder, flaws, checked = tempfile.mkdtemp(prefix="gantry-conversions-"), [], 0
    try:
        for batch in batches(files):
            written = lines([convert, folder, *batch])
            there = [w for w in written if os.path.exists(w["to"])]
            models = {f["path"]: normal(f["json"]) for f in lines([facts, *batch, *(w["to"] for w in there)]) if "json" in f}
            accepted = accepted_by_dcmtk([*{w["from"] for w in there}, *(w["to"] for w in there)])
            for w in written:
                checked += 1
                flaw = w["flaw"]
                if not flaw and w["transfer_syntax"] != "1.2.840.10008.1.2" and models[w["from"]] != models[w["to"]]:
                    flaw = "the DICOM JSON differs from that of the source"
                if not flaw and w["from"] in accepted and w["to"] not in accepted:
                    flaw = "dcmdump refuses it"
                if flaw:
                    flaws.append(f"{w['from']} as {w['transfer_syntax']}: {flaw}")
                if os.path.exists(w["to"]):
                    os.unlink(w["to"])
    finally:
        shutil.rmtree(folder)
    print("\n".join(flaws))
    print(f"{checked} files written, {len(flaws)} flaws")
    sys.exit(bool(flaws) or checked < 900)


main()
