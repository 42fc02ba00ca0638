"""The servers under comparison: each started on a free port of 127.0.0.1 with a folder of its own, stopped by its process id."""
import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import time
import urllib.parse

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOOLS = os.path.join(ROOT, "build-bench/bench/")
PASSWORD = "benchmark-password"
running = []


def discard(folder):
    """Done with it. Removed only when the disk is short, else at the end: ext4 without a journal makes new files slowly for minutes
    after many were deleted, which would be charged to whoever comes next."""
    if shutil.disk_usage(folder).free < 30e9:
        shutil.rmtree(folder)


def free_port():
    """Not one of those that the kernel gives to connections: it must be free still when the server starts."""
    while True:
        port = random.randint(20000, 32000)
        with socket.socket() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass


class Server:
    health = "/"

    def __init__(self, folder):
        while os.path.exists(folder):
            folder += "+"
        self.folder, self.port, self.process = folder, free_port(), None
        self.url = f"http://127.0.0.1:{self.port}"
        os.makedirs(folder, exist_ok=True)

    def command(self):
        raise NotImplementedError

    def environment(self):
        return {"PATH": os.environ["PATH"]}

    def headers(self):
        return {}

    def start(self, wait=True):
        with open(self.folder + "/log", "a") as log:
            self.process = subprocess.Popen(self.command(), env=self.environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            start_new_session=True)
        running.append(self)
        deadline = time.time() + 30
        while wait and not self.answers():
            if self.process.poll() is not None or time.time() > deadline:
                raise RuntimeError(f"{self.command()[0]} does not answer: {open(self.folder + '/log').read()[-2000:]}")
            time.sleep(0.02)
        return self

    def answers(self):
        try:
            return self.ask("GET", self.health)[0] == 200
        except OSError:
            return False

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.request(method, path, body, headers if headers is not None else self.headers())
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, content

    def stop(self):
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(40)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None
        running.remove(self)

    def remove(self):
        self.stop()
        discard(self.folder)

    def memory(self):
        """PSS and RSS in MB, with the processes it started."""
        sums = {"Pss": 0, "Rss": 0}
        for pid in self.pids():
            for line in open(f"/proc/{pid}/smaps_rollup"):
                name = line.split(":")[0]
                if name in sums:
                    sums[name] += int(line.split()[1]) / 1024
        return sums["Pss"], sums["Rss"]

    def own_memory(self):
        """In MB, without what is a file's: SQLite maps its database, which the kernel takes back when it likes."""
        return sum(int(line.split()[1]) / 1024 for pid in self.pids() for line in open(f"/proc/{pid}/status")
                   if line.startswith("RssAnon"))

    def pids(self):
        pids = [self.process.pid]
        for pid in pids:
            pids += [int(child) for child in open(f"/proc/{pid}/task/{pid}/children").read().split()]
        return pids

    def cpu_seconds(self):
        return cpu_seconds(self.pids())

    def peak_begin(self):
        for pid in self.pids():
            with open(f"/proc/{pid}/clear_refs", "w") as out:
                out.write("5")

    def peak(self):
        return sum(int(line.split()[1]) / 1024 for pid in self.pids() for line in open(f"/proc/{pid}/status") if line.startswith("VmHWM"))


class Gantry(Server):
    name = "Gantry"
    health = "/healthz"
    token = None

    def __init__(self, folder, **settings):
        super().__init__(folder)
        self.settings = {f"GANTRY_{name.upper()}": value for name, value in settings.items()}

    def command(self):
        return [ROOT + "/build-bench/src/gantry", "serve", "--roles=internal"]

    def environment(self):
        return {"PATH": os.environ["PATH"], "GANTRY_DATA_DIR": self.folder + "/data", "GANTRY_LOG_LEVEL": "warn",
                "GANTRY_HTTP_ADDRESS": f"127.0.0.1:{self.port}", "GANTRY_PUBLIC_HTTP_ADDRESS": "127.0.0.1:0",
                "GANTRY_ADMIN_EMAIL": "admin@localhost", "GANTRY_ADMIN_PASSWORD": PASSWORD, **self.settings}

    def sign_in(self):
        form = urllib.parse.urlencode({"grant_type": "password", "username": "admin@localhost", "password": PASSWORD})
        status, body = self.ask("POST", "/api/v1/auth/token", form, {"Content-Type": "application/x-www-form-urlencoded"})
        if status != 200:
            raise RuntimeError(f"sign-in: {status} {body}")
        self.token = json.loads(body)["access_token"]
        return self

    def headers(self):
        return {"Authorization": "Bearer " + self.token} if self.token else {}

    def load(self, folder):
        subprocess.run([self.command()[0], "import", folder], env=self.environment(), check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)


class Orthanc(Server):
    name = "Orthanc"
    health = "/system"

    def __init__(self, folder, postgres=None):
        """postgres: (port, database) of the index."""
        super().__init__(folder)
        self.settings, plugins = {}, ["DicomWeb"]
        if postgres is not None:
            plugins.append("PostgreSQLIndex")
            self.settings["PostgreSQL"] = {
                "EnableIndex": True, "EnableStorage": False, "Host": "127.0.0.1", "Port": postgres[0], "Database": postgres[1],
                "Username": "gantry", "Password": "", "EnableSsl": False, "Lock": False, "IndexConnectionsCount": 1}
        self.settings["Plugins"] = [f"/usr/share/orthanc/plugins/libOrthanc{plugin}.so" for plugin in plugins]

    def command(self):
        with open(self.folder + "/orthanc.json", "w") as out:
            json.dump({"StorageDirectory": self.folder + "/db", "IndexDirectory": self.folder + "/db", "HttpPort": self.port,
                       "RemoteAccessAllowed": False, "AuthenticationEnabled": False, "DicomServerEnabled": False,
                       "DicomWeb": {"Enable": True, "Root": "/dicom-web/"}, **self.settings}, out)
        return ["Orthanc", self.folder + "/orthanc.json"]

    def connect(self, count):
        """So many connections to PostgreSQL, from the next start on. One stores fastest: the transactions are serializable, and
        those of several undo each other; several list fastest."""
        self.settings["PostgreSQL"]["IndexConnectionsCount"] = count
        return self

    def load(self, folder):
        load("-c", "8", "-f", folder, "-H", "Content-Type: application/dicom", "POST", self.url + "/instances")


class Fastapi(Server):
    name = "FastAPI"
    health = "/healthz"

    def command(self):
        return ["/usr/bin/python3", "-m", "uvicorn", "--workers", "2", "--host", "127.0.0.1", "--port", str(self.port),
                "--log-level", "warning", "--no-access-log", "--app-dir", ROOT + "/bench", "peer_fastapi:app"]

    def environment(self):
        return {"PATH": os.environ["PATH"], "PEER_DATABASE": self.folder + "/peer.db", "PYTHONDONTWRITEBYTECODE": "1"}

    def fill(self, count):
        done = subprocess.run(["/usr/bin/python3", ROOT + "/bench/peer_fastapi.py", str(count)], env=self.environment(), check=True,
                              stdout=subprocess.PIPE, text=True)
        self.key, self.token = done.stdout.split()
        return self

    def headers(self):
        return {"Authorization": "Bearer " + self.token}


class Nginx(Server):
    """Sends files that hold what Gantry answered."""
    name = "nginx"
    health = "/up"

    def command(self):
        www = self.folder + "/www"
        os.makedirs(www, exist_ok=True)
        open(www + "/up", "w").close()
        user = "user root;" if os.getuid() == 0 else ""
        with open(self.folder + "/nginx.conf", "w") as out:
            out.write(f"""{user} worker_processes auto; daemon off; pid {self.folder}/pid; error_log {self.folder}/log;
                events {{ worker_connections 1024; }}
                http {{ access_log off; sendfile on; keepalive_requests 1000000000;
                    client_body_temp_path {self.folder}/a; proxy_temp_path {self.folder}/b; fastcgi_temp_path {self.folder}/c;
                    uwsgi_temp_path {self.folder}/d; scgi_temp_path {self.folder}/e;
                    server {{ listen 127.0.0.1:{self.port}; root {www}; }} }}""")
        return ["/usr/sbin/nginx", "-e", self.folder + "/log", "-c", self.folder + "/nginx.conf"]

    def put(self, name, content):
        with open(f"{self.folder}/www/{name}", "wb") as out:
            out.write(content)
        return "/" + name


def cpu_seconds(pids):
    """Of the processors, since these processes began, with those of their children that have ended."""
    ticks = [sum(map(int, open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[11:15])) for pid in pids]
    return sum(ticks) / os.sysconf("SC_CLK_TCK")


def figures(line):
    return {k: float(v) for k, v in (pair.split("=") for pair in line.split())}


def tool(name, *arguments):
    done = subprocess.run([TOOLS + name, *arguments], stdout=subprocess.PIPE, check=True, text=True)
    return figures(done.stdout)


def load(*arguments):
    return tool("load", *arguments)


def header_options(headers):
    return [option for name, value in headers.items() for option in ("-H", f"{name}: {value}")]


def stop_all():
    for server in reversed(list(running)):
        server.stop()
