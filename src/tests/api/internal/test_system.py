"""Health, documentation, hostile HTTP, and what a kill leaves behind."""
import json
import os
import random
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import STOW, instance, multipart

KILL_COUNT = 50


class System(harness.Case):
    def raw(self, data, timeout=10, port=None, to_the_end=False):
        with socket.create_connection(("127.0.0.1", port or self.gantry.port), timeout=timeout) as peer:
            peer.sendall(data)
            answer = b""
            while True:
                piece = peer.recv(65536)
                answer += piece
                if not piece or (not to_the_end and b"\r\n\r\n" in answer):
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
        for name in set(re.findall(r"#/components/schemas/(\w+)", text)):
            self.assertIn(name, document["components"]["schemas"])
        operations = [o for path in document["paths"].values() for o in path.values()]
        self.assertGreater(len(operations), 30)
        for path, methods in document["paths"].items():
            for operation in methods.values():
                named = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
                self.assertEqual(named, set(re.findall(r"{(\w+)}", path)))
        self.assertNotIn("password_hash", text)

    def test_ambiguous_requests_are_refused(self):
        head = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\n"
        for bad in (b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", b"Content-Length: 5\r\nContent-Length: 6\r\n",
                    b"Transfer-Encoding: gzip, chunked\r\n", b"Transfer-Encoding: xchunked\r\n", b"Host: y\r\n",
                    b"Bad Name: x\r\n"):
            self.assertRefused(head + bad + b"\r\n")
        self.assertRegex(self.raw(head + b"Content-Length: +5\r\n\r\n"), rb"^HTTP/1.1 400") # the library's own answer
        self.assertRefused(b"GET / HTTP/1.1\r\n\r\n")
        self.assertRefused(b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")

    def assertRefused(self, request):
        """In the form of every other failure, and the connection ends."""
        head, _, body = self.raw(request, to_the_end=True).partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        self.assertEqual(lines[0], "HTTP/1.1 400 Bad Request", request)
        headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines[1:])}
        self.assertEqual((headers["content-type"], headers["connection"]), ("application/problem+json", "close"))
        problem = json.loads(body)
        self.assertEqual((problem["code"], problem["request_id"]), ("MALFORMED", headers["x-request-id"]))

    def test_headers_of_one_name_are_a_list(self):
        get = b"GET /api/v1/auth/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        token = b"Authorization: Bearer " + self.gantry.token.encode() + b"\r\n"
        self.assertIn(b" 200 ", self.raw(get + token + b"\r\n")[:14])
        self.assertIn(b" 401 ", self.raw(get + token + token + b"\r\n")[:14])
        list_of_studies = get.replace(b"/api/v1/auth/me", b"/dicom-web/studies") + token + b"Accept: image/png\r\n"
        self.assertIn(b" 406 ", self.raw(list_of_studies + b"\r\n")[:14])
        self.assertIn(b" 200 ", self.raw(list_of_studies + b"Accept: application/dicom+json\r\n\r\n")[:14])

    def test_a_peer_is_who_the_proxy_says_not_who_the_peer_says(self):
        gantry = harness.Gantry(harness.BINARY)
        gantry.environment["GANTRY_BEHIND_PROXY"] = "1"
        gantry.start()
        self.addCleanup(gantry.remove)
        self.addCleanup(gantry.stop)

        def remaining(*forwarded):
            body = b'{"email":"nobody@example.org","password":"not the one it is"}'
            answer = self.raw(b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" +
                              b"".join(b"X-Forwarded-For: " + value + b"\r\n" for value in forwarded) +
                              b"Content-Length: %d\r\n\r\n" % len(body) + body, port=gantry.port)
            return int(re.search(rb"RateLimit-Remaining: (\d+)", answer).group(1))
        start = time.monotonic()
        for n, forwarded in enumerate([(b"198.51.100.%d, 203.0.113.9" % n,) for n in range(3)] + [(b"198.51.100.7", b"203.0.113.9")]):
            left = remaining(*forwarded)
            self.assertIn(left, range(29 - n, 30 - n + int((time.monotonic() - start) / 2)))  # one comes back every two seconds
            self.assertLess(left, 30 if n == 0 else 29)
        self.assertEqual(remaining(b"203.0.113.9", b"198.51.100.7"), 29)

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


class Core(unittest.TestCase):
    def dumps(self, *command, **environment):
        """Whether the kernel says that it left a dump of a process that was told to abort."""
        folder = tempfile.mkdtemp(prefix="gantry-core-")
        self.addCleanup(shutil.rmtree, folder)
        process = subprocess.Popen(command, cwd=folder, env={"PATH": os.environ["PATH"], **environment}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)))
        while environment and b"Public API" not in process.stdout.readline():
            pass
        process.send_signal(signal.SIGABRT)
        status = os.waitpid(process.pid, 0)[1]
        process.returncode = -signal.SIGABRT
        process.stdout.close()
        self.assertEqual(os.WTERMSIG(status), signal.SIGABRT)
        return os.WCOREDUMP(status)

    def test_a_crash_leaves_no_memory_behind(self):
        other = harness.Gantry(harness.BINARY)
        self.addCleanup(other.remove)
        self.assertFalse(self.dumps(other.binary, "serve", **other.environment))
        if not harness.is_instrumented() and self.dumps("sleep", "60"):  # else this machine keeps none of anybody
            self.assertTrue(self.dumps(other.binary, "serve", **other.environment, GANTRY_CORE_DUMPS="1"))


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
