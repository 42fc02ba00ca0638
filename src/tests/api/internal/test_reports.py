"""Reports over HTTP: writing beside each other, signing once, versions that stay, who sees what, and what a stranger learns."""
import base64
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unicodedata

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import ENGINE, PASSWORD, STOW, Case, instance, multipart

API = "/api/v1"
STUDY_A, STUDY_B = "1.2.3", "1.2.9"
SPOKEN = {"de": ("Raumforderung im linken Großhirn", "grosshirn"), "en": ("No acute hemorrhage", "HEMORRHAGE"),
          "fr": ("Épanchement pleural gauche", "epanchement"), "ru": ("Новообразование лёгкого", "новообразование"),
          "el": ("Πλευριτική συλλογή", "πλευριτικη"), "ja": ("右肺上葉に結節を認める", "結節"), "zh": ("左肺下叶见磨玻璃影", "磨玻璃"),
          "ko": ("우측 폐 상엽에 결절", "결절"), "th": ("พบก้อนที่ปอดขวา", "ปอด"), "ar": ("عقدة في الرئة اليمنى", "الرئة"),
          "he": ("קשרית בריאה הימנית", "הימנית"), "hi": ("दाहिने फेफड़े में गांठ", "फेफड़े")}


class ReportCase(Case):
    count = 0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for study, patient in ((STUDY_A, "P1"), (STUDY_B, "P2")):
            answer = cls.gantry.request("POST", "/dicom-web/studies", headers=STOW, body=multipart(
                [cls.image(study, patient, number) for number in (1, 2)]))
            assert answer.status == 200, answer.body
        cls.studies = {item["study_instance_uid"]: item["id"] for item in cls.gantry.get(API + "/studies").json["items"]}
        cls.doctor = cls.person("radiologist")
        cls.other_doctor = cls.person("radiologist")
        cls.viewer = cls.person("viewer")

    @staticmethod
    def image(study, patient, number):
        """The second has two frames, and is of a class that may have them: nuclear medicine."""
        made = instance(number, study=study, series=study + ".4", patient=patient, name=patient + "^Eva", frames=number)
        return made if number == 1 else made.replace(b"1.2.840.10008.5.1.4.1.1.2\0", b"1.2.840.10008.5.1.4.1.1.20")

    @classmethod
    def person(cls, role):
        ReportCase.count += 1
        email = f"{role}{ReportCase.count}@clinic.example"
        made = cls.gantry.request("POST", API + "/users", {"email": email, "name": f"Dr. {role.title()} {ReportCase.count}", "role": role, "password": PASSWORD})
        assert made.status == 201, made.body
        token = cls.gantry.sign_in(email).json["access_token"]
        return {"id": made.json["id"], "token": token, "email": email}

    def call(self, method, path, body=None, who=None, status=None, version=None, port=None):
        headers = {"If-Match": f'"{version}"'} if version else {}
        answer = self.gantry.request(method, path if path.startswith("/") and port else API + path, body, headers=headers, port=port,
                                     token=(who or self.doctor)["token"])
        if status is not None:
            self.assertEqual(answer.status, status, f"{method} {path} {answer.body[:400]}")
        return answer.json if answer.body else None

    def draft(self, text="A mass.", study=STUDY_A, who=None, **more):
        return self.call("POST", f"/studies/{self.studies[study]}/reports",
                         {"title": "CT head", "sections": [{"heading": "Findings", "text": text}], **more}, who, 201)

    def sign(self, report, who=None, status=200):
        return self.call("POST", f"/reports/{report['id']}/sign", {"password": PASSWORD}, who, status, report["version"])

    def race(self, calls):
        """All at once; their answers' status."""
        barrier, out = threading.Barrier(len(calls)), [None] * len(calls)

        def run(at, arguments):
            barrier.wait()
            method, path, body, who, version = arguments
            out[at] = self.gantry.request(method, API + path, body, headers={"If-Match": f'"{version}"'} if version else {}, token=who["token"]).status
        threads = [threading.Thread(target=run, args=item) for item in enumerate(calls)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sorted(out)

    def events(self, kind):
        return [json.loads(row[0]) for row in self.gantry.sql(f"SELECT payload FROM outbox WHERE type = '{kind}' ORDER BY key")]

    def stored(self, study, modality, count):
        """The instances of that modality, by number, once there are so many."""
        deadline, found = time.monotonic() + 30, []
        while len(found) < count and time.monotonic() < deadline:
            found = self.gantry.get(f"/dicom-web/studies/{study}/instances?Modality={modality}&includefield=SeriesInstanceUID", headers={"Accept": "application/dicom+json"})
            found = found.json if found.status == 200 else []
            time.sleep(0.1)
        self.assertEqual(len(found), count, self.gantry.get(API + "/tasks").body.decode()[:2000])
        return sorted(found, key=lambda item: item["00200013"]["Value"][0])

    def file(self, study, item):
        """One instance as a file."""
        answer = self.gantry.get(f"/dicom-web/studies/{study}/series/{item['0020000E']['Value'][0]}/instances/{item['00080018']['Value'][0]}",
                                 headers={"Accept": 'multipart/related; type="application/dicom"; transfer-syntax=*'})
        self.assertEqual(answer.status, 200, answer.body[:300])
        body = answer.body
        body = body[body.index(b"\r\n\r\n") + 4:]
        path = tempfile.mkstemp(suffix=".dcm", dir=self.gantry.folder)[1]
        with open(path, "wb") as file:
            file.write(body[:body.rindex(b"\r\n--")])
        return path

    def tool(self, *command):
        try:
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
        except FileNotFoundError:
            self.skipTest(command[0] + " is not installed")
        return done.returncode, done.stdout.decode("utf-8", "replace")

    def check_file(self, path):
        code, text = self.tool("dciodvfy", path)
        self.assertEqual([line for line in text.splitlines() if line.startswith("Error")], [], text)


class Writing(ReportCase):
    def test_a_report_from_the_draft_to_the_amendment(self):
        report = self.draft("A mass of 2 cm.")
        self.call("GET", f"/reports/{report['id']}", who=self.viewer, status=404)
        self.call("POST", f"/reports/{report['id']}/submit", status=428)
        report = self.call("POST", f"/reports/{report['id']}/submit", status=200, version=report["version"])
        self.assertEqual(report["state"], "preliminary")
        self.assertEqual(self.call("GET", f"/reports/{report['id']}", who=self.viewer, status=200)["content"]["sections"][0]["text"], "A mass of 2 cm.")
        report = self.sign(report)
        self.assertEqual((report["state"], report["signed_number"]), ("final", 1))
        self.call("PATCH", f"/reports/{report['id']}", {"title": "x"}, status=409, version=report["version"])
        report = self.call("POST", f"/reports/{report['id']}/addenda", {"text": "Stable since 2025."}, status=200, version=report["version"])
        report = self.sign(report, self.other_doctor)
        self.assertEqual(report["state"], "addended")
        report = self.call("POST", f"/reports/{report['id']}/amend", {"reason": "side"}, status=200, version=report["version"])
        report = self.call("PATCH", f"/reports/{report['id']}", {"sections": [{"heading": "Findings", "text": "None."}]}, status=200, version=report["version"])
        report = self.sign(report)
        self.assertEqual((report["state"], report["signed_number"]), ("amended", 3))
        versions = self.call("GET", f"/reports/{report['id']}/versions", who=self.viewer, status=200)["items"]
        self.assertEqual([v["kind"] for v in versions], ["original", "addendum", "amendment"])
        self.assertEqual([v["content"]["sections"][0]["text"] for v in versions], ["A mass of 2 cm.", "A mass of 2 cm.", "None."])
        for number in (1, 2, 3):
            held = self.call("GET", f"/reports/{report['id']}/verification?number={number}", who=self.viewer, status=200)
            self.assertTrue(held["is_valid"])
            self.assertEqual(held["is_current"], number == 3)
        self.assertEqual([e["kind"] for e in self.events("report_signed") if e["report_id"] == report["id"]], ["original", "addendum", "amendment"])

    def test_a_signature_is_verified_by_others_too(self):
        from hashlib import sha256
        report = self.sign(self.draft("Ünïcode, 結節."))
        held = self.call("GET", f"/reports/{report['id']}/verification", status=200)
        self.assertEqual(sha256(held["canonical_text"].encode()).hexdigest(), held["hash"])
        self.assertIn(held["hash"], held["signed_text"])
        try:
            from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        except ImportError:
            self.skipTest("no cryptography module")

        def raw(text):
            return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        Ed25519PublicKey.from_public_bytes(raw(held["public_key"])).verify(raw(held["signature"]), held["signed_text"].encode())

    def test_two_who_write_at_once(self):
        report = self.draft()
        body = {"sections": [{"heading": "Findings", "text": "x"}]}
        path = f"/reports/{report['id']}"
        self.assertEqual(self.race([("PATCH", path, body, who, report["version"]) for who in (self.doctor, self.other_doctor) * 3]),
                         [200] + [412] * 5)

    def test_a_report_is_signed_once(self):
        report = self.draft()
        path = f"/reports/{report['id']}/sign"
        status = self.race([("POST", path, {"password": PASSWORD}, who, report["version"]) for who in (self.doctor, self.other_doctor) * 2])
        self.assertEqual(status, [200] + [412] * 3)
        self.assertEqual(len([e for e in self.events("report_signed") if e["report_id"] == report["id"]]), 1)

    def test_a_lock_is_one_persons(self):
        report = self.draft()
        path = f"/reports/{report['id']}/lock"
        self.assertEqual(self.race([("PUT", path, None, who, None) for who in (self.doctor, self.other_doctor)]), [200, 409])
        holder = self.call("GET", f"/reports/{report['id']}", status=200)["lock"]["holder_id"]
        mine, other = (self.doctor, self.other_doctor) if holder == self.doctor["id"] else (self.other_doctor, self.doctor)
        self.call("PATCH", f"/reports/{report['id']}", {"title": "x"}, other, 409, report["version"])
        self.call("PUT", path, who=mine, status=200)
        self.call("POST", path + "/take-over", {"reason": "ward round"}, other, 200)
        self.call("PATCH", f"/reports/{report['id']}", {"title": "x"}, mine, 409, report["version"])
        self.call("PATCH", f"/reports/{report['id']}", {"title": "x"}, other, 200, report["version"])
        self.call("DELETE", path, who=mine, status=409)
        self.call("DELETE", path, who=other, status=204)
        taken = [e for e in self.events("report_lock_taken") if e["report_id"] == report["id"]]
        self.assertEqual([(e["taken_from"], e["reason"]) for e in taken], [(mine["id"], "ward round")])

    def test_signed_versions_stay_whoever_has_the_database(self):
        report = self.sign(self.draft())
        if ENGINE == "sqlite":
            with sqlite3.connect(self.gantry.folder + "/data/gantry.db") as database:
                for text in ("UPDATE report_versions SET content = '{}' WHERE signed_at IS NOT NULL", "DELETE FROM report_versions WHERE signed_at IS NOT NULL",
                             "UPDATE report_versions SET signer_name = 'x' WHERE signed_at IS NOT NULL"):
                    with self.assertRaises(sqlite3.Error):
                        database.execute(text)
        self.assertTrue(self.call("GET", f"/reports/{report['id']}/verification", status=200)["is_valid"])

    def test_key_images_are_of_the_study(self):
        def images(study):
            series = self.call("GET", f"/studies/{self.studies[study]}/series")["items"][0]["id"]
            return [item["id"] for item in self.call("GET", f"/series/{series}/instances")["items"]]
        own, foreign = images(STUDY_A), images(STUDY_B)
        report = self.draft(key_images=[{"instance_id": own[1], "frame": 2, "caption": "mass"}])
        image = report["content"]["key_images"][0]
        self.assertEqual((image["sop_instance_uid"], image["series_instance_uid"], image["frame"]), (STUDY_A + ".4.2", STUDY_A + ".4", 2))
        for bad in ({"instance_id": foreign[0]}, {"instance_id": own[0], "frame": 2}, {"instance_id": own[1], "frame": 3},
                    {"instance_id": own[0], "frame": -1}, {"instance_id": self.studies[STUDY_A]}):
            self.call("PATCH", f"/reports/{report['id']}", {"key_images": [bad]}, status=422, version=report["version"])

    def test_what_is_too_much_is_refused(self):
        section = {"heading": "Findings", "text": "x" * 59000}
        self.draft_status({"sections": [section] * 4}, 201)
        self.draft_status({"sections": [section] * 5}, 422)
        self.draft_status({"sections": [{"heading": "F", "text": "x"}] * 41}, 422)
        self.draft_status({"sections": [{"heading": "", "text": "x"}]}, 422)
        self.draft_status({"values": [{"name": "n", "type": "number", "value": "1,5"}]}, 422)
        self.draft_status({"values": [{"name": "n", "type": "date", "value": "2026-02-30"}]}, 422)
        self.draft_status({"title": ""}, 422)
        self.draft_status({"color": "red"}, 422)

    def draft_status(self, body, status):
        self.call("POST", f"/studies/{self.studies[STUDY_A]}/reports", body, status=status)

    def test_templates_and_macros(self):
        template = self.call("POST", "/report-templates", {
            "name": "CT chest", "modality": "CT", "language": "en",
            "sections": [{"heading": "Technique", "text": "CT of {PatientName} on {StudyDate}."}, {"heading": "Impression", "is_required": True}],
            "fields": [{"name": "size", "label": "Size", "type": "number", "unit": "mm", "minimum": "0", "maximum": "500"}],
            "macros": [{"name": "normal", "text": "Nothing found in {PatientID}."}]}, status=201)
        filled = self.call("GET", f"/report-templates/{template['id']}/studies/{self.studies[STUDY_A]}", status=200)
        self.assertEqual(filled["form"]["macros"][0]["text"], "Nothing found in P1.")
        report = self.call("POST", f"/studies/{self.studies[STUDY_A]}/reports", {"template_id": template["id"]}, status=201)
        self.assertEqual(report["content"]["sections"][0]["text"], "CT of P1, Eva on 2026-01-01.")
        self.call("POST", f"/reports/{report['id']}/submit", status=422, version=report["version"])
        self.call("PATCH", f"/reports/{report['id']}", {"values": [{"name": "size", "value": "501"}]}, status=422, version=report["version"])
        report = self.call("PATCH", f"/reports/{report['id']}", {
            "values": [{"name": "size", "value": "12.5"}],
            "sections": [{"heading": "Impression", "text": "Fine."}]}, status=200, version=report["version"])
        self.assertEqual(report["content"]["values"][0]["unit"], "mm")
        self.call("DELETE", f"/report-templates/{template['id']}", status=204)
        self.sign(report)


class Reading(ReportCase):
    def test_who_sees_a_report(self):
        report = self.sign(self.draft())
        path, list_path = f"/reports/{report['id']}", f"/studies/{self.studies[STUDY_A]}/reports"
        referrer, researcher = self.person("referrer"), self.person("researcher")
        self.call("GET", path, who=referrer, status=404)
        self.call("GET", path, who=researcher, status=403)
        self.call("GET", list_path, who=referrer, status=404)
        self.assertEqual(self.call("GET", "/reports", who=referrer, status=200)["total"], 0)
        granted = self.gantry.request("POST", f"{API}/studies/{self.studies[STUDY_A]}/grants", {"grantee_kind": "user", "grantee_id": referrer["id"]})
        self.assertEqual(granted.status, 201, granted.body)
        deadline = time.monotonic() + 10
        while self.gantry.get(API + path, token=referrer["token"]).status == 404 and time.monotonic() < deadline:
            time.sleep(0.1)
        self.call("GET", path, who=referrer, status=200)
        self.assertIn(report["id"], [item["id"] for item in self.call("GET", list_path, who=referrer, status=200)["items"]])
        self.call("POST", f"{path}/amend", {"reason": "x"}, referrer, 403, report["version"])

    def test_another_organization_sees_none(self):
        report = self.sign(self.draft())
        other = {"token": self.gantry.other_clinic()}
        self.call("GET", f"/reports/{report['id']}", who=other, status=404)
        self.call("PUT", f"/reports/{report['id']}/lock", who=other, status=404)
        self.assertEqual(self.call("GET", "/reports", who=other, status=200)["items"], [])

    def test_reports_are_found_in_every_language(self):
        made = {}
        for language, (text, _) in SPOKEN.items():
            made[language] = self.draft(text, STUDY_B, language=language, is_preliminary=True)["id"]
        from urllib.parse import quote
        for language, (_, word) in SPOKEN.items():
            found = self.call("GET", f"/reports?search={quote(word)}", who=self.viewer, status=200)["items"]
            self.assertEqual([item["id"] for item in found], [made[language]], language)

    def test_critical_results(self):
        report = self.sign(self.draft())
        critical = self.call("POST", f"/reports/{report['id']}/critical", {"finding": "Pneumothorax", "recipient_id": self.viewer["id"], "acknowledge_minutes": 1},
                             status=201)
        self.assertIsNotNone(critical["due_at"])
        self.assertIn(report["id"], [item["id"] for item in self.call("GET", "/reports?only_critical=true", who=self.viewer)["items"]])
        self.gantry.sql("UPDATE critical_results SET due_at = 1 WHERE due_at IS NOT NULL")
        deadline = time.monotonic() + 20
        while not self.events("report_escalated") and time.monotonic() < deadline:
            time.sleep(0.2)
        self.assertEqual([(e["critical_id"], e["escalation_count"]) for e in self.events("report_escalated")], [(critical["id"], 1)])
        while len(kinds := self.notified(self.viewer, report)) < 2 and time.monotonic() < deadline:
            time.sleep(0.1)
        self.assertEqual(kinds, {"report_critical", "report_escalated"})
        self.call("POST", f"/reports/{report['id']}/acknowledge", who=self.doctor, status=403)
        self.call("POST", f"/reports/{report['id']}/acknowledge", who=self.viewer, status=200)
        self.call("POST", f"/reports/{report['id']}/acknowledge", who=self.viewer, status=409)
        self.assertNotIn(report["id"], [item["id"] for item in self.call("GET", "/reports?only_critical=true", who=self.viewer)["items"]])

    def notified(self, who, report):
        """Of which kinds of thing about the report somebody was told."""
        return {item["kind"] for item in self.call("GET", "/notifications?page_size=200", who=who, status=200)["items"] if item.get("subject_id") == report["id"]}

    def test_a_stranger_with_the_code(self):
        report = self.sign(self.draft("Secret mass."))
        code = self.call("GET", f"/reports/{report['id']}/versions/1", status=200)["verification_code"]
        for path, port in ((f"{API}/report-verifications/{code}", None), (f"/verify/{code}", None),
                           (f"/public/v1/report-verifications/{code}", self.gantry.public_port), (f"/verify/{code}", self.gantry.public_port)):
            answer = self.gantry.get(path, token=None, port=port)
            self.assertEqual(answer.status, 200, answer.body)
            text = answer.body.decode()
            self.assertIn("Dr. Radiologist", text)
            for hidden in ("Secret", "P1", "Eva", STUDY_A + '"', report["id"], self.studies[STUDY_A], "CT head"):
                self.assertNotIn(hidden, text)
        self.assertEqual(self.gantry.get(f"{API}/report-verifications/{code[1:]}{code[0]}", token=None).status, 404)
        retracted = self.call("POST", f"/reports/{report['id']}/retract", {"reason": "wrong patient", "password": PASSWORD}, status=200, version=report["version"])
        self.assertEqual(retracted["state"], "retracted")
        self.assertIn("retracted", self.gantry.get(f"/verify/{code}", token=None).body.decode())

    def test_the_trail_has_who_read_and_who_signed(self):
        report = self.sign(self.draft())
        self.call("GET", f"/reports/{report['id']}", who=self.viewer, status=200)
        admin = {"token": self.gantry.token}
        for action in ("create_report", "sign_report", "get_report"):
            deadline, found = time.monotonic() + 10, []
            while not found and time.monotonic() < deadline:
                found = [e for e in self.call("GET", f"/audit-events?action={action}&page_size=200", who=admin, status=200)["items"] if e.get("subject_id") == report["id"]]
            self.assertEqual((found[0]["subject_kind"], found[0]["study_instance_uid"], found[0]["patient_id"]), ("report", STUDY_A, "P1"))

    def test_programs_read_and_write_preliminary_reports(self):
        def key(*scopes):
            made = self.gantry.request("POST", API + "/api-keys", {"name": "RIS", "scopes": list(scopes)})
            self.assertEqual(made.status, 201, made.body)
            return {"token": made.json["api_key"]}
        port, study = self.gantry.public_port, self.studies[STUDY_A]
        reader, writer = key("studies:read", "reports:read"), key("studies:read", "reports:read", "reports:write")
        body = {"sections": [{"heading": "Findings", "text": "By a program."}], "is_preliminary": True}
        self.call("POST", f"/public/v1/studies/{study}/reports", body, reader, 403, port=port)
        made = self.call("POST", f"/public/v1/studies/{study}/reports", body, writer, 201, port=port)
        self.assertEqual(made["state"], "preliminary")
        self.assertEqual(self.call("GET", f"/public/v1/reports/{made['id']}", None, reader, 200, port=port)["content"]["sections"][0]["text"], "By a program.")
        self.assertIn(made["id"], [r["id"] for r in self.call("GET", f"/public/v1/studies/{study}/reports", None, reader, 200, port=port)["items"]])
        self.assertEqual(self.call("GET", "/public/v1/reports", None, key("reports:read"), 200, port=port)["total"], 0)


class Documents(ReportCase):
    """What is stored into the study once a version is signed."""

    def test_structured_reports(self):
        series = self.call("GET", f"/studies/{self.studies[STUDY_A]}/series")["items"][0]["id"]
        images = [item["id"] for item in self.call("GET", f"/series/{series}/instances")["items"]]
        report = self.draft("Raumforderung im linken Großhirn.\n結節あり <b>\"x\" \\ y</b>", language="de", values=[
            {"name": "size", "label": "Durchmesser", "type": "number", "value": "12.5", "unit": "mm"},
            {"name": "since", "type": "date", "value": "2026-02-28"}],
            key_images=[{"instance_id": images[0]}, {"instance_id": images[1], "frame": 2, "caption": "Läsion"}, {"instance_id": images[1], "frame": 1}])
        report = self.call("PATCH", f"/reports/{report['id']}", {"sections": report["content"]["sections"] + [
            {"heading": "Beurteilung", "text": "Tumor."}, {"heading": "Something of one's own, with a heading that is far longer than a code", "text": "x"},
            {"heading": "Empty", "text": " "}]}, status=200, version=report["version"])
        report = self.sign(report)
        first = self.file(STUDY_A, self.stored(STUDY_A, "SR", 1)[0])
        self.check_file(first)
        code, text = self.tool("dsrdump", "-v", "-Dv", "+Pl", "+Pc", first)
        self.assertEqual(code, 0, text)
        complaints = [line for line in text.splitlines() if line[:2] in ("E:", "W:") and "does not support this Specific Character Set" not in line]
        self.assertEqual(complaints, [])
        for wanted in ("Raumforderung im linken Großhirn", "結節あり", "12.5 mm", "Findings", "Impressions", "Läsion", "Key Images", "VERIFIED", "Dr. Radiologist"):
            self.assertIn(wanted, text)
        report = self.call("POST", f"/reports/{report['id']}/addenda", {"text": "Stable since 2025."}, status=200, version=report["version"])
        self.sign(report, self.other_doctor)
        both = self.stored(STUDY_A, "SR", 2)
        self.assertEqual(both[0]["0020000E"], both[1]["0020000E"])
        second = self.file(STUDY_A, both[1])
        self.check_file(second)
        code, text = self.tool("dsrdump", "-v", "-Dv", "+Pl", second)
        self.assertEqual(code, 0, text)
        self.assertIn("Stable since 2025.", text)
        try:
            import pydicom
        except ImportError:
            return
        data = pydicom.dcmread(second)
        before = data.PredecessorDocumentsSequence[0].ReferencedSeriesSequence[0].ReferencedSOPSequence[0].ReferencedSOPInstanceUID
        self.assertEqual((before, data.VerificationFlag, data.CompletionFlag, data.StudyInstanceUID, str(data.PatientName)),
                         (both[0]["00080018"]["Value"][0], "VERIFIED", "COMPLETE", STUDY_A, "P1^Eva"))
        self.assertEqual(len(data.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence[0].ReferencedSOPSequence), 2)

    def test_a_task_that_is_done_again_stores_nothing_twice(self):
        report = self.sign(self.draft("Once.", STUDY_B))
        before = {modality: [item["00080018"] for item in self.stored(STUDY_B, modality, 1)] for modality in ("SR", "DOC")}
        self.gantry.sql("UPDATE tasks SET state = 1, next_attempt_at = 1, finished_at = NULL WHERE kind = 'store_report'")
        deadline, tasks = time.monotonic() + 20, [{}]
        while any(task.get("attempt_count") != 2 or task["state"] != "succeeded" for task in tasks) and time.monotonic() < deadline:
            tasks = self.gantry.get(f"{API}/tasks?kind=store_report&subject_id={report['id']}").json["items"]
            time.sleep(0.1)
        self.assertEqual([task["attempt_count"] for task in tasks], [2])
        for modality in ("SR", "DOC"):
            self.assertEqual([item["00080018"] for item in self.stored(STUDY_B, modality, 1)], before[modality])


class Pages(ReportCase):
    """Reports as PDF: as they are asked for, and as they are stored into the study."""
    settings = {"GANTRY_PUBLIC_URL": "https://pacs.example"}

    def pdf(self, report, who=None, status=200, query="", base=API, port=None):
        answer = self.gantry.get(f"{base}/reports/{report['id']}/pdf{query}", token=(who or self.doctor)["token"], port=port)
        self.assertEqual(answer.status, status, answer.body[:400])
        return answer

    def saved(self, body):
        path = tempfile.mkstemp(suffix=".pdf", dir=self.gantry.folder)[1]
        with open(path, "wb") as file:
            file.write(body)
        return path

    def text(self, body):
        """As pdftotext reads it, in the forms that one types, without marks of direction."""
        code, text = self.tool("pdftotext", "-enc", "UTF-8", self.saved(body), "-")
        self.assertEqual(code, 0, text)
        return "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")

    def has(self, text, *words):
        """Whatever lines they were broken into."""
        squeezed = "".join(text.split())
        for word in words:
            self.assertIn("".join(word.split()), squeezed)

    def assertValid(self, body):
        code, said = self.tool("qpdf", "--check", self.saved(body))
        self.assertEqual(code, 0, said)

    def watermarked(self, body):
        """Across the page there are outlines of letters, filled with alpha."""
        code, plain = self.tool("qpdf", "--qdf", "--object-streams=disable", self.saved(body), "-")
        self.assertEqual(code, 0, plain[-300:])
        return "/ca 0" in plain

    def test_what_stands_in_it(self):
        series = self.call("GET", f"/studies/{self.studies[STUDY_A]}/series")["items"][0]["id"]
        images = [item["id"] for item in self.call("GET", f"/series/{series}/instances")["items"]]
        report = self.draft("Raumforderung im linken Großhirn.\n右肺上葉に結節を認める\nعقدة في الرئة اليمنى", language="de-AT", values=[
            {"name": "size", "label": "Durchmesser", "type": "number", "value": "12.5", "unit": "mm"},
            {"name": "since", "label": "Seit", "type": "date", "value": "2026-02-28"},
            {"name": "note", "label": "Vermerk", "type": "text", "value": "lang " * 150}],
            key_images=[{"instance_id": images[0]}, {"instance_id": images[1], "frame": 2, "caption": "Läsion"}])
        draft = self.pdf(report).body
        self.assertValid(draft)
        self.assertTrue(self.watermarked(draft))
        self.has(self.text(draft), "Entwurf: nicht signiert", "Raumforderung")
        self.assertNotIn("signiert von", self.text(draft))
        report = self.sign(report)
        code = self.call("GET", f"/reports/{report['id']}/versions/1", status=200)["verification_code"]
        answer = self.pdf(report, self.viewer)
        self.assertEqual(answer.headers["content-type"], "application/pdf")
        self.assertEqual(answer.headers["content-disposition"], f'inline; filename="report-{report["id"]}-1.pdf"')
        self.assertEqual(answer.headers["cache-control"], "no-store")
        self.assertValid(answer.body)
        self.assertFalse(self.watermarked(answer.body))
        text = self.text(answer.body)
        self.has(text, "Gantry", "P1, Eva", "CT head", "Endgültig", "Raumforderung im linken Großhirn.", "右肺上葉に結節を認める", "Durchmesser", "12.5 mm",
                 "28.02.2026", "lang lang lang", "Bild 1", "Läsion", "Frame 2", "Elektronisch signiert von", "Dr. Radiologist", "Seite 1 von",
                 f"https://pacs.example/verify/{code}")
        letters = {"".join(sorted(word)) for word in text.split()}  # pdftotext turns the letters of an Arabic ligature around
        for word in "عقدة في الرئة اليمنى".split():
            self.assertIn("".join(sorted(word)), letters)
        self.assertEqual(self.pdf(report, self.doctor).body, answer.body)
        self.pdf(report, status=404, query="?number=2")
        self.pdf(report, status=422, query="?number=x")
        self.pdf(report, status=422, query="?color=red")

    def test_a_later_version_and_the_end(self):
        first = self.sign(self.draft("A mass.", language="en"))
        report = self.call("POST", f"/reports/{first['id']}/addenda", {"text": "Stable since 2025."}, status=200, version=first["version"])
        self.assertNotIn("Stable", self.text(self.pdf(report, self.viewer).body))
        self.pdf(report, self.viewer, 404, "?number=2")
        working = self.pdf(report).body
        self.has(self.text(working), "Stable since 2025.", "Draft: not signed")
        self.assertTrue(self.watermarked(working))
        report = self.sign(report)
        self.has(self.text(self.pdf(report, self.viewer).body), "Stable since 2025.", "Final, with addendum", "Page 1 of 1")
        before = self.pdf(report, self.viewer, query="?number=1").body
        self.has(self.text(before), "A mass.", "Superseded by a later version")
        self.assertTrue(self.watermarked(before))
        self.call("POST", f"/reports/{report['id']}/retract", {"reason": "wrong patient", "password": PASSWORD}, status=200, version=report["version"])
        retracted = self.pdf(report, self.viewer).body
        self.has(self.text(retracted), "Retracted", "A mass.")
        self.assertTrue(self.watermarked(retracted))

    def test_preliminary_for_readers_and_programs(self):
        report = self.draft("To be checked.", language="en", is_preliminary=True)
        body = self.pdf(report, self.viewer).body
        self.has(self.text(body), "Preliminary: not signed", "To be checked.")
        self.assertTrue(self.watermarked(body))
        made = self.gantry.request("POST", API + "/api-keys", {"name": "RIS", "scopes": ["studies:read", "reports:read"]})
        self.assertEqual(made.status, 201, made.body)
        key = {"token": made.json["api_key"]}
        self.assertEqual(self.pdf(report, key, base="/public/v1", port=self.gantry.public_port).body, body)

    def test_who_gets_none(self):
        draft = self.draft("Secret.")
        self.pdf(draft, self.viewer, 404)
        self.pdf(draft, {"token": self.gantry.other_clinic()}, 404)
        self.pdf(draft, self.person("referrer"), 404)
        self.pdf(draft, self.person("researcher"), 403)
        self.assertEqual(self.gantry.get(f"{API}/reports/{draft['id']}/pdf", token=None).status, 401)

    def test_many_at_once(self):
        reports = [self.sign(self.draft(text, language=language)) for language, (text, _) in list(SPOKEN.items())[:4]]
        expected, failures = [self.pdf(report).body for report in reports], []

        def ask(at):
            for _ in range(3):
                if self.gantry.get(f"{API}/reports/{reports[at]['id']}/pdf", token=self.doctor["token"]).body != expected[at]:
                    failures.append(at)
        threads = [threading.Thread(target=ask, args=(at % len(reports),)) for at in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])

    def test_it_is_stored_beside_the_structured_report(self):
        report = self.sign(self.draft("Stored as pages: 結節.", STUDY_B, language="de"))
        asked = self.pdf(report).body
        found = self.stored(STUDY_B, "DOC", 1)
        path = self.file(STUDY_B, found[0])
        self.check_file(path)
        code, text = self.tool("dcmdump", path)
        self.assertEqual(code, 0, text)
        extracted = path + ".pdf"
        code, text = self.tool("dcm2pdf", path, extracted)
        self.assertEqual(code, 0, text)
        with open(extracted, "rb") as file:
            self.assertEqual(file.read().rstrip(b"\0"), asked)
        try:
            import pydicom
        except ImportError:
            return
        data = pydicom.dcmread(path)
        structured = self.stored(STUDY_B, "SR", 1)[0]
        self.assertEqual((data.StudyInstanceUID, data.SOPClassUID, str(data.PatientName), data.DocumentTitle, data.MIMETypeOfEncapsulatedDocument),
                         (STUDY_B, "1.2.840.10008.5.1.4.1.1.104.1", "P2^Eva", "CT head", "application/pdf"))
        self.assertEqual(data.SourceInstanceSequence[0].ReferencedSOPInstanceUID, structured["00080018"]["Value"][0])
        self.assertEqual(data.EncapsulatedDocumentLength, len(asked))


if __name__ == "__main__":
    harness.main()
