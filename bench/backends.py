"""Gantry on the servers it may stand on: PostgreSQL beside SQLite and beside Orthanc on the same PostgreSQL, S3 beside a folder."""
import os
import sys
import tempfile

import data
import table as run
from servers import ROOT, Gantry, Orthanc, discard, header_options, load, running
from table import row, rounds, say, shared, timed

sys.path.insert(0, os.path.join(ROOT, "src/tests/servers"))
import s3  # noqa: E402
import server  # noqa: E402
from postgres import Postgres  # noqa: E402

STUDIES, FRAMES, SIDE = 20000, 300, 512
POSTGRES = ("shared_buffers = 512MB", "max_wal_size = 8GB", "wal_compression = on", "checkpoint_timeout = 15min")
QIDO = "/dicom-web/studies?limit=101&offset=0&fuzzymatching=false&includefield=00081030%2C00080060%2C00080090%2C00100030"


def on_disk(kind, *arguments, **options):
    """A server of the tests, with its data where the other cases have theirs."""
    server.Server.place = run.work
    os.chmod(run.work, 0o711)  # it may run as another user
    try:
        made = kind(*arguments, **options)
    finally:
        server.Server.place = None
    made.remove = made.stop
    running.append(made)
    return made


def make_postgres():
    return (on_disk(Postgres, durable=True, settings=POSTGRES).start(),)


def postgres():
    return shared.get("postgres", make_postgres)[0]


databases = iter(range(1, 1000))


def new_database():
    """A name; the databases before are left, for dropping one costs a checkpoint."""
    name = f"bench{next(databases)}"
    postgres().new_database(name)
    return name


def gantry_on_postgres(folder):
    return Gantry(folder, database_url=postgres().url(new_database()))


def orthanc_on_postgres(folder):
    return Orthanc(folder, postgres=(postgres().port, new_database()))


SQLITE = "Gantry on SQLite"
ORTHANC = "Orthanc on PostgreSQL"


# ---- PostgreSQL: ingest ----

def stow(name, folder):
    r = row(name, "instances/s", [("peer", ">", 5)], ORTHANC, SQLITE)
    postgres()
    folders = []

    def measure(side, make):
        one = make(f"{run.work}/{side}-stow").start()
        if isinstance(one, Gantry):
            one.sign_in()
        os.sync()
        r.add(side, load("-c", "8", "-m", "-f", folder, *header_options(one.headers()), "POST", one.url + "/dicom-web/studies"))
        one.stop()
        folders.append(one.folder)  # removed later: a file system may pass over the inodes of files removed lately, one by one
    rounds(3, [lambda: measure("Gantry", gantry_on_postgres), lambda: measure("peer", orthanc_on_postgres),
               lambda: measure("limit", Gantry)])
    for used in (*folders, folder):
        discard(used)


def postgres_stow_large():
    data.write_ct(run.work + "/in-large-p", 1500, SIDE, 21)
    stow("STOW on PostgreSQL, 525 KB, 8 connections", run.work + "/in-large-p")


def postgres_stow_small():
    data.write_ct(run.work + "/in-small-p", 2000, 38, 22)
    stow("STOW on PostgreSQL, 4 KB, 8 connections", run.work + "/in-small-p")


# ---- PostgreSQL: lists ----

def make_archives():
    data.write_studies(run.work + "/in/listed", STUDIES)
    made = (gantry_on_postgres(run.work + "/gantry-p"), orthanc_on_postgres(run.work + "/orthanc-p").start(),
            Gantry(run.work + "/gantry-s"))
    for one in made:
        timed(f"{one.name} took the studies", lambda one=one: one.load(run.work + "/in/listed"))
    postgres().sql("VACUUM ANALYZE", made[0].settings["GANTRY_DATABASE_URL"].rsplit("/", 1)[1])
    postgres().sql("VACUUM ANALYZE", made[1].settings["PostgreSQL"]["Database"])
    discard(run.work + "/in")
    made[1].stop()
    return made[0].start(), made[1].connect(8).start(), made[2].start()


def lists(r, path, accept, peer_path=None):
    mine, orthanc, sqlite = shared.get("archives", make_archives)

    def measure(side, one, where, seconds):
        if isinstance(one, Gantry):
            one.sign_in()
        options = ["-c", "16", *header_options({**one.headers(), **accept}), "GET", one.url + where]
        load("-d", "0.3", *options)
        r.add(side, load("-d", str(seconds), *options))
    rounds(3, [lambda: measure("Gantry", mine, path, 3), lambda: measure("peer", orthanc, peer_path or path, 5),
               lambda: measure("limit", sqlite, path, 3)])


def postgres_qido_list():
    lists(row(f"QIDO on PostgreSQL, OHIF's study list of {STUDIES:,}", "answers/s", [("peer", ">", 10)], ORTHANC, SQLITE), QIDO,
          {"Accept": "application/dicom+json"})


def postgres_json_list():
    lists(row(f"JSON list on PostgreSQL, 50 of {STUDIES:,}", "answers/s", [("peer", ">", 10)], ORTHANC, SQLITE),
          "/api/v1/studies?page_size=50", {}, "/studies?expand&since=0&limit=50")


# ---- S3: frames ----

class Bucket(s3.S3):
    """Without the stub of the tests in front, whose checks cost more than the server itself."""

    def start(self, seconds=60):
        server.Server.start(self, seconds)
        return self

    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def objects(self):
        """The addresses of what is in the bucket."""
        place = os.path.join(self.folder, "buckets")
        return [f"{self.url()}/{os.path.relpath(os.path.join(at, f), place).removesuffix('._S3rver_object')}"
                for at, _, files in os.walk(place) for f in files if f.endswith("._S3rver_object")]


def frame_lines(part):
    """The requests of a third of the frames, each once, as a file."""
    with tempfile.NamedTemporaryFile("w", dir=run.work, delete=False) as out:
        for n in range(part * FRAMES, (part + 1) * FRAMES):
            study = f"1.2.826.0.41.{1 + n // 200}"
            out.write(f"GET /dicom-web/studies/{study}/series/{study}.1/instances/{study}.1.{1 + n % 200}/frames/1\n")
    return out.name


def s3_frames():
    try:
        s3.packages()
    except SystemExit:
        say("frames from S3: left out, s3rver is not here and cannot be fetched")
        return
    cold = row(f"frame from S3, read for the first time, {SIDE}² × 16 bits", "answers/s", [], "a folder", "the S3 server")
    warm = row("frame from S3, read again", "answers/s", [], "a folder")
    bucket = on_disk(Bucket).start()
    keys = {"s3_access_key_id": s3.KEY, "s3_secret_access_key": s3.SECRET, "storage_url": bucket.storage_url("bench")}
    data.write_ct(run.work + "/in-frames", 3 * FRAMES, SIDE, 41)
    mine, folder = Gantry(run.work + "/gantry-s3", storage_cache_size="0", **keys), Gantry(run.work + "/gantry-folder")
    for one in (mine, folder):
        timed(f"{'S3' if one is mine else 'a folder'} took {3 * FRAMES} images", lambda one=one: one.load(run.work + "/in-frames"))
    discard(run.work + "/in-frames")
    del mine.settings["GANTRY_STORAGE_CACHE_SIZE"]  # nothing was kept of what was stored
    objects = bucket.objects()
    for one in (mine, folder):
        one.start().sign_in()

    def read(one, lines):
        return load("-c", "8", "-l", lines, "-k", "0", *header_options({**one.headers(), "Accept": "application/octet-stream"}),
                    "GET", one.url + "/")

    def limit(part):
        with tempfile.NamedTemporaryFile("w", dir=run.work, delete=False) as out:
            out.writelines(f"GET {url[len(bucket.url()):]}\n" for url in objects[part * FRAMES:(part + 1) * FRAMES])
        return load("-c", "8", "-l", out.name, "-k", "0", "-H", f"Range: bytes=1000-{999 + 2 * SIDE * SIDE}", "GET",
                    bucket.url() + "/")
    parts = iter(range(3))

    def measure():
        part = next(parts)
        lines = frame_lines(part)
        cold.add("limit", limit(part))
        cold.add("Gantry", read(mine, lines))
        again = [read(one, lines) for one in (mine, folder, mine, folder)]  # the first of the folder is not its last
        warm.add("Gantry", again[2])
        for r in (cold, warm):
            r.add("peer", again[3])
    rounds(3, [measure])
    for one in (mine, folder, bucket):
        one.remove()
