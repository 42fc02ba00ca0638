"""Health, documentation, hostile HTTP, and what a kill leaves behind."""
import json
import os
import random
import socket
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import STOW, instance, multipart

KILL_COUNT = 50


class System(harness.Case):
    def raw(self, data, timeout=10):
        with socket.create_connection(("127.0.0.1", self.gantry.port), timeout=timeout) as peer:
            peer.sendall(data)
            answer = b""
            while True:
                piece = peer.recv(65536)
                answer += piece
                if not piece or b"\r\n\r\n" in answer:
                    return answer

    def test_health_and_documents(self):
        self.assertEqual(self.gantry.get("/healthz", token=None).json, {"status": "ok"})
        self.assertEqual(self.gantry.get("/readyz", token=None).json["database"], "ok")
        self.assertIn(b"gantry_use_case_calls_total", self.gantry.get("/metrics", token=None).body)
        self.assertIn(b"docs.js", self.gantry.get("/docs", token=None).body)
        self.assertEqual(self.gantry.get("/healthz", port=self.gantry.public_port, token=None).status, 200)
        public = self.gantry.get("/public/v1/openapi.json", port=self.gantry.public_port, token=None).json
        self.assertEqual(public["openapi"], "3.1.0")

    def test_openapi_describes_what_runs(self):
        document = self.gantry.get("/openapi.json", token=None).json
        self.assertEqual(document, json.loads(self.gantry.run("openapi").stdout))
        text = json.dumps(document)
        for name in set(__import__("re").findall(r"#/components/schemas/(\w+)", text)):
            self.assertIn(name, document["components"]["schemas"])
        operations = [o for path in document["paths"].values() for o in path.values()]
        self.assertGreater(len(operations), 30)
        for path, methods in document["paths"].items():
            for operation in methods.values():
                named = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
                self.assertEqual(named, set(__import__("re").findall(r"{(\w+)}", path)))
        self.assertNotIn("password_hash", text)

    def test_ambiguous_requests_are_refused(self):
        head = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\n"
        for bad in (b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", b"Content-Length: 5\r\nContent-Length: 6\r\n",
                    b"Transfer-Encoding: gzip, chunked\r\n", b"Transfer-Encoding: xchunked\r\n", b"Host: y\r\n",
                    b"Content-Length: +5\r\n", b"Bad Name: x\r\n"):
            answer = self.raw(head + bad + b"\r\n")
            self.assertRegex(answer, rb"^HTTP/1.1 (400|413)", bad)
        self.assertRegex(self.raw(b"GET / HTTP/1.1\r\n\r\n"), rb"^HTTP/1.1 400")
        self.assertRegex(self.raw(b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"), rb"^HTTP/1.1 4")

    def test_keep_alive_and_pipelining(self):
        with socket.create_connection(("127.0.0.1", self.gantry.port), timeout=10) as peer:
            peer.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * 3)
            answer = b""
            while answer.count(b'{"status":"ok"}') < 3:
                answer += peer.recv(65536)
        self.assertEqual(answer.count(b"200 OK"), 3)

    def test_audit_survives_and_the_process_drains(self):
        slow = socket.create_connection(("127.0.0.1", self.gantry.port))
        slow.sendall(b"GET /heal")
        self.assertEqual(self.gantry.get("/healthz").status, 200)
        slow.close()

    def test_the_wrong_setting_is_named(self):
        self.gantry.environment["GANTRY_NO_SUCH"] = "1"
        done = self.gantry.run("config")
        del self.gantry.environment["GANTRY_NO_SUCH"]
        self.assertEqual((done.returncode, b"GANTRY_NO_SUCH" in done.stderr), (78, True))
        self.assertIn(b"GANTRY_ADMIN_PASSWORD=***", self.gantry.run("config").stdout)
        self.gantry.environment["GANTRY_HTTP_ADDRESS"] = "0.0.0.0:0"
        self.assertEqual(self.gantry.run("config").returncode, 78)
        self.gantry.environment["GANTRY_HTTP_ADDRESS"] = "127.0.0.1:0"


class Kill(unittest.TestCase):
    """kill -9 at random moments of uploads: every acknowledged instance is there and whole."""

    def upload(self, gantry, numbers, acknowledged):
        while not self.stopping:
            number = next(numbers)
            try:
                answer = gantry.request("POST", "/dicom-web/studies",
                                        multipart([instance(number, "1.8.1", f"1.8.1.{number % 3}", pixels=128)]), STOW)
                if answer.status == 200:
                    acknowledged.append((number, f"1.8.1.{number % 3}"))
            except (OSError, harness.http.client.HTTPException):
                return

    def test_nothing_acknowledged_is_lost(self):
        gantry, chance, acknowledged = harness.Gantry(harness.BINARY), random.Random(7), []
        numbers = iter(range(1, 10000000))
        count = KILL_COUNT if "sanitized" not in harness.BINARY else KILL_COUNT // 5
        for _ in range(count):
            gantry.start()
            gantry.use_administrator()
            self.stopping = False
            threads = [threading.Thread(target=self.upload, args=(gantry, numbers, acknowledged)) for _ in range(4)]
            for thread in threads:
                thread.start()
            time.sleep(chance.uniform(0.02, 0.25))
            gantry.kill()
            self.stopping = True
            for thread in threads:
                thread.join()
        verify = gantry.run("verify")
        self.assertEqual(verify.returncode, 0, verify.stdout)
        gantry.start()
        gantry.use_administrator()
        self.assertGreater(len(acknowledged), count)
        for number, series in acknowledged:
            answer = gantry.get(f"/dicom-web/studies/1.8.1/series/{series}/instances/{series}.{number}",
                                headers={"Accept": "application/dicom"})
            self.assertEqual(answer.body, instance(number, "1.8.1", series, pixels=128), number)
        self.assertEqual(gantry.stop(), 0)
        gantry.remove()


if __name__ == "__main__":
    harness.main()
