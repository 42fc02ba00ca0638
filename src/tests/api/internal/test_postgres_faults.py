"""The real program on a real PostgreSQL that is killed, frozen, cut off, filled up and lied about, under a load that never stops:
what was acknowledged is there once, what failed was told as 503 or 507 in time, and service is back soon after."""
import http.client
import json
import os
import random
import signal
import struct
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from harness import STOW, instance, multipart
from fault_proxy import UP, FaultProxy
from postgres import Postgres, program

IS_LONG = bool(os.environ.get("GANTRY_LONG"))
RESTART_COUNT, FREEZE_SECONDS, LOST_COMMIT_COUNT, CRASH_COUNT = (20, 60, 1000, 20) if IS_LONG else (3, 5, 50, 4)
# With nothing beside it. Else other tests have the processors, too.
ANSWER_SECONDS_MAX = 12 if IS_LONG else 30  # of any request, whatever the database does
UNREADY_SECONDS_MAX = 3.5 if IS_LONG else 10
RECOVERY_SECONDS_MAX = 3 if IS_LONG else 20
CONNECTION_COUNT_MAX = 22
INSTANCES_PER_STUDY = 6
LOCK = "1195462228"


class PostgresProxy(FaultProxy):
    """Knows the writer's COMMIT by its prepared statement, and cuts some of them right before or right after it is forwarded."""

    def __init__(self, target):
        self.seen, self.cut_commits, self.after, self.every, self.commit_count = {}, 0, False, 3, 0
        self.do_at_commit = None
        super().__init__(target)

    def cut_some_commits(self, count, after, every=3):
        self.cut_commits, self.after, self.every = count, after, every

    def at_next_commit(self, do):
        """Called with the COMMIT in hand, which is never forwarded."""
        self.do_at_commit = do

    def forward(self, connection, direction, piece, sink):
        if direction == UP and self.carries_commit(connection, piece):
            with self.changed:
                self.commit_count += 1
                do, self.do_at_commit = self.do_at_commit, None
                cuts = self.cut_commits > 0 and self.commit_count % self.every == 0
                if cuts:
                    self.cut_commits -= 1
                    self.rules.append([UP, lambda other: other is piece, self.after, 1])
            if do is not None:
                do()
                return self.end(connection)
        return super().forward(connection, direction, piece, sink)

    def carries_commit(self, connection, piece):
        """Reads the client's messages: Parse names a statement, Bind uses it."""
        left, names, is_writer = self.seen.get(connection, (None, {}, False))
        found = False
        if left is None:  # the start-up message has no type
            size = struct.unpack(">I", piece[:4])[0]
            piece, left = piece[size:], b""
        data = left + piece
        while len(data) >= 5:
            size = 1 + struct.unpack(">I", data[1:5])[0]
            if len(data) < size:
                break
            kind, body, data = data[:1], data[5:size], data[size:]
            if kind == b"P":
                name, sql = body.split(b"\0")[:2]
                names[name] = sql
                is_writer |= LOCK.encode() in sql
            elif kind == b"B":
                found |= is_writer and names.get(body.split(b"\0")[1]) == b"COMMIT"
        self.seen[connection] = (data, names, is_writer)
        return found

    def forget(self, connection):
        self.seen.pop(connection, None)
        super().forget(connection)


class Worker(threading.Thread):
    """One client: each thing it wants it asks for until it is done, and remembers what was acknowledged."""
    login_count = 0

    def __init__(self, load, number):
        super().__init__(daemon=True)
        self.load, self.number, self.chance = load, number, random.Random(number)
        self.stored, self.users, self.trashed = {}, [], {}   # acknowledged: UIDs by study, addresses, state by study
        self.pending = None
        self.connection, self.used_at, self.serial, self.study_number = None, 0, 0, 0

    def ask(self, method, path, body=None, headers=None, token=True):
        """Once. None when it failed as it may."""
        headers = dict(headers or {})
        if token:
            headers["Authorization"] = "Bearer " + self.load.gantry.token
        if isinstance(body, dict):
            body, headers["Content-Type"] = json.dumps(body), "application/json"
        begin = time.monotonic()
        if self.connection and begin - self.used_at > 5:  # while this one signed in: the server may be about to close it
            self.connection.close()
            self.connection = None
        source = (f"127.8.0.{self.number + 1}", 0)
        if not token:  # each from somewhere else, for the sake of the limit
            Worker.login_count += 1
            source = (f"127.9.{Worker.login_count // 200 + 1}.{Worker.login_count % 200 + 1}", 0)
        connection = self.connection if token else None
        if connection is None:
            connection = http.client.HTTPConnection("127.0.0.1", self.load.gantry.port, timeout=60, source_address=source)
        try:
            connection.request(method, path, body, headers)
            answer = harness.Answer(connection.getresponse())
        except (OSError, http.client.HTTPException) as reason:
            self.load.wrong.append((method, path, repr(reason), time.monotonic() - begin))
            connection.close()
            self.connection = None
            return None
        if token:
            self.connection, self.used_at = connection, time.monotonic()
        else:
            connection.close()
        seconds = time.monotonic() - begin
        self.load.note(method, path, answer, seconds)
        return answer if answer.status < 400 else None

    def until_done(self, *arguments, **options):
        """The same request again and again: it has one effect."""
        while True:
            answer = self.ask(*arguments, **options)
            if answer is not None or self.load.gave_up:
                return answer
            time.sleep(0.05)

    def run(self):
        kinds = [self.store] * 6 + [self.list] * 3 + [self.search] * 3 + [self.look] * 3 + [self.trash] * 2
        while not self.load.stopping:
            self.serial += 1
            if self.serial % 60 == self.number * 7 % 60:
                self.add_user()
            elif self.serial % 60 == 30 + self.number:
                self.until_done("POST", "/api/v1/auth/login", {"email": "admin@example.org", "password": harness.PASSWORD},
                                token=False)
            else:
                self.chance.choice(kinds)()
            time.sleep(0.002)
        if self.connection:
            self.connection.close()

    def study(self):
        return f"1.6.{self.load.number}.{self.number}.{self.study_number}"

    def store(self):
        if len(self.stored.get(self.study(), ())) >= INSTANCES_PER_STUDY:
            self.study_number += 1
        study = self.study()
        number = len(self.stored.get(study, ())) + 1
        series = f"{study}.{number % 2 + 1}"
        self.pending = f"{series}.{number}"
        body = multipart([instance(number, study, series, patient=f"P{self.number}", pixels=16)])
        if self.until_done("POST", "/dicom-web/studies", body, STOW) is not None:
            self.stored.setdefault(study, []).append(self.pending)
            self.pending = None

    def list(self):
        answer = self.ask("GET", "/api/v1/studies?page_size=50")
        if answer is not None:
            items = answer.json["items"]
            uids = [item["study_instance_uid"] for item in items]
            if len(set(uids)) != len(uids) or any(item["instance_count"] < 1 or item["series_count"] < 1 for item in items):
                self.load.wrong.append(("a list shows what is not so", uids))

    def search(self):
        answer = self.ask("GET", f"/dicom-web/studies?limit=50&PatientID=P{self.number}&includefield=00201208")
        if answer is not None and answer.status == 200:
            uids = [study["0020000D"]["Value"][0] for study in answer.json]
            if len(set(uids)) != len(uids):
                self.load.wrong.append(("a search shows a study twice", uids))

    def look(self):
        """Nobody else writes to these: what is there is what was acknowledged."""
        if not self.stored:
            return
        study = self.chance.choice([uid for uid in self.stored if uid not in self.trashed] or [None])
        if study is None:
            return
        answer = self.ask("GET", f"/dicom-web/studies/{study}/instances?limit=100")
        if answer is not None:
            found = sorted(i["00080018"]["Value"][0] for i in answer.json) if answer.status == 200 else []
            if found != sorted(self.stored[study]):
                self.load.wrong.append(("not what was acknowledged", study, found, self.stored[study]))

    def trash(self):
        whole = [uid for uid, found in self.stored.items() if len(found) == INSTANCES_PER_STUDY and uid != self.study()]
        if not whole:
            return
        study = self.chance.choice(whole)
        answer = self.ask("GET", f"/api/v1/studies?study_instance_uid={study}" + ("&trashed=true" if study in self.trashed else ""))
        if answer is None:
            return
        if len(answer.json["items"]) != 1:
            self.load.wrong.append(("a study is not where it was put", study, study in self.trashed, answer.body[:200]))
            return
        place = "/api/v1/studies/" + answer.json["items"][0]["id"]
        key = {"Idempotency-Key": f"{self.load.number}-{self.number}-{self.serial}"}
        if study in self.trashed:
            if self.until_done("POST", place + "/restore", headers=key) is not None:
                del self.trashed[study]
        else:
            self.trashed[study] = True
            self.until_done("DELETE", place, headers=key)

    def add_user(self):
        email = f"u{self.load.number}-{self.number}-{self.serial}@example.org"
        if self.until_done("POST", "/api/v1/users", {"email": email, "name": "N", "role": "viewer", "password": harness.PASSWORD},
                           {"Idempotency-Key": email}) is not None:
            self.users.append(email)


class Load:
    number = 0

    def __init__(self, gantry, thread_count=6):
        Load.number += 1
        self.gantry, self.stopping, self.gave_up = gantry, False, False
        self.number, self.counts, self.slowest, self.wrong = Load.number, {}, 0, []
        self.lock, self.unready_at, self.ready_at = threading.Lock(), None, None
        self.workers = [Worker(self, number) for number in range(thread_count)]
        self.watch = threading.Thread(target=self.watch_health, daemon=True)
        for thread in (*self.workers, self.watch):
            thread.start()
        time.sleep(0.5)

    def note(self, method, path, answer, seconds):
        with self.lock:
            self.counts[answer.status] = self.counts.get(answer.status, 0) + 1
            self.slowest = max(self.slowest, seconds)
        told = answer.headers["content-type"] in ("application/problem+json", "application/dicom+json") if answer.status != 204 else True
        if answer.status >= 400 and not (answer.status in (503, 507) and "retry-after" in answer.headers and told):
            self.wrong.append((method, path, answer.status, answer.body[:200]))
        if seconds > ANSWER_SECONDS_MAX:
            self.wrong.append((method, path, answer.status, f"{seconds:.1f} s", answer.body[:200]))

    def watch_health(self):
        while not self.stopping:
            if self.gantry.get("/healthz", token=None).status != 200:
                self.wrong.append("/healthz")
            answer = self.gantry.get("/readyz", token=None)
            if answer.status == 200:
                self.ready_at = time.monotonic()
            elif self.unready_at is None:
                self.unready_at = time.monotonic()
                if answer.json["database"] == "ok":
                    self.wrong.append(answer.body)
            time.sleep(0.1)

    def finish(self):
        self.stopping = True
        deadline = time.monotonic() + 30
        for worker in self.workers:
            worker.join(max(0, deadline - time.monotonic()))
        self.gave_up = True
        for worker in self.workers:
            worker.join(30)
        self.watch.join(30)


class Faults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Postgres(settings=["log_min_messages = fatal"]).start()
        cls.proxy = PostgresProxy(("127.0.0.1", cls.server.port))
        cls.gantry = harness.Gantry(harness.BINARY)
        cls.gantry.environment["GANTRY_DATABASE_URL"] = cls.server.url(port=cls.proxy.port) + "?sslmode=disable&gssencmode=disable"
        cls.gantry.environment["GANTRY_LOG_LEVEL"] = "warn"
        cls.gantry.start()
        cls.gantry.use_administrator()

    @classmethod
    def tearDownClass(cls):
        try:
            code = cls.gantry.stop()
            log = cls.gantry.log()
            if code != 0 or "Sanitizer" in log:
                raise AssertionError(f"gantry ended with {code}\n{log[-4000:]}")
        finally:
            cls.proxy.stop()
            cls.server.stop()
            cls.gantry.remove()

    def setUp(self):
        self.proxy.pass_on()
        self.threads_before = self.thread_count()
        self.load = Load(self.gantry)
        self.addCleanup(self.load.finish)

    def thread_count(self):
        return len(os.listdir(f"/proc/{self.gantry.process.pid}/task"))

    def wait_unready(self, begin):
        while self.load.unready_at is None and time.monotonic() - begin < UNREADY_SECONDS_MAX + 5:
            time.sleep(0.02)
        self.assertIsNotNone(self.load.unready_at, "/readyz never said so")
        self.assertLess(self.load.unready_at - begin, UNREADY_SECONDS_MAX)

    def wait_service(self):
        """The seconds until a read and a write go through."""
        begin, number = time.monotonic(), int(time.monotonic() * 1000)
        body = multipart([instance(1, f"1.7.{number}", f"1.7.{number}.1", patient="PROBE", pixels=16)])
        while time.monotonic() - begin < 30:
            if (self.gantry.get("/api/v1/studies?page_size=1").status == 200
                    and self.gantry.request("POST", "/dicom-web/studies", body, STOW).status == 200
                    and self.gantry.get("/readyz", token=None).status == 200):
                break
            time.sleep(0.02)
        return time.monotonic() - begin

    def finish(self, recovery=0.0, failures=True):
        """Ends the load; what every fault must leave behind."""
        time.sleep(0.5)
        self.load.finish()
        load, counts = self.load, self.load.counts
        print(f"\n  {self._testMethodName}: {sum(counts.values())} requests {counts}, slowest {load.slowest:.1f} s, back after "
              f"{recovery:.2f} s, {sum(len(found) for w in load.workers for found in w.stored.values())} instances and "
              f"{sum(len(w.users) for w in load.workers)} users acknowledged", flush=True)
        self.assertEqual(load.wrong[:5], [], f"{len(load.wrong)} of them")
        self.assertGreater(counts.get(200, 0), 0)
        if failures:
            self.assertGreater(counts.get(503, 0) + counts.get(507, 0), 0)
        self.assertLess(recovery, RECOVERY_SECONDS_MAX)
        self.assertNothingLost()
        self.assertLessEqual(len(self.server.backends()), CONNECTION_COUNT_MAX)
        self.assertLessEqual(self.thread_count(), self.threads_before + 4)

    def rows(self, sql):
        return [line.split("|") for line in self.server.sql(sql).splitlines()]

    def change(self, sql):
        """Changes of the schema under load: they may lose a deadlock themselves."""
        for attempt in range(20):
            try:
                return self.server.sql(sql)
            except RuntimeError as reason:
                if "deadlock" not in str(reason) or attempt == 19:
                    raise

    def assertNothingLost(self):
        load = self.load
        there = {uid: study for uid, study in self.rows(
            "SELECT i.sop_instance_uid, s.study_instance_uid FROM instances i JOIN studies s ON s.key = i.study_key "
            f"WHERE s.study_instance_uid LIKE '1.6.{load.number}.%'")}
        acknowledged = {uid for w in load.workers for found in w.stored.values() for uid in found}
        self.assertLessEqual(acknowledged, set(there), "acknowledged work was lost")
        self.assertLessEqual(set(there) - acknowledged, {w.pending for w in load.workers}, "something is there that nobody sent")
        users = {row[0]: int(row[1]) for row in self.rows(
            f"SELECT email, count(*) FROM users WHERE email LIKE 'u{load.number}-%' GROUP BY email")}
        self.assertLessEqual({email for w in load.workers for email in w.users}, set(users))
        self.assertEqual([email for email, count in users.items() if count != 1], [])
        trashed = {row[0] for row in self.rows("SELECT study_instance_uid FROM studies WHERE state <> 0 AND study_instance_uid "
                                               f"LIKE '1.6.{load.number}.%'")}
        self.assertEqual(trashed, {uid for w in load.workers for uid in w.trashed})
        none = {
            "counts differ": "SELECT key FROM studies s WHERE instance_count <> (SELECT count(*) FROM instances WHERE study_key = "
                             "s.key) OR series_count <> (SELECT count(*) FROM series WHERE study_key = s.key)",
            "a series counts wrongly": "SELECT key FROM series e WHERE instance_count <> (SELECT count(*) FROM instances WHERE "
                                       "series_key = e.key)",
            "the counters differ": "SELECT * FROM counters c WHERE studies <> (SELECT count(*) FROM studies s WHERE "
                                   "s.organization_key = c.organization_key AND s.state = c.state)",
            "a change is not told once": "SELECT i.key FROM instances i LEFT JOIN changes c ON c.instance_key = i.key "
                                         "GROUP BY i.key HAVING count(c.sequence) <> 1",
            "a change of nothing": "SELECT sequence FROM changes WHERE instance_key NOT IN (SELECT key FROM instances)",
            "no blobs": "SELECT key FROM instances WHERE key NOT IN (SELECT instance_key FROM instance_blobs)",
        }
        for name, sql in none.items():
            self.assertEqual(self.rows(sql), [], name)
        verify = self.gantry.run("verify")
        self.assertEqual(verify.returncode, 0, verify.stdout + verify.stderr)

    # The faults

    def test_a_server_stopped_at_once_and_started_again(self):
        slowest = 0.0
        for number in range(RESTART_COUNT):
            begin = time.monotonic()
            self.load.unready_at = None
            self.server.end(signal.SIGQUIT)
            if number == 0:
                self.wait_unready(begin)
            else:
                time.sleep(random.random())
            self.server.start()
            slowest = max(slowest, self.wait_service())
        self.finish(slowest)

    def test_b_a_backend_killed_takes_all_with_it(self):
        slowest = 0.0
        for _ in range(RESTART_COUNT):
            os.kill(random.choice(list(self.server.backends())), signal.SIGKILL)
            while not self.server.answers():
                time.sleep(0.02)
            slowest = max(slowest, self.wait_service())
        self.finish(slowest, failures=False)

    def test_b_all_sessions_ended(self):
        slowest = 0.0
        for _ in range(RESTART_COUNT * 3):
            self.server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND "
                            "datname = 'gantry'")
            slowest = max(slowest, self.wait_service())
        self.finish(slowest, failures=False)

    def test_c_a_server_frozen(self):
        begin = time.monotonic()
        self.server.freeze()
        self.wait_unready(begin)
        time.sleep(max(0, begin + FREEZE_SECONDS - time.monotonic()))
        self.server.thaw()
        self.finish(self.wait_service(), failures=IS_LONG)

    def test_d_a_network_that_takes_all_and_gives_nothing(self):
        begin = time.monotonic()
        self.proxy.black_hole()
        self.wait_unready(begin)
        time.sleep(max(0, begin + FREEZE_SECONDS + 4 - time.monotonic()))
        self.proxy.pass_on()
        self.finish(self.wait_service())

    def test_d_a_network_that_is_slow(self):
        self.proxy.delay(200)
        time.sleep(3)
        self.proxy.pass_on().throttle(20000)
        time.sleep(2)
        self.proxy.pass_on()
        self.finish(self.wait_service(), failures=False)

    def test_d_a_port_that_is_closed(self):
        begin = time.monotonic()
        self.proxy.refuse(cut=True)
        self.wait_unready(begin)
        self.proxy.pass_on()
        self.finish(self.wait_service())

    def test_e_a_server_that_takes_no_more_connections(self):
        self.server.end()
        with open(self.server.data + "/postgresql.conf", "a") as conf:
            conf.write("max_connections = 5\nsuperuser_reserved_connections = 0\nmax_wal_senders = 0\n")
        self.server.start()
        time.sleep(3)
        counts = dict(self.load.counts)
        self.server.end()
        with open(self.server.data + "/postgresql.conf", "a") as conf:
            conf.write("max_connections = 200\n")
        self.server.start()
        self.assertGreater(counts.get(503, 0), 0)
        self.finish(self.wait_service())

    def test_f_a_server_that_talks_nonsense(self):
        for data in (b"", b"\0" * 64, b"E\0\0\0\4", b"D\x3f\xff\xff\xff\0\1"):
            self.proxy.nonsense(data)
            time.sleep(1)
        self.proxy.pass_on()
        self.finish(self.wait_service())

    def test_g_a_disk_that_is_full(self):
        """As the server tells it: a trigger stands for the disk, at a statement in the middle of a unit."""
        self.change("CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
                        "'could not extend file' USING ERRCODE = '53100'; END $$; CREATE TRIGGER full_disk BEFORE INSERT ON "
                        "instance_blobs EXECUTE FUNCTION full_disk()")
        time.sleep(1.5)
        counts = dict(self.load.counts)
        self.change("DROP TRIGGER full_disk ON instance_blobs; DROP FUNCTION full_disk()")
        self.assertGreater(counts.get(507, 0), 0)
        self.finish(self.wait_service())

    def test_h_somebody_else_holds_the_lock(self):
        """Longer than anybody waits; then rows, and then one of the two in a deadlock is chosen."""
        holder = self.hold(f"SELECT pg_advisory_xact_lock({LOCK}); SELECT pg_sleep(7)")
        holder.wait(30)
        recovery = self.wait_service()
        holder = self.hold("SELECT * FROM studies FOR UPDATE; SELECT pg_sleep(6)")
        holder.wait(30)
        recovery = max(recovery, self.wait_service())
        self.change("CREATE SEQUENCE races; CREATE FUNCTION lose_race() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF nextval("
                        "'races') % 4 = 0 THEN RAISE EXCEPTION 'lost' USING ERRCODE = '40001'; END IF; RETURN NEW; END $$; "
                        "CREATE TRIGGER lose_race BEFORE INSERT ON instances FOR EACH ROW EXECUTE FUNCTION lose_race()")
        time.sleep(1)
        self.change("DROP TRIGGER lose_race ON instances; DROP FUNCTION lose_race(); DROP SEQUENCE races")
        self.finish(max(recovery, self.wait_service()))

    def hold(self, sql):
        return subprocess.Popen([program("psql"), "-XAtq", "-h", "127.0.0.1", "-p", str(self.server.port), "-U", "gantry", "-d", "gantry", "-c",
                                 "BEGIN; " + sql + "; COMMIT"], stdout=subprocess.DEVNULL)

    def test_i_a_server_that_only_reads(self):
        self.server.sql("ALTER SYSTEM SET default_transaction_read_only = on")
        begin = time.monotonic()
        self.server.end()
        self.server.start()
        self.wait_unready(begin)
        time.sleep(1)
        self.server.end()
        os.remove(self.server.data + "/postgresql.auto.conf")
        self.server.start()
        self.finish(self.wait_service())

    # The commit whose answer was lost

    def lose_commits(self, after):
        begin = time.monotonic()
        self.proxy.cut_some_commits(LOST_COMMIT_COUNT, after)
        while self.proxy.cut_commits > 0 and time.monotonic() - begin < (120 if not IS_LONG else 600):
            time.sleep(0.05)
        left, self.proxy.cut_commits = self.proxy.cut_commits, 0
        self.assertEqual(left, 0, "not all were cut")
        log = self.gantry.log()
        print(f"\n  {LOST_COMMIT_COUNT} commits cut in {time.monotonic() - begin:.1f} s; until now",
              {name: log.count(f'"outcome":"{name}"') for name in ("committed", "aborted", "unknown")}, end="", flush=True)
        self.finish(self.wait_service(), failures=False)

    def test_j_a_crash_gives_the_number_to_somebody_else(self):
        """The server loses the transaction before its commit, and others commit under its number before anybody can ask."""
        before = self.gantry.log()
        for _ in range(CRASH_COUNT):
            crashed = threading.Event()
            self.proxy.at_next_commit(lambda: self.crash(crashed))
            self.assertTrue(crashed.wait(120))
            self.proxy.pass_on()
            self.wait_service()
        log = self.gantry.log()[len(before):]
        outcomes = {name: log.count(f'"outcome":"{name}"') for name in ("committed", "aborted", "unknown")}
        print(f"\n  {CRASH_COUNT} commits lost by a crash: {outcomes}", end="", flush=True)
        self.assertEqual(outcomes["committed"], 0)
        self.finish(failures=False)  # each may have been done at the next try, before anybody was told

    def crash(self, done):
        backends = list(self.server.backends())
        self.proxy.black_hole()
        os.kill(random.choice(backends), signal.SIGKILL)
        time.sleep(0.05)
        while not self.server.answers():
            time.sleep(0.01)
        subprocess.run([program("psql"), "-XAtq", "-h", "127.0.0.1", "-p", str(self.server.port), "-U", "gantry", "-d", "gantry"],
                       input="SELECT pg_current_xact_id();\n" * 50, text=True, stdout=subprocess.DEVNULL, check=True, timeout=30)
        done.set()

    def test_j_a_commit_that_arrives_unanswered_has_one_effect(self):
        self.lose_commits(after=True)

    def test_j_a_commit_that_never_arrives_has_none(self):
        self.lose_commits(after=False)


if __name__ == "__main__":
    harness.main()
