"""What leaves: de-identified copies made by tasks, in which no byte of the original is found, the same patient and days in each task of
a project; and studies that are sent to another server, instance by instance, whatever it answers and whoever is killed."""
import http.server
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, ".."), HERE]
import harness
from harness import PASSWORD, STOW, Gantry, instance, multipart
from test_deidentified import BIRTH, CANARY, DAY, ROOT, UNSAFE, image

import pydicom

API = "/api/v1"
OUTBOUND = {"GANTRY_OUTBOUND_ALLOW": "127.0.0.1/32", "GANTRY_OUTBOUND_PLAIN": "1"}


def wait_for(look, seconds=60):
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found or time.monotonic() > end:
            return found
        time.sleep(0.05)


def store(gantry, files):
    answer = gantry.request("POST", "/dicom-web/studies", multipart(files), STOW)
    assert answer.status == 200, answer.body


def studies(gantry):
    """Study Instance UID to identifier."""
    return {item["study_instance_uid"]: item["id"] for item in gantry.get(f"{API}/studies?page_size=200").json["items"]}


def files_of(gantry, study_uid):
    listed = gantry.get(f"/dicom-web/studies/{study_uid}/instances").json
    out = []
    for row in listed:
        series, sop = row["0020000E"]["Value"][0], row["00080018"]["Value"][0]
        answer = gantry.request("GET", f"/dicom-web/studies/{study_uid}/series/{series}/instances/{sop}",
                                headers={"Accept": "application/dicom"})
        assert answer.status == 200, answer.body
        out.append(answer.body)
    return out


def kill_and_start(gantry):
    """And nobody waits for the leases of the one that was killed."""
    gantry.kill()
    gantry.sql("DELETE FROM leases")
    gantry.sql("UPDATE tasks SET next_attempt_at = 1, attempt_count = 0 WHERE state = 2")
    gantry.start()


class Copies(harness.Case):
    @classmethod
    def setUpClass(cls):
        cls.gantry = Gantry(harness.BINARY)
        cls.gantry.start()
        cls.gantry.use_administrator()
        store(cls.gantry, [image(1, number) for number in (1, 2)])
        store(cls.gantry, [image(2, 1, more={0x00100020: harness.element(0x00100020, "LO", "CANARYQID1")})])
        store(cls.gantry, [image(3, 1)] + [image(3, number, sop_class, more=more) for number, (sop_class, more) in UNSAFE.items()])
        cls.originals = studies(cls.gantry)

    def project(self, **more):
        body = {"name": f"project {time.monotonic_ns()}", "options": ["shift_dates", "clean_descriptors"], **more}
        made = self.gantry.request("POST", f"{API}/deidentification-projects", body)
        self.assertEqual(made.status, 201, made.body)
        self.assertNotIn("secret", made.json)
        return made.json["id"]

    def run_task(self, project, of):
        """The task as it ended, and the studies that are new."""
        before = studies(self.gantry)
        asked = self.gantry.request("POST", f"{API}/deidentifications", {"project": project, "studies": [self.originals[f"{ROOT}.{n}"] for n in of]})
        self.assertEqual(asked.status, 202, asked.body)
        task = self.gantry.task_ended(asked.json["id"])
        return task, [uid for uid in studies(self.gantry) if uid not in before]

    def copies(self, uids):
        return [pydicom.dcmread(io.BytesIO(data)) for uid in uids for data in files_of(self.gantry, uid)]

    def test_no_byte_of_the_original_is_in_a_copy(self):
        task, made = self.run_task(self.project(pseudonym_prefix="P-"), (1, 3))
        self.assertEqual(task["state"], "succeeded", task)
        self.assertEqual(len(made), 2)
        for uid in made:
            for data in files_of(self.gantry, uid) + [self.gantry.get(f"/dicom-web/studies/{uid}/metadata").body]:
                for secret in (CANARY, DAY.encode(), BIRTH.encode(), ROOT.encode()):
                    self.assertNotIn(secret, data)
        report = self.gantry.get(f"{API}/tasks/{task['id']}/report").json
        self.assertEqual((report["done_count"], report["failed_count"], report["remaining_count"]), (3, len(UNSAFE), 0))
        changes = {(c["attribute"], c["action"]): c["count"] for c in report["changes"]}
        self.assertEqual(changes["00100010", "pseudonym"], 3)
        self.assertGreaterEqual(changes["00091001", "remove"], 3)
        refused = [item for item in report["items"] if item["state"] == "failed"]
        self.assertIn("Burned In Annotation (0028,0301) is YES", [item["reason"] for item in refused])
        self.assertNotIn("CANARYQ", str(report))
        self.assertNotIn("CANARYQ", str(task))

    def test_the_same_patient_is_the_same_in_each_task_of_a_project_and_in_no_other(self):
        numbered, hashed = self.project(pseudonym_prefix="P-"), self.project()
        _, first = self.run_task(numbered, (1,))
        _, second = self.run_task(numbered, (2, 3))
        one = self.copies(first)
        others = self.copies(second)
        self.assertEqual({str(data.PatientID) for data in one}, {"P-0001"})
        self.assertEqual(str(one[0].PatientName), "Anonymized^P-0001")
        by_patient = {str(data.PatientID): data for data in others}
        self.assertEqual(set(by_patient), {"P-0001", "P-0002"})  # the second study is of the first patient
        self.assertEqual(by_patient["P-0001"].StudyDate, one[0].StudyDate)
        self.assertNotEqual(one[0].StudyDate, DAY)
        _, third = self.run_task(hashed, (1,))
        other = self.copies(third)[0]
        self.assertRegex(str(other.PatientID), "^[A-Z2-9]{16}$")
        self.assertNotEqual((other.StudyInstanceUID, other.StudyDate), (one[0].StudyInstanceUID, one[0].StudyDate))
        task, again = self.run_task(numbered, (1,))
        self.assertEqual((task["state"], again), ("succeeded", []))  # it is there

    def test_private_attributes_and_risks_are_as_the_project_says(self):
        task, made = self.run_task(self.project(options=[], risks="report"), (3,))
        self.assertEqual(task["state"], "succeeded")
        report = self.gantry.get(f"{API}/tasks/{task['id']}/report").json
        told = [item for item in report["items"] if item["state"] == "done" and item.get("reason")]
        self.assertEqual(len(told), len(UNSAFE))
        for data in self.copies(made):
            self.assertFalse([e for e in data if e.tag.is_private])
            self.assertEqual(data.PatientIdentityRemoved, "YES")

    @unittest.skipUnless(shutil.which("dcmdump") and shutil.which("dciodvfy"), "no DICOM tools")
    def test_other_programs_take_a_copy(self):
        _, made = self.run_task(self.project(options=["shift_dates"]), (1,))
        with tempfile.TemporaryDirectory() as folder:
            for number, data in enumerate(files_of(self.gantry, made[0])):
                place = f"{folder}/{number}.dcm"
                with open(place, "wb") as out:
                    out.write(data)
                subprocess.run(["dcmdump", "+E", place], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def test_what_cannot_be_is_refused(self):
        for bad in ({"options": ["retain_uids"]}, {"options": ["shift_dates", "retain_dates"]}, {"risks": "whatever"},
                    {"pseudonym_prefix": "P 1"}, {"name": ""}):
            answer = self.gantry.request("POST", f"{API}/deidentification-projects", {"name": "x", **bad})
            self.assertEqual(answer.status, 422, bad)
        project = self.project()
        for body, status in (({"project": project, "studies": []}, 422), ({"project": project, "studies": ["x"]}, 422),
                             ({"project": project, "studies": [project]}, 404),
                             ({"project": self.originals[f"{ROOT}.1"], "studies": [self.originals[f"{ROOT}.1"]]}, 404)):
            self.assertEqual(self.gantry.request("POST", f"{API}/deidentifications", body).status, status, body)
        shown = self.gantry.get(f"{API}/deidentification-projects/{project}")
        stale = self.gantry.request("PATCH", f"{API}/deidentification-projects/{project}", {"name": "y"},
                                    headers={"If-Match": '"99"', "Content-Type": "application/json"})
        self.assertEqual((shown.json["options"], stale.status), (["shift_dates", "clean_descriptors"], 412))
        self.assertEqual(self.gantry.request("DELETE", f"{API}/deidentification-projects/{project}").status, 204)
        self.assertEqual(self.gantry.get(f"{API}/deidentification-projects/{project}").status, 404)


class Killed(unittest.TestCase):
    def test_copies_are_there_once_though_workers_are_killed_and_a_task_can_be_cancelled(self):
        gantry = Gantry(harness.BINARY)
        try:
            gantry.start()
            gantry.use_administrator()
            store(gantry, [instance(number, study="1.2.9", series="1.2.9.1")
                           for number in range(1, 41)])
            original = studies(gantry)["1.2.9"]
            project = gantry.request("POST", f"{API}/deidentification-projects", {"name": "p", "risks": "report"}).json["id"]
            task = gantry.request("POST", f"{API}/deidentifications", {"project": project, "studies": [original]}).json["id"]
            for round_ in range(4):
                time.sleep(0.05 * round_)
                kill_and_start(gantry)
            self.assertEqual(gantry.task_ended(task)["state"], "succeeded")
            made = [uid for uid in studies(gantry) if uid != "1.2.9"]
            self.assertEqual(len(made), 1)
            counts = gantry.sql("SELECT count(*), count(DISTINCT sop_instance_uid) FROM instances")[0]
            self.assertEqual(counts, ["80", "80"])
            self.assertEqual(gantry.get(f"{API}/tasks/{task}/report").json["done_count"], 40)
            other = gantry.request("POST", f"{API}/deidentification-projects", {"name": "q", "risks": "report"}).json["id"]
            task = gantry.request("POST", f"{API}/deidentifications", {"project": other, "studies": [original]}).json["id"]
            gantry.request("POST", f"{API}/tasks/{task}/cancel")
            self.assertIn(gantry.task_ended(task)["state"], ("cancelled", "succeeded"))
        finally:
            gantry.stop()
            gantry.remove()


class Receiver(http.server.ThreadingHTTPServer):
    """Answers as it is told; keeps what it got."""
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers, self.got, self.lock = [], [], threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def end(self):
        self.shutdown()
        self.server_close()

    def handle_error(self, *_):
        """A sender that is killed breaks its connection."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        size = int(self.headers["Content-Length"])
        body = self.rfile.read(size)
        if len(body) != size:
            return  # the sender is gone
        with self.server.lock:
            self.server.got.append((self.path, dict(self.headers), body))
            status, answer = self.server.answers.pop(0) if self.server.answers else (200, b"{}")
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


class KilledForward(unittest.TestCase):
    def test_each_instance_is_there_though_the_sender_is_killed(self):
        gantry, server, count, kills = Gantry(harness.BINARY), Receiver(), 60, 5
        gantry.environment.update(OUTBOUND)
        try:
            gantry.start()
            gantry.use_administrator()
            files = [instance(number, study="1.2.9", series="1.2.9.1") for number in range(1, count + 1)]
            store(gantry, files)
            made = gantry.request("POST", f"{API}/destinations", {"name": "x", "url": f"http://127.0.0.1:{server.server_address[1]}/dicom-web"})
            asked = gantry.request("POST", f"{API}/forwards", {"destination": made.json["id"], "studies": [studies(gantry)["1.2.9"]]})
            self.assertEqual(asked.status, 202, asked.body)
            for n in range(1, kills + 1):
                self.assertTrue(wait_for(lambda: len(server.got) >= n * count // (kills + 1)))  # in the midst of it
                kill_and_start(gantry)
            self.assertEqual(gantry.task_ended(asked.json["id"])["state"], "succeeded")
            report = gantry.get(f"{API}/tasks/{asked.json['id']}/report").json
            self.assertEqual((report["done_count"], report["failed_count"], report["remaining_count"]), (count, 0, 0))
            sent = {body[body.index(b"DICM") - 128:body.rindex(b"\r\n--")] for _, _, body in server.got}  # some of them again
            self.assertEqual(sent, set(files))
        finally:
            server.end()
            gantry.stop()
            gantry.remove()


class Forwards(harness.Case):
    @classmethod
    def setUpClass(cls):
        cls.gantry = Gantry(harness.BINARY)
        cls.gantry.environment.update(OUTBOUND)
        cls.gantry.start()
        cls.gantry.use_administrator()
        cls.other = Gantry(harness.BINARY)
        cls.other.start()
        cls.other.use_administrator()
        cls.files = [instance(number, study="1.2.7", series="1.2.7.1", pixels=64 * number) for number in (1, 2, 3)]
        store(cls.gantry, cls.files)
        cls.study = studies(cls.gantry)["1.2.7"]

    @classmethod
    def tearDownClass(cls):
        cls.other.stop()
        cls.other.remove()
        super().tearDownClass()

    def destination(self, url, **more):
        made = self.gantry.request("POST", f"{API}/destinations", {"name": f"server {time.monotonic_ns()}", "url": url, **more})
        self.assertEqual(made.status, 201, made.body)
        self.assertNotIn("secret", made.json)
        return made.json["id"]

    def forward(self, destination, seconds=60):
        asked = self.gantry.request("POST", f"{API}/forwards", {"destination": destination, "studies": [self.study]})
        self.assertEqual(asked.status, 202, asked.body)
        task = self.gantry.task_ended(asked.json["id"], seconds)
        return task, self.gantry.get(f"{API}/tasks/{asked.json['id']}/report").json

    def test_another_gantry_has_the_files_byte_for_byte(self):
        place = self.destination(f"http://127.0.0.1:{self.other.port}/dicom-web", credential="bearer", secret=self.other.token)
        for _ in range(2):  # the same again is a success
            task, report = self.forward(place)
            self.assertEqual((task["state"], report["done_count"], report["failed_count"]), ("succeeded", 3, 0), task)
        self.assertEqual(sorted(files_of(self.other, "1.2.7")), sorted(files_of(self.gantry, "1.2.7")))

    def test_what_a_server_answers_is_told_of_each_instance(self):
        server = Receiver()
        refused = b'{"00081198":{"vr":"SQ","Value":[{"00081155":{"vr":"UI","Value":["1"]},"00081197":{"vr":"US","Value":[272]}}]}}'
        server.answers = [(409, refused), (503, b""), (200, b"{}"), (202, refused)]
        place = self.destination(f"http://127.0.0.1:{server.server_address[1]}/dicom-web/", credential="basic", user_name="u", secret="p:w")
        task, report = self.forward(place)
        self.assertEqual(task["state"], "failed")
        self.assertEqual([(i["state"], i["status"], i["attempt_count"]) for i in report["items"]],
                         [("failed", 409, 1), ("done", 200, 2), ("failed", 202, 1)])
        path, headers, body = server.got[0]
        self.assertEqual((path, headers["authorization"]), ("/dicom-web/studies", "Basic dTpwOnc="))
        self.assertIn(b"DICM", body)
        server.got.clear()
        server.answers = [(401, b"")]
        task, report = self.forward(place)
        self.assertEqual((task["state"], report["remaining_count"], len(server.got)), ("failed", 3, 1))
        self.assertIn("credentials", task["last_error"])
        server.end()

    def test_a_server_that_is_away_is_asked_again_and_has_each_instance(self):
        server = Receiver()
        server.answers = [(200, b"{}"), (503, b""), (503, b""), (503, b"")]
        place = self.destination(f"http://127.0.0.1:{server.server_address[1]}/dicom-web")
        asked = self.gantry.request("POST", f"{API}/forwards", {"destination": place, "studies": [self.study]}).json["id"]
        self.assertTrue(wait_for(lambda: self.gantry.get(f"{API}/tasks/{asked}").json["state"] == "queued" and len(server.got) == 4))
        self.gantry.sql("UPDATE tasks SET next_attempt_at = 1 WHERE state = 1")
        self.assertEqual(self.gantry.task_ended(asked)["state"], "succeeded")
        self.assertEqual(len(server.got), 6)  # what it had was not sent again
        server.end()

    def test_addresses_inside_are_not_reached_and_secrets_are_not_told(self):
        refused = self.destination("http://10.1.2.3/dicom-web")
        task, report = self.forward(refused)
        self.assertEqual((task["state"], report["remaining_count"]), ("failed", 3))
        for url in ("ftp://x/", "http://u:p@x/", "http://x/?a=b", "x"):
            answer = self.gantry.request("POST", f"{API}/destinations", {"name": "bad", "url": url})
            self.assertEqual(answer.status, 422, url)
        place = self.destination("http://127.0.0.1:1/dicom-web", credential="bearer", secret="very-secret-token")
        for path in (f"{API}/destinations", f"{API}/destinations/{place}", f"{API}/audit-events"):
            self.assertNotIn(b"very-secret", self.gantry.get(path).body)
        moved = self.gantry.request("PATCH", f"{API}/destinations/{place}", {"url": "http://127.0.0.1:2/dicom-web"})
        self.assertEqual(moved.status, 422)  # not without the secret
        self.assertEqual(self.gantry.request("DELETE", f"{API}/destinations/{place}").status, 204)


if __name__ == "__main__":
    harness.main()
