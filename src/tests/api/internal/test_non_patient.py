"""Non-patient instances, PS3.18 12: what is about nobody is stored, searched and retrieved as images are. pydicom makes the objects."""
import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
import unittest
import xml.etree.ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import PASSWORD, STOW, element, instance, multipart

import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence

NAMESPACE = "{http://dicom.nema.org/PS3.19/models/NativeDICOM}"
CLASSES = {"color-palettes": ["1.2.840.10008.5.1.4.39.1"],
           "defined-procedure-protocols": ["1.2.840.10008.5.1.4.1.1.200.1", "1.2.840.10008.5.1.4.1.1.200.7"],
           "hanging-protocols": ["1.2.840.10008.5.1.4.38.1"],
           "implant-templates": ["1.2.840.10008.5.1.4.43.1", "1.2.840.10008.5.1.4.44.1", "1.2.840.10008.5.1.4.45.1"],
           "inventories": ["1.2.840.10008.5.1.4.1.1.201.1"],
           "protocol-approvals": ["1.2.840.10008.5.1.4.1.1.200.3"]}
EXPLICIT, IMPLICIT = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2"


def code(value, meaning="meaning"):
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "99TEST", meaning
    return item


def data_set(uid, sop_class, **more):
    ds = Dataset()
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.SOPClassUID, ds.SOPInstanceUID = sop_class, uid
    ds.InstanceCreationDate, ds.InstanceCreationTime = "20260102", "101112"
    for keyword, value in more.items():
        setattr(ds, keyword, value)
    return ds


def file_of(ds, syntax=EXPLICIT):
    ds.file_meta = FileMetaDataset()
    ds.file_meta.MediaStorageSOPClassUID, ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPClassUID, ds.SOPInstanceUID
    ds.file_meta.TransferSyntaxUID = syntax
    ds.is_little_endian, ds.is_implicit_VR = True, syntax == IMPLICIT
    out = io.BytesIO()
    pydicom.dcmwrite(out, ds, write_like_original=False)
    return out.getvalue()


def palette(uid, label="HOT", creator="Müller^Jörg", description="Hot metal", **more):
    lut = bytes(range(256)) * 8
    return data_set(uid, CLASSES["color-palettes"][0], ContentLabel=label, ContentDescription=description, ContentCreatorName=creator,
                    RedPaletteColorLookupTableDescriptor=[256, 0, 16], RedPaletteColorLookupTableData=lut, **more)


def hanging_protocol(uid, name="Chest", modality="CR", region="T-D3000", priors=1, **more):
    definition = Dataset()
    definition.Modality, definition.Laterality = modality, "L"
    definition.AnatomicRegionSequence = Sequence([code(region)])
    second = Dataset()
    second.Modality = "DX"
    return data_set(uid, CLASSES["hanging-protocols"][0], HangingProtocolName=name, HangingProtocolDescription="Two views",
                    HangingProtocolLevel="SITE", HangingProtocolCreator="Gantry", HangingProtocolCreationDateTime="20260102101112",
                    HangingProtocolDefinitionSequence=Sequence([definition, second]), NumberOfPriorsReferenced=priors,
                    HangingProtocolUserIdentificationCodeSequence=Sequence([code("U1")]), NumberOfScreens=2, **more)


def inventory(uid, level="STUDY", status="COMPLETE"):
    ds = data_set(uid, CLASSES["inventories"][0], ContentDate="20260301", ContentTime="120000")
    ds.add_new(0x00080401, "LT", "migration")
    ds.add_new(0x00080403, "CS", level)
    ds.add_new(0x00080426, "CS", status)
    return ds


class NonPatient(harness.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.gantry.other_clinic()
        for role in ("viewer", "researcher"):
            made = cls.gantry.request("POST", "/api/v1/users", {"email": role + "@example.org", "name": role, "role": role,
                                                                "password": PASSWORD})
            assert made.status == 201, made.body
        cls.viewer, cls.researcher = (cls.gantry.sign_in(role + "@example.org").json["access_token"]
                                      for role in ("viewer", "researcher"))

    def setUp(self):
        self.root = f"1.2.826.0.7.{abs(hash(self.id())) % 10**8}"

    def uid(self, number):
        return f"{self.root}.{number}"

    def store(self, resource, files, status=200, path="", **options):
        answer = self.gantry.request("POST", f"/dicom-web/{resource}{path}", multipart(files), STOW, **options)
        self.assertEqual(answer.status, status, answer.body)
        return answer

    def failure(self, answer, at=0):
        item = answer.json["00081198"]["Value"][at]
        return item["00081197"]["Value"][0], item["00000902"]["Value"][0]

    def found(self, resource, query="", **options):
        """SOP Instance UIDs of this test's objects."""
        answer = self.gantry.get(f"/dicom-web/{resource}?{query}", **options)
        self.assertEqual(answer.status, 200, answer.body)
        uids = [row["00080018"]["Value"][0] for row in answer.json]
        return [int(uid.rsplit(".", 1)[1]) for uid in uids if uid.startswith(self.root + ".")]

    # ---- storing ----

    def test_an_object_comes_back_byte_for_byte(self):
        for at, (resource, classes) in enumerate(CLASSES.items()):
            for number, sop_class in enumerate(classes, 10 * at):
                with self.subTest(resource, sop_class=sop_class):
                    data = file_of(data_set(self.uid(number), sop_class))
                    stored = self.store(resource, [data]).json
                    url = stored["00081199"]["Value"][0]["00081190"]["Value"][0]
                    self.assertTrue(url.endswith(f"/dicom-web/{resource}/{self.uid(number)}"), url)
                    self.assertTrue(stored["00081190"]["Value"][0].endswith(f"/dicom-web/{resource}"))
                    self.assertNotIn("00081198", stored)
                    answer = self.gantry.get(url[url.index("/dicom-web"):], headers={"Accept": "application/dicom"})
                    self.assertEqual((answer.status, answer.body), (200, data))
                    self.assertEqual(answer.headers["content-type"], "application/dicom")

    def test_the_same_bytes_again_change_nothing_and_other_bytes_are_refused(self):
        data, other = file_of(palette(self.uid(1))), file_of(palette(self.uid(1), label="COLD"))
        self.store("color-palettes", [data])
        self.store("color-palettes", [data])
        refused = self.store("color-palettes", [other], 409)
        self.assertEqual(self.failure(refused)[0], 0x0111)
        some = self.store("color-palettes", [other, file_of(palette(self.uid(2)))], 202).json
        self.assertEqual([len(some[tag]["Value"]) for tag in ("00081198", "00081199")], [1, 1])
        self.assertEqual(self.found("color-palettes"), [1, 2])
        self.assertEqual(self.gantry.get(f"/dicom-web/color-palettes/{self.uid(1)}", headers={"Accept": "application/dicom"}).body, data)

    def test_an_object_of_another_class_is_refused_with_a_reason(self):
        mine = file_of(palette(self.uid(1)))
        for resource in CLASSES:
            if resource != "color-palettes":
                reason, text = self.failure(self.store(resource, [mine], 409))
                self.assertEqual(reason, 0x0122, resource)
                self.assertIn(resource, text)
        image = self.store("hanging-protocols", [instance(1, self.root + ".9", self.root + ".9.1")], 409)
        self.assertEqual(self.failure(image)[0], 0x0122)
        lost = self.store("studies", [mine], 409)
        self.assertEqual(self.failure(lost)[0], 0xA900)
        self.assertEqual(self.found("color-palettes"), [])
        nothing = self.gantry.get(f"/dicom-web/color-palettes/{self.uid(1)}")
        self.assertProblem(nothing, 404, "NOT_FOUND")

    def test_the_address_may_name_the_object(self):
        data = file_of(palette(self.uid(1)))
        reason, text = self.failure(self.store("color-palettes", [data], 409, "/" + self.uid(2)))
        self.assertEqual((reason, "UID" in text), (0xA900, True))
        self.store("color-palettes", [data], path="/" + self.uid(1))
        alone = self.gantry.request("POST", f"/dicom-web/color-palettes/{self.uid(3)}", file_of(palette(self.uid(3))),
                                    {"Content-Type": "application/dicom"})
        self.assertEqual(alone.status, 200, alone.body)
        self.assertEqual(self.found("color-palettes"), [1, 3])

    def test_objects_come_as_json_and_xml_too(self):
        made = json.loads(hanging_protocol(self.uid(1)).to_json())
        unnamed = {k: v for k, v in made.items() if k != "00080018"}
        head = 'multipart/related; type="application/dicom+json"; boundary=gantry-test'
        body = (b"--gantry-test\r\nContent-Type: application/dicom+json\r\n\r\n" + json.dumps([made]).encode() + b"\r\n--gantry-test--\r\n")
        answer = self.gantry.request("POST", "/dicom-web/hanging-protocols", body, {"Content-Type": head})
        self.assertEqual(answer.status, 200, answer.body)
        body = body.replace(json.dumps([made]).encode(), json.dumps(unnamed).encode())
        named = self.gantry.request("POST", f"/dicom-web/hanging-protocols/{self.uid(2)}", body, {"Content-Type": head})
        self.assertEqual(named.status, 200, named.body)
        self.assertEqual(self.found("hanging-protocols"), [1, 2])
        document = self.gantry.get(f"/dicom-web/hanging-protocols/{self.uid(2)}/metadata", headers={"Accept": "application/dicom+xml"})
        self.assertEqual(document.status, 200, document.body)
        xml_body = document.body.replace(self.uid(2).encode(), self.uid(3).encode())
        body = b"--gantry-test\r\nContent-Type: application/dicom+xml\r\n\r\n" + xml_body + b"\r\n--gantry-test--\r\n"
        answer = self.gantry.request("POST", "/dicom-web/hanging-protocols", body, {"Content-Type": head.replace("json", "xml")})
        self.assertEqual(answer.status, 200, answer.body)
        files = [self.gantry.get(f"/dicom-web/hanging-protocols/{self.uid(n)}", headers={"Accept": "application/dicom"}).body for n in (1, 2, 3)]
        for n, data in enumerate(files, 1):
            ds = pydicom.dcmread(io.BytesIO(data))
            self.assertEqual((ds.SOPInstanceUID, ds.HangingProtocolName, "StudyInstanceUID" in ds), (self.uid(n), "Chest", False))
            self.assertEqual(ds.HangingProtocolDefinitionSequence[0].AnatomicRegionSequence[0].CodeValue, "T-D3000")

    def test_an_outcome_is_had_as_xml(self):
        answer = self.gantry.request("POST", "/dicom-web/color-palettes", multipart([file_of(palette(self.uid(1)))]),
                                     {**STOW, "Accept": "application/dicom+xml"})
        self.assertEqual((answer.status, answer.headers["content-type"]), (200, "application/dicom+xml"))
        self.assertIn(self.uid(1), xml.etree.ElementTree.tostring(xml.etree.ElementTree.fromstring(answer.body)).decode())

    def test_what_is_no_object_leaves_nothing(self):
        good = file_of(palette(self.uid(1)))
        before = self.gantry.objects()
        cases = {"no DICOM": b"nothing", "cut": good[:-100], "empty": b"", "half a head": good[:140],
                 "no UID": file_of(palette(self.uid(1))).replace(self.uid(1).encode(), b" " * len(self.uid(1)))}
        for name, data in cases.items():
            with self.subTest(name):
                answer = self.gantry.request("POST", "/dicom-web/color-palettes", multipart([data]), STOW)
                self.assertIn(answer.status, (400, 409), answer.body)
        for headers, body, status in (({"Content-Type": "text/plain"}, b"x", 415), ({"Content-Type": "multipart/related"}, b"x", 400),
                                      ({"Content-Type": 'multipart/related; type="image/png"; boundary=b'}, b"x", 415), (STOW, b"", 400)):
            answer = self.gantry.request("POST", "/dicom-web/color-palettes", body, headers)
            self.assertEqual(answer.status, status, answer.body)
        self.assertEqual(self.gantry.objects(), before)
        self.assertEqual(self.gantry.staged(), [])
        self.assertEqual(self.found("color-palettes"), [])

    def test_hostile_content_is_kept_or_refused_but_never_a_fault(self):
        deep = Dataset()
        deep.Modality = "CT"
        for _ in range(40):
            outer = Dataset()
            outer.HangingProtocolDefinitionSequence = Sequence([deep])
            deep = outer
        many = Dataset()
        many.HangingProtocolDefinitionSequence = Sequence([code(str(n)) for n in range(5000)])
        definitions = []
        for n in range(3000):
            item = Dataset()
            item.Modality = f"M{n}"
            item.AnatomicRegionSequence = Sequence([code(f"C{n}")])
            definitions.append(item)
        cases = [hanging_protocol(self.uid(1), name="'; DROP TABLE non_patient_objects; --"),
                 hanging_protocol(self.uid(2), name="x" * 16), hanging_protocol(self.uid(3), ContentDescription="%_\\*?" * 10)]
        cases[1].HangingProtocolDescription = "y" * 60000
        cases += [data_set(self.uid(4), CLASSES["hanging-protocols"][0], HangingProtocolDefinitionSequence=deep.HangingProtocolDefinitionSequence),
                  data_set(self.uid(5), CLASSES["hanging-protocols"][0], HangingProtocolDefinitionSequence=Sequence(definitions)),
                  data_set(self.uid(6), CLASSES["hanging-protocols"][0], HangingProtocolDefinitionSequence=many.HangingProtocolDefinitionSequence)]
        for ds in cases:
            self.store("hanging-protocols", [file_of(ds, IMPLICIT)])
        raw = file_of(palette(self.uid(7))) + element(0x00700080, "CS", b"\xff\xfe\x00bad")
        odd = self.gantry.request("POST", "/dicom-web/color-palettes", multipart([raw]), STOW)
        self.assertIn(odd.status, (200, 409), odd.body)
        self.assertEqual(self.found("hanging-protocols"), [1, 2, 3, 4, 5, 6])
        self.assertEqual(self.found("hanging-protocols", "HangingProtocolName=%27%3B DROP*".replace(" ", "%20")), [1])
        self.assertEqual(self.found("hanging-protocols", "HangingProtocolDefinitionSequence.Modality=M5"), [5])
        for n in range(1, 7):
            self.assertEqual(self.gantry.get(f"/dicom-web/hanging-protocols/{self.uid(n)}/metadata").status, 200)

    # ---- searching ----

    def test_each_resource_is_searched_by_its_own_keys(self):
        model = Dataset()
        model.Manufacturer, model.ManufacturerModelName = "ACME", "Scanner 9"
        subject = Dataset()
        subject.ReferencedSOPClassUID, subject.ReferencedSOPInstanceUID = CLASSES["defined-procedure-protocols"][0], "1.2.3.4"
        approval = Dataset()
        approval.AssertionCodeSequence = Sequence([code("APPROVED")])
        objects = {
            "color-palettes": [palette(self.uid(1)), palette(self.uid(2), "COLD", "Smith^John", "Blue")],
            "hanging-protocols": [hanging_protocol(self.uid(1)), hanging_protocol(self.uid(2), "Knee", "MR", "T-D9200", 0)],
            "implant-templates": [
                data_set(self.uid(1), CLASSES["implant-templates"][0], Manufacturer="ACME", ImplantName="Hip", ImplantSize="12", ImplantPartNumber="P-1"),
                data_set(self.uid(2), CLASSES["implant-templates"][1], ImplantAssemblyTemplateName="Hip set", ImplantAssemblyTemplateIssuer="ACME",
                         ProcedureTypeCodeSequence=Sequence([code("P5-1")])),
                data_set(self.uid(3), CLASSES["implant-templates"][2], ImplantTemplateGroupName="All hips", ImplantTemplateGroupIssuer="ACME")],
            "defined-procedure-protocols": [
                data_set(self.uid(1), CLASSES["defined-procedure-protocols"][0], ProtocolName="Head CT", EquipmentModality="CT",
                         ContentCreatorName="Doe^Jane", ModelSpecificationSequence=Sequence([model]),
                         PotentialRequestedProcedureCodeSequence=Sequence([code("RPID1"), code("RPID2")])),
                data_set(self.uid(2), CLASSES["defined-procedure-protocols"][1], ProtocolName="Angio", EquipmentModality="XA")],
            "inventories": [inventory(self.uid(1)), inventory(self.uid(2), "INSTANCE", "PARTIAL")],
            "protocol-approvals": [data_set(self.uid(1), CLASSES["protocol-approvals"][0], ApprovalSubjectSequence=Sequence([subject]),
                                            ApprovalSequence=Sequence([approval]))]}
        for resource, sets in objects.items():  # numbers are of a resource, so that UIDs differ
            for at, ds in enumerate(sets, 1):
                ds.SOPInstanceUID = f"{self.root}.{list(CLASSES).index(resource)}.{at}"
            self.store(resource, [file_of(ds) for ds in sets])
        cases = {
            "color-palettes": [("ContentLabel=HOT", [1]), ("00700080=HOT", [1]), ("ContentLabel=HOT,COLD", [1, 2]), ("ContentLabel=hot", []),
                               ("ContentLabel=*O*", [1, 2]), ("ContentDescription=Bl?e", [2]), ("ContentCreatorName=muller*", [1]),
                               ("ContentCreatorName=john smith&fuzzymatching=true", [2]), ("ContentLabel=", [1, 2]),
                               ("InstanceCreationDate=20260101-20260103", [1, 2]), ("InstanceCreationDate=20260103-", []),
                               ("InstanceCreationDate=20260101-20260102&InstanceCreationTime=090000-100000", []),
                               (f"SOPInstanceUID={self.root}.0.2", [2]), (f"SOPInstanceUID={self.root}.0.2,{self.root}.0.1", [1, 2]),
                               ("SOPClassUID=1.2.840.10008.5.1.4.39.1", [1, 2]), ("SOPClassUID=1.2.3", []), ("orderby=ContentLabel", [2, 1]),
                               ("orderby=-ContentCreatorName", [2, 1])],
            "hanging-protocols": [("HangingProtocolName=Knee", [2]), ("HangingProtocolLevel=SITE", [1, 2]), ("NumberOfPriorsReferenced=0", [2]),
                                  ("NumberOfScreens=2", [1, 2]), ("HangingProtocolDefinitionSequence.Modality=MR", [2]),
                                  ("0072000C.00080060=DX", [1, 2]),
                                  ("HangingProtocolDefinitionSequence.AnatomicRegionSequence.CodeValue=T-D9200", [2]),
                                  ("HangingProtocolUserIdentificationCodeSequence.CodeValue=U1", [1, 2])],
            "implant-templates": [("Manufacturer=ACME", [1]), ("ImplantPartNumber=P-1", [1]), ("ImplantName=H*", [1]),
                                  ("ImplantAssemblyTemplateName=Hip set", [2]), ("ProcedureTypeCodeSequence.CodeValue=P5-1", [2]),
                                  ("ImplantTemplateGroupName=*hips", [3]), ("SOPClassUID=1.2.840.10008.5.1.4.44.1,1.2.840.10008.5.1.4.45.1", [2, 3])],
            "defined-procedure-protocols": [("ProtocolName=Head*", [1]), ("EquipmentModality=XA", [2]), ("ContentCreatorName=doe*", [1]),
                                            ("ModelSpecificationSequence.ManufacturerModelName=Scanner 9", [1]),
                                            ("PotentialRequestedProcedureCodeSequence.CodeValue=RPID2", [1])],
            "inventories": [("InventoryLevel=STUDY", [1]), ("00080426=PARTIAL", [2]), ("ContentDate=20260301", [1, 2])],
            "protocol-approvals": [("ApprovalSubjectSequence.ReferencedSOPInstanceUID=1.2.3.4", [1]),
                                   ("ApprovalSequence.AssertionCodeSequence.CodeValue=APPROVED", [1])]}
        for resource, questions in cases.items():
            for query, expected in questions:
                with self.subTest(resource, query=query):
                    answer = self.gantry.get(f"/dicom-web/{resource}?" + query.replace(" ", "%20"))
                    self.assertEqual(answer.status, 200, answer.body)
                    self.assertNotIn("warning", answer.headers)
                    rows = [r["00080018"]["Value"][0] for r in answer.json]
                    self.assertEqual([int(u.rsplit(".", 1)[1]) for u in rows if u.startswith(self.root + ".")], expected)

    def test_a_row_has_what_the_standard_asks_for(self):
        self.store("hanging-protocols", [file_of(hanging_protocol(self.uid(1), ContentLabel="X"))])
        ask = lambda more="": self.gantry.get(f"/dicom-web/hanging-protocols?SOPInstanceUID={self.uid(1)}{more}").json[0]
        row = ask()
        self.assertEqual(row["00720002"], {"vr": "SH", "Value": ["Chest"]})
        self.assertEqual(row["0072000C"]["Value"][0]["00082218"]["Value"][0]["00080100"]["Value"], ["T-D3000"])
        self.assertEqual([item["00080060"]["Value"] for item in row["0072000C"]["Value"]], [["CR"], ["DX"]])
        self.assertEqual(row["0072000A"]["Value"], ["20260102101112"])
        self.assertEqual((row["00080056"]["Value"], row["00083002"]["Value"]), (["ONLINE"], [EXPLICIT]))
        self.assertTrue(row["00081190"]["Value"][0].endswith("/dicom-web/hanging-protocols/" + self.uid(1)))
        self.assertEqual(list(row), sorted(row))
        self.assertNotIn("00700080", row)
        self.assertEqual(ask("&includefield=ContentLabel")["00700080"]["Value"], ["X"])
        whole = self.gantry.get(f"/dicom-web/hanging-protocols/{self.uid(1)}/metadata").json[0]
        everything = ask("&includefield=all")
        self.assertEqual({k: everything[k] for k in whole}, whole)

    def test_results_have_pages_and_forms(self):
        self.store("color-palettes", [file_of(palette(self.uid(n), f"P{n}", description=self.root)) for n in range(1, 6)])
        query = f"ContentDescription={self.root}"
        page = self.gantry.get(f"/dicom-web/color-palettes?{query}&limit=2&orderby=-ContentLabel")
        self.assertEqual([r["00700080"]["Value"][0] for r in page.json], ["P5", "P4"])
        self.assertEqual(page.headers["x-total-count"], "5")
        self.assertIn("299", page.headers["warning"])
        rest = self.gantry.get(f"/dicom-web/color-palettes?{query}&limit=9&orderby=-ContentLabel&cursor=" + page.headers["x-next-cursor"])
        self.assertEqual([r["00700080"]["Value"][0] for r in rest.json], ["P3", "P2", "P1"])
        self.assertEqual(self.found("color-palettes", query + "&offset=3"), [4, 5])
        documents = self.gantry.get(f"/dicom-web/color-palettes?{query}", headers={"Accept": 'multipart/related; type="application/dicom+xml"'})
        self.assertEqual((documents.status, documents.body.count(b"<NativeDicomModel")), (200, 5))
        table = self.gantry.get(f"/dicom-web/color-palettes?{query}", headers={"Accept": "text/csv"}).body.decode().splitlines()
        self.assertEqual((len(table), "ContentLabel" in table[0]), (6, True))
        self.assertEqual(self.gantry.get("/dicom-web/color-palettes?ContentLabel=NOBODY").json, [])
        self.assertEqual(self.gantry.get("/dicom-web/color-palettes?ContentLabel=NOBODY",
                                         headers={"Accept": 'multipart/related; type="application/dicom+xml"'}).status, 204)

    def test_results_that_would_be_too_long_are_refused(self):
        other = {"token": self.other}  # where no other test looks for hanging protocols
        items = []
        for _ in range(320):
            item = Dataset()
            item.ProtocolPlanningInformation = "x" * 64000
            items.append(item)
        sets = [hanging_protocol(self.uid(n), name="LONG" + self.root[-8:]) for n in (1, 2)]
        for ds in sets:
            ds.HangingProtocolDefinitionSequence = Sequence(items)
            self.store("hanging-protocols", [file_of(ds)], **other)
        query = "HangingProtocolName=LONG" + self.root[-8:]
        self.assertProblem(self.gantry.get("/dicom-web/hanging-protocols?" + query, **other), 413, "TOO_LARGE")
        self.assertEqual(self.found("hanging-protocols", query + "&limit=1", **other), [1])
        self.assertEqual(self.found("hanging-protocols", query + "&limit=1&offset=1", **other), [2])
        for n in (1, 2):
            self.assertEqual(self.gantry.get(f"/dicom-web/hanging-protocols/{self.uid(n)}/metadata", **other).status, 200)

    def test_keys_of_others_are_ignored_and_bad_values_refused(self):
        for key in ("PatientName=x", "StudyInstanceUID=1.2.3", "HangingProtocolName=x", "Modality=CT", "nonsense=1", "0072000C.00080060=CT"):
            answer = self.gantry.get("/dicom-web/color-palettes?" + key)
            self.assertEqual((answer.status, key.split("=")[0] in answer.headers["warning"]), (200, True), key)
        for query in ("SOPInstanceUID=no", "InstanceCreationDate=yesterday", "InstanceCreationTime=99", "limit=x", "limit=1&limit=2", "offset=-1",
                      "orderby=PatientName", "cursor=%21", "cursor=azox&offset=1", "fuzzymatching=perhaps", "&".join(["ContentLabel=x"] * 65)):
            self.assertProblem(self.gantry.get("/dicom-web/color-palettes?" + query), 400, "MALFORMED")
        self.assertProblem(self.gantry.get("/dicom-web/hanging-protocols?NumberOfScreens=two"), 400, "MALFORMED")
        self.assertProblem(self.gantry.get("/dicom-web/color-palettes", headers={"Accept": "image/png"}), 406, "NOT_ACCEPTABLE")

    # ---- retrieving ----

    def test_retrieve_has_tags_ranges_and_conversions(self):
        data = file_of(palette(self.uid(1)))
        self.store("color-palettes", [data])
        path = f"/dicom-web/color-palettes/{self.uid(1)}"
        whole = self.gantry.get(path, headers={"Accept": "application/dicom"})
        etag = whole.headers["etag"]
        self.assertEqual(etag, f'"{hashlib.sha256(data).hexdigest()}"')
        self.assertEqual(self.gantry.get(path, headers={"Accept": "application/dicom", "If-None-Match": etag}).status, 304)
        part = self.gantry.get(path, headers={"Accept": "application/dicom", "Range": "bytes=100-199"})
        self.assertEqual((part.status, part.body), (206, data[100:200]))
        self.assertProblem(self.gantry.get(path, headers={"Accept": "application/dicom", "Range": "bytes=999999-"}), 416, "RANGE")
        several = self.gantry.get(path)
        self.assertIn("multipart/related", several.headers["content-type"])
        self.assertIn(data, several.body)
        implicit = self.gantry.get(path, headers={"Accept": f"application/dicom; transfer-syntax={IMPLICIT}"})
        self.assertEqual(implicit.status, 200, implicit.body)
        again = pydicom.dcmread(io.BytesIO(implicit.body))
        self.assertEqual((str(again.file_meta.TransferSyntaxUID), again.ContentLabel), (IMPLICIT, "HOT"))
        self.assertProblem(self.gantry.get(path, headers={"Accept": "application/dicom; transfer-syntax=1.2.840.10008.1.2.4.50"}), 406, "NOT_ACCEPTABLE")
        self.assertProblem(self.gantry.get(path, headers={"Accept": "application/zip"}), 406, "NOT_ACCEPTABLE")
        self.assertEqual(self.gantry.request("HEAD", path, headers={"Accept": "application/dicom"}).headers["content-length"], str(len(data)))

    def test_metadata_and_its_bulk_values(self):
        ds = palette(self.uid(1))
        self.store("color-palettes", [file_of(ds)])
        path = f"/dicom-web/color-palettes/{self.uid(1)}/metadata"
        answer = self.gantry.get(path)
        metadata = answer.json[0]
        self.assertEqual(metadata["00700084"]["Value"][0]["Alphabetic"], "Müller^Jörg")
        uri = metadata["00281201"]["BulkDataURI"]
        self.assertEqual(uri, f"/dicom-web/color-palettes/{self.uid(1)}/bulkdata/00281201")
        bulk = self.gantry.get(uri)
        self.assertEqual((bulk.status, bulk.body), (200, ds.RedPaletteColorLookupTableData))
        self.assertEqual(self.gantry.get(uri, headers={"Range": "bytes=1-2"}).body, ds.RedPaletteColorLookupTableData[1:3])
        self.assertProblem(self.gantry.get(uri.replace("00281201", "00281202")), 404, "NOT_FOUND")
        packed = self.gantry.get(path, headers={"Accept-Encoding": "gzip"})
        self.assertEqual(json.loads(gzip.decompress(packed.body)), answer.json)
        self.assertEqual(self.gantry.get(path, headers={"If-None-Match": answer.headers["etag"]}).status, 304)
        document = self.gantry.get(path, headers={"Accept": "application/dicom+xml"})
        root = xml.etree.ElementTree.fromstring(document.body)
        self.assertEqual(root.find(f".//{NAMESPACE}DicomAttribute[@keyword='ContentLabel']/{NAMESPACE}Value").text, "HOT")
        self.assertProblem(self.gantry.get(path, headers={"Accept": "image/png"}), 406, "NOT_ACCEPTABLE")

    def test_addresses_that_are_none(self):
        self.store("color-palettes", [file_of(palette(self.uid(1)))])
        for path in (f"hanging-protocols/{self.uid(1)}", f"color-palettes/{self.uid(9)}", "color-palettes/no", "color-palettes/%2e%2e",
                     f"color-palettes/{self.uid(1)}/frames/1", f"hanging-protocols/{self.uid(1)}/metadata", "palettes"):
            self.assertProblem(self.gantry.get("/dicom-web/" + path), 404, "NOT_FOUND")
        for method in ("DELETE", "PUT"):
            self.assertProblem(self.gantry.request(method, f"/dicom-web/color-palettes/{self.uid(1)}"), 405, "METHOD_NOT_ALLOWED")
        offered = self.gantry.request("OPTIONS", "/dicom-web/", headers={"Accept": "application/json"}).json["resources"]
        methods = {r["path"]: sorted(m["name"] for m in r["methods"]) for r in offered}
        for resource in CLASSES:
            self.assertEqual(methods[resource], ["GET", "POST"])
            self.assertEqual(methods[resource + "/{instance}"], ["GET", "POST"])

    # ---- who ----

    def test_organizations_and_roles_are_kept_apart(self):
        data = file_of(palette(self.uid(1)))
        self.store("color-palettes", [data])
        path = f"/dicom-web/color-palettes/{self.uid(1)}"
        for address in (path, path + "/metadata", path + "/bulkdata/00281201"):
            self.assertProblem(self.gantry.get(address, token=self.other), 404, "NOT_FOUND")
            self.assertProblem(self.gantry.get(address, token=self.researcher), 403, "FORBIDDEN")
            self.assertProblem(self.gantry.get(address, token=None), 401, "UNAUTHENTICATED")
            self.assertEqual(self.gantry.get(address, token=self.viewer).status, 200)
        self.assertEqual(self.found("color-palettes", token=self.other), [])
        self.assertEqual(self.found("color-palettes", token=self.viewer), [1])
        refused = self.gantry.request("POST", "/dicom-web/color-palettes", multipart([file_of(palette(self.uid(2)))]), STOW, token=self.viewer)
        self.assertEqual(refused.status, 403, refused.body)
        self.store("color-palettes", [file_of(palette(self.uid(1), label="THEIRS"))], token=self.other)  # the same UID, theirs
        self.assertEqual(self.gantry.get(path, headers={"Accept": "application/dicom"}).body, data)

    def test_what_was_done_is_in_the_trail(self):
        self.store("inventories", [file_of(inventory(self.uid(1)))])
        self.gantry.get(f"/dicom-web/inventories/{self.uid(1)}", headers={"Accept": "application/dicom"})
        actions = [e["action"] for e in self.gantry.get("/api/v1/audit-events").json["items"]]
        self.assertIn("store_non_patient_object", actions)
        self.assertIn("retrieve_non_patient_object", actions)

    def test_verify_knows_their_bytes(self):
        gantry = harness.Gantry(harness.BINARY)
        self.addCleanup(gantry.remove)
        gantry.start()
        gantry.use_administrator()
        data = file_of(palette(self.uid(1)))
        self.assertEqual(gantry.request("POST", "/dicom-web/color-palettes", multipart([data]), STOW).status, 200)
        gantry.stop()
        done = gantry.run("verify")
        self.assertEqual((done.returncode, b"1 instances whole, 0 damaged" in done.stdout), (0, True), done.stdout)
        name = hashlib.sha256(data).hexdigest()
        path = subprocess.run(["find", gantry.folder + "/data/storage/objects", "-name", name], stdout=subprocess.PIPE, check=True).stdout.decode().strip()
        os.chmod(path, 0o600)
        with open(path, "r+b") as out:
            out.seek(200)
            out.write(b"X")
        done = gantry.run("verify")
        self.assertEqual((done.returncode, self.uid(1).encode() in done.stdout), (65, True), done.stdout)


if __name__ == "__main__":
    harness.main()
