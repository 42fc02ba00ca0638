"""Folders and archives below a root stored by a task: nested, hostile, stopped, killed, without room, and only for whoever may."""
import io
import os
import sys
import tempfile
import time
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import PASSWORD, instance

API = "/api/v1"
COUNT = 4000


def archive(files):
    """A ZIP archive, deflated."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return out.getvalue()


class Imports(harness.Case):
    @classmethod
    def setUpClass(cls):
        cls.root = tempfile.TemporaryDirectory()
        cls.settings = {"GANTRY_IMPORT_ROOT": cls.root.name, "GANTRY_WORKER_THREADS": "1"}
        super().setUpClass()
        cls.own = f"{cls.root.name}/{cls.gantry.get(API + '/organization').json['id']}"
        os.mkdir(cls.own)

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.root.cleanup()

    def put(self, name, data):
        os.makedirs(os.path.dirname(f"{self.own}/{name}"), exist_ok=True)
        with open(f"{self.own}/{name}", "wb") as file:
            file.write(data)

    def order(self, path, token=True, status=202):
        answer = self.gantry.request("POST", API + "/imports", {"path": path}, token=token)
        self.assertEqual(answer.status, status, answer.body)
        return answer.json

    def task(self, identifier):
        return self.gantry.get(f"{API}/tasks/{identifier}").json

    def until(self, task, is_so):
        deadline = time.monotonic() + 120
        while not is_so(now := self.task(task["id"])):
            self.assertLess(time.monotonic(), deadline, now)
            time.sleep(0.02)
        return now

    def ended(self, task, state="succeeded"):
        now = self.gantry.task_ended(task["id"])
        self.assertEqual(now["state"], state, now)
        return now

    def report(self, task):
        return self.gantry.get(f"{API}/tasks/{task['id']}/report").json

    def counts(self, task):
        report = self.report(task)
        return tuple(report.get(name, 0) for name in ("stored_count", "there_count", "failed_count", "skipped_count"))

    def stored(self, study):
        found = self.gantry.get(f"/dicom-web/studies?StudyInstanceUID={study}&includefield=00201208")
        return found.json[0]["00201208"]["Value"][0] if found.status == 200 and found.json else 0

    def person(self, role):
        email = f"{role}{time.monotonic_ns()}@clinic.example"
        made = self.gantry.request("POST", API + "/users", {"email": email, "name": role, "role": role, "password": PASSWORD})
        self.assertEqual(made.status, 201, made.body)
        return self.gantry.sign_in(email).json["access_token"]

    def test_a_folder_with_everything_in_it(self):
        files = [instance(n, "1.8.1", "1.8.1.1") for n in range(1, 7)]
        self.put("disk/A/1.dcm", files[0])
        self.put("disk/A/B/C/ä 2", files[1])
        self.put("disk/A/same", files[0])
        self.put("disk/x.zip", archive({"D/3": files[2], "D/4": files[3], "D/": b"", "D/note.txt": b"hello", "D/z.zip": archive({"5": files[4]})}))
        self.put("disk/notes.txt", b"nothing to see")
        self.put("disk/half.dcm", files[5][:len(files[5]) // 2])
        self.put("disk/DICOMDIR", bytes(128) + b"DICM" + b"\2\0\0\0UL\4\0\x22\0\0\0" + b"\2\0\2\0UI\x14\x001.2.840.10008.1.3.10" + bytes(40))
        self.put("disk/broken.zip", archive({"1": files[5]})[:-30])
        with open(f"{self.own}/disk".encode() + b"/\xff.dcm", "wb") as file:
            file.write(instance(9, "1.8.1", "1.8.1.1"))
        os.symlink("/etc", f"{self.own}/disk/etc")
        os.symlink("../../..", f"{self.own}/disk/up")
        os.mkfifo(f"{self.own}/disk/pipe")
        task = self.ended(self.order("disk"))
        self.assertEqual(task["outcome"], "5 stored, 1 there already, 3 refused, 6 skipped")
        self.assertEqual((task["progress_done"], task["progress_total"], task["progress_unit"]), (12, 12, "files"))
        report = self.report(task)
        self.assertEqual(self.counts(task), (5, 1, 3, 6))
        self.assertEqual({item["path"]: item["code"] for item in report["items"]},
                         {"disk/half.dcm": "MALFORMED", "disk/x.zip/D/z.zip": "UNSUPPORTED", "disk/broken.zip": "MALFORMED"})
        self.assertTrue(all(item["reason"] for item in report["items"]))
        self.assertEqual(self.stored("1.8.1"), 5)
        again = self.ended(self.order("disk"))
        self.assertEqual(self.counts(again), (0, 6, 3, 6))
        self.assertEqual(self.counts(self.ended(self.order("disk/x.zip"))), (0, 2, 1, 1))
        self.assertEqual(self.counts(self.ended(self.order("disk/A/1.dcm"))), (0, 1, 0, 0))
        seen = self.gantry.run("tasks", "list", "--kind=import").stdout.decode()
        self.assertIn("5 stored, 1 there already", seen)
        self.assertIn("12/12 files", seen)

    def test_nothing_leads_out(self):
        with tempfile.TemporaryDirectory() as outside:
            with open(outside + "/secret.dcm", "wb") as file:
                file.write(instance(1, "1.8.2", "1.8.2.1"))
            os.makedirs(f"{self.root.name}/other", exist_ok=True)
            with open(f"{self.root.name}/other/theirs.dcm", "wb") as file:
                file.write(instance(2, "1.8.2", "1.8.2.1"))
            self.put("hostile/none.txt", b"")
            for name, target in (("folder", outside), ("file", outside + "/secret.dcm"), ("theirs", "../../other")):
                os.symlink(target, f"{self.own}/hostile/{name}")
            for path in ("..", "../other", "hostile/../../other", "/etc", outside, "a//b", "a/", ".", "", "a\u0000b", "x" * 1001, "/".join("abcdefghijklmnopq")):
                self.order(path, status=422)
            for path in ("hostile/folder", "hostile/folder/secret.dcm", "hostile/file", "hostile/theirs/theirs.dcm", "nowhere"):
                self.assertNotIn(outside, self.ended(self.order(path), "failed")["last_error"])
            self.assertEqual(self.counts(self.ended(self.order("hostile"))), (0, 0, 0, 4))
            self.put("hostile/names.zip", archive({"../../evil.dcm": instance(3, "1.8.3", "1.8.3.1")}))
            self.assertEqual(self.counts(self.ended(self.order("hostile/names.zip"))), (1, 0, 0, 0))
            self.assertFalse(os.path.exists(self.root.name + "/evil.dcm"))
            self.put("hostile/bomb.zip", archive({str(n): bytes(40 << 20) for n in range(3)}))
            bomb = self.ended(self.order("hostile/bomb.zip"), "failed")
            self.assertEqual([item["code"] for item in self.report(bomb)["items"]], ["TOO_LARGE"])
            self.assertEqual(self.stored("1.8.2"), 0)

    def test_who_may(self):
        self.put("mine/1", instance(1, "1.8.4", "1.8.4.1"))
        for role in ("viewer", "referrer", "researcher"):
            self.order("mine", self.person(role), 403)
        self.order("mine", None, 401)
        key = self.gantry.request("POST", API + "/api-keys", {"name": "k", "scopes": ["studies:write"]}).json["api_key"]
        self.order("mine", key, 401)
        self.assertEqual(self.ended(self.order("mine", self.person("technologist")))["outcome"].split(",")[0], "1 stored")
        stranger = self.gantry.other_clinic()
        theirs = self.order("mine", stranger)
        deadline = time.monotonic() + 60
        while (now := self.gantry.get(f"{API}/tasks/{theirs['id']}", token=stranger).json)["state"] not in ("failed", "succeeded"):
            self.assertLess(time.monotonic(), deadline, now)
            time.sleep(0.05)
        self.assertEqual((now["state"], now["last_error"]), ("failed", "there is no such file or folder to import from"))
        events = self.gantry.get(API + "/audit-events?action=create_import&page_size=100")
        self.assertEqual(events.status, 200, events.body)
        outcomes = [item["outcome"] for item in events.json["items"]]
        self.assertGreaterEqual((outcomes.count("OK"), outcomes.count("FORBIDDEN")), (1, 3), outcomes)

    def large(self, folder, study):
        """Half of it in an archive that lies in the middle."""
        files = {f"{n:04}": instance(n, study, study + ".1", pixels=16) for n in range(1, COUNT + 1)}
        for name in list(files)[::2]:
            self.put(f"{folder}/{name}", files.pop(name))
        self.put(f"{folder}/0500.zip", archive(files))

    def test_killed_and_gone_on_with(self):
        self.large("killed", "1.8.5")
        task = self.order("killed")
        for _ in range(3):
            now = self.until(task, lambda now: now["state"] in ("succeeded", "running"))
            time.sleep(0.25)
            if now["state"] == "succeeded":
                break
            self.gantry.kill()
            self.gantry.sql("UPDATE tasks SET next_attempt_at = 1 WHERE state = 2 AND kind = 'import'")  # the lease is over
            self.gantry.start()
        done = self.ended(task)
        self.assertGreater(done["attempt_count"], 1, done)
        stored, there, refused, skipped = self.counts(done)
        self.assertEqual((stored + there, refused, skipped), (COUNT, 0, 0))
        self.assertEqual(self.stored("1.8.5"), COUNT)
        self.assertEqual((done["progress_done"], done["progress_total"]), (COUNT, COUNT))

    def test_cancelled(self):
        self.put("cancelled/0", instance(1, "1.8.6", "1.8.6.1", pixels=16))
        for n in range(1, 30000):
            os.link(f"{self.own}/cancelled/0", f"{self.own}/cancelled/{n}")
        task = self.order("cancelled")
        self.until(task, lambda now: now["state"] == "running")
        self.assertEqual(self.gantry.request("POST", f"{API}/tasks/{task['id']}/cancel").status, 200)
        self.ended(task, "cancelled")
        report = self.report(task)
        self.assertGreater(report["remaining_count"], 0)
        self.assertEqual((report["stored_count"], report["position"] + report["remaining_count"]), (1, 30000))
        self.assertEqual(report["position"], report["done_count"])

    def test_without_room_and_with_room_again(self):
        name = self.gantry.get(API + "/organization").json["name"]
        for n in range(1, 9):
            self.put(f"room/{n}", instance(n, "1.8.7", "1.8.7.1"))
        used = self.gantry.get(API + "/organization").json["used_size"]
        self.assertEqual(self.gantry.run("organization", "quota", name, str(used + 30000)).returncode, 0)
        time.sleep(1.1)  # a first quota is known to those who store within a second
        task = self.order("room")
        now = self.until(task, lambda now: now["attempt_count"] == 1 and now["state"] == "queued" and now.get("last_error"))
        self.assertIn("quota", now["last_error"])
        first = self.counts(task)[0]
        self.assertTrue(0 < first < 8, first)
        self.assertEqual(self.stored("1.8.7"), first)
        self.assertEqual(self.gantry.run("organization", "quota", name, "0").returncode, 0)
        self.gantry.sql("UPDATE tasks SET next_attempt_at = 1 WHERE state = 1 AND kind = 'import'")
        self.assertEqual(self.counts(self.ended(task)), (8, 0, 0, 0))


class WithoutARoot(harness.Case):
    def test_says_so(self):
        answer = self.gantry.request("POST", API + "/imports", {"path": "disk"})
        self.assertEqual(answer.status, 422, answer.body)
        self.assertIn("GANTRY_IMPORT_ROOT", answer.body.decode())


if __name__ == "__main__":
    harness.main()
