#!/usr/bin/python3
"""Compares what the reader finds in the corpus with ground truth made by independent tools.

    tools/check_corpus.py BUILD/src/tests/unit/dicom/dicom_facts

The corpus is at $GANTRY_CORPUS or ../shared/dicom; where there is none the test is skipped (exit code 77)."""
import gzip
import json
import os
import subprocess
import sys
import unicodedata

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CORPUS = os.environ.get("GANTRY_CORPUS", os.path.join(ROOT, "..", "shared", "dicom"))
MEMBERS = {
    "SpecificCharacterSet": "specific_character_set", "SOPClassUID": "sop_class_uid",
    "SOPInstanceUID": "sop_instance_uid", "StudyDate": "study_date", "StudyTime": "study_time",
    "AccessionNumber": "accession_number", "Modality": "modality", "PatientName": "patient_name",
    "PatientID": "patient_id", "PatientBirthDate": "patient_birth_date", "PatientSex": "patient_sex",
    "StudyInstanceUID": "study_instance_uid", "SeriesInstanceUID": "series_instance_uid", "StudyID": "study_id",
    "SeriesNumber": "series_number", "InstanceNumber": "instance_number",
    "ReferringPhysicianName": "referring_physician_name", "StudyDescription": "study_description",
    "SeriesDescription": "series_description",
}
NATIVE = {"", "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"}


class Checker:
    def __init__(self):
        self.checks, self.flaws = 0, []

    def same(self, path, what, wanted, got):
        self.checks += 1
        if wanted != got:
            self.flaws.append(f"{path}: {what}: expected {wanted!r:.200}, found {got!r:.200}")


def same_text(text):
    groups = [g.rstrip("^ ") for g in unicodedata.normalize("NFC", text or "").split("=")]
    return "=".join(groups).rstrip("=").strip()


def check_file(checker, path, truth, facts):
    if "error" in facts and "error" in KNOWN.get(path, {}):
        return
    if "error" in facts:
        checker.same(path, "error", None, facts["error"])
        return
    checker.same(path, "size", truth["size"], facts["size"])
    if truth.get("transfer_syntax"):
        checker.same(path, "transfer syntax", truth["transfer_syntax"], facts["transfer_syntax"])
    # in the data set, without group lengths, which DICOM JSON leaves out (PS3.18 F.2)
    tags = {t for t in truth.get("top_level_tags", []) if not t.endswith("0000")}
    if tags:
        checker.same(path, "tags missing", [], sorted(tags - set(facts["json"])))
        checker.same(path, "tags too many", [], sorted(set(facts["json"]) - tags))
    for name, member in MEMBERS.items():
        if name in truth.get("attrs", {}) and name not in truth.get("attrs_disagree", {}):
            checker.same(path, name, same_text(truth["attrs"][name]), same_text(facts["index"].get(member, "")))
    check_frames(checker, path, truth, facts)


def check_frames(checker, path, truth, facts):
    pixel = truth.get("pixel") or {}
    encapsulated = pixel.get("encapsulated")
    if encapsulated and encapsulated.get("frame_bitstream_sha256"):
        hashes = encapsulated["frame_bitstream_sha256"]
        if not (encapsulated["fragments"] == 1 and pixel.get("frames", 1) > 1):  # a video is one stream
            checker.same(path, "frame count", pixel.get("frames"), facts["frame_count"])
        checker.same(path, "bit streams", hashes, [f["sha256"] for f in facts["frames"]][:len(hashes)])
        lengths = encapsulated["frame_bitstream_length"]
        checker.same(path, "bit stream lengths", lengths, [f["size"] for f in facts["frames"]][:len(lengths)])
    elif (not encapsulated and pixel.get("frame_sha256") and facts["read_as"] in NATIVE and pixel.get("samples") == 1
          and pixel.get("bits_allocated", 0) in (8, 16, 32)):
        checker.same(path, "frame count", pixel.get("frames"), facts["frame_count"])
        hashes = pixel["frame_sha256"]
        checker.same(path, "frames", hashes, [f["sha256"] for f in facts["frames"]][:len(hashes)])


def plain_value(vr, value):
    if value is None or value == "":
        return None
    if vr == "PN":
        return {k: same_text(v) for k, v in value.items() if same_text(v)} or None
    if isinstance(value, float) or isinstance(value, int):
        return float(f"{float(value):.6g}")
    if vr in ("DS", "IS"):
        try:
            return float(f"{float(value):.6g}")
        except ValueError:
            return str(value).strip()
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value.strip())
    return value


def plain(document):
    out = {}
    for tag, member in document.items():
        if tag in ("00080005", "7FE00010", "FFFCFFFC") or tag.endswith("0000") or set(member) - {"vr", "Value", "InlineBinary"}:
            continue  # pixel data, and what either side keeps outside the document
        if int(tag[3], 16) % 2 and member.get("vr") == "UN":
            continue  # dcm2json knows some private dictionaries; here private implicit VR stays UN (PS3.5 6.2.2)
        if member.get("vr") == "SQ":
            out[tag] = [plain(item) for item in member.get("Value", [])]
        elif "InlineBinary" in member:
            out[tag] = member["InlineBinary"]
        else:
            values = [plain_value(member.get("vr"), v) for v in member.get("Value", [])]
            while values and values[-1] is None:
                values.pop()
            out[tag] = values
    return out


def differences(wanted, got, where=""):
    for tag in wanted:
        if tag not in got:
            continue  # private, or a bulk value on one side; presence is checked at the top level
        a, b = wanted[tag], got[tag]
        if a == b:
            continue
        if isinstance(a, list) and isinstance(b, list) and a and isinstance(a[0], dict) and "vr" not in a[0]:
            if len(a) == len(b):
                for i, (x, y) in enumerate(zip(a, b)):
                    if isinstance(x, dict) and isinstance(y, dict):
                        yield from differences(x, y, f"{where}{tag}[{i}].")
                continue
        yield f"{where}{tag}: dcm2json {a!r:.120}, here {b!r:.120}"


# What dcm2json does differently and why ours is right, or as right.
KNOWN = json.load(open(os.path.join(ROOT, "src/tests/data/corpus_disagreements.json"), encoding="utf-8"))


def check_json(checker, facts):
    path = os.path.join(CORPUS, "expected-dicomjson.jsonl.gz")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line)
            name = entry["path"]
            found = facts.get(name, {})
            if "json" not in found:
                continue
            document = entry["dcm2json"]
            flaws = [d for d in differences(plain(document), plain(found["json"]))
                     if not any(d.startswith(k) for k in KNOWN.get(name, {}))]
            checker.checks += 1
            checker.flaws += [f"{name}: {d}" for d in flaws]


def main():
    if not os.path.exists(os.path.join(CORPUS, "expected.json")):
        print("skipped: no corpus")
        sys.exit(77)
    expected = json.load(open(os.path.join(CORPUS, "expected.json"), encoding="utf-8"))
    names = sorted(expected)
    run = subprocess.run([os.path.abspath(sys.argv[1]), *names], cwd=CORPUS, stdout=subprocess.PIPE, timeout=600)
    if run.returncode != 0:
        sys.exit(f"the reader ended with {run.returncode}")
    facts = {f["path"]: f for f in map(json.loads, run.stdout.decode("utf-8").splitlines())}
    checker = Checker()
    for name in names:
        checker.same(name, "answered", True, name in facts)
        if expected[name]["kind"] != "malformed" and name in facts:
            check_file(checker, name, expected[name], facts[name])
    check_json(checker, facts)
    for flaw in checker.flaws:
        print(flaw)
    refused = sum("error" in facts[n] for n in names if expected[n]["kind"] == "malformed")
    print(f"{len(names)} files, {checker.checks} checks, {len(checker.flaws)} disagree; {refused} malformed files refused")
    sys.exit(1 if checker.flaws else 0)


main()
