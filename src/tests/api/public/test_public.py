"""The programs that serve a part alone: gantry-public-api and gantry-worker, on the data of one gantry."""
import json
import os
import re
import secrets
import socket
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness

STOP_SECONDS_MAX = 30
HOURS = 3600


def stop(program):
    """SIGTERM; the exit code, and that it came in time."""
    start = time.monotonic()
    code = program.stop()
    return code, time.monotonic() - start < STOP_SECONDS_MAX


class PublicApi(harness.Case):
    @classmethod
    def setUpClass(cls):
        cls.internal = harness.Gantry(harness.BINARY)
        assert cls.internal.run("demo").returncode == 0
        cls.internal.start()
        cls.internal.use_administrator()
        cls.gantry = harness.Gantry(harness.beside(harness.BINARY, "gantry-public-api"), (), 1, cls.internal.folder)
        cls.gantry.start()
        cls.gantry.token = cls.internal.token

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        code = cls.internal.stop()
        cls.internal.remove()
        assert code == 0, code

    def test_health(self):
        for root in ("", "/public/v1"):
            self.assertEqual(self.gantry.get(root + "/healthz", token=None).json, {"status": "ok"})
            ready = self.gantry.get(root + "/readyz", token=None)
            self.assertEqual((ready.status, ready.json["status"], ready.json["database"], ready.json["storage"]),
                             (200, "ok", "ok", "ok"))
            self.assertEqual(ready.headers["cache-control"], "no-store")

    def test_the_document_describes_what_runs(self):
        document = self.gantry.get("/public/v1/openapi.json", token=None).json
        self.assertEqual(document["openapi"], "3.1.0")
        self.assertIn("public", document["info"]["title"].lower())
        for path, methods in document["paths"].items():
            self.assertTrue(path.startswith("/public/v1/") or path in ("/healthz", "/readyz", "/openapi.json"), path)
            for method in methods:
                answer = self.gantry.request(method.upper(), path)
                self.assertNotEqual(answer.status, 405, path)
                self.assertNotIn(b"there is nothing at this address", answer.body, path)

    def test_the_program_prints_the_same_document(self):
        done = self.internal.run("openapi", "--public")
        self.assertEqual(json.loads(done.stdout), self.gantry.get("/public/v1/openapi.json", token=None).json)
        self.assertEqual(self.internal.run("openapi", "--secret").returncode, 64)

    def test_nothing_internal_is_reachable(self):
        internal = self.internal.get("/openapi.json", token=None).json
        public = self.gantry.get("/openapi.json", token=None).json
        tried = 0
        for path, methods in internal["paths"].items():
            if path in public["paths"]:
                continue
            is_mounted = "/public/v1" + path in public["paths"]  # DICOMweb, for keys
            path = re.sub(r"{(frames|path)}", "1", path)
            path = re.sub(r"{(study|series|instance)}", "1.2.3", path)
            path = re.sub(r"{\w+}", "00000000-0000-0000-0000-000000000000", path)
            for method in set(methods) - {"options"}:  # which is answered for any address: browsers ask before a request
                for token in (None, self.internal.token):
                    for spelling in (path, path + "?x=1", "/public/v1" + ("/x" if is_mounted else path), "/public/v1/.." + path, "//" + path.lstrip("/"),
                                     path.replace("/", "/./", 1), path + "/"):
                        answer = self.gantry.request(method.upper(), spelling, token=token)
                        self.assertProblem(answer, 404, "NOT_FOUND")
                        tried += 1
        self.assertGreater(tried, 200)
        self.assertEqual(self.gantry.get("/docs").status, 404)

    def test_wrong_paths_and_methods_are_problems(self):
        for path in ("/", "/nothing", "/public/v1/", "/public/v1/nothing", "/public/v2/healthz", "/healthz/x", "/%2e%2e/healthz"):
            self.assertProblem(self.gantry.get(path), 404, "NOT_FOUND")
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            answer = self.gantry.request(method, "/public/v1/healthz", body=b"{}", headers={"Content-Type": "application/json"})
            self.assertProblem(answer, 405, "METHOD_NOT_ALLOWED")
            self.assertIn("GET", answer.headers["allow"])

    def test_it_stops_cleanly(self):
        other = harness.Gantry(self.gantry.binary, (), 1, self.internal.folder).start()
        idle = socket.create_connection(("127.0.0.1", other.public_port))
        idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertIn(b"200 OK", idle.recv(4096))
        self.assertEqual(stop(other), (0, True))
        idle.close()
        with self.assertRaises(OSError):
            socket.create_connection(("127.0.0.1", other.public_port), timeout=2)


class Worker(unittest.TestCase):
    def setUp(self):
        self.gantry = harness.Gantry(harness.BINARY)
        self.assertEqual(self.gantry.run("demo").returncode, 0)
        self.worker = harness.Gantry(harness.beside(harness.BINARY, "gantry-worker"), (), 0, self.gantry.folder)

    def tearDown(self):
        if self.worker.process is not None:
            self.worker.kill()
        self.gantry.remove()

    def put(self, path, age):
        path = f"{self.gantry.folder}/data/storage/{path}"
        with open(path, "wb") as file:
            file.write(secrets.token_bytes(1000))
        os.utime(path, (time.time() - age,) * 2)
        return path

    def orphan(self, age):
        name = secrets.token_hex(32)
        return self.put(f"objects/{name[:2]}/{name}", age)

    def wait_for(self, condition, seconds=20):
        end = time.monotonic() + (seconds if not harness.is_instrumented() else 3 * seconds)
        while not condition():
            if time.monotonic() > end:
                return False
            time.sleep(0.1)
        return True

    def test_it_takes_what_a_crash_left(self):
        before = self.gantry.objects()
        old = [self.put("staging/0/1234-5678-9", 30 * HOURS), self.orphan(30 * HOURS), self.orphan(30 * HOURS)]
        young = [self.put("staging/f/1234-5678-10", 60), self.orphan(60)]
        kept = f"{self.gantry.folder}/data/storage/objects/{before[0][:2]}/{before[0]}"
        os.utime(kept, (time.time() - 300 * HOURS,) * 2)  # old, but a row names it
        self.worker.start()
        self.assertTrue(self.wait_for(lambda: not any(map(os.path.exists, old))), self.worker.log())
        self.assertEqual(stop(self.worker), (0, True))
        self.assertTrue(all(map(os.path.exists, young + [kept])))
        self.assertEqual(self.gantry.objects(), sorted(before + [os.path.basename(young[1])]))
        self.assertEqual(self.gantry.run("verify").returncode, 0)
        self.assertNotIn("Sanitizer", self.worker.log())

    def test_it_works_beside_the_server(self):
        old = self.orphan(30 * HOURS)
        self.gantry.arguments = ("serve", "--roles=internal,public")
        self.gantry.start()
        self.gantry.use_administrator()
        self.worker.start()
        stored, number = 0, 0
        while os.path.exists(old) and number < 2000:
            number += 1
            answer = self.gantry.request("POST", "/dicom-web/studies",
                                         harness.multipart([harness.instance(number, "1.7.1", "1.7.1.1")]), harness.STOW)
            stored += answer.status == 200
        self.assertFalse(os.path.exists(old))
        self.assertEqual(stored, number)
        self.assertEqual(stop(self.worker), (0, True))
        self.assertEqual(self.gantry.stop(), 0)
        self.assertEqual(self.gantry.run("verify").returncode, 0)

    def test_it_answers_nobody_and_stops_at_once(self):
        self.worker.environment["GANTRY_LOG_LEVEL"] = "info"
        self.worker.start()
        self.assertTrue(self.wait_for(lambda: '"event":"started"' in self.worker.log()))
        with open(f"/proc/{self.worker.process.pid}/net/tcp") as table:
            listening = {int(line.split()[9]) for line in table.readlines()[1:] if line.split()[3] == "0A"}
        descriptors = f"/proc/{self.worker.process.pid}/fd"
        sockets = {int(m.group(1)) for m in (re.match(r"socket:\[(\d+)\]", os.readlink(f"{descriptors}/{fd}"))
                                             for fd in os.listdir(descriptors)) if m}
        self.assertEqual(listening & sockets, set())
        self.assertEqual(stop(self.worker), (0, True))
        self.assertIn('"event":"stopped"', self.worker.log())


if __name__ == "__main__":
    harness.main()
