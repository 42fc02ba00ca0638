"""A PostgreSQL of its own: a fresh cluster, one database `gantry`."""
import glob
import signal
import subprocess

from server import Server


def program(name):
    found = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"))
    return found[-1] if found else name


class Postgres(Server):
    user = "postgres"

    def __init__(self, durable=False, settings=()):
        super().__init__()
        self.data, self.has_database = self.folder + "/data", False
        self.run(program("initdb"), "--pgdata", self.data, "--username", "gantry", "--auth", "trust", "--encoding", "UTF8",
                 "--locale", "C.UTF-8", "--no-sync", "--no-instructions")
        with open(self.data + "/postgresql.conf", "a") as conf:
            conf.write(f"listen_addresses = '127.0.0.1'\nport = {self.port}\nunix_socket_directories = '{self.folder}'\n"
                       "max_connections = 200\n")
            if not durable:  # a test that does not cut the power need not wait for the disk
                conf.write("fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n")
            for line in settings:
                conf.write(line + "\n")

    def command(self):
        return [program("postgres"), "-D", self.data]

    def answers(self):
        return subprocess.run([program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)], timeout=10).returncode == 0

    def start(self, seconds=60):
        super().start(seconds)
        if not self.has_database:  # started again it may take no connection of ours: they are the test's to give
            self.sql("CREATE DATABASE gantry", "postgres")
            self.has_database = True
        return self

    def sql(self, text, database="gantry"):
        """The answer as text, a row a line, columns separated by |."""
        done = subprocess.run([program("psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.port), "-U",
                               "gantry", "-d", database, "-c", text], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              timeout=300)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        return done.stdout.rstrip("\n")

    def session(self, url):
        """A psql that does what it is told on its standard input, and ends with it."""
        return subprocess.Popen([program("psql"), "-XAtq", url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def new_database(self, name):
        self.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', "postgres")
        self.sql(f'CREATE DATABASE "{name}"', "postgres")
        return self.url(name)

    def url(self, database="gantry", port=None):
        return f"postgresql://gantry@127.0.0.1:{port or self.port}/{database}"

    def end(self, number=signal.SIGINT, seconds=30):  # SIGINT: fast, SIGQUIT: immediate
        super().end(number, seconds)

    def backends(self):
        """Process ids by their application name."""
        rows = self.sql("SELECT pid, application_name FROM pg_stat_activity WHERE datname = 'gantry' AND pid <> "
                        "pg_backend_pid()").splitlines()
        return {int(row.split("|")[0]): row.split("|")[1] for row in rows}

    def kill_children(self, number=signal.SIGKILL):
        for pid in self.backends():
            self.run("kill", f"-{int(number)}", str(pid), check=False)
