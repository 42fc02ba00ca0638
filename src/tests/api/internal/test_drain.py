"""Told to stop: who sends requests learns of it while everything is still served; what is under way comes to its end. And what is
said about health while a dependency is away or stuck."""
import http.client
import os
import random
import signal
import socket
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import STOW, instance, multipart

ROUND_COUNT = 8
STUCK_COUNT = 64  # more than the lanes have threads for


class Base(unittest.TestCase):
    def start(self, **settings):
        gantry = harness.Gantry(harness.BINARY)
        self.addCleanup(gantry.remove)
        self.addCleanup(lambda: gantry.process and gantry.stop())
        gantry.environment.update(settings)
        gantry.start()
        gantry.use_administrator()
        return gantry

    def ready(self, gantry, seconds_max=1):
        begin = time.monotonic()
        answer = gantry.get("/readyz", token=None)
        if not harness.is_instrumented():
            self.assertLess(time.monotonic() - begin, seconds_max)
        self.assertEqual(answer.status == 200, answer.json["status"] == "ok")
        return answer

    def wait_until_ready(self, gantry, is_ready, seconds=10):
        deadline = time.monotonic() + seconds
        while (self.ready(gantry).status == 200) != is_ready:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)
        return gantry.get("/readyz", token=None).json

    def wait_for_end(self, gantry, seconds):
        self.assertEqual(gantry.process.wait(seconds), 0, gantry.log()[-4000:])
        gantry.stop()
        self.assertNotIn("Sanitizer", gantry.log())


class Drain(Base):
    def test_it_says_so_and_serves_on(self):
        gantry = self.start(GANTRY_BEHIND_PROXY="1")
        idle = http.client.HTTPConnection("127.0.0.1", gantry.port, timeout=10)
        idle.request("GET", "/healthz")
        self.assertNotEqual(harness.Answer(idle.getresponse()).headers.get("connection"), "close")
        begin = time.monotonic()
        gantry.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.wait_until_ready(gantry, False)["status"], "draining")
        idle.request("GET", "/healthz")
        for answer in (harness.Answer(idle.getresponse()), gantry.get("/readyz", token=None), gantry.get("/api/v1/studies"),
                       gantry.get("/api/v1/nowhere"), gantry.get("/healthz", token=None, port=gantry.public_port),
                       gantry.request("POST", "/dicom-web/studies", multipart([instance(1)]), STOW)):
            self.assertEqual(answer.headers["connection"], "close")
        self.assertEqual(gantry.get("/healthz", token=None).status, 200)
        self.assertEqual(answer.status, 200, answer.body)
        self.wait_for_end(gantry, 10)
        self.assertGreater(time.monotonic() - begin, 1.9)

    def test_nobody_in_front_or_a_second_signal_no_wait(self):
        gantry = self.start()
        begin = time.monotonic()
        gantry.process.send_signal(signal.SIGTERM)
        self.wait_for_end(gantry, 10)
        gantry.environment["GANTRY_DRAIN_SECONDS"] = "20"
        gantry.start()
        gantry.process.send_signal(signal.SIGTERM)
        self.wait_until_ready(gantry, False)
        gantry.process.send_signal(signal.SIGTERM)
        self.wait_for_end(gantry, 10)
        if not harness.is_instrumented():
            self.assertLess(time.monotonic() - begin, 6)

    def test_the_setting(self):
        gantry = harness.Gantry(harness.BINARY)
        self.addCleanup(gantry.remove)
        self.assertIn(b"GANTRY_DRAIN_SECONDS=0\n", gantry.run("config").stdout)
        gantry.environment["GANTRY_BEHIND_PROXY"] = "1"
        self.assertIn(b"GANTRY_DRAIN_SECONDS=2\n", gantry.run("config").stdout)
        for value in ("-1", "21", "x"):
            gantry.environment["GANTRY_DRAIN_SECONDS"] = value
            done = gantry.run("config")
            self.assertEqual((done.returncode, b"GANTRY_DRAIN_SECONDS" in done.stderr), (78, True), done)

    def begin_upload(self, gantry, body):
        peer = socket.create_connection(("127.0.0.1", gantry.port), timeout=60)
        self.addCleanup(peer.close)
        peer.sendall(b"POST /dicom-web/studies HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + gantry.token.encode()
                     + b"\r\nContent-Type: " + STOW["Content-Type"].encode() + b"\r\nContent-Length: %d\r\n\r\n" % len(body)
                     + body[:1000])
        return peer

    def test_an_upload_under_way_finishes(self):
        gantry, body = self.start(GANTRY_DRAIN_SECONDS="1"), multipart([instance(1, "1.3.1", "1.3.1.1", pixels=256)])
        peer = self.begin_upload(gantry, body)
        time.sleep(0.2)
        gantry.process.send_signal(signal.SIGTERM)
        pieces = [body[at:at + len(body) // 10] for at in range(1000, len(body), len(body) // 10)]
        for piece in pieces:  # some of it long after the listener is closed
            time.sleep(3 / len(pieces))
            peer.sendall(piece)
        self.assertRaises(OSError, gantry.get, "/healthz")
        head = peer.recv(65536)
        self.assertTrue(head.startswith(b"HTTP/1.1 200 "), head)
        self.assertIn(b"\r\nConnection: close\r\n", head)
        self.wait_for_end(gantry, 10)
        gantry.start()
        gantry.use_administrator()
        self.assertEqual(len(gantry.get("/dicom-web/studies?StudyInstanceUID=1.3.1").json), 1)

    @unittest.skipUnless(os.environ.get("GANTRY_LONG"), "half a minute of waiting")
    def test_one_that_does_not_end_is_cut_off(self):
        gantry, body = self.start(GANTRY_DRAIN_SECONDS="1"), multipart([instance(1, "1.3.2", "1.3.2.1")])
        peer = self.begin_upload(gantry, body)
        begin = time.monotonic()
        gantry.process.send_signal(signal.SIGTERM)
        self.wait_for_end(gantry, 31)
        self.assertLess(time.monotonic() - begin, 30)
        peer.recv(65536)
        self.assertEqual(gantry.staged(), [])

    def ask_on(self, gantry, failures, counts, port):
        """Keeps connections alive as long as the answers allow. To be refused a connection is the end; anything else that goes
        wrong is a failure."""
        body = multipart([instance(random.randrange(1, 400), "1.3.3", "1.3.3.1")])
        requests = [("GET", "/healthz", None, {}), ("GET", "/dicom-web/studies?limit=5", None, {}),
                    ("POST", "/dicom-web/studies", body, STOW)]
        while True:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            try:
                connection.connect()
            except OSError:
                return
            closes = False
            while not closes:
                method, path, data, headers = random.choice(requests)
                try:
                    connection.request(method, path, data, {**headers, "Authorization": "Bearer " + gantry.token})
                    answer = harness.Answer(connection.getresponse())
                except (OSError, http.client.HTTPException) as reason:
                    failures.append((method, path, repr(reason)))
                    return
                if answer.status != 200:
                    failures.append((method, path, answer.status, answer.body))
                counts.append(1)
                closes = answer.headers.get("connection") == "close"
            connection.close()

    def test_under_load_every_request_is_answered(self):
        gantry, failures, counts = self.start(GANTRY_DRAIN_SECONDS="1"), [], []
        for _ in range(ROUND_COUNT if not os.environ.get("GANTRY_LONG") else 25 * ROUND_COUNT):
            if gantry.process is None:
                gantry.start()
                gantry.use_administrator()
            threads = [threading.Thread(target=self.ask_on, args=(gantry, failures, counts, gantry.port)) for _ in range(6)]
            for thread in threads:
                thread.start()
            time.sleep(random.uniform(0.05, 0.3))
            gantry.process.send_signal(signal.SIGTERM)
            for thread in threads:
                thread.join()
            self.wait_for_end(gantry, 29)
            self.assertEqual(failures, [])
        self.assertGreater(len(counts), 6 * ROUND_COUNT)


class Health(Base):
    def test_a_data_folder_that_is_gone(self):
        gantry = self.start()
        self.assertEqual(self.ready(gantry).json, {"data": "ok", "database": "ok", "storage": "ok", "scheduler": "ok",
                                                   "status": "ok"})
        os.rename(gantry.folder + "/data", gantry.folder + "/elsewhere")
        told = self.wait_until_ready(gantry, False)
        self.assertEqual((told["data"], told["status"]), ("UNAVAILABLE", "unavailable"))
        self.assertEqual(gantry.get("/healthz", token=None).status, 200)
        os.rename(gantry.folder + "/elsewhere", gantry.folder + "/data")
        self.wait_until_ready(gantry, True)

    def test_answers_while_every_thread_of_a_lane_is_stuck(self):
        gantry = self.start()
        let_go = gantry.hold_writers()
        self.addCleanup(let_go)
        stuck = [threading.Thread(target=gantry.request, args=("POST", "/dicom-web/studies", multipart([instance(n)]), STOW))
                 for n in range(1, STUCK_COUNT + 1)]
        stuck += [threading.Thread(target=gantry.request, args=("POST", "/api/v1/auth/logout")) for _ in range(STUCK_COUNT)]
        for thread in stuck:
            thread.start()
        time.sleep(0.3)
        slowest, deadline, seen = 0, time.monotonic() + 2, 0
        while time.monotonic() < deadline:
            begin = time.monotonic()
            self.assertEqual(gantry.get("/healthz", token=None).status, 200)
            self.assertIn(self.ready(gantry).status, (200, 503))
            slowest, seen = max(slowest, time.monotonic() - begin), seen + 1
        self.assertTrue(any(thread.is_alive() for thread in stuck))
        if not harness.is_instrumented():
            self.assertLess(slowest, 1)
        let_go()
        for thread in stuck:
            thread.join()
        self.wait_until_ready(gantry, True)


if __name__ == "__main__":
    harness.main()
