"""QIDO-RS by any attribute: by metadata within limits, by an index that is made while the archive is in use, and the index itself."""
import os
import sys
import time
import unittest
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import STOW, Gantry, element, instance, multipart

INDEX = "/api/v1/indexed-attributes"


def item(data):
    return b"\xfe\xff\x00\xe0" + len(data).to_bytes(4, "little") + data


def request(*steps):
    """Request Attributes Sequence of items with a step's number and description."""
    return element(0x00400275, "SQ", b"".join(
        item(element(0x00400007, "LO", description) + element(0x00400009, "SH", step)) for step, description in steps))


def image(study, series, number, maker="", kvp="", taken="", operator="", steps=(), **options):
    data = instance(number, f"1.9.{study}", f"1.9.{study}.{series}", pixels=16, patient=f"P{study}", date=f"202601{study:02}",
                    extra=request(*steps) if steps else b"", **options)
    data = data.replace(element(0x00081030, "LO", "Test study"),
                        element(0x00080070, "LO", maker) + element(0x00081030, "LO", "Test study")
                        + (element(0x00081070, "PN", operator) if operator else b""))
    if taken:
        data = data.replace(element(0x00080030, "TM", "101112"), element(0x0008002A, "DT", taken) + element(0x00080030, "TM", "101112"))
    return data.replace(element(0x0020000D, "UI", f"1.9.{study}"), element(0x00180060, "DS", kvp) + element(0x0020000D, "UI", f"1.9.{study}"))


FILES = [
    image(1, 1, 1, "GE", "120", "20260101103000+0200", "Weber^Anna", [("S1", "Thorax"), ("S2", "Knee")]),
    image(1, 1, 2, "GE", "80", "20260101103100+0200", "Weber^Anna"),
    image(1, 2, 1, "SIEMENS", "140", "20260101", "Sato^Ken=佐藤^健", modality="MR"),
    image(2, 1, 1, "GE", "1.2e2", "2026", "Müller^Jürgen", [("S1", "Knee")]),
    image(3, 1, 1, "", "", "", "", modality="US"),
    image(3, 1, 2, "ge medical", "100", "20251231233000-0500"),
    image(4, 1, 1, "100%_a*b", "80.0", "20260201"),
]

# level, query, instances found ("study.series.number")
CASES = [
    ("Manufacturer=GE", "1.1.1 1.1.2 2.1.1"), ("Manufacturer=ge*", "1.1.1 1.1.2 2.1.1 3.1.2"), ("00080070=SIEMENS", "1.2.1"),
    ("Manufacturer=*%25_a?b", "4.1.1"), ("Manufacturer=nobody", ""), ("Manufacturer=GE%5CSIEMENS", ""),
    ("Manufacturer=GE%5CSIE*&multiplevaluematching=true", "1.1.1 1.1.2 1.2.1 2.1.1"),
    ('Manufacturer=%22%22&emptyvaluematching=true', "3.1.1"), ('Manufacturer=%22%22', ""),
    ("KVP=120", "1.1.1 2.1.1"), ("KVP=%2B80", "1.1.2 4.1.1"), ('KVP=%22%22&emptyvaluematching=true', "3.1.1"),
    ("AcquisitionDateTime=20260101", "1.1.1 1.1.2 1.2.1 2.1.1"), ("AcquisitionDateTime=2026010110-2026010111", "1.1.1 1.1.2"),
    ("AcquisitionDateTime=20260101083000%2B0000-202601010830%2B0000", "1.1.1"), ("AcquisitionDateTime=-20251231", "3.1.2"),
    ("AcquisitionDateTime=20260101-0100-20260101-0100", "1.1.1 1.1.2 3.1.2"),
    ("AcquisitionDateTime=202602-", "4.1.1"),
    ("OperatorsName=weber*", "1.1.1 1.1.2"), ("OperatorsName=%E4%BD%90%E8%97%A4*", "1.2.1"),
    ("OperatorsName=jurgen&fuzzymatching=true", "2.1.1"),
    ("RequestAttributesSequence.ScheduledProcedureStepDescription=Knee", "1.1.1 2.1.1"),
    ("00400275.00400007=Knee&00400275.00400009=S2", "1.1.1"), ("00400275.00400007=Thorax&00400275.00400009=S2", ""),
    ('RequestAttributesSequence=%22%22&emptyvaluematching=true', "1.1.2 1.2.1 3.1.1 3.1.2 4.1.1"),
    ("Manufacturer=GE&KVP=120", "1.1.1 2.1.1"), ("Manufacturer=GE&KVP=140", ""), ("Manufacturer=GE&PatientID=P1", "1.1.1 1.1.2"),
    ("Manufacturer=GE&Modality=CT&KVP=80", "1.1.2"), ("Manufacturer=*", "1.1.1 1.1.2 1.2.1 2.1.1 3.1.1 3.1.2 4.1.1"),
]


class Attributes(harness.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        answer = cls.gantry.request("POST", "/dicom-web/studies", multipart(FILES), STOW)
        assert answer.status == 200, answer.body

    def tearDown(self):
        for attribute in self.gantry.get(INDEX).json["items"]:
            self.assertEqual(self.gantry.request("DELETE", f"{INDEX}/{attribute['id']}").status, 204)

    def find(self, level, query):
        answer = self.gantry.get(f"/dicom-web/{level}?{query}")
        self.assertEqual(answer.status, 200, (query, answer.body))
        self.assertEqual(int(answer.headers["x-total-count"]), len(answer.json), query)
        return answer

    def uids(self, answer):
        tag = "00080018" if answer.json and "00080018" in answer.json[0] else "0020000E" if answer.json and "0020000E" in answer.json[0] else "0020000D"
        return sorted(row[tag]["Value"][0].removeprefix("1.9.") for row in answer.json)

    def check_cases(self, note=None):
        for query, instances in CASES:
            want = instances.split()
            for level, depth in (("instances", 3), ("series", 2), ("studies", 1)):
                answer = self.find(level, query)
                self.assertEqual(self.uids(answer), sorted({".".join(uid.split(".")[:depth]) for uid in want}), (level, query, note))

    def add(self, attribute, status=201):
        answer = self.gantry.request("POST", INDEX, {"attribute": attribute})
        self.assertEqual(answer.status, status, answer.body)
        return answer.json

    def wait(self):
        for _ in range(600):
            items = self.gantry.get(INDEX).json["items"]
            if all(i["state"] == "ready" for i in items):
                return items
            time.sleep(0.1)
        self.fail(items)

    def test_answers_are_the_same_by_metadata_while_it_is_built_and_by_index(self):
        self.check_cases("by metadata")
        for attribute in ("Manufacturer", "KVP", "AcquisitionDateTime", "OperatorsName", "00400275.ScheduledProcedureStepDescription"):
            added = self.add(attribute)
            self.assertEqual((added["state"], added["done_count"], added["total_count"]), ("building", 0, len(FILES)))
        self.check_cases("while it is built")
        answer = self.find("studies", "Manufacturer=GE&KVP=120")
        if any(i["state"] == "building" for i in self.gantry.get(INDEX).json["items"]):
            self.assertIn('"The index of Manufacturer, KVP is not ready: metadata was read instead."', answer.headers["warning"])
        late = image(5, 1, 1, "LATE", "33")
        self.assertEqual(self.gantry.request("POST", "/dicom-web/studies", multipart([late]), STOW).status, 200)
        items = self.wait()
        for i in items:
            self.assertEqual((i["done_count"], i["total_count"], i["is_incomplete"]), (len(FILES) + 1, len(FILES) + 1, False))
        self.assertEqual([(i["keyword"], i["vr"]) for i in items][-1],
                         ("RequestAttributesSequence.ScheduledProcedureStepDescription", "LO"))
        self.assertEqual(self.uids(self.find("studies", "Manufacturer=LATE&KVP=33")), ["5"])
        self.gantry.request("DELETE", "/dicom-web/studies/1.9.5")
        self.check_cases("by index")
        answer = self.find("studies", "Manufacturer=GE")
        self.assertNotIn("warning", answer.headers)
        self.assertEqual(self.uids(self.find("studies", "KVP=33")), [])
        for i in items:
            self.gantry.request("DELETE", f"{INDEX}/{i['id']}")
        self.check_cases("without index again")

    def test_what_arrives_is_in_the_index_at_once(self):
        data = instance(1, "1.9.77", "1.9.77.1", pixels=16, extra=b"").replace(
            element(0x00081030, "LO", "Test study"), element(0x00080070, "LO", "NEW") + element(0x00081030, "LO", "Test study"))
        self.add("Manufacturer")
        self.wait()
        self.assertEqual(self.gantry.request("POST", "/dicom-web/studies", multipart([data]), STOW).status, 200)
        self.assertEqual(self.uids(self.find("studies", "Manufacturer=NEW")), ["77"])
        rows = self.gantry.sql("SELECT count(*) FROM attribute_values v JOIN indexed_attributes i ON i.key = v.attribute_key "
                               "WHERE i.keyword = 'Manufacturer' AND v.folded = 'new' AND i.state = 1")
        self.assertEqual(rows, [["1"]])
        self.gantry.request("DELETE", "/dicom-web/studies/1.9.77")

    def test_pages_are_right_by_either_way(self):
        for with_index in (False, True):
            if with_index:
                self.add("Manufacturer")
                self.wait()
            query = "Manufacturer=ge*&orderby=-InstanceNumber,StudyDate"
            whole = [row["00080018"]["Value"][0] for row in self.gantry.get("/dicom-web/instances?" + query).json]
            self.assertEqual(len(whole), 4)
            for limit in (1, 2, 3):
                seen, cursor = [], ""
                while cursor is not None and len(seen) <= 4:
                    answer = self.gantry.get(f"/dicom-web/instances?{query}&limit={limit}" + (f"&cursor={cursor}" if cursor else ""))
                    self.assertEqual(answer.headers["x-total-count"], "4")
                    seen += [row["00080018"]["Value"][0] for row in answer.json]
                    cursor = answer.headers.get("x-next-cursor")
                self.assertEqual(seen, whole, (with_index, limit))
            for offset in range(5):
                answer = self.gantry.get(f"/dicom-web/instances?{query}&limit=2&offset={offset}")
                self.assertEqual([row["00080018"]["Value"][0] for row in answer.json], whole[offset:offset + 2])

    def test_patients_are_found_by_what_is_theirs(self):
        self.assertEqual(len(self.gantry.get("/dicom-web/patients?EthnicGroup=x").json), 0)
        self.assertEqual(len(self.gantry.get('/dicom-web/patients?EthnicGroup=%22%22&emptyvaluematching=true').json), 4)
        self.assertIn("299", self.gantry.get("/dicom-web/patients?Manufacturer=GE").headers["warning"])

    def test_what_was_matched_or_asked_for_is_given(self):
        row = self.find("studies", "KVP=140").json[0]
        self.assertEqual((row["00180060"]["Value"], row["0020000D"]["Value"]), ([140], ["1.9.1"]))
        row = self.find("studies", "Modality=MR").json[0]
        self.assertEqual((row["00080060"]["Value"], row["00080061"]["Value"]), (["MR"], ["CT", "MR"]))
        row = self.find("series", "StudyInstanceUID=1.9.1&SeriesInstanceUID=1.9.1.2&includefield=Manufacturer").json[0]
        self.assertEqual(row["00080070"]["Value"], ["SIEMENS"])
        rows = self.find("studies", "includefield=Manufacturer,00180060").json
        self.assertEqual(len(rows), 4)
        self.assertTrue(all("00080070" in r and "00180060" in r for r in rows))
        plain = self.find("studies", "includefield=Modality").json[0]
        self.assertNotIn("00080060", plain)
        everything = self.find("studies", "includefield=all&KVP=140").json[0]
        self.assertNotIn("7FE00010", everything)
        row = self.find("series", "00400275.00400007=Thorax").json[0]
        self.assertEqual([i["00400007"]["Value"] for i in row["00400275"]["Value"]], [["Thorax"], ["Knee"]])
        for r in rows:
            self.assertEqual(list(r), sorted(r))

    def test_what_cannot_be_matched_is_refused(self):
        for bad in ("KVP=one", "KVP=1*", "AcquisitionDateTime=noon", "AcquisitionDateTime=2026*", "AcquisitionDateTime=-",
                    "ReferencedSOPSequence=x", "IrradiationEventUID=abc", "ContentDate=x",
                    "OperatorsName=" + "+".join("a" * 17) + "&fuzzymatching=true",
                    "Manufacturer=" + "%5C".join("a" * 101) + "&multiplevaluematching=true",
                    "&".join(f"Manufacturer={i}" for i in range(65))):
            for level in ("studies", "series", "instances"):
                self.assertProblem(self.gantry.get(f"/dicom-web/{level}?{bad}"), 400, "MALFORMED")
        for odd in ("Manufacturer=%00", "Manufacturer=" + "x" * 3000, "Manufacturer=%27%3B--", "KVP=1e999", "00080070=%FF",
                    ".".join(["00400275"] * 8) + "=x", "00400275." * 7 + "00400007=x"):
            self.assertIn(self.gantry.get("/dicom-web/studies?" + odd).status, (200, 400), odd)

    def test_only_administrators_and_only_what_can_be_indexed(self):
        for bad in ("", "NoSuchThing", "00091001", "00400275", "PixelData", "00020010", "00080000", "PatientID.PatientName", "KVP.", ".KVP",
                    "KVP KVP", "x" * 1000, ".".join(["00400275"] * 9), "' OR 1=1 --", "00180060\n"):
            self.assertProblem(self.gantry.request("POST", INDEX, {"attribute": bad}), 422, "INVALID")
        for bad in ({}, {"attribute": None}, {"attribute": 7}, {"attribute": "KVP", "state": "ready"}):
            self.assertIn(self.gantry.request("POST", INDEX, bad).status, (400, 422), bad)
        for column in ("PatientName", "00100020", "Rows", "RequestAttributesSequence.ScheduledProcedureStepID", "Modality"):
            self.assertProblem(self.gantry.request("POST", INDEX, {"attribute": column}), 409, "CONFLICT")
        added = self.add("KVP")
        self.assertEqual((added["path"], added["keyword"], added["vr"], added["version"]), ("00180060", "KVP", "DS", 1))
        for again in ("KVP", "00180060"):
            self.assertProblem(self.gantry.request("POST", INDEX, {"attribute": again}), 409, "CONFLICT")
        self.assertEqual(self.gantry.request("DELETE", f"{INDEX}/{added['id']}").status, 204)
        self.assertProblem(self.gantry.request("DELETE", f"{INDEX}/{added['id']}"), 404, "NOT_FOUND")
        self.assertEqual(self.add("KVP")["path"], "00180060")
        token = self.gantry.token
        self.gantry.request("POST", "/api/v1/users", {"email": "r@example.org", "name": "R", "role": "radiologist", "password": harness.PASSWORD})
        other = self.gantry.sign_in("r@example.org").json["access_token"]
        for method, path in (("GET", INDEX), ("POST", INDEX), ("DELETE", f"{INDEX}/{added['id']}")):
            body = {"attribute": "Manufacturer"} if method == "POST" else None
            self.assertProblem(self.gantry.request(method, path, body, token=other), 403, "FORBIDDEN")
            self.assertProblem(self.gantry.request(method, path, body, token=None), 401, "UNAUTHENTICATED")
        self.assertEqual(token, self.gantry.token)

    def test_there_is_a_limit_of_attributes(self):
        for number in range(64):
            self.add(KEYWORDS[number])
        self.assertProblem(self.gantry.request("POST", INDEX, {"attribute": KEYWORDS[64]}), 409, "CONFLICT")
        self.assertEqual(len(self.gantry.get(INDEX).json["items"]), 64)


KEYWORDS = """AcquisitionNumber SliceThickness KVP RepetitionTime EchoTime FlipAngle Manufacturer ManufacturerModelName SoftwareVersions
DeviceSerialNumber ConvolutionKernel PatientPosition ScanOptions SequenceName ExposureTime XRayTubeCurrent Exposure FilterType GeneratorPower
FocalSpots GantryDetectorTilt TableHeight RotationDirection SpacingBetweenSlices ImagingFrequency ImagedNucleus EchoNumbers MagneticFieldStrength
NumberOfAverages PercentSampling PixelBandwidth ContrastBolusAgent ContrastBolusRoute ContrastBolusVolume AcquisitionDateTime AcquisitionDate
AcquisitionTime ImageType OperatorsName PerformingPhysicianName NameOfPhysiciansReadingStudy StudyComments ImageComments PatientComments
PatientAge PatientWeight PatientSize EthnicGroup Occupation PregnancyStatus SliceLocation FrameOfReferenceUID ImagePositionPatient
ImageOrientationPatient WindowCenter WindowWidth RescaleSlope RescaleIntercept PhotometricInterpretation SamplesPerPixel PixelSpacing
ViewPosition DistanceSourceToDetector DistanceSourceToPatient AcquisitionMatrix""".split()


class Killed(unittest.TestCase):
    """The program ends in the middle of bringing instances in."""

    def setUp(self):
        self.gantry = Gantry(harness.BINARY).start()
        self.gantry.use_administrator()

    def tearDown(self):
        code, log = self.gantry.stop(), self.gantry.log()
        self.gantry.remove()
        self.assertEqual(code, 0, log)
        self.assertNotIn("Sanitizer", log)

    def index(self):
        return self.gantry.get(INDEX).json["items"]

    def wait_until(self, is_so):
        for _ in range(3000):
            items = self.index()
            if is_so(items):
                return items
            time.sleep(0.02)
        self.fail(items)

    def test_goes_on_where_it_was(self):
        count = 1000 if harness.is_instrumented() else 1500
        for first in range(0, count, 500):
            files = [image(n // 100 % 28 + 1, n // 10 % 10 + 1, n * 2 + 1, "maker %d" % (n % 7), str(n % 50)) for n in range(first, first + 500)]
            self.assertEqual(self.gantry.request("POST", "/dicom-web/studies", multipart(files), STOW).status, 200)
        for keyword in KEYWORDS[:12]:
            self.assertEqual(self.gantry.request("POST", INDEX, {"attribute": keyword}).status, 201)
        self.wait_until(lambda items: items[0]["done_count"] > 0)
        let_go = self.gantry.hold_writers()
        time.sleep(0.2)
        before = self.index()
        self.gantry.kill()
        let_go()
        self.gantry.start()
        self.gantry.use_administrator()
        after = self.index()
        for was, now in zip(before, after):
            self.assertGreaterEqual(now["done_count"], was["done_count"])
        self.assertTrue(any(i["state"] == "building" and 0 < i["done_count"] < count for i in before), before)
        query = "/dicom-web/instances?Manufacturer=maker+3&limit=1"
        by_metadata = self.gantry.get(query)
        self.assertEqual(by_metadata.headers["x-total-count"], str(len(range(3, count, 7))))
        self.wait_until(lambda items: all(i["state"] == "ready" for i in items))
        for i in self.index():
            self.assertEqual((i["done_count"], i["total_count"]), (count, count))
        self.assertEqual(self.gantry.get(query).headers["x-total-count"], by_metadata.headers["x-total-count"])
        self.assertNotIn("not ready", self.gantry.get(query).headers["warning"])
        rows = self.gantry.sql("SELECT count(*), count(DISTINCT instance_key) FROM attribute_values v JOIN indexed_attributes i ON "
                               "i.key = v.attribute_key WHERE i.keyword = 'Manufacturer'")
        self.assertEqual(rows, [[str(count)] * 2])
        for i in self.index():
            self.gantry.request("DELETE", f"{INDEX}/{i['id']}")
        for _ in range(600):
            left = self.gantry.sql("SELECT (SELECT count(*) FROM attribute_values), (SELECT count(*) FROM indexed_attributes)")
            if left == [["0", "0"]]:
                break
            time.sleep(0.1)
        self.assertEqual(left, [["0", "0"]])


class Limits(unittest.TestCase):
    def test_more_instances_than_can_be_looked_at_are_refused(self):
        gantry = Gantry(harness.BINARY).start()
        gantry.use_administrator()
        files = [image(1, 1, 1, "GE"), image(2, 1, 1, "GE")]
        self.assertEqual(gantry.request("POST", "/dicom-web/studies", multipart(files), STOW).status, 200)
        numbers, identifier = ("generate_series(1, 10000) AS n(i)", "gen_random_uuid()") if harness.ENGINE == "postgres" else (
            "(WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 10000) SELECT i FROM n)", "randomblob(16)")
        columns = "organization_key, created_at, updated_at, version, study_key, series_key"
        gantry.sql(f"INSERT INTO instances(key, id, {columns}, sop_instance_uid, object_name, size) SELECT 1000000 + i, {identifier}, "
                   f"{columns}, '1.7.' || i, 'x' || i, 1 FROM (SELECT * FROM instances WHERE sop_instance_uid = '1.9.1.1.1') AS one, {numbers}"
                   + (" RETURNING 0" if harness.ENGINE == "postgres" else ""))
        for level in ("studies", "series", "instances"):
            answer = gantry.get(f"/dicom-web/{level}?Manufacturer=GE&KVP=1")
            self.assertEqual((answer.status, answer.json["code"]), (413, "TOO_LARGE"))
            for word in ("Manufacturer, KVP", "10000 instances", "indexed-attributes"):
                self.assertIn(word, answer.json["detail"])
            found = gantry.get(f"/dicom-web/{level}?Manufacturer=GE&PatientID=P2")
            self.assertEqual((found.status, found.headers["x-total-count"]), (200, "1"))
        gantry.stop()
        gantry.remove()


if __name__ == "__main__":
    harness.main()
