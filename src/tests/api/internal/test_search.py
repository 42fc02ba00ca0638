"""QIDO-RS beyond matching: patients, forms of results, paging, fuzzy names, what is included, and what cannot be read."""
import csv
import email.parser
import io
import os
import re
import sys
import urllib.parse
import xml.etree.ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import STOW, element, instance, multipart

MORE = '"The number of results exceeded the maximum supported by the server. Additional results can be requested."'
YAMADA = "Yamada^Tarou=山田^太郎=やまだ^たろう"
# study: name, Patient ID, issuer, birth date, sex, date, description, numbers of images of its series
STUDIES = {
    1: ("Smith^John", "P1", "A", "19500101", "M", "20260101", "Chest", (2,)),
    2: ("Smith^Johnny", "P1", "A", "19500101", "M", "20260301", "Chest, again", (1, 1)),
    3: ("Müller^Jürgen", "P2", "A", "19600101", "M", "20260102", 'He said "no"', (1,)),
    4: (YAMADA, "P3", "", "19700101", "F", "20260103", "=1+1", (1,)),
    5: ("Smith-Jones^Anna Maria", "P1", "B", "19800101", "F", "20260104", "-5", (1,)),
    6: ("", "", "", "", "", "20260105", "two\nlines", (1,)),
    7: ("", "", "", "", "", "20260106", "+a", (1,)),
    8: ("@Home^Ada", "P8", "", "19900101", "F", "20260107", "＝1", (12,))}


def image(study, series, number):
    name, patient, issuer, birth, sex, date, description, _ = STUDIES[study]
    data = instance(number, f"1.8.{study}", f"1.8.{study}.{series}", name=name, patient=patient, date=date, pixels=16)
    more = (element(0x00100020, "LO", patient) + element(0x00100021, "LO", issuer) + element(0x00100030, "DA", birth)
            + element(0x00100040, "CS", sex))
    data = data.replace(element(0x00100020, "LO", patient) + element(0x0020000D, "UI", f"1.8.{study}"),
                        more + element(0x0020000D, "UI", f"1.8.{study}"))
    data = data.replace(element(0x00081030, "LO", "Test study"),
                        element(0x00080080, "LO", "St. Mary, Ward 3") + element(0x00081030, "LO", description))
    return data.replace(element(0x00200011, "IS", "1"), element(0x00200011, "IS", str(series)))


class Search(harness.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        files = [image(study, series, number) for study, row in STUDIES.items() for series, count in enumerate(row[7], 1)
                 for number in range(1, count + 1)]
        answer = cls.gantry.request("POST", "/dicom-web/studies", multipart(files), STOW)
        assert answer.status == 200, answer.body

    def ask(self, path, wanted=None, status=200, **query):
        """wanted: the Accept header."""
        query = urllib.parse.urlencode(query, doseq=True)
        answer = self.gantry.get(f"/dicom-web/{path}{'?' if query else ''}{query}", headers={"Accept": wanted} if wanted else {})
        self.assertEqual(answer.status, status, answer.body)
        return answer

    def values(self, answer, tag):
        return [row[tag].get("Value", [None])[0] for row in answer.json]

    def numbers(self, **query):
        """Of the studies found."""
        return sorted(int(uid.split(".")[-1]) for uid in self.values(self.ask("studies", **query), "0020000D"))

    # patients

    def test_patients_are_listed_with_what_they_have(self):
        answer = self.ask("patients", orderby="PatientID,IssuerOfPatientID")
        self.assertEqual(answer.headers["x-total-count"], "7")
        self.assertEqual(self.values(answer, "00100020"), [None, None, "P1", "P1", "P2", "P3", "P8"])
        self.assertEqual(self.values(answer, "00201200"), [1, 1, 2, 1, 1, 1, 1])
        smith = answer.json[2]
        self.assertEqual(smith, {
            "00080005": {"vr": "CS", "Value": ["ISO_IR 192"]}, "00100010": {"vr": "PN", "Value": [{"Alphabetic": "Smith^Johnny"}]},
            "00100020": {"vr": "LO", "Value": ["P1"]}, "00100021": {"vr": "LO", "Value": ["A"]},
            "00100030": {"vr": "DA", "Value": ["19500101"]}, "00100040": {"vr": "CS", "Value": ["M"]},
            "00201200": {"vr": "IS", "Value": [2]}, "00201202": {"vr": "IS", "Value": [3]}, "00201204": {"vr": "IS", "Value": [4]}})
        self.assertEqual(list(smith), sorted(smith))

    def test_patients_are_matched_as_studies_are(self):
        for query, found in (({"PatientID": "P1"}, 2), ({"PatientID": "P1", "IssuerOfPatientID": "B"}, 1), ({"00100010": "smith*"}, 2),
                             ({"PatientName": "山田*"}, 1), ({"PatientName": "muller*"}, 1), ({"PatientBirthDate": "19600101-19701231"}, 2),
                             ({"PatientSex": "F"}, 3), ({"PatientSex": "F\\M"}, 5), ({"PatientID": '""', "emptyvaluematching": "true"}, 2),
                             ({"PatientName": "johnny smi", "fuzzymatching": "true"}, 1), ({"PatientID": "nobody"}, 0)):
            answer = self.ask("patients", **query)
            self.assertEqual((len(answer.json), answer.headers["x-total-count"]), (found, str(found)), query)
            self.assertNotIn("warning", answer.headers)
        ignored = self.ask("patients", StudyDate="20260101")
        self.assertEqual(len(ignored.json), 7)
        self.assertIn("ignored: StudyDate", ignored.headers["warning"])
        self.assertProblem(self.ask("patients", status=400, orderby="StudyDate"), 400, "MALFORMED")
        self.assertProblem(self.ask("patients", status=400, PatientBirthDate="19*"), 400, "MALFORMED")
        self.assertEqual(self.gantry.get("/dicom-web/patients", token=None).status, 401)

    def test_a_patient_in_the_trash_is_none(self):
        extra = instance(1, "1.8.99", "1.8.99.1", name="Gone^Soon", patient="P99", pixels=16)
        more = instance(1, "1.8.98", "1.8.98.1", name="Gone^Later", patient="P99", date="20270101", pixels=16)
        self.gantry.request("POST", "/dicom-web/studies", multipart([extra, more]), STOW)
        for left in (2, 1, 0):
            found = self.ask("patients", PatientID="P99").json
            self.assertEqual([p["00201200"]["Value"][0] for p in found], [left] if left else [])
            if left:
                newest = self.gantry.get("/api/v1/studies?patient_id=P99&sort=-study_date").json["items"][0]
                self.assertEqual(found[0]["00100010"]["Value"][0]["Alphabetic"], newest["patient_name"])
                self.gantry.request("DELETE", "/api/v1/studies/" + newest["id"])

    # forms

    def test_accept_chooses_the_form(self):
        for accept, kind in ((None, "application/dicom+json"), ("*/*", "application/dicom+json"), ("application/json", "application/json"),
                             ("application/*", "application/dicom+json"), ("text/csv", "text/csv; charset=utf-8; header=present"),
                             ("text/csv;q=0.2, application/json;q=0.3", "application/json"),
                             ("application/json;q=0.2, text/csv;q=0.3", "text/csv; charset=utf-8; header=present"),
                             ("image/png, text/*;q=0.1", "text/csv; charset=utf-8; header=present"),
                             ("text/csv;q=0, */*;q=0.1", "application/dicom+json"),
                             ("application/dicom+json, multipart/related; type=application/octet-stream; transfer-syntax=*",
                              "application/dicom+json")):
            answer = self.ask("studies", accept, limit=1)
            self.assertEqual(answer.headers["content-type"], kind, accept)
            self.assertIn("Accept", answer.headers["vary"])
        self.assertTrue(self.ask("studies", "application/dicom+json", accept="text/csv").headers["content-type"].startswith("text/csv"))
        self.assertEqual(self.ask("studies", "text/csv", accept="application/json").headers["content-type"], "application/json")
        for accept in ("image/png", "text/html", "application/dicom", 'multipart/related; type="text/csv"'):
            self.assertProblem(self.ask("studies", accept, 406), 406, "NOT_ACCEPTABLE")

    def test_all_forms_are_offered(self):
        offered = {resource["path"]: resource["methods"] for resource in
                   self.gantry.request("OPTIONS", "/dicom-web/", headers={"Accept": "application/json"}).json["resources"]}
        for path in ("patients", "studies", "studies/{study}/series/{series}/instances"):
            search = next(method for method in offered[path] if method["name"] == "GET")
            self.assertEqual(search["answers"], ["application/dicom+json", "application/json", "application/dicom+xml", "text/csv"])

    def table(self, path, **query):
        answer = self.ask(path, "text/csv", **query)
        self.assertTrue(answer.body.endswith(b"\r\n"))
        return list(csv.DictReader(io.StringIO(answer.body.decode(), newline="")))

    def test_csv_holds_what_json_holds(self):
        for path in ("patients", "studies", "series", "instances", "studies/1.8.2/series", "studies/1.8.2/series/1.8.2.1/instances"):
            for include in ((), ("all",)):
                rows = self.table(path, includefield=include)
                documents = self.ask(path, includefield=include).json
                self.assertEqual(len(rows), len(documents))
                width = len(set().union(*documents))
                self.assertGreaterEqual(len(rows[0]), width, path)
                for row, document in zip(rows, documents):
                    filled = {tag for tag in document if set(document[tag]) - {"vr"}}
                    self.assertEqual(sum(cell != "" for cell in row.values()), len(filled), (path, row, document))
        rows = {row["StudyInstanceUID"]: row for row in self.table("studies")}
        self.assertEqual(rows["1.8.4"]["PatientName"], YAMADA)
        self.assertEqual(rows["1.8.3"]["StudyDescription"], 'He said "no"')
        self.assertEqual(rows["1.8.2"]["StudyDescription"], "Chest, again")
        self.assertEqual(rows["1.8.2"]["NumberOfStudyRelatedInstances"], "2")
        self.assertEqual(self.table("instances", SOPInstanceUID="1.8.1.1.1", includefield="all")[0]["BitsAllocated"], "16")

    def documents(self, path, wanted='multipart/related; type="application/dicom+xml"', **query):
        answer = self.ask(path, wanted, **query)
        kind = answer.headers["content-type"]
        self.assertTrue(kind.startswith('multipart/related; type="application/dicom+xml"; boundary='), kind)
        whole = email.parser.BytesParser().parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + answer.body)
        for part in whole.get_payload():
            self.assertEqual(part["Content-Type"], "application/dicom+xml")
            yield xml.etree.ElementTree.fromstring(part.get_payload(decode=True))

    def test_xml_holds_what_json_holds(self):
        model = "{http://dicom.nema.org/PS3.19/models/NativeDICOM}"
        for path in ("patients", "studies", "series", "instances", "studies/1.8.2/series"):
            for query in ({}, {"includefield": "all"}, {"limit": 1}):
                documents, rows = list(self.documents(path, **query)), self.ask(path, **query).json
                self.assertEqual(len(documents), len(rows))
                for document, row in zip(documents, rows):
                    self.assertEqual(document.tag, model + "NativeDicomModel")
                    self.assertEqual([a.get("tag") for a in document], list(row))
                    self.assertEqual([a.get("vr") for a in document], [member["vr"] for member in row.values()])
                    for attribute, member in zip(document, row.values()):
                        values = [v.text for v in attribute.findall(model + "Value")]
                        if member["vr"] not in ("PN", "SQ", "DS"):
                            self.assertEqual(values, [str(v) for v in member.get("Value", [])])
        study = next(self.documents("studies", "application/dicom+xml;q=0.4, text/csv;q=0.3", StudyInstanceUID="1.8.4"))
        name = study.find(f"{model}DicomAttribute[@keyword='PatientName']/{model}PersonName")
        self.assertEqual([[c.text for c in group] for group in name], [["Yamada", "Tarou"], ["山田", "太郎"], ["やまだ", "たろう"]])
        nothing = self.ask("studies", "application/dicom+xml", 204, PatientID="nobody")
        self.assertEqual((nothing.body, nothing.headers["x-total-count"]), (b"", "0"))
        more = self.ask("studies", "application/dicom+xml", limit=2)
        self.assertIn(MORE, more.headers["warning"])
        self.assertEqual(self.ask("studies", "application/dicom+xml", limit=2).body, more.body)

    def test_csv_has_no_formulas(self):
        found = {row["StudyInstanceUID"]: row["StudyDescription"] for row in self.table("studies")}
        self.assertEqual((found["1.8.4"], found["1.8.5"], found["1.8.7"], found["1.8.8"]), ("'=1+1", "'-5", "'+a", "'＝1"))
        self.assertEqual(found["1.8.1"], "Chest")
        self.assertEqual(self.table("patients", PatientID="P8")[0]["PatientName"], "'@Home^Ada")
        self.assertIn(b',"He said ""no""",', self.ask("studies", "text/csv", PatientID="P2").body)

    def test_no_match_is_an_empty_list(self):
        for path in ("patients", "studies", "series", "instances"):
            answer = self.ask(path, PatientID="nobody")
            self.assertEqual((answer.body, answer.headers["x-total-count"]), (b"[]", "0"))
            self.assertNotIn("warning", answer.headers)
            lines = self.ask(path, "text/csv", PatientID="nobody").body.decode().splitlines()
            self.assertEqual(len(lines), 1)
            self.assertIn("PatientID", lines[0].split(","))

    def test_answers_have_tags(self):
        for accept in ("application/dicom+json", "text/csv"):
            first = self.ask("patients", accept)
            self.assertEqual(first.headers["cache-control"], "private, no-cache")
            again = self.gantry.get("/dicom-web/patients", headers={"Accept": accept, "If-None-Match": first.headers["etag"]})
            self.assertEqual((again.status, again.body), (304, b""))

    # pages

    def test_more_results_are_told(self):
        service = f"http://127.0.0.1:{self.gantry.port}/dicom-web"
        for path, total in (("patients", 7), ("studies", 8), ("series", 9), ("instances", 21), ("studies/1.8.8/instances", 12)):
            answer = self.ask(path, limit=3)
            self.assertEqual((len(answer.json), answer.headers["x-total-count"]), (3, str(total)))
            self.assertEqual(answer.headers["warning"], f"299 {service}: {MORE}")
            last = self.ask(path, limit=3, offset=total - 3)
            self.assertEqual((len(last.json), last.headers["x-total-count"]), (3, str(total)))
            self.assertNotIn("warning", last.headers)
            self.assertNotIn("link", last.headers)
        both = self.ask("studies", limit=1, Nothing=1).headers["warning"]
        self.assertEqual(both, f'299 {service}: {MORE}, 299 {service}: "Parameters that are not supported here were ignored: Nothing"')

    def pages(self, path, meanwhile=None, **query):
        """Every row, by the links from page to page."""
        answer, rows = self.ask(path, **query), []
        for number in range(99):
            rows += answer.json
            link = answer.headers.get("link")
            if link is None:
                return rows
            query = re.fullmatch(r'<(\?[^<>" ]*)>; rel="next"', link).group(1)
            self.assertEqual(urllib.parse.parse_qs(query)["cursor"], [answer.headers["x-next-cursor"]])
            if meanwhile is not None:
                meanwhile(number)
            answer = self.gantry.get(f"/dicom-web/{path}{query}")
            self.assertEqual(answer.status, 200, answer.body)
        self.fail("the pages have no end")

    def test_links_lead_through_all_pages(self):
        for path in ("patients", "studies", "series", "instances", "studies/1.8.2/series", "studies/1.8.8/series/1.8.8.1/instances"):
            keys = ("", "PatientName", "-PatientID", "PatientSex,-PatientName", "-PatientBirthDate,PatientID,PatientName")
            keys += ("Modality,-SeriesNumber", "-StudyTime,SeriesDate") if "s" in path.split("/")[-1][:2] and path != "studies" else ()
            for key in keys:
                order = {"orderby": key} if key else {}
                if path == "patients" and "S" in key and "Patient" not in key:
                    continue
                whole = self.ask(path, **order).json
                for limit in (1, 2, 5):
                    self.assertEqual(self.pages(path, limit=limit, **order), whole, (path, key, limit))
        self.assertEqual(self.pages("studies", limit=2, PatientName="*s*<>", fuzzymatching="true", Nothing='"<> é'), [])

    def test_a_long_address_has_a_cursor_alone(self):
        uids = ",".join([f"1.8.{n}" for n in STUDIES] + ["1.8." + "9" * 50] * 60)
        first = self.ask("studies", StudyInstanceUID=uids, limit=5)
        self.assertNotIn("link", first.headers)
        second = self.ask("studies", StudyInstanceUID=uids, limit=5, cursor=first.headers["x-next-cursor"])
        self.assertEqual(first.json + second.json, self.ask("studies").json)
        self.assertNotIn("x-next-cursor", second.headers)

    def test_links_stand_what_arrives(self):
        arrived = []

        def arrive(number):
            for date in ("20260101", "20261231") if number < 2 else ():
                arrived.append(f"1.8.50.{len(arrived)}")
                data = instance(1, arrived[-1], arrived[-1] + ".1", name="New^Comer", patient="NEW", date=date, pixels=16)
                self.assertEqual(self.gantry.request("POST", "/dicom-web/studies", multipart([data]), STOW).status, 200)
        for path in ("studies", "series", "instances", "patients"):
            tag = {"studies": "0020000D", "series": "0020000E", "instances": "00080018", "patients": "00100020"}[path]
            before = self.values(self.ask(path), tag)
            seen = [row[tag].get("Value", [None])[0] for row in self.pages(path, arrive, limit=4)]
            self.assertEqual(sorted(filter(None, before)), sorted(uid for uid in seen if uid in before and uid), path)
            self.assertEqual(len([s for s in seen if s]), len(set(s for s in seen if s)) + (path == "patients"), path)  # P1 is two
            for item in self.gantry.get("/api/v1/studies?patient_id=NEW").json["items"]:
                self.gantry.request("DELETE", "/api/v1/studies/" + item["id"])

    # names

    def test_fuzzy_names(self):
        for name, found in (("smith john", [1, 2]), ("John Smith", [1, 2]), ("SMITH^JOHN", [1, 2]), ("smith, john", [1, 2]), ("joh", [1, 2]),
                            ("jones", [5]), ("maria smith", [5]), ("smith-jones", [5]), ("mul", [3]), ("JÜRGEN MULLER", [3]),
                            ("tarou yamada", [4]), ("太郎", [4]), ("たろう やまだ", [4]), (YAMADA, [4]), ("*mith*", [1, 2, 5]),
                            ("ohn", []), ("smith john anna", []), ("%", []), ("*", [1, 2, 3, 4, 5, 6, 7, 8])):
            self.assertEqual(self.numbers(PatientName=name, fuzzymatching="true"), found, name)
        self.assertEqual(self.numbers(PatientName="john smith"), [])
        self.assertEqual(self.numbers(PatientName="SMITH^JOHN", fuzzymatching="false"), [1])
        self.assertEqual(self.numbers(PatientName="Smith^john*", fuzzymatching="False"), [1, 2])
        for name in ("Yamada^Tarou", "山田^太郎", "やまだ^たろう", YAMADA):
            self.assertEqual(self.numbers(PatientName=name, fuzzymatching="false"), [4], name)
        several = self.numbers(PatientName="john smith\\tarou", fuzzymatching="true", multiplevaluematching="true")
        self.assertEqual(several, [1, 2, 4])

    # what is included

    def test_what_is_matched_is_given(self):
        self.assertNotIn("00080080", self.ask("series", limit=1).json[0])
        self.assertIn("00080080", self.ask("series", limit=1, InstitutionName="St*").json[0])
        self.assertIn("00080062", self.ask("studies", limit=1, SOPClassesInStudy="1.2.840.10008.5.1.4.1.1.2").json[0])
        self.assertIn("00081030", self.ask("studies/1.8.1/series", StudyDescription="Chest").json[0])

    def test_what_is_asked_for_is_included(self):
        study = self.ask("studies", PatientID="P1", StudyDate="20260101", includefield=["NumberOfPatientRelatedStudies,SOPClassesInStudy",
                                                                                       "00201204", "Rows"])
        self.assertNotIn("warning", study.headers)
        study = study.json[0]
        self.assertEqual((study["00201200"]["Value"], study["00201204"]["Value"]), ([2], [4]))
        self.assertEqual(study["00080062"]["Value"], ["1.2.840.10008.5.1.4.1.1.2"])
        self.assertNotIn("00280010", study)  # of instances, silently absent
        self.assertNotIn("00201200", self.ask("studies", limit=1).json[0])
        self.assertNotIn("00100040", self.ask("studies/1.8.1/series").json[0])
        self.assertEqual(self.ask("studies/1.8.1/series", includefield="PatientSex,00100030").json[0]["00100040"]["Value"], ["M"])
        unknown = self.ask("studies", includefield="Nonsense,PatientSex,(0010,0010)", limit=9)
        self.assertIn("ignored: Nonsense, ?0010, 0010?", unknown.headers["warning"])
        twice = self.ask("instances", limit=1, includefield=["SliceThickness", "PixelSpacing,BitsStored", "BitsStored", "00080005"])
        self.assertEqual(twice.json[0]["00280101"]["Value"], [16])
        self.assertEqual(twice.body.count(b'"00280101"'), 1)

    def test_all_is_all_of_the_level(self):
        required = {
            "studies": "00080020 00080030 00080050 00080056 00080061 00080090 00081190 00100010 00100020 00100030 00100040 0020000D "
                       "00200010 00201206 00201208",
            "series": "00080060 0008103E 0020000D 0020000E 00200011 00201209 00081190 00080056 00400244 00400245",
            "instances": "00080016 00080018 00080056 00081190 00083002 0020000D 0020000E 00200013 00280010 00280011 00280100"}
        for path, tags in required.items():
            answer = self.ask(path, limit=1, StudyInstanceUID="1.8.1")
            for tag in tags.split():
                self.assertIn(tag, answer.json[0], (path, tag))
        self.assertIn("00080062", self.ask("studies", limit=1, includefield="all").json[0])
        self.assertIn("00080080", self.ask("series", limit=1, includefield="all").json[0])
        whole = self.ask("instances", SOPInstanceUID="1.8.8.1.3", includefield="all").json[0]
        self.assertEqual(list(whole), sorted(whole))
        for tag, value in (("00280103", 0), ("00080061", "CT"), ("00201208", 12), ("00201209", 12), ("00201206", 1),
                           ("00083002", "1.2.840.10008.1.2.1"), ("00080056", "ONLINE"), ("00080080", "St. Mary, Ward 3")):
            self.assertEqual(whole[tag]["Value"], [value], tag)
        self.assertTrue(whole["00081190"]["Value"][0].endswith("/studies/1.8.8/series/1.8.8.1/instances/1.8.8.1.3"))

    # what cannot be read

    def test_what_cannot_be_read_is_refused(self):
        long_list = "\\".join("1.2.%d" % i for i in range(2001))
        for query in ("limit=-1", "limit=abc", "limit=1.5", "limit=", "limit=1&limit=2", "offset=-1", "offset=x", "offset=" + "9" * 30,
                      "offset=1&offset=1", "cursor=x", "cursor=!!", "cursor=&cursor=", "offset=1&cursor=azoxOjE", "cursor=azoxOjE&orderby=StudyTime,StudyDate",
                      "PatientName=%", "PatientName=%zz", "PatientName=%c3", "PatientName=a%00", "%ff=1",
                      "StudyDate=2026*", "StudyDate=2026010?", "StudyDate=20260101-20260102-20260103", "StudyDate=20260101--", "StudyDate=-",
                      "StudyDate=20260230", "StudyDate=20260101%5C20260102", "StudyTime=25", "StudyTime=10-11-12", "StudyTime=1*",
                      "StudyInstanceUID=1.2.*", "StudyInstanceUID=1..2%2Cx", "NumberOfStudyRelatedSeries=many",
                      "orderby=Nothing", "orderby=Modality", "orderby=", "orderby=StudyDate,,StudyTime",
                      "orderby=StudyDate,StudyTime,PatientID,PatientName,StudyID", "fuzzymatching=maybe", "fuzzymatching=true&fuzzymatching=true",
                      "fuzzymatching=true&PatientName=" + "+".join("abcdefghijklmnopq"), "emptyvaluematching=1", "multiplevaluematching=",
                      "&".join(f"a{i}=1" for i in range(300)), "&".join(f"PatientID={i}" for i in range(65)),
                      "ModalitiesInStudy=" + "%5C".join("X%d" % i for i in range(101))):
            self.assertProblem(self.gantry.get("/dicom-web/studies?" + query), 400, "MALFORMED")
        answer = self.gantry.get("/dicom-web/studies?StudyInstanceUID=" + long_list)
        self.assertIn(answer.status, (400, 414))  # longer than an address may be

    def test_what_is_not_supported_is_ignored(self):
        for query, name in (("patientname=Smith", "patientname"), ("00100000=4", "00100000"), ("00080000=4", "00080000"), ("00091001=x", "00091001"),
                            ("ZZ=1", "ZZ"), ("PixelData=16", "PixelData"), ("A.B.C.D.E.F.G.H.I.J.K=1", "A.B.C.D.E.F.G.H.I.J.K"),
                            ("PatientID.PatientName=1", "PatientID.PatientName"), ("0010001=1", "0010001"),
                            ("PatientName.=x", "PatientName."), (".PatientName=x", ".PatientName"), ("Limit=1", "Limit"),
                            ("%22%3E%0D%0AX%3A1=1", "????X?1"), ("includefield=patientname", "patientname"), ("a" * 200 + "=1", "a" * 64)):
            answer = self.gantry.get("/dicom-web/studies?" + query)
            self.assertEqual((answer.status, len(answer.json)), (200, 8), query)
            self.assertTrue(answer.headers["warning"].endswith(f': "Parameters that are not supported here were ignored: {name}"'), answer.headers)
        many = self.gantry.get("/dicom-web/studies?" + "&".join(f"a{i}=1" for i in range(200)))
        self.assertTrue(many.headers["warning"].endswith('ignored: a0, a1, a2, a3, a4, a5, a6, a7, and more"'))

    def test_what_is_odd_is_understood(self):
        for query, count in (("limit=0", 8), ("limit=999999999", 8), ("offset=2147483648", 0), ("offset=7", 1), ("PatientID=P1&PatientID=P1", 3),
                             ("PatientID=P1&PatientID=P2", 0), ("StudyDate=", 8), ("StudyDate=*", 8), ("StudyDate", 8), ("&&&", 8),
                             ("includefield=", 8), ("includefield=all&includefield=all", 8), ("PatientName=*&PatientName=", 8),
                             ("00100020=p*", 6), ("StudyDate=20260103-20260101", 0), ("orderby=StudyDate&orderby=-PatientID", 8),
                             ("cursor=", 8), ("accept=&PatientID=P2", 1), ("&".join(f"PatientID=P{i}" for i in range(60)), 0)):
            answer = self.gantry.get("/dicom-web/studies?" + query)
            self.assertEqual((answer.status, len(answer.json)), (200, count), query)
            self.assertNotIn("warning", answer.headers)


if __name__ == "__main__":
    harness.main()
