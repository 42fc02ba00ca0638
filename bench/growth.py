"""What an instance costs while an archive grows, on both engines: flat is the promise."""
import os
import tempfile

import data
import table as run
from backends import new_database, postgres
from servers import Gantry, cpu_seconds, header_options, load, tool
from table import row, say, shared

MEASURED, STEP, CONNECTIONS = 10000, 50000, 16  # a token lasts for a step


class Engine:
    def __init__(self, name, gantry, size, database=None):
        """size(): of the database in bytes; database: a server beside Gantry."""
        self.name, self.gantry, self.size, self.database, self.facts = name, gantry, size, database, []
        self.empty_size = size()

    def send(self, first, end):
        """Instances with these numbers; how long they took, in seconds."""
        seconds = 0
        for at in range(first, end, STEP):
            count = min(STEP, end - at)
            self.gantry.sign_in()
            figures = load("-c", str(CONNECTIONS), "-m", "-g", run.work + "/template", "-o", str(at), "-n", str(count),
                           *header_options(self.gantry.headers()), "POST", self.gantry.url + "/dicom-web/studies")
            if figures["failed"]:
                raise RuntimeError(f"{self.name}: {figures}")
            seconds += count / figures["rate"]
            say(f"{self.name}: {at + count:,} instances, the last {count:,} at {figures['rate']:.0f} a second, "
                f"p99 {figures['p99_ms']:.1f} ms")
        return seconds

    def processors(self):
        return self.gantry.cpu_seconds() + (cpu_seconds(self.database.pids()) if self.database else 0)

    def commits(self):
        metrics = self.gantry.ask("GET", "/metrics")[1].decode()
        facts = dict(line.split() for line in metrics.splitlines() if line.startswith("gantry_database_"))
        return int(facts["gantry_database_units_total"]), int(facts["gantry_database_commits_total"])

    def measure(self, before, mark):
        self.send(before, mark - MEASURED)
        processors, (units, commits) = self.processors(), self.commits()
        seconds = self.send(mark - MEASURED, mark)
        now_units, now_commits = self.commits()
        self.facts.append({"µs an instance": seconds / MEASURED * 1e6,
                           "µs of the processors an instance": (self.processors() - processors) / MEASURED * 1e6,
                           "bytes of database an instance": (self.size() - self.empty_size) / mark,
                           "MB of memory of its own": self.gantry.own_memory()})
        say(f"{self.name} at {mark:,}: " + ", ".join(f"{value:.4g} {name}" for name, value in self.facts[-1].items())
            + f", {(now_units - units) / (now_commits - commits):.2f} units a commit, "
            + f"the disk {tool('limit', run.work + '/in-growth', tempfile.mkdtemp(dir=run.work))['rate']:.0f} files/s")


def on_sqlite():
    gantry = Gantry(run.work + "/growth-s").start()
    return Engine("SQLite", gantry, lambda: os.path.getsize(gantry.folder + "/data/gantry.db"))


def on_postgres():
    server, name = postgres(), new_database()
    gantry = Gantry(run.work + "/growth-p", database_url=server.url(name)).start()
    return Engine("PostgreSQL", gantry, lambda: int(server.sql(f"SELECT pg_database_size('{name}')", "postgres")), server)


def growth():
    """GROWTH: how many instances the archive has when it is looked at; the engines take turns."""
    marks = sorted(int(mark) for mark in os.environ.get("GROWTH", "10000,30000").split(","))
    data.write_template(run.work + "/template")
    data.write_ct(run.work + "/in-growth", 1000, 38, 51)
    engines = [on_sqlite(), on_postgres()]
    for before, mark in zip([0, *marks], marks):
        for engine in engines:
            engine.measure(before, mark)
    for engine in engines:
        for mark, facts in zip(marks[1:], engine.facts[1:]):
            for name, value in facts.items():
                r = row(f"growth on {engine.name}, {mark:,} instances", name, [("peer", "<", 1.5)], f"at {marks[0]:,}")
                r.rounds["Gantry"].append(value)
                r.rounds["peer"].append(engine.facts[0][name])
        engine.gantry.remove()
    shared.stop("postgres")
