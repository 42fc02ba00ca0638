"""QIDO-RS matching to the letter of PS3.4 C.2.2.2 and PS3.18 8.3.4: moments, sequences, empty and several values."""
import os
import sys
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import STOW, element, instance, multipart


def item(data):
    return b"\xfe\xff\x00\xe0" + len(data).to_bytes(4, "little") + data


def study(number, date, time, patient, **options):
    """One image; time and what else stands behind the pixels' attributes are put in by tag order."""
    data = instance(1, f"1.7.{number}", f"1.7.{number}.1", patient=patient, date=date, **options)
    return data.replace(element(0x00080030, "TM", "101112"), element(0x00080030, "TM", time))


def request(step, procedure):
    inside = element(0x00400009, "SH", step) + element(0x00401001, "SH", procedure)
    return element(0x00400275, "SQ", item(inside))


class Matching(harness.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        files = [study(1, "20260701", "090000", "A"), study(2, "20260701", "110000", "B"),
                 study(3, "20260702", "030000", "C"), study(4, "20260703", "170000", "D"),
                 study(5, "20260703", "190000.5", "E"), study(6, "20260710", "120000", "", name=""),
                 study(7, "20260711", "120000", "S", extra=request("STEP1", "PROC1")),
                 study(8, "20260712", "120000", "T", extra=request("STEP2", "PROC2"))]
        answer = cls.gantry.request("POST", "/dicom-web/studies", multipart(files), STOW)
        assert answer.status == 200, answer.body

    def find(self, level="studies", **query):
        answer = self.gantry.get(f"/dicom-web/{level}?orderby=StudyDate,StudyTime&{urllib.parse.urlencode(query)}")
        self.assertEqual(answer.status, 200, answer.body)
        return [s["0020000D"]["Value"][0] for s in answer.json]

    def studies(self, *numbers):
        return [f"1.7.{n}" for n in numbers]

    def test_a_range_of_days_and_times_is_one_range(self):
        self.assertEqual(self.find(StudyDate="20260701-20260703", StudyTime="100000-180000"), self.studies(2, 3, 4))
        self.assertEqual(self.find(StudyTime="100000-180000", StudyDate="20260701-20260703"), self.studies(2, 3, 4))
        self.assertEqual(self.find(StudyDate="20260701-20260703", StudyTime="10-"), self.studies(2, 3, 4, 5))
        self.assertEqual(self.find(StudyDate="20260701-20260703", StudyTime="-1900"), self.studies(1, 2, 3, 4, 5))
        self.assertEqual(self.find(StudyDate="-20260702", StudyTime="-02"), self.studies(1, 2))
        self.assertEqual(self.find(StudyDate="20260703-", StudyTime="18-"), self.studies(5, 6, 7, 8))

    def test_one_day_or_a_time_alone_match_by_themselves(self):
        self.assertEqual(self.find(StudyDate="20260703", StudyTime="18-20"), self.studies(5))
        self.assertEqual(self.find(StudyTime="10-18"), self.studies(2, 4, 6, 7, 8))
        self.assertEqual(self.find(StudyTime="030000"), self.studies(3))

    def test_attributes_of_a_sequence_are_reached_by_their_path(self):
        for key in ("RequestAttributesSequence.ScheduledProcedureStepID", "00400275.00400009",
                    "00400275.ScheduledProcedureStepID"):
            self.assertEqual(self.find("series", **{key: "STEP1"}), self.studies(7), key)
        self.assertEqual(self.find("series", **{"00400275.00401001": "PROC*"}), self.studies(7, 8))

    def test_an_attribute_of_another_sequence_is_another_attribute(self):
        answer = self.gantry.get("/dicom-web/studies?OtherPatientIDsSequence.PatientID=A")
        self.assertEqual(answer.json, [])
        self.assertNotIn("warning", answer.headers)

    def test_results_hold_the_sequence_as_a_sequence(self):
        for path in ("/dicom-web/series?00400275.00400009=STEP1", "/dicom-web/studies/1.7.7/series",
                     "/dicom-web/studies/1.7.7/instances",
                     "/dicom-web/studies/1.7.7/instances?includefield=RequestAttributesSequence.RequestedProcedureID"):
            row = self.gantry.get(path)
            self.assertEqual(row.body.count(b"00400275"), 1, path)
            self.assertEqual(list(row.json[0]), sorted(row.json[0]))
            inside = row.json[0]["00400275"]["Value"][0]
            self.assertEqual((inside["00400009"]["Value"], inside["00401001"]["Value"]), (["STEP1"], ["PROC1"]))
            self.assertNotIn("00400009", row.json[0])
        self.assertNotIn("00400275", self.gantry.get("/dicom-web/studies/1.7.1/series").json[0])

    def test_empty_values_match_when_asked_for(self):
        self.assertEqual(self.find(PatientID='""', emptyvaluematching="true"), self.studies(6))
        self.assertEqual(self.find(emptyvaluematching="true", PatientName='""'), self.studies(6))
        self.assertEqual(self.find(PatientID='""'), [])
        self.assertEqual(len(self.find(PatientID="")), 8)
        self.assertEqual(self.gantry.get("/dicom-web/studies?emptyvaluematching=yes").status, 400)

    def test_several_values_match_when_asked_for(self):
        self.assertEqual(self.find(PatientID="A\\C*\\nobody", multiplevaluematching="true"), self.studies(1, 3))
        self.assertEqual(self.find(PatientID="A\\C"), [])

    def test_older_forms_of_days_and_times_are_found(self):
        old = study(9, "2019.02.03", "10:20:30", "OLD")
        self.assertEqual(self.gantry.request("POST", "/dicom-web/studies", multipart([old]), STOW).status, 200)
        for query in ({"StudyDate": "20190203"}, {"StudyDate": "2019.02.03"}, {"StudyDate": "20190101-20191231"},
                      {"StudyDate": "20190203", "StudyTime": "1020-1021"}):
            self.assertEqual(self.find(**query), self.studies(9), query)
        found = self.gantry.get("/dicom-web/studies?PatientID=OLD").json[0]
        self.assertEqual((found["00080020"]["Value"], found["00080030"]["Value"]), (["20190203"], ["102030"]))
        self.gantry.request("DELETE", "/api/v1/studies/" + self.gantry.get("/api/v1/studies?patient_id=OLD").json["items"][0]["id"])

    def test_what_cannot_be_matched_is_refused(self):
        for bad in ("StudyDate=2026", "StudyDate=20261301", "StudyDate=20260101-x", "StudyTime=noon", "StudyInstanceUID=abc",
                    "SeriesNumber=one", "orderby=NoSuchThing", "limit=-1", "offset=x"):
            level = "series" if bad.startswith("Series") else "studies"
            self.assertProblem(self.gantry.get(f"/dicom-web/{level}?{bad}"), 400, "MALFORMED")

    def test_multipart_answers_have_ranges(self):
        path = "/dicom-web/studies/1.7.1/series/1.7.1.1/instances/1.7.1.1.1"
        accept = {"Accept": 'multipart/related; type="application/octet-stream"; transfer-syntax=*'}
        for address, headers in ((path + "/frames/1", accept), ("/dicom-web/studies/1.7.1", {}),
                                 (path, {"Accept": 'multipart/related; type="application/dicom"'})):
            whole = self.gantry.get(address, headers=headers)
            self.assertEqual((whole.status, whole.headers["accept-ranges"]), (200, "bytes"))
            got = b""
            for start in range(0, len(whole.body), 1777):
                piece = self.gantry.get(address, headers={**headers, "Range": f"bytes={start}-{start + 1776}",
                                                          "If-Range": whole.headers["etag"]})
                self.assertEqual(piece.status, 206)
                self.assertEqual(piece.headers["content-range"].split("/")[1], str(len(whole.body)))
                got += piece.body
            self.assertEqual(got, whole.body, address)
            beyond = self.gantry.get(address, headers={**headers, "Range": f"bytes={len(whole.body)}-"})
            self.assertProblem(beyond, 416, "RANGE")
            other = self.gantry.get(address, headers={**headers, "Range": "bytes=0-9", "If-Range": '"other"'})
            self.assertEqual((other.status, other.body), (200, whole.body))


if __name__ == "__main__":
    harness.main()
