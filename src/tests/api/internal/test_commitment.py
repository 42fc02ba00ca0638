"""Storage commitment, PS3.18 13: what is promised is there, what is not is told with its reason."""
import json
import os
import sys
import xml.etree.ElementTree as ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import STOW, instance, multipart

JSON = {"Content-Type": "application/dicom+json", "Accept": "application/dicom+json"}
NO_SUCH, CONFLICT, FAILURE = 0x0112, 0x0119, 0x0110


def ui(*values):
    return {"vr": "UI", "Value": list(values)}


def sq(items):
    return {"vr": "SQ", "Value": items}


def alone(references):
    return {"00081199": sq([{"00081150": ui(sop_class), "00081155": ui(sop)} for sop_class, sop in references])}


def told(answer, sequence):
    return [(item["00081155"]["Value"][0], item.get("00081197", {}).get("Value", [0])[0])
            for item in answer.get(sequence, {}).get("Value", [])]


class Commitment(harness.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.gantry.other_clinic()
        stored = cls.gantry.request("POST", "/dicom-web/studies",
                                    multipart([instance(n, "1.9.1", "1.9.1.1") for n in range(1, 71)]), STOW)
        assert stored.status == 200, stored.body
        cls.sop_class = stored.json["00081199"]["Value"][0]["00081150"]["Value"][0]

    def ask(self, document, headers=None, transaction="1.2.3", **options):
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        return self.gantry.request("POST", f"/dicom-web/commitment-requests/{transaction}", body, headers or JSON, **options)

    def uids(self, *numbers):
        return [(self.sop_class, f"1.9.1.1.{n}") for n in numbers]

    def test_all_of_many_are_promised_in_their_order(self):
        answer = self.ask(alone(self.uids(*range(70, 0, -1))))
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(answer.headers["content-type"], "application/dicom+json")
        self.assertEqual(told(answer.json, "00081199"), [(f"1.9.1.1.{n}", 0) for n in range(70, 0, -1)])
        self.assertNotIn("00081198", answer.json)

    def test_what_is_not_kept_is_told_with_its_reason(self):
        wanted = self.uids(1) + [("1.2.840.10008.5.1.4.1.1.4", "1.9.1.1.2"), (self.sop_class, "1.9.9")] + self.uids(3, 3)
        answer = self.ask([alone(wanted)]).json
        self.assertEqual(told(answer, "00081199"), [("1.9.1.1.1", 0), ("1.9.1.1.3", 0), ("1.9.1.1.3", 0)])
        self.assertEqual(told(answer, "00081198"), [("1.9.1.1.2", CONFLICT), ("1.9.9", NO_SUCH)])

    def test_references_by_study_are_answered_by_study(self):
        """Also where a series lists its instances in the older way, and where the study is another one."""
        by_class = {"00081112": sq([{"0008114A": sq([{"00081155": ui(f"1.9.1.1.{n}")} for n in (1, 2, 900)]),
                                     "00081150": ui(self.sop_class)}]), "0020000E": ui("1.9.1.1")}
        older = {**alone(self.uids(4)), "0020000E": ui("1.9.1.1")}
        wrong = {**alone(self.uids(5)), "0020000E": ui("1.9.1.2")}
        answer = self.ask({"00081110": sq([{"00081115": sq([by_class, older, wrong]), "0020000D": ui("1.9.1")}]),
                           **alone(self.uids(6))}).json
        self.assertEqual(told(answer, "00081199"), [("1.9.1.1.6", 0)])

        def instances(sequence):
            return [(study["0020000D"]["Value"][0], series["0020000E"]["Value"][0], of["00081150"]["Value"][0],
                     told(of, "0008114A"))
                    for study in answer[sequence]["Value"] for series in study["00081115"]["Value"]
                    for of in series["00081112"]["Value"]]
        self.assertEqual(instances("00081110"),
                         [("1.9.1", "1.9.1.1", self.sop_class, [(f"1.9.1.1.{n}", 0) for n in (1, 2, 4)])])
        self.assertEqual(instances("0008119B"), [("1.9.1", "1.9.1.1", self.sop_class, [("1.9.1.1.900", NO_SUCH)]),
                                                 ("1.9.1", "1.9.1.2", self.sop_class, [("1.9.1.1.5", NO_SUCH)])])

    def test_xml_is_understood_and_spoken(self):
        document = f"""<?xml version="1.0" encoding="UTF-8"?>
            <NativeDicomModel xmlns="http://dicom.nema.org/PS3.19/models/NativeDICOM">
            <DicomAttribute tag="00081199" vr="SQ" keyword="ReferencedSOPSequence"><Item number="1">
            <DicomAttribute tag="00081150" vr="UI"><Value number="1">{self.sop_class}</Value></DicomAttribute>
            <DicomAttribute tag="00081155" vr="UI"><Value number="1">1.9.1.1.7</Value></DicomAttribute>
            </Item></DicomAttribute></NativeDicomModel>""".encode()
        part = b"--b\r\nContent-Type: application/dicom+xml\r\n\r\n" + document + b"\r\n--b--\r\n"
        for body, kind in ((document, "application/dicom+xml"),
                           (part, 'multipart/related; type="application/dicom+xml"; boundary=b')):
            answer = self.ask(body, {"Content-Type": kind, "Accept": "application/dicom+xml"})
            self.assertEqual(answer.status, 200, answer.body)
            root = ElementTree.fromstring(answer.body)
            uids = [value.text for value in root.iter("{http://dicom.nema.org/PS3.19/models/NativeDICOM}Value")]
            self.assertEqual(uids, [self.sop_class, "1.9.1.1.7"])

    def test_no_promise_for_the_trash_for_others_or_for_lost_bytes(self):
        self.gantry.request("POST", "/dicom-web/studies", multipart([instance(n, "1.9.2", "1.9.2.1") for n in (1, 2)]), STOW)
        wanted = alone([(self.sop_class, "1.9.2.1.1"), (self.sop_class, "1.9.2.1.2")])
        self.assertEqual(len(told(self.ask(wanted).json, "00081199")), 2)
        self.assertEqual(told(self.ask(wanted, token=self.other).json, "00081198"),
                         [("1.9.2.1.1", NO_SUCH), ("1.9.2.1.2", NO_SUCH)])
        self.assertEqual(self.ask(wanted, token="").status, 401)
        name = self.gantry.sql("SELECT object_name FROM instances WHERE sop_instance_uid = '1.9.2.1.1'")[0][0]
        found = [os.path.join(place, name) for place, _, files in os.walk(self.gantry.folder + "/data") if name in files]
        os.rename(found[0], self.gantry.folder + "/aside")
        self.assertEqual(told(self.ask(wanted).json, "00081198"), [("1.9.2.1.1", FAILURE)])
        os.rename(self.gantry.folder + "/aside", found[0])
        study = self.gantry.get("/api/v1/studies?study_instance_uid=1.9.2").json["items"][0]["id"]
        self.assertEqual(self.gantry.request("DELETE", f"/api/v1/studies/{study}").status, 200)
        self.assertEqual([reason for _, reason in told(self.ask(wanted).json, "00081198")], [NO_SUCH, NO_SUCH])

    def test_bad_requests_are_refused(self):
        reference = {"00081150": ui(self.sop_class), "00081155": ui("1.9.1.1.1")}
        self.assertProblem(self.ask({}), 422, "INVALID")
        self.assertProblem(self.ask([]), 400, "MALFORMED")
        self.assertProblem(self.ask([alone([]), alone([])]), 400, "MALFORMED")
        self.assertProblem(self.ask(b"{"), 400, "MALFORMED")
        self.assertProblem(self.ask(b""), 400, "MALFORMED")
        self.assertProblem(self.ask({"00081199": sq([{"00081150": ui(self.sop_class)}])}), 422, "INVALID")
        self.assertProblem(self.ask({"00081199": sq([{}])}), 422, "INVALID")
        self.assertProblem(self.ask({"00081199": sq([{**reference, "00081155": ui("1.2/../3")}])}), 422, "INVALID")
        self.assertProblem(self.ask({"00081110": sq([{"00081115": sq([{"00081199": sq([reference])}])}])}), 422, "INVALID")
        self.assertProblem(self.ask({"00081199": sq([reference] * 10001)}), 413, "TOO_LARGE")
        self.assertProblem(self.ask(alone(self.uids(1)), transaction="x"), 400, "MALFORMED")
        self.assertProblem(self.ask(b"x", {"Content-Type": "text/plain"}), 415, "UNSUPPORTED")
        self.assertProblem(self.ask(b"x", {"Content-Type": "multipart/related; boundary=b"}), 400, "MALFORMED")
        self.assertProblem(self.ask(alone(self.uids(1)), {**JSON, "Accept": "image/png"}), 406, "NOT_ACCEPTABLE")
        self.assertEqual(self.gantry.get("/dicom-web/commitment-requests/1.2.3").status, 405)
        deep = reference
        for _ in range(60):
            deep = {"00081199": sq([deep])}
        self.assertProblem(self.ask(deep), 422, "INVALID")


if __name__ == "__main__":
    harness.main()
