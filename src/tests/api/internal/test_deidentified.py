"""De-identified views: every address that a researcher and the visitor of a de-identified share can reach is asked, about studies in
which every attribute that may name somebody does, and no byte of an answer may have it."""
import gzip
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import unittest
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import PASSWORD, STOW, Case, element, multipart

from pydicom.datadict import dictionary_VR

API, WEB, PUBLIC = "/api/v1", "/dicom-web", "/public/v1"
CT, SC, US, PDF, SR, PRIVATE_CLASS = ("1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.7", "1.2.840.10008.5.1.4.1.1.6.1",
                                      "1.2.840.10008.5.1.4.1.1.104.1", "1.2.840.10008.5.1.4.1.1.88.11", "1.2.840.99999.1.1")
CANARY, ROOT, DAY, BIRTH = b"CANARYQ", "1.2.826.0.1.9977", "19990317", "19310903"
TEXTS = {"LO": 16, "SH": 16, "ST": 64, "LT": 64, "UT": 64, "UC": 64, "PN": 32, "AE": 16, "CS": 16, "AS": 4, "UR": 32}
# Served to those who see de-identified data; whatever else tells of images has to refuse them.
SERVED = {f"{API}/studies", f"{API}/studies/{{id}}", f"{API}/studies/{{id}}/series", f"{API}/series/{{id}}",
          f"{API}/series/{{id}}/instances", f"{API}/instances/{{id}}"}
STUDY, SERIES = "/studies/{study}", "/studies/{study}/series/{series}"
INSTANCE = SERIES + "/instances/{instance}"
WEB_SERVED = {"/studies", "/series", "/instances", "/wado", STUDY + "/series", STUDY + "/instances", SERIES + "/instances",
              *(level + rest for level in (STUDY, SERIES, INSTANCE) for rest in ("", "/metadata", "/bulkdata", "/pixeldata")),
              INSTANCE + "/frames/{frames}", INSTANCE + "/bulkdata/{path*}"}
# There, but images are not documents.
NOT_RENDERED = {level + "/rendered" for level in (STUDY, SERIES, INSTANCE)}
ABOUT_IMAGES = re.compile(r"\{(study|series|instance)\}|/(studies|series|instances|patients|changes|wado)\b")
ACCEPTS = ["*/*", "application/dicom+json", "application/dicom+xml", 'multipart/related; type="application/dicom"', "application/dicom",
           'multipart/related; type="application/dicom"; transfer-syntax=1.2.840.10008.1.2', "text/csv", "application/zip",
           "application/x-tar", 'multipart/related; type="application/octet-stream"', "application/octet-stream"]


def canary(vr, number, of):
    if vr in TEXTS:
        text = CANARY.decode() + str(number)
        return ("C" + str(number % 1000))[:4] if vr == "AS" else (text + "^Name" if vr == "PN" else text)[:TEXTS[vr]]
    return {"DA": DAY, "DT": DAY + "101112", "UI": f"{ROOT}.{of}.{number}", "TM": "101112", "DS": "1", "IS": "1"}.get(vr)


def item(data):
    return b"\xFE\xFF\x00\xE0" + len(data).to_bytes(4, "little") + data


def long_element(tag, vr, value):
    """With as much as does not stand in metadata."""
    return (tag >> 16).to_bytes(2, "little") + (tag & 0xFFFF).to_bytes(2, "little") + vr.encode() + b"\0\0" + len(value).to_bytes(
        4, "little") + value


def table():
    """(tag, what is done, what with options) of all rows of the tables that the program has."""
    done = subprocess.run([harness.BINARY, "anonymize", "--table"], stdout=subprocess.PIPE, check=True)
    rows = re.findall(r"^\| \(([0-9A-F]{4}),([0-9A-F]{4})\) \|[^|]*\|[^|]*\| ([a-zA-Z ]+) \|(.*)$", done.stdout.decode(), re.M)
    assert len(rows) > 500, len(rows)
    return [(int(group + number, 16), action, options) for group, number, action, options in rows]


def listed(of):
    """Every attribute of the tables that is not kept, with a canary."""
    out = {}
    for number, (tag, action, options) in enumerate(table()):
        group = tag >> 16
        if action == "keep" or group < 8 or group >= 0x5000 and group != 0xFFFA:
            continue
        try:
            vr = dictionary_VR(tag)
        except KeyError:
            continue
        vr = vr.split(" ")[0]
        if vr == "SQ":
            code = "C1" if "clean-descriptors: clean" in options else f"CANARYQ{number}"  # of what is cleaned the codes stay
            inner = (element(0x00080100, "SH", code) + element(0x00080104, "LO", f"CANARYQ{number}L")
                     + element(0x00100010, "PN", f"CANARYQ{number}^P") + element(0x00102160, "SH", "CANARYQ"))
            out[tag] = element(tag, "SQ", item(inner))
            continue
        value = canary(vr, number, of)
        if value is not None and vr != "TM":
            out[tag] = long_element(tag, vr, (value + " " * (len(value) % 2)).encode()) if vr in ("UC", "UR") else element(tag, vr, value)
    return out


def image(of, number, sop_class=CT, syntax="1.2.840.10008.1.2.1", frames=2, **changes):
    study, series = f"{ROOT}.{of}", f"{ROOT}.{of}.1"
    sop = f"{series}.{number}"
    data = listed(of)

    def put(tag, vr, value):
        data[tag] = element(tag, vr, value)

    put(0x00080005, "CS", "ISO_IR 192")
    put(0x00080008, "CS", "ORIGINAL\\PRIMARY")
    put(0x00080016, "UI", sop_class)
    put(0x00080018, "UI", sop)
    put(0x00080060, "CS", "CT")
    put(0x00100010, "PN", f"CANARYQNAME{of}^Jane")
    put(0x00100020, "LO", f"CANARYQID{of}")
    put(0x00100030, "DA", BIRTH)
    put(0x00081030, "LO", f"CANARYQDESC{of} chest")
    put(0x0020000D, "UI", study)
    put(0x0020000E, "UI", series)
    put(0x00200011, "IS", "1")
    put(0x00200013, "IS", str(number))
    put(0x00091001, "LO", "CANARYQPRIVATE")
    put(0x00090010, "LO", "CANARYQCREATOR")
    data[0x00111003] = long_element(0x00111003, "OB", CANARY * 500)
    data[0x00081140] = element(0x00081140, "SQ", item(element(0x00081150, "UI", CT) + element(0x00081155, "UI", f"{series}.1")))
    for tag, vr, value in ((0x00280002, "US", b"\1\0"), (0x00280004, "CS", "MONOCHROME2"), (0x00280008, "IS", str(frames)),
                           (0x00280010, "US", b"\x10\0"), (0x00280011, "US", b"\x10\0"), (0x00280100, "US", b"\x10\0"),
                           (0x00280101, "US", b"\x10\0"), (0x00280102, "US", b"\x0f\0"), (0x00280103, "US", b"\0\0"),
                           (0x60000010, "US", b"\x10\0"), (0x60003000, "OW", CANARY * 300), (0x60000022, "LO", "CANARYQOVERLAY")):
        put(tag, vr, value)
    for tag in (0x00120062, 0x00280303, 0x0040A730, 0x0040B020, 0x04000500, 0x00420011, 0x00280301, 0x00280302, 0x0040A160):
        data.pop(tag, None)
    data[0x7FE00010] = element(0x7FE00010, "OW", bytes(range(256)) * 2 * frames)
    data.update(changes.get("more", {}))
    meta = (element(0x00020002, "UI", sop_class) + element(0x00020003, "UI", sop) + element(0x00020010, "UI", syntax)
            + element(0x00020016, "AE", "CANARYQAE"))
    body = b"".join(data[tag] for tag in sorted(data))
    return b"\0" * 128 + b"DICM" + element(0x00020000, "UL", len(meta).to_bytes(4, "little")) + meta + body


UNSAFE = {3: (SC, {}), 4: (US, {}), 5: (PDF, {0x00420011: element(0x00420011, "OB", CANARY * 400)}),
          6: (SR, {0x0040A730: element(0x0040A730, "SQ", item(element(0x0040A160, "UT", "CANARYQSAID")))}),
          7: (CT, {0x00280301: element(0x00280301, "CS", "YES")}), 8: (PRIVATE_CLASS, {})}


def inflated(answer):
    if answer.headers.get("content-encoding") == "gzip":
        answer.body = gzip.decompress(answer.body)
    return answer


def decoded(answer):
    """The answer, and what it holds."""
    whole = [json.dumps(answer.headers).encode(), answer.body]
    if answer.headers.get("content-type") == "application/zip" and answer.status == 200:
        with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
            whole += [name.encode() + archive.read(name) for name in archive.namelist()]
    return b"\n".join(whole)


class Deidentified(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        files = [image(of, number) for of in (1, 2) for number in (1, 2)]
        files += [image(1, number, sop_class, more=more) for number, (sop_class, more) in UNSAFE.items()]
        for file in files:
            stored = cls.gantry.request("POST", f"{WEB}/studies", multipart([file]), STOW)
            assert stored.status in (200, 202), stored.body
        user = cls.gantry.request("POST", f"{API}/users", {"email": "researcher@own.example", "name": "R", "password": PASSWORD,
                                                           "role": "researcher"})
        assert user.status == 201, user.body
        cls.researcher = cls.gantry.sign_in("researcher@own.example").json["access_token"]
        cls.studies = {s["study_instance_uid"]: s for s in cls.gantry.get(f"{API}/studies").json["items"]}
        cls.originals = [CANARY, ROOT.encode(), DAY.encode(), BIRTH.encode()]
        for study in cls.studies.values():
            cls.originals.append(study["id"].encode())
            for series in cls.gantry.get(f"{API}/studies/{study['id']}/series").json["items"]:
                cls.originals.append(series["id"].encode())
                for one in cls.gantry.get(f"{API}/series/{series['id']}/instances").json["items"]:
                    cls.originals.append(one["id"].encode())
        cls.originals += [name.encode() for name in cls.gantry.objects()]

    # ---- who asks ----

    def ask(self, path, accept="*/*", method="GET", **more):
        headers = {"Accept": accept, "Accept-Encoding": "gzip", **more.pop("headers", {})}
        return inflated(self.gantry.request(method, path, headers=headers, token=self.researcher, **more))

    def share(self, **members):
        body = {"study_ids": [self.studies[f"{ROOT}.1"]["id"]], "allows_download": True, "is_deidentified": True, **members}
        made = self.gantry.request("POST", f"{API}/shares", body)
        self.assertEqual(made.status, 201, made.body)
        self.assertTrue(made.json["is_deidentified"])
        opened = self.gantry.request("POST", f"{PUBLIC}/shares/{made.json['token']}/open", {}, token=None, port=self.gantry.public_port)
        self.assertEqual(opened.status, 200, opened.body)
        self.clean(opened, "the opening")
        root = f"{PUBLIC}/shares/{made.json['token']}/dicom-web"
        return root, opened.json["access_token"]

    def ask_share(self, share, path, accept="*/*", method="GET", **more):
        root, token = share
        headers = {"Accept": accept, "Accept-Encoding": "gzip"}
        return inflated(self.gantry.request(method, root + path, headers=headers, token=token, port=self.gantry.public_port, **more))

    def clean(self, answer, what):
        text = decoded(answer)
        for original in self.originals:
            at = text.find(original)
            self.assertEqual(at, -1, f"{what}: {original} in {text[max(0, at - 200):at + 100]}")

    # ---- every address ----

    def names(self, ask):
        """By which a study, its series and a safe instance of it are shown; the study with instances that are not."""
        studies = ask("/studies?includefield=all", "application/dicom+json").json
        study = max(studies, key=lambda s: s["00201208"]["Value"][0])["0020000D"]["Value"][0]
        series = ask(f"/studies/{study}/series", "application/dicom+json").json[0]["0020000E"]["Value"][0]
        rows = ask(f"/studies/{study}/series/{series}/instances", "application/dicom+json").json
        uids = {row["00200013"]["Value"][0]: row["00080018"]["Value"][0] for row in rows}
        return study, series, uids

    def fill(self, path, values):
        for name, value in values.items():
            path = path.replace(name, value)
        return path

    def walk(self, routes, ask, values, served):
        """Asks each address in each form; what is asked for by a name that nothing is known of fails."""
        reached = set()
        for method, path in sorted(routes):
            if method not in ("GET", "OPTIONS") or path.endswith(("/stream", "/subscribers/{aetitle}")):
                continue
            address = self.fill(path, values)
            self.assertNotIn("{", address, f"what is {path} asked with?")
            if path.endswith("/wado"):
                address += "?requestType=WADO&contentType=application/dicom&" + values["{wado}"]
            is_served = path in served
            statuses = set()
            for accept in ACCEPTS if is_served else ["*/*"]:
                answer = ask(address, accept)
                statuses.add(answer.status)
                self.clean(answer, f"{method} {path} {accept}")
                tagged = ask(address, accept, headers={"If-None-Match": answer.headers.get("etag", '"x"')}) if is_served else answer
                self.clean(tagged, f"{method} {path} again")
            if is_served:
                self.assertIn(200, statuses, (path, statuses))
                self.assertTrue(statuses <= {200, 403, 406}, (path, statuses))
                reached.add(path)
            elif ABOUT_IMAGES.search(path) and not path.endswith(("/rendered", "/viewer")):
                self.assertTrue(statuses <= {401, 403, 404, 406}, f"{path} shows something: name it in SERVED, or refuse it: {statuses}")
        self.assertEqual(served - reached, set(), "never asked")

    def values(self, ask):
        study, series, uids = self.names(ask)
        return {"{study}": study, "{series}": series, "{instance}": uids[1], "{frames}": "1", "{path*}": "7FE00010",
                "{workitem}": "1.2.3", "{aetitle}": "X", "{transaction}": "1.2.3", "{token}": "x", "{code}": "ABCDEFGH",
                "{wado}": f"studyUID={study}&seriesUID={series}&objectUID={uids[1]}"}

    def test_every_address_of_the_api(self):
        listed_routes = self.gantry.run("routes").stdout.decode().splitlines()
        routes = {tuple(line.split("\t")[:2]) for line in listed_routes}
        values = self.values(lambda path, accept: self.ask(WEB + path, accept))
        study = self.ask(f"{API}/studies").json["items"][0]
        series = self.ask(f"{API}/studies/{study['id']}/series").json["items"][0]
        one = self.ask(f"{API}/series/{series['id']}/instances").json["items"][0]
        of_level = {f"{API}/studies/{{id}}": study["id"], f"{API}/series/{{id}}": series["id"], f"{API}/instances/{{id}}": one["id"]}
        nothing = "01a21d97-a6ab-7003-9ded-f8fbd58d6095"
        served = SERVED | {WEB + path for path in WEB_SERVED}
        for start in [*of_level, ""]:
            mine = {r for r in routes if (r[1].startswith(start) if start else not r[1].startswith(tuple(of_level)))}
            values.update({"{id}": of_level.get(start, nothing), "{version_id}": nothing, "{study_id}": nothing, "{user_id}": nothing,
                           "{grant_id}": nothing, "{number}": "1"})
            self.walk(mine, self.ask, values, {path for path in served if any(r[1] == path for r in mine)})
        self.assertEqual(served - {path for _, path in routes}, set())

    def test_every_address_of_a_share(self):
        share = self.share()
        document = self.gantry.get(f"{PUBLIC}/openapi.json", port=self.gantry.public_port, token=None).json["paths"]
        prefix = f"{PUBLIC}/shares/{{token}}/dicom-web"
        routes = {(method.upper(), path[len(prefix):].replace("{path}", "{path*}")) for path, operations in document.items()
                  for method in operations if path.startswith(prefix)}
        self.assertGreater(len(routes), 24)

        def ask(path, accept="*/*", **more):
            more.pop("headers", None)
            return self.ask_share(share, path, accept, **more)
        self.walk(routes, ask, self.values(ask), WEB_SERVED)

    def test_every_address_of_the_public_api(self):
        made = self.gantry.request("POST", f"{API}/api-keys", {"name": "trial", "scopes": ["studies:read_deidentified"]})
        self.assertEqual(made.status, 201, made.body)
        document = self.gantry.get(f"{PUBLIC}/openapi.json", port=self.gantry.public_port, token=None).json["paths"]
        web, shares = f"{PUBLIC}/dicom-web", f"{PUBLIC}/shares/"
        routes = {(method.upper(), path.replace("{path}", "{path*}")) for path, operations in document.items() for method in operations
                  if not path.startswith(shares)}

        def ask(path, accept="*/*", headers=None):
            headers = {"Accept": accept, "Accept-Encoding": "gzip", **(headers or {})}
            return inflated(self.gantry.request("GET", path, headers=headers, token=made.json["api_key"], port=self.gantry.public_port))
        values = self.values(lambda path, accept: ask(web + path, accept))
        study = ask(f"{PUBLIC}/studies").json["items"][0]
        series = ask(f"{PUBLIC}/studies/{study['id']}/series").json["items"][0]
        one = ask(f"{PUBLIC}/series/{series['id']}/instances").json["items"][0]
        of_level = {f"{PUBLIC}/studies/{{id}}": study["id"], f"{PUBLIC}/series/{{id}}": series["id"], f"{PUBLIC}/instances/{{id}}": one["id"]}
        served = {path.replace(API, PUBLIC) for path in SERVED} | {web + path for path in WEB_SERVED}
        for start in [*of_level, ""]:
            mine = {r for r in routes if (r[1].startswith(start) if start else not r[1].startswith(tuple(of_level)))}
            values.update({"{id}": of_level.get(start, "01a21d97-a6ab-7003-9ded-f8fbd58d6095"), "{number}": "1"})
            self.walk(mine, ask, values, {path for path in served if any(r[1] == path for r in mine)})
        self.assertEqual(served - {path for _, path in routes}, set())

    # ---- names ----

    def test_names_stay_together_and_differ_between_views(self):
        views = [lambda path, accept: self.ask(WEB + path, accept)]
        for _ in range(2):
            views.append(lambda path, accept, share=self.share(): self.ask_share(share, path, accept))
        seen = set()
        for ask in views:
            study, series, uids = self.names(ask)
            again = self.names(ask)
            self.assertEqual((study, series, uids), again)
            document = ask(f"/studies/{study}/metadata", "application/dicom+json").json
            self.assertEqual({d["00080018"]["Value"][0] for d in document}, {uids[1], uids[2]})
            for data_set in document:
                self.assertEqual(data_set["0020000D"]["Value"], [study])
                self.assertEqual(data_set["00081140"]["Value"][0]["00081155"]["Value"], [uids[1]])
                self.assertEqual(data_set["00120062"]["Value"], ["YES"])
                self.assertRegex(data_set["00080020"]["Value"][0], "^19[89][0-9]{5}$")
            row = ask(f"/studies?StudyInstanceUID={study}", "application/dicom+json").json[0]
            self.assertEqual(row["00100020"], document[0]["00100020"])
            self.assertEqual(row["00100010"], document[0]["00100010"])
            self.assertEqual(row["00080020"], document[0]["00080020"])
            self.assertEqual(row["00081030"]["Value"], ["chest"])
            seen |= {study, series, uids[1], row["00100020"]["Value"][0]}
        self.assertEqual(len(seen), 12, "two views have a name in common")

    def test_files_are_read_by_others_and_say_the_same(self):
        import pydicom
        study, series, uids = self.names(lambda path, accept: self.ask(WEB + path, accept))
        base = f"{WEB}/studies/{study}/series/{series}/instances/{uids[1]}"
        file = self.ask(base, "application/dicom")
        self.assertEqual(file.status, 200, file.body)
        data_set = pydicom.dcmread(io.BytesIO(file.body))
        document = self.ask(f"{base}/metadata", "application/dicom+json")
        shown = document.json[0]
        for tag in ("00080018", "0020000D", "0020000E", "00100020", "00080020"):
            self.assertEqual(str(data_set[int(tag, 16)].value), shown[tag]["Value"][0])
        self.assertEqual(data_set.PixelData, bytes(range(256)) * 4)
        frame = self.ask(f"{base}/frames/2", "application/octet-stream")
        self.assertEqual((frame.status, frame.body), (200, bytes(range(256)) * 2))
        part = self.ask(f"{base}/frames/2", "application/octet-stream", headers={"Range": "bytes=10-19"})
        self.assertEqual((part.status, part.body), (206, bytes(range(10, 20))))
        part = self.ask(base, "application/dicom", headers={"Range": "bytes=0-131"})
        self.assertEqual((part.status, part.body), (206, file.body[:132]))
        other = self.ask(base, "application/dicom; transfer-syntax=1.2.840.10008.1.2")
        self.assertEqual(other.status, 200)
        self.clean(other, "another transfer syntax")

    def test_archives_have_what_is_shown_and_nothing_else(self):
        import pydicom
        study, _, uids = self.names(lambda path, accept: self.ask(WEB + path, accept))
        zipped = self.ask(f"{WEB}/studies/{study}", "application/zip")
        self.assertEqual(zipped.status, 200, zipped.body)
        self.clean(zipped, "ZIP")
        with zipfile.ZipFile(io.BytesIO(zipped.body)) as archive:
            self.assertIsNone(archive.testzip())
            files = {name: archive.read(name) for name in archive.namelist()}
        directory = pydicom.dcmread(io.BytesIO(files.pop("DICOMDIR")))
        self.assertEqual({r.ReferencedSOPInstanceUIDInFile for r in directory.DirectoryRecordSequence if "ReferencedFileID" in r},
                         {uids[1], uids[2]})
        for data in files.values():
            self.assertEqual(pydicom.dcmread(io.BytesIO(data)).StudyInstanceUID, study)
        tarred = self.ask(f"{WEB}/studies/{study}", "application/x-tar")
        with tarfile.open(fileobj=io.BytesIO(tarred.body)) as archive:
            self.assertEqual({m.name: archive.extractfile(m).read() for m in archive if m.name != "DICOMDIR"}, files)
        self.clean(tarred, "tar")
        for first in (0, 700, len(zipped.body) - 40):
            part = self.ask(f"{WEB}/studies/{study}", "application/zip", headers={"Range": f"bytes={first}-"})
            self.assertEqual((part.status, part.body), (206, zipped.body[first:]))

    # ---- what is not shown ----

    def test_unsafe_instances_are_refused_with_a_reason(self):
        study, series, uids = self.names(lambda path, accept: self.ask(WEB + path, accept))
        self.assertEqual(sorted(uids), [1, 2, *sorted(UNSAFE)])
        for number in UNSAFE:
            base = f"{WEB}/studies/{study}/series/{series}/instances/{uids[number]}"
            for rest, accept in (("", "application/dicom"), ("/metadata", "*/*"), ("/frames/1", "*/*"), ("/pixeldata", "*/*"),
                                 ("/bulkdata/7FE00010", "*/*"), ("/rendered", "*/*"), ("/bulkdata", "*/*")):
                answer = self.ask(base + rest, accept)
                self.assertProblem(answer, 403, "FORBIDDEN")
                self.assertIn("not shown de-identified: ", answer.json["detail"])
                self.clean(answer, rest)

    def test_nothing_is_found_by_what_is_not_shown(self):
        """What is right and what is wrong are answered alike."""
        shown = self.names(lambda path, accept: self.ask(WEB + path, accept))[0]
        for right, wrong in ((f"PatientName=CANARYQNAME1*", "PatientName=NOBODY*"), ("PatientID=CANARYQID1", "PatientID=NOBODY"),
                             (f"StudyDate={DAY}", "StudyDate=20010101"), ("StudyDescription=CANARYQ*", "StudyDescription=X*"),
                             (f"StudyInstanceUID={ROOT}.1", "StudyInstanceUID=1.2.3.4"), ("orderby=StudyDate", "orderby=PatientName"),
                             ("00101040=CANARYQ*", "00101040=X*"), ("AccessionNumber=CANARYQ*", "AccessionNumber=X"),
                             (f"PatientBirthDate={BIRTH}", "PatientBirthDate=19000101"), ("cursor=AAAA", "cursor=BBBB"),
                             (f"SeriesInstanceUID={ROOT}.1.1", "SeriesInstanceUID=1.2.3"), (f"SOPInstanceUID={ROOT}.1.1.1", "SOPInstanceUID=1.2")):
            for path in ("/studies", "/series", "/instances", f"/studies/{shown}/series", f"/studies/{shown}/instances"):
                one, other = self.ask(f"{WEB}{path}?{right}"), self.ask(f"{WEB}{path}?{wrong}")
                self.assertEqual(one.status, other.status, (path, right, one.body, other.body))
                if one.status == 200:
                    self.assertEqual(one.body, other.body, (path, right))
                else:
                    self.assertEqual(one.status, 403, (path, right, one.body))
        for right, wrong in (("search=CANARYQNAME1", "search=nobody"), ("patient_name=CANARYQNAME1*", "patient_name=no*"),
                             (f"study_date={DAY}", "study_date=20010101"), ("sort=patient_name", "sort=-patient_name"),
                             (f"study_instance_uid={ROOT}.1", "study_instance_uid=1.2.3"), ("trashed=true", "trashed=true")):
            one, other = self.ask(f"{API}/studies?{right}"), self.ask(f"{API}/studies?{wrong}")
            self.assertEqual(one.status, other.status)
            if one.status == 200:
                self.assertEqual(one.body, other.body)
        for study in self.studies.values():
            self.assertEqual(self.ask(f"{API}/studies/{study['id']}").status, 404)
        for rest in ("", "/metadata", "/series", f"/series/{ROOT}.1.1/instances/{ROOT}.1.1.1/frames/1"):
            answer = self.ask(f"{WEB}/studies/{ROOT}.1{rest}")
            self.assertIn((answer.status, answer.body if answer.status == 200 else b""), ((404, b""), (200, b"[]")))

    def test_what_is_shown_is_searched_by(self):
        study, series, uids = self.names(lambda path, accept: self.ask(WEB + path, accept))
        for query, count in ((f"StudyInstanceUID={study}", 1), ("ModalitiesInStudy=CT", 2), ("ModalitiesInStudy=MR", 0), ("limit=1", 1),
                             ("limit=1&offset=1", 1), ("StudyDate=&PatientName=*", 2)):
            self.assertEqual(len(self.ask(f"{WEB}/studies?{query}", "application/dicom+json").json), count, query)
        found = self.ask(f"{WEB}/studies/{study}/instances?SOPInstanceUID={uids[2]}", "application/dicom+json").json
        self.assertEqual([row["00080018"]["Value"][0] for row in found], [uids[2]])
        self.assertEqual(self.ask(f"{API}/studies?study_instance_uid={study}").json["total"], 1)

    def test_one_view_does_not_know_the_names_of_another(self):
        one, other = self.share(), self.share()
        study, series, uids = self.names(lambda path, accept: self.ask_share(one, path, accept))
        for path in (f"/studies/{study}/metadata", f"/studies/{study}/series/{series}/metadata"):
            self.assertEqual(self.ask_share(one, path).status, 200)
            self.assertEqual(self.ask_share(other, path).status, 404)
        mine = self.names(lambda path, accept: self.ask_share(other, path, accept))[0]
        self.assertEqual(self.ask_share(other, f"/studies/{mine}/series/{series}/metadata").status, 404)

    def test_a_share_without_download_gives_no_files(self):
        share = self.share(allows_download=False)
        study, series, uids = self.names(lambda path, accept: self.ask_share(share, path, accept))
        base = f"/studies/{study}/series/{series}/instances/{uids[1]}"
        self.assertEqual(self.ask_share(share, f"{base}/frames/1").status, 200)
        self.assertIn(self.ask_share(share, base, "application/dicom").status, (403, 404))

    def test_a_series_that_is_shared_is_all_there_is(self):
        series_id = self.gantry.get(f"{API}/studies/{self.studies[f'{ROOT}.2']['id']}/series").json["items"][0]["id"]
        body = {"study_ids": [], "series_id": series_id}
        share = self.share(**body)
        study, series, uids = self.names(lambda path, accept: self.ask_share(share, path, accept))
        self.assertEqual(sorted(uids), [1, 2])
        self.assertEqual(len(self.ask_share(share, f"/studies/{study}/metadata", "application/dicom+json").json), 2)

    def test_the_trail_says_which_study_it_was(self):
        study, _, _ = self.names(lambda path, accept: self.ask(WEB + path, accept))
        self.assertEqual(self.ask(f"{WEB}/studies/{study}/metadata").status, 200)
        original = self.studies[f"{ROOT}.1"]
        events = self.gantry.get(f"{API}/audit-events?action=retrieve_metadata&page_size=100").json["items"]
        self.assertIn(original["id"], {event.get("study_id") for event in events})

    def test_inboxes_and_changes_of_it_are_refused(self):
        made = self.gantry.request("POST", f"{API}/shares", {"kind": "inbox", "is_deidentified": True})
        self.assertEqual(made.status, 422, made.body)


if __name__ == "__main__":
    harness.main()
