#!/usr/bin/python3
"""De-identifies the corpus, and has other programs look for what should not be there any more.

    tools/check_deidentification.py BUILD/src/tests/unit/dicom/deidentify_files [--ours]

--ours: the others are not asked, which takes minutes; for a build with sanitizers, whose answers are the same.
Of each file that came out:
- no name, identifier, date, UID, AE title, institution or private text that pydicom finds in the source stands in its bytes outside the
  pixel data, in the source's character set or in UTF-8;
- the metadata de-identified as DICOM JSON is the same data set;
- dcmdump and pydicom read it where they read the source, and dciodvfy finds no error that it did not find in the source;
- two instances of one study are of one study.
The corpus is at $GANTRY_CORPUS or ../shared/dicom; where there is none the test is skipped (exit code 77)."""
import base64
import collections
import functools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import warnings
import zlib

import pydicom
from pydicom.tag import Tag

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CORPUS = os.environ.get("GANTRY_CORPUS", os.path.join(ROOT, "..", "shared", "dicom"))
BATCH = 40
UIDS, DEVICE, INSTITUTION, PATIENT, DATES, SHIFT, DESCRIPTORS, SAFE_PRIVATE = (1 << bit for bit in range(8))
RUNS = (0, SHIFT | DESCRIPTORS, SAFE_PRIVATE | PATIENT | SHIFT, UIDS | DEVICE | INSTITUTION | PATIENT | DATES)
# Besides what their VRs say, these name somebody or somewhere.
IDENTIFIERS = {Tag(name) for name in (
    "PatientID", "IssuerOfPatientID", "OtherPatientIDs", "AccessionNumber", "StudyID", "InstitutionName", "InstitutionAddress",
    "InstitutionalDepartmentName", "StationName", "DeviceSerialNumber", "PatientAddress", "PatientTelephoneNumbers", "AdmissionID",
    "RequestedProcedureID", "ScheduledProcedureStepID", "PerformedProcedureStepID", "PlacerOrderNumberImagingServiceRequest",
    "FillerOrderNumberImagingServiceRequest", "PerformedStationName", "ScheduledStationName", "MedicalRecordLocator", "PatientComments",
    "ImageComments", "StudyDescription", "SeriesDescription", "ClinicalTrialSubjectID", "DetectorID", "PlateID", "CassetteID", "GantryID")}
INSTITUTION_TAGS = {Tag(name) for name in ("InstitutionName", "InstitutionAddress", "InstitutionalDepartmentName")}
DEVICE_TAGS = {Tag(name) for name in ("StationName", "DeviceSerialNumber", "PerformedStationName", "ScheduledStationName", "DetectorID",
                                      "PlateID", "CassetteID", "GantryID")}
DESCRIPTION_TAGS = {Tag(name) for name in ("PatientComments", "ImageComments", "StudyDescription", "SeriesDescription")}
# UIDs of classes, encodings and code systems name nobody.
CLASS_UIDS = {Tag(name) for name in ("SOPClassUID", "ReferencedSOPClassUID", "RelatedGeneralSOPClassUID", "CodingSchemeUID", "ContextUID",
                                     "MappingResourceUID", "ContextGroupExtensionCreatorUID", "SOPClassesInStudy", "SOPClassesSupported",
                                     "OriginalSpecializedSOPClassUID", "EncryptedContentTransferSyntaxUID", "AvailableTransferSyntaxUID")}
# What these say names nobody either: a value that stands in one of them too is not taken for the one that was to go.
KEPT = {Tag(name) for name in ("ImageType", "Modality", "Manufacturer", "ManufacturerModelName", "CodeMeaning", "BodyPartExamined",
                               "PulseSequenceName", "ProcessingFunction", "SeriesNumber", "LongitudinalTemporalInformationModified")}
KEPT_WITH = {UIDS: lambda e: e.VR == "UI", DEVICE: lambda e: e.tag in DEVICE_TAGS or e.keyword == "DeviceDescription",
             INSTITUTION: lambda e: e.tag in INSTITUTION_TAGS, DESCRIPTORS: lambda e: e.keyword.endswith(("Description", "Comments"))}
# What was no sequence for the reader is one for dciodvfy, and is missed.
SEQUENCES_AS_BYTES = {"rtdose-rle-15f.dcm"}
DUMMIES = {b"19000101", b"ANONYMIZED", b"Anonymized"}
CANARY_SIZE_MIN = 5


def lines(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def normal(model):
    """What writing changes and the standard wants: encapsulated pixel data is OB (PS3.5 A.4), lengths are even."""
    for tag, attribute in list(model.items()):
        if tag == "7FE00010" and attribute["vr"] == "OW":
            attribute["vr"] = "OB"
        if "InlineBinary" in attribute:
            data = base64.b64decode(attribute["InlineBinary"])
            attribute["InlineBinary"] = (data + b"\0" * (len(data) % 2)).hex()
        for item in attribute.get("Value", []):
            if attribute["vr"] == "SQ":
                normal(item)
    return model


def first_difference(one, other, path=""):
    for tag in sorted({*one, *other}):
        if one.get(tag) != other.get(tag):
            return f"{path}{tag}: {json.dumps(one.get(tag))[:200]} and {json.dumps(other.get(tag))[:200]}"
    return ""


def wanted_canary(element, flags):
    """Whether a value of the element must not come through."""
    tag, vr = element.tag, element.VR
    if tag.group == 0x0002 or tag in CLASS_UIDS:
        return False
    if flags & INSTITUTION and tag in INSTITUTION_TAGS or flags & DEVICE and (tag in DEVICE_TAGS or vr in ("DA", "DT", "UI")):
        return False
    if tag.is_private:
        return vr in ("PN", "LO", "SH", "LT", "ST", "UT", "DA", "DT", "AE") and not tag.is_private_creator
    if vr == "UI":
        return not flags & UIDS
    if vr in ("DA", "DT"):
        return not flags & DATES
    if flags & DESCRIPTORS and tag in DESCRIPTION_TAGS:
        return False
    return vr in ("PN", "AE") or tag in IDENTIFIERS


def raw_values(data_set):
    """Every element of the data set and of its items, with its bytes as they stand in the file."""
    for tag in list(data_set.keys()):
        raw = data_set.get_item(tag)
        value = raw.value if isinstance(raw.value, bytes) else None
        try:
            element = data_set[tag]
        except Exception:  # a value that pydicom does not understand is not one it finds
            continue
        if element.VR == "SQ":
            for item in element.value:
                yield from raw_values(item)
        else:
            yield element, value


def canaries(path, flags):
    found = set()
    try:
        data_set = pydicom.dcmread(path, stop_before_pixels=True, force=True)
        for element, raw in raw_values(data_set):
            if not wanted_canary(element, flags):
                continue
            values = element.value if isinstance(element.value, (list, pydicom.multival.MultiValue)) else [element.value]
            texts = {str(value).strip(" \0^").encode() for value in values} | {part.strip(b" \0^") for part in (raw or b"").split(b"\\")}
            if element.VR == "PN":
                texts |= {part.strip() for text in texts for part in re.split(rb"[\^=]", text)}
            found |= {(text, str(element.tag)) for text in texts if len(text) >= CANARY_SIZE_MIN and text not in DUMMIES
                      and not text.startswith(b"1.2.840.10008.")}
    except Exception as problem:  # nothing to look for then; counted
        return None if not found else found
    return found


def outside_pixels(path):
    data = open(path, "rb").read()
    meta = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=[]).file_meta
    if meta.TransferSyntaxUID == "1.2.840.10008.1.2.1.99":
        data = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data[144 + meta.FileMetaInformationGroupLength:])
    ends = [at for at in (data.find(b"\xe0\x7f\x10\0"), data.find(b"\x7f\xe0\0\x10")) if at >= 0]
    return data[:min(ends)] if ends else data


def kept_texts(path, flags):
    data_set = pydicom.dcmread(path, stop_before_pixels=True, force=True)
    texts = [str(data_set.file_meta.MediaStorageSOPInstanceUID).encode()] if flags & UIDS else []
    for element, _ in raw_values(data_set):
        if element.tag in KEPT or any(flags & flag and is_kept(element) for flag, is_kept in KEPT_WITH.items()):
            values = element.value if isinstance(element.value, pydicom.multival.MultiValue) else [element.value]
            texts += [str(value).encode() for value in values]
    return texts


def still_there(text, data, kept):
    return data.count(text) > sum(value.count(text) for value in kept)


def accepted_by_dcmtk(paths):
    def reads(some):
        return not some or subprocess.run(["dcmdump", "-q", "-M", *some], stdout=subprocess.DEVNULL,
                                          stderr=subprocess.DEVNULL).returncode == 0
    return set(paths) if reads(paths) else {path for path in paths if reads([path])}


def read_by_pydicom(path):
    try:
        for _ in pydicom.dcmread(path, stop_before_pixels=True, force=True).iterall():
            pass
        return True
    except Exception:
        return False


@functools.lru_cache(maxsize=None)
def complaints_of_source(path):
    return complaints(path)


def complaints(path):
    done = subprocess.run(["dciodvfy", path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    text = done.stdout.decode(errors="replace")
    return {re.sub(r"^(Error - Value.*?\)).*|<[0-9.]+>", r"\1", line) for line in text.splitlines()
            if line.startswith("Error") and "Illegal root for UID" not in line}


def check_ours(written):
    if written["flaw"]:
        return [written["flaw"]]
    if normal(written["of_file"]) != normal(written["of_document"]):
        return ["file and document differ: " + first_difference(written["of_file"], written["of_document"])]
    return []


def check(written, flags, accepted, counts):
    source, target = written["from"], written["to"]
    flaws = check_ours(written)
    if written["flaw"]:
        return flaws
    if source in accepted and target not in accepted:
        flaws.append("dcmdump refuses it")
    if read_by_pydicom(source) and not read_by_pydicom(target):
        flaws.append("pydicom refuses it")
    looked_for = canaries(source, flags)
    if looked_for is None:
        counts["not read by pydicom"] += 1
    else:
        data, kept = outside_pixels(target), kept_texts(target, flags)
        counts["canaries"] += len(looked_for)
        flaws += [f"{text!r} of {tag} is still there" for text, tag in sorted(looked_for) if still_there(text, data, kept)]
    if not written["risks"] and os.path.basename(source) not in SEQUENCES_AS_BYTES:
        counts["validated"] += 1
        flaws += [f"dciodvfy: {line}" for line in sorted(complaints(target) - complaints_of_source(source))]
    counts["files"] += 1
    return flaws


def note_study(written, studies):
    """Which new study and patient each old one has become."""
    try:
        old = pydicom.dcmread(written["from"], stop_before_pixels=True, force=True)
        new = pydicom.dcmread(written["to"], stop_before_pixels=True, force=True)
        if old.get("StudyInstanceUID") and old.get("PatientID"):
            studies[(str(old.StudyInstanceUID), str(old.PatientID), str(old.get("IssuerOfPatientID", "")))].add(
                (str(new.StudyInstanceUID), str(new.PatientID)))
    except Exception:  # what pydicom does not read is compared elsewhere
        pass


def main():
    program, is_ours_alone = sys.argv[1], "--ours" in sys.argv[2:]
    warnings.simplefilter("ignore")
    pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
    files = sorted(os.path.join(folder, name) for folder, _, names in os.walk(CORPUS, followlinks=True) for name in names
                   if name.endswith(".dcm"))
    if not files:
        print("skipped: no corpus")
        sys.exit(77)
    folder, flaws, counts = tempfile.mkdtemp(prefix="gantry-deidentified-"), [], collections.Counter()
    try:
        for flags in RUNS:
            studies = collections.defaultdict(set)
            for at in range(0, len(files), BATCH):
                written = lines([program, folder, str(flags), *files[at:at + BATCH]])
                there = [w for w in written if not w["flaw"]]
                accepted = () if is_ours_alone else accepted_by_dcmtk([*{w["from"] for w in there}, *(w["to"] for w in there)])
                for w in written:
                    found = check_ours(w) if is_ours_alone else check(w, flags, accepted, counts)
                    flaws += [f"{w['from']} with {flags}: {flaw}" for flaw in found]
                    counts["written"] += 1
                    if not is_ours_alone:
                        note_study(w, studies)
                for w in there:
                    os.unlink(w["to"])
            flaws += [f"{old} with {flags} has become {new}" for old, new in studies.items() if len(new) != 1]
            new_ones = collections.Counter(new for all_new in studies.values() for new in all_new)
            flaws += [f"{new} with {flags} stands for two" for new, count in new_ones.items() if count > 1 and not flags & UIDS]
    finally:
        shutil.rmtree(folder)
    print("\n".join(flaws))
    print(", ".join(f"{count} {name}" for name, count in sorted(counts.items())), f"{len(flaws)} flaws", sep=", ")
    is_enough = counts["written"] >= 900 and (is_ours_alone or counts["files"] >= 900 and counts["canaries"] >= 5000)
    sys.exit(bool(flaws) or not is_enough)


main()
