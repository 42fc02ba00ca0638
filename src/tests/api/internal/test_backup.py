"""Backups: made while senders send, put into an empty installation, which then answers the same bytes; what is damaged is found; retention;
the task; and objects that come back from a backup."""
import glob
import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import ENGINE, PASSWORD, STOW, Gantry, instance, multipart

API = "/api/v1"
EX_DATAERR, EX_TEMPFAIL, EX_NOINPUT, EX_CONFIG = 65, 75, 66, 78


def ids(folder):
    return sorted(os.path.basename(os.path.dirname(path)) for path in glob.glob(folder + "/backups/*/manifest.json"))


def stored(folder):
    return {os.path.basename(path): path for path in glob.glob(folder + "/objects/*/*")}


def read(path):
    with open(path, "rb") as file:
        return file.read()


class BackupCase(harness.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = cls.gantry.folder + "/safe"
        cls.send("1.2.3", range(1, 9))
        study = cls.gantry.get(API + "/studies").json["items"][0]
        cls.study_id = study["id"]
        made = cls.gantry.request("POST", API + "/users", {"email": "doctor@clinic.example", "name": "Dr. Who", "role": "radiologist", "password": PASSWORD})
        assert made.status == 201, made.body
        doctor = cls.gantry.sign_in("doctor@clinic.example").json["access_token"]
        made = cls.gantry.request("POST", f"{API}/studies/{study['id']}/reports", {"title": "CT head", "sections": [{"heading": "Findings", "text": "None."}]}, token=doctor)
        assert made.status == 201, made.body
        cls.report_id = made.json["id"]
        for step, body in (("submit", None), ("sign", {"password": PASSWORD})):
            made = cls.gantry.request("POST", f"{API}/reports/{cls.report_id}/{step}", body, {"If-Match": f'"{made.json["version"]}"'}, token=doctor)
            assert made.status == 200, made.body
        until = time.monotonic() + 60  # its documents go into the study
        while not (tasks := cls.gantry.get(API + "/tasks?kind=store_report").json["items"]) or any(task["state"] not in ("succeeded", "failed") for task in tasks):
            assert time.monotonic() < until, tasks
            time.sleep(0.05)

    @classmethod
    def send(cls, study, numbers):
        for n in numbers:
            answer = cls.gantry.request("POST", "/dicom-web/studies", multipart([instance(n, study, study + ".4", pixels=128)]), STOW)
            assert answer.status == 200, answer.body

    def backup(self, *arguments, folder=None, code=0):
        done = self.gantry.run("backup", folder or self.folder, *arguments)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout.decode()

    def verify(self, folder=None, *arguments, code=0):
        done = self.gantry.run("verify-backup", folder or self.folder, *arguments)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout.decode()

    def new_folder(self):
        folder = tempfile.mkdtemp(prefix="gantry-test-")
        self.addCleanup(shutil.rmtree, folder, True)
        return folder

    def new_place(self):
        place = Gantry(harness.BINARY)
        self.addCleanup(place.remove)
        return place


class Restoring(BackupCase):
    ADDRESSES = ["/dicom-web/studies?includefield=all", "/dicom-web/studies/1.2.3/metadata", "/dicom-web/studies/1.2.3/series/1.2.3.4/instances/1.2.3.4.3/frames/1",
                 API + "/studies", API + "/users", API + "/organization"]

    def answers(self, place, numbers):
        """What a client sees, without what is made anew with each answer."""
        seen = {}
        for path in self.ADDRESSES + [f"{API}/reports/{self.report_id}"]:
            answer = place.get(path)
            self.assertEqual(answer.status, 200, path + " " + str(answer.body[:300]))
            seen[path] = answer.body.replace(str(place.port).encode(), b"PORT")
        for n in numbers:
            answer = place.get(f"/dicom-web/studies/1.2.3/series/1.2.3.4/instances/1.2.3.4.{n}", headers={"Accept": "application/dicom; transfer-syntax=*"})
            seen[n] = hashlib.sha256(answer.body).hexdigest() if answer.headers["content-type"].startswith("application/dicom") else answer.status
        return seen

    def test_under_load_and_back_into_an_empty_installation(self):
        before = self.answers(self.gantry, range(1, 9))
        stop, sent, failures = threading.Event(), [], []

        def load(sender):
            n = 0
            while not stop.is_set():
                n += 1
                study = f"1.2.77.{sender}"
                answer = self.gantry.request("POST", "/dicom-web/studies", multipart([instance(n, study, study + ".4")]), STOW)
                (sent if answer.status == 200 else failures).append((study, n, answer.status))
        senders = [threading.Thread(target=load, args=(i,)) for i in range(3)]
        for sender in senders:
            sender.start()
        while len(sent) < 30:
            time.sleep(0.02)
        acknowledged = list(sent)  # before it began: all of them are in it
        said = self.backup()
        during = len(sent)
        stop.set()
        for sender in senders:
            sender.join()
        self.assertEqual(failures, [])
        self.assertGreater(during, len(acknowledged), "nobody waited for the backup")
        self.assertIn("0 problems", self.verify())
        count = int(said.split(": ")[1].split()[0])
        self.assertGreaterEqual(count, 8 + len(acknowledged))

        place = self.new_place()
        done = place.run("restore", self.folder)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        if ENGINE == "sqlite":
            self.assertEqual(stat.S_IMODE(os.stat(place.folder + "/data/secret.key").st_mode), 0o600)
            self.assertEqual(stat.S_IMODE(os.stat(place.folder + "/data/gantry.db").st_mode), 0o600)
        self.assertEqual(len(place.objects()), count)
        # not a second time, and not over one that has anything
        self.assertEqual(place.run("restore", self.folder).returncode, EX_TEMPFAIL)
        place.start()
        self.addCleanup(place.stop)
        old_token = self.gantry.token
        place.token = old_token
        self.assertEqual(place.get(API + "/auth/me").status, 200, "a token of the one is a token of the other")
        place.use_administrator()
        after = self.answers(place, range(1, 9))
        for what in [*range(1, 9), "/dicom-web/studies/1.2.3/metadata", self.ADDRESSES[2], f"{API}/reports/{self.report_id}"]:
            self.assertEqual(after[what], before[what], what)
        users = {user["email"]: user["id"] for user in json.loads(after[API + "/users"])["items"]}
        self.assertEqual(users, {user["email"]: user["id"] for user in json.loads(before[API + "/users"])["items"]})
        self.assertGreater(json.loads(after[API + "/organization"])["used_size"], json.loads(before[API + "/organization"])["used_size"])
        for study, n, _ in acknowledged:
            answer = place.get(f"/dicom-web/studies/{study}/series/{study}.4/instances/{study}.4.{n}", headers={"Accept": "application/dicom; transfer-syntax=*"})
            self.assertEqual(answer.status, 200, (study, n))
            self.assertEqual(answer.body, self.gantry.get(f"/dicom-web/studies/{study}/series/{study}.4/instances/{study}.4.{n}",
                                                          headers={"Accept": "application/dicom; transfer-syntax=*"}).body)
        self.assertEqual(place.sign_in("doctor@clinic.example").status, 200)
        # it goes on where it was: new keys clash with none
        answer = place.request("POST", "/dicom-web/studies", multipart([instance(1, "1.2.88", "1.2.88.4")]), STOW)
        self.assertEqual(answer.status, 200, answer.body)
        made = place.request("POST", API + "/users", {"email": "new@clinic.example", "name": "New", "role": "viewer", "password": PASSWORD})
        self.assertEqual(made.status, 201, made.body)
        place.stop()
        verified = place.run("verify")
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
        self.assertIn(b" 0 damaged or missing", verified.stdout)
        self.assertIn(b"0 trails broken", verified.stdout)

    def test_a_restore_that_was_interrupted_goes_on(self):
        folder = self.new_folder()
        self.backup(folder=folder)
        place = self.new_place()
        victim = sorted(stored(folder).values())[-1]
        shutil.move(victim, victim + ".away")
        done = place.run("restore", folder)
        self.assertNotEqual(done.returncode, 0)
        self.assertGreater(len(place.objects()), 1)
        started = place.run("serve")
        self.assertEqual(started.returncode, EX_CONFIG, started.stderr)
        self.assertIn(b"restore", started.stderr)
        shutil.move(victim + ".away", victim)
        self.backup(folder=folder)
        first, second = ids(folder)
        self.assertEqual(place.run("restore", folder).returncode, EX_TEMPFAIL, "another one now")
        done = place.run("restore", folder, first)
        self.assertEqual(done.returncode, 0, done.stderr)
        verified = place.run("verify")
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)

    def test_another_secret_is_refused(self):
        folder = self.new_folder()
        self.backup(folder=folder)
        place = self.new_place()
        place.environment["GANTRY_SECRET_KEY"] = "x" * 40
        done = place.run("restore", folder)
        self.assertEqual(done.returncode, EX_DATAERR, done.stderr)
        self.assertEqual(place.objects(), [])


class Flaws(BackupCase):
    def test_only_what_is_new_is_copied(self):
        folder = self.new_folder()
        self.assertNotIn(" 0 of them new", self.backup(folder=folder))
        self.assertIn(" 0 of them new", self.backup(folder=folder))
        self.send("1.2.40", [1, 2])
        self.assertIn(" 2 of them new", self.backup(folder=folder))
        self.assertEqual(len(ids(folder)), 3)
        for path in glob.glob(folder + "/**", recursive=True):
            mode = stat.S_IMODE(os.stat(path).st_mode)
            self.assertIn(mode, (0o600, 0o700), path)

    def test_a_flipped_byte_and_a_missing_object_are_found(self):
        folder = self.new_folder()
        self.backup(folder=folder)
        self.assertIn(" 0 problems", self.verify(folder))
        flipped, missing = sorted(stored(folder))[:2]
        with open(stored(folder)[flipped], "r+b") as file:
            byte = file.read(1)
            file.seek(0)
            file.write(bytes([byte[0] ^ 1]))
        os.remove(stored(folder)[missing])
        said = self.verify(folder, code=EX_DATAERR)
        self.assertIn("damaged object: " + flipped, said)
        self.assertIn("missing object: " + missing, said)
        self.assertIn(" 2 problems", said)
        place = self.new_place()
        self.assertNotEqual(place.run("restore", folder).returncode, 0)
        # the next one brings both back, for all backups of the folder
        self.assertIn(" 2 of them new", self.backup("--full", folder=folder))
        for name in ids(folder):
            self.assertIn(" 0 problems", self.verify(folder, name))

    def test_each_file_is_under_a_hash(self):
        folder = self.new_folder()
        self.backup(folder=folder)
        name, = ids(folder)
        for path in sorted(glob.glob(f"{folder}/backups/{name}/*")):
            if not os.path.getsize(path):
                continue
            with open(path, "r+b") as file:
                at = os.path.getsize(path) // 2
                file.seek(at)
                byte = file.read(1)
                file.seek(at)
                file.write(bytes([byte[0] ^ 4]))
            done = self.gantry.run("verify-backup", folder)
            self.assertEqual(done.returncode, EX_DATAERR, path)
            place = self.new_place()
            self.assertEqual(place.run("restore", folder).returncode, EX_DATAERR, path)
            self.assertFalse(place.objects())
            with open(path, "r+b") as file:
                file.seek(at)
                file.write(byte)
        self.verify(folder)
        self.assertEqual(subprocess.run(["sha256sum", "-c", "--quiet", "manifest.sha256"], cwd=f"{folder}/backups/{name}").returncode, 0)

    def test_one_that_was_interrupted_is_none(self):
        folder = self.new_folder()
        self.backup(folder=folder)
        name, = ids(folder)
        self.send("1.2.41", range(1, 40))
        killed = 0
        for attempt in range(12):
            process = subprocess.Popen([self.gantry.binary, "backup", folder], env=self.gantry.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                process.wait(0.02 + 0.02 * attempt)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                killed += 1
            for found in ids(folder):
                self.verify(folder, found)
        self.assertGreater(killed, 2)
        # its lease is another's to take after half a minute; nothing of it is taken for a backup
        self.backup(folder=folder)
        self.assertEqual(glob.glob(folder + "/backups/.partial-*"), [])
        self.assertIn(" 0 problems", self.verify(folder))
        self.verify(folder, name)

    def test_the_last_n_stay_and_what_nobody_needs_goes(self):
        folder = self.new_folder()
        self.backup(folder=folder)
        os.makedirs(folder + "/objects/ab", exist_ok=True)
        with open(folder + "/objects/ab/" + "ab" * 32, "w") as file:
            file.write("of a backup that is gone")
        self.backup(folder=folder)
        self.backup("--keep=2", folder=folder)
        self.assertEqual(len(ids(folder)), 2)
        self.assertNotIn("ab" * 32, stored(folder))
        for name in ids(folder):
            self.assertIn(" 0 problems", self.verify(folder, name))
        last = ids(folder)[-1]
        self.backup("--keep=1", folder=folder)
        self.assertNotIn(last, ids(folder))
        self.assertIn(" 0 problems", self.verify(folder))
        self.assertEqual(self.gantry.run("verify-backup", folder, last).returncode, EX_NOINPUT)
        self.assertEqual(self.gantry.run("backup", folder, "--keep=x").returncode, 64)


class Tasks(harness.Case):
    @classmethod
    def setUpClass(cls):
        cls.gantry = Gantry(harness.BINARY)
        cls.folder = cls.gantry.folder + "/safe"
        cls.gantry.environment["GANTRY_BACKUP_FOLDER"] = cls.folder
        cls.gantry.environment["GANTRY_BACKUP_KEEP"] = "2"
        cls.gantry.start()
        cls.gantry.use_administrator()
        answer = cls.gantry.request("POST", "/dicom-web/studies", multipart([instance(n) for n in range(1, 6)]), STOW)
        assert answer.status == 200, answer.body

    def run_kind(self, kind, token=True):
        made = self.gantry.request("POST", API + "/schedules", {"name": f"{kind} {time.monotonic_ns()}", "kind": kind, "expression": "@daily"}, token=token)
        self.assertEqual(made.status, 201, made.body)
        task = self.gantry.request("POST", f"{API}/schedules/{made.json['id']}/run", token=token).json
        until = time.monotonic() + 60
        while task["state"] not in ("succeeded", "failed"):
            self.assertLess(time.monotonic(), until, task)
            time.sleep(0.05)
            task = self.gantry.get(f"{API}/tasks/{task['id']}", token=token).json
        return task

    def test_it_comes_by_a_schedule_and_the_last_two_stay(self):
        for _ in range(3):
            task = self.run_kind("backup")
            self.assertEqual(task["state"], "succeeded", task)
            self.assertIn("5 objects", task["outcome"])
        self.assertEqual(len(ids(self.folder)), 2)
        self.assertEqual(self.gantry.run("verify-backup", self.folder).returncode, 0)

    def test_another_organization_backs_nothing_up(self):
        task = self.run_kind("backup", token=self.gantry.other_clinic())
        self.assertEqual((task["state"], task["last_error"]), ("failed", "the first organization alone backs the installation up"))

    def test_the_check_of_the_storage_brings_objects_back(self):
        self.assertEqual(self.run_kind("backup")["state"], "succeeded")
        root = self.gantry.folder + "/data/storage/objects/"
        damaged, missing, lost = self.gantry.objects()[:3]
        content = read(f"{root}{damaged[:2]}/{damaged}")
        with open(f"{root}{damaged[:2]}/{damaged}", "r+b") as file:
            file.write(b"\xff")
        os.remove(f"{root}{missing[:2]}/{missing}")
        task = self.run_kind("verify_storage")
        self.assertEqual((task["state"], task["outcome"]), ("succeeded", "5 objects were read, 0 are damaged or missing, 2 were brought back from a backup"))
        self.assertEqual(read(f"{root}{damaged[:2]}/{damaged}"), content)
        self.assertIn(missing, self.gantry.objects())
        # what the backup has damaged too is not put there
        with open(f"{root}{lost[:2]}/{lost}", "r+b") as file:
            file.write(b"\xff")
        kept = f"{self.folder}/objects/{lost[:2]}/{lost}"
        good = read(kept)
        with open(kept, "r+b") as file:
            file.write(b"\xff")
        task = self.run_kind("verify_storage")
        self.assertEqual((task["state"], task["last_error"]), ("failed", "5 objects were read, 1 are damaged or missing"))
        with open(kept, "wb") as file:
            file.write(good)
        self.assertEqual(self.run_kind("verify_storage")["state"], "succeeded")


class Unset(harness.Case):
    def test_without_a_folder_it_says_so(self):
        made = self.gantry.request("POST", API + "/schedules", {"name": "b", "kind": "backup", "expression": "@daily"})
        self.assertEqual(made.status, 201, made.body)
        task = self.gantry.request("POST", f"{API}/schedules/{made.json['id']}/run").json
        while task["state"] not in ("succeeded", "failed"):
            time.sleep(0.05)
            task = self.gantry.get(f"{API}/tasks/{task['id']}").json
        self.assertEqual(task["state"], "failed")
        self.assertIn("GANTRY_BACKUP_FOLDER", task["last_error"])
        self.assertEqual(self.gantry.run("backup").returncode, 64)


if __name__ == "__main__":
    harness.main()
