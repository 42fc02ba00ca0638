#!/usr/bin/python3
"""Compares the Native DICOM Model of each file of the corpus with its DICOM JSON, with what DCMTK makes of it, and with itself
after it was read.

    tools/check_corpus_xml.py BUILD/src/tests/unit/dicom/xml_facts

The corpus is at $GANTRY_CORPUS or ../shared/dicom; where there is none the test is skipped (exit code 77). xmllint and dcm2xml are
asked where they are installed."""
import base64
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CORPUS = os.environ.get("GANTRY_CORPUS", os.path.join(ROOT, "..", "shared", "dicom"))
NAMESPACE = "{http://dicom.nema.org/PS3.19/models/NativeDICOM}"
COMPONENTS = ["FamilyName", "GivenName", "MiddleName", "NamePrefix", "NameSuffix"]
REALS = {"FL", "FD"}
WORDS = {"OW": 2, "OF": 4, "OL": 4, "OD": 8, "OV": 8}  # bytes of one
INTEGERS = {"US", "SS", "UL", "SL", "UV", "SV"}


class Checker:
    def __init__(self):
        self.checks, self.flaws = 0, []

    def same(self, path, what, wanted, got):
        self.checks += 1
        if wanted != got:
            self.flaws.append(f"{path}: {what}: expected {wanted!r:.200}, found {got!r:.200}")


def xml_name(element):
    groups = []
    for name in ("Alphabetic", "Ideographic", "Phonetic"):
        group = element.find(NAMESPACE + name)
        parts = [] if group is None else [group.findtext(NAMESPACE + c, "") for c in COMPONENTS]
        groups.append("^".join(parts).rstrip("^ "))
    return groups


def xml_number(text):
    value = float(text)
    return value if math.isfinite(value) else None


def xml_value(vr, element):
    text = element.text or ""
    return xml_number(text) if vr in REALS else int(text) if vr in INTEGERS else text


def xml_set(element):
    """[(tag, VR, content)] in the order of the document; a private tag without its block ends with "private"."""
    out = []
    for a in element.findall(NAMESPACE + "DicomAttribute"):
        tag, vr = a.get("tag"), a.get("vr")
        binary, bulk = a.find(NAMESPACE + "InlineBinary"), a.find(NAMESPACE + "BulkData")
        if vr == "SQ":
            content = [xml_set(i) for i in a.findall(NAMESPACE + "Item")]
        elif binary is not None:
            content = "".join((binary.text or "").split())
        elif bulk is not None:
            content = {"uri": bulk.get("uri")}
        elif vr == "PN":
            content = [xml_name(n) for n in a.findall(NAMESPACE + "PersonName")]
        else:
            content = [xml_value(vr, v) for v in a.findall(NAMESPACE + "Value")]
        out.append((tag + " private" if a.get("privateCreator") else tag, vr, content))
    return out


def is_same_tag(xml, js):
    return xml == js or int(js[3], 16) % 2 and xml == js[:4] + "00" + js[6:] + " private"


def no_controls(text):
    return "".join("\N{REPLACEMENT CHARACTER}" if ord(c) < 32 and c not in "\t\n\r" or c in "\ufffe\uffff" else c for c in text)


def json_value(vr, value):
    if vr == "PN":
        value = value or {}
        return [no_controls(name_of(value.get(g, ""))) for g in ("Alphabetic", "Ideographic", "Phonetic")]
    if isinstance(value, str):
        return no_controls(value)
    return "" if value is None and vr not in REALS else value


def name_of(text):
    parts = text.split("^")
    parts = parts[:4] + ["^".join(parts[4:])]
    return "^".join(p.strip(" ") for p in parts).rstrip("^ ")


def json_set(pairs):
    out = []
    for tag, member in pairs:
        member = dict(member)
        vr = member["vr"]
        if vr == "SQ":
            content = [json_set(i) for i in member.get("Value", [])]
        elif "InlineBinary" in member:
            content = member["InlineBinary"]
        elif "BulkDataURI" in member:
            content = {"uri": member["BulkDataURI"]}
        else:
            content = [json_value(vr, dict(v) if isinstance(v, list) else v) for v in member.get("Value", [])]
        out.append((tag, vr, content))
    return out


def is_ascending(pairs):
    tags = [t for t, _, _ in pairs]
    inner = all(is_ascending(i) for _, vr, content in pairs if vr == "SQ" for i in content)
    return inner and all(a < b for a, b in zip(tags, tags[1:]))


def same_value(vr, a, b):
    if vr in ("DS", "IS") and not isinstance(b, str):
        return float(a) == b
    return a.rstrip("^ ") == b.rstrip("^ ") if isinstance(a, str) and isinstance(b, str) else a == b


def compare_json(checker, path, xml, js, where=""):
    if where == "" and "00080005" not in [t for t, _, _ in js]:  # put in because of a text that is not ASCII
        xml = [e for e in xml if e[0] != "00080005"]
    checker.same(path, where + "attributes", [(t, "CS" if t == "00080005" else v) for t, v, _ in js],
                 [(j[0] if is_same_tag(x[0], j[0]) else x[0], x[1]) for x, j in zip(xml, js)])
    for (tag, vr, a), (_, _, b) in zip(xml, js):
        if tag == "00080005":
            continue
        if vr == "SQ":
            checker.same(path, where + tag, len(b), len(a))
            for i, (x, j) in enumerate(zip(a, b)):
                compare_json(checker, path, x, j, f"{where}{tag}[{i}].")
        elif vr == "PN" and not a:  # "^^^^" is no name
            checker.same(path, where + tag, True, all(g == "" for n in b for g in n))
        elif isinstance(a, list) and len(a) == len(b) and all(same_value(vr, x, j) for x, j in zip(a, b)):
            checker.checks += 1
        else:
            checker.same(path, where + tag, b, a)


def plain(vr, content):
    """A value as far as two programs must agree on it."""
    if isinstance(content, list) and vr == "PN":
        content = [[unicodedata.normalize("NFC", g) for g in n] for n in content]
    elif isinstance(content, list) and vr in REALS:
        content = [v if v is None else float(f"{v:.6g}") for v in content]
    elif isinstance(content, list):
        content = [unicodedata.normalize("NFC", v).strip(" ").replace("\r\n", "\n").replace("\r", "\n")
                   if isinstance(v, str) else v for v in content]
    elif vr in WORDS and re.fullmatch("[A-Za-z0-9+/=]*", content):
        content = base64.b64decode(content)
    while isinstance(content, list) and content and content[-1] in ("", ["", "", ""]):
        content = content[:-1]
    return content


def swapped(size, content):
    return b"".join(content[i:i + size][::-1] for i in range(0, len(content), size))


def same_as_dcmtk(vr, theirs, own):
    theirs, own = plain(vr, theirs), plain(vr, own)
    # dcm2xml writes words in big endian order, where dcm2json, dcm4che and this program have little endian (PS3.18 F.2.7)
    return theirs == own or vr in WORDS and theirs and own and theirs == swapped(WORDS[vr], own)


def compare_dcmtk(ours, theirs, where=""):
    mine = {}
    for tag, vr, content in ours:
        mine.setdefault(tag, (vr, content))
    for tag, vr, content in theirs:
        if tag not in mine or tag in ("00080005", "FFFCFFFC"):
            continue
        own_vr, own = mine[tag]
        if int(tag[3], 16) % 2 and vr != own_vr:
            continue  # dcm2xml knows some private dictionaries; here private implicit VR stays UN (PS3.5 6.2.2)
        if vr == "SQ" and own_vr == "SQ":
            if len(content) != len(own):
                yield f"{where}{tag}: {len(content)} items, here {len(own)}"
            for i, (a, b) in enumerate(zip(own, content)):
                yield from compare_dcmtk(a, b, f"{where}{tag}[{i}].")
        elif isinstance(content, dict) or isinstance(own, dict):
            continue  # elsewhere, for one of the two
        elif vr != own_vr or not same_as_dcmtk(vr, content, own):
            yield f"{where}{tag} {vr}: dcm2xml {content!r:.120}, here {own_vr} {own!r:.120}"


def dcmtk_set(name):
    run = subprocess.run(["dcm2xml", "-q", "-nat", "+Xn", "+Eb", "+U8", name], cwd=CORPUS, stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, timeout=60)
    try:
        return xml_set(ElementTree.fromstring(run.stdout)) if run.returncode == 0 else None
    except (ElementTree.ParseError, ValueError):
        return None  # dcm2xml copies control characters and texts it could not convert


# What dcm2xml does differently and why ours is right, or as right.
KNOWN = json.load(open(os.path.join(ROOT, "src/tests/data/corpus_disagreements_xml.json"), encoding="utf-8"))


def check_dcmtk(checker, facts, sets):
    if shutil.which("dcm2xml") is None:
        return 0
    names = [n for n in sets if not n.startswith("malformed/")]
    with ThreadPoolExecutor(2) as pool:
        found = dict(zip(names, pool.map(dcmtk_set, names)))
    for name in names:
        if found[name] is None:
            continue
        checker.checks += 1
        checker.flaws += [f"{name}: {d}" for d in compare_dcmtk(sets[name], found[name])
                          if not any(d.startswith(k) for k in KNOWN.get(name, {}))]
    return sum(found[n] is not None for n in names)


def check_xmllint(checker, facts):
    if shutil.which("xmllint") is None:
        return 0
    with tempfile.TemporaryDirectory() as folder:
        names = [n for n in facts if "xml" in facts[n]]
        for i, name in enumerate(names):
            with open(os.path.join(folder, f"{i}.xml"), "w", encoding="utf-8", newline="") as out:
                out.write(facts[name]["xml"])
        run = subprocess.run(["xmllint", "--noout", "--nonet", "--huge", *(f"{i}.xml" for i in range(len(names)))], cwd=folder,
                             stderr=subprocess.PIPE, timeout=300)
        checker.same("all", "xmllint", (0, b""), (run.returncode, run.stderr))
        return len(names)


def main():
    if not os.path.exists(os.path.join(CORPUS, "expected.json")):
        print("skipped: no corpus")
        sys.exit(77)
    names = sorted(json.load(open(os.path.join(CORPUS, "expected.json"), encoding="utf-8")))
    run = subprocess.run([os.path.abspath(sys.argv[1]), *names], cwd=CORPUS, stdout=subprocess.PIPE, timeout=600)
    if run.returncode != 0:
        sys.exit(f"the writer ended with {run.returncode}")
    lines = run.stdout.decode("utf-8").splitlines()
    facts = {f["path"]: f for f in (dict(json.loads(line, object_pairs_hook=list)) for line in lines)}
    checker, sets, same = Checker(), {}, 0
    checker.same("all", "answered", names, sorted(facts))
    for name, fact in facts.items():
        if "xml" not in fact:
            continue
        sets[name] = xml_set(ElementTree.fromstring(fact["xml"]))
        js = json_set(fact["json"])
        compare_json(checker, name, sets[name], js)
        if is_ascending(js):
            checker.same(name, "read and written again", (None, True), (fact.get("refused"), fact.get("same")))
        elif "refused" in fact:
            checker.same(name, "refused", True, fact["refused"].endswith("is there twice"))
        else:  # a file whose tags are not in order: the second document has them so
            checker.same(name, "read and written twice", True, fact["settled"])
        same += fact.get("same") is True
    linted, compared = check_xmllint(checker, facts), check_dcmtk(checker, facts, sets)
    for flaw in checker.flaws:
        print(flaw)
    print(f"{len(sets)} documents, {same} the same when read and written again; xmllint read {linted}, dcm2xml wrote {compared}; "
          f"{checker.checks} checks, {len(checker.flaws)} disagree")
    sys.exit(1 if checker.flaws else 0)


main()
