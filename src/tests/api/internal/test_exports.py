"""Studies exported by a task: read by the programs people have, downloaded by ranges, stopped, killed, and only for whoever may."""
import io
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import PASSWORD, STOW, instance, multipart

API = "/api/v1"


class Exports(harness.Case):
    @classmethod
    def setUpClass(cls):
        cls.root = tempfile.TemporaryDirectory()
        cls.settings = {"GANTRY_EXPORT_ROOT": cls.root.name, "GANTRY_WORKER_THREADS": "1"}
        super().setUpClass()
        cls.files = {}
        for study, patient in (("1.7.1", "P1"), ("1.7.2", "P2"), ("1.7.3", "P1")):
            cls.store(study, [instance(n, study, f"{study}.1", patient=patient, name=patient + "^Eva") for n in (1, 2, 3)])
        cls.store("1.7.9", [instance(n, "1.7.9", "1.7.9.1", pixels=512) for n in range(1, 61)])
        cls.studies = {item["study_instance_uid"]: item["id"] for item in cls.gantry.get(API + "/studies").json["items"]}

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.root.cleanup()

    @classmethod
    def store(cls, study, files):
        cls.files[study] = files
        answer = cls.gantry.request("POST", "/dicom-web/studies", multipart(files), STOW)
        assert answer.status == 200, answer.body

    def person(self, role):
        email = f"{role}{time.monotonic_ns()}@clinic.example"
        made = self.gantry.request("POST", API + "/users", {"email": email, "name": role, "role": role, "password": PASSWORD})
        self.assertEqual(made.status, 201, made.body)
        return made.json["id"], self.gantry.sign_in(email).json["access_token"]

    def order(self, studies, token=True, status=202, **more):
        answer = self.gantry.request("POST", API + "/exports", {"studies": [self.studies.get(uid, uid) for uid in studies], **more}, token=token)
        self.assertEqual(answer.status, status, answer.body)
        return answer.json

    def task(self, identifier):
        return self.gantry.get(f"{API}/tasks/{identifier}").json

    def ended(self, task, state="succeeded"):
        now = self.gantry.task_ended(task["id"])
        self.assertEqual(now["state"], state, now)
        return now

    def output(self, task, token=True, status=200, **headers):
        answer = self.gantry.get(f"{API}/tasks/{task['id']}/output", token=token, headers=headers)
        self.assertEqual(answer.status, status, answer.body[:300])
        return answer

    def records(self, dicomdir):
        """What DCMTK reads of a DICOMDIR; it must have no complaint."""
        done = subprocess.run(["dcmdump", "-q", "-Un", "-"], input=dicomdir, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True)
        self.assertEqual(done.stderr, b"")
        return done.stdout.decode()

    def test_several_studies_on_one_medium(self):
        studies = ["1.7.1", "1.7.2", "1.7.3"]
        task = self.ended(self.order(studies))
        self.assertEqual((task["progress_done"], task["progress_total"], task["progress_unit"]), (9, 9, "instances"))
        answer = self.output(task)
        self.assertEqual((answer.headers["content-type"], answer.headers["content-disposition"], len(answer.body)),
                         ("application/zip", f'attachment; filename="export-{task["id"]}.zip"', task["output_size"]))
        with tempfile.TemporaryDirectory() as folder:
            with open(folder + "/export.zip", "wb") as file:
                file.write(answer.body)
            tested = subprocess.run(["unzip", "-tq", "export.zip"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
            self.assertEqual(tested.returncode, 0, tested.stdout)
            subprocess.run(["unzip", "-q", "export.zip"], cwd=folder, check=True)
            for number in (1, 2, 3):
                done = subprocess.run(["dcmmkdir", "+A", "+I", "+D", "DICOMDIR", f"DICOM/S000000{number}/I0000001"], cwd=folder, check=True,
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                self.assertIn(b"record for this SOP instance already exists", done.stdout)
                subprocess.run(["dcmdump", "-q", f"DICOM/S000000{number}/I0000003"], cwd=folder, check=True, stdout=subprocess.PIPE)
        with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
            packed = {name: archive.read(name) for name in archive.namelist()}
        text = self.records(packed.pop("DICOMDIR"))
        self.assertEqual(sorted(packed.values()), sorted(sum((self.files[uid] for uid in studies), [])))
        self.assertEqual([len(re.findall(rf"\(0004,1430\) CS \[{kind}", text)) for kind in ("PATIENT", "STUDY", "SERIES", "IMAGE")], [2, 3, 3, 9])
        self.assertEqual(sorted(re.findall(r"\(0004,1500\) CS \[(\S+)\]", text)), sorted(n.replace("/", "\\") for n in packed))
        again = self.ended(self.order(studies))
        self.assertEqual(self.output(again).body, answer.body)

    def test_tar_without_a_dicomdir(self):
        task = self.ended(self.order(["1.7.1"], format="tar", with_dicomdir=False))
        answer = self.output(task)
        self.assertEqual(answer.headers["content-type"], "application/x-tar")
        with tarfile.open(fileobj=io.BytesIO(answer.body)) as archive:
            self.assertEqual([archive.extractfile(member).read() for member in archive], self.files["1.7.1"])
            self.assertNotIn("DICOMDIR", archive.getnames())

    def test_ranges(self):
        task = self.ended(self.order(["1.7.1"]))
        whole = self.output(task)
        part = self.output(task, status=206, Range="bytes=100-299")
        self.assertEqual((part.body, part.headers["content-range"]), (whole.body[100:300], f"bytes 100-299/{len(whole.body)}"))
        tag = whole.headers["etag"]
        self.assertEqual(self.output(task, status=206, Range="bytes=-10", **{"If-Range": tag}).body, whole.body[-10:])
        self.output(task, status=200, Range="bytes=0-1", **{"If-Range": '"other"'})
        self.output(task, status=304, **{"If-None-Match": tag})
        self.output(task, status=416, Range=f"bytes={len(whole.body)}-")

    def test_who_may(self):
        _, viewer = self.person("viewer")
        _, other = self.person("viewer")
        referrer_id, referrer = self.person("referrer")
        _, researcher = self.person("researcher")
        stranger = self.gantry.other_clinic()
        self.order(["1.7.1"], researcher, 403)
        self.order(["1.7.1"], stranger, 404)
        self.order(["1.7.1"], referrer, 404)
        self.order(["1.7.1", self.studies["1.7.1"][:-4] + "0000"], viewer, 404)
        self.order([], viewer, 422)
        self.order(["x"], viewer, 422)
        self.order(["1.7.1"] * 201, viewer, 422)
        self.order(["1.7.1"], viewer, 403, folder="x")
        self.assertEqual(self.gantry.request("POST", API + "/exports", {"studies": ["x"]}, token=None).status, 401)
        task = self.ended(self.order(["1.7.1"], viewer))
        self.output(task, viewer)
        for token in (other, stranger, referrer):
            self.output(task, token, 404)
        granted = self.gantry.request("POST", f"{API}/studies/{self.studies['1.7.1']}/grants",
                                      {"grantee_kind": "user", "grantee_id": referrer_id, "permissions": ["read_studies", "download_studies"]})
        self.assertEqual(granted.status, 201, granted.body)
        deadline, answer = time.monotonic() + 20, None
        while (answer is None or answer.status == 404) and time.monotonic() < deadline:
            answer = self.gantry.request("POST", API + "/exports", {"studies": [self.studies["1.7.1"]]}, token=referrer)
        self.assertEqual(answer.status, 202, answer.body)
        theirs = self.ended(answer.json)
        self.output(theirs, referrer)
        self.assertEqual(self.gantry.request("DELETE", f"{API}/grants/{granted.json['id']}").status, 204)
        deadline = time.monotonic() + 20
        while self.gantry.get(f"{API}/tasks/{theirs['id']}/output", token=referrer).status == 200 and time.monotonic() < deadline:
            time.sleep(0.1)
        self.output(theirs, referrer, 404)

    def test_into_a_folder(self):
        task = self.ended(self.order(["1.7.2"], folder="research/2026"))
        path = f"{self.root.name}/research/2026/export-{task['id']}.zip"
        with zipfile.ZipFile(path) as archive:
            self.assertIsNone(archive.testzip())
        self.assertEqual(os.listdir(os.path.dirname(path)), [os.path.basename(path)])
        self.output(task, status=404)
        for folder in ("../x", "/etc", "a/../../b", ".hidden", "a//b", "", "a/", "x" * 201):
            self.order(["1.7.2"], status=422, folder=folder)
        os.symlink("/tmp", self.root.name + "/out")
        self.ended(self.order(["1.7.2"], folder="out"), "failed")

    def test_cancelled(self):
        """While the one worker reads the storage, no faster than others can bear."""
        schedule = self.gantry.request("POST", API + "/schedules", {"name": "read", "kind": "verify_storage", "expression": "@daily"})
        self.assertEqual(schedule.status, 201, schedule.body)
        self.gantry.request("POST", f"{API}/schedules/{schedule.json['id']}/run")
        task = self.order(["1.7.9"])
        answer = self.gantry.request("POST", f"{API}/tasks/{task['id']}/cancel")
        self.assertEqual(answer.status, 200, answer.body)
        self.ended(task, "cancelled")
        self.output(task, status=404)

    def test_killed_and_done_after_all(self):
        for _ in range(5):
            task = self.order(["1.7.9"])
            deadline = time.monotonic() + 60
            while (now := self.task(task["id"]))["state"] == "queued" and time.monotonic() < deadline:
                time.sleep(0.005)
            if now["state"] == "running":
                self.gantry.kill()
                self.gantry.sql("UPDATE tasks SET next_attempt_at = 1 WHERE state = 2 AND kind = 'export'")  # the lease is over
                self.gantry.start()
                break
        done = self.ended(task)
        with zipfile.ZipFile(io.BytesIO(self.output(done).body)) as archive:
            self.assertIsNone(archive.testzip())
            self.assertEqual(len(archive.namelist()), 61)

    def test_what_is_in_the_trash_is_not_given_away(self):
        self.store("1.7.4", [instance(1, "1.7.4", "1.7.4.1")])
        found = self.gantry.get(API + "/studies?study_instance_uid=1.7.4").json["items"][0]["id"]
        task = self.ended(self.order([found]))
        self.assertEqual(self.gantry.request("DELETE", f"{API}/studies/{found}").status // 100, 2)
        self.output(task, status=404)
        self.order([found], status=404)
        self.assertEqual(self.gantry.request("POST", f"{API}/studies/{found}/restore").status // 100, 2)
        self.output(task)

    def test_kept_for_some_days(self):
        task = self.ended(self.order(["1.7.3"]))
        self.output(task)
        self.gantry.sql(f"UPDATE tasks SET finished_at = {int((time.time() - 8 * 86400) * 1e6)} WHERE kind = 'export' AND output_size = {task['output_size']}")
        schedule = self.gantry.request("POST", API + "/schedules", {"name": "now", "kind": "clean_up", "expression": "@daily"})
        self.assertEqual(schedule.status, 201, schedule.body)
        self.ended(self.gantry.request("POST", f"{API}/schedules/{schedule.json['id']}/run").json)
        self.output(task, status=410)


if __name__ == "__main__":
    harness.main()
