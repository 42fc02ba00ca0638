"""Starts the real gantry on a free port with a data folder of its own, and speaks HTTP to it. Standard library only."""
import atexit
import fcntl
import filecmp
import hashlib
import http.client
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../servers"))

PASSWORD = "correct-horse-battery"
ENGINE = os.environ.get("GANTRY_TEST_ENGINE", "sqlite")  # or postgres: the whole suite runs on either


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = {}
        for name, value in response.getheaders():  # several of one name are one list
            name = name.lower()
            self.headers[name] = self.headers[name] + ", " + value if name in self.headers else value
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)


def beside(binary, name):
    """Another program of the same build."""
    return os.path.join(os.path.dirname(os.path.abspath(binary)), name)


class Databases:
    """A database on the engine under test for each data folder; programs that share a folder share it."""

    def __init__(self):
        self.server, self.urls = None, {}

    def url(self, folder):
        """None: the default, a file in the folder."""
        if ENGINE == "sqlite":
            return None
        if self.server is None:
            import postgres
            self.server = postgres.Postgres().start()
            atexit.register(self.server.stop)
        if folder not in self.urls:
            self.urls[folder] = self.server.new_database(f"gantry_{len(self.urls)}")
        return self.urls[folder]


DATABASES = Databases()


class Canaries:
    """What no log and no complaint may tell: every password, token, key and one-time link that the tests send or are given, and
    the names of the patients they make."""
    secret_members = {"password", "new_password", "current_password", "admin_password", "access_token", "refresh_token", "token", "key", "secret",
                      "client_secret", "otp_secret", "recovery_codes"}

    def __init__(self):
        self.secrets, self.names = {PASSWORD}, set()

    def note(self, value):
        for name, member in value.items() if isinstance(value, dict) else ():
            for text in member if isinstance(member, list) else [member]:
                if name in self.secret_members and isinstance(text, str) and len(text) >= 10:
                    self.secrets.add(text)
            self.note(member)

    def found_in(self, text):
        return sorted(canary for canary in self.secrets | self.names if canary in text)


CANARIES = Canaries()


class Gantry:
    """One server process; started again it keeps the data. Also for the programs that serve a part alone: they print fewer
    addresses, and take the folder of another one's data."""

    def __init__(self, binary, arguments=("serve",), addresses=2, folder=None):
        self.binary = os.path.abspath(binary)
        self.arguments, self.addresses = arguments, addresses
        self.owns_folder = folder is None
        self.folder = folder or tempfile.mkdtemp(prefix="gantry-test-")
        self.environment = {
            "PATH": os.environ["PATH"], "GANTRY_DATA_DIR": self.folder + "/data", "GANTRY_HTTP_ADDRESS": "127.0.0.1:0",
            "GANTRY_PUBLIC_HTTP_ADDRESS": "127.0.0.1:0", "GANTRY_ADMIN_EMAIL": "admin@example.org",
            "GANTRY_ADMIN_PASSWORD": PASSWORD, "GANTRY_LOG_LEVEL": "warn"}
        url = DATABASES.url(self.folder)
        if url is not None:
            self.environment["GANTRY_DATABASE_URL"] = url
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"):
            if name in os.environ:
                self.environment[name] = os.environ[name]
        self.process = self.port = self.public_port = self.token = None
        self.headers = {}  # of every request

    def run(self, *arguments, **options):
        return self.run_program(self.binary, *arguments, **options)

    def run_program(self, program, *arguments, **options):
        """With this one's settings."""
        return subprocess.run([program, *arguments], env=self.environment, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=300, **options)

    def start(self):
        with open(self.folder + "/log", "a") as log:
            self.process = subprocess.Popen([self.binary, *self.arguments], env=self.environment, stdout=subprocess.PIPE,
                                            stderr=log, text=True)
        for _ in range(self.addresses):
            line = ""
            while "documentation" not in line and "Public API" not in line:
                line = self.process.stdout.readline()
                if not line:
                    raise RuntimeError("gantry did not start: " + self.log())
            port = int(re.search(r":(\d+)/", line).group(1))
            if "Public API" in line:
                self.public_port = port
            else:
                self.port = port
        return self

    def log(self):
        with open(self.folder + "/log") as log:
            return log.read()

    def sql(self, text):
        """Statements behind the program's back; the rows as lists of texts."""
        if ENGINE == "postgres":
            answer = DATABASES.server.sql(text, DATABASES.url(self.folder).rsplit("/", 1)[1])
            return [line.split("|") for line in answer.splitlines()]
        with sqlite3.connect(self.folder + "/data/gantry.db") as database:
            return [[str(value) for value in row] for row in database.execute(text)]

    def hold_writers(self):
        """Nobody can write to the database until what is returned is called."""
        if ENGINE == "postgres":
            holder = DATABASES.server.session(DATABASES.url(self.folder))
            holder.stdin.write("BEGIN; SELECT 'held', pg_advisory_xact_lock(1195462228);\n")
            holder.stdin.flush()
            holder.stdout.readline()

            def let_go():
                holder.stdin.close()
                holder.stdout.close()
                holder.wait()
        else:
            database = sqlite3.connect(self.folder + "/data/gantry.db", isolation_level=None)
            database.execute("BEGIN IMMEDIATE")
            let_go = database.close
        done = []
        return lambda: done or done.append(let_go())

    def memory_kib(self):
        """Resident now, of the process."""
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1))

    def staged(self):
        """Names of what is being received; empty when nothing is."""
        return [name for _, _, names in os.walk(self.folder + "/data/storage/staging") for name in names]

    def objects(self):
        """Names of the stored objects, which are their hashes, in order."""
        root = self.folder + "/data/storage/objects"
        return sorted(name for _, _, names in os.walk(root) for name in names)

    def stop(self):
        if self.process is None:
            return 0
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        self.process.stdout.close()
        self.process = None
        self.check_log()
        return code

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process = None

    def remove(self):
        if self.owns_folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def request(self, method, path, body=None, headers=None, token=True, port=None):
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port or self.public_port,
                                                timeout=180)  # of a busy machine with a slow disk
        headers = {**self.headers, **(headers or {})}
        if token is True:
            token = self.token
        if token:
            headers["Authorization"] = "Bearer " + token
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        connection.request(method, path, body, headers)
        answer = Answer(connection.getresponse())
        connection.close()
        self.look_for_canaries(path, body, answer)
        return answer

    @staticmethod
    def look_for_canaries(path, body, answer):
        """A complaint tells nothing that its sender did not say; what an answer gives away is secret from then on."""
        kind = answer.headers.get("content-type", "")
        if answer.headers.get("content-encoding") == "gzip":
            return
        if isinstance(body, str) and body[:1] == "{":
            try:
                CANARIES.note(json.loads(body))
            except ValueError:
                pass
        if kind.startswith("application/problem+json"):
            said = path + (body if isinstance(body, str) else "")
            leaks = [canary for canary in CANARIES.found_in(answer.body.decode("utf-8", "replace")) if canary in CANARIES.secrets or canary not in said]
            assert not leaks, f"a complaint tells {leaks}: {answer.body}"
        elif kind.startswith("application/json") and answer.status < 300 and 0 < len(answer.body) < 100_000:
            CANARIES.note(answer.json)

    def check_log(self):
        leaks = CANARIES.found_in(self.log()) if os.path.exists(self.folder + "/log") else []
        assert not leaks, f"the log tells {leaks}"

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def sign_in(self, email="admin@example.org", password=PASSWORD):
        return self.request("POST", "/api/v1/auth/login", {"email": email, "password": password}, token=None)

    def use_administrator(self):
        self.token = self.sign_in().json["access_token"]

    def task_ended(self, identifier, seconds=120):
        """The task once it has ended, one way or another."""
        deadline = time.monotonic() + seconds
        while True:
            task = self.get("/api/v1/tasks/" + identifier).json
            if task["state"] in ("succeeded", "failed", "cancelled"):
                return task
            assert time.monotonic() < deadline, task
            time.sleep(0.05)

    def other_clinic(self):
        """A token of the administrator of another organization, which is made for that."""
        made = self.run("organization", "create", "Other clinic", "other@example.org", input=PASSWORD.encode() + b"\n")
        assert made.returncode == 0, made.stderr
        return self.sign_in("other@example.org").json["access_token"]


def multipart(parts, boundary="gantry-test", start=b"", end=b"--\r\n"):
    body = start
    for part in parts:
        body += b"--" + boundary.encode() + b"\r\nContent-Type: application/dicom\r\n\r\n" + part + b"\r\n"
    return body + b"--" + boundary.encode() + end


STOW = {"Content-Type": 'multipart/related; type="application/dicom"; boundary=gantry-test'}


def element(tag, vr, value):
    value = value if isinstance(value, bytes) else value.encode()
    if len(value) % 2:
        value += b"\0" if vr in ("UI", "OB") else b" "
    head = (tag >> 16).to_bytes(2, "little") + (tag & 0xFFFF).to_bytes(2, "little") + vr.encode()
    if vr in ("OB", "OW", "SQ", "UN", "UT"):
        return head + b"\0\0" + len(value).to_bytes(4, "little") + value
    return head + len(value).to_bytes(2, "little") + value


def instance(number, study="1.2.3", series="1.2.3.4", name="Doe^Jane", patient="P1", pixels=64, extra=b"", modality="CT",
             date="20260101", frames=1):
    """A small image, valid enough for any reader; each frame is another."""
    sop = f"{series}.{number}"
    if len(name) >= 8:
        CANARIES.names.add(name)
    meta = (element(0x00020002, "UI", "1.2.840.10008.5.1.4.1.1.2") + element(0x00020003, "UI", sop)
            + element(0x00020010, "UI", "1.2.840.10008.1.2.1"))
    data = (element(0x00080005, "CS", "ISO_IR 192") + element(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2")
            + element(0x00080018, "UI", sop) + element(0x00080020, "DA", date) + element(0x00080030, "TM", "101112")
            + element(0x00080050, "SH", "ACC" + patient) + element(0x00080060, "CS", modality)
            + element(0x00081030, "LO", "Test study") + element(0x00100010, "PN", name)
            + element(0x00100020, "LO", patient) + element(0x0020000D, "UI", study)
            + element(0x0020000E, "UI", series) + element(0x00200011, "IS", "1")
            + element(0x00200013, "IS", str(number)) + element(0x00280002, "US", b"\1\0")
            + element(0x00280004, "CS", "MONOCHROME2")
            + (element(0x00280008, "IS", str(frames)) if frames > 1 else b"") + element(0x00280010, "US", pixels.to_bytes(2, "little"))
            + element(0x00280011, "US", pixels.to_bytes(2, "little")) + element(0x00280100, "US", b"\x10\0")
            + element(0x00280101, "US", b"\x10\0") + element(0x00280102, "US", b"\x0f\0")
            + element(0x00280103, "US", b"\0\0") + extra
            + element(0x7FE00010, "OW", b"".join(bytes((i * number + frame) & 0xFF for i in range(256)) * (pixels * pixels * 2 // 256)
                                                 for frame in range(frames))))
    return b"\0" * 128 + b"DICM" + element(0x00020000, "UL", len(meta).to_bytes(4, "little")) + meta + data


def sha256(data):
    return hashlib.sha256(data).hexdigest()


class Case(unittest.TestCase):
    """A class of tests with one server."""
    demo = False
    settings = {}  # of the server, besides the harness's

    @classmethod
    def setUpClass(cls):
        cls.gantry = Gantry(BINARY)
        cls.gantry.environment.update(cls.settings)
        if cls.demo:
            done = cls.gantry.run("demo")
            assert done.returncode == 0, done.stdout + done.stderr
        cls.gantry.start()
        cls.gantry.use_administrator()

    @classmethod
    def tearDownClass(cls):
        code = cls.gantry.stop()
        log = cls.gantry.log()
        cls.gantry.remove()
        if code != 0 or "Sanitizer" in log:
            raise AssertionError(f"gantry ended with {code}\n{log[-4000:]}")

    def assertProblem(self, answer, status, code):
        self.assertEqual(answer.status, status, answer.body)
        self.assertEqual(answer.headers["content-type"], "application/problem+json")
        problem = answer.json
        self.assertEqual((problem["status"], problem["code"]), (status, code))
        self.assertEqual(problem["request_id"], answer.headers["x-request-id"])


def xmllint(text):
    """What it complains of in audit messages; empty when they are as PS3.15 A.5.1 has them."""
    done = subprocess.run(["xmllint", "--noout", "--nonet", "--relaxng", os.path.join(HERE, "../data/audit_message.rng"), "-"], input=text, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=60)
    return "" if done.returncode == 0 else done.stderr.decode()[-2000:]


BINARY = None


def is_instrumented(binary=None):
    """Built with a sanitizer: several times slower, and its memory tells nothing."""
    binary = binary or BINARY
    return "sanitized" in binary or "threads" in binary


def install_packages(source, folder, files):
    """The locked npm packages of a folder with a copy of its files, in the build folder; again only when the lock changed. Without
    them the test is skipped."""
    lock, mark = os.path.join(source, "package-lock.json"), os.path.join(folder, "installed.json")
    try:
        os.makedirs(folder, exist_ok=True)
        hold = open(folder + "/install.lock", "w")  # tests of one folder come at the same time
        fcntl.flock(hold, fcntl.LOCK_EX)
        for name in ["package.json", "package-lock.json", *files]:
            shutil.copy(os.path.join(source, name), folder)
        if not os.path.exists(mark) or not filecmp.cmp(mark, lock, shallow=False):
            subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=folder, check=True, timeout=300)
            shutil.copy(lock, mark)
        hold.close()
    except (OSError, subprocess.SubprocessError) as reason:
        print("packages cannot be installed:", reason)
        sys.exit(77)


def main():
    global BINARY
    BINARY = sys.modules["harness"].BINARY = os.path.abspath(sys.argv.pop(1))
    unittest.main(module="__main__", verbosity=2)
