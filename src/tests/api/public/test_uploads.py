"""Uploads in parts: any order, again, under kill -9 of either side, on another node, and archives that are made to harm."""
import base64
import hashlib
import io
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import zipfile
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "../../servers")]
import s3
from public import Program, harness, make_key, pieces, program, sha256, zipped
from harness import instance

LEASE_SECONDS = 15

# A client that sends a part slowly, to be killed in the middle.
SLOW_CLIENT = """
import socket, sys, time
port, path, key, size = int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
peer = socket.create_connection(("127.0.0.1", port))
peer.sendall(f"PUT {path} HTTP/1.1\\r\\nHost: x\\r\\nAuthorization: Bearer {key}\\r\\nContent-Type: application/octet-stream\\r\\n"
             f"Content-Length: {size}\\r\\n\\r\\n".encode() + b"x" * (size // 2))
print("half", flush=True)
time.sleep(60)
"""


def study(number, count=6, pixels=64):
    return [(f"CT/IM{n:04}", instance(n, f"1.9.{number}", f"1.9.{number}.1", patient=f"U{number}", pixels=pixels))
            for n in range(1, count + 1)]


def outcomes(answer):
    return {file["name"]: file["outcome"] for file in answer.json["files"]}


class Uploads(harness.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.asker = program(cls.gantry, requests_per_minute=100000)

    def assertStored(self, files):
        """Each of them, byte for byte."""
        objects = self.gantry.objects()
        for _, data in files:
            self.assertIn(sha256(data), objects)

    def test_parts_in_any_order_and_twice(self):
        files = study(1)
        data = zipped(files)
        upload = self.asker.create(data, sha256=sha256(data))
        parts = list(enumerate(pieces(data, len(data) // 7 + 1), 1))
        for number, part in parts[::-1] + parts[:3]:
            answer = self.asker.put(upload, number, part)
            self.assertEqual((answer.status, answer.json["number"], answer.json["size"], answer.json["sha256"]),
                             (200, number, len(part), sha256(part)))
        state = self.asker.get(f"/uploads/{upload}").json
        self.assertEqual((state["state"], state["part_count"], state["received_size"]), ("open", len(parts), len(data)))
        listed = self.asker.get(f"/uploads/{upload}/parts?after=2").json
        self.assertEqual([part["number"] for part in listed["items"]], [number for number, _ in parts[2:]])
        done = self.asker.complete(upload)
        self.assertEqual((done.status, done.json["state"], done.json["stored_count"]), (200, "completed", len(files)))
        self.assertEqual(outcomes(done), {name: "stored" for name, _ in files})
        self.assertStored(files)
        again = self.asker.complete(upload)
        self.assertEqual(again.json, done.json)
        self.assertEqual(self.asker.upload_zip(data).json["there_count"], len(files))
        found = self.asker.get("/studies?study_instance_uid=1.9.1").json["items"]
        self.assertEqual((found[0]["instance_count"], found[0]["id"]), (len(files), done.json["files"][0]["study_id"]))
        page = self.asker.get(f"/uploads/{upload}/files?page_size=2&page=2").json
        self.assertEqual((page["total"], [file["number"] for file in page["items"]]), (len(files), [3, 4]))

    def test_parts_at_the_same_time(self):
        data = zipped(study(2, 12), zipfile.ZIP_STORED)
        upload = self.asker.create(data)
        parts = list(enumerate(pieces(data, len(data) // 16 + 1), 1))
        answers = []

        def send(mine):
            for number, part in mine:
                answers.append(self.asker.put(upload, number, part).status)
        threads = [threading.Thread(target=send, args=(parts[n::8],)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(set(answers), {200})
        self.assertEqual(self.asker.complete(upload).json["stored_count"], 12)

    def test_two_who_complete_it(self):
        data = zipped(study(12, 150, 16))
        upload = self.asker.create(data)
        self.assertEqual(self.asker.put(upload, 1, data).status, 200)
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(self.asker.complete(upload))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertIn(200, [answer.status for answer in answers])
        self.assertLessEqual({answer.status for answer in answers}, {200, 409})
        done = self.asker.get(f"/uploads/{upload}").json
        self.assertEqual((done["state"], done["stored_count"], done["there_count"]), ("completed", 150, 0))
        self.assertEqual(self.asker.get(f"/uploads/{upload}/files").json["total"], 150)

    def test_a_folder(self):
        files = study(3)
        big, small = files[0], files[1:]
        total = b"".join(data for _, data in files)
        upload = self.asker.create(total, "folder", "disc", sha256=sha256(total))
        halves = pieces(big[1], len(big[1]) // 2 + 1)
        for number, part in enumerate(halves, 1):
            self.assertEqual(self.asker.put(upload, number, part, name=big[0]).status, 200)
        for number, (name, data) in enumerate(small, len(halves) + 1):
            self.assertEqual(self.asker.put(upload, number, data, name=name).json["name"], name)
        done = self.asker.complete(upload)
        self.assertEqual(outcomes(done), {name: "stored" for name, _ in files})
        self.assertStored(files)

    def test_names_of_a_folder(self):
        upload = self.asker.create(b"x" * 100, "folder")
        for name in (None, "..%2Fx", "a%2F..%2Fb", "%2Fetc%2Fpasswd", "C:x", "a%5Cb", "a%00b", "a%0Ab", "a%2F%2Fb", "x" * 513):
            answer = self.asker.put(upload, 1, b"x", name=name)
            self.assertIn(answer.status, (400, 422), name)
        of_zip = self.asker.create(b"x")
        self.assertProblem(self.asker.put(of_zip, 1, b"x", name="x"), 422, "INVALID")

    def test_what_does_not_fit_together(self):
        data = zipped(study(4, 2))
        for body, field in (({"name": "x", "kind": "zip", "size": 0}, "size"), ({"name": "x", "kind": "zip", "size": 1 << 37}, "size"),
                            ({"name": "../x", "kind": "zip", "size": 1}, "name"), ({"name": "x", "kind": "tar", "size": 1}, "kind"),
                            ({"name": "x", "kind": "zip", "size": 1, "sha256": "xy"}, "sha256")):
            answer = self.asker.request("POST", "/uploads", body)
            self.assertProblem(answer, 422, "INVALID")
            self.assertEqual(answer.json["issues"][0]["field"], field)
        upload = self.asker.create(data, sha256=sha256(b"other"))
        for number in ("0", "-1", "100001", "x", "1.0"):
            self.assertIn(self.asker.put(upload, number, b"x").status, (404, 422), number)
        self.assertProblem(self.asker.put(upload, 1, b""), 422, "INVALID")
        self.assertProblem(self.asker.put(upload, 1, data + b"x"), 413, "TOO_LARGE")
        self.assertProblem(self.asker.complete(upload), 409, "CONFLICT")
        digest = base64.b64encode(hashlib.sha256(b"x").digest()).decode()
        self.assertProblem(self.asker.put(upload, 1, b"y", headers={"Content-Digest": f"sha-256=:{digest}:"}), 400, "MALFORMED")
        self.assertEqual(self.asker.put(upload, 1, b"x", headers={"Content-Digest": f"sha-256=:{digest}:"}).status, 200)
        half = len(data) // 2
        self.assertEqual(self.asker.put(upload, 1, data[:half]).status, 200)
        self.assertEqual(self.asker.put(upload, 3, data[half:]).status, 200)
        self.assertProblem(self.asker.complete(upload), 409, "CONFLICT")  # 2 is missing
        self.assertEqual(self.asker.put(upload, 3, data[half:half + 1]).status, 200)
        self.assertEqual(self.asker.put(upload, 2, data[half + 1:]).status, 200)
        done = self.asker.complete(upload)
        self.assertEqual((done.status, done.json["state"]), (200, "refused"))
        self.assertIn("SHA-256", done.json["failure"])
        self.assertProblem(self.asker.put(upload, 1, data[:half]), 409, "CONFLICT")

    def test_somebody_elses(self):
        upload = self.asker.create(b"x")
        for other in (program(self.gantry), program(self.gantry, "studies:write")):
            for method, path, body in (("GET", "", None), ("DELETE", "", None), ("GET", "/parts", None), ("GET", "/files", None),
                                       ("POST", "/complete", None)):
                self.assertProblem(other.request(method, f"/uploads/{upload}{path}", body), 404, "NOT_FOUND")
            self.assertProblem(other.put(upload, 1, b"x"), 404, "NOT_FOUND")
            self.assertEqual(other.get("/uploads").json["total"], 0)
        self.assertProblem(program(self.gantry, "studies:read").get(f"/uploads/{upload}"), 403, "FORBIDDEN")

    def test_how_many_may_be_open(self):
        asker = program(self.gantry)
        made = [asker.create(b"x") for _ in range(20)]
        self.assertProblem(asker.request("POST", "/uploads", {"name": "x", "kind": "zip", "size": 1}), 409, "CONFLICT")
        self.assertEqual(asker.get("/uploads?state=open&page_size=5").json["total"], 20)
        self.assertEqual(asker.put(made[0], 1, b"y").status, 200)
        self.assertEqual(asker.request("DELETE", f"/uploads/{made[0]}").status, 204)
        self.assertProblem(asker.get(f"/uploads/{made[0]}"), 404, "NOT_FOUND")
        asker.create(b"x")

    def test_idempotency_key(self):
        headers, body = {"Idempotency-Key": "u-1"}, {"name": "x", "kind": "zip", "size": 5}
        asker = program(self.gantry)
        first, again = (asker.request("POST", "/uploads", body, headers=headers) for _ in range(2))
        self.assertEqual((first.status, again.json), (201, first.json))
        self.assertEqual(asker.get("/uploads").json["total"], 1)
        self.assertProblem(asker.request("POST", "/uploads", {**body, "size": 6}, headers=headers), 409, "CONFLICT")
        other = program(self.gantry).request("POST", "/uploads", body, headers=headers)
        self.assertNotEqual(other.json["id"], first.json["id"])

    def test_the_client_is_killed(self):
        data = zipped(study(5, 4, 128), zipfile.ZIP_STORED)
        upload = self.asker.create(data)
        first, second = pieces(data, len(data) // 2 + 1)
        self.assertEqual(self.asker.put(upload, 1, first).status, 200)
        client = subprocess.Popen([sys.executable, "-c", SLOW_CLIENT, str(self.gantry.public_port),
                                   f"/public/v1/uploads/{upload}/parts/2", self.asker.key, str(len(second))],
                                  stdout=subprocess.PIPE, text=True)
        self.assertEqual(client.stdout.readline(), "half\n")
        client.kill()
        client.wait()
        client.stdout.close()
        deadline = time.monotonic() + 20
        while self.gantry.staged():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)
        self.assertEqual([p["number"] for p in self.asker.get(f"/uploads/{upload}/parts").json["items"]], [1])
        self.assertEqual(self.asker.put(upload, 2, second).status, 200)
        self.assertEqual(self.asker.complete(upload).json["stored_count"], 4)

    def refuse(self, data, **more):
        done = self.asker.upload_zip(data, **more)
        self.assertEqual((done.status, done.json["state"], done.json["stored_count"]), (200, "refused", 0), done.body)
        return done.json["failure"]

    def test_archives_that_are_none(self):
        good = zipped(study(6, 3))
        for data in (b"x" * 1000, good[:-30], good[:len(good) // 2], instance(1), b"PK\3\4" + b"\0" * 500):
            self.assertIn("zip archive", self.refuse(data))

    def test_a_bomb(self):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("zeros", "w") as entry:
            for _ in range(200):
                entry.write(b"\0" * (1 << 20))
        self.assertLess(len(out.getvalue()), 1 << 18)
        before = self.gantry.memory_kib()
        self.assertIn("beyond measure", self.refuse(out.getvalue()))
        if not harness.is_instrumented():
            self.assertLess(self.gantry.memory_kib() - before, 64 * 1024)

    def test_a_bomb_of_one_stream_that_all_entries_share(self):
        content = zlib.compressobj(9, zlib.DEFLATED, -15)
        zeros = b"\0" * (20 << 20)
        stream = content.compress(zeros) + content.flush()
        crc = zlib.crc32(zeros)
        local = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 8, 0, 33, crc, len(stream), len(zeros), 1, 0) + b"a" + stream
        count = 300
        entry = struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 8, 0, 33, crc, len(stream), len(zeros), 1, 0, 0, 0, 0, 0, 0) + b"a"
        end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, len(entry) * count, len(local), 0)
        self.assertIn("beyond measure", self.refuse(local + entry * count + end))

    def test_an_entry_that_is_longer_than_it_says(self):
        data = instance(1, "1.9.77", "1.9.77.1")
        good = zipped([("a", data)])
        said = len(data).to_bytes(4, "little")
        lied = good.replace(said, (len(data) - 500).to_bytes(4, "little"))
        done = self.asker.upload_zip(lied)
        self.assertEqual(done.json["stored_count"], 0, done.json)

    def test_names_and_entries_of_an_archive(self):
        bad = ["../evil", "/etc/passwd", "a/../../b", "C:\\x", "a\\..\\b", "a\nb", "./x", "a//b"]
        files = study(7, 2)
        encrypted = bytearray(zipped([("secret", instance(1, "1.9.78", "1.9.78.1"))]))
        encrypted[6] |= 1
        encrypted[encrypted.index(b"PK\1\2") + 8] |= 1
        data = zipped(files + [(name, instance(n, "1.9.79", "1.9.79.1")) for n, name in enumerate(bad, 1)]
                      + [("inner.zip", zipped(study(8, 1))), ("empty", b""), ("notes.txt", b"hello"), ("folder/", b"")])
        done = self.asker.upload_zip(data)
        seen = {file["name"]: (file["outcome"], file.get("code")) for file in done.json["files"]}
        for name, _ in files:
            self.assertEqual(seen[name], ("stored", None))
        for name in bad:
            self.assertEqual(seen[name][0], "refused", name)
        self.assertEqual(seen["inner.zip"], ("refused", "UNSUPPORTED"))
        self.assertEqual((seen["empty"][0], seen["notes.txt"]), ("refused", ("refused", "MALFORMED")))
        self.assertNotIn("folder/", seen)
        self.assertEqual(self.asker.get("/studies?study_instance_uid=1.9.79").json["total"], 0)
        done = self.asker.upload_zip(bytes(encrypted))
        self.assertEqual([file["code"] for file in done.json["files"]], ["UNSUPPORTED"])

    def test_what_no_database_takes(self):
        """Names and UIDs that are no text are told as far as they can be."""
        data = instance(1, "1.9.80", "1.9.80.1")
        bad = data.replace(b"1.9.80.1.1", b"\xff\xfe.\x80\xc3(.1")
        files = [("\u00e9" * 300, data), ("x" + "\u65e5" * 250, data), ("bad", bad), ("good", data)]
        done = self.asker.upload_zip(zipped(files))
        self.assertEqual((done.status, done.json["state"]), (200, "completed"), done.body)
        self.assertEqual([file["outcome"] for file in done.json["files"]], ["refused", "refused", "refused", "stored"])
        self.assertTrue(done.json["files"][1]["name"].startswith("x\u65e5"))
        self.assertNotIn("sop_instance_uid", done.json["files"][2])

    def test_what_is_there_with_other_content(self):
        name, data = study(9, 1)[0]
        self.assertEqual(self.asker.upload_zip(zipped([(name, data)])).json["stored_count"], 1)
        done = self.asker.upload_zip(zipped([(name, data[:-1] + bytes([data[-1] ^ 1]))]))
        self.assertEqual([(f["outcome"], f["code"]) for f in done.json["files"]], [("refused", "CONFLICT")])

    def test_import_reads_the_same_archives(self):
        path = self.gantry.folder + "/in.zip"
        with open(path, "wb") as out:
            out.write(zipped(study(10, 3) + [("inner.zip", zipped(study(11, 1)))]))
        done = self.gantry.run("import", path)
        self.assertIn(b"3 stored", done.stdout)
        self.assertIn(b"an archive in an archive", done.stdout)


class Crashes(harness.Case):
    """The server is killed; the sender goes on."""

    def setUp(self):
        self.asker = program(self.gantry, requests_per_minute=1000000)

    def crash(self):
        self.gantry.process.send_signal(signal.SIGKILL)
        self.gantry.process.wait()
        self.gantry.process.stdout.close()
        self.gantry.start()

    def test_between_parts(self):
        files = study(20, 5)
        data = zipped(files)
        upload = self.asker.create(data, sha256=sha256(data))
        parts = list(enumerate(pieces(data, len(data) // 5 + 1), 1))
        for number, part in parts[:3]:
            self.assertEqual(self.asker.put(upload, number, part).status, 200)
        self.crash()
        there = {p["number"]: p["sha256"] for p in self.asker.get(f"/uploads/{upload}/parts").json["items"]}
        self.assertEqual(there, {number: sha256(part) for number, part in parts[:3]})
        for number, part in parts[3:]:
            self.assertEqual(self.asker.put(upload, number, part).status, 200)
        self.assertEqual(self.asker.complete(upload).json["stored_count"], 5)

    def test_while_a_part_comes(self):
        data = zipped(study(21, 3))
        upload = self.asker.create(data)
        peer = socket.create_connection(("127.0.0.1", self.gantry.public_port))
        peer.sendall(f"PUT /public/v1/uploads/{upload}/parts/1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.asker.key}\r\n"
                     f"Content-Length: {len(data)}\r\n\r\n".encode() + data[:len(data) // 2])
        deadline = time.monotonic() + 5
        while not self.gantry.staged() and time.monotonic() < deadline:
            time.sleep(0.01)
        self.crash()
        peer.close()
        self.assertEqual(self.asker.get(f"/uploads/{upload}/parts").json["items"], [])
        self.assertEqual(self.asker.put(upload, 1, data).status, 200)
        self.assertEqual(self.asker.complete(upload).json["stored_count"], 3)

    def test_while_it_is_completed(self):
        files = study(22, 600, 16)
        data = zipped(files)
        upload = self.asker.create(data)
        self.assertEqual(self.asker.put(upload, 1, data).status, 200)

        def complete():
            try:
                self.asker.complete(upload)
            except OSError:
                pass
        thread = threading.Thread(target=complete)
        thread.start()
        deadline = time.monotonic() + 30
        while self.asker.get(f"/uploads/{upload}/files?page_size=1").json["total"] == 0:
            self.assertLess(time.monotonic(), deadline)
        self.crash()
        thread.join()
        kept = self.asker.get(f"/uploads/{upload}").json
        self.assertEqual(kept["state"], "completing")
        self.assertProblem(self.asker.put(upload, 1, data), 409, "CONFLICT")
        deadline = time.monotonic() + LEASE_SECONDS + 15
        while (done := self.asker.complete(upload)).status != 200:
            self.assertProblem(done, 409, "CONFLICT")
            self.assertEqual(done.headers["retry-after"], "5")
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.5)
        self.assertEqual((done.json["state"], done.json["refused_count"]), ("completed", 0))
        self.assertEqual(done.json["stored_count"] + done.json["there_count"], 600)
        numbers = []
        for page in range(1, 5):
            numbers += [f["number"] for f in self.asker.get(f"/uploads/{upload}/files?page_size=200&page={page}").json["items"]]
        self.assertEqual(numbers, list(range(1, 601)))
        self.assertEqual(self.asker.get("/studies?study_instance_uid=1.9.22").json["items"][0]["instance_count"], 600)
        self.assertEqual(self.gantry.run("verify").returncode, 0)


class TwoNodes(harness.Case):
    def test_an_upload_goes_on_at_another_node(self):
        other = harness.Gantry(harness.beside(harness.BINARY, "gantry-public-api"), (), 1, self.gantry.folder).start()
        try:
            here = Program(self.gantry, make_key(self.gantry, "studies:read", "studies:write")["api_key"])
            there = here.at(other)
            data = zipped(study(30, 4))
            upload = here.create(data)
            for number, part in enumerate(pieces(data, len(data) // 6 + 1), 1):
                self.assertEqual((here if number % 2 else there).put(upload, number, part).status, 200)
            self.assertEqual(there.complete(upload).json["stored_count"], 4)
            self.assertEqual(here.get(f"/uploads/{upload}").json["state"], "completed")
        finally:
            self.assertEqual(other.stop(), 0)


class OnS3(harness.Case):
    @classmethod
    def setUpClass(cls):
        cls.s3 = s3.S3().start()
        cls.gantry = harness.Gantry(harness.BINARY)
        cls.gantry.environment.update({"GANTRY_STORAGE_URL": cls.s3.storage_url(f"uploads-{os.getpid()}"),
                                       "GANTRY_S3_ACCESS_KEY_ID": s3.KEY, "GANTRY_S3_SECRET_ACCESS_KEY": s3.SECRET})
        cls.gantry.start()
        cls.gantry.use_administrator()

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.s3.stop()

    def test_a_node_that_has_nothing_but_the_bucket_goes_on(self):
        asker = program(self.gantry)
        data = zipped(study(40, 4))
        upload = asker.create(data, sha256=sha256(data))
        parts = list(enumerate(pieces(data, len(data) // 4 + 1), 1))
        for number, part in parts[:2]:
            self.assertEqual(asker.put(upload, number, part).status, 200)
        self.gantry.kill()
        shutil.rmtree(self.gantry.folder + "/data/cache")
        shutil.rmtree(self.gantry.folder + "/data/staging-s3")
        self.gantry.start()
        for number, part in parts[2:]:
            self.assertEqual(asker.put(upload, number, part).status, 200)
        self.assertEqual(asker.complete(upload).json["stored_count"], 4)


if __name__ == "__main__":
    harness.main()
