"""The real program on a real S3 with a stub in front that does wrong: what was acknowledged is there, what is served is right, and
whoever could not be served was told to come again."""
import io
import os
import random
import shutil
import subprocess
import sys
import threading
import time
import unittest
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, ".."), os.path.join(HERE, "../../servers")]
import harness
import s3
from harness import STOW, Gantry, instance, multipart

STUDY, SERIES = "1.2.3", "1.2.3.4"
BASE = f"/dicom-web/studies/{STUDY}/series/{SERIES}/instances/"
ONE = {"Accept": "application/dicom"}


class S3Case(unittest.TestCase):
    """One server of each kind for all; a prefix, hence an archive, for each test."""
    count = 0

    @classmethod
    def setUpClass(cls):
        cls.s3 = s3.S3().start()

    @classmethod
    def tearDownClass(cls):
        cls.s3.stop()

    def setUp(self):
        S3Case.count += 1
        self.stub = self.s3.stub
        self.gantry = self.make(f"test-{os.getpid()}-{S3Case.count}")
        self.gantry.start()
        self.gantry.use_administrator()
        self.stored = {}  # number of an acknowledged instance: its bytes

    def make(self, prefix, folder=None):
        gantry = Gantry(harness.BINARY, folder=folder)
        gantry.environment.update({"GANTRY_STORAGE_URL": self.s3.storage_url(prefix), "GANTRY_S3_ACCESS_KEY_ID": s3.KEY,
                                   "GANTRY_S3_SECRET_ACCESS_KEY": s3.SECRET})
        return gantry

    def tearDown(self):
        self.stub.fault = None
        code, log = self.gantry.stop(), self.gantry.log()
        self.gantry.remove()
        violations, self.stub.violations = self.stub.violations, []
        self.assertEqual((code, violations), (0, []), log[-4000:])
        self.assertNotIn("Sanitizer", log)
        self.assertNotIn(s3.SECRET + '"', log)

    def store(self, *numbers, **options):
        """One request; what it acknowledges is noted."""
        parts = [instance(number, **options) for number in numbers]
        answer = self.gantry.request("POST", "/dicom-web/studies", multipart(parts), STOW)
        if answer.status in (200, 202):
            for item in answer.json.get("00081199", {}).get("Value", []):
                number = int(item["00081155"]["Value"][0].rsplit(".", 1)[1])
                self.stored[number] = parts[numbers.index(number)]
        return answer

    def assertUnavailable(self, answer):
        self.assertEqual(answer.status, 503, answer.body)
        self.assertIn("retry-after", answer.headers)

    def forget_cache(self):
        """What is read next comes from far away."""
        self.gantry.stop()
        shutil.rmtree(self.gantry.folder + "/data/cache")
        self.gantry.start()
        self.gantry.use_administrator()

    def assertAllThere(self):
        for number, content in self.stored.items():
            answer = self.gantry.get(BASE + f"{SERIES}.{number}", headers=ONE)
            self.assertEqual(answer.status, 200, answer.body[:500])
            self.assertEqual(answer.body, content)
        done = self.gantry.run("verify")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn(b" 0 damaged or missing", done.stdout)

    def assertNormalAgain(self, seconds=3):
        """Service as before, soon after the fault has ended."""
        begin = time.monotonic()
        while self.store(999).status != 200:
            self.assertLess(time.monotonic() - begin, seconds)
            time.sleep(0.1)
        self.assertLess(time.monotonic() - begin, seconds)


class Faults(S3Case):
    def battery(self, fault, share, requests=8, only=lambda request: True, **options):
        """Stores and reads while so large a share of the requests goes wrong, then looks at what came of it."""
        dice = random.Random(1)
        self.store(0, **options)
        self.gantry.environment["GANTRY_STORAGE_CACHE_SIZE"] = "0"
        self.forget_cache()
        slowest, refused, wrong = 0, 0, 0
        self.stub.fault = lambda request: fault if only(request) and dice.random() < share else None
        for number in range(1, requests + 1):
            begin = time.monotonic()
            answer = self.store(number, **options)
            if answer.status != 200:
                self.assertUnavailable(answer)
                refused += 1
            answer = self.gantry.get(BASE + f"{SERIES}.0", headers=ONE)
            if answer.status == 200:
                wrong += answer.body != self.stored[0]
            else:
                self.assertUnavailable(answer)
            slowest = max(slowest, time.monotonic() - begin)
        self.stub.fault = None
        self.assertNormalAgain()
        faults = sum(r.fault is not None for r in self.stub.log)
        self.assertAllThere()
        print(f"faults {faults}, acknowledged {len(self.stored)}, refused {refused}, lost 0, wrong {wrong}, slowest {slowest:.1f} s")
        self.assertEqual(wrong, 0)
        self.assertGreater(faults, 0)
        self.assertLess(slowest, 21)
        self.stub.log.clear()
        return refused

    def test_500_is_tried_again(self):
        self.battery({"status": 500}, 0.3)

    def test_503_with_retry_after_is_waited_for(self):
        self.battery({"status": 503, "code": "SlowDown", "retry_after": 1}, 0.2, requests=6)

    def test_a_server_that_only_says_slow_down(self):
        self.assertEqual(self.battery({"status": 503, "code": "SlowDown"}, 1, requests=3), 3)

    def test_closed_connections(self):
        self.battery({"reset": True}, 0.3)

    def test_cut_bodies(self):
        self.battery({"cut": True}, 0.3)

    def test_wrong_entity_tags(self):
        self.battery({"etag": lambda etag: '"' + "0" * 32 + '"'}, 0.3)

    def test_wrong_bytes(self):
        self.battery({"body": lambda body: body[:-1] + bytes([body[-1] ^ 1]) if body else body}, 0.5,
                     only=lambda r: r.method == "GET" and r.key)

    def test_bytes_too_few_or_too_many(self):
        self.battery({"body": lambda body: body[:-1] if len(body) % 2 else body + b"x"}, 0.5,
                     only=lambda r: r.method == "GET" and r.key)

    def test_writes_that_were_said_to_be_made_and_are_not(self):
        self.battery({"lost": True}, 0.5, only=lambda r: r.method == "PUT")

    def test_an_object_that_is_missing_for_a_while(self):
        self.battery({"status": 404, "code": "NoSuchKey"}, 0.4, only=lambda r: r.method == "HEAD")

    def test_a_bucket_that_is_missing_for_a_while(self):
        self.battery({"status": 404, "code": "NoSuchBucket"}, 0.4, only=lambda r: r.method != "HEAD", requests=6)

    def test_refusals_are_not_tried_again(self):
        self.stub.fault = lambda request: {"status": 403, "code": "AccessDenied"} if request.method == "PUT" else None
        before = len(self.stub.log)
        self.assertUnavailable(self.store(1))
        self.assertEqual([r.status for r in self.stub.log[before:] if r.method == "PUT"], [403])
        self.stub.fault = None
        self.assertNormalAgain()


class Away(S3Case):
    def test_a_black_hole(self):
        self.store(0)
        self.forget_cache()
        self.stub.fault = lambda request: {"black_hole": True}
        begin = time.monotonic()
        self.assertUnavailable(self.store(1))
        first = time.monotonic() - begin
        self.assertLess(first, 12)
        begin = time.monotonic()
        self.assertUnavailable(self.gantry.get(BASE + f"{SERIES}.0", headers=ONE))
        self.assertLess(time.monotonic() - begin, 5)  # known to be away
        self.assertEqual(self.gantry.get("/healthz", token=None).status, 200)
        self.assertEqual(self.gantry.get("/readyz", token=None).status, 503)
        self.assertEqual(self.gantry.get("/dicom-web/studies").status, 200)
        self.stub.fault = None
        begin = time.monotonic()
        self.assertNormalAgain()
        print(f"refused after {first:.1f} s, normal {time.monotonic() - begin:.1f} s after the end")
        while self.gantry.get("/readyz", token=None).status != 200:
            self.assertLess(time.monotonic() - begin, 3)
            time.sleep(0.1)
        self.assertAllThere()

    def test_a_frozen_server(self):
        self.store(0)
        self.s3.freeze()
        self.addCleanup(self.s3.thaw)
        begin = time.monotonic()
        self.assertUnavailable(self.store(1, **Large.OPTIONS))  # silence is not longer for many bytes
        self.assertLess(time.monotonic() - begin, 24)
        self.s3.thaw()
        self.assertNormalAgain()
        self.assertAllThere()

    def test_what_is_cached_is_served_meanwhile(self):
        self.store(0)
        self.stub.fault = lambda request: {"reset": True}
        answer = self.gantry.get(BASE + f"{SERIES}.0", headers=ONE)
        self.assertEqual((answer.status, answer.body), (200, self.stored[0]))

    def test_it_starts_without_the_server_and_finds_it_later(self):
        self.store(0)
        self.gantry.stop()
        self.stub.fault = lambda request: {"reset": True}
        self.gantry.start()
        self.gantry.use_administrator()
        self.assertUnavailable(self.store(1))
        self.stub.fault = None
        self.assertNormalAgain()
        self.assertAllThere()


class Reads(S3Case):
    def gets(self):
        return [(r.range, r.status, r.sent) for r in self.stub.log if r.method == "GET" and "/objects/" in r.path]

    def test_a_frame_is_one_ranged_get_of_its_size(self):
        self.store(1, pixels=64, frames=5)
        size = 64 * 64 * 2
        self.forget_cache()
        self.stub.log.clear()
        for _ in range(2):
            answer = self.gantry.get(BASE + f"{SERIES}.1/frames/3", headers={"Accept": "application/octet-stream"})
            self.assertEqual(answer.status, 200, answer.body)
            self.assertEqual(answer.body, self.stored[1][-3 * size:-2 * size])
        (asked, status, sent), = self.gets()
        first = len(self.stored[1]) - 3 * size
        self.assertEqual((asked, status, sent), (f"bytes={first}-{first + size - 1}", 206, size))
        self.gantry.stop()  # and none after a restart
        self.gantry.start()
        self.gantry.use_administrator()
        answer = self.gantry.get(BASE + f"{SERIES}.1/frames/3", headers={"Accept": "application/octet-stream"})
        self.assertEqual(answer.body, self.stored[1][-3 * size:-2 * size])
        self.assertEqual(len(self.gets()), 1)

    def test_frames_of_a_multipart_answer(self):
        self.store(1, pixels=64, frames=5)
        self.forget_cache()
        self.stub.log.clear()
        answer = self.gantry.get(BASE + f"{SERIES}.1/frames/1,4",
                                 headers={"Accept": 'multipart/related; type="application/octet-stream"'})
        self.assertEqual(answer.status, 200, answer.body[:300])
        size = 64 * 64 * 2
        for frame in (1, 4):
            start = len(self.stored[1]) - (6 - frame) * size
            self.assertIn(self.stored[1][start:start + size], answer.body)
        self.assertEqual([g[1:] for g in self.gets()], [(206, size)] * 2)

    def test_wrong_ranges_are_not_served(self):
        self.store(1, pixels=64, frames=5)
        self.forget_cache()
        path, accept = BASE + f"{SERIES}.1/frames/2", {"Accept": "application/octet-stream"}
        for fault in ({"content_range": lambda value: "bytes 0-8191/99999"}, {"content_range": lambda value: "none"},
                      {"body": lambda body: body[:-1]}, {"body": lambda body: body + b"x"}, {"cut": True}):
            self.stub.fault = lambda request, fault=fault: fault
            self.assertUnavailable(self.gantry.get(path, headers=accept))
        self.stub.fault = None
        answer = self.gantry.get(path, headers=accept)
        self.assertEqual((answer.status, answer.body), (200, self.stored[1][-4 * 8192:-3 * 8192]))

    def test_what_was_just_stored_is_not_fetched(self):
        self.store(1)
        self.assertAllThere()
        self.assertEqual([g for g in self.gets() if g[0] is None and self.gantry.folder in g], [])

    def test_whole_studies(self):
        self.store(*range(1, 9))
        self.forget_cache()
        answer = self.gantry.get(f"/dicom-web/studies/{STUDY}", headers={"Accept": 'multipart/related; type="application/dicom"'})
        self.assertEqual(answer.status, 200)
        for content in self.stored.values():
            self.assertIn(content, answer.body)

    def test_a_multipart_answer_of_what_is_away_is_a_503(self):
        self.store(*range(1, 4))
        self.forget_cache()
        self.stub.fault = lambda request: {"status": 500}
        self.assertUnavailable(self.gantry.get(f"/dicom-web/studies/{STUDY}",
                                               headers={"Accept": 'multipart/related; type="application/dicom"'}))

    def test_an_archive_fetches_each_object_once(self):
        """Checksums are made of the bytes that pass, not of a second look at them."""
        self.store(*range(1, 7), pixels=1024)
        self.forget_cache()
        before = len(self.gets())
        whole = self.gantry.get(f"/dicom-web/studies/{STUDY}", headers={"Accept": "application/zip"})
        with zipfile.ZipFile(io.BytesIO(whole.body)) as archive:
            self.assertIsNone(archive.testzip())
            files = [archive.read(name) for name in archive.namelist()[1:]]
        self.assertEqual(files, list(self.stored.values()))
        self.assertLess(sum(sent for _, _, sent in self.gets()[before:]), 1.1 * len(whole.body))
        self.forget_cache()  # and the checksums
        for wanted in ("bytes=3000000-", "bytes=-50", "bytes=-2100000"):
            part = self.gantry.get(f"/dicom-web/studies/{STUDY}", headers={"Accept": "application/zip", "Range": wanted})
            self.assertEqual(part.status, 206)
            self.assertTrue(whole.body.endswith(part.body) and len(part.body) >= 50, wanted)

    def test_an_archive_of_what_is_away_is_a_503(self):
        self.store(*range(1, 4))
        self.forget_cache()
        self.stub.fault = lambda request: {"status": 500}
        for kind in ("application/zip", "application/x-tar"):
            self.assertUnavailable(self.gantry.get(f"/dicom-web/studies/{STUDY}", headers={"Accept": kind}))

    def test_a_killed_server_keeps_what_it_acknowledged(self):
        killer = threading.Timer(1, self.gantry.process.kill)
        killer.start()
        number = 0
        try:
            while True:
                number += 1
                self.assertEqual(self.store(number).status, 200)
        except OSError:
            pass
        killer.join()
        self.gantry.kill()
        self.gantry.start()
        self.gantry.use_administrator()
        self.assertGreater(len(self.stored), 0)
        self.assertAllThere()

    def test_a_small_cache_stays_small(self):
        self.gantry.stop()
        self.gantry.environment["GANTRY_STORAGE_CACHE_SIZE"] = "1"
        self.gantry.start()
        self.gantry.use_administrator()
        for number in range(1, 13):
            self.store(number, pixels=256)  # 128 KiB
        size = sum(os.path.getsize(os.path.join(folder, name)) for folder, _, names in os.walk(self.gantry.folder + "/data/cache")
                   for name in names)
        self.assertLessEqual(size, 1 << 20)
        self.assertGreater(size, 1 << 19)
        self.assertAllThere()


class Large(S3Case):
    """36 MiB: three parts."""
    OPTIONS = {"pixels": 1024, "frames": 18}

    def test_parts(self):
        self.stub.log.clear()
        self.assertEqual(self.store(1, **self.OPTIONS).status, 200)
        sizes = [len(r.body) for r in self.stub.log if r.method == "PUT"]
        self.assertEqual((len(sizes), max(sizes), sum(sizes)), (3, 16 << 20, len(self.stored[1])))
        self.assertEqual(self.stub.uploads, {})
        self.forget_cache()
        self.assertAllThere()

    def test_an_error_behind_a_good_status(self):
        answers = [{"body": lambda body: s3_error()}] * 2
        self.stub.fault = lambda r: answers.pop() if r.method == "POST" and "uploadId" in r.query and answers else None
        self.assertEqual(self.store(1, **self.OPTIONS).status, 200)
        self.assertEqual(answers, [])
        self.stub.fault = None
        self.forget_cache()
        self.assertAllThere()

    def test_a_failed_upload_leaves_no_parts(self):
        self.stub.fault = lambda r: {"status": 403, "code": "AccessDenied"} if r.query.get("partNumber") == "2" else None
        self.assertUnavailable(self.store(1, **self.OPTIONS))
        self.assertEqual(self.stub.uploads, {})
        self.stub.fault = None
        self.assertNormalAgain()


def s3_error():
    import s3_stub
    return s3_stub.error_body("InternalError")


class Starts(unittest.TestCase):
    def setUp(self):
        self.s3 = s3.S3().start()
        self.gantry = Gantry(harness.BINARY)
        self.gantry.environment["GANTRY_STORAGE_URL"] = self.s3.storage_url("x")

    def tearDown(self):
        self.gantry.stop()
        self.gantry.remove()
        self.s3.stop()

    def refused(self, **environment):
        done = subprocess.run([harness.BINARY, "serve"], env={**self.gantry.environment, "HOME": "/nonexistent", **environment},
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
        self.assertEqual(done.returncode, 78, done.stderr)
        self.assertNotIn("wrong-secret", done.stderr)
        return done.stderr

    def test_what_an_administrator_has_to_put_right_is_said(self):
        keys = {"GANTRY_S3_ACCESS_KEY_ID": s3.KEY, "GANTRY_S3_SECRET_ACCESS_KEY": s3.SECRET}
        url = self.gantry.environment["GANTRY_STORAGE_URL"]
        self.assertIn("no keys for S3", self.refused())
        self.assertIn("secret access key", self.refused(**{**keys, "GANTRY_S3_SECRET_ACCESS_KEY": "wrong-secret"}))
        self.assertIn("does not know the access key", self.refused(**{**keys, "GANTRY_S3_ACCESS_KEY_ID": "nobody"}))
        self.assertIn("bucket", self.refused(**keys, GANTRY_STORAGE_URL=url.replace("s3://gantry", "s3://nowhere")))
        self.assertIn("colour is not an option", self.refused(**keys, GANTRY_STORAGE_URL=url + "&colour=red"))
        self.assertIn("must begin with file: or s3://", self.refused(**keys, GANTRY_STORAGE_URL="ftp://x"))

    def test_keys_from_the_shared_file_are_taken_up_when_they_change(self):
        path = self.gantry.folder + "/credentials"

        def write(key, secret):
            with open(path + ".new", "w") as file:
                file.write(f"[images]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n")
            os.replace(path + ".new", path)

        write(s3.KEY, s3.SECRET)
        self.gantry.environment.update({"AWS_SHARED_CREDENTIALS_FILE": path, "AWS_PROFILE": "images"})
        self.gantry.start()
        self.gantry.use_administrator()
        stow = lambda n: self.gantry.request("POST", "/dicom-web/studies", multipart([instance(n)]), STOW).status
        self.assertEqual(stow(1), 200)
        self.s3.stub.secret = "another"
        self.assertEqual(stow(2), 503)
        write(s3.KEY, "another")
        self.assertEqual(stow(3), 200)


if __name__ == "__main__":
    s3.packages()
    harness.main()
