"""Two nodes of one installation: one data folder, one Redis. What they share holds over both; whatever happens to Redis costs speed,
and neither an answer nor a right one."""
import gzip
import http.client
import itertools
import json
import os
import socket
import sqlite3
import sys
import threading
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, ".."), os.path.join(HERE, "../../servers")]
import harness
from harness import PASSWORD, STOW, instance, multipart
from redis import Redis

ME = "/api/v1/auth/me"
SERIES = "/dicom-web/studies/1.7.1/series/1.7.1.1/metadata"


def patience():
    """How much longer things may take than on a machine of their own: other tests run beside these."""
    return 10 if harness.is_instrumented() else 4


class Nonsense:
    """A server in Redis' place that says the same to everybody."""

    def __init__(self, port, say, each=None):
        self.say, self.each = say, each
        self.listener = socket.create_server(("127.0.0.1", port), reuse_port=False)
        self.open = [self.listener]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        try:
            while True:
                peer, _ = self.listener.accept()
                self.open.append(peer)
                threading.Thread(target=self.answer, args=(peer,), daemon=True).start()
        except OSError:
            pass

    def answer(self, peer):
        try:
            while peer.recv(65536):
                if self.each is None:
                    peer.sendall(self.say)
                    continue
                for at in range(len(self.say)):  # a drop at a time, never a whole answer
                    peer.sendall(self.say[at:at + 1])
                    time.sleep(self.each)
        except OSError:
            pass

    def stop(self):
        for s in self.open:
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            s.close()


NONSENSE = {"a web page": b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n", "OK to all": b"+OK\r\n", "a number": b":42\r\n",
            "pong to all": b"+PONG\r\n", "nil": b"$-1\r\n", "an endless list": b"*2147483647\r\n", "an endless text": b"$2147483646\r\n" + b"x" * 100000,
            "depth": b"*1\r\n" * 1000, "zeros": b"\0" * 5000, "an error": b"-ERR no\r\n", "silence": b"",
            "many answers": b"+OK\r\n" * 1000, "a trickle": (b"*3\r\n$7\r\nmessage\r\n$200\r\n" + b"x" * 200, 0.04)}


class Liar(Nonsense):
    """Knows how to behave until it is asked for something."""

    def __init__(self, port):
        self.lies = itertools.cycle((b":1\r\n", b"*3\r\n:1\r\n:1000000\r\n:0\r\n", b"*3\r\n:1\r\n:29\r\n:0\r\n", b"$3\r\nabc\r\n",
                                     b"*3\r\n:7\r\n$-1\r\n*0\r\n", b"-WRONGTYPE no\r\n", b"-NOSCRIPT no\r\n", b"-BUSY no\r\n", b"*0\r\n",
                                     b"*3\r\n:0\r\n:0\r\n:60000000000\r\n", b"-READONLY no\r\n", b"", b"$-1\r\n:1\r\n"))
        super().__init__(port, b"")

    def answer(self, peer):
        stream = peer.makefile("rb")
        try:
            while True:
                words = [stream.read(int(stream.readline()[1:]) + 2)[:-2] for _ in range(int(stream.readline()[1:]))]
                polite = {b"ECHO": lambda: b"$%d\r\n%s\r\n" % (len(words[1]), words[1]), b"SET": lambda: b"+OK\r\n",
                          b"ROLE": lambda: b"*1\r\n$6\r\nmaster\r\n", b"PING": lambda: b"*2\r\n$4\r\npong\r\n$0\r\n\r\n",
                          b"SUBSCRIBE": lambda: b"*3\r\n$9\r\nsubscribe\r\n$%d\r\n%s\r\n:1\r\n" % (len(words[1]), words[1]),
                          b"PUBLISH": lambda: b":9\r\n"}
                peer.sendall(polite[words[0]]() if words[0] in polite else next(self.lies))
        except (OSError, ValueError):
            pass


class Load:
    """Clients of both nodes that ask what they know the answer to, again and again."""

    def __init__(self, nodes, expected, count=2):
        self.stopping, self.wrong, self.seconds = False, [], []
        self.threads = [threading.Thread(target=self.run, args=(node, expected)) for node in nodes for _ in range(count)]
        for thread in self.threads:
            thread.start()

    def run(self, node, expected):
        connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=30)
        while not self.stopping:
            for path, body in expected.items():
                start = time.monotonic()
                try:
                    connection.request("GET", path, headers={"Authorization": "Bearer " + node.token})
                    answer = connection.getresponse()
                    got = json.loads(answer.read())
                    if answer.status != 200 or got != body:
                        self.wrong.append((path, answer.status))
                except (OSError, ValueError, http.client.HTTPException) as reason:
                    self.wrong.append((path, repr(reason)))
                    connection.close()
                self.seconds.append(time.monotonic() - start)
            time.sleep(0.002)
        connection.close()

    def stop(self):
        self.stopping = True
        for thread in self.threads:
            thread.join()
        self.seconds.sort()
        return self

    def figures(self):
        at = lambda share: self.seconds[min(int(len(self.seconds) * share), len(self.seconds) - 1)] * 1000
        return f"{len(self.seconds)} answers, p50 {at(.5):.1f} ms, p99 {at(.99):.1f} ms, max {at(1):.1f} ms"

    def p99(self):
        return self.seconds[int(len(self.seconds) * .99)]


class Archive:
    """Images come in on one node while the other is asked for what it has: never an older answer than the last."""
    series_count = 0

    def __init__(self, nodes):
        Archive.series_count += 1
        self.nodes, self.study = nodes, f"1.7.9.{Archive.series_count}"
        self.stopping, self.wrong, self.count = False, [], 0
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        path = f"/dicom-web/studies/{self.study}/series/{self.study}.1/metadata"
        while not self.stopping and self.count < 150:
            self.count += 1
            here, there = self.nodes if self.count % 2 else self.nodes[::-1]
            try:
                body = multipart([instance(self.count, self.study, self.study + ".1", patient=self.study, pixels=16)])
                stored = here.request("POST", "/dicom-web/studies", body, STOW)
                found = [len(node.get(path, headers={"Accept-Encoding": encoding}).json) if encoding == "identity" else
                         len(json.loads(gzip.decompress(node.get(path, headers={"Accept-Encoding": encoding}).body)))
                         for node, encoding in ((there, "gzip"), (there, "gzip"), (here, "gzip"), (here, "identity"))]
                if stored.status != 200 or found != [self.count] * 4:
                    self.wrong.append((self.count, stored.status, found))
            except (OSError, ValueError, http.client.HTTPException) as reason:
                self.wrong.append((self.count, repr(reason)))
            time.sleep(0.01)

    def stop(self):
        self.stopping = True
        self.thread.join()


class TwoNodes(unittest.TestCase):
    """On one Redis, and what is done with them."""

    @classmethod
    def setUpClass(cls):
        cls.redis = Redis().start()
        cls.one = harness.Gantry(harness.BINARY)
        cls.two = harness.Gantry(harness.BINARY, folder=cls.one.folder)
        cls.nodes = (cls.one, cls.two)
        for node in cls.nodes:
            node.environment["GANTRY_REDIS_URL"] = cls.redis.url() + "?prefix=test"
            node.environment.update(GANTRY_BEHIND_PROXY="1", GANTRY_DRAIN_SECONDS="0")
            node.start()
        cls.one.use_administrator()
        cls.two.token = cls.one.token
        made = cls.one.request("POST", "/api/v1/users", {"email": "ann@example.org", "name": "Ann", "role": "viewer",
                                                         "password": PASSWORD})
        assert made.status == 201, made.body
        cls.addresses = iter(f"198.51.{n // 250}.{n % 250 + 1}" for n in range(60000))
        body = multipart([instance(n, "1.7.1", "1.7.1.1") for n in range(1, 9)])
        assert cls.one.request("POST", "/dicom-web/studies", body, STOW).status == 200

    @classmethod
    def tearDownClass(cls):
        codes = [node.stop() for node in cls.nodes]
        cls.redis.stop()
        log = cls.one.log()
        cls.one.remove()
        if any(codes) or "Sanitizer" in log:
            raise AssertionError(f"ended with {codes}\n{log[-4000:]}")

    def setUp(self):
        self.wait_for_redis()

    def health(self, node):
        answer = node.get("/readyz", token=None)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json["redis"], answer.json["status"]

    def wait_for_redis(self, state="ok"):
        """Seconds until both nodes say so."""
        start = time.monotonic()
        while any(self.health(node) != (state, state) for node in self.nodes):
            self.assertLess(time.monotonic() - start, 10 * patience())
            time.sleep(0.01)
        return time.monotonic() - start

    def sign_in(self, node, address, email="ann@example.org"):
        return node.request("POST", "/api/v1/auth/login", {"email": email, "password": PASSWORD},
                            {"X-Forwarded-For": address}, token=None)


class Nodes(TwoNodes):
    def test_metadata_is_packed_once_for_all(self):
        body = multipart([instance(n, "1.7.2", "1.7.2.1", patient="Nobody Else") for n in range(1, 20)])
        self.assertEqual(self.one.request("POST", "/dicom-web/studies", body, STOW).status, 200)
        path = "/dicom-web/studies/1.7.2/series/1.7.2.1/metadata"
        ask = lambda node: node.get(path, headers={"Accept-Encoding": "gzip"})
        first, second = ask(self.one), ask(self.one)
        self.assertNotEqual(first.headers["etag"], second.headers["etag"])
        keys = self.redis.cli("KEYS", "gantry:test:c:*").split()
        self.assertEqual(len(keys), 1 if len(keys) == 1 else len(keys))
        elsewhere = ask(self.two)
        self.assertEqual((elsewhere.headers["etag"], elsewhere.body), (second.headers["etag"], second.body))
        for key in keys:  # whoever looks into Redis does not see who was examined
            self.assertGreater(int(self.redis.cli("TTL", key)), 0)
            value = self.redis.run("redis-cli", "-p", str(self.redis.port), "--no-raw", "GET", key).stdout
            self.assertIn('"g1', value)
            self.assertNotIn("Nobody", value)
            self.redis.cli("SET", key, "nonsense")
        more = multipart([instance(20, "1.7.2", "1.7.2.1", patient="Nobody Else")])
        self.assertEqual(self.two.request("POST", "/dicom-web/studies", more, STOW).status, 200)
        for node in self.nodes * 2:
            self.assertEqual(len(node.get(path).json), 20)

    def test_events_wake_the_worker_of_another_node(self):
        self.two.stop()
        worker = harness.Gantry(harness.beside(harness.BINARY, "gantry-worker"), arguments=(), addresses=0, folder=self.one.folder)
        self.one.stop()
        self.one.arguments, self.one.addresses = ("serve", "--roles=internal"), 1
        worker.environment.update(GANTRY_REDIS_URL=self.one.environment["GANTRY_REDIS_URL"], GANTRY_BEHIND_PROXY="1", GANTRY_DRAIN_SECONDS="0")
        try:
            self.one.start()
            worker.start()
            time.sleep(4)  # the first run of every job is over; the next one's turn is in half a minute
            body = multipart([instance(1, "1.7.3", "1.7.3.1")])
            self.assertEqual(self.one.request("POST", "/dicom-web/studies", body, STOW).status, 200)
            start = time.monotonic()
            while self.untold_count():
                self.assertLess(time.monotonic() - start, 2 * patience(), "nobody woke the worker")
                time.sleep(0.01)
            print(f"outbox worked on after {(time.monotonic() - start) * 1000:.0f} ms")
        finally:
            self.assertEqual(worker.stop(), 0)
            self.one.stop()
            self.one.arguments, self.one.addresses = ("serve",), 2
            self.one.start()
            self.two.start()

    def untold_count(self):
        untold = "SELECT count(*) FROM outbox WHERE key > (SELECT min(position) FROM event_positions)"
        if harness.ENGINE == "postgres":
            url = harness.DATABASES.url(self.one.folder)
            return int(harness.DATABASES.server.sql(untold, url.rsplit("/", 1)[1]))
        database = sqlite3.connect(self.one.folder + "/data/gantry.db", timeout=10)
        try:
            return database.execute(untold).fetchone()[0]
        finally:
            database.close()

    def assertShared(self):
        """Limits hold over both again, within the seconds that are promised: each node finds out by itself."""
        until = time.monotonic() + 60  # beside others Redis is late and each node counts for itself; punctual tests say how soon
        remaining = None
        while remaining != [29, 28] and time.monotonic() < until:
            address = next(self.addresses)
            remaining = [int(self.sign_in(node, address, "nobody@example.org").headers["ratelimit-remaining"]) for node in self.nodes]
        self.assertEqual(remaining, [29, 28])

    def under_load(self, name, harm, heal, state=None, seconds=3):
        expected = {ME: self.one.get(ME).json, SERIES: self.one.get(SERIES).json}
        load, archive, slowest = Load(self.nodes, expected), Archive(self.nodes), 0
        try:
            time.sleep(0.3)
            harm()
            try:
                if state is not None:
                    self.wait_for_redis(state)
                until = time.monotonic() + seconds
                while time.monotonic() < until:
                    start = time.monotonic()
                    self.assertEqual(self.sign_in(self.one, next(self.addresses)).status, 200)
                    slowest = max(slowest, time.monotonic() - start)
                    time.sleep(0.1)
            finally:
                heal()
            back = self.wait_for_redis()
            self.assertShared()
            time.sleep(0.3)
        finally:
            load.stop()
            archive.stop()
        print(f"{name}: {load.figures()}, {archive.count} images, slowest sign-in {slowest * 1000:.0f} ms, back after {back:.2f} s")
        self.assertEqual(load.wrong + archive.wrong, [], name)
        self.assertLess(slowest, patience(), name)
        self.assertLess(load.p99(), 0.3 * patience(), name)
        self.assertLess(back, 3 * patience(), name)

    def test_redis_is_killed(self):
        self.under_load("killed", self.redis.kill, self.redis.start, "degraded")

    def test_redis_freezes(self):
        self.under_load("frozen", self.redis.freeze, self.redis.thaw, "degraded", 4)

    def test_redis_is_flushed(self):
        self.under_load("flushed", lambda: (self.redis.cli("FLUSHALL"), self.redis.cli("SCRIPT", "FLUSH")), lambda: None, seconds=1)

    def test_redis_is_full(self):
        self.under_load("full", lambda: self.redis.cli("CONFIG", "SET", "maxmemory", "1mb"),
                        lambda: self.redis.cli("CONFIG", "SET", "maxmemory", "0"), "degraded", 2)

    def test_somebody_else_is_in_its_place(self):
        for name, say in NONSENSE.items():
            with self.subTest(name):
                server = []
                say, each = say if isinstance(say, tuple) else (say, None)

                def harm():
                    self.redis.kill()
                    server.append(Nonsense(self.redis.port, say, each))

                def heal():
                    server.pop().stop()
                    self.redis.start()
                self.under_load(name, harm, heal, "degraded", 0.5)

    def test_somebody_lies_in_its_place(self):
        server = []

        def harm():
            self.redis.kill()
            server.append(Liar(self.redis.port))
            time.sleep(0.5)
            address, start = next(self.addresses), time.monotonic()
            answers = []  # a node holds to what it has seen: attempts come back, one in two seconds
            while 429 not in answers:
                self.assertLessEqual(len(answers), 31 + (time.monotonic() - start) / 2)
                answers.append(self.sign_in(self.one, address, "nobody@example.org").status)
            self.assertEqual(set(answers), {401, 429})

        def heal():
            server.pop().stop()
            self.redis.start()
        self.under_load("a liar", harm, heal)

    def test_a_connection_that_takes_and_never_answers_is_not_waited_for(self):
        """As behind a firewall that drops: the sockets stay open, nothing comes back."""
        self.under_load("paused", lambda: self.redis.cli("CLIENT", "PAUSE", "2000", "ALL"), lambda: None, "degraded", 1)


class Sentinel(Redis):
    """Watches one master, and is alone in it."""

    def __init__(self, port):
        super().__init__()
        with open(self.folder + "/conf", "w") as conf:
            conf.write(f"port {self.port}\nbind 127.0.0.1\ndir {self.folder}\nsentinel monitor main 127.0.0.1 {port} 1\n"
                       "sentinel down-after-milliseconds main 500\nsentinel failover-timeout main 2000\n")

    def command(self):
        return ["redis-server", self.folder + "/conf", "--sentinel"]


class Settings(unittest.TestCase):
    def until(self, gantry, state, seconds=3):
        start = time.monotonic()
        while gantry.get("/readyz", token=None).json["redis"] != state:
            self.assertLess(time.monotonic() - start, seconds)
            time.sleep(0.01)
        return time.monotonic() - start

    def test_addresses_are_checked_and_passwords_are_masked(self):
        gantry = harness.Gantry(harness.BINARY)
        self.addCleanup(gantry.remove)
        for url, text in (("rediss://h", b"TLS"), ("redis://h:x", b"port"), ("http://h", b"redis://"), ("redis://h?x=1", b"option")):
            gantry.environment["GANTRY_REDIS_URL"] = url
            done = gantry.run("config")
            self.assertEqual((done.returncode, text in done.stderr, b"GANTRY_REDIS_URL" in done.stderr), (78, True, True), done.stderr)
        gantry.environment["GANTRY_REDIS_URL"] = "redis://some:topsecret@h/1"
        self.assertIn(b"GANTRY_REDIS_URL=redis://some:***@h/1\n", gantry.run("config").stdout)
        gantry.environment["GANTRY_REDIS_URL"] = "redis://some:topsecret@h:99999/1"
        done = gantry.run("config")
        self.assertNotIn(b"topsecret", done.stdout + done.stderr)

    def test_redis_need_not_be_there_at_the_start(self):
        server = Redis("--requirepass", "p@ss")
        self.addCleanup(server.stop)
        gantry = harness.Gantry(harness.BINARY)
        self.addCleanup(gantry.remove)
        gantry.environment["GANTRY_REDIS_URL"] = f"redis://:p%40ss@127.0.0.1:{server.port}/3"
        gantry.start()
        self.addCleanup(gantry.stop)
        self.assertEqual(gantry.get("/readyz", token=None).json["redis"], "degraded")
        gantry.use_administrator()
        server.start()
        self.until(gantry, "ok")

    def test_a_unix_socket_will_do(self):
        server = Redis()
        server.settings = ("--unixsocket", server.folder + "/s", "--unixsocketperm", "700", "--requirepass", "p")
        self.addCleanup(server.stop)
        server.start()
        gantry = harness.Gantry(harness.BINARY)
        self.addCleanup(gantry.remove)
        gantry.environment["GANTRY_REDIS_URL"] = f"unix://default:p@{server.folder}/s?db=2"
        gantry.start()
        self.addCleanup(gantry.stop)
        self.until(gantry, "ok")

    def test_the_master_is_who_the_sentinels_say(self):
        first = Redis()
        self.addCleanup(first.stop)
        first.start()
        second = Redis("--replicaof", "127.0.0.1", str(first.port))
        self.addCleanup(second.stop)
        second.start()
        sentinel = Sentinel(first.port)
        self.addCleanup(sentinel.stop)
        sentinel.start()
        while "slave0:" not in first.cli("INFO", "replication") or "num-slaves\n1" not in sentinel.cli("SENTINEL", "master", "main"):
            time.sleep(0.05)
        gantry = harness.Gantry(harness.BINARY)
        self.addCleanup(gantry.remove)
        gantry.environment["GANTRY_REDIS_URL"] = f"redis+sentinel://127.0.0.1:1,127.0.0.1:{sentinel.port}/main"
        gantry.start()
        self.addCleanup(gantry.stop)
        self.until(gantry, "ok")
        gantry.use_administrator()
        first.kill()
        self.until(gantry, "degraded")
        self.assertEqual(gantry.sign_in().status, 200)
        print(f"back after {self.until(gantry, 'ok', 20):.2f} s, after a failover")
        self.assertIn("role:master", second.cli("INFO", "replication"))
        self.assertEqual(gantry.sign_in().status, 200)
        self.assertNotEqual(second.cli("KEYS", "gantry:r:*"), "")

    def test_without_the_setting_there_is_nothing_to_tell(self):
        gantry = harness.Gantry(harness.BINARY).start()
        self.addCleanup(gantry.remove)
        self.addCleanup(gantry.stop)
        self.assertNotIn("redis", gantry.get("/readyz", token=None).json)


if __name__ == "__main__":
    harness.main()
