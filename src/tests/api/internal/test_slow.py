"""Peers that dawdle: they are cut off in time, and the others do not notice."""
import os
import socket
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
import test_hostile
from harness import STOW, instance, multipart
from test_hostile import HEAD


class Slow(test_hostile.Battery):
    def dawdle(self, started, first, drip, ends):
        peer = socket.create_connection(("127.0.0.1", self.gantry.port), timeout=120)
        peer.sendall(first)
        peer.settimeout(0.5)
        begin, got = time.monotonic(), b""
        started.release()
        while time.monotonic() - begin < 60:
            try:
                if drip:
                    peer.sendall(drip)
                piece = peer.recv(65536)
                got += piece
                if not piece:
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        ends.append((time.monotonic() - begin, got))
        peer.close()

    def slow_peers(self, kinds, each):
        """Starts so many of each kind; they end up in the list that comes back with the threads."""
        ends, threads, started = [], [], threading.Semaphore(0)
        for first, drip in kinds * each:
            threads.append(threading.Thread(target=self.dawdle, args=(started, first, drip, ends)))
            threads[-1].start()
        for _ in threads:
            started.acquire()
        return ends, threads

    def assertCut(self, ends, threads, seconds_max):
        for thread in threads:
            thread.join()
        self.assertLess(max(seconds for seconds, _ in ends), seconds_max)
        for _, answer in ends:
            self.assertRefused(answer, 400, 408, 409)

    def test_slow_heads_are_cut_and_the_others_do_not_notice(self):
        head = HEAD % (b"/dicom-web/studies", self.gantry.token.encode())
        ends, threads = self.slow_peers([(b"GET /heal", b"t"), (b"GET / HTTP/1.1\r\nHost: x\r\nX: ", b"y"), (head, b"X-Y: z\r\n"),
                                         (b"", b"")], 25)
        slowest = 0
        for number in range(1, 101):
            begin = time.monotonic()
            self.assertEqual(self.gantry.get("/dicom-web/studies?limit=1").status, 200)
            self.assertEqual(self.send(instance(number, "1.5.14", "1.5.14.1"))[1], [])
            slowest = max(slowest, time.monotonic() - begin)
        self.assertLess(slowest, self.patience / 2)
        self.assertCut(ends, threads, 25)

    def test_slow_bodies_are_cut_and_leave_nothing(self):
        stow = (HEAD % (b"/dicom-web/studies", self.gantry.token.encode()) + b"Content-Type: " + STOW["Content-Type"].encode()
                + b"\r\nContent-Length: 1000000\r\n\r\n")
        login = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
        ends, threads = self.slow_peers([(stow + multipart([instance(1, "1.5.13", "1.5.13.1")])[:3000], b"z"), (stow, b""),
                                         (login, b" ")], 15)
        self.assertCut(ends, threads, 50)
        self.assertEqual(self.gantry.get("/dicom-web/studies?StudyInstanceUID=1.5.13").json, [])


if __name__ == "__main__":
    harness.main()
