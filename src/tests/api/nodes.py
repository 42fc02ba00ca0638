"""Several Gantry processes on one database behind HAProxy, and clients that never stop asking. The engine is chosen by
GANTRY_TEST_ENGINE: sqlite (one file, the default) or postgres."""
import multiprocessing
import os
import random
import signal
import socket
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "../servers")]
import harness
from harness import STOW, instance, multipart
from haproxy import HAProxy

FAILURE_COUNT_MAX = 20  # kept of each process
INSTANCES_PER_STUDY = 25


def steady_port():
    """One that no connection is given by chance while its server is away."""
    with open("/proc/sys/net/ipv4/ip_local_port_range") as limits:
        below = int(limits.read().split()[0])
    while True:
        port = random.randrange(below // 2, below)
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass


class Nodes:
    """node[0], node[1], … are harness.Gantry; the proxy is started when it is asked for."""

    def __init__(self, count=2, **settings):
        self.nodes, self.proxy = [], None
        for _ in range(count):
            node = harness.Gantry(harness.BINARY, folder=self.nodes[0].folder if self.nodes else None)
            node.environment.update({"GANTRY_BEHIND_PROXY": "1", "GANTRY_HTTP_ADDRESS": f"127.0.0.1:{steady_port()}",
                                     "GANTRY_PUBLIC_HTTP_ADDRESS": f"127.0.0.1:{steady_port()}", **settings})
            self.nodes.append(node)
        for node in self.nodes:
            node.start()
        self.nodes[0].use_administrator()
        for node in self.nodes:
            node.token = self.nodes[0].token

    def start_proxy(self):
        self.proxy = HAProxy([("127.0.0.1", node.port) for node in self.nodes]).start()
        return self.proxy.port

    def restart(self, node):
        """As whoever brings a new version does. The seconds it took to end."""
        begin = time.monotonic()
        node.process.send_signal(signal.SIGTERM)
        code = node.process.wait(60)
        took = time.monotonic() - begin
        node.stop()
        if code != 0:
            raise AssertionError(f"a node ended with {code}: {node.log()[-2000:]}")
        node.start()
        while node.get("/readyz", token=None).status != 200:
            time.sleep(0.02)
        return took

    def stop(self):
        if self.proxy:
            self.proxy.stop()
        codes = [node.stop() for node in self.nodes]
        log = self.nodes[0].log()
        self.nodes[0].remove()
        if any(codes) or "Sanitizer" in log:
            raise AssertionError(f"nodes ended with {codes}\n{log[-4000:]}")


class Client:
    """One keep-alive connection, with requests made beforehand: Python's own client is too slow to be a load."""

    def __init__(self, port, address):
        self.port, self.address, self.peer = port, address, None

    def close(self):
        if self.peer:
            self.peer.close()
        self.peer = None

    def ask(self, request):
        """(status, body); an OSError or ValueError when there is no whole answer."""
        if self.peer is None:
            self.peer = socket.create_connection(("127.0.0.1", self.port), timeout=60, source_address=(self.address, 0))
            self.peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.peer.sendall(request)
        got = b""
        while b"\r\n\r\n" not in got:
            got += self.receive()
        head, _, body = got.partition(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        lengths = [int(line[15:]) for line in lines if line.startswith(b"content-length:")]
        if len(lengths) != 1:
            raise ValueError(head)
        while len(body) < lengths[0]:
            body += self.receive()
        if len(body) != lengths[0]:
            raise ValueError("more than one answer")
        if b"connection: close" in lines:
            self.close()
        return int(lines[0].split()[1]), body

    def receive(self):
        piece = self.peer.recv(262144)
        if not piece:
            raise ConnectionError("the connection ended in the middle of an answer")
        return piece


def request(method, path, token, body=None, content_type=None):
    head = f"{method} {path} HTTP/1.1\r\nHost: gantry\r\n"
    if token:
        head += f"Authorization: Bearer {token}\r\n"
    if body is not None:
        head += f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + (body or b"")


class Load:
    """Processes with threads in them, each with a connection; started at once, ended by finish()."""

    def __init__(self, port, token, process_count=2, thread_count=4, mix=None):
        self.port, self.token, self.thread_count = port, token, thread_count
        self.mix = mix or {"list": 30, "instance": 30, "qido": 25, "upload": 15, "login": 0.3}
        context = multiprocessing.get_context("fork")
        self.stopping, self.count, self.results = context.Event(), context.Value("q", 0), context.Queue()
        self.processes = [context.Process(target=self.work, args=(number,), daemon=True) for number in range(process_count)]
        for process in self.processes:
            process.start()

    def finish(self):
        """(number of requests by kind, failures, acknowledged instances by study)"""
        self.stopping.set()
        counts, failures, uploads = {}, [], {}
        for _ in self.processes:
            its_counts, its_failures, its_uploads = self.results.get(timeout=120)
            for kind, count in its_counts.items():
                counts[kind] = counts.get(kind, 0) + count
            failures += its_failures
            uploads.update(its_uploads)
        for process in self.processes:
            process.join(60)
        return counts, failures, uploads

    # In the processes

    def work(self, number):
        counts, failures, uploads = dict.fromkeys(self.mix, 0), [], {}
        threads = [threading.Thread(target=self.run, args=(number, thread, counts, failures, uploads))
                   for thread in range(self.thread_count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.results.put((counts, failures[:FAILURE_COUNT_MAX], uploads))

    def run(self, number, thread, counts, failures, uploads):
        chance = random.Random(f"{number}.{thread}")
        client, at = Client(self.port, f"127.0.{number + 1}.{thread + 1}"), 0
        gets = {"list": request("GET", "/api/v1/studies?page_size=20", self.token),
                "qido": request("GET", "/dicom-web/studies?limit=20&PatientName=D*", self.token)}
        kinds, weights = list(self.mix), list(self.mix.values())
        logins = 0
        while not self.stopping.is_set():
            kind = chance.choices(kinds, weights)[0]
            study, series, stored = "", "", None
            if kind == "upload" or (kind == "instance" and not uploads):
                kind = "upload"
                study = f"1.4.{number}.{thread}.{at // INSTANCES_PER_STUDY}"
                series = f"{study}.{at % 2 + 1}"
                stored = instance(at + 1, study, series, patient=f"P{number}-{thread}", pixels=16)
                wire = request("POST", "/dicom-web/studies", self.token, multipart([stored]), STOW["Content-Type"])
            elif kind == "instance":
                of = chance.choice(list(uploads))
                of_series, of_number = chance.choice(uploads[of])
                wire = request("GET", f"/dicom-web/studies/{of}/series/{of_series}/instances/{of_series}.{of_number}", self.token)
                wire = wire.replace(b"\r\n\r\n", b"\r\nAccept: application/dicom\r\n\r\n")
            elif kind == "login":
                logins += 1
                wire = request("POST", "/api/v1/auth/login", None, b'{"email":"admin@example.org","password":"%s"}'
                               % harness.PASSWORD.encode(), "application/json")
            else:
                wire = gets[kind]
            asker = client
            if kind == "login":  # each from somewhere else, for the sake of the limit
                asker = Client(self.port, f"127.{number * 16 + thread + 1}.{logins // 200 + 1}.{logins % 200 + 1}")
            try:
                status, body = asker.ask(wire)
            except (OSError, ValueError) as reason:
                status, body = 0, repr(reason).encode()
                asker.close()
            if kind == "login":
                asker.close()
            counts[kind] += 1
            with self.count.get_lock():
                self.count.value += 1
            if status == 200 and kind == "upload":
                uploads.setdefault(study, []).append((series, at + 1))
                at += 1
            elif status != 200:
                failures.append((time.strftime("%H:%M:%S"), kind, status, body[:300]))
        client.close()
